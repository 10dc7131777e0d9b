-- Freight LTL of the simulated FedEx keeps the rules of apis/fedex.md and of FedEx's own file of the API.

local root = ...
local FedEx, freight, json, service = require "fedex_caller", require "freight_requests", require "json", require "service"

local SHIP = "/ship/v1/freight/shipments"

local function start() return FedEx.start(root):log_in() end

local function made(fedex, body)
  local answer = fedex:call("POST", SHIP, body or freight.shipment())
  assert(answer.status == 200, answer.body)
  return answer.json.output.transactionShipments[1], answer.json
end

local function refused(fedex, body, code, path, method)
  local answer = fedex:call(method or "POST", path or SHIP, body)
  assert(answer.status == 400 and answer.json.transactionId, answer.body)
  for _, fault in ipairs(answer.json.errors) do
    assert(fault.code and fault.message)
    if fault.code == code then return fault end
  end
  error("not refused for " .. code .. ": " .. answer.body)
end

local function two_units(detail)
  detail = detail or {}
  detail.totalHandlingUnits = detail.totalHandlingUnits or 2
  detail.lineItem = json.array { freight.line "1", freight.line("2", { freightClass = "CLASS_077_5" }) }
  return freight.shipment({ requestedPackageLineItems = json.array { freight.unit "1", freight.unit "2" } }, detail)
end

return {
  ["XF1: handling units get a number and a label each, the shipment one bill of lading and a price by class"] = function()
    local shipment = made(start(), two_units())
    local pieces = shipment.pieceResponses
    assert(#pieces == 2 and pieces[1].trackingNumber == shipment.masterTrackingNumber and pieces[2].trackingNumber ~= pieces[1].trackingNumber)
    assert(pieces[2].packageDocuments[1].contentType == "LABEL" and FedEx.unbase64(pieces[2].packageDocuments[1].encodedLabel):find "^%%PDF")
    local bill = shipment.shipmentDocuments[1]
    assert(bill.contentType == "BILL_OF_LADING" and FedEx.unbase64(bill.encodedLabel):find("BILL " .. shipment.masterTrackingNumber, 1, true))
    -- 95.00 and 0.40 a hundred kilograms and point of a class: 142.80 and 130.20.
    local charge = shipment.completedShipmentDetail.shipmentRating.shipmentRateDetails[1].totalNetCharge
    assert(tostring(charge) == "368.00", tostring(charge))
    assert(#made(start(), freight.shipment { shippingDocumentSpecification = json.null }).shipmentDocuments == 0)
  end,
  ["XF1: without freight class, with an unknown word or field, outside US, CA and MX a freight shipment is refused"] = function()
    local fedex = start()
    local at = "FREIGHTREQUESTEDSHIPMENT."
    local function line(more) return freight.shipment(nil, { lineItem = json.array { freight.line("1", more) } }) end
    refused(fedex, line { freightClass = json.null }, at .. "FREIGHTSHIPMENTDETAIL.LINEITEM.FREIGHTCLASS.MISSING")
    local fault = refused(fedex, line { freightClass = "CLASS_086" }, at .. "FREIGHTSHIPMENTDETAIL.LINEITEM.FREIGHTCLASS.INVALID")
    assert(fault.message:find "CLASS_086" and fault.parameterList[1].value == "CLASS_086")
    refused(fedex, line { subPackagingType = "BOX" }, at .. "FREIGHTSHIPMENTDETAIL.LINEITEM.SUBPACKAGINGTYPE.INVALID")
    refused(fedex, line { colour = "red" }, at .. "FREIGHTSHIPMENTDETAIL.LINEITEM.COLOUR.UNKNOWN")
    refused(fedex, freight.shipment { recipients = json.array {} }, at .. "RECIPIENTS.UNKNOWN")
    refused(fedex, freight.shipment { recipient = json.null }, at .. "RECIPIENT.CONTACT.MISSING")
    refused(fedex, freight.shipment { serviceType = "FEDEX_GROUND" }, at .. "SERVICETYPE.INVALID")
    refused(fedex, freight.shipment { freightShipmentDetail = json.null }, at .. "FREIGHTSHIPMENTDETAIL.ROLE.MISSING")
    local abroad = freight.party("Muster GmbH", "Hauptstr. 5", "Berlin", "BE", "10115", "DE")
    refused(fedex, freight.shipment { recipient = abroad }, "DESTINATION.COUNTRY.INVALID")
    refused(fedex, freight.shipment { shipper = abroad }, "ORIGIN.COUNTRY.INVALID")
    local function to_canada(state) return freight.shipment { recipient = freight.party("B", "1 King St", "Toronto", state, "M5H1A1", "CA") } end
    refused(fedex, to_canada(), at .. "RECIPIENT.ADDRESS.STATEORPROVINCECODE.MISSING")
    refused(fedex, to_canada "ON", at .. "CUSTOMSCLEARANCEDETAIL.MISSING")
    assert(fedex:control("GET", "state").counts.shipments == 0)
  end,
  ["XF1: account, payer and billing address belong together, and handling units to their lines"] = function()
    local fedex = start()
    local at = "FREIGHTREQUESTEDSHIPMENT.FREIGHTSHIPMENTDETAIL."
    -- An account of parcels is none of freight, and the other way round.
    refused(fedex, freight.shipment(nil, { fedExFreightAccountNumber = { value = FedEx.ACCOUNT } }), "FREIGHT.ACCOUNTNUMBER.INVALID")
    refused(fedex, freight.shipment(nil, { fedExFreightAccountNumber = { value = "641902741" } }),
      "FREIGHTREQUESTEDSHIPMENT.SHIPPINGCHARGESPAYMENT.PAYOR.RESPONSIBLEPARTY.ACCOUNTNUMBER.VALUE.MISMATCH")
    refused(fedex, freight.shipment(nil, { fedExFreightBillingContactAndAddress = json.null }),
      at .. "FEDEXFREIGHTBILLINGCONTACTANDADDRESS.ADDRESS.CITY.MISSING")
    local elsewhere = { address = freight.taker().address }
    local function moved() return freight.shipment(nil, { fedExFreightBillingContactAndAddress = elsewhere }) end
    assert(fedex:call("POST", SHIP, moved()).json.errors[1].message:find "not that of the FedEx Freight account")
    local parcel = FedEx.shipment()
    parcel.accountNumber.value = freight.ACCOUNT
    assert(fedex:call("POST", "/ship/v1/shipments", parcel).json.errors[1].code == "ACCOUNTNUMBER.REGISTRATION.REQUIRED")
    local unlinked = freight.shipment()
    unlinked.accountNumber.value = "613787919"
    refused(fedex, unlinked, "SHIPMENT.ACCOUNTNUMBER.UNAUTHORIZED")
    refused(fedex, two_units { totalHandlingUnits = 3 }, at .. "TOTALHANDLINGUNITS.MISMATCH")
    refused(fedex, freight.shipment { requestedPackageLineItems = json.array { freight.unit "9" } },
      "FREIGHTREQUESTEDSHIPMENT.REQUESTEDPACKAGELINEITEMS.ASSOCIATEDFREIGHTLINEITEMS.ID.INVALID")
    refused(fedex, freight.shipment { requestedPackageLineItems = json.array { freight.unit("1", {
      customerReferences = json.array { { customerReferenceType = "CUSTOMER_REFERENCE", value = "x" } },
    }) } }, "FREIGHTREQUESTEDSHIPMENT.REQUESTEDPACKAGELINEITEMS.CUSTOMERREFERENCES.CUSTOMERREFERENCETYPE.INVALID")
    fedex:switch { freight_billing = "any" }
    made(fedex, moved())
  end,
  ["XF1: what is not told for certain of freight is a switch, and each position differs"] = function()
    local fedex = start()
    local mexico = freight.party("B", "Av. Uno 1", "Monterrey", nil, "64000", "MX")
    local function to_mexico() return freight.shipment { recipient = mexico, customsClearanceDetail = FedEx.CUSTOMS } end
    refused(fedex, to_mexico(), "FREIGHTREQUESTEDSHIPMENT.RECIPIENT.ADDRESS.STATEORPROVINCECODE.MISSING")
    fedex:switch { freight_state = "us_ca" }
    made(fedex, to_mexico())
    local function unmeasured() return freight.shipment { requestedPackageLineItems = json.array { freight.unit("1", { dimensions = json.null }) } } end
    refused(fedex, unmeasured(), "FREIGHTREQUESTEDSHIPMENT.REQUESTEDPACKAGELINEITEMS.DIMENSIONS.LENGTH.MISSING")
    fedex:switch { freight_dimensions = "optional", unknown_fields = "ignore", freight_labels = "shipment", freight_bill_called = "kind" }
    local shipment = made(fedex, unmeasured())
    assert(#shipment.pieceResponses[1].packageDocuments == 0 and shipment.shipmentDocuments[1].trackingNumber == shipment.masterTrackingNumber)
    assert(shipment.shipmentDocuments[2].contentType == "FEDEX_FREIGHT_STRAIGHT_BILL_OF_LADING")
    made(fedex, freight.shipment { colour = "red" })
    local function rate() return fedex:call("POST", "/rate/v1/freight/rates/quotes", freight.quote()).json.output.rateReplyDetails[1].ratedShipmentDetails end
    assert(rate()[1].totalNetCharge)
    fedex:switch { freight_rate_details = "record" }
    assert(rate().totalNetCharge)
  end,
  ["XF5: freight is not de-duplicated, and Track finds it by its bill of lading where that is switched on"] = function()
    local fedex = start()
    local first = made(fedex)
    made(fedex)
    assert(fedex:control("GET", "state").doubled[1] == "EO-84211")
    service.pass(200)
    local function rows() return fedex:by_reference("EO-84211", { type = "BILL_OF_LADING" })[1].trackResults end
    assert(rows()[1].additionalTrackingInfo.packageIdentifiers[1].type == "BILL_OF_LADING" and rows()[1].trackingNumberInfo.carrierCode == "FXFR")
    assert(fedex:by_reference("EO-84211", { type = "BILL_OF_LADING" })[1].trackingNumber == first.masterTrackingNumber)
    fedex:switch { freight_found = false }
    assert(rows()[1].error)
  end,
  ["XF1: no call takes a freight shipment back; a phone does, until it was scanned"] = function()
    local fedex = start()
    local number = made(fedex).masterTrackingNumber
    local cancel = { accountNumber = { value = FedEx.ACCOUNT }, trackingNumber = number, deletionControl = "DELETE_ALL_PACKAGES" }
    refused(fedex, cancel, "SERVICE.NOT.ALLOWED", "/ship/v1/shipments/cancel", "PUT")
    assert(fedex:call("PUT", "/ship/v1/freight/shipments/cancel", cancel).status == 404)
    assert(fedex:control("POST", "seed", { phone = { number } }).done == 1 and fedex:control("GET", "state").shipments[1].cancelled)
    local other = made(fedex).masterTrackingNumber
    fedex:control("POST", "seed", { journey = "picked_up", parcels = { other } })
    assert(fedex:control("POST", "seed", { phone = { other } }).done == 0)
  end,
  ["XF1: a lorry for freight is ordered and taken off; a project without the API has none of it"] = function()
    local fedex = start()
    local answer = fedex:call("POST", "/pickup/v1/freight/pickups/", freight.pickup())
    local code = answer.json.output.pickupConfirmationCode
    assert(code == "20260106DEN000001", answer.body)
    local late = freight.pickup()
    late.originDetail.readyDateTimestamp = "2026-01-06 14:00"
    refused(fedex, late, "ORIGINDETAIL.READYDATETIMESTAMP.INVALID", "/pickup/v1/freight/pickups/")
    local whole = freight.pickup_cancelled(code)
    whole.reason = nil
    refused(fedex, whole, "REASON.MISSING", "/pickup/v1/freight/pickups/cancel/", "PUT")
    refused(fedex, freight.pickup_cancelled "1", "PICKUP.NOTFOUND", "/pickup/v1/freight/pickups/cancel/", "PUT")
    assert(fedex:call("PUT", "/pickup/v1/freight/pickups/cancel/", freight.pickup_cancelled(code)).status == 200)
    assert(fedex:control("GET", "state").freight_pickups[1].cancelled)
    fedex:switch { missing_apis = json.array { "freight" } }
    assert(fedex:call("POST", SHIP, freight.shipment()).status == 403)
    fedex:ship()
  end,
}
