-- Records of Track (fact sheet, section 5).

local record = require "record"

local function fedex(fields) return record({}, fields) end

return {
  TrackRequest = fedex { includeDetailedScans = "boolean must", trackingInfo = "list:TrackingInfo must" },
  TrackingInfo = fedex { trackingNumberInfo = "record:TrackingNumber must", shipDateBegin = "date", shipDateEnd = "date" },
  TrackingNumber = fedex { trackingNumber = "text must", carrierCode = "text", trackingNumberUniqueId = "text" },
  ReferenceRequest = fedex { includeDetailedScans = "boolean", referencesInformation = "record:ReferenceSearch must" },
  -- type: CUSTOMER_REFERENCE, DEPARTMENT, INVOICE, PURCHASE_ORDER and others. The end of the range has a name of its own.
  ReferenceSearch = fedex {
    type = "text must", value = "text must", accountNumber = "text", carrierCode = "text", shipDateBegin = "date", shipDateEndDate = "date",
    destinationCountryCode = "text", destinationPostalCode = "text",
  },
  -- associatedType: STANDARD_MPS for the parcels of one shipment.
  AssociatedRequest = fedex {
    includeDetailedScans = "boolean", masterTrackingNumberInfo = "record:TrackingInfo must", associatedType = "text must",
  },
  ProofRequest = fedex { trackDocumentDetail = "record:ProofDetail must", trackDocumentSpecification = "list:ProofOf must" },
  ProofDetail = fedex { documentType = "text must", documentFormat = "text" },
  ProofOf = fedex {
    trackingNumberInfo = "record:TrackingNumber must", shipDateBegin = "date", shipDateEnd = "date", accountNumber = "text",
  },
  Proof = fedex { documentType = "text read", documentFormat = "text read", document = "list:text read" },

  -- Several results are parcels that bore the number one after the other, told apart by trackingNumberUniqueId.
  TrackedNumber = fedex { trackingNumber = "text read", trackResults = "list:TrackResult read" },
  TrackResult = fedex {
    trackingNumberInfo = "record:TrackedId read", latestStatusDetail = "record:TrackStatus read", dateAndTimes = "list:TrackMoment read",
    scanEvents = "list:ScanEvent read", deliveryDetails = "record:DeliveryDetails read", additionalTrackingInfo = "record:TrackMore read",
    serviceDetail = "record:TrackService read", packageDetails = "record:TrackPackage read", error = "record:Fault read",
  },
  TrackedId = fedex { trackingNumber = "text read", carrierCode = "text read", trackingNumberUniqueId = "text read" },
  TrackStatus = fedex {
    code = "text read", derivedCode = "text read", statusByLocale = "text read", description = "text read", scanLocation = "record:Place read",
  },
  -- type: ACTUAL_PICKUP, ACTUAL_DELIVERY, SHIP and others.
  TrackMoment = fedex { type = "text read", dateTime = "instant read" },
  ScanEvent = fedex {
    date = "instant read", eventType = "text read", eventDescription = "text read", derivedStatusCode = "text read", derivedStatus = "text read",
    exceptionCode = "text read", exceptionDescription = "text read", scanLocation = "record:Place read",
  },
  DeliveryDetails = fedex { receivedByName = "text read", signedByName = "text read", deliveryAttempts = "text read", locationType = "text read" },
  TrackMore = fedex { packageIdentifiers = "list:PackageIdentifier read", hasAssociatedShipments = "boolean read" },
  PackageIdentifier = fedex { type = "text read", value = "text read" },
  TrackService = fedex { type = "text read", description = "text read" },
  TrackPackage = fedex { count = "text read", sequenceNumber = "text read", weightAndDimensions = "record:TrackWeights read" },
  TrackWeights = fedex { weight = "list:TrackWeight read" },
  TrackWeight = fedex { unit = "text read", value = "decimal read" },
}
