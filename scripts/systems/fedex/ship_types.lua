-- Records of Ship (fact sheet, section 4; customs as in FedEx's own file of the API).

local record = require "record"

local function fedex(fields) return record({}, fields) end

return {
  -- labelResponseOptions: LABEL gives base64, URL_ONLY a link that lives for 24 hours.
  ShipmentRequest = fedex {
    labelResponseOptions = "text must", accountNumber = "record:AccountNumber must", requestedShipment = "record:RequestedShipment must",
    processingOptionType = "text", mergeLabelDocOption = "text", shipAction = "text", oneLabelAtATime = "boolean",
  },
  -- totalWeight is sent always: it is marked as required and said to matter abroad alone.
  RequestedShipment = fedex {
    shipDatestamp = "date", pickupType = "text must", serviceType = "text must", packagingType = "text must", totalWeight = "decimal must",
    shipper = "record:Party must", recipients = "list:Recipient must", soldTo = "record:Party", shippingChargesPayment = "record:Payment must",
    labelSpecification = "record:LabelSpecification must", requestedPackageLineItems = "list:PackageLine must",
    customsClearanceDetail = "record:Customs", shipmentSpecialServices = "record:SpecialServices", totalDeclaredValue = "record:Money",
    totalPackageCount = "integer", preferredCurrency = "text", rateRequestType = "list:text", blockInsightVisibility = "boolean",
    shippingDocumentSpecification = "record:DocumentSpecification",
  },
  Party = fedex {
    contact = "record:Contact must", address = "record:Address must", tins = "list:TaxNumber", accountNumber = "record:AccountNumber",
  },
  Recipient = fedex {
    contact = "record:Contact must", address = "record:Address must", tins = "list:TaxNumber", deliveryInstructions = "text",
  },
  -- tinType: BUSINESS_UNION is an EORI number, BUSINESS_NATIONAL a VAT number.
  TaxNumber = fedex { number = "text must", tinType = "text must", usage = "text" },
  -- paymentType: SENDER, RECIPIENT, THIRD_PARTY, COLLECT; all but SENDER need the payor.
  Payment = fedex { paymentType = "text must", payor = "record:Payor" },
  Payor = fedex { responsibleParty = "record:ResponsibleParty must" },
  ResponsibleParty = fedex { accountNumber = "record:AccountNumber", contact = "record:Contact", address = "record:Address" },
  -- imageType: PDF, PNG, ZPLII, EPL2.
  LabelSpecification = fedex {
    imageType = "text must", labelStockType = "text must", labelFormatType = "text", labelRotation = "text", resolution = "integer",
    labelPrintingOrientation = "text", labelOrder = "text",
  },
  -- One line a package with groupPackageCount 1: another number multiplies labels, none hides the references (sections 4 and 7).
  PackageLine = fedex {
    groupPackageCount = "integer must", sequenceNumber = "integer", weight = "record:Weight must", dimensions = "record:Dimensions",
    customerReferences = "list:Reference", declaredValue = "record:Money", itemDescription = "text", itemDescriptionForClearance = "text",
    packageSpecialServices = "record:PackageServices",
  },
  -- CUSTOMER_REFERENCE (40; 30 by Ground), DEPARTMENT_NUMBER (30), INVOICE_NUMBER (30), P_O_NUMBER (30), RMA_ASSOCIATION (20).
  Reference = fedex { customerReferenceType = "text must", value = "text must" },
  PackageServices = fedex { specialServiceTypes = "list:text", signatureOptionType = "text" },
  SpecialServices = fedex { specialServiceTypes = "list:text", returnShipmentDetail = "record:ReturnDetail" },
  ReturnDetail = fedex { returnType = "text must", returnAssociationDetail = "record:ReturnAssociation" },
  ReturnAssociation = fedex { trackingNumber = "text must", shipDatestamp = "date" },
  DocumentSpecification = fedex { shippingDocumentTypes = "list:text", commercialInvoiceDetail = "record:InvoiceDetail" },
  InvoiceDetail = fedex { documentFormat = "record:DocumentFormat" },
  DocumentFormat = fedex { docType = "text must", stockType = "text must" },

  Customs = fedex {
    commercialInvoice = "record:CommercialInvoice must", commodities = "list:Commodity must", dutiesPayment = "record:Payment",
    totalCustomsValue = "record:Money", importerOfRecord = "record:Party", isDocumentOnly = "boolean", freightOnValue = "text",
    insuranceCharge = "record:Money",
  },
  -- An INVOICE_NUMBER that shall be printed on FedEx's invoice has to stand here.
  CommercialInvoice = fedex {
    originatorName = "text", comments = "list:text", customerReferences = "list:Reference", declarationStatement = "text", termsOfSale = "text",
    shipmentPurpose = "text", specialInstructions = "text", freightCharge = "record:Money", packingCosts = "record:Money",
    handlingCosts = "record:Money", taxesOrMiscellaneousCharge = "record:Money",
  },
  -- quantity is whole.
  Commodity = fedex {
    description = "text must", countryOfManufacture = "text must", harmonizedCode = "text", quantity = "integer must", quantityUnits = "text must",
    numberOfPieces = "integer", unitPrice = "record:Money must", customsValue = "record:Money must", weight = "record:Weight must",
    partNumber = "text", name = "text", purpose = "text",
  },

  ShipmentAnswer = fedex { transactionId = "text read", customerTransactionId = "text read", output = "record:ShipmentOutput read" },
  ShipmentOutput = fedex { jobId = "text read", transactionShipments = "list:Shipment read" },
  Shipment = fedex {
    masterTrackingNumber = "text read", serviceType = "text read", serviceName = "text read", serviceCategory = "text read", shipDatestamp = "date read",
    pieceResponses = "list:Piece read", shipmentDocuments = "list:Document read", completedShipmentDetail = "record:CompletedShipment read",
  },
  Piece = fedex {
    trackingNumber = "text read", masterTrackingNumber = "text read", packageSequenceNumber = "integer read", netChargeAmount = "decimal read",
    baseRateAmount = "decimal read", listRateAmount = "decimal read", customerReferences = "list:Reference read",
    packageDocuments = "list:Document read", deliveryTimestamp = "text read",
  },
  -- Labels stand in packageDocuments, invoices and others in shipmentDocuments: take both.
  Document = fedex {
    contentType = "text read", docType = "text read", copiesToPrint = "integer read", encodedLabel = "text read", url = "text read",
    trackingNumber = "text read",
  },
  CompletedShipment = fedex { carrierCode = "text read", masterTrackingId = "record:MasterTracking read", shipmentRating = "record:ShipmentRating read" },
  MasterTracking = fedex { trackingNumber = "text read" },
  ShipmentRating = fedex { actualRateType = "text read", shipmentRateDetails = "list:ShipmentRate read" },
  ShipmentRate = fedex {
    rateType = "text read", currency = "text read", totalNetCharge = "decimal read", totalBaseCharge = "decimal read", totalSurcharges = "decimal read",
    totalTaxes = "decimal read", totalDutiesAndTaxes = "decimal read",
  },
  ValidationAnswer = fedex { transactionId = "text read", customerTransactionId = "text read" },
  JobRequest = fedex { accountNumber = "record:AccountNumber must", jobId = "text must" },
  -- deletionControl: DELETE_ALL_PACKAGES.
  CancelRequest = fedex {
    accountNumber = "record:AccountNumber must", trackingNumber = "text must", deletionControl = "text must", senderCountryCode = "text",
    emailShipment = "boolean",
  },
  CancelAnswer = fedex { transactionId = "text read", customerTransactionId = "text read", output = "record:CancelResult read" },
  CancelResult = fedex { cancelledShipment = "boolean read", cancelledHistory = "boolean read", message = "text read" },
}
