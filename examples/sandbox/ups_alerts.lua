-- Track Alert of the simulated UPS (section 6), both generations: groups of at most 100 numbers, 14 days, partial acceptance,
-- no history, no event id, pushes that are lost while nobody answers.

local answers, callback, host, track, wire = require "ups_answers", require "callback", require "host", require "ups_track", require "wire"

local MOST_NUMBERS, LIFE, LONGEST_URL, TIMEOUT_SECONDS = 100, 14 * 86400, 2048, 15
local CIE_NUMBERS = { ["1ZCIETST0111111114"] = true, ["1ZCIETST0422222228"] = true }
local PREFERENCES = { D = true, I = true, M = true, X = true }

local Alerts = {}
Alerts.__index = Alerts

function Alerts.new(config, app, world)
  return setmetatable({
    config = config, app = app, world = world, list = {}, accounts = {}, last_subscribed = 0, portal = {},
    counts = {
      submissions = 0, subscribed = 0, refused_numbers = 0, pushed = 0, accepted = 0, failed = 0, lost = 0, duplicated = 0, reordered = 0, tokens = 0,
    },
  }, Alerts)
end

local function refuse(code, text) return answers.error(code == "VSS100" and 500 or 400, code, text) end

local function well_formed(number)
  if type(number) ~= "string" then return false end
  return number:match "^1Z%w+$" and #number == 18 or number:match "^1R%w+$" and (#number == 16 or #number == 28) or false
end

local function destination_fault(destination, only_443)
  if type(destination) ~= "table" then return "VSS500", "Destination is required." end
  local url = destination.url
  if type(url) ~= "string" or url == "" then return "VSS600", "URL is empty or not present." end
  if #url > LONGEST_URL then return "VSS610", "URL is too long." end
  local fault = callback.fault(url, only_443)
  if fault then return "VSS600", "URL " .. fault .. "." end
  if type(destination.credential) ~= "string" or destination.credential == "" then return "VSS700", "Credential is empty or not present." end
  if type(destination.credentialType) ~= "string" or destination.credentialType == "" then return "VSS800", "CredentialType is empty or not present." end
end

local HEADER_CODES = { transId = { [false] = "VSS002", [true] = "VSS003" }, transactionSrc = { [false] = "VSS004", [true] = "VSS006" } }

local function preferences_fault(body, kind)
  if wire.is_null(body.eventPreferences) then return false end
  if kind ~= "enhanced" or type(body.eventPreferences) ~= "table" then return true end
  for _, each in ipairs(body.eventPreferences) do
    if not PREFERENCES[each] then return true end
  end
  return false
end

local function body_fault(body, version, kind, switches)
  if not body or next(body) == nil then return "VSS110", "Subscription request is empty or not present." end
  if wire.is_null(body.locale) or body.locale == "" then return "VSS300", "Locale is required." end
  if body.locale ~= "en_US" then return "VSS310", "Please enter a valid locale." end
  if not wire.is_null(body.countryCode) and not tostring(body.countryCode):match "^%u%u$" then return "VSS400", "Please enter a valid country code." end
  if preferences_fault(body, kind) then return "VSS000", "Invalid request." end
  if version == "v1" then
    local code, text = destination_fault(body.destination, switches.port_443)
    if code then return code, text end
  elseif body.destination ~= nil then
    return "VSS000", "Invalid request."
  end
  local numbers = body.trackingNumberList
  if type(numbers) ~= "table" or #numbers == 0 then return "VSS200", "Tracking Number List is required." end
  if #numbers > MOST_NUMBERS then return "VSS220", "You have submitted over 100 tracking numbers which is not allowed." end
end

-- Numbers that may be subscribed to and those that may not; the code when none may.
function Alerts:sorted(numbers)
  local valid, invalid, code = host.json.array {}, host.json.array {}, "VSS210"
  for _, number in ipairs(numbers) do
    local good = well_formed(number)
    if good and self.world.switches.cie and not CIE_NUMBERS[number] then good, code = false, "VSS215" end
    local list = good and valid or invalid
    list[#list + 1] = number
  end
  return valid, invalid, code
end

function Alerts:subscribe(body, version, kind)
  self.counts.submissions = self.counts.submissions + 1
  local code, text = body_fault(body, version, kind, self.world.switches)
  if code then
    if code == "VSS220" then self.world.journal:violation("over_100_numbers", version) end
    return refuse(code, text)
  end
  local valid, invalid, why = self:sorted(body.trackingNumberList)
  self.counts.refused_numbers = self.counts.refused_numbers + #invalid
  if #valid == 0 then return refuse(why, "The Subscription request should have at least one valid tracking number.") end
  for _, number in ipairs(valid) do
    self.counts.subscribed = self.counts.subscribed + 1
    self.list[number] = {
      number = number, version = version, kind = kind, since = host.now(), ends = host.now() + LIFE, destination = body.destination,
      preferences = body.eventPreferences,
    }
    if self.world.switches.cie then self:test_events(number) end
  end
  return answers.json(200, { validTrackingNumbers = valid, invalidTrackingNumbers = invalid })
end

-- Subscribing to one of the two test numbers makes its events come, a second apart; whether the test environment really sends
-- them is not sure (section 9).
function Alerts:test_events(number)
  if not self.world.switches.cie_sends_events then return end
  local parcel = self.world.test_parcel(number)
  for second, what in ipairs(self.world.parcels.JOURNEYS.delivered) do
    host.timers.after(second, function() self.world.parcels:happen(parcel, what) end)
  end
end

function Alerts:account(request, body, kind)
  local sort = type(body) == "table" and body.subAccountType
  if type(body) ~= "table" or body.shipperAccountNumber ~= self.world.account then return refuse("VSS000", "Invalid request.") end
  if type(sort) ~= "table" or sort[1] ~= "Outbound" then return refuse("VSS000", "Invalid request.") end
  if request.method == "DELETE" then
    self.accounts[kind] = nil
    return answers.json(200, { shipperAccountNumber = body.shipperAccountNumber })
  end
  self.accounts[kind] = { number = false, version = "v2", kind = kind, since = host.now(), preferences = body.eventPreferences }
  return answers.json(200, { shipperAccountNumber = body.shipperAccountNumber })
end

function Alerts:handle(request, version, kind, what)
  if request.method ~= "POST" and not (request.method == "DELETE" and what == "account") then return answers.no_method() end
  local header, wrong = track.headers_fault(request)
  if header then return refuse(HEADER_CODES[header][wrong], "Missing or invalid " .. header .. ".") end
  if kind ~= "standard" and not (version == "v2" and kind == "enhanced") then return refuse("VSS930", "Type is missing or invalid.") end
  local body = wire.json(request)
  if what == "package" then return self:subscribe(body, version, kind) end
  if what == "account" and version == "v2" then return self:account(request, body, kind) end
  return answers.not_found()
end

local function clock(switches, text) return switches.times_lose_zeros and (text:gsub("^0+(%d)", "%1")) or text end

-- Fields that say nothing are there as empty texts.
function Alerts:body(parcel, event)
  local switches, times = self.world.switches, self.world.parcels.times(event)
  local delivered = event.what == "delivered"
  return host.json.encode {
    trackingNumber = (switches.leading_blank and " " or "") .. parcel.number, localActivityDate = times.date,
    localActivityTime = clock(switches, times.time),
    activityLocation = { city = event.city, stateProvince = "", postalCode = "", country = event.country },
    activityStatus = { type = event.type, code = event.code, description = event.text, descriptionCode = event.number },
    scheduledDeliveryDate = "", actualDeliveryDate = delivered and times.date or "", actualDeliveryTime = delivered and times.time or "",
    gmtActivityDate = times.gmt_date, gmtActivityTime = clock(switches, times.gmt_time), gmtOffset = times.offset:gsub(":", "."),
    deliveryStartTime = "", deliveryEndTime = "", deliveryTimeDescription = "", deliveryPhoto = "",
  }
end

function Alerts:send(url, headers, body)
  local ok, response = pcall(host.http.request, {
    method = "POST", url = url, headers = headers, body = body, ca = self.config.ca, timeout = TIMEOUT_SECONDS,
  })
  return ok and response or nil
end

-- A bearer token of the client's own, by client credentials; it is fetched anew for every push.
function Alerts:bearer()
  local portal = self.portal
  local answer = self:send(portal.token_url, {
    ["content-type"] = "application/x-www-form-urlencoded",
    authorization = "Basic " .. host.crypto.base64(("%s:%s"):format(portal.client_id, portal.client_secret)),
  }, "grant_type=client_credentials")
  self.counts.tokens = self.counts.tokens + 1
  if not answer or answer.status ~= 200 then return nil end
  local ok, token = pcall(host.json.decode, answer.body)
  return ok and type(token) == "table" and token.access_token or nil
end

-- Where a push goes, and with what to prove itself; nil when nobody said.
function Alerts:door(subscription)
  local headers = { ["content-type"] = "application/json", ["user-agent"] = "UPSPubSubTrackingService" }
  if subscription.version == "v1" then
    headers.credential = subscription.destination.credential
    return subscription.destination.url, headers
  end
  if not self.portal.url then return nil end
  if self.portal.token_url then
    local token = self:bearer()
    if not token then return nil end
    headers.authorization = "Bearer " .. token
  else
    headers["x-api-key"] = self.app.client_id
  end
  return self.portal.url, headers
end

function Alerts:push(subscription, body, try)
  local url, headers = self:door(subscription)
  self.counts.pushed = self.counts.pushed + 1
  local answer = url and self:send(url, headers, body)
  if answer and answer.status == 200 then
    self.counts.accepted = self.counts.accepted + 1
    return
  end
  self.counts.failed = self.counts.failed + 1
  -- Events are lost while the endpoint is down; how often UPS tries is not known (section 9).
  if try < self.world.switches.alert_tries then
    host.timers.after(self.world.switches.alert_retry_seconds, function() self:push(subscription, body, try + 1) end)
  end
end

local function wants(subscription, event)
  local preferred = subscription.preferences
  if type(preferred) ~= "table" or #preferred == 0 then return true end
  for _, each in ipairs(preferred) do
    if each == event.type:sub(1, 1) or event.type == "U" then return true end
  end
  return false
end

function Alerts:listening(parcel)
  local one = self.list[parcel.number]
  if one and host.now() < one.ends then return one end
  if parcel.shipment.account ~= self.world.account then return nil end
  return self.accounts.enhanced or self.accounts.standard
end

-- Something happened to a parcel: whoever is subscribed is told. What happened before the subscription is not.
function Alerts:happened(parcel, event)
  local subscription = self:listening(parcel)
  if not subscription or event.recorded < subscription.since or not wants(subscription, event) then return end
  local switches = self.world.switches
  if host.chance(switches.lost_percent) then
    self.counts.lost = self.counts.lost + 1
    return
  end
  local delay = switches.alert_seconds
  if host.chance(switches.reordered_percent) then
    delay = delay + switches.reordered_seconds
    self.counts.reordered = self.counts.reordered + 1
  end
  local body = self:body(parcel, event)
  host.timers.after(delay, function() self:push(subscription, body, 1) end)
  if host.chance(switches.duplicate_percent) then
    self.counts.duplicated = self.counts.duplicated + 1
    host.timers.after(delay + 1, function() self:push(subscription, body, 1) end)
  end
end

function Alerts.answer_call(world, request, version, kind, what) return world.alerts:handle(request, version, kind, what) end

function Alerts:report()
  local rows = host.json.array {}
  for number, each in pairs(self.list) do
    local left = each.ends - host.now()
    rows[#rows + 1] = { number = number, version = each.version, kind = each.kind, days_left = left // 86400, over = left <= 0 }
  end
  table.sort(rows, function(a, b) return a.number < b.number end)
  return { counts = self.counts, subscriptions = rows, portal = self.portal.url, account = next(self.accounts) ~= nil }
end

return Alerts
