-- The documents that an order can become (BC3), as data: where they live in Exact Online, what their fields are called, and
-- which of them are held against what was sent (C12). `effect` is the name of the write that makes one.

local LINE = { "Item", "Quantity", "NetPrice", "VATCode", "GLAccount", "CostCenter", "CostUnit", "Description", "Notes" }

local OPEN_ORDER, PROCESSED = 12, 50

return {
  sales_invoice = {
    effect = "invoice", noun = "invoice", mapping = "invoice", group = "sales_invoices", lines_group = "sales_invoice_lines",
    lines = "SalesInvoiceLines", parent = "InvoiceID", number = "InvoiceNumber", customer = "OrderedBy", date = "OrderDate",
    fixed = { "YourRef", "OrderedBy", "Journal", "OrderDate", "Currency", "Type" },
    changing = { "Description", "DeliverToAddress" }, address = "DeliverToAddress",
    payment = { "PaymentCondition", "PaymentReference", "Remarks" }, line = LINE,
    is_frozen = function(found) return found.Status == PROCESSED end, frozen = "has been processed",
    credit = "credit_invoice", can_be_processed = true,
  },
  sales_entry = {
    effect = "entry", noun = "sales entry", mapping = "entry", group = "sales_entries", lines_group = "sales_entry_lines",
    lines = "SalesEntryLines", parent = "EntryID", number = "EntryNumber", customer = "Customer", date = "EntryDate", net_lines = true,
    fixed = { "YourRef", "Customer", "Journal", "EntryDate", "Currency" },
    changing = {}, payment = { "Description", "PaymentCondition" },
    line = { "AmountFC", "VATAmountFC", "VATCode", "GLAccount", "CostCenter", "CostUnit", "Description", "Quantity", "Notes" },
    is_frozen = function(found) return found.Status == PROCESSED end, frozen = "has been processed",
    credit = "credit_entry",
  },
  sales_order = {
    effect = "sales order", noun = "sales order", mapping = "sales_order", group = "sales_orders", lines_group = "sales_order_lines",
    lines = "SalesOrderLines", parent = "OrderID", number = "OrderNumber", customer = "OrderedBy", date = "OrderDate",
    fixed = { "YourRef", "OrderedBy", "OrderDate", "Currency" },
    changing = { "Description", "DeliveryAddress" }, address = "DeliveryAddress", payment = { "PaymentCondition", "Remarks" },
    line = { "Item", "Quantity", "NetPrice", "VATCode", "CostCenter", "CostUnit", "Description", "Notes" },
    is_frozen = function(found)
      return (found.DeliveryStatus or OPEN_ORDER) ~= OPEN_ORDER or (found.InvoiceStatus or OPEN_ORDER) ~= OPEN_ORDER
    end,
    frozen = "has been delivered or invoiced",
  },
}
