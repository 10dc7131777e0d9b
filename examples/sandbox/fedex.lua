-- The simulated FedEx, written from apis/fedex.md and from nothing of the connector: routes a request through token, limits and
-- entitlement to the API that it names.

local Freight, Journal, Limits, OAuth, Parcels, Pickup, Ship, Track = require "fedex_freight", require "journal", require "fedex_limits",
  require "fedex_oauth", require "fedex_parcels", require "fedex_pickup", require "fedex_ship", require "fedex_track"
local answers, calendar, host, label, money, quotes = require "fedex_answers", require "calendar", require "host", require "fedex_label",
  require "money", require "fedex_quotes"

local REPORTED_SHIPMENTS, SHIPPED_ELSEWHERE = 5000, { city = "Utrecht", country = "NL", postcode = "3511AA", lines = { "Dorpsstraat 1" }, name = "Acme" }

-- Behaviour that the fact sheet marks as not verified, that is ours to choose, or that differs between projects.
local function switches()
  return {
    transactions = 1400, track_day = 100000, ship_day = false, organisation_day = 500000, token_burst = 15, token_average = 120, trying_extends_hold = true,
    code_429 = "TOO.MANY.REQUESTS.ERROR", short_429 = "We have received too many requests in a short duration. Please wait a while to try again.",
    quota_429 = "The daily quota of transactions is used up. Please try again after 00:00 GMT.", retry_after = false,
    missing_apis = host.json.array {}, separate_track_project = false, alerts = "list", long_street = "refuse", label_text = "any",
    name_longest = 70, customs_within_union = false, customs_sum_checked = true, async_seconds = 10, second_cancel = "not_done",
    cancel_seconds = false, same_transaction_id = "new",
    track_delay_seconds = 60, reference_delay_seconds = 120, reference_match = "exact", reference_not_found = "in_200", track_days = 90,
    scan_order = "newest_first", travel = false, travel_seconds = 600,
    unknown_fields = "refuse", freight_state = "all", freight_dimensions = "required", freight_billing = "checked", freight_labels = "pieces",
    freight_bill_called = "type", freight_found = true, freight_rate_details = "list",
  }
end

-- Accounts by number. Not every account that exists is linked to the project.
local function accounts_of()
  local out = {}
  for _, account in ipairs {
    { number = "740561073", currency = "EUR", linked = true, of_child = true }, { number = "510087020", currency = "EUR", linked = true },
    { number = "802255209", currency = "USD", linked = true }, { number = "613787919", currency = "EUR", linked = false },
  } do
    out[account.number] = account
  end
  return out
end

-- Accounts of FedEx Freight, apart from those of parcels; bills go to the address.
local function freight_accounts_of()
  local out = {}
  for number, street in pairs { ["641902733"] = "450 Depot St", ["641902741"] = "12 Harbor Rd" } do
    out[number] = {
      number = number, currency = "USD", address = { line = street, city = "Denver", state = "CO", postcode = "80216", country = "US" },
    }
  end
  return out
end

local FedEx = {}
FedEx.__index = FedEx

local APIS = {
  { prefix = "/ship/v1/", name = "ship" }, { prefix = "/track/v1/", name = "track" }, { prefix = "/rate/v1/", name = "rate" },
  { prefix = "/address/v1/", name = "address" }, { prefix = "/pickup/v1/", name = "pickup" },
}

local function api_of(path)
  for _, api in ipairs(APIS) do
    if path:sub(1, #api.prefix) == api.prefix then
      local rest = path:sub(#api.prefix + 1)
      return rest:find "^freight/" and "freight" or api.name, rest
    end
  end
end

-- Whether the project may use the API at all.
function FedEx:entitled(project, api)
  for _, missing in ipairs(self.world.switches.missing_apis) do
    if missing == api then return false end
  end
  if project.only_track then return api == "track" end
  return not (api == "track" and self.world.switches.separate_track_project)
end

function FedEx:run(request, api, path, child)
  if api == "freight" then return self.freight:handle(request, path, child) end
  if api == "ship" and path ~= "endofday/" then return self.ship:handle(request, path, child) end
  if api == "ship" or api == "pickup" then return self.pickup:handle(request, path, child) end
  if api == "track" then return self.track:handle(request, path) end
  if api == "rate" and request.method == "POST" and path == "rates/quotes" then return quotes.rates(self.world, request, child) end
  if api == "address" and request.method == "POST" and path == "addresses/resolve" then return quotes.addresses(self.world, request) end
  return answers.not_found(request)
end

function FedEx:handle(request)
  if request.path == "/oauth/token" and request.method == "POST" then return self.oauth:token(request) end
  if request.method == "GET" and request.path:sub(1, #label.PATH) == label.PATH then
    return label.follow(request.path) or answers.not_found(request, "The link is over.")
  end
  local project, child = self.oauth:caller(request)
  if not project then return answers.unauthorized(request) end
  local api, path = api_of(request.path)
  local refused = self.limits:take(request, project, api)
  if refused then return refused end
  if not api then return answers.not_found(request) end
  if not self:entitled(project, api) then
    return answers.error(request, 403, "FORBIDDEN.ERROR", "We could not authorize your credentials. Please check your permissions and try again.")
  end
  if not (request.headers["content-type"] or ""):find("application/json", 1, true) then
    return answers.error(request, 400, "INVALID.INPUT.EXCEPTION", "The content-type must be application/json.")
  end
  return self:run(request, api, path, child)
end

local function fault(kind, request)
  if kind == "503" then return answers.error(request, 503, "SERVICE.UNAVAILABLE.ERROR", "The service is currently unavailable.") end
  return answers.error(request, 500, "INTERNAL.SERVER.ERROR", "We encountered an unexpected error and are working to resolve the issue.")
end

local function seconds_of(value)
  if type(value) == "string" then return calendar.parse_iso(value) end
  return value == nil and host.now() or nil
end

-- A label that was made elsewhere, or an older parcel under a number that is used again.
function FedEx:foreign(of, number)
  local parcels = {}
  for index = 1, math.max(1, of.parcels or 1) do
    parcels[index] = {
      references = { { type = "CUSTOMER_REFERENCE", value = of.reference or "BY HAND" } }, told = true, weight = "1.00", units = "KG", kilos = money.ONE,
      charge = 0,
    }
  end
  local ship_date = of.ship_date and calendar.parse_iso(of.ship_date) or host.now() - host.now() % 86400
  return self.world.parcels:add({
    shipper = SHIPPED_ELSEWHERE, recipient = SHIPPED_ELSEWHERE, service = "FEDEX_ECONOMY", carrier = "FDXE", packages = parcels,
    account_number = of.account or "740561073", charge = 0, currency = "EUR", ship_date = ship_date, foreign = true, reused = number ~= nil,
    made = math.min(ship_date, host.now() - 86400),
  }, number)
end

function FedEx:older_parcel(number)
  local known = self.world.parcels.by_number[tostring(number)]
  if not known then return nil, "no parcel " .. tostring(number) end
  local shipment = self:foreign({ ship_date = calendar.date(host.now() - 600 * 86400) }, tostring(number))
  Parcels.scan(shipment.packages[1], "DL", host.now() - 597 * 86400, ">")
  -- The newest parcel of a number stands first: this one is the oldest.
  table.insert(known, table.remove(known, 1))
  return true
end

-- The parcels that a seed is about: numbers, or every one that nothing has happened to.
function FedEx:chosen(body)
  local out = {}
  if body.parcels == nil or body.parcels == "all" then
    for _, shipment in ipairs(self.world.parcels.shipments) do
      for _, parcel in ipairs(shipment.packages) do
        if #parcel.scans == 0 and not shipment.cancelled then out[#out + 1] = parcel end
      end
    end
    return out
  end
  for _, number in ipairs(body.parcels) do
    local parcel = self.world.parcels:parcel(number)
    if not parcel then return nil, "no parcel " .. tostring(number) end
    out[#out + 1] = parcel
  end
  return out
end

-- What happens to parcels: see README.md.
function FedEx:seed(body)
  local done, made = 0, host.json.array {}
  if body.journey then
    local parcels, why = self:chosen(body)
    if not parcels then return nil, why end
    if body.journey ~= "any" and not Parcels.knows_journey(body.journey) then return nil, "no journey " .. tostring(body.journey) end
    for _, parcel in ipairs(parcels) do
      local journey = body.journey == "any" and Parcels.any_journey() or body.journey
      Parcels.travel(parcel, journey, body.over and tonumber(tostring(body.over)))
      done = done + 1
    end
  end
  for _, scan in ipairs(body.scans or {}) do
    local parcel, at = self.world.parcels:parcel(scan.parcel), seconds_of(scan.at)
    if not parcel then return nil, "no parcel " .. tostring(scan.parcel) end
    if type(scan.code) ~= "string" or not at then return nil, "a scan needs a code, and `at` as an instant" end
    Parcels.scan(parcel, scan.code, at, scan.where == "shipper" and "@" or scan.where == "consignee" and ">" or "", { exception = scan.exception })
    done = done + 1
  end
  for _, number in ipairs(body.reuse or {}) do
    local ok, why = self:older_parcel(number)
    if not ok then return nil, why end
    done = done + 1
  end
  for _, of in ipairs(body.ship or {}) do
    local shipment = self:foreign(of)
    made[#made + 1] = shipment.master
    done = done + 1
  end
  if body.phone then
    local cancelled, why = self.freight:phoned(body.phone)
    if not cancelled then return nil, why end
    done = done + cancelled
  end
  if body.revoke then
    self.oauth:revoke()
    done = done + 1
  end
  return { done = done, made = made }
end

local function brief(shipment)
  local parcels = host.json.array {}
  for index, parcel in ipairs(shipment.packages) do
    local references = {}
    for _, reference in ipairs(parcel.references) do references[reference.type] = reference.value end
    parcels[index] = {
      number = parcel.number, unique = parcel.unique, status = Parcels.status(parcel), scans = #parcel.scans, expect = parcel.expect,
      references = references, weight = parcel.weight, units = parcel.units,
    }
  end
  return {
    master = shipment.master, account = shipment.account_number, service = shipment.service, cancelled = shipment.cancelled or false,
    foreign = shipment.foreign or false, freight = shipment.freight or false, ship_date = calendar.date(shipment.ship_date),
    charge = money.text(shipment.charge, 2), currency = shipment.currency, transaction = shipment.transaction,
    customer_transaction = shipment.customer_transaction,
    recipient = { name = shipment.recipient.name, lines = shipment.recipient.lines, city = shipment.recipient.city,
      postcode = shipment.recipient.postcode, country = shipment.recipient.country },
    parcels = parcels,
  }
end

local function reference_of(shipment)
  for _, reference in ipairs(shipment.packages[1].references) do
    if reference.type == (shipment.freight and "BILL_OF_LADING" or "CUSTOMER_REFERENCE") then return reference.value end
  end
end

function FedEx:state(query)
  local list, by_status, bought, doubled = host.json.array {}, {}, {}, host.json.array {}
  local parcels, cancelled, charged = 0, 0, {}
  for _, shipment in ipairs(self.world.parcels.shipments) do
    local reference = reference_of(shipment)
    if not shipment.foreign then
      if shipment.cancelled then cancelled = cancelled + 1 end
      for _, parcel in ipairs(shipment.packages) do
        local status = Parcels.status(parcel)
        parcels, by_status[status] = parcels + 1, (by_status[status] or 0) + 1
      end
      if not shipment.cancelled then
        charged[shipment.currency] = (charged[shipment.currency] or 0) + shipment.charge
        -- Nothing forbids this here, and nobody wants to pay for it.
        local key = shipment.account_number .. " " .. (reference or "")
        bought[key] = (bought[key] or 0) + 1
        if reference and bought[key] == 2 then doubled[#doubled + 1] = reference end
      end
    end
    local wanted = (not query.reference or query.reference == reference) and (not query.account or query.account == shipment.account_number)
    if wanted and #list < REPORTED_SHIPMENTS then list[#list + 1] = brief(shipment) end
  end
  for currency, sum in pairs(charged) do charged[currency] = money.text(sum, 2) end
  return {
    counts = {
      shipments = #self.world.parcels.shipments, parcels = parcels, cancelled = cancelled, cancel_calls = self.ship.cancels, by_status = by_status,
      charged = charged,
    },
    shipments = list, doubled = doubled, customer_mails = self.track.mails,
    pickups = self.pickup:report(), freight_pickups = self.freight:report(), oauth = self.oauth:report(), limits = self.limits:report(),
  }
end

return function(config)
  local function project(more)
    local out = { client_id = "l7" .. host.token(16), client_secret = host.token(16) }
    for name, value in pairs(more) do out[name] = value end
    return out
  end
  local main = project { name = "main", child_key = "l7" .. host.token(16), child_secret = host.token(16) }
  local track = project { name = "track", only_track = true }
  local journal, url = Journal.new(), nil
  local world = {
    parcels = Parcels.new(), accounts = accounts_of(), freight_accounts = freight_accounts_of(), switches = switches(), journal = journal,
    base = function() return url end,
  }
  local self = setmetatable({
    world = world, ship = Ship.new(world), track = Track.new(world), pickup = Pickup.new(world), freight = Freight.new(world),
  }, FedEx)
  self.oauth, self.limits = OAuth.new({ main, track }, journal, world.switches), Limits.new(journal, world.switches)
  return {
    name = config.name or "fedex", journal = journal, switches = world.switches,
    handle = function(request) return self:handle(request) end,
    fault = function(kind, request)
      if kind == "429" then return self.limits:too_many(request, "short") end
      return fault(kind, request)
    end,
    seed = function(body) return self:seed(body) end,
    state = function(query) return self:state(query) end,
    started = function(at) url = at end,
    credentials = {
      client_id = main.client_id, client_secret = main.client_secret, child_key = main.child_key, child_secret = main.child_secret,
      track_client_id = track.client_id, track_client_secret = track.client_secret, account_number = "740561073",
      other_account_number = "510087020", us_account_number = "802255209", foreign_account_number = "613787919",
      freight_account_number = "641902733",
    },
  }
end
