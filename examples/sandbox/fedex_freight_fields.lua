-- Fields that requests of Freight LTL may have, and the words that stand in them, by FedEx's own file of the API (freight-ltl). A table is a record,
-- or a list of it; `true` is a value, or something that the simulation does not look into.

local function fields(names, more)
  local out = {}
  for name in names:gmatch "%S+" do out[name] = true end
  for name, value in pairs(more or {}) do out[name] = value end
  return out
end

local function words(list)
  local out = {}
  for word in list:gmatch "%S+" do out[word] = true end
  return out
end

local VALUE, MONEY, WEIGHT, SIZE = fields "value", fields "amount currency", fields "units value", fields "length width height units"
local ADDRESS = fields "streetLines city stateOrProvinceCode postalCode countryCode residential"
local CONTACT = fields "personName companyName phoneNumber phoneExtension emailAddress faxNumber"
local TIN = fields "number tinType usage effectiveDate expirationDate"
local PARTY = fields("deliveryInstructions", { address = ADDRESS, contact = CONTACT, tins = TIN })
local PAYMENT = fields("paymentType billingDetails", {
  payor = { responsibleParty = { address = ADDRESS, contact = CONTACT, accountNumber = VALUE } },
})
local REFERENCE = fields "customerReferenceType value"
local FORMAT = fields "provideInstructions optionsRequested stockType dispositions locale docType"
local SERVICES = fields "specialServiceTypes freightGuaranteeDetail freightDirectDetail customDeliveryWindowDetail"
local CHARGE = fields "rateType percentValue rateLevelType fixedValue rateElementBasis"

local LINE = fields("handlingUnits nmfcCode subPackagingType description pieces volume freightClass purchaseOrderNumber id hazardousMaterials"
  .. " classProvidedByCustomer", { weight = WEIGHT, dimensions = SIZE })
local UNIT = fields("sequenceNumber subPackagingType physicalPackaging groupPackageCount itemDescriptionForClearance contentRecord itemDescription", {
  customerReferences = REFERENCE, declaredValue = MONEY, weight = WEIGHT, dimensions = SIZE, associatedFreightLineItems = fields "id",
  variableHandlingChargeDetail = CHARGE,
})

local COMMODITY = fields("additionalMeasures numberOfPieces quantity quantityUnits countryOfManufacture cIMarksAndNumbers harmonizedCode description"
  .. " name exportLicenseNumber exportLicenseExpirationDate partNumber purpose usmcaDetail", { unitPrice = MONEY, customsValue = MONEY, weight = WEIGHT })
local INVOICE = fields("originatorName comments taxesOrMiscellaneousChargeType declarationStatement termsOfSale specialInstructions shipmentPurpose"
  .. " emailNotificationDetail", {
  customerReferences = REFERENCE, taxesOrMiscellaneousCharge = MONEY, freightCharge = MONEY, packingCosts = MONEY, handlingCosts = MONEY,
})
local CUSTOMS = fields("regulatoryControls brokers freightOnValue isDocumentOnly recipientCustomsId customsOption importerOfRecord generatedDocumentLocale"
  .. " exportDetail partiesToTransactionAreRelated declarationStatementDetail", {
  commercialInvoice = INVOICE, commodities = COMMODITY, dutiesPayment = PAYMENT, totalCustomsValue = MONEY, insuranceCharge = MONEY,
})
local DOCUMENTS = fields("generalAgencyAgreementDetail op900Detail usmcaCertificationOfOriginDetail certificateOfOrigin"
  .. " usmcaCommercialInvoiceCertificationOfOriginDetail shippingDocumentTypes", {
  commercialInvoiceDetail = fields("customerImageUsages", { documentFormat = FORMAT }), freightBillOfLadingDetail = { format = FORMAT },
  freightAddressLabelDetail = fields("copies startingPosition", { documentFormat = FORMAT }),
})

local SHIPMENT = fields("labelResponseOptions oneLabelAtATime", {
  accountNumber = VALUE,
  freightRequestedShipment = fields("shipDatestamp pickupType serviceType packagingType totalWeight preferredCurrency emailNotificationDetail"
    .. " rateRequestType totalPackageCount masterTrackingId", {
    shipper = PARTY, recipient = PARTY, soldTo = fields("", { address = ADDRESS, contact = CONTACT, tins = TIN, accountNumber = VALUE }),
    origin = { address = ADDRESS, contact = CONTACT }, shippingChargesPayment = PAYMENT, freightShipmentSpecialServices = SERVICES,
    variableHandlingChargeDetail = CHARGE, customsClearanceDetail = CUSTOMS, shippingDocumentSpecification = DOCUMENTS,
    labelSpecification = fields("labelFormatType labelOrder customerSpecifiedDetail printedLabelOrigin labelStockType labelRotation imageType"
      .. " labelPrintingOrientation returnedDispositionDetail resolution"),
    requestedPackageLineItems = UNIT,
    freightShipmentDetail = fields("role specialServicePayments declaredValueUnits hazardousMaterialsEmergencyContactNumber clientDiscountPercent coupons"
      .. " aliasID collectTermsType hazardousMaterialsOfferor totalHandlingUnits alternateBillingParty", {
      liabilityCoverageDetail = fields("coverageType", { coverageAmount = MONEY }), fedExFreightAccountNumber = VALUE,
      printedReferences = fields "printedReferenceType value", lineItem = LINE, declaredValuePerUnit = MONEY,
      fedExFreightBillingContactAndAddress = { address = ADDRESS, contact = CONTACT },
    }),
  }),
})

local QUOTE = fields("rateRequestControlParameters", {
  accountNumber = VALUE,
  freightRequestedShipment = fields("serviceType preferredCurrency rateRequestType shipDateStamp totalPackageCount totalWeight", {
    shipper = { address = ADDRESS }, recipient = { address = ADDRESS }, shippingChargesPayment = PAYMENT, freightShipmentSpecialServices = SERVICES,
    requestedPackageLineItems = UNIT,
    freightShipmentDetail = fields("role declaredValueUnits clientDiscountPercent aliasID hazardousMaterialsOfferor totalHandlingUnits alternateBillingParty", {
      accountNumber = fields "value key", lineItem = LINE, shipmentDimensions = SIZE, declaredValuePerUnit = MONEY,
      fedExFreightBillingContactAndAddress = { address = ADDRESS, contact = CONTACT },
    }),
  }),
})

local PICKUP = fields("packageCount remarks countryRelationships trackingNumber commodityDescription oversizePackageCount pickupNotificationDetail", {
  associatedAccountNumber = VALUE, totalWeight = WEIGHT,
  originDetail = fields("pickupAddressType readyDateTimestamp customerCloseTime pickupDateType packageLocation buildingPart buildingPartDescription earlyPickup"
    .. " suppliesRequested geographicalPostalCode", {
    pickupLocation = fields("deliveryInstructions", {
      contact = fields "companyName personName phoneNumber phoneExtension", accountNumber = VALUE,
      address = fields "streetLines urbanizationCode city stateOrProvinceCode postalCode countryCode residential addressClassification",
    }),
  }),
  freightPickupDetail = fields("role payment alternateBilling userMessage", {
    accountNumber = fields "value key", submittedBy = CONTACT,
    lineItems = fields("trackingNumber service sequenceNumber totalHandlingUnits justOneMore description packaging pieces shipmentSpecialServicesRequested",
      { weight = WEIGHT, dimensions = SIZE, destination = ADDRESS }),
  }),
})

return {
  SHIPMENT = SHIPMENT, QUOTE = QUOTE, PICKUP = PICKUP,
  CANCEL = fields("pickupConfirmationCode remarks reason contactName scheduledDate", { associatedAccountNumber = VALUE }),
  CLASSES = words [[CLASS_050 CLASS_055 CLASS_060 CLASS_065 CLASS_070 CLASS_077_5 CLASS_085 CLASS_092_5 CLASS_100 CLASS_110 CLASS_125 CLASS_150
    CLASS_175 CLASS_200 CLASS_250 CLASS_300 CLASS_400 CLASS_500]],
  -- Of a line of a shipment; a quote, a handling unit and a pickup know more.
  PACKAGINGS = words "BUNDLE CARTON CRATE DRUM PAIL PALLET OTHER SKID",
  MORE_PACKAGINGS = words [[BAG BARREL BASKET BOX BUCKET BUNDLE CAGE CARTON CASE CHEST CONTAINER CRATE CYLINDER DRUM ENVELOPE HAMPER OTHER PACKAGE PAIL
    PALLET PARCEL PIECE PIECES REEL ROLL SACK SHRINKWRAPPED SHRINK_WRAPPED SKID TANK TOTEBIN TOTE_BIN TUBE UNIT]],
  DOCUMENTS = words [[CERTIFICATE_OF_ORIGIN COMMERCIAL_INVOICE CUSTOM_PACKAGE_DOCUMENT CUSTOM_SHIPMENT_DOCUMENT CUSTOMER_SPECIFIED_LABELS
    EXPORT_DECLARATION DANGEROUS_GOODS_SHIPPERS_DECLARATION FREIGHT_ADDRESS_LABEL GENERAL_AGENCY_AGREEMENT LABEL USMCA_CERTIFICATION_OF_ORIGIN OP_900
    PENDING_SHIPMENT_EMAIL_NOTIFICATION PRO_FORMA_INVOICE RETURN_INSTRUCTIONS FEDEX_FREIGHT_STRAIGHT_BILL_OF_LADING VICS_BILL_OF_LADING
    USMCA_COMMERCIAL_INVOICE_CERTIFICATION_OF_ORIGIN]],
  STOCKS = words [[PAPER_4X6 PAPER_4X675 PAPER_4X8 PAPER_4X9 PAPER_7X475 PAPER_85X11_BOTTOM_HALF_LABEL PAPER_85X11_TOP_HALF_LABEL PAPER_LETTER
    STOCK_4X675_LEADING_DOC_TAB STOCK_4X8 STOCK_4X9_LEADING_DOC_TAB STOCK_4X6 STOCK_4X675_TRAILING_DOC_TAB STOCK_4X9_TRAILING_DOC_TAB STOCK_4X675
    STOCK_4X9]],
  PRINTED = words "BILL_OF_LADING CONSIGNEE_ID_NUMBER INTERLINE_PRO_NUMBER PO_NUMBER SHIPPER_ID_NUMBER SHIPPER_ID1_NUMBER SHIPPER_ID2_NUMBER",
  PURPOSES = words "GIFT NOT_SOLD PERSONAL_EFFECTS REPAIR_AND_RETURN SAMPLE SOLD",
  PAYMENTS = words "SENDER RECIPIENT THIRD_PARTY", ROLES = words "SHIPPER CONSIGNEE", SERVICES = words "FEDEX_FREIGHT_ECONOMY FEDEX_FREIGHT_PRIORITY",
  REFERENCES = words "P_O_NUMBER INVOICE_NUMBER", COVERAGES = words "NEW USED_OR_RECONDITIONED", PICKUPS = words
    "CONTACT_FEDEX_TO_SCHEDULE DROPOFF_AT_FEDEX_LOCATION USE_SCHEDULED_PICKUP", COUNTRIES = words "US CA MX PR VI",
  WITH_STATE = words "US CA PR", ANSWERS = words "LABEL URL_ONLY", WEIGHTS = words "KG LB", SIZES = words "CM IN",
}
