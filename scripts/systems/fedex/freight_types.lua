-- Records of Freight LTL (FedEx's own file of the API); parties, money, weights and customs are those of parcels.

local record = require "record"

local function fedex(fields) return record({}, fields) end

return {
  FreightRequest = fedex {
    labelResponseOptions = "text must", accountNumber = "record:AccountNumber must", freightRequestedShipment = "record:FreightShipment must",
    oneLabelAtATime = "boolean",
  },
  -- serviceType: FEDEX_FREIGHT_ECONOMY or FEDEX_FREIGHT_PRIORITY.
  FreightShipment = fedex {
    shipDatestamp = "date", pickupType = "text must", serviceType = "text must", packagingType = "text must", preferredCurrency = "text",
    shipper = "record:FreightParty must", recipient = "record:FreightParty must", soldTo = "record:FreightParty",
    shippingChargesPayment = "record:Payment must", freightShipmentSpecialServices = "record:FreightServices",
    freightShipmentDetail = "record:FreightDetail must", customsClearanceDetail = "record:Customs", labelSpecification = "record:LabelSpecification must",
    shippingDocumentSpecification = "record:FreightDocuments", rateRequestType = "list:text", totalPackageCount = "integer",
    requestedPackageLineItems = "list:HandlingUnit must",
  },
  FreightParty = fedex {
    contact = "record:Contact must", address = "record:Address must", tins = "list:TaxNumber", deliveryInstructions = "text",
  },
  FreightServices = fedex { specialServiceTypes = "list:text" },
  -- role: SHIPPER or CONSIGNEE, whoever asks. Where the shipper pays, the freight account is that of the payor.
  FreightDetail = fedex {
    role = "text must", fedExFreightAccountNumber = "record:AccountNumber", fedExFreightBillingContactAndAddress = "record:BillingPlace must",
    printedReferences = "list:PrintedReference", lineItem = "list:FreightLine must", totalHandlingUnits = "integer must",
    liabilityCoverageDetail = "record:LiabilityCoverage", aliasID = "text", collectTermsType = "text",
  },
  BillingPlace = fedex { contact = "record:BillingContact", address = "record:Address must" },
  BillingContact = fedex { personName = "text", companyName = "text", phoneNumber = "text", phoneExtension = "text", emailAddress = "text" },
  -- BILL_OF_LADING, PO_NUMBER, CONSIGNEE_ID_NUMBER, INTERLINE_PRO_NUMBER, SHIPPER_ID_NUMBER, SHIPPER_ID1_NUMBER, SHIPPER_ID2_NUMBER.
  PrintedReference = fedex { printedReferenceType = "text must", value = "text must" },
  -- coverageType: NEW or USED_OR_RECONDITIONED.
  LiabilityCoverage = fedex { coverageType = "text must", coverageAmount = "record:Money must" },
  -- freightClass: CLASS_050 to CLASS_500, CLASS_077_5 and CLASS_092_5 among them. subPackagingType: BUNDLE, CARTON, CRATE, DRUM, PAIL, PALLET, SKID,
  -- OTHER.
  FreightLine = fedex {
    id = "text must", freightClass = "text must", nmfcCode = "text", description = "text must", pieces = "integer must", handlingUnits = "integer",
    subPackagingType = "text must", weight = "record:Weight must", dimensions = "record:Dimensions", purchaseOrderNumber = "text",
    hazardousMaterials = "text", classProvidedByCustomer = "boolean",
  },
  -- customerReferences are P_O_NUMBER and INVOICE_NUMBER alone. FedEx wants associatedFreightLineItems, a list in a list that no mapping makes.
  HandlingUnit = fedex {
    sequenceNumber = "text", subPackagingType = "text must", groupPackageCount = "integer", weight = "record:Weight must",
    dimensions = "record:Dimensions", customerReferences = "list:Reference", declaredValue = "record:Money", itemDescription = "text",
    associatedFreightLineItems = "list:FreightLineOf",
  },
  FreightLineOf = fedex { id = "text must" },
  -- FEDEX_FREIGHT_STRAIGHT_BILL_OF_LADING, VICS_BILL_OF_LADING, FREIGHT_ADDRESS_LABEL, COMMERCIAL_INVOICE and others; a bill is a PDF on letter paper.
  FreightDocuments = fedex {
    shippingDocumentTypes = "list:text", freightBillOfLadingDetail = "record:BillOfLading", commercialInvoiceDetail = "record:InvoiceDetail",
  },
  BillOfLading = fedex { format = "record:DocumentFormat must" },

  FreightRateRequest = fedex {
    accountNumber = "record:AccountNumber must", freightRequestedShipment = "record:RatedFreight must",
    rateRequestControlParameters = "record:RateControl",
  },
  RatedFreight = fedex {
    shipper = "record:RateParty must", recipient = "record:RateParty must", serviceType = "text", preferredCurrency = "text",
    shippingChargesPayment = "record:Payment", rateRequestType = "list:text", shipDateStamp = "date", totalPackageCount = "integer",
    freightShipmentDetail = "record:RatedFreightDetail must", freightShipmentSpecialServices = "record:FreightServices",
    requestedPackageLineItems = "list:HandlingUnit must",
  },
  -- The freight account has another name here than where a shipment is made.
  RatedFreightDetail = fedex {
    role = "text must", accountNumber = "record:AccountNumber", fedExFreightBillingContactAndAddress = "record:BillingPlace",
    lineItem = "list:RatedFreightLine must", totalHandlingUnits = "integer must", aliasID = "text",
  },
  RatedFreightLine = fedex {
    id = "text must", freightClass = "text must", nmfcCode = "text", description = "text", pieces = "integer must", handlingUnits = "integer must",
    subPackagingType = "text must", weight = "record:Weight must", dimensions = "record:Dimensions",
  },
  -- FedEx's file has one record as `ratedShipmentDetails`, where rates of parcels have a list; integrators read both alike, as a list.
  FreightRate = fedex {
    serviceType = "text read", serviceName = "text read", packagingType = "text read", ratedShipmentDetails = "list:RatedDetail read",
    commit = "record:FreightCommit read",
  },
  FreightCommit = fedex { daysInTransit = "text read", label = "text read" },

  FreightPickupRequest = fedex {
    associatedAccountNumber = "record:AccountNumber must", originDetail = "record:FreightPickupOrigin must",
    freightPickupDetail = "record:FreightPickupDetail must", totalWeight = "list:Weight", packageCount = "integer", remarks = "text",
    countryRelationships = "text", trackingNumber = "text", commodityDescription = "text",
  },
  FreightPickupOrigin = fedex {
    pickupAddressType = "text", pickupLocation = "record:PickupParty must", readyDateTimestamp = "text must", customerCloseTime = "text must",
    pickupDateType = "text", packageLocation = "text", buildingPart = "text", buildingPartDescription = "text",
  },
  FreightPickupDetail = fedex {
    accountNumber = "record:AccountNumber", role = "text", payment = "text", submittedBy = "record:BillingContact", lineItems = "list:FreightPickupLine",
  },
  FreightPickupLine = fedex {
    service = "text", sequenceNumber = "integer", totalHandlingUnits = "integer", packaging = "text", pieces = "integer", weight = "record:Weight",
    dimensions = "record:Dimensions", destination = "record:Address", description = "text", justOneMore = "boolean",
  },
  FreightPickupCancelRequest = fedex {
    associatedAccountNumber = "record:AccountNumber must", pickupConfirmationCode = "text must", reason = "text must", contactName = "text must",
    remarks = "text", scheduledDate = "date",
  },
}
