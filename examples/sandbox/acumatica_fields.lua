-- Entities of the simulated Acumatica's endpoint Default (sheet, section 6): fields with their kinds, keys, details, and the
-- version from which (or up to which) a field exists. `ro`: what is written to it is taken and not kept.

local fields = { entities = {}, parts = {} }

-- Lines of "Name kind [ro] [since=N] [until=N]"; kind is text, decimal, int, flag, date, datetime, guid, or the name of a part,
-- in brackets where there are several of it.
local function define(text)
  local out, order = {}, {}
  for line in text:gmatch "[^\n;]+" do
    local name, kind, rest = line:match "^%s*(%w+)%s+([%w%[%]]+)%s*(.-)%s*$"
    if name then
      local part = kind:match "^%[(%w+)%]$"
      out[name] = {
        name = name, kind = part and "list" or kind:match "^%u" and "record" or kind, part = part or kind:match "^%u.*$",
          ro = rest:find "%f[%a]ro%f[%A]" ~= nil,
        since = rest:match "since=(%d+)" or "00", till = rest:match "until=(%d+)" or "99",
      }
      order[#order + 1] = name
    end
  end
  out[1] = order
  return out
end

fields.parts.Address = define "AddressLine1 text; AddressLine2 text; City text; State text; PostalCode text; Country text"
fields.parts.Contact = define "Attention text; BusinessName text; Email text; Phone1 text"
fields.parts.FullContact = define "Attention text; BusinessName text; DisplayName text ro; Email text; Phone1 text; Address Address"
fields.parts.ShippingSettings = define [[
  ShippingTerms text; ScheduledShipmentDate date; ShippingRule text; ShipVia text; FreightPrice decimal since=22; Priority int
]]
fields.parts.ShipTo = define [[
  ShipToAddress Address; ShipToContact Contact; ShipToAddressOverride flag; ShipToContactOverride flag
]]
fields.parts.Totals = define "LineTotalAmount decimal ro; TaxTotal decimal ro; OrderTotal decimal ro; OrderVolume decimal ro; OrderWeight decimal ro"
fields.parts.OrderAllocation = define "LotSerialNbr text; Qty decimal; WarehouseID text"
fields.parts.OrderDetail = define [[
  LineNbr int ro; InventoryID text; OrderQty decimal; OpenQty decimal ro; QtyOnShipments decimal ro; UOM text; UnitPrice decimal
  ExtendedPrice decimal ro; DiscountAmount decimal; FreeItem flag; WarehouseID text; LineDescription text; ShipOn date; Completed flag
  LineType text ro; MarkForPO flag; POSource text; ExternalRef text since=23; NoteID guid ro; Allocations [OrderAllocation]
]]
fields.parts.OrderShipment = define [[
  ShipmentNbr text ro; ShipmentType text ro; ShipmentDate date ro; ShippedQty decimal ro; Status text ro; InvoiceNbr text ro
]]
fields.parts.OrderPayment = define "ReferenceNbr text; PaymentMethod text; PaymentAmount decimal"
fields.parts.OrderTax = define "TaxID text ro; TaxableAmount decimal ro; TaxAmount decimal ro"
fields.parts.ShipmentAllocation = define "LineNbr int ro; LotSerialNbr text; Qty decimal; LocationID text; UOM text ro"
fields.parts.ShipmentDetail = define [[
  LineNbr int ro; OrderType text; OrderNbr text; OrderLineNbr int; InventoryID text; OrderedQty decimal ro; ShippedQty decimal; UOM text ro
  LocationID text; LotSerialNbr text; WarehouseID text ro; Allocations [ShipmentAllocation]
]]
fields.parts.PackageContent = define "InventoryID text; Quantity decimal; ShipmentSplitLineNbr int; UOM text"
fields.parts.Package = define [[
  BoxID text; TrackingNbr text; Weight decimal; UOM text ro; Confirmed flag; DeclaredValue decimal; Length decimal since=22; Width decimal since=22
  Height decimal since=22; LineNbr int ro since=22; NoteID guid ro; CustomRefNbr1 text; CustomRefNbr2 text; PackageContents [PackageContent]
]]
fields.parts.ShipmentOrder = define "OrderType text ro; OrderNbr text ro; ShippedQty decimal ro; InvoiceNbr text ro"
fields.parts.CrossReference = define "AlternateID text; AlternateType text; UOM text; Description text"
fields.parts.WarehouseDetail = define "WarehouseID text ro; QtyOnHand decimal ro; DefaultPrice decimal ro"

fields.entities.SalesOrder = {
  keys = { "OrderType", "OrderNbr" }, stamp = "LastModified", view = "Document",
  fields = define [[
    OrderType text; OrderNbr text; CustomerID text; LocationID text; Date date; RequestedOn date; Status text ro; Hold flag; CreditHold flag; Approved flag ro
    CustomerOrder text; ExternalRef text; Description text; CurrencyID text; Branch text since=23; ShipVia text; ShipToAddress Address
    ShipToAddressOverride flag; ShipToContact Contact; ShipToContactOverride flag; BillToAddress Address; BillToContact Contact
    BillToAddressOverride flag; BillToContactOverride flag; ShippingSettings ShippingSettings; Totals Totals; OrderTotal decimal ro; TaxTotal decimal ro
    OrderedQty decimal ro; WillCall flag; Details [OrderDetail]; Shipments [OrderShipment]; Payments [OrderPayment]; TaxDetails [OrderTax]; NoteID guid ro
    LastModified datetime ro; CreatedDate datetime ro
  ]],
}
fields.entities.Shipment = {
  keys = { "ShipmentNbr" }, stamp = "LastModifiedDateTime", view = "Document",
  fields = define [[
    ShipmentNbr text; Type text; Status text ro; Hold flag; CustomerID text; LocationID text; WarehouseID text; ShipmentDate date; ShipVia text
    ShippedQty decimal ro; FreightAmount decimal until=21; FreightCost decimal; FreightPrice decimal since=22; OverrideFreightPrice flag; PackageCount int ro
    PackageWeight decimal ro; Description text; ShippingSettings ShipTo; Details [ShipmentDetail]; Packages [Package]; Orders [ShipmentOrder]
    CreateNewShipmentForEveryOrder flag; NoteID guid ro; CreatedDateTime datetime ro; LastModifiedDateTime datetime ro
  ]],
}
fields.entities.Customer = {
  keys = { "CustomerID" }, stamp = "LastModifiedDateTime", view = "BAccount",
  fields = define [[
    CustomerID text; CustomerName text; CustomerClass text; Status text; MainContact FullContact; ShippingContact FullContact; ShippingAddressOverride flag
    ShipVia text; Terms text; TaxZone text; IsGuestCustomer flag; CurrencyID text; NoteID guid ro; CreatedDateTime datetime ro; LastModifiedDateTime datetime ro
  ]],
}
fields.entities.StockItem = {
  keys = { "InventoryID" }, stamp = "LastModifiedDateTime", view = "Item",
  fields = define [[
    InventoryID text; Description text; ItemStatus text; ItemClass text; BaseUOM text; SalesUOM text; DefaultPrice decimal; DimensionWeight decimal
    WeightUOM text; LotSerialClass text; CrossReferences [CrossReference]; WarehouseDetails [WarehouseDetail]; CountryOfOrigin text; TariffCode text
    NoteID guid ro; LastModified datetime ro; LastModifiedDateTime datetime ro
  ]],
}

-- A field of a part or entity as `version` ("24.200.001") has it, or nil.
function fields.known(list, name, version)
  local field = type(name) == "string" and list[name]
  if not field or version < field.since or version:sub(1, 2) > field.till then return nil end
  return field
end

return fields
