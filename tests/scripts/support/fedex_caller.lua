-- Calls to the simulated FedEx for specs in plain Lua, and requests that have everything they need.

local json, service = require "json", require "service"

local ACCOUNT, MORNING = "740561073", 1767571200000   -- 2026-01-05T00:00:00Z

local FedEx = { ACCOUNT = ACCOUNT }
FedEx.__index = FedEx

-- Each starts on the day that its requests ship on.
function FedEx.start(root)
  service.now_ms = MORNING
  local system = assert(loadfile(root .. "/examples/sandbox/init.lua")) { only = { "fedex" } }.systems.fedex
  service.timers = {}
  return setmetatable({ url = system.url, credentials = system.credentials }, FedEx)
end

function FedEx:token(form, options)
  local parts = {}
  for name, value in pairs(form) do parts[#parts + 1] = name .. "=" .. value end
  options = options or {}
  local headers = { ["content-type"] = "application/x-www-form-urlencoded" }
  for name, value in pairs(options.headers or {}) do headers[name] = value end
  return service.call("POST", self.url .. "/oauth/token", { body = table.concat(parts, "&"), headers = headers, peer = options.peer })
end

function FedEx:own_form(prefix)
  prefix = prefix or ""
  return {
    grant_type = "client_credentials", client_id = self.credentials[prefix .. "client_id"],
    client_secret = self.credentials[prefix .. "client_secret"],
  }
end

function FedEx:log_in(form)
  local answer = self:token(form or self:own_form())
  assert(answer.status == 200, answer.body)
  self.access = answer.json.access_token
  return self
end

function FedEx:call(method, path, body, headers)
  local all = { authorization = "Bearer " .. (self.access or "none") }
  for name, value in pairs(headers or {}) do all[name] = value end
  return service.call(method, self.url .. path, { json = body, headers = all })
end

function FedEx:control(method, what, body)
  local answer = service.call(method, self.url .. "/_sandbox/fedex/" .. what, { json = body })
  assert(answer.status == 200, answer.body)
  return answer.json
end
function FedEx:switch(switches) return self:control("POST", "switches", switches) end
function FedEx:violations() return self:control("GET", "events").violation_counts end

function FedEx.party(company, street, city, postcode, country)
  return {
    contact = { companyName = company, phoneNumber = "31201234567" },
    address = { streetLines = json.array { street }, city = city, postalCode = postcode, countryCode = country },
  }
end

function FedEx.package(reference, more)
  local out = {
    groupPackageCount = 1, weight = { units = "KG", value = 2 },
    customerReferences = json.array {
      { customerReferenceType = "CUSTOMER_REFERENCE", value = reference or "EO-84211" },
      { customerReferenceType = "DEPARTMENT_NUMBER", value = "KP-310" },
    },
  }
  for name, value in pairs(more or {}) do out[name] = value end
  return out
end

-- The fact sheet's own request; `more` lies over requestedShipment.
function FedEx.shipment(more)
  local requested = {
    shipDatestamp = "2026-01-05", pickupType = "USE_SCHEDULED_PICKUP", serviceType = "FEDEX_INTERNATIONAL_PRIORITY",
    packagingType = "YOUR_PACKAGING", totalWeight = 2, shipper = FedEx.party("Voorbeeld BV", "Dorpsstraat 1", "Utrecht", "3511AA", "NL"),
    recipients = json.array { FedEx.party("Muster GmbH", "Hauptstr. 5", "Berlin", "10115", "DE") },
    shippingChargesPayment = { paymentType = "SENDER" }, labelSpecification = { imageType = "PDF", labelStockType = "PAPER_4X6" },
    requestedPackageLineItems = json.array { FedEx.package() },
  }
  for name, value in pairs(more or {}) do requested[name] = value end
  return { labelResponseOptions = "LABEL", accountNumber = { value = ACCOUNT }, requestedShipment = requested }
end

FedEx.CUSTOMS = {
  dutiesPayment = { paymentType = "RECIPIENT" }, commercialInvoice = { shipmentPurpose = "SOLD", termsOfSale = "DAP" },
  totalCustomsValue = { amount = 40, currency = "EUR" },
  commodities = json.array { {
    description = "Mug", countryOfManufacture = "NL", harmonizedCode = "691110", quantity = 2, quantityUnits = "PCS",
    unitPrice = { amount = 20, currency = "EUR" }, customsValue = { amount = 40, currency = "EUR" }, weight = { units = "KG", value = 2 },
  } },
}

-- To a country outside the union.
function FedEx.abroad(customs)
  return FedEx.shipment { recipients = json.array { FedEx.party("Bygg AS", "Storgata 1", "Oslo", "0155", "NO") }, customsClearanceDetail = customs }
end

function FedEx:ship(body, headers)
  local answer = self:call("POST", "/ship/v1/shipments", body or FedEx.shipment(), headers)
  assert(answer.status == 200, answer.body)
  return answer.json.output.transactionShipments and answer.json.output.transactionShipments[1], answer.json
end

function FedEx:refused(body, code)
  local answer = self:call("POST", "/ship/v1/shipments", body)
  assert(answer.status == 400, answer.status)
  for _, fault in ipairs(answer.json.errors) do
    if fault.code:find(code, 1, true) then return fault end
  end
  error("not refused for " .. code .. ": " .. answer.body)
end

function FedEx:track(numbers, more)
  local list = json.array {}
  for index, number in ipairs(numbers) do
    local entry = { trackingNumberInfo = { trackingNumber = number } }
    for name, value in pairs(more or {}) do entry[name] = value end
    list[index] = entry
  end
  local answer = self:call("POST", "/track/v1/trackingnumbers", { includeDetailedScans = true, trackingInfo = list })
  assert(answer.status == 200, answer.body)
  return answer.json.output.completeTrackResults
end

function FedEx:by_reference(value, more)
  local information = { type = "CUSTOMER_REFERENCE", value = value, accountNumber = ACCOUNT }
  for name, each in pairs(more or {}) do information[name] = each end
  local answer = self:call("POST", "/track/v1/referencenumbers", { includeDetailedScans = true, referencesInformation = information })
  if answer.status ~= 200 then return answer end
  return answer.json.output.completeTrackResults
end

local B64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
function FedEx.unbase64(text)
  local bits, count, out = 0, 0, {}
  for char in text:gmatch "[^=]" do
    bits, count = bits << 6 | (B64:find(char, 1, true) - 1), count + 6
    if count >= 8 then
      count = count - 8
      out[#out + 1] = string.char(bits >> count & 0xff)
    end
  end
  return table.concat(out)
end

return FedEx
