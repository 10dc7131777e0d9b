-- The simulated FedEx and its connector's data for specs in plain Lua: a token, calls by the names of operations, and requests
-- that have everything they need.

local Remote, flow, json, service = require "remote", require "flow", require "json", require "service"

local World = {}
World.__index = World

World.ACCOUNT = "740561073"

function World.start(root)
  local sandbox = assert(loadfile(root .. "/examples/sandbox/init.lua")) { only = { "fedex" } }.systems.fedex
  service.timers = {}
  local self = setmetatable({ url = sandbox.url, credentials = sandbox.credentials, system = flow.load(root, "scripts/systems/fedex") }, World)
  self.remote = Remote.new(self.system, self.url, function()
    return { authorization = "Bearer " .. (self.access or "none"), ["x-customer-transaction-id"] = self.transaction }
  end, {})
  self:log_in()
  return self
end

function World:token()
  local auth, form = self.system.auth, {}
  for name, value in pairs { grant_type = auth.kind, client_id = self.credentials.client_id, client_secret = self.credentials.client_secret } do
    form[#form + 1] = name .. "=" .. value
  end
  return service.call("POST", self.url .. auth.token_path, {
    body = table.concat(form, "&"), headers = { ["content-type"] = "application/x-www-form-urlencoded" },
  })
end

function World:log_in()
  local answer = self:token()
  assert(answer.status == 200, answer.body)
  self.access = answer.json.access_token
end

function World:call(name, ...) return self.remote:call(name, ...) end

function World:control(method, what, body)
  local answer = service.call(method, self.url .. "/_sandbox/fedex/" .. what, { json = body })
  assert(answer.status == 200, answer.body)
  return answer.json
end

function World.party(company, street, city, postcode, country)
  return {
    contact = { companyName = company, phoneNumber = "31201234567" },
    address = { streetLines = json.array { street }, city = city, postalCode = postcode, countryCode = country },
  }
end

-- A label by reference; `more` lies over requestedShipment.
function World.shipment(reference, more)
  local requested = {
    shipDatestamp = "2026-01-05", pickupType = "USE_SCHEDULED_PICKUP", serviceType = "FEDEX_INTERNATIONAL_PRIORITY",
    packagingType = "YOUR_PACKAGING", totalWeight = 2, shipper = World.party("Voorbeeld BV", "Dorpsstraat 1", "Utrecht", "3511AA", "NL"),
    recipients = json.array { World.party("Muster GmbH", "Hauptstr. 5", "Berlin", "10115", "DE") },
    shippingChargesPayment = { paymentType = "SENDER" }, labelSpecification = { imageType = "PDF", labelStockType = "PAPER_4X6" },
    requestedPackageLineItems = json.array { {
      groupPackageCount = 1, weight = { units = "KG", value = 2 },
      customerReferences = json.array {
        { customerReferenceType = "CUSTOMER_REFERENCE", value = reference }, { customerReferenceType = "DEPARTMENT_NUMBER", value = "KP-310" },
      },
    } },
  }
  for name, value in pairs(more or {}) do requested[name] = value end
  return { labelResponseOptions = "LABEL", accountNumber = { value = World.ACCOUNT }, requestedShipment = requested }
end

-- Outside the union.
function World.export(reference)
  return World.shipment(reference, {
    recipients = json.array { World.party("Bygg AS", "Storgata 1", "Oslo", "0155", "NO") },
    customsClearanceDetail = {
      commercialInvoice = { shipmentPurpose = "SOLD", termsOfSale = "DAP" }, dutiesPayment = { paymentType = "RECIPIENT" },
      totalCustomsValue = { amount = 40, currency = "EUR" },
      commodities = json.array { {
        description = "Mug", countryOfManufacture = "NL", harmonizedCode = "691110", quantity = 2, quantityUnits = "PCS",
        unitPrice = { amount = 20, currency = "EUR" }, customsValue = { amount = 40, currency = "EUR" }, weight = { units = "KG", value = 2 },
      } },
    },
  })
end

return World
