-- Records of Acumatica's endpoint Default (fact sheet, section 6; names as in 24.200.001), without their {"value": …}. Dates are dates of
-- the business and are written as midnight without a zone, so that no shift of zones moves them to another day (section 8); instants carry
-- an offset. Details have an `id` that lives in one session, and `delete` takes one away.

local record = require "record"

local DATES = { date = { wire = "iso_midnight" } }

local function entity(fields, totals)
  fields.id, fields.rowNumber, fields.note = "guid", "integer read", "text"
  return record(DATES, fields, totals)
end

-- A row of a list in an entity.
local function row(fields)
  fields.delete = "boolean"
  return entity(fields)
end

local CUSTOM = "record:Custom"

local types = {
  SalesOrder = entity({
    OrderType = "text", OrderNbr = "text", CustomerID = "text", LocationID = "text", Date = "date", RequestedOn = "date", Status = "text read",
    Hold = "boolean", CreditHold = "boolean", Approved = "boolean read", CustomerOrder = "text", ExternalRef = "text", Description = "text",
    CurrencyID = "text", Branch = "text", ShipVia = "text", ShipToAddress = "record:Address", ShipToAddressOverride = "boolean",
    ShipToContact = "record:Contact", ShipToContactOverride = "boolean", BillToAddress = "record:Address", BillToAddressOverride = "boolean",
    BillToContact = "record:Contact", BillToContactOverride = "boolean", ShippingSettings = "record:ShippingSettings", Totals = "record:Totals",
    OrderTotal = "decimal read", TaxTotal = "decimal read", OrderedQty = "decimal read", WillCall = "boolean", Details = "list:SalesOrderDetail",
    Shipments = "list:SalesOrderShipment", Payments = "list:SalesOrderPayment", TaxDetails = "list:TaxDetail", NoteID = "guid read",
    LastModified = "instant read", CreatedDate = "instant read", custom = CUSTOM,
  }, { gross = "OrderTotal" }),
  -- A line that is dropped at the customer's by a supplier has MarkForPO and the POSource "Drop-Ship".
  SalesOrderDetail = row {
    LineNbr = "integer read", InventoryID = "text", OrderQty = "decimal", OpenQty = "decimal read", QtyOnShipments = "decimal read", UOM = "text",
    UnitPrice = "decimal", ExtendedPrice = "decimal read", DiscountAmount = "decimal", FreeItem = "boolean", WarehouseID = "text",
    LineDescription = "text", ShipOn = "date", Completed = "boolean", LineType = "text read", MarkForPO = "boolean", POSource = "text",
    ExternalRef = "text", NoteID = "guid read", Allocations = "list:SalesOrderAllocation", custom = CUSTOM,
  },
  SalesOrderAllocation = row { LotSerialNbr = "text", Qty = "decimal", WarehouseID = "text", custom = CUSTOM },
  SalesOrderShipment = row {
    ShipmentNbr = "text read", ShipmentType = "text read", ShipmentDate = "date read", ShippedQty = "decimal read", Status = "text read",
    InvoiceNbr = "text read", custom = CUSTOM,
  },
  SalesOrderPayment = row { ReferenceNbr = "text", PaymentMethod = "text", PaymentAmount = "decimal", custom = CUSTOM },
  TaxDetail = row { TaxID = "text read", TaxableAmount = "decimal read", TaxAmount = "decimal read", custom = CUSTOM },
  ShippingSettings = entity {
    ShippingTerms = "text", ScheduledShipmentDate = "date", ShippingRule = "text", ShipVia = "text", FreightPrice = "decimal", Priority = "integer",
    custom = CUSTOM,
  },
  Totals = entity {
    LineTotalAmount = "decimal read", TaxTotal = "decimal read", OrderTotal = "decimal read", OrderVolume = "decimal read", OrderWeight = "decimal read",
    custom = CUSTOM,
  },
  Address = entity {
    AddressLine1 = "text", AddressLine2 = "text", City = "text", State = "text", PostalCode = "text", Country = "text", custom = CUSTOM,
  },
  Contact = entity { Attention = "text", BusinessName = "text", Email = "text", Phone1 = "text", custom = CUSTOM },
  FullContact = entity {
    Attention = "text", BusinessName = "text", DisplayName = "text read", Email = "text", Phone1 = "text", Address = "record:Address", custom = CUSTOM,
  },
  -- FreightPrice counts only with OverrideFreightPrice.
  Shipment = entity {
    ShipmentNbr = "text", Type = "text", Status = "text read", Hold = "boolean", CustomerID = "text", LocationID = "text", WarehouseID = "text",
    ShipmentDate = "date", ShipVia = "text", ShippedQty = "decimal read", FreightCost = "decimal", FreightPrice = "decimal",
    FreightAmount = "decimal read", OverrideFreightPrice = "boolean", PackageCount = "integer read", PackageWeight = "decimal read",
    Description = "text", ShippingSettings = "record:ShipToSettings", Details = "list:ShipmentDetail", Packages = "list:Package",
    Orders = "list:ShipmentOrder", CreateNewShipmentForEveryOrder = "boolean", NoteID = "guid read", CreatedDateTime = "instant read",
    LastModifiedDateTime = "instant read", custom = CUSTOM,
  },
  ShipToSettings = entity {
    ShipToAddress = "record:Address", ShipToContact = "record:Contact", ShipToAddressOverride = "boolean", ShipToContactOverride = "boolean",
    custom = CUSTOM,
  },
  ShipmentDetail = row {
    LineNbr = "integer read", OrderType = "text", OrderNbr = "text", OrderLineNbr = "integer", InventoryID = "text", OrderedQty = "decimal read",
    ShippedQty = "decimal", UOM = "text read", LocationID = "text", LotSerialNbr = "text", WarehouseID = "text read",
    Allocations = "list:ShipmentAllocation", custom = CUSTOM,
  },
  ShipmentAllocation = row {
    LineNbr = "integer read", LotSerialNbr = "text", Qty = "decimal", LocationID = "text", UOM = "text read", custom = CUSTOM,
  },
  -- The number of a parcel is TrackingNbr; CustomRefNbr1 is ours.
  Package = row {
    BoxID = "text", TrackingNbr = "text", Weight = "decimal", UOM = "text read", Confirmed = "boolean", DeclaredValue = "decimal", Length = "decimal",
    Width = "decimal", Height = "decimal", LineNbr = "integer read", NoteID = "guid read", CustomRefNbr1 = "text", CustomRefNbr2 = "text",
    PackageContents = "list:PackageContent", custom = CUSTOM,
  },
  PackageContent = row { InventoryID = "text", Quantity = "decimal", ShipmentSplitLineNbr = "integer", UOM = "text", custom = CUSTOM },
  ShipmentOrder = row { OrderType = "text read", OrderNbr = "text read", ShippedQty = "decimal read", InvoiceNbr = "text read", custom = CUSTOM },
  ShipmentPackages = record(DATES, { Packages = "list:Package must" }),
  Customer = entity {
    CustomerID = "text must", CustomerName = "text", CustomerClass = "text", Status = "text", MainContact = "record:FullContact",
    ShippingContact = "record:FullContact", ShippingAddressOverride = "boolean", ShipVia = "text", Terms = "text", TaxZone = "text",
    IsGuestCustomer = "boolean", CurrencyID = "text", NoteID = "guid read", CreatedDateTime = "instant read", LastModifiedDateTime = "instant read",
    custom = CUSTOM,
  },
  StockItem = entity {
    InventoryID = "text must", Description = "text", ItemStatus = "text", ItemClass = "text", BaseUOM = "text", SalesUOM = "text",
    DefaultPrice = "decimal", DimensionWeight = "decimal", WeightUOM = "text", LotSerialClass = "text", CrossReferences = "list:CrossReference",
    WarehouseDetails = "list:WarehouseDetail", CountryOfOrigin = "text", TariffCode = "text", NoteID = "guid read", LastModified = "instant read",
    LastModifiedDateTime = "instant read", custom = CUSTOM,
  },
  CrossReference = row { AlternateID = "text", AlternateType = "text", UOM = "text", Description = "text", custom = CUSTOM },
  WarehouseDetail = row { WarehouseID = "text read", QtyOnHand = "decimal read", DefaultPrice = "decimal read", custom = CUSTOM },
  Endpoint = record(DATES, { name = "text read", version = "text read", href = "text read" }),
  OrderAction = record(DATES, { entity = "record:OrderKeys must", parameters = "record:None must" }),
  CreateShipment = record(DATES, { entity = "record:OrderKeys must", parameters = "record:CreateShipmentParameters must" }),
  OrderKeys = record(DATES, { OrderType = "text must", OrderNbr = "text must" }),
  CreateShipmentParameters = record(DATES, { ShipmentDate = "date", WarehouseID = "text" }),
  ShipmentAction = record(DATES, { entity = "record:ShipmentKeys must", parameters = "record:None must" }),
  ShipmentKeys = record(DATES, { ShipmentNbr = "text must" }),
  None = record(DATES, {}),
  -- Custom fields by view ("Document") and name: what a tenant has is declared in clients/<client>/types.lua.
  Custom = record(DATES, {}),
}

for name, declared in pairs(require "shipping_types") do types[name] = declared end

return types
