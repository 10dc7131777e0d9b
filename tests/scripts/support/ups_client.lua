-- A client of the simulated UPS for its specs: one system, a token, the sample of the sheet.

local digest, json, service = require "digest", require "json", require "service"

local MONDAY = 1767571200000   -- 2026-01-05T00:00:00Z
local SHIP = "/api/shipments/v2409/ship"

local Ups = { HOOK = "https://localhost:9/hooks/acme/ups" }
Ups.__index = Ups

-- A simulated UPS of its own, on a Monday at midnight.
function Ups.start(root)
  local system = assert(loadfile(root .. "/examples/sandbox/init.lua")) { only = { "ups" } }.systems.ups
  service.timers, service.callbacks, service.now_ms = {}, {}, MONDAY
  local account = {}
  for name, value in pairs(system.credentials) do account[name] = value end
  return setmetatable({ url = system.url, account = account, calls = 0 }, Ups)
end

function Ups:fetch_token(options)
  options = options or {}
  return service.call("POST", self.url .. "/security/v1/oauth/token", {
    headers = {
      ["content-type"] = options.content_type or "application/x-www-form-urlencoded", ["x-merchant-id"] = options.merchant,
      authorization = "Basic " .. digest.base64(self.account.client_id .. ":" .. (options.secret or self.account.client_secret)),
    },
    body = options.body or "grant_type=client_credentials",
  })
end

function Ups:call(method, path, options)
  options = options or {}
  self.token = self.token or self:fetch_token().json.access_token
  self.calls = self.calls + 1
  local headers = { authorization = "Bearer " .. self.token, transid = ("%032x"):format(self.calls), transactionsrc = "ml-connector" }
  for name, value in pairs(options.headers or {}) do headers[name] = value or nil end
  return service.call(method, self.url .. path, { json = options.json, headers = headers })
end

function Ups:control(method, what, body)
  return service.call(method, self.url .. "/_sandbox/ups/" .. what, { json = body }).json
end

function Ups:switch(changes) return self:control("POST", "switches", changes) end

function Ups.code_of(answer) return answer.json.response.errors[1].code end

function Ups.address(street, city, postcode, country)
  return { AddressLine = { street }, City = city, PostalCode = postcode, CountryCode = country }
end

-- The shipment of the sheet's sample, with a reference of its own.
function Ups.shipment(reference)
  return {
    Description = "Spare parts",
    Shipper = { Name = "Voorbeeld BV", ShipperNumber = "A1B2C3", Phone = { Number = "31201234567" },
      Address = Ups.address("Dorpsstraat 1", "Utrecht", "3511AA", "NL") },
    ShipTo = { Name = "Muster GmbH", AttentionName = "Wareneingang", Phone = { Number = "49301234567" },
      Address = Ups.address("Hauptstr. 5", "Berlin", "10115", "DE") },
    PaymentInformation = { ShipmentCharge = { { Type = "01", BillShipper = { AccountNumber = "A1B2C3" } } } },
    Service = { Code = "11" }, ReferenceNumber = { { Value = reference or "EO-84211" } },
    Package = { {
      Packaging = { Code = "02" }, Dimensions = { UnitOfMeasurement = { Code = "CM" }, Length = "30", Width = "20", Height = "15" },
      PackageWeight = { UnitOfMeasurement = { Code = "KGS" }, Weight = "2.5" },
    } },
  }
end

function Ups.request(shipped, format)
  return { ShipmentRequest = {
    Request = { RequestOption = "nonvalidate", SubVersion = "2205", TransactionReference = { CustomerContext = "EO-84211" } },
    Shipment = shipped or Ups.shipment(),
    LabelSpecification = { LabelImageFormat = { Code = format or "ZPL" }, LabelStockSize = { Height = "6", Width = "4" } },
  } }
end

function Ups:buy(reference, more)
  local shipped = Ups.shipment(reference)
  for name, value in pairs(more or {}) do shipped[name] = value end
  local answer = self:call("POST", SHIP, { json = Ups.request(shipped) })
  assert(answer.status == 200, answer.body)
  return answer.json.ShipmentResponse.ShipmentResults
end

-- Base64 to bytes.
function Ups.bytes(text)
  local letters, out, held, bits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", {}, 0, 0
  for letter in text:gmatch "[^=]" do
    held, bits = held << 6 | letters:find(letter, 1, true) - 1, bits + 6
    if bits >= 8 then
      bits = bits - 8
      out[#out + 1] = string.char(held >> bits & 255)
    end
  end
  return table.concat(out)
end

function Ups.pushes(answer)
  local seen = {}
  service.callbacks = {}
  service.callbacks[Ups.HOOK] = function(pushed)
    pushed.json = json.decode(pushed.body)
    seen[#seen + 1] = pushed
    return { status = answer and answer(#seen) or 200 }
  end
  return seen
end

function Ups:subscribe(numbers, options)
  options = options or {}
  local version = options.version or "v1"
  return self:call("POST", ("/api/track/%s/subscription/%s/package"):format(version, options.kind or "standard"), {
    json = {
      locale = options.locale or "en_US", countryCode = "NL", trackingNumberList = numbers, eventPreferences = options.preferences,
      destination = version == "v1" and { url = Ups.HOOK, credentialType = "Bearer", credential = options.credential or "s3cret" } or nil,
    },
    headers = options.headers,
  })
end

function Ups:track(number, query) return self:call("GET", "/api/track/v1/details/" .. number .. (query or "")).json.trackResponse.shipment[1] end

function Ups:happen(number, what, more)
  local event = { number = number, what = what }
  for name, value in pairs(more or {}) do event[name] = value end
  return self:control("POST", "seed", { happen = { event } })
end

return Ups
