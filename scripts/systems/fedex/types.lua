-- Records that several APIs of FedEx share, with rates, addresses and pickups. Answers are kept whole: their transaction ids stand
-- beside `output`, and support asks for them.

local record = require "record"

local function fedex(fields) return record({}, fields) end

return {
  -- At most 9 characters.
  AccountNumber = fedex { value = "text must" },
  -- Either name is enough; the phone has 10 to 15 digits.
  Contact = fedex {
    personName = "text", companyName = "text", phoneNumber = "text must", phoneExtension = "text", emailAddress = "text",
  },
  -- Lines of 35 characters, of which three are used.
  Address = fedex {
    streetLines = "list:text must", city = "text must", stateOrProvinceCode = "text", postalCode = "text", countryCode = "text must",
    residential = "boolean",
  },
  Place = fedex { city = "text read", stateOrProvinceCode = "text read", postalCode = "text read", countryCode = "text read" },
  Money = fedex { amount = "decimal must", currency = "text must" },
  -- KG or LB.
  Weight = fedex { units = "text must", value = "decimal must" },
  -- Whole CM or IN.
  Dimensions = fedex { length = "integer must", width = "integer must", height = "integer must", units = "text must" },
  -- `alerts` of an answer is left out on purpose: one sample of FedEx's has a plain text there (section 3).
  Fault = fedex { code = "text read", message = "text read" },

  RateRequest = fedex {
    accountNumber = "record:AccountNumber must", requestedShipment = "record:RatedShipment must", carrierCodes = "list:text",
    rateRequestControlParameters = "record:RateControl",
  },
  RateControl = fedex { returnTransitTimes = "boolean", rateSortOrder = "text" },
  RatedShipment = fedex {
    shipper = "record:RateParty must", recipient = "record:RateParty must", pickupType = "text must", serviceType = "text",
    packagingType = "text", preferredCurrency = "text", rateRequestType = "list:text", shipDateStamp = "date", totalWeight = "decimal",
    requestedPackageLineItems = "list:RatedPackage must",
  },
  RateParty = fedex { address = "record:Address must", accountNumber = "record:AccountNumber" },
  RatedPackage = fedex { weight = "record:Weight must", dimensions = "record:Dimensions", groupPackageCount = "integer", declaredValue = "record:Money" },
  RateReply = fedex {
    serviceType = "text read", serviceName = "text read", packagingType = "text read", ratedShipmentDetails = "list:RatedDetail read",
  },
  RatedDetail = fedex {
    rateType = "text read", currency = "text read", totalNetCharge = "decimal read", totalBaseCharge = "decimal read",
    totalNetFedExCharge = "decimal read", totalDutiesAndTaxes = "decimal read",
  },

  AddressRequest = fedex { addressesToValidate = "list:AddressToValidate must", inEffectAsOfTimestamp = "date" },
  AddressToValidate = fedex { address = "record:Address must", clientReferenceId = "text" },
  -- classification: BUSINESS, RESIDENTIAL, MIXED or UNKNOWN.
  ResolvedAddress = fedex {
    clientReferenceId = "text read", streetLinesToken = "list:text read", city = "text read", stateOrProvinceCode = "text read",
    postalCode = "text read", countryCode = "text read", classification = "text read", postOfficeBox = "boolean read",
    attributes = "record:ResolvedAttributes read",
  },
  ResolvedAttributes = fedex { Resolved = "text read", Matched = "text read", DPV = "text read" },

  PickupRequest = fedex {
    associatedAccountNumber = "record:AccountNumber must", originDetail = "record:PickupOrigin must", carrierCode = "text must",
    totalWeight = "record:Weight", packageCount = "integer", remarks = "text", countryRelationships = "text", pickupType = "text",
    commodityDescription = "text", trackingNumber = "text",
  },
  PickupOrigin = fedex {
    pickupLocation = "record:PickupParty must", readyDateTimestamp = "text must", customerCloseTime = "text must", pickupDateType = "text",
    packageLocation = "text", buildingPart = "text", buildingPartDescription = "text",
  },
  PickupParty = fedex { contact = "record:Contact", address = "record:Address", accountNumber = "record:AccountNumber", deliveryInstructions = "text" },
  PickupCancelRequest = fedex {
    associatedAccountNumber = "record:AccountNumber must", pickupConfirmationCode = "text must", scheduledDate = "date must",
    carrierCode = "text", location = "text", remarks = "text",
  },
  PickupAnswer = fedex { transactionId = "text read", customerTransactionId = "text read", output = "record:PickupResult read" },
  PickupResult = fedex {
    pickupConfirmationCode = "text read", message = "text read", location = "text read", cancelConfirmationMessage = "text read",
  },
  AvailabilityRequest = fedex {
    pickupAddress = "record:Address must", dispatchDate = "date", packageReadyTime = "text", customerCloseTime = "text",
    pickupType = "text", associatedAccountNumber = "text", numberOfBusinessDays = "integer",
    pickupRequestType = "list:text must", carriers = "list:text must", countryRelationship = "text must",
  },
  AvailabilityAnswer = fedex { transactionId = "text read", output = "record:Availability read" },
  Availability = fedex { requestTimestamp = "text read", options = "list:AvailabilityOption read" },
  AvailabilityOption = fedex {
    carrier = "text read", available = "boolean read", pickupDate = "date read", cutOffTime = "text read", scheduleDay = "text read",
    defaultReadyTime = "text read",
  },
  CloseRequest = fedex {
    accountNumber = "record:AccountNumber must", closeReqType = "text must", groundServiceCategory = "text must", closeDate = "date",
    trackingNumber = "text", reprintOption = "text",
  },
  CloseAnswer = fedex { transactionId = "text read", output = "record:CloseResult read" },
  CloseResult = fedex { closeDocuments = "list:CloseDocument read" },
  CloseDocument = fedex { type = "text read", shippingCycle = "text read", copiesToPrint = "integer read", parts = "list:CloseDocumentPart read" },
  CloseDocumentPart = fedex { documentPartSequenceNumber = "integer read", image = "text read" },
}
