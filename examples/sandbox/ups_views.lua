-- Quantum View of the simulated UPS (section 7): event files of the last seven days, read once or asked for by date, with
-- bookmarks; what fails can be a 200 with status 0.

local answers, calendar, host, wire = require "ups_answers", require "calendar", require "host", require "wire"

local DAY, KEPT_DAYS, FILE_SECONDS = 86400, 7, 3600

-- The list of a file that an event stands in.
local LISTS = {
  label = "Manifest", picked_up = "Origin", delivered = "Delivery", delivered_to_sender = "Delivery", exception = "Exception", attempt = "Exception",
  second_attempt = "Exception", last_attempt = "Exception", delay = "Exception", damage = "Exception", refused = "Exception",
  returning = "Exception", voided = "Generic", update_time = "Generic", update_date = "Generic",
}

local Views = {}
Views.__index = Views

-- Subscriptions are made by people; there is one for what leaves the house.
function Views.new(world)
  return setmetatable({ world = world, name = "OutboundXML", files = {}, bookmarks = {}, counts = { calls = 0, fetched = 0 } }, Views)
end

local function file_name(seconds, number)
  local text = calendar.iso(seconds):gsub("[-:]", "")
  return ("%s_%s%03d"):format(text:sub(3, 8), text:sub(10), number % 1000)
end

function Views:happened(parcel, event)
  local list = LISTS[event.what]
  if not list or parcel.shipment.account ~= self.world.account then return end
  local file = self.files[#self.files]
  local hour = host.now() // FILE_SECONDS
  if not file or file.hour ~= hour or file.fetched then
    file = { hour = hour, at = host.now(), name = file_name(host.now(), #self.files + 1), events = {} }
    self.files[#self.files + 1] = file
  end
  file.events[#file.events + 1] = { list = list, parcel = parcel, event = event }
end

-- References as a list, or nothing where there are none.
local function references(values)
  if #values == 0 then return nil end
  local rows = host.json.array {}
  for index, value in ipairs(values) do rows[index] = { Value = value } end
  return rows
end

function Views:entry(each)
  local parcel, event = each.parcel, each.event
  local times = self.world.parcels.times(event)
  if each.list == "Manifest" then
    return {
      Shipper = { ShipperNumber = parcel.shipment.account }, ReferenceNumber = references(parcel.shipment.references), PickupDate = times.date,
      Package = answers.list({ { TrackingNumber = parcel.number, Activity = { Date = times.date, Time = times.time } } }, self.world.switches.single_as_object),
    }
  end
  local out = {
    TrackingNumber = parcel.number, ShipperNumber = parcel.shipment.account, PackageReferenceNumber = references(parcel.references),
    ShipmentReferenceNumber = references(parcel.shipment.references),
  }
  if each.list == "Generic" then
    out.ActivityType, out.Activity = event.what == "voided" and "VM" or "UR", { Date = times.date, Time = times.time }
    return out
  end
  out.Date, out.Time = times.date, times.time
  out.ActivityLocation = { AddressArtifactFormat = { PoliticalDivision2 = event.city, CountryCode = event.country } }
  if each.list == "Exception" then
    out.StatusCode, out.StatusDescription, out.UpdatedAddress = event.code, event.text, event.corrected
  end
  return out
end

function Views:shown(file)
  local out = { FileName = file.name, StatusType = { Code = file.read and "R" or "U" } }
  for _, each in ipairs(file.events) do
    out[each.list] = out[each.list] or {}
    table.insert(out[each.list], self:entry(each))
  end
  for _, list in pairs(LISTS) do
    if out[list] then out[list] = answers.list(out[list], self.world.switches.single_as_object) end
  end
  return out
end

local function failure(request, code, text)
  local said = type(request) == "table" and request.TransactionReference or nil
  return answers.json(200, {
    QuantumViewResponse = {
      Response = {
        TransactionReference = said, ResponseStatusCode = "0", ResponseStatusDescription = "Failure",
        Error = host.json.array { { ErrorSeverity = "Hard", ErrorCode = code, ErrorDescription = text } },
      },
    },
  })
end

local function instant(text)
  local year, month, day, hour, minute, second = tostring(text):match "^(%d%d%d%d)(%d%d)(%d%d)(%d%d)(%d%d)(%d%d)$"
  return year and calendar.parse_iso(("%s-%s-%sT%s:%s:%s"):format(year, month, day, hour, minute, second))
end

-- A test over files for what is asked, or nil, code and text.
function Views:chosen(subscription)
  local oldest = host.now() - KEPT_DAYS * DAY
  if subscription == nil then return function(file) return not file.read and file.at >= oldest end end
  if subscription.Name ~= nil and subscription.Name ~= self.name then return nil, "330008", "The subscription is unknown." end
  local range = subscription.DateTimeRange
  if range == nil then
    local name = subscription.FileName
    return function(file) return file.at >= oldest and (name ~= nil and file.name == name or name == nil and not file.read) end
  end
  local from = instant(range.BeginDateTime)
  if not from then return nil, "330013", "BeginDateTime is invalid." end
  local to = wire.is_null(range.EndDateTime) and from + KEPT_DAYS * DAY or range.EndDateTime == "" and from + KEPT_DAYS * DAY or instant(range.EndDateTime)
  if not to or to < from then return nil, "330014", "EndDateTime is invalid." end
  if from < oldest or to - from > KEPT_DAYS * DAY then return nil, "330021", "The range is more than 7 days back." end
  return function(file) return file.at >= from and file.at <= to end
end

-- The bookmark of a request: where it stands is not sure, beside the subscription or inside it (section 7).
function Views:bookmark(asked, subscription)
  if self.world.switches.bookmark_inside then return subscription and subscription.Bookmark end
  return asked.Bookmark
end

function Views:answer(asked, files, from)
  local rows, most = {}, self.world.switches.files_an_answer
  for index = from, math.min(#files, from + most - 1) do
    rows[#rows + 1] = self:shown(files[index])
    files[index].read, files[index].fetched = true, true
    self.counts.fetched = self.counts.fetched + 1
  end
  local mark
  if from + most <= #files then
    mark = host.token(8)
    self.bookmarks[mark] = { files = files, from = from + most }
  end
  local said = type(asked.Request) == "table" and asked.Request.TransactionReference or nil
  return answers.json(200, {
    QuantumViewResponse = {
      Response = { TransactionReference = said, ResponseStatusCode = "1", ResponseStatusDescription = "Success" },
      Bookmark = mark,
      QuantumViewEvents = {
        SubscriberID = self.world.account,
        SubscriptionEvents = answers.list({
          {
            Name = self.name, Number = "1", SubscriptionStatus = { Code = "A" },
            SubscriptionFile = #rows > 0 and answers.list(rows, self.world.switches.single_as_object) or nil,
          },
        }, self.world.switches.single_as_object),
      },
    },
  })
end

-- POST /api/quantumview/{version}/events.
function Views:handle(request)
  if request.method ~= "POST" then return answers.no_method() end
  self.counts.calls = self.counts.calls + 1
  local body = wire.json(request)
  local asked = body and body.QuantumViewRequest
  if type(asked) ~= "table" or type(asked.Request) ~= "table" then return answers.invalid "Missing or invalid QuantumViewRequest." end
  if asked.Request.RequestAction ~= "QVEvents" then return answers.invalid "RequestAction must be QVEvents." end
  if not self.world.switches.quantum_view then return failure(asked.Request, "330028", "The subscriber has no active subscription.") end
  local subscription = asked.SubscriptionRequest
  if type(subscription) == "table" and subscription[1] ~= nil then subscription = subscription[1] end
  local mark = self:bookmark(asked, subscription)
  if mark ~= nil then
    local place = self.bookmarks[mark]
    if not place then return failure(asked.Request, "330030", "The bookmark is unknown.") end
    return self:answer(asked, place.files, place.from)
  end
  local test, code, text = self:chosen(subscription)
  if not test then return failure(asked.Request, code, text) end
  local files = {}
  for _, file in ipairs(self.files) do
    if test(file) then files[#files + 1] = file end
  end
  return self:answer(asked, files, 1)
end

function Views.answer_call(world, request) return world.views:handle(request) end

function Views:report()
  local unread = 0
  for _, file in ipairs(self.files) do
    if not file.read then unread = unread + 1 end
  end
  return { counts = self.counts, files = #self.files, unread = unread }
end

return Views
