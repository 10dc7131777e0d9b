-- The connector of UPS and its simulation, written apart, understand each other: what the connector declares is asked, and what comes
-- back is what its types say.

local root = ...
local flow, service = require "flow", require "service"
local asked = require "asked"
local digest, json, Ups = require "digest", require "json", require "ups_client"

local METHODS = { "GET", "POST", "DELETE" }

-- A path of names and positions (from 0) into an answer.
local function at_path(value, path)
  for step in path:gmatch "[^.]+" do
    if type(value) ~= "table" then return nil end
    local position = math.tointeger(step)
    if position then value = value[position + 1] else value = value[step] end
  end
  return value
end

local Client = {}
Client.__index = Client

local function escape(text) return (tostring(text):gsub("[^%w%-._~]", function(char) return ("%%%02X"):format(char:byte()) end)) end

-- A token as the connector's data says that one is got.
local function token_of(connector, ups)
  local auth = connector.auth
  assert(auth.kind == "client_credentials" and auth.client == "basic")
  local headers = {
    ["content-type"] = "application/x-www-form-urlencoded",
    authorization = "Basic " .. digest.base64(ups.account.client_id .. ":" .. ups.account.client_secret),
  }
  for name, pattern in pairs(auth.token_headers) do headers[name] = ups.account[pattern:match "^{(%w+)%??}$"] end
  local answer = service.call("POST", ups.url .. auth.token_path, { headers = headers, body = "grant_type=client_credentials" })
  assert(answer.status == 200, answer.body)
  return answer.json.access_token
end

local function start()
  local ups = Ups.start(root)
  local connector = flow.load(root, "scripts/systems/ups")
  return setmetatable({ ups = ups, connector = connector, token = token_of(connector, ups), calls = 0 }, Client)
end

-- The answer to an operation: status, whole, and its record or rows.
function Client:call(name, options)
  options = options or {}
  local operation = self.connector.operations[name]
  local method, path
  for _, each in ipairs(METHODS) do
    if operation[each] then method, path = each, operation[each] end
  end
  path = path:gsub("{(%w+)}", function(hole) return escape(options[hole]) end)
  local query = {}
  for _, part in ipairs { operation.query or {}, options.query or {} } do
    for field, value in pairs(part) do query[#query + 1] = escape(field) .. "=" .. escape(value) end
  end
  self.calls = self.calls + 1
  local headers = { transid = ("%032x"):format(self.calls) }
  for _, part in ipairs { self.connector.headers, options.headers or {} } do
    for field, value in pairs(part) do
      if value ~= "{request_id}" then headers[field:lower()] = value end   -- that is the number made above
    end
  end
  local send = self.connector.auth.send
  headers[send.header:lower()] = send.value:gsub("{access_token}", self.token)
  local answer = service.call(method, self.ups.url .. path .. (#query > 0 and "?" .. table.concat(query, "&") or ""), {
    json = options.body, headers = headers,
  })
  for _, unwrap in ipairs(operation.unwrap or {}) do
    answer.record = answer.record or answer.json and at_path(answer.json, unwrap)
  end
  if operation.pages then
    for _, rows in ipairs(operation.pages.rows) do answer.rows = answer.rows or at_path(answer.json, rows) end
  end
  answer.record = answer.record or answer.json
  return answer
end

-- What of a value its type does not know, may not write or misses.
local function faults(types, name, value, writing, at, out)
  out, at = out or {}, at or name
  local fields = types[name].fields
  for field, part in pairs(value) do
    local known = fields[field]
    local where = at .. "." .. field
    if not known then
      out[#out + 1] = where .. " is not known"
    elseif writing and not known.writable then
      out[#out + 1] = where .. " is only read"
    elseif known.type == "record" then
      faults(types, known.of, part, writing, where, out)
    elseif known.type == "list" and types[known.of] then
      if part[1] == nil and next(part) ~= nil then out[#out + 1] = where .. " is no list" end
      for _, item in ipairs(part) do faults(types, known.of, item, writing, where, out) end
    elseif known.wire == "text" and type(part) ~= "string" then
      out[#out + 1] = where .. " is no number as text"
    elseif known.max and utf8.len(part) > known.max then
      out[#out + 1] = where .. " is too long"
    end
  end
  if writing then
    for field, known in pairs(fields) do
      if known.mandatory and value[field] == nil then out[#out + 1] = at .. "." .. field .. " is missing" end
    end
  end
  return out
end

local function none(list) assert(#list == 0, "\n" .. table.concat(list, "\n")) end

-- Asks, and holds body and answer against the types.
function Client:checked(name, options)
  local operation, types = self.connector.operations[name], self.connector.types
  if operation.takes then none(faults(types, operation.takes, options.body, true)) end
  local answer = self:call(name, options)
  assert(answer.status == 200, name .. ": " .. answer.status .. " " .. answer.body)
  if operation.gives and operation.pages then
    assert(answer.rows[1], name .. " gives no rows")
    for _, row in ipairs(answer.rows) do none(faults(types, operation.gives, row)) end
  elseif operation.gives then
    none(faults(types, operation.gives, answer.record))
    assert(not operation.id or at_path(answer.record, operation.id), name .. ": its id is not where it is said to be")
    assert(not operation.number or at_path(answer.record, operation.number), name .. ": its number is not where it is said to be")
  end
  return answer
end

local PICKUP_ADDRESS = {
  CompanyName = "Voorbeeld BV", ContactName = "An", AddressLine = { "Dorpsstraat 1" }, City = "Utrecht", PostalCode = "3511AA", CountryCode = "NL",
  ResidentialIndicator = "N", Phone = { Number = "31201234567" },
}
local PICKUP_DATE = { ReadyTime = "1500", CloseTime = "1800", PickupDate = "20260106" }

-- A parcel to rate: as the one that is shipped, with the packaging under this service's own name.
local function to_rate()
  local shipped = Ups.shipment()
  local package = shipped.Package[1]
  return {
    Shipper = shipped.Shipper, ShipTo = shipped.ShipTo, Service = shipped.Service, ShipmentRatingOptions = { NegotiatedRatesIndicator = "" },
    Package = { { PackagingType = package.Packaging, Dimensions = package.Dimensions, PackageWeight = package.PackageWeight } },
  }
end

-- Something to ask each operation; those of a shipment get its number.
local function samples(number)
  local rate = { body = { RateRequest = { Request = {}, Shipment = to_rate() } } }
  local portal = { body = { locale = "en_US", countryCode = "NL", trackingNumberList = { number } } }
  local events = { body = { QuantumViewRequest = { Request = { RequestAction = "QVEvents" } } } }
  local alert = { body = {
    locale = "en_US", countryCode = "NL", trackingNumberList = { number }, destination = { url = Ups.HOOK, credentialType = "x", credential = "s3cret" },
  } }
  return {
    ["shipments.create"] = { body = Ups.request(Ups.shipment "EO-2") }, ["shipments.void"] = { id = number },
    ["labels.recover"] = { body = { LabelRecoveryRequest = { ReferenceValues = { ReferenceNumber = { Value = "EO-1" }, ShipperNumber = "A1B2C3" } } } },
    ["tracking.get"] = { number = number }, ["tracking.shipment"] = { number = number, query = { offset = 0, count = 50 } },
    ["tracking.by_reference"] = { reference = "EO-1", query = { shipperNum = "A1B2C3" } },
    ["events.list"] = events, ["ping.4_quantum_view"] = events, ["alerts.subscribe"] = alert, ["ping.3_track_alert"] = alert,
    ["portal_alerts.subscribe"] = portal, ["portal_alerts.subscribe_enhanced"] = portal,
    ["account_alerts.subscribe"] = { body = { shipperAccountNumber = "A1B2C3", subAccountType = { "Outbound" } } },
    ["rates.get"] = rate, ["rates.get_with_days"] = rate, ["rates.list"] = rate, ["rates.list_with_days"] = rate,
    ["transit_times.list"] = { body = {
      originCountryCode = "NL", originPostalCode = "3511AA", destinationCountryCode = "NL", destinationPostalCode = "1012JS",
    } },
    ["addresses.check"] = { body = { XAVRequest = { AddressKeyFormat = {
      ConsigneeName = "Acme Inc", AddressLine = { "1 Main St" }, PoliticalDivision2 = "Roswell", PostcodePrimaryLow = "30076", CountryCode = "US",
    } } } },
    ["pickups.rate"] = { body = { PickupRateRequest = {
      Request = {}, PickupAddress = PICKUP_ADDRESS, AlternateAddressIndicator = "N", PickupDateInfo = PICKUP_DATE,
    } } },
    ["pickups.create"] = { body = { PickupCreationRequest = {
      Request = {}, RatePickupIndicator = "Y", AlternateAddressIndicator = "N", PickupAddress = PICKUP_ADDRESS, PickupDateInfo = PICKUP_DATE,
      PaymentMethod = "00", PickupPiece = { { ServiceCode = "011", Quantity = "3", DestinationCountryCode = "DE", ContainerCode = "01" } },
    } } },
    ["pickups.list"] = { headers = { AccountNumber = "A1B2C3" } }, ["ping.1_tracking"] = {},
    ["ping.2_shipping"] = { body = { LabelRecoveryRequest = { ReferenceValues = { ReferenceNumber = { Value = "EO-1" }, ShipperNumber = "A1B2C3" } } } },
  }
end

return {
  ["every operation is answered as a success, with bodies and answers that the types know"] = function()
    local client = start()
    local number = client:checked("shipments.create", { body = Ups.request(Ups.shipment "EO-1") }).record.ShipmentIdentificationNumber
    client.ups:control("POST", "seed", { travel = { number } })
    client.ups:control("POST", "seed", { measure = { { number = number, weight = "3.2", length = "40", width = "30", height = "20" } } })
    client:checked("pickups.create", samples(number)["pickups.create"])
    local waiting = client:checked("pickups.list", { headers = { AccountNumber = "A1B2C3" } }).rows[1].PRN
    local given = samples(number)
    given["pickups.cancel"] = { headers = { Prn = waiting } }
    local first = client:call("shipments.create", { body = Ups.request(Ups.shipment "EO-3") }).record.ShipmentIdentificationNumber
    given["shipments.void"] = { id = first }
    local names = {}
    for name in pairs(client.connector.operations) do names[#names + 1] = name end
    table.sort(names)
    for _, name in ipairs(names) do
      assert(given[name], "nothing is asked of " .. name)
      client:checked(name, given[name])
    end
    assert(#names >= 20)
    local counts = client.ups:control("GET", "events").violation_counts
    assert(next(counts) == nil, "no rule was broken: " .. tostring(next(counts)))
  end,
  ["XU3: both hosts are told apart by region, and the account goes with the token's request"] = function()
    local connector = flow.load(root, "scripts/systems/ups")
    assert(connector.base_url.production:find "onlinetools" and connector.base_url.test:find "wwwcie")
    assert(connector.auth.token_headers["x-merchant-id"] == "{account?}", "without an account the header stays away")
    assert(connector.auth.limits[1].calls == 250 and connector.auth.limits[1].per == "1d")
  end,
  ["XU7: a label whose answer is lost is found as its declaration asks, with all its labels, and a voided one is none"] = function()
    for _, alone in ipairs { false, true } do
      local client = start()
      client.ups:switch { single_as_object = alone }
      local create = client.connector.operations["shipments.create"]
      local effect, body = create.effect, Ups.request(Ups.shipment "EO-1")
      assert(effect.kind == "C" and effect.absent == "person" and not effect.may_repeat, "never repeated by itself")
      local reference = asked.reference(effect, body)
      assert(reference == "EO-1")
      local function look()
        local asks = asked.arguments(effect.asks, reference, body)
        local answer = client:call(effect.look_up, { reference = asks.path.reference, query = asks.query }).rows
        if #answer == 0 then answer = { answer } end   -- a list of one came as the one
        return asked.ours(effect, reference, answer)
      end
      assert(#look() == 0)
      client.ups:control("POST", "faults", { kind = "lost_answer", count = 1, match = { path = "/ship" } })
      local lost = service.call("POST", client.ups.url .. create.POST, { json = body, headers = { authorization = "Bearer " .. client.token } })
      assert(lost.cut == "before")
      local found = look()
      assert(#found == 1)
      local number = asked.texts(found[1], effect.id)[1]
      local labels = client:call(effect.fetch.read, { body = asked.arguments(effect.fetch.asks, reference, body).body }).record
      assert(at_path(labels, create.id) == number, "the record of what was found has the id of what was answered")
      assert(#asked.texts(labels, "LabelResults.*.LabelImage.GraphicImage") == #body.ShipmentRequest.Shipment.Package)
      assert(client.ups:control("GET", "state").counts.shipments == 1)
      client:call("shipments.void", { id = number })
      assert(#look() == 0, "a voided label is none")
    end
  end,
  ["XU7: a reference that nothing was bought for is a warning, in old and new forms"] = function()
    for _, alone in ipairs { false, true } do
      local client = start()
      client.ups:switch { single_as_object = alone }
      local nothing = client:call("tracking.get", { number = "1ZA1B2C39999999999" }).record
      assert(nothing.warnings[1].code == "TW0001")
      none(faults(client.connector.types, "TrackShipment", nothing))
    end
  end,
  ["L6: a void is repeated without harm"] = function()
    local client = start()
    local number = client:call("shipments.create", { body = Ups.request() }).record.ShipmentIdentificationNumber
    for _ = 1, 2 do assert(client:checked("shipments.void", { id = number }).record.SummaryResult.Status.Code == "1") end
    assert(client.connector.operations["shipments.void"].effect.may_repeat)
  end,
  ["XU4: a push carries what is verified, its topic where it is looked for, and fields that the type knows"] = function()
    local client = start()
    local number = client:call("shipments.create", { body = Ups.request() }).record.ShipmentIdentificationNumber
    local seen = Ups.pushes()
    client:checked("alerts.subscribe", samples(number)["alerts.subscribe"])
    client.ups:control("POST", "seed", { happen = { { number = number, what = "delivered" } } })
    service.pass(2)
    local webhooks, pushed = client.connector.webhooks, json.decode(seen[1].body)
    assert(seen[1].headers[webhooks.verify[1].token.header] == "s3cret" and at_path(pushed, webhooks.topic) == "D")
    none(faults(client.connector.types, "Alert", pushed))
  end,
  ["XU4: pushes of both generations bear what one of the declared proofs looks at"] = function()
    local client = start()
    local proofs = {}
    for _, proof in ipairs(client.connector.webhooks.verify) do proofs[proof.name] = proof end
    local number = client:call("shipments.create", { body = Ups.request() }).record.ShipmentIdentificationNumber
    local hook, door, fetched = "https://localhost:9/hooks/acme/ups", "https://localhost:9/oauth/token/acme/ups", {}
    local seen = Ups.pushes()
    service.callbacks[door] = function(given)
      fetched[#fetched + 1] = given
      return { status = 200, body = '{"access_token":"t0k3n","token_type":"Bearer","expires_in":3600}' }
    end
    client.ups:control("POST", "seed", { portal = { url = hook } })
    client:checked("portal_alerts.subscribe", samples(number)["portal_alerts.subscribe"])
    client.ups:control("POST", "seed", { happen = { { number = number, what = "picked_up" } } })
    service.pass(2)
    local key = proofs["portal key"].token
    assert(key.secret == "client_id" and seen[1].headers[key.header] == client.ups.account.client_id)
    client.ups:control("POST", "seed", { portal = { url = hook, token_url = door, client_id = "ups", client_secret = "pw" } })
    client.ups:control("POST", "seed", { happen = { { number = number, what = "delivered" } } })
    service.pass(2)
    assert(proofs["portal token"].bearer and seen[2].headers.authorization == "Bearer t0k3n" and #fetched == 1)
    assert(not seen[2].headers.credential and proofs["Track Alert v1"].token.header == "credential")
  end,
  ["refusals are told in the remote's own words"] = function()
    local client = start()
    local wrong = Ups.shipment()
    wrong.Package[1].ReferenceNumber = { { Value = "EO-1" } }
    local refused = client:call("shipments.create", { body = Ups.request(wrong) })
    local words
    for _, path in ipairs(client.connector.errors.message) do words = words or at_path(refused.json, path) end
    assert(refused.status == 400 and words == "The reference number is not allowed at this level.")
  end,
  ["a field that is longer than UPS takes is known before it is sent"] = function()
    local client = start()
    local long = Ups.request()
    long.ShipmentRequest.Shipment.ShipTo.Name = ("ß"):rep(36)
    local found = faults(client.connector.types, "ShipmentBody", long, true)
    assert(#found == 1 and found[1]:find("ShipTo.Name is too long", 1, true), table.concat(found, "\n"))
    assert(client:call("shipments.create", { body = long }).status == 400, "and UPS refuses it")
  end,
}
