-- The simulated UPS, written from apis/ups.md (and, for the bodies of section 8, from the files that it cites) and from nothing of
-- the connector: one app with one account, and the services that its requests go to.

local Alerts, Journal, OAuth, Parcels, Views, Window =
  require "ups_alerts", require "journal", require "ups_oauth", require "ups_parcels", require "ups_views", require "window"
local answers, calendar, host, money, pickups, places, rates, seed, ship, track, void = require "ups_answers", require "calendar",
  require "host", require "money", require "ups_pickups", require "ups_places", require "ups_rates", require "ups_seed", require "ups_ship",
  require "ups_track", require "ups_void"

local MINUTE_MS, KEPT_IDS, REPORTED_SHIPMENTS = 60 * 1000, 20000, 5000

-- Behaviour that the fact sheet marks as not verified, or that differs between accounts and environments.
local function switches()
  return {
    token_seconds = 3599, token_requests_a_day = 250, calls_a_minute = false, missing_products = host.json.array {}, blocked_merchant = false,
    single_as_object = false, payment_optional = false, weight_needed = true, negotiated_rates = true, seen_after_seconds = 0,
    void_hours = false, customs_needed = false, numeric_status_in_code = false, times_lose_zeros = false, leading_blank = false, addresses_everywhere = false,
    quantum_view = true, bookmark_inside = false, files_an_answer = 10, cie = false, cie_sends_events = true, port_443 = false,
    alert_seconds = 1, alert_tries = 1, alert_retry_seconds = 60, lost_percent = 0, duplicate_percent = 0, reordered_percent = 0,
    reordered_seconds = 30,
  }
end

local Ups = {}
Ups.__index = Ups

local SHIPPING = { v2409 = true, v2403 = true, v2205 = true, v1801 = true, v1701 = true, v1601 = true, v1 = true }

-- Lists of one element come as the element alone before v2403, and at times later (sections 0 and 4).
function Ups:lists_alone(version)
  return self.switches.single_as_object or version ~= nil and (#version < 5 or version < "v2403")
end

-- The product of the portal that a path belongs to, the path, and what answers it with the path's parts.
local ROUTES = {
  { product = "shipping", path = "^/api/shipments/(v%d+)/ship$", answer = ship.buy, versions = SHIPPING },
  { product = "shipping", path = "^/api/shipments/(v%d+)/void/cancel/([^/]+)$", answer = void.cancel, versions = SHIPPING },
  { product = "shipping", path = "^/api/labels/(v%d+)/recovery$", answer = void.recover },
  { product = "rating", path = "^/api/rating/(v%d+)/(%a+)$", answer = rates.rate },
  { product = "pickup", path = "^/api/pickupcreation/(v%d+)/pickup$", answer = pickups.create },
  { product = "pickup", path = "^/api/shipments/(v%d+)/pickup/(%w+)$", answer = pickups.handle },
  { product = "time_in_transit", path = "^/api/shipments/(v1)/transittimes$", answer = rates.transit_times },
  { product = "address_validation", path = "^/api/addressvalidation/(v2)/(%w+)$", answer = places.validate },
  { product = "quantum_view", path = "^/api/quantumview/(v[123])/events$", answer = Views.answer_call },
  { product = "track_alert", path = "^/api/track/(v[12])/subscription/(%a+)/(%a+)$", answer = Alerts.answer_call, own_headers = true },
  { product = "tracking", path = "^/api/track/(v1)/(.+)$", answer = track.handle, own_headers = true },
}

function Ups:missing(product)
  for _, each in ipairs(self.switches.missing_products) do
    if each == product then return true end
  end
  return false
end

function Ups:over_limit()
  local limit = self.switches.calls_a_minute
  if not limit then return false end
  self.minute:roll(host.now_ms())
  if self.minute:left(limit) == 0 then return true end
  self.minute:take()
  return false
end

-- transId is unique per request (section 1); the services do not refuse one that came before.
function Ups:note_id(request)
  local id = request.headers.transid
  if not id then return end
  if self.ids[id] then self.journal:violation("trans_id_reused", request.path) end
  if self.id_count >= KEPT_IDS then self.ids, self.id_count = {}, 0 end
  self.ids[id], self.id_count = true, self.id_count + 1
end

local function header_fault(request)
  local id, source = request.headers.transid, request.headers.transactionsrc
  if id and #id > 32 then return "The header transId is longer than 32 characters." end
  if source and #source > 512 then return "The header transactionSrc is longer than 512 characters." end
end

function Ups:route(request)
  for _, route in ipairs(ROUTES) do
    local version, second, third = request.path:match(route.path)
    if version then
      if self:missing(route.product) then return answers.error(401, "250002", "Invalid Authentication Information.") end
      if route.versions and not route.versions[version] then return answers.not_found() end
      local fault = not route.own_headers and header_fault(request)
      if fault then return answers.invalid(fault) end
      return route.answer(self, request, version, second, third)
    end
  end
  return answers.not_found()
end

function Ups:handle(request)
  if request.path == "/security/v1/oauth/token" then return self.oauth:token(request) end
  if request.path:sub(1, 5) ~= "/api/" then return answers.not_found() end
  local refused = self.oauth:fault(request)
  if refused then return refused end
  if self.switches.blocked_merchant then return answers.error(403, "SIM403", "Blocked Merchant") end
  if self:over_limit() then
    self.journal:violation("too_many", request.path)
    return answers.error(429, "10429", "Too Many Requests")
  end
  self:note_id(request)
  return self:route(request)
end

local function shown(shipment)
  local numbers, parcels, voided = host.json.array {}, host.json.array {}, true
  for index, parcel in ipairs(shipment.parcels) do
    numbers[index], voided = parcel.number, voided and parcel.voided or false
    parcels[index] = { number = parcel.number, last = parcel.events[#parcel.events].what, voided = parcel.voided or false, measured = parcel.measured }
  end
  return {
    id = shipment.id, references = host.json.array(shipment.references), account = shipment.account, numbers = numbers, parcels = parcels,
    service = shipment.service, to = shipment.to, to_name = shipment.to_name, customs = shipment.customs,
    total = money.text(shipment.price.total, 2), voided = voided, created = calendar.iso(shipment.created) .. "Z",
  }
end

-- References that more than one shipment was bought for and not voided: labels paid for twice.
local function doubled(shipments)
  local counts, out = {}, host.json.array {}
  for _, shipment in ipairs(shipments) do
    if not shipment.parcels[1].voided then
      for _, reference in ipairs(shipment.references) do
        counts[reference] = (counts[reference] or 0) + 1
        if counts[reference] == 2 then out[#out + 1] = reference end
      end
    end
  end
  return out
end

local function matches(shipment, query)
  local number, reference = query.number == nil, query.reference == nil
  for _, parcel in ipairs(shipment.parcels) do number = number or parcel.number == query.number end
  for _, each in ipairs(shipment.references) do reference = reference or each == query.reference end
  return number and reference
end

function Ups:state(query)
  local rows, ours, parcels, voided, spent, last = host.json.array {}, {}, 0, 0, 0, {}
  for _, shipment in ipairs(self.parcels.shipments) do
    if shipment.account == self.account then
      ours[#ours + 1] = shipment
      spent = spent + (shipment.parcels[1].voided and 0 or shipment.price.total)
    end
    for _, parcel in ipairs(shipment.parcels) do
      parcels, voided = parcels + 1, voided + (parcel.voided and 1 or 0)
      local what = parcel.events[#parcel.events].what
      last[what] = (last[what] or 0) + 1
    end
    if #rows < REPORTED_SHIPMENTS and matches(shipment, query) then rows[#rows + 1] = shown(shipment) end
  end
  local waiting = host.json.array {}
  for index, pickup in ipairs(self.pickups) do waiting[index] = pickup end
  return {
    counts = { shipments = #ours, parcels = parcels, voided = voided, spent = money.text(spent, 2), by_last = last, to_come = self.to_come },
    shipments = rows, doubled = doubled(ours), tokens = self.oauth:report(), alerts = self.alerts:report(), quantum_view = self.views:report(),
    pickups = waiting,
  }
end

local FAULTS = {
  ["429"] = { "10429", "Too Many Requests" }, ["500"] = { "10004", "The system is temporarily unavailable. Please try again later." },
  ["503"] = { "SIM503", "Service Unavailable" },
}

return function(config)
  local app = { client_id = host.token(16), client_secret = host.token(32) }
  local self = setmetatable({
    account = config.account or "A1B2C3", switches = switches(), journal = Journal.new(), minute = Window.new(MINUTE_MS), ids = {}, id_count = 0,
    pickups = {}, to_come = 0,
  }, Ups)
  self.lists_alone = function(version) return Ups.lists_alone(self, version) end
  self.test_parcel = function(number) return seed.test_parcel(self, number) end
  self.oauth = OAuth.new(app, self.journal, self.switches)
  self.parcels = Parcels.new(self.account, function(parcel, event)
    self.alerts:happened(parcel, event)
    self.views:happened(parcel, event)
  end)
  self.alerts, self.views = Alerts.new(config, app, self), Views.new(self)
  return {
    name = config.name or "ups", journal = self.journal, switches = self.switches,
    credentials = { client_id = app.client_id, client_secret = app.client_secret, account = self.account },
    handle = function(request) return self:handle(request) end,
    fault = function(kind) return answers.error(math.tointeger(kind), FAULTS[kind][1], FAULTS[kind][2]) end,
    seed = function(body) return seed.run(self, body) end,
    state = function(query) return self:state(query) end,
  }
end
