-- Tracking of the simulated UPS (section 5): one number a call, newest activity first, what is not found is a warning at 200.

local answers, calendar, host, wire = require "ups_answers", require "calendar", require "host", require "wire"

local DAY, KEPT_DAYS, WINDOW_DAYS, MOST_A_PAGE = 86400, 120, 14, 100

local track = {}

-- The headers that tracking and its alerts ask for; nil when they are in order, else which is not.
function track.headers_fault(request)
  local id, source = request.headers.transid, request.headers.transactionsrc
  if not id or id == "" then return "transId", false end
  if #id > 32 then return "transId", true end
  if not source or source == "" then return "transactionSrc", false end
  if #source > 512 then return "transactionSrc", true end
end

local function status_of(world, event)
  -- Which of the two holds the numeric code is not sure (section 9).
  if world.switches.numeric_status_in_code then
    return { type = event.type, code = event.number, statusCode = event.code, description = event.text }
  end
  return { type = event.type, code = event.code, statusCode = event.number, description = event.text }
end

-- Times can lose their leading zeros (section 5).
local function clock(world, text) return world.switches.times_lose_zeros and (text:gsub("^0+(%d)", "%1")) or text end

local function activity(world, event)
  local times = world.parcels.times(event)
  return {
    date = times.date, time = clock(world, times.time), gmtDate = times.gmt_date, gmtTime = clock(world, times.gmt_time), gmtOffset = times.offset,
    location = { address = { city = event.city, countryCode = event.country }, slic = "1234" }, status = status_of(world, event),
  }
end

-- Activities as a list, newest first; updates are told by alerts only.
local function activities(world, parcel)
  local rows = host.json.array {}
  for index = #parcel.events, 1, -1 do
    local event = parcel.events[index]
    if event.type ~= "U" and host.now() - event.at <= KEPT_DAYS * DAY then rows[#rows + 1] = activity(world, event) end
  end
  return rows
end

local function references(parcel)
  local rows = host.json.array {}
  for _, value in ipairs(parcel.shipment.references) do rows[#rows + 1] = { type = "SHIPMENT", number = value } end
  for _, value in ipairs(parcel.references) do rows[#rows + 1] = { type = "PACKAGE", number = value } end
  return rows
end

local function shown(world, parcel)
  local rows = activities(world, parcel)
  local out = {
    trackingNumber = parcel.number, currentStatus = rows[1].status, activity = rows, referenceNumber = references(parcel),
    packageCount = #parcel.shipment.parcels, service = { code = parcel.shipment.service },
  }
  if parcel.delivered then
    for index = #parcel.events, 1, -1 do
      local event = parcel.events[index]
      if event.what == "delivered" then
        local times = world.parcels.times(event)
        out.deliveryDate = answers.list({ { type = "DEL", date = times.date } }, world.switches.single_as_object)
        out.deliveryTime = { type = "DEL", endTime = clock(world, times.time) }
        break
      end
    end
  elseif parcel.scheduled then
    out.deliveryDate = answers.list({ { type = "SDD", date = (calendar.date(parcel.scheduled):gsub("-", "")) } }, world.switches.single_as_object)
    out.deliveryTime = { type = "EOD" }
  end
  if parcel.measured then
    out.weight = { unitOfMeasurement = "KGS", weight = parcel.measured }
  elseif parcel.weight then
    out.weight = { unitOfMeasurement = parcel.weight.UnitOfMeasurement.Code, weight = parcel.weight.Weight }
  end
  if parcel.measured_size then out.dimension = parcel.measured_size end
  return out
end

local function visible(world, parcel)
  return parcel and host.now() - parcel.shipment.created >= world.switches.seen_after_seconds and #activities(world, parcel) > 0
end

local function nothing(number)
  return { inquiryNumber = number, warnings = host.json.array { { code = "TW0001", message = "Tracking Information Not Found" } } }
end

local function answer(world, shipments)
  return answers.json(200, { trackResponse = { shipment = answers.list(shipments, world.switches.single_as_object) } })
end

local function packages(world, parcels)
  local rows = {}
  for _, parcel in ipairs(parcels) do rows[#rows + 1] = shown(world, parcel) end
  return answers.list(rows, world.switches.single_as_object)
end

local function details(world, number)
  local parcel = world.parcels.by_number[number]
  if not visible(world, parcel) then return answer(world, { nothing(number) }) end
  return answer(world, { { inquiryNumber = number, package = packages(world, { parcel }) } })
end

-- All parcels of the shipment that a number belongs to, so many at a time.
local function shipment_details(world, number, query)
  local parcel = world.parcels.by_number[number]
  if not visible(world, parcel) then return answer(world, { nothing(number) }) end
  local offset, count = math.tointeger(tonumber(query.offset or 0)), math.tointeger(tonumber(query.count or 50))
  if not offset or not count or offset < 0 or count < 1 or count > MOST_A_PAGE then return answers.invalid "offset or count is invalid." end
  local rows = {}
  for index = offset + 1, math.min(offset + count, #parcel.shipment.parcels) do rows[#rows + 1] = parcel.shipment.parcels[index] end
  return answer(world, { { inquiryNumber = number, package = packages(world, rows) } })
end

local function day_of(text)
  local year, month, day = tostring(text):match "^(%d%d%d%d)(%d%d)(%d%d)$"
  return year and calendar.parse_iso(("%s-%s-%s"):format(year, month, day))
end

local function by_reference(world, reference, query)
  local today = host.now() // DAY * DAY
  local from = query.fromPickUpDate == nil and today - WINDOW_DAYS * DAY or day_of(query.fromPickUpDate)
  local to = query.toPickUpDate == nil and today or day_of(query.toPickUpDate)
  if not from or not to then return answers.invalid "fromPickUpDate and toPickUpDate must be YYYYMMDD." end
  local rows = {}
  for _, shipment in ipairs(world.parcels:with_reference(reference, world.switches.seen_after_seconds)) do
    local ours = shipment.created >= from and shipment.created < to + DAY
    if ours and (not query.shipperNum or query.shipperNum == shipment.account) and visible(world, shipment.parcels[1]) then
      rows[#rows + 1] = { inquiryNumber = reference, package = packages(world, shipment.parcels) }
    end
  end
  if #rows == 0 then rows[1] = nothing(reference) end
  return answer(world, rows)
end

function track.handle(world, request, _, path)
  if request.method ~= "GET" then return answers.no_method() end
  local header, wrong = track.headers_fault(request)
  if header then return answers.invalid(("%s header %s."):format(wrong and "Invalid" or "Missing", header)) end
  local query = wire.query(request)
  if query.locale and not query.locale:match "^%l%l_%u%u$" then return answers.invalid "locale is invalid." end
  local reference = (request.raw_path or request.path):match "/reference/details/(.+)$"
  if reference then
    local plain = reference:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
    return by_reference(world, plain, query)
  end
  local number = path:match "^details/([^/]+)$" or path:match "^shipment/details/([^/]+)$"
  if not number then return answers.not_found() end
  if #number < 7 or #number > 34 then return answers.invalid "The inquiry number must have 7 to 34 characters." end
  if path:find "^shipment/" then return shipment_details(world, number, query) end
  return details(world, number)
end

return track
