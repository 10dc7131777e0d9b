-- Goods deliveries, charges of orders and invoices, shipping methods, documents and projects.

local entity = require "entity"

return {
  entity "salesorder/GoodsDeliveries" {
    name = "goods_deliveries", type = "GoodsDelivery", id = "EntryID", number = "DeliveryNumber",
    select = "EntryID,EntryNumber,DeliveryNumber,DeliveryDate,DeliveryAccount,DeliveryAddress,Description,Document,Remarks,"
      .. "ShippingMethod,ShippingMethodCode,TrackingNumber,Warehouse,WarehouseCode,DeliveryAccountName,DeliveryContact,"
      .. "DeliveryContactPersonFullName",
    lines = "GoodsDeliveryLines",
    -- Deliveries have no reference of their own in Exact; Description is what an integration can write one into.
    writes = { create = look_up { "goods_deliveries.list", by = "Description", quiet = "3m" }, update = true },
  },
  entity "salesorder/GoodsDeliveryLines" {
    name = "goods_delivery_lines", type = "GoodsDeliveryLine", id = "ID",
    select = "ID,EntryID,LineNumber,SalesOrderLineID,SalesOrderNumber,SalesOrderLineNumber,Item,ItemCode,ItemDescription,"
      .. "QuantityOrdered,QuantityDelivered,TrackingNumber,Description,Notes,StorageLocation,Unitcode",
    lines = "BatchNumbers,SerialNumbers",
    writes = { update = true },   -- lines cannot be posted alone (section 5)
  },
  entity "salesorder/SalesOrderOrderChargeLines" {
    name = "order_charge_lines", type = "OrderChargeLine", id = "ID",
    select = "ID,OrderID,LineNumber,IsShippingCost,OrderCharge,OrderChargeCode,OrderChargesLineDescription,AmountFCExclVAT,"
      .. "AmountFCInclVAT,VATCode",
    -- The text of a charge is the only field of it that can bear a reference of ours.
    writes = {
      create = look_up { "order_charge_lines.list", by = "OrderChargesLineDescription", quiet = "3m" }, update = true, delete = true,
    },
  },
  entity "salesinvoice/SalesInvoiceOrderChargeLines" {
    name = "invoice_charge_lines", type = "InvoiceChargeLine", id = "ID",
    select = "ID,InvoiceID,LineNumber,IsShippingCost,OrderCharge,OrderChargeCode,OrderChargesLineDescription,AmountFCExclVAT,"
      .. "AmountFCInclVAT,VATCode,GLAccount",
    writes = {
      create = look_up { "invoice_charge_lines.list", by = "OrderChargesLineDescription", quiet = "3m" }, update = true, delete = true,
    },
  },
  entity "sales/ShippingMethods" {
    name = "shipping_methods", type = "ShippingMethod", id = "ID",
    select = "ID,Code,Description,Active,Amount,VATCode,TrackingURL,ShippingRatesURL",
  },
  entity "sales/OrderCharges" {
    name = "order_charges", type = "OrderCharge", id = "ID", select = "ID,Code,Description,Active,Amount,GLAccount,VATCode",
  },
  entity "documents/Documents" {
    name = "documents", type = "Document", id = "ID", number = "HID",
    select = "ID,HID,Subject,Type,Account,DocumentDate,SalesOrderNumber,SalesInvoiceNumber,FinancialTransactionEntryID",
    writes = { create = look_up { "documents.list", by = "Subject", quiet = "3m" }, update = true, delete = true },
  },
  entity "documents/DocumentAttachments" {
    name = "document_attachments", type = "DocumentAttachment", id = "ID", select = "ID,Document,FileName,FileSize,Url",
    writes = { create = look_up { "document_attachments.list", by = "FileName", quiet = "3m" }, delete = true },
  },
  entity "documents/DocumentTypes" { name = "document_types", type = "DocumentType", id = "ID", list_only = true, select = "ID,Description" },
  entity "project/Projects" {
    name = "projects", type = "Project", id = "ID", number = "Code", select = "ID,Code,Description,Type,Account,StartDate,EndDate",
    writes = { create = look_up { "projects.list", by = "Code", quiet = "3m" }, update = true, delete = true },
  },
  entity "general/Layouts" { name = "layouts", type = "Layout", id = "ID", select = "ID,Subject,Type,Category" },
}
