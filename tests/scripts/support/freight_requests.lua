-- Requests of Freight LTL to the simulated FedEx that have everything they need.

local FedEx, json = require "fedex_caller", require "json"

local freight = { ACCOUNT = "641902733" }

function freight.party(company, street, city, state, postcode, country)
  return {
    contact = { companyName = company, phoneNumber = "3035550100" },
    address = { streetLines = json.array { street }, city = city, stateOrProvinceCode = state, postalCode = postcode, countryCode = country or "US" },
  }
end

local SENDER = { "Acme Inc", "200 Congress Ave", "Austin", "TX", "78701" }
local TAKER = { "Buyer Inc", "1 Dock Rd", "Memphis", "TN", "38118" }

function freight.sender() return freight.party(table.unpack(SENDER)) end
function freight.taker() return freight.party(table.unpack(TAKER)) end

function freight.line(id, more)
  local out = {
    id = id or "1", freightClass = "CLASS_085", description = "Mugs", pieces = 40, subPackagingType = "PALLET", weight = { units = "KG", value = 420 },
  }
  for name, value in pairs(more or {}) do out[name] = value end
  return out
end

function freight.unit(id, more)
  local out = {
    groupPackageCount = 1, subPackagingType = "PALLET", weight = { units = "KG", value = 420 },
    dimensions = { length = 120, width = 100, height = 150, units = "CM" }, associatedFreightLineItems = json.array { { id = id or "1" } },
  }
  for name, value in pairs(more or {}) do out[name] = value end
  return out
end

-- `more` lies over the shipment, `detail` over what is freight's.
function freight.shipment(more, detail)
  local about = {
    role = "SHIPPER", fedExFreightAccountNumber = { value = freight.ACCOUNT }, totalHandlingUnits = 1, lineItem = json.array { freight.line() },
    fedExFreightBillingContactAndAddress = {
      address = { streetLines = json.array { "450 Depot St" }, city = "Denver", stateOrProvinceCode = "CO", postalCode = "80216", countryCode = "US" },
    },
    printedReferences = json.array { { printedReferenceType = "BILL_OF_LADING", value = "EO-84211" } },
  }
  for name, value in pairs(detail or {}) do about[name] = value end
  local requested = {
    shipDatestamp = "2026-01-05", pickupType = "USE_SCHEDULED_PICKUP", serviceType = "FEDEX_FREIGHT_ECONOMY", packagingType = "YOUR_PACKAGING",
    shipper = freight.sender(), recipient = freight.taker(),
    shippingChargesPayment = { paymentType = "SENDER", payor = { responsibleParty = { accountNumber = { value = freight.ACCOUNT } } } },
    labelSpecification = { imageType = "PDF", labelStockType = "PAPER_4X6" }, freightShipmentDetail = about,
    shippingDocumentSpecification = {
      shippingDocumentTypes = json.array { "FEDEX_FREIGHT_STRAIGHT_BILL_OF_LADING" },
      freightBillOfLadingDetail = { format = { docType = "PDF", stockType = "PAPER_LETTER" } },
    },
    requestedPackageLineItems = json.array { freight.unit() },
  }
  for name, value in pairs(more or {}) do requested[name] = value end
  return { labelResponseOptions = "LABEL", accountNumber = { value = FedEx.ACCOUNT }, freightRequestedShipment = requested }
end

function freight.quote()
  return {
    accountNumber = { value = FedEx.ACCOUNT }, freightRequestedShipment = {
      shipper = { address = freight.sender().address }, recipient = { address = freight.taker().address },
      freightShipmentDetail = {
        role = "SHIPPER", accountNumber = { value = freight.ACCOUNT }, totalHandlingUnits = 1,
        lineItem = json.array { freight.line("1", { handlingUnits = 1 }) },
      },
      requestedPackageLineItems = json.array { freight.unit() },
    },
  }
end

function freight.pickup()
  return {
    associatedAccountNumber = { value = freight.ACCOUNT }, freightPickupDetail = { role = "SHIPPER", payment = "SENDER" },
    originDetail = { pickupLocation = freight.sender(), readyDateTimestamp = "2026-01-06T14:00:00Z", customerCloseTime = "17:00:00" },
  }
end

function freight.pickup_cancelled(code)
  return {
    associatedAccountNumber = { value = freight.ACCOUNT }, pickupConfirmationCode = code, reason = "Not ready", contactName = "Ann",
    scheduledDate = "2026-01-06",
  }
end

return freight
