-- Sales invoices, entries and orders. There is no idempotency key in Exact: a create is looked up by YourRef first.

local entity = require "entity"

local BY_YOUR_REF = { by = "YourRef", quiet = "3m" }

local function by_your_ref(list) return look_up { list, by = BY_YOUR_REF.by, quiet = BY_YOUR_REF.quiet } end

local LINE_OF_DOCUMENT = "Item,ItemCode,Quantity,NetPrice,AmountFC,VATCode,Description,Notes,CostCenter,CostUnit,Project"

-- What a line or document of ours is held against after it was written is for the integration to say (C12): it knows which
-- lines it sent. So these creates declare no confirmation of their own.

return {
  entity "salesinvoice/SalesInvoices" {
    name = "sales_invoices", type = "SalesInvoice", id = "InvoiceID", number = "InvoiceNumber",
    select = "InvoiceID,InvoiceNumber,Status,Type,Journal,OrderedBy,InvoiceTo,DeliverTo,DeliverToAddress,InvoiceDate,"
      .. "OrderDate,Currency,Description,YourRef,PaymentCondition,PaymentReference,Remarks,AmountDC,AmountFC,"
      .. "VATAmountFC,Modified",
    lines = "SalesInvoiceLines", writes = { create = by_your_ref "sales_invoices.list", update = true, delete = true },
  },
  entity "salesinvoice/SalesInvoiceLines" {
    name = "sales_invoice_lines", type = "SalesInvoiceLine", id = "ID",
    select = "ID,InvoiceID,LineNumber,GLAccount,VATAmountFC," .. LINE_OF_DOCUMENT,
    -- A line has no reference of its own in Exact; integrations keep one in Notes.
    writes = { create = look_up { "sales_invoice_lines.list", by = "Notes", quiet = "3m" }, update = true, delete = true },
  },
  entity "salesinvoice/Layouts" { name = "invoice_layouts", type = "Layout", id = "ID", select = "ID,Subject,Type" },
  entity "salesentry/SalesEntries" {
    name = "sales_entries", type = "SalesEntry", id = "EntryID", number = "EntryNumber",
    select = "EntryID,EntryNumber,Status,Customer,Journal,EntryDate,InvoiceNumber,YourRef,Currency,Description,"
      .. "PaymentCondition,AmountDC,AmountFC",
    lines = "SalesEntryLines", writes = { create = by_your_ref "sales_entries.list", update = true, delete = true },
  },
  entity "salesentry/SalesEntryLines" {
    name = "sales_entry_lines", type = "SalesEntryLine", id = "ID",
    select = "ID,EntryID,AmountFC,VATAmountFC,GLAccount,VATCode,Description,Notes,CostCenter,CostUnit,Project,Quantity",
    writes = { create = look_up { "sales_entry_lines.list", by = "Notes", quiet = "3m" }, update = true, delete = true },
  },
  entity "salesorder/SalesOrders" {
    name = "sales_orders", type = "SalesOrder", id = "OrderID", number = "OrderNumber",
    select = "OrderID,OrderNumber,Status,DeliveryStatus,InvoiceStatus,ApprovalStatus,OrderedBy,DeliverTo,InvoiceTo,"
      .. "DeliveryAddress,DeliverToName,DeliverToContactPerson,DeliverToContactPersonFullName,OrderDate,DeliveryDate,Description,"
      .. "YourRef,Currency,PaymentCondition,ShippingMethod,ShippingMethodDescription,WarehouseID,WarehouseCode,SalesChannel,"
      .. "IncotermCode,Document,Remarks,AmountFC,Division",
    lines = "SalesOrderLines", writes = { create = by_your_ref "sales_orders.list", update = true, delete = true },
  },
  entity "salesorder/SalesOrderLines" {
    name = "sales_order_lines", type = "SalesOrderLine", id = "ID",
    select = "ID,OrderID,OrderNumber,LineNumber,UnitPrice,QuantityDelivered,QuantityInvoiced,DeliveryStatus,InvoiceStatus,"
      .. "UnitCode,DeliveryDate,UseDropShipment," .. LINE_OF_DOCUMENT,
    writes = { create = look_up { "sales_order_lines.list", by = "Notes", quiet = "3m" }, update = true, delete = true },
  },
  {
    -- Processing an invoice: status 50, financial entry and PDF. It can't be undone; a second one is refused because of the
    -- invoice's status and does no harm, so an unknown outcome may be repeated.
    ["printed_invoices.create"] = {
      POST = "/api/v1/{division}/salesinvoice/PrintedSalesInvoices", takes = "PrintedSalesInvoice",
      gives = "PrintedSalesInvoice", unwrap = { "d" }, id = "InvoiceID", effect = { kind = "D", may_repeat = true }, deadline = "25s",
    },
    -- Invoices made of orders, at most 500 order lines a call. A second one finds nothing left to invoice or invoices what came
    -- since: an unknown outcome is for a person.
    ["invoice_sales_orders.create"] = {
      POST = "/api/v1/{division}/salesinvoice/InvoiceSalesOrders", takes = "InvoiceSalesOrders", gives = "InvoiceSalesOrders",
      unwrap = { "d" }, effect = { kind = "D" }, deadline = "25s",
    },
  },
}
