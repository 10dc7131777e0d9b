-- Ship of the simulated FedEx keeps the rules of apis/fedex.md.

local root = ...
local FedEx, json, service = require "fedex_caller", require "json", require "service"

local ACCOUNT, CUSTOMS, abroad, package, party = FedEx.ACCOUNT, FedEx.CUSTOMS, FedEx.abroad, FedEx.package, FedEx.party
local shipment, unbase64 = FedEx.shipment, FedEx.unbase64
local function start() return FedEx.start(root) end

return {
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
  ["XF5: whether a transaction id may come twice is not documented: a switch refuses the second"] = function()
    local fedex = start():log_in()
    fedex:switch { same_transaction_id = "refused" }
    fedex:ship(nil, { ["x-customer-transaction-id"] = "once" })
    assert(fedex:call("POST", "/ship/v1/shipments", shipment(), { ["x-customer-transaction-id"] = "once" }).status == 400)
    fedex:ship(nil, { ["x-customer-transaction-id"] = "twice" })
    fedex:ship()
    assert(fedex:control("GET", "state").counts.shipments == 3)
  end,
  ["a lost answer has bought the label"] = function()
    local fedex = start():log_in()
    fedex:control("POST", "faults", { match = { path = "/ship/" }, kind = "lost_answer", count = 1 })
    assert(fedex:call("POST", "/ship/v1/shipments", shipment()).cut == "before")
    assert(fedex:control("GET", "state").counts.shipments == 1)
    fedex:control("POST", "faults", { kind = "429", count = 1 })
    assert(fedex:call("POST", "/ship/v1/shipments", shipment()).json.errors[1].message:find "short duration")
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
      { { packagingType = "SOCK" }, "PACKAGINGTYPE.INVALID" },
      { { shippingChargesPayment = { paymentType = "LATER" } }, "PAYMENTTYPE.INVALID" },
      { { labelSpecification = { imageType = "PDF" } }, "LABELSTOCKTYPE.MISSING" }, { { pickupType = "WHENEVER" }, "PICKUPTYPE.INVALID" },
      { { serviceType = "FEDEX_MOON" }, "SERVICETYPE.INVALID" },
      { { serviceType = "FEDEX_GROUND" }, "SERVICETYPE.INVALID" }, { { shipDatestamp = "05-01-2026" }, "SHIPDATESTAMP.INVALID" },
      { { shippingChargesPayment = { paymentType = "RECIPIENT" } }, "PAYOR.MISSING" },
      { { requestedPackageLineItems = json.array { package("A", { weight = { units = "KG", value = 0 } }) } }, "WEIGHT.VALUE.INVALID" },
      { { requestedPackageLineItems = json.array { package("A", { weight = { units = "ST", value = 1 } }) } }, "WEIGHT.UNITS.INVALID" },
    } do
      fedex:refused(shipment(case[1]), case[2])
    end
    local options = shipment()
    options.labelResponseOptions = "LATER"
    fedex:refused(options, "LABELRESPONSEOPTIONS.INVALID")
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
    fedex:refused(to(function(it) it.contact.companyName = ("Ø"):rep(71) end), "COMPANYNAME.TOO.LONG")
    fedex:refused(to(function(it) it.contact.phoneNumber = nil end), "PHONENUMBER.MISSING")
    fedex:refused(to(function(it) it.address.city = ("x"):rep(36) end), "CITY.TOO.LONG")
    fedex:refused(to(function(it) it.address.postalCode = nil end), "POSTALCODE.MISSING")
    fedex:refused(to(function(it) it.address.countryCode = "Germany" end), "COUNTRYCODE.INVALID")
    fedex:refused(to(function(it) it.address.streetLines = json.array {} end), "STREETLINES.MISSING")
    fedex:ship(to(function(it) it.address.countryCode, it.address.postalCode = "IE", nil end))
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
    local late = fedex:ship()
    fedex:switch { cancel_seconds = 100 }
    service.pass(101)
    assert(cancel(late.masterTrackingNumber).json.output.cancelledShipment == false)
    fedex:switch { cancel_seconds = false }
    local gone = fedex:ship()
    fedex:control("POST", "seed", { journey = "picked_up" })
    local answer = cancel(gone.masterTrackingNumber)
    assert(answer.status == 200 and answer.json.output.cancelledShipment == false)
    assert(fedex:control("GET", "state").counts.cancelled == 1)
  end,
}
