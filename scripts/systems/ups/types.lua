-- What several services of UPS share: parties, addresses, weights, money. Numbers travel as texts (section 4).

local record, records = require "record", require "records"
local at_most, ups = records.at_most, records.ups

return {
  Head = ups { SubVersion = "text", TransactionReference = "record:Context" },
  -- How a service says that it did as asked, with what it warns of.
  Response = ups { ResponseStatus = "record:Coded read", Alert = "list:Coded read", TransactionReference = "record:Context read" },
  Context = ups { CustomerContext = "text" },
  Coded = ups { Code = "text must", Description = "text" },
  Phone = at_most(ups { Number = "text must", Extension = "text" }, { Number = 15 }),
  -- AddressLine is there always: one to three lines, which a mapping can't make and the integration adds.
  Address = at_most(ups {
    AddressLine = "list:text", City = "text must", StateProvinceCode = "text", PostalCode = "text", CountryCode = "text must",
    -- A flag that is there or not: an empty text sets it.
    ResidentialAddressIndicator = "text",
  }, { City = 30, StateProvinceCode = 5, PostalCode = 9, CountryCode = 2 }),
  Shipper = at_most(ups {
    Name = "text must", AttentionName = "text", ShipperNumber = "text must", TaxIdentificationNumber = "text", Phone = "record:Phone",
    EMailAddress = "text", Address = "record:Address must",
  }, { Name = 35, AttentionName = 35, ShipperNumber = 6 }),
  Party = at_most(ups {
    Name = "text must", AttentionName = "text", TaxIdentificationNumber = "text", Phone = "record:Phone", EMailAddress = "text",
    Address = "record:Address must",
  }, { Name = 35, AttentionName = 35 }),
  Money = ups { CurrencyCode = "text must", MonetaryValue = "decimal must" },
  Weight = ups { UnitOfMeasurement = "record:Coded must", Weight = "decimal must" },
  Dimensions = ups { UnitOfMeasurement = "record:Coded must", Length = "decimal must", Width = "decimal must", Height = "decimal must" },
  Reference = at_most(ups { Code = "text", Value = "text must" }, { Value = 35 }),

  -- Address validation.
  AddressBody = ups { XAVRequest = "record:AddressQuestion must" },
  AddressQuestion = ups { AddressKeyFormat = "record:AddressKey must" },
  AddressKey = at_most(ups {
    ConsigneeName = "text", AttentionName = "text", AddressLine = "list:text", Region = "text", PoliticalDivision2 = "text",
    PoliticalDivision1 = "text", PostcodePrimaryLow = "text", PostcodeExtendedLow = "text", Urbanization = "text", CountryCode = "text must",
  }, { ConsigneeName = 40, AttentionName = 40, PoliticalDivision2 = 30, PoliticalDivision1 = 30, PostcodePrimaryLow = 10, CountryCode = 2 }),
  CheckedAddress = record({}, {
    ValidAddressIndicator = "text read", AmbiguousAddressIndicator = "text read", NoCandidatesIndicator = "text read",
    AddressClassification = "record:Coded read", Candidate = "list:AddressCandidate read", Response = "record:Response read",
  }),
  AddressCandidate = ups { AddressClassification = "record:Coded read", AddressKeyFormat = "record:AddressKey read" },

  -- Days in transit: this service speaks in plain numbers and dates.
  TransitQuestion = record({}, {
    originCountryCode = "text must", originStateProvince = "text", originCityName = "text", originPostalCode = "text",
    destinationCountryCode = "text must", destinationStateProvince = "text", destinationCityName = "text", destinationPostalCode = "text",
    residentialIndicator = "text", shipDate = "date", shipTime = "text", weight = "decimal", weightUnitOfMeasure = "text",
    shipmentContentsValue = "decimal", shipmentContentsCurrencyCode = "text", billType = "text", numberOfPackages = "integer",
  }),
  TransitTime = record({}, {
    serviceLevel = "text read", serviceLevelDescription = "text read", shipDate = "date read", deliveryDate = "date read",
    commitTime = "text read", deliveryTime = "text read", deliveryDayOfWeek = "text read", guaranteeIndicator = "text read",
    nextDayPickupIndicator = "text read", saturdayPickupIndicator = "text read",
    businessTransitDays = "integer read", totalTransitDays = "integer read",
  }),

  -- Pickups.
  PickupBody = ups { PickupCreationRequest = "record:PickupRequest must" },
  PickupRequest = ups {
    Request = "record:Head must", RatePickupIndicator = "text must", Shipper = "record:PickupShipper", PickupDateInfo = "record:PickupDate must",
    PickupAddress = "record:PickupAddress must", AlternateAddressIndicator = "text must", PickupPiece = "list:PickupPiece must",
    TotalWeight = "record:PickupWeight", OverweightIndicator = "text", TrackingData = "list:PickupTracking", PaymentMethod = "text must",
    SpecialInstruction = "text", ReferenceNumber = "text", ShippingLabelsAvailable = "text",
  },
  PickupShipper = ups { Account = "record:PickupAccount must" },
  PickupAccount = ups { AccountNumber = "text must", AccountCountryCode = "text must" },
  PickupDate = ups { ReadyTime = "text must", CloseTime = "text must", PickupDate = "text must" },
  PickupAddress = at_most(ups {
    CompanyName = "text must", ContactName = "text must", AddressLine = "list:text must", Room = "text", Floor = "text", City = "text must",
    StateProvince = "text", PostalCode = "text", CountryCode = "text must", ResidentialIndicator = "text must", PickupPoint = "text",
    Phone = "record:Phone must",
  }, { CompanyName = 27, ContactName = 22, City = 50, PostalCode = 8, PickupPoint = 11 }),
  PickupPiece = ups { ServiceCode = "text must", Quantity = "integer must", DestinationCountryCode = "text must", ContainerCode = "text must" },
  PickupWeight = ups { Weight = "decimal must", UnitOfMeasurement = "text must" },
  PickupTracking = ups { TrackingNumber = "text must" },
  PickupRateBody = ups { PickupRateRequest = "record:PickupRateRequest must" },
  PickupRateRequest = ups {
    Request = "record:Head must", ShipperAccount = "record:PickupAccount", PickupAddress = "record:PickupAddress must",
    AlternateAddressIndicator = "text must", PickupDateInfo = "record:PickupDate",
  },
  Pickup = ups {
    PRN = "text read", RateStatus = "record:Coded read", RateResult = "record:PickupRate read", Response = "record:Response read",
  },
  PickupRate = ups { RateType = "text read", CurrencyCode = "text read", GrandTotalOfAllCharge = "decimal read" },
  PendingPickup = ups {
    PickupType = "text read", ServiceDate = "text read", PRN = "text read", OnCallStatusCode = "text read", PickupStatusMessage = "text read",
    ContactName = "text read", ReferenceNumber = "text read",
  },
}
