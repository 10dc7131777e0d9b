-- What is told of parcels (sections 5 to 7). Dates and times are texts of their own, local and of Greenwich; a time can have lost
-- its leading zeros.

local record = require "record"

local BLANK = { text = { blank = "missing" } }

local function told(fields)
  local read = {}
  for name, kind in pairs(fields) do read[name] = kind .. " read" end
  return record(BLANK, read)
end

local function sent(fields) return record(BLANK, fields) end

return {
  TrackShipment = told { inquiryNumber = "text", package = "list:TrackPackage", warnings = "list:TrackWarning" },
  TrackWarning = told { code = "text", message = "text" },
  TrackPackage = told {
    trackingNumber = "text", currentStatus = "record:TrackStatus", activity = "list:TrackActivity", deliveryDate = "list:TrackDate",
    deliveryTime = "record:TrackTime", referenceNumber = "list:TrackReference", packageCount = "integer", weight = "record:TrackWeight",
    dimension = "record:TrackDimension", service = "record:TrackService",
  },
  TrackService = told { code = "text", levelCode = "text", description = "text" },
  -- Which of code and statusCode holds the numeric code differs: both are read.
  TrackStatus = told { type = "text", code = "text", statusCode = "text", description = "text" },
  TrackActivity = told {
    date = "text", time = "text", gmtDate = "text", gmtTime = "text", gmtOffset = "text", location = "record:TrackLocation",
    status = "record:TrackStatus",
  },
  TrackLocation = told { address = "record:TrackAddress", slic = "text" },
  TrackAddress = told { city = "text", stateProvince = "text", postalCode = "text", countryCode = "text" },
  TrackDate = told { type = "text", date = "text" },
  TrackTime = told { type = "text", startTime = "text", endTime = "text" },
  TrackReference = told { type = "text", number = "text" },
  TrackWeight = told { unitOfMeasurement = "text", weight = "decimal" },
  TrackDimension = told { unitOfDimension = "text", length = "decimal", width = "decimal", height = "decimal" },

  AlertSubscription = sent {
    locale = "text must", countryCode = "text", trackingNumberList = "list:text must", destination = "record:AlertDestination must",
  },
  AlertDestination = sent { url = "text must", credentialType = "text must", credential = "text must" },
  PortalSubscription = sent {
    locale = "text must", countryCode = "text", trackingNumberList = "list:text must", eventPreferences = "list:text",
  },
  AccountSubscription = sent { shipperAccountNumber = "text must", subAccountType = "list:text must" },
  AlertResult = told { validTrackingNumbers = "list:text", invalidTrackingNumbers = "list:text" },
  -- A push. What is not said is an empty text.
  Alert = told {
    trackingNumber = "text", localActivityDate = "text", localActivityTime = "text", activityLocation = "record:AlertPlace",
    activityStatus = "record:AlertStatus", scheduledDeliveryDate = "text", actualDeliveryDate = "text", actualDeliveryTime = "text",
    gmtActivityDate = "text", gmtActivityTime = "text", gmtOffset = "text", deliveryStartTime = "text", deliveryEndTime = "text",
    deliveryTimeDescription = "text", deliveryPhoto = "text",
  },
  AlertPlace = told { city = "text", stateProvince = "text", postalCode = "text", country = "text" },
  AlertStatus = told { type = "text", code = "text", description = "text", descriptionCode = "text" },

  EventsBody = sent { QuantumViewRequest = "record:EventsRequest must" },
  EventsRequest = sent { Request = "record:EventsHead must", SubscriptionRequest = "list:EventsSubscription", Bookmark = "text" },
  EventsHead = sent { RequestAction = "text must", TransactionReference = "record:Context" },
  EventsSubscription = sent { Name = "text", FileName = "text", DateTimeRange = "record:EventsRange", Bookmark = "text" },
  EventsRange = sent { BeginDateTime = "text must", EndDateTime = "text" },
  QuantumView = told { Response = "record:EventsResponse", Bookmark = "text", QuantumViewEvents = "record:Events" },
  EventsResponse = told { ResponseStatusCode = "text", ResponseStatusDescription = "text", Error = "list:EventsError" },
  EventsError = told { ErrorSeverity = "text", ErrorCode = "text", ErrorDescription = "text", MinimumRetrySeconds = "text" },
  Events = told { SubscriberID = "text", SubscriptionEvents = "list:SubscriptionEvents" },
  SubscriptionEvents = told { Name = "text", Number = "text", SubscriptionStatus = "record:EventCode", SubscriptionFile = "list:EventFile" },
  EventCode = told { Code = "text", Description = "text" },
  EventFile = told {
    FileName = "text", StatusType = "record:EventCode", Manifest = "list:EventManifest", Origin = "list:EventEntry",
    Exception = "list:EventEntry", Delivery = "list:EventEntry", Generic = "list:EventEntry",
  },
  EventManifest = told {
    Shipper = "record:EventShipper", ReferenceNumber = "list:EventReference", PickupDate = "text", Package = "list:EventPackage",
  },
  EventShipper = told { ShipperNumber = "text", Name = "text" },
  EventPackage = told { TrackingNumber = "text", Activity = "record:EventMoment", ReferenceNumber = "list:EventReference" },
  EventMoment = told { Date = "text", Time = "text" },
  EventEntry = told {
    TrackingNumber = "text", ShipperNumber = "text", Date = "text", Time = "text", PackageReferenceNumber = "list:EventReference",
    ShipmentReferenceNumber = "list:EventReference", ActivityLocation = "record:EventPlace", StatusCode = "text", StatusDescription = "text",
    ReasonCode = "text", ReasonDescription = "text", Resolution = "record:EventCode", UpdatedAddress = "record:EventAddress",
    RescheduledDeliveryDate = "text", ScheduledDeliveryDate = "text", DriverRelease = "text", DeliveryLocation = "record:DeliveryLocation",
    ActivityType = "text", Activity = "record:EventMoment", FailureNotification = "record:EventFailure",
  },
  EventPlace = told { AddressArtifactFormat = "record:EventAddress" },
  -- Also what UPS made of an address that was wrong.
  EventAddress = told {
    ConsigneeName = "text", StreetNumberLow = "text", StreetPrefix = "text", StreetName = "text", StreetType = "text", StreetSuffix = "text",
    PoliticalDivision3 = "text", PoliticalDivision2 = "text", PoliticalDivision1 = "text", CountryCode = "text", PostcodePrimaryLow = "text",
  },
  DeliveryLocation = told { AddressArtifactFormat = "record:EventAddress", Code = "text", Description = "text", SignedForByName = "text" },
  EventFailure = told { FailedEmailAddress = "text" },
  EventReference = told { Code = "text", Value = "text" },
}
