-- What is shipped, rated and printed (section 4; customs forms from the file it cites).

local records = require "records"
local at_most, ups = records.at_most, records.ups

return {
  ShipmentBody = ups { ShipmentRequest = "record:ShipmentRequest must" },
  ShipmentRequest = ups { Request = "record:RequestHead must", Shipment = "record:Shipment must", LabelSpecification = "record:LabelSpecification" },
  -- RequestOption is nonvalidate (postal code and state) or validate (city too).
  RequestHead = at_most(ups { RequestOption = "text must", SubVersion = "text", TransactionReference = "record:Context" }, { SubVersion = 4 }),
  Shipment = at_most(ups {
    Description = "text", Shipper = "record:Shipper must", ShipTo = "record:Party must", ShipFrom = "record:Party", SoldTo = "record:Party",
    PaymentInformation = "record:Payment", Service = "record:Coded must", ShipmentServiceOptions = "record:ShipmentOptions",
    ShipmentRatingOptions = "record:RatingOptions", InvoiceLineTotal = "record:Money",
    -- References belong here, and to the package only inside the USA and Puerto Rico (error 120541).
    ReferenceNumber = "list:Reference", Package = "list:Package must",
  }, { Description = 50 }),
  Payment = ups { ShipmentCharge = "list:ShipmentCharge must" },
  -- Type is 01 transport (mandatory), 02 duties and taxes, 03 broker; one of the payers.
  ShipmentCharge = ups {
    Type = "text must", BillShipper = "record:BilledAccount", BillReceiver = "record:BilledAccount", BillThirdParty = "record:BilledAccount",
    ConsigneeBilledIndicator = "text",
  },
  BilledAccount = ups { AccountNumber = "text must", Address = "record:BilledAddress" },
  BilledAddress = ups { PostalCode = "text", CountryCode = "text" },
  RatingOptions = ups { NegotiatedRatesIndicator = "text" },
  ShipmentOptions = ups {
    InternationalForms = "record:CustomsForms", Notification = "list:Notification", DeliveryConfirmation = "record:DeliveryConfirmation",
  },
  Notification = ups { NotificationCode = "text must", EMail = "record:NotificationMail" },
  NotificationMail = ups { EMailAddress = "list:text must" },
  DeliveryConfirmation = ups { DCISType = "text must" },
  -- FormType and the products' descriptions are lists of texts that are there always; the integration adds them.
  CustomsForms = at_most(ups {
    FormType = "list:text", InvoiceNumber = "text", InvoiceDate = "text", PurchaseOrderNumber = "text", TermsOfShipment = "text",
    ReasonForExport = "text", Comments = "text", DeclarationStatement = "text", CurrencyCode = "text", FreightCharges = "record:Value",
    InsuranceCharges = "record:Value", Discount = "record:Value", Product = "list:CustomsProduct must",
  }, { InvoiceNumber = 35, InvoiceDate = 8, TermsOfShipment = 3, ReasonForExport = 20, Comments = 150 }),
  Value = ups { MonetaryValue = "decimal must" },
  CustomsProduct = at_most(ups {
    Description = "list:text", Unit = "record:CustomsUnit must", CommodityCode = "text", PartNumber = "text", OriginCountryCode = "text",
    NumberOfPackagesPerCommodity = "integer", ProductWeight = "record:Weight",
  }, { CommodityCode = 15, PartNumber = 35, OriginCountryCode = 2 }),
  CustomsUnit = ups { Number = "decimal must", Value = "decimal must", UnitOfMeasurement = "record:Coded must" },
  Package = at_most(ups {
    Description = "text", Packaging = "record:Coded must", Dimensions = "record:Dimensions", PackageWeight = "record:Weight",
    ReferenceNumber = "list:Reference", PackageServiceOptions = "record:PackageOptions",
  }, { Description = 35 }),
  PackageOptions = ups { DeclaredValue = "record:Money", DeliveryConfirmation = "record:DeliveryConfirmation" },
  -- GIF, ZPL, EPL or SPL.
  LabelSpecification = ups { LabelImageFormat = "record:Coded must", LabelStockSize = "record:LabelSize must", CharacterSet = "text" },
  LabelSize = ups { Height = "text must", Width = "text must" },

  ShipmentResults = ups {
    ShipmentIdentificationNumber = "text read", ShipmentCharges = "record:Charges read", NegotiatedRateCharges = "record:Negotiated read",
    BillingWeight = "record:Weight read", PackageResults = "list:PackageResult read",
  },
  Charges = ups {
    TransportationCharges = "record:Money read", ServiceOptionsCharges = "record:Money read", TotalCharges = "record:Money read",
    ItemizedCharges = "list:ItemizedCharge read",
  },
  ItemizedCharge = ups { Code = "text read", CurrencyCode = "text read", MonetaryValue = "decimal read" },
  Negotiated = ups { TotalCharge = "record:Money read" },
  PackageResult = ups { TrackingNumber = "text read", ServiceOptionsCharges = "record:Money read", ShippingLabel = "record:Label read" },
  Label = ups { ImageFormat = "record:Coded read", GraphicImage = "text read" },
  VoidResult = ups {
    SummaryResult = "record:VoidStatus read", PackageLevelResults = "list:VoidedPackage read", Response = "record:Response read",
  },
  VoidStatus = ups { Status = "record:Coded read" },
  VoidedPackage = ups { TrackingNumber = "text read", Status = "record:Coded read" },

  RecoveryBody = ups { LabelRecoveryRequest = "record:RecoveryRequest must" },
  RecoveryRequest = ups {
    Request = "record:Head", LabelSpecification = "record:RecoveryFormat", TrackingNumber = "text", ReferenceValues = "record:ReferenceValues",
  },
  RecoveryFormat = ups { LabelImageFormat = "record:Coded", LabelStockSize = "record:LabelSize" },
  ReferenceValues = ups { ReferenceNumber = "record:Reference must", ShipperNumber = "text must" },
  RecoveredLabels = ups {
    ShipmentIdentificationNumber = "text read", LabelResults = "list:RecoveredLabel read", Response = "record:Response read",
  },
  RecoveredLabel = ups { TrackingNumber = "text read", LabelImage = "record:RecoveredImage read" },
  RecoveredImage = ups { LabelImageFormat = "record:Coded read", GraphicImage = "text read" },

  RateBody = ups { RateRequest = "record:RateRequest must" },
  RateRequest = ups { Request = "record:Head must", PickupType = "record:Coded", Shipment = "record:RatedParcels must" },
  RatedParcels = ups {
    Shipper = "record:Shipper must", ShipTo = "record:Party must", ShipFrom = "record:Party", PaymentDetails = "record:Payment",
    Service = "record:Coded", Package = "list:RatedPackage must", ShipmentRatingOptions = "record:RatingOptions",
    DeliveryTimeInformation = "record:DeliveryTime",
  },
  DeliveryTime = ups { PackageBillType = "text must", Pickup = "record:DeliveryPickup" },
  DeliveryPickup = ups { Date = "text must", Time = "text" },
  RatedPackage = ups { PackagingType = "record:Coded", Dimensions = "record:Dimensions", PackageWeight = "record:Weight" },
  RatedShipment = ups {
    Service = "record:Coded read", BillingWeight = "record:Weight read", TransportationCharges = "record:Money read",
    ServiceOptionsCharges = "record:Money read", TotalCharges = "record:Money read", NegotiatedRateCharges = "record:Negotiated read",
    GuaranteedDelivery = "record:Guaranteed read", TimeInTransit = "record:RatedDays read",
  },
  Guaranteed = ups { BusinessDaysInTransit = "integer read", DeliveryByTime = "text read", ScheduledDeliveryDate = "text read" },
  RatedDays = ups { ServiceSummary = "record:DaySummary read" },
  DaySummary = ups { Service = "record:DayService read", EstimatedArrival = "record:EstimatedArrival read" },
  DayService = ups { Description = "text read" },
  EstimatedArrival = ups { Arrival = "record:Arrival read", BusinessDaysInTransit = "integer read" },
  Arrival = ups { Date = "text read", Time = "text read" },
}
