-- The simulated FedEx keeps the rules of apis/fedex.md.

local root = ...
local json, service = require "json", require "service"

local ACCOUNT = "740561073"

local FedEx = {}
FedEx.__index = FedEx

local function start()
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

local function party(company, street, city, postcode, country)
  return {
    contact = { companyName = company, phoneNumber = "31201234567" },
    address = { streetLines = json.array { street }, city = city, postalCode = postcode, countryCode = country },
  }
end

local function package(reference, more)
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
local function shipment(more)
  local requested = {
    shipDatestamp = "2026-01-05", pickupType = "USE_SCHEDULED_PICKUP", serviceType = "FEDEX_INTERNATIONAL_PRIORITY",
    packagingType = "YOUR_PACKAGING", totalWeight = 2, shipper = party("Voorbeeld BV", "Dorpsstraat 1", "Utrecht", "3511AA", "NL"),
    recipients = json.array { party("Muster GmbH", "Hauptstr. 5", "Berlin", "10115", "DE") },
    shippingChargesPayment = { paymentType = "SENDER" }, labelSpecification = { imageType = "PDF", labelStockType = "PAPER_4X6" },
    requestedPackageLineItems = json.array { package() },
  }
  for name, value in pairs(more or {}) do requested[name] = value end
  return { labelResponseOptions = "LABEL", accountNumber = { value = ACCOUNT }, requestedShipment = requested }
end

local CUSTOMS = {
  dutiesPayment = { paymentType = "RECIPIENT" }, commercialInvoice = { shipmentPurpose = "SOLD", termsOfSale = "DAP" },
  totalCustomsValue = { amount = 40, currency = "EUR" },
  commodities = json.array { {
    description = "Mug", countryOfManufacture = "NL", harmonizedCode = "691110", quantity = 2, quantityUnits = "PCS",
    unitPrice = { amount = 20, currency = "EUR" }, customsValue = { amount = 40, currency = "EUR" }, weight = { units = "KG", value = 2 },
  } },
}

local function abroad(customs)
  return shipment { recipients = json.array { party("Bygg AS", "Storgata 1", "Oslo", "0155", "NO") }, customsClearanceDetail = customs }
end

function FedEx:ship(body, headers)
  local answer = self:call("POST", "/ship/v1/shipments", body or shipment(), headers)
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
local function unbase64(text)
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

return {
  ["XF3: credentials travel in the form's body and the token says its life as an integer"] = function()
    local fedex = start()
    local answer = fedex:token(fedex:own_form())
    assert(answer.json.token_type == "bearer" and answer.json.expires_in == 3600 and answer.json.scope == "CXS")
    local form = fedex:own_form()
    form.client_secret = nil
    assert(fedex:token(form, { headers = { authorization = "Basic eDp5" } }).status == 401)
    assert(fedex:token(fedex:own_form(), { headers = { ["content-type"] = "application/json" } }).status == 400)
    form = fedex:own_form()
    form.grant_type = "password"
    assert(fedex:token(form).status == 400)
  end,
  ["an integrator's token needs the child's key, with a capital K, and reaches the child's account alone"] = function()
    local fedex = start()
    local form = fedex:own_form()
    form.grant_type, form.child_key, form.child_secret = "csp_credentials", fedex.credentials.child_key, fedex.credentials.child_secret
    assert(fedex:token(form).status == 401)
    form.child_Key, form.child_key = form.child_key, nil
    fedex:log_in(form):ship()
    local body = shipment()
    body.accountNumber.value = fedex.credentials.other_account_number
    fedex:refused(body, "SHIPMENT.ACCOUNTNUMBER.UNAUTHORIZED")
  end,
  ["XF3: a token lives an hour; after that, and without one, an API answers 401 without the caller's id"] = function()
    local fedex = start():log_in()
    fedex:ship()
    service.pass(3600)
    local late = fedex:call("POST", "/ship/v1/shipments", shipment(), { ["x-customer-transaction-id"] = "t-1" })
    assert(late.status == 401 and late.json.errors[1].code == "NOT.AUTHORIZED.ERROR" and late.json.transactionId)
    assert(late.json.customerTransactionId == nil)
    fedex:log_in():ship()
    fedex:control("POST", "seed", { revoke = true })
    assert(fedex:call("POST", "/ship/v1/shipments", shipment()).status == 401)
  end,
  ["XF3: three token calls a second for five seconds hold the address for ten minutes, whoever asks"] = function()
    local fedex = start()
    for _ = 1, 14 do assert(fedex:token(fedex:own_form()).status == 200) end
    assert(fedex:token(fedex:own_form()).json.errors[1].code == "FORBIDDEN.ERROR")
    assert(fedex:token(fedex:own_form "track_").status == 403, "another project behind the same address")
    assert(fedex:token(fedex:own_form(), { peer = "192.0.2.7:40000" }).status == 200, "another address")
    assert(fedex:violations().token_burst == 1 and fedex:violations().token_while_held == 1)
    service.pass(601)
    assert(fedex:token(fedex:own_form()).status == 200)
  end,
  ["XF3: trying on makes the hold longer"] = function()
    local fedex = start()
    for _ = 1, 15 do fedex:token(fedex:own_form()) end
    service.pass(590)
    assert(fedex:token(fedex:own_form()).status == 403)
    service.pass(590)
    assert(fedex:token(fedex:own_form()).status == 403)
    fedex:switch { trying_extends_hold = false }
    service.pass(590)
    assert(fedex:token(fedex:own_form()).status == 403)
    service.pass(11)
    assert(fedex:token(fedex:own_form()).status == 200)
  end,
  ["XF3: a token call a second for two minutes is too many as well"] = function()
    local fedex = start()
    for _ = 1, 119 do
      assert(fedex:token(fedex:own_form()).status == 200)
      service.pass(1)
    end
    assert(fedex:token(fedex:own_form()).status == 403 and fedex:violations().token_average == 1)
  end,
  ["XF3: an API that the project may not use answers 403, and the token goes on working"] = function()
    local fedex = start():log_in()
    fedex:switch { missing_apis = json.array { "track" } }
    local answer = fedex:call("POST", "/track/v1/trackingnumbers", {}, { ["x-customer-transaction-id"] = "t-1" })
    assert(answer.status == 403 and answer.json.errors[1].code == "FORBIDDEN.ERROR" and not answer.json.customerTransactionId)
    fedex:ship()
  end,
  ["Track may need a project of its own"] = function()
    local fedex = start():log_in()
    fedex:switch { separate_track_project = true }
    assert(fedex:call("POST", "/track/v1/trackingnumbers", {}).status == 403)
    fedex:log_in(fedex:own_form "track_")
    assert(fedex:call("POST", "/track/v1/trackingnumbers", {}).status == 400)
    assert(fedex:call("POST", "/ship/v1/shipments", shipment()).status == 403)
  end,
  ["XF6: 1,400 transactions fit into a window of ten seconds, then 429 until it ends"] = function()
    local fedex = start():log_in()
    assert(fedex:switch({}).transactions == 1400 and fedex:switch({}).track_day == 100000)
    fedex:switch { transactions = 3 }
    service.pass(10 - service.now_ms // 1000 % 10)
    for _ = 1, 3 do fedex:ship() end
    local over = fedex:call("POST", "/ship/v1/shipments", shipment())
    assert(over.status == 429 and over.json.errors[1].message:find "short duration" and not over.headers["Retry-After"])
    assert(fedex:violations().transactions == 1)
    service.pass(10)
    fedex:ship()
  end,
  ["XF6: the day's quota of Track and of the organisation says so in other words and ends at midnight GMT"] = function()
    local fedex = start():log_in()
    service.pass(86400 - service.now_ms // 1000 % 86400)
    fedex:log_in():switch { track_day = 2, retry_after = true }
    for _, path in ipairs { "tcn", "notifications" } do fedex:call("POST", "/track/v1/" .. path, {}) end
    local over = fedex:call("POST", "/track/v1/trackingnumbers", {})
    assert(over.status == 429 and over.json.errors[1].message:find "daily quota" and over.headers["Retry-After"] == "86400")
    fedex:ship()
    fedex:switch { organisation_day = 3 }
    assert(fedex:call("POST", "/ship/v1/shipments", shipment()).json.errors[1].message:find "daily quota")
    service.pass(86400)
    fedex:log_in():ship()
    assert(fedex:violations().track_day == 1 and fedex:violations().organisation_day == 1)
  end,
  ["XF1: the sheet's shipment gives label, numbers, references and cost"] = function()
    local fedex = start():log_in()
    local made, answer = fedex:ship(nil, { ["x-customer-transaction-id"] = "eo-84211" })
    assert(answer.customerTransactionId == "eo-84211" and answer.transactionId)
    local piece = made.pieceResponses[1]
    assert(piece.trackingNumber == made.masterTrackingNumber and piece.trackingNumber:find "^%d+$" and #piece.trackingNumber == 12)
    assert(piece.customerReferences[2].value == "KP-310" and made.completedShipmentDetail.masterTrackingId.trackingNumber == piece.trackingNumber)
    assert(tostring(piece.netChargeAmount) == "34.80", tostring(piece.netChargeAmount))
    local document = piece.packageDocuments[1]
    assert(document.contentType == "LABEL" and document.url == json.null)
    local pdf = unbase64(document.encodedLabel)
    assert(pdf:find "^%%PDF" and pdf:find(piece.trackingNumber, 1, true) and pdf:find "%%%%EOF\n$")
    assert(pdf:find("1 0 obj", tonumber(pdf:match "0000000000 65535 f \n(%d+)") + 1, true) == tonumber(pdf:match "0000000000 65535 f \n(%d+)") + 1)
  end,
  ["XF5: nothing is de-duplicated: the same request with the same id is a second label"] = function()
    local fedex = start():log_in()
    local first = fedex:ship(nil, { ["x-customer-transaction-id"] = "once" })
    local second = fedex:ship(nil, { ["x-customer-transaction-id"] = "once" })
    assert(first.masterTrackingNumber ~= second.masterTrackingNumber)
    local state = fedex:control("GET", "state")
    assert(state.counts.shipments == 2 and state.doubled[1] == "EO-84211" and state.shipments[2].customer_transaction == "once")
  end,
  ["a lost answer has bought the label"] = function()
    local fedex = start():log_in()
    fedex:control("POST", "faults", { match = { path = "/ship/" }, kind = "lost_answer", count = 1 })
    assert(fedex:call("POST", "/ship/v1/shipments", shipment()).cut == "before")
    assert(fedex:control("GET", "state").counts.shipments == 1)
    fedex:control("POST", "faults", json.array { { match = { path = "/ship/" }, kind = "500", count = 1 }, { kind = "503", count = 1 } })
    assert(fedex:call("POST", "/ship/v1/shipments", shipment()).json.errors[1].code == "INTERNAL.SERVER.ERROR")
    assert(fedex:call("POST", "/ship/v1/shipments", shipment()).json.errors[1].code == "SERVICE.UNAVAILABLE.ERROR")
    assert(fedex:control("GET", "state").counts.shipments == 1)
  end,
  ["L1: labels come as PDF, PNG, ZPL or EPL"] = function()
    local fedex = start():log_in()
    for kind, head in pairs { PDF = "^%%PDF%-1", PNG = "^\137PNG\r\n\26\n", ZPLII = "^%^XA", EPL2 = "^\nN\n" } do
      local made = fedex:ship(shipment { labelSpecification = { imageType = kind, labelStockType = "STOCK_4X6" } })
      local document = made.pieceResponses[1].packageDocuments[1]
      local bytes = unbase64(document.encodedLabel)
      assert(document.docType == kind and bytes:find(head) and bytes:find(made.masterTrackingNumber, 1, true), kind)
    end
    fedex:refused(shipment { labelSpecification = { imageType = "GIF", labelStockType = "STOCK_4X6" } }, "IMAGETYPE.INVALID")
  end,
  ["a label behind a link is there for a day"] = function()
    local fedex = start():log_in()
    local body = shipment()
    body.labelResponseOptions = "URL_ONLY"
    local document = fedex:ship(body).pieceResponses[1].packageDocuments[1]
    assert(document.encodedLabel == json.null)
    assert(service.call("GET", document.url).body:find "^%%PDF")
    service.pass(86400)
    assert(service.call("GET", document.url).status == 404)
  end,
  ["what a shipment needs is refused by field, all faults at once"] = function()
    local fedex = start():log_in()
    for _, field in ipairs { "serviceType", "packagingType", "pickupType", "totalWeight" } do
      local body = shipment()
      body.requestedShipment[field] = nil
      fedex:refused(body, field:upper() .. ".MISSING")
    end
    for _, field in ipairs { "shipper", "recipients", "shippingChargesPayment", "labelSpecification", "requestedPackageLineItems" } do
      local body = shipment()
      body.requestedShipment[field] = nil
      fedex:refused(body, "REQUESTEDSHIPMENT." .. field:upper())
    end
    for _, case in ipairs {
      { { pickupType = "WHENEVER" }, "PICKUPTYPE.INVALID" }, { { serviceType = "FEDEX_MOON" }, "SERVICETYPE.INVALID" },
      { { serviceType = "FEDEX_GROUND" }, "SERVICETYPE.INVALID" }, { { shipDatestamp = "05-01-2026" }, "SHIPDATESTAMP.INVALID" },
      { { shippingChargesPayment = { paymentType = "RECIPIENT" } }, "PAYOR.MISSING" },
      { { requestedPackageLineItems = json.array { package("A", { weight = { units = "KG", value = 0 } }) } }, "WEIGHT.VALUE.INVALID" },
      { { requestedPackageLineItems = json.array { package("A", { weight = { units = "ST", value = 1 } }) } }, "WEIGHT.UNITS.INVALID" },
    } do
      fedex:refused(shipment(case[1]), case[2])
    end
    local answer = fedex:call("POST", "/ship/v1/shipments", { requestedShipment = {} })
    assert(answer.status == 400 and #answer.json.errors > 8 and answer.json.errors[1].parameterList[1].key)
    assert(fedex:control("GET", "state").counts.shipments == 0)
  end,
  ["L3: streets of 35 characters, three of them; phones of 10 to 15 digits; a company or a person"] = function()
    local fedex = start():log_in()
    local function to(change)
      local recipient = party("Muster GmbH", "Hauptstr. 5", "Berlin", "10115", "DE")
      change(recipient)
      return shipment { recipients = json.array { recipient } }
    end
    local long = ("Ł"):rep(36)
    fedex:ship(to(function(it) it.address.streetLines = json.array { ("Ł"):rep(35) } end))
    fedex:refused(to(function(it) it.address.streetLines = json.array { long } end), "STREETLINES.TOO.LONG")
    fedex:switch { long_street = "cut" }
    fedex:ship(to(function(it) it.address.streetLines = json.array { long, "2", "3", "128b" } end))
    local shipments = fedex:control("GET", "state").shipments
    local lines = shipments[#shipments].recipient.lines
    assert(#lines == 3 and lines[1] == ("Ł"):rep(35), "the fourth line and the rest of the first are lost")
    for _, phone in ipairs { "123456789", "1234567890123456", "+31201234567" } do
      fedex:refused(to(function(it) it.contact.phoneNumber = phone end), "PHONENUMBER.INVALID")
    end
    fedex:refused(to(function(it) it.contact.companyName = nil end), "CONTACT.MISSING")
    fedex:ship(to(function(it) it.contact.companyName, it.contact.personName = nil, "A. Groß" end))
    fedex:switch { label_text = "ascii" }
    fedex:refused(to(function(it) it.contact.companyName, it.contact.personName = nil, "A. Groß" end), "PERSONNAME.INVALID")
  end,
  ["an account that FedEx does not know, and one that is not the project's, are told apart"] = function()
    local fedex = start():log_in()
    local body = shipment()
    body.accountNumber.value = "999999999"
    assert(fedex:refused(body, "ACCOUNTNUMBER.REGISTRATION.REQUIRED").parameterList[1].key == "accountNumber")
    body.accountNumber.value = "7405610731"
    fedex:refused(body, "ACCOUNTNUMBER.VALUE.TOO.LONG")
    body.accountNumber.value = fedex.credentials.foreign_account_number
    fedex:refused(body, "SHIPMENT.ACCOUNTNUMBER.UNAUTHORIZED")
  end,
  ["XF2: several accounts ship, each in its currency"] = function()
    local fedex = start():log_in()
    local body = shipment()
    body.accountNumber.value = fedex.credentials.us_account_number
    assert(fedex:ship(body).completedShipmentDetail.shipmentRating.shipmentRateDetails[1].currency == "USD")
    assert(fedex:control("GET", "state").counts.charged.USD == "34.80")
    assert(fedex:control("GET", "state?account=740561073").shipments[1] == nil)
  end,
  ["XF2: references have lengths of their own, Ground a shorter one, and come back with groupPackageCount alone"] = function()
    local fedex = start():log_in()
    local function with(kind, length, more)
      local line = package("A")
      line.customerReferences = json.array { { customerReferenceType = kind, value = ("x"):rep(length) } }
      for name, value in pairs(more or {}) do line[name] = value end
      return json.array { line }
    end
    for kind, most in pairs {
      CUSTOMER_REFERENCE = 40, DEPARTMENT_NUMBER = 30, INVOICE_NUMBER = 30, P_O_NUMBER = 30, RMA_ASSOCIATION = 20,
      INTRACOUNTRY_REGULATORY_REFERENCE = 30,
    } do
      fedex:ship(shipment { requestedPackageLineItems = with(kind, most) })
      fedex:refused(shipment { requestedPackageLineItems = with(kind, most + 1) }, "VALUE.TOO.LONG")
    end
    fedex:refused(shipment { requestedPackageLineItems = with("COST_CENTRE", 3) }, "CUSTOMERREFERENCETYPE.INVALID")
    local ground = { serviceType = "FEDEX_GROUND", recipients = json.array { party("B", "Dam 1", "Amsterdam", "1012JS", "NL") } }
    ground.requestedPackageLineItems = with("CUSTOMER_REFERENCE", 31)
    fedex:refused(shipment(ground), "VALUE.TOO.LONG")
    local line = package "A"
    line.groupPackageCount = nil
    assert(fedex:ship(shipment { requestedPackageLineItems = json.array { line } }).pieceResponses[1].customerReferences == nil)
  end,
  ["L2: several parcels have numbers of their own, and a wrong groupPackageCount multiplies labels"] = function()
    local fedex = start():log_in()
    local made = fedex:ship(shipment { requestedPackageLineItems = json.array { package "A", package "A" } })
    assert(#made.pieceResponses == 2 and made.pieceResponses[2].masterTrackingNumber == made.pieceResponses[1].trackingNumber)
    assert(made.pieceResponses[2].packageSequenceNumber == 2)
    local twice = package("A", { groupPackageCount = 2 })
    assert(#fedex:ship(shipment { requestedPackageLineItems = json.array { twice, twice } }).pieceResponses == 4)
  end,
  ["above 40 packages only what may be done later is taken, and asked for by its job"] = function()
    local fedex = start():log_in()
    local body = shipment { requestedPackageLineItems = json.array { package("A", { groupPackageCount = 41 }) } }
    fedex:refused(body, "PACKAGECOUNT")
    body.processingOptionType = "ALLOW_ASYNCHRONOUS"
    local none, answer = fedex:ship(body)
    local job = { accountNumber = { value = ACCOUNT }, jobId = answer.output.jobId }
    assert(none == nil and job.jobId)
    assert(fedex:call("POST", "/ship/v1/shipments/results", job).json.output.transactionShipments == nil)
    service.pass(10)
    assert(#fedex:call("POST", "/ship/v1/shipments/results", job).json.output.transactionShipments[1].pieceResponses == 41)
    job.jobId = "another"
    assert(fedex:call("POST", "/ship/v1/shipments/results", job).status == 404)
    assert(fedex:control("GET", "state").counts.shipments == 1, "asking makes nothing")
  end,
  ["L4: what leaves the union needs customs data whose lines come to the whole"] = function()
    local fedex = start():log_in()
    fedex:refused(abroad(), "CUSTOMSCLEARANCEDETAIL.MISSING")
    local documents = fedex:ship(abroad(CUSTOMS)).shipmentDocuments
    assert(documents[1].contentType == "COMMERCIAL_INVOICE" and unbase64(documents[1].encodedLabel):find "^%%PDF")
    local wrong = json.decode(json.encode(CUSTOMS))
    wrong.totalCustomsValue.amount = 41
    fedex:refused(abroad(wrong), "TOTALCUSTOMSVALUE.AMOUNT.MISMATCH")
    wrong = json.decode(json.encode(CUSTOMS))
    wrong.commodities[1].countryOfManufacture = nil
    fedex:refused(abroad(wrong), "COUNTRYOFMANUFACTURE.MISSING")
    wrong = json.decode(json.encode(CUSTOMS))
    wrong.commercialInvoice, wrong.commodities[1].quantity = nil, "1.5"
    fedex:refused(abroad(wrong), "COMMERCIALINVOICE.MISSING")
    fedex:refused(abroad(wrong), "QUANTITY.INVALID")
    fedex:switch { customs_within_union = true }
    fedex:refused(shipment(), "CUSTOMSCLEARANCEDETAIL.MISSING")
  end,
  ["a check makes no label"] = function()
    local fedex = start():log_in()
    local answer = fedex:call("POST", "/ship/v1/shipments/packages/validate", shipment())
    assert(answer.status == 200 and answer.json.output.alerts[1].alertType == "NOTE")
    assert(fedex:call("POST", "/ship/v1/shipments/packages/validate", abroad()).status == 400)
    assert(fedex:control("GET", "state").counts.shipments == 0)
  end,
  ["alerts are a list, a plain text or nothing"] = function()
    local fedex = start():log_in()
    fedex:switch { alerts = "text" }
    local _, answer = fedex:ship()
    assert(type(answer.output.alerts) == "string")
    fedex:switch { alerts = "none" }
    _, answer = fedex:ship()
    assert(answer.output.alerts == nil)
  end,
  ["L6: a shipment is cancelled whole before FedEx has it, and says so in the body and not in the status"] = function()
    local fedex = start():log_in()
    local function cancel(number, more)
      local body = { accountNumber = { value = ACCOUNT }, trackingNumber = number, deletionControl = "DELETE_ALL_PACKAGES" }
      for name, value in pairs(more or {}) do body[name] = value end
      return fedex:call("PUT", "/ship/v1/shipments/cancel", body)
    end
    local made = fedex:ship(shipment { requestedPackageLineItems = json.array { package "A", package "A" } })
    assert(cancel(made.masterTrackingNumber, { deletionControl = "DELETE_ONE" }).status == 400)
    assert(cancel("1").status == 400)
    assert(cancel(made.masterTrackingNumber, { accountNumber = { value = fedex.credentials.other_account_number } }).status == 400)
    assert(cancel(made.pieceResponses[2].trackingNumber).json.output.cancelledShipment == true)
    service.pass(200)
    assert(fedex:track({ made.masterTrackingNumber })[1].trackResults[1].latestStatusDetail.code == "CA")
    for position, wanted in pairs { not_done = false, done = true } do
      fedex:switch { second_cancel = position }
      assert(cancel(made.masterTrackingNumber).json.output.cancelledShipment == wanted)
    end
    fedex:switch { second_cancel = "refused" }
    assert(cancel(made.masterTrackingNumber).status == 400)
    local gone = fedex:ship()
    fedex:control("POST", "seed", { journey = "picked_up" })
    local answer = cancel(gone.masterTrackingNumber)
    assert(answer.status == 200 and answer.json.output.cancelledShipment == false)
    assert(fedex:control("GET", "state").counts.cancelled == 1)
  end,
  ["XF4: Track takes thirty numbers, answers in their order and tells what it does not know inside a success"] = function()
    local fedex = start():log_in()
    local numbers = {}
    for index = 1, 29 do numbers[index] = fedex:ship().masterTrackingNumber end
    numbers[30] = "123456789012"
    assert(fedex:track(numbers)[1].trackResults[1].error.code == "TRACKING.TRACKINGNUMBER.NOTFOUND", "a new label is unknown for a while")
    service.pass(60)
    local results = fedex:track(numbers)
    for index, number in ipairs(numbers) do assert(results[index].trackingNumber == number) end
    assert(results[1].trackResults[1].latestStatusDetail.code == "OC" and #results[1].trackResults[1].scanEvents == 0)
    assert(results[30].trackResults[1].error.code == "TRACKING.TRACKINGNUMBER.NOTFOUND")
    numbers[31] = numbers[1]
    local list = json.array {}
    for index, number in ipairs(numbers) do list[index] = { trackingNumberInfo = { trackingNumber = number } } end
    assert(fedex:call("POST", "/track/v1/trackingnumbers", { trackingInfo = list }).status == 400 and fedex:violations().track_batch == 1)
    assert(fedex:call("POST", "/track/v1/trackingnumbers", { trackingInfo = json.array {} }).status == 400)
  end,
  ["XF4: numbers are used again; range of days and unique id tell the parcels apart"] = function()
    local fedex = start():log_in()
    local number = fedex:ship().masterTrackingNumber
    service.pass(200)
    fedex:control("POST", "seed", { reuse = json.array { number } })
    local both = fedex:track({ number })[1].trackResults
    local unique = both[2].trackingNumberInfo.trackingNumberUniqueId
    assert(#both == 2 and both[2].latestStatusDetail.code == "DL" and both[1].trackingNumberInfo.trackingNumberUniqueId ~= unique)
    local ours = fedex:track({ number }, { shipDateBegin = "2026-01-01", shipDateEnd = "2026-12-30" })[1].trackResults
    assert(#ours == 1 and ours[1].latestStatusDetail.code == "OC")
    local older = fedex:track({ number }, { trackingNumberInfo = { trackingNumber = number, trackingNumberUniqueId = unique } })[1].trackResults
    assert(#older == 1 and older[1].latestStatusDetail.code == "DL")
    for _, range in ipairs { { shipDateBegin = "2026-13-01" }, { shipDateBegin = "2026-02-01", shipDateEnd = "2026-01-01" } } do
      range.trackingNumberInfo = { trackingNumber = number }
      assert(fedex:call("POST", "/track/v1/trackingnumbers", { trackingInfo = json.array { range } }).status == 400)
    end
  end,
  ["XF4: a journey leaves scans with place, zone and who signed"] = function()
    local fedex = start():log_in()
    local number = fedex:ship().masterTrackingNumber
    fedex:control("POST", "seed", { journey = "two_attempts", parcels = json.array { number }, over = 500 })
    service.pass(250)
    local early = fedex:track({ number })[1].trackResults[1]
    assert(early.latestStatusDetail.code == "OD" and early.deliveryDetails.receivedByName == nil)
    service.pass(300)
    local result = fedex:track({ number })[1].trackResults[1]
    assert(result.latestStatusDetail.code == "DL" and result.deliveryDetails.receivedByName and result.deliveryDetails.deliveryAttempts == "1")
    local scans = result.scanEvents
    assert(#scans == 6 and scans[1].eventType == "DL" and scans[1].date:find "T.*%+01:00$" and scans[1].scanLocation.countryCode == "DE")
    assert(scans[3].eventType == "DE" and scans[3].exceptionCode == "08" and scans[6].scanLocation.city == "UTRECHT")
    fedex:switch { scan_order = "oldest_first" }
    assert(fedex:track({ number })[1].trackResults[1].scanEvents[1].eventType == "PU")
    assert(result.additionalTrackingInfo.packageIdentifiers[1].value == "EO-84211")
  end,
  ["L7: parcels are lost, held, sent back and come back after delivery; late scans stand at their own time"] = function()
    local fedex = start():log_in()
    for journey, code in pairs {
      delivered = "DL", exception = "DL", refused = "RS", returned = "DL", returned_after_delivered = "RS", lost = "DP", held = "HL",
      customs_delay = "DL", delay = "DL",
    } do
      local number = fedex:ship().masterTrackingNumber
      fedex:control("POST", "seed", { journey = journey, parcels = json.array { number } })
      assert(fedex:track({ number })[1].trackResults[1].latestStatusDetail.code == code, journey)
    end
    local number = fedex:ship().masterTrackingNumber
    local function scan(more)
      more.parcel = number
      fedex:control("POST", "seed", { scans = json.array { more } })
    end
    scan { code = "DL", where = "consignee" }
    scan { code = "IT", at = "2026-01-01T10:00:00Z" }
    local result = fedex:track({ number })[1].trackResults[1]
    assert(result.latestStatusDetail.code == "DL" and result.scanEvents[2].eventType == "IT")
    local bad = service.call("POST", fedex.url .. "/_sandbox/fedex/seed", { json = { journey = "nowhere" } })
    assert(bad.status == 400 and bad.json.error == "no journey nowhere")
  end,
  ["labels travel by themselves when the switch says so"] = function()
    local fedex = start():log_in()
    fedex:switch { travel = "delivered" }
    fedex:ship()
    service.pass(601)
    assert(fedex:control("GET", "state").counts.by_status.DL == 1)
  end,
  ["XF5: a lost label is found by reference, account and days; the exact one, and not at once"] = function()
    local fedex = start():log_in()
    local function order(reference) return shipment { requestedPackageLineItems = json.array { package(reference) } } end
    local number = fedex:ship(order "EO-118").masterTrackingNumber
    fedex:ship(order "EO-1180")
    assert(fedex:by_reference("EO-118")[1].trackResults[1].error.code == "TRACKING.REFERENCENUMBER.NOTFOUND")
    service.pass(120)
    local found = fedex:by_reference "EO-118"
    assert(#found == 1 and found[1].trackingNumber == number)
    assert(#fedex:by_reference("KP-310", { type = "DEPARTMENT" }) == 2)
    assert(fedex:by_reference("EO-118", { accountNumber = fedex.credentials.other_account_number })[1].trackResults[1].error)
    assert(fedex:by_reference("EO-118", { shipDateBegin = "2026-02-01", shipDateEndDate = "2026-02-28" })[1].trackResults[1].error)
    fedex:switch { reference_match = "prefix" }
    assert(#fedex:by_reference "EO-118" == 2)
    fedex:switch { reference_match = "exact", reference_not_found = "404" }
    assert(fedex:by_reference("EO-999").status == 404)
    service.pass(31 * 86400)
    fedex:log_in()
    assert(fedex:by_reference("EO-118").status == 404, "thirty days back are the usual range")
    assert(#fedex:by_reference("EO-118", { shipDateBegin = "2026-01-01", shipDateEndDate = "2026-12-31" }) == 1)
  end,
  ["a reference is asked for with the account, or with country and postal code of where it goes"] = function()
    local fedex = start():log_in()
    fedex:ship()
    service.pass(120)
    local function ask(information)
      information.type, information.value = information.type or "CUSTOMER_REFERENCE", "EO-84211"
      return fedex:call("POST", "/track/v1/referencenumbers", { referencesInformation = information })
    end
    assert(ask({}).status == 400 and ask({ destinationCountryCode = "DE" }).status == 400)
    assert(#ask({ destinationCountryCode = "DE", destinationPostalCode = "10115" }).json.output.completeTrackResults == 1)
    assert(ask({ accountNumber = ACCOUNT, type = "COLOUR" }).status == 400)
  end,
  ["parcels of one shipment are found together, a proof after delivery alone, and mails are counted"] = function()
    local fedex = start():log_in()
    local made = fedex:ship(shipment { requestedPackageLineItems = json.array { package "A", package "A" } })
    service.pass(120)
    local function ask(path, body) return fedex:call("POST", "/track/v1/" .. path, body) end
    local info = { trackingNumberInfo = { trackingNumber = made.masterTrackingNumber } }
    local pieces = ask("associatedshipments", { masterTrackingNumberInfo = info, associatedType = "STANDARD_MPS" })
    assert(#pieces.json.output.completeTrackResults == 2)
    local proof = {
      trackDocumentSpecification = json.array { info }, trackDocumentDetail = { documentType = "SIGNATURE_PROOF_OF_DELIVERY", documentFormat = "PDF" },
    }
    assert(ask("trackingdocuments", proof).status == 400)
    fedex:control("POST", "seed", { journey = "at_once" })
    assert(unbase64(ask("trackingdocuments", proof).json.output.document[1]):find "^%%PDF")
    assert(ask("notifications", info).status == 200 and fedex:control("GET", "state").customer_mails == 1)
    assert(ask("tcn", { tcnInfo = { value = "X" } }).json.output.completeTrackResults[1].trackResults[1].error)
  end,
  ["a label that somebody made elsewhere can be tracked and is not ours"] = function()
    local fedex = start():log_in()
    local number = fedex:control("POST", "seed", { ship = json.array { { reference = "TYPED" } } }).made[1]
    assert(fedex:track({ number })[1].trackResults[1].latestStatusDetail.code == "OC")
    assert(fedex:control("GET", "state").shipments[1].foreign and fedex:control("GET", "state").counts.parcels == 0)
  end,
  ["rates are of the account, by service or all that go there, and what is asked is what is charged"] = function()
    local fedex = start():log_in()
    local function quote(service_type, to)
      return fedex:call("POST", "/rate/v1/rates/quotes", {
        accountNumber = { value = ACCOUNT }, requestedShipment = {
          shipper = { address = { postalCode = "3511AA", countryCode = "NL" } },
          recipient = { address = { postalCode = "10115", countryCode = to or "DE" } }, serviceType = service_type, pickupType = "USE_SCHEDULED_PICKUP",
          requestedPackageLineItems = json.array { { weight = { units = "KG", value = 2 } } },
        },
      })
    end
    local all = quote().json.output.rateReplyDetails
    assert(#all == 3 and all[1].serviceType == "FEDEX_REGIONAL_ECONOMY")
    local one = quote("FEDEX_INTERNATIONAL_PRIORITY").json.output.rateReplyDetails
    assert(#one == 1 and tostring(one[1].ratedShipmentDetails[1].totalNetCharge) == "34.80")
    assert(tostring(quote("FEDEX_INTERNATIONAL_PRIORITY", "NO").json.output.rateReplyDetails[1].ratedShipmentDetails[1].totalNetCharge) == "48.80")
    assert(quote("FEDEX_GROUND").status == 400)
  end,
  ["addresses are told as FedEx knows them"] = function()
    local fedex = start():log_in()
    local function resolve(lines)
      local address = { streetLines = lines, city = "Berlin", postalCode = "10115", countryCode = "DE" }
      return fedex:call("POST", "/address/v1/addresses/resolve", { addressesToValidate = json.array { { address = address } } })
    end
    local known = resolve(json.array { "Hauptstr. 5" }).json.output.resolvedAddresses[1]
    assert(known.classification == "BUSINESS" and known.streetLinesToken[1] == "HAUPTSTR. 5" and known.attributes.Resolved == "true")
    assert(resolve(json.array { "Hauptstr." }).json.output.resolvedAddresses[1].classification == "UNKNOWN")
    assert(fedex:call("POST", "/address/v1/addresses/resolve", {}).status == 400)
  end,
  ["a body that is no JSON, another content type and an unknown path are refused in the same form"] = function()
    local fedex = start():log_in()
    local headers = { authorization = "Bearer " .. fedex.access, ["content-type"] = "application/json" }
    local text = service.call("POST", fedex.url .. "/ship/v1/shipments", { body = "{", headers = headers })
    assert(text.status == 400 and text.json.errors[1].code == "INVALID.INPUT.EXCEPTION")
    headers["content-type"] = "text/plain"
    assert(service.call("POST", fedex.url .. "/ship/v1/shipments", { body = "{}", headers = headers }).status == 400)
    assert(fedex:call("POST", "/ship/v1/nothing", {}).json.errors[1].code == "NOT.FOUND.ERROR")
    assert(fedex:call("POST", "/freight/v1/shipments", {}).status == 404)
  end,
}
