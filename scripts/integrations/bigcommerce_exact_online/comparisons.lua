-- What `reconcile` holds against each other (C9), as data: orders against the documents that they become by the settings, and
-- refunds against credit documents. Each reference carries the shop's connection, so two shops never meet.

local over = require "shared.records.values".over

local NAMES = {
  ["0"] = "incomplete", ["1"] = "pending", ["2"] = "shipped", ["3"] = "partially shipped", ["5"] = "cancelled", ["6"] = "declined",
  ["7"] = "awaiting payment", ["8"] = "awaiting pickup", ["9"] = "awaiting shipment", ["10"] = "completed",
  ["11"] = "awaiting fulfillment", ["12"] = "waiting for manual verification", ["13"] = "disputed",
}

local ORDERS = {
  role = "shop", noun = "order", operation = "orders.list", key = "{source}-{id}", number = "id", job = "{id}",
  date = "date_created", late = { when = { accounting_date = "shipped" }, date = { "date_shipped", "date_created" }, days = 31 },
  total = "total_inc_tax", tax = "total_tax", currency = "default_currency_code",
  -- What may be between an order and its document by rule.
  less = {
    { fields = { "gift_certificate_amount", "store_credit_amount" }, why = "was paid with gift certificates or store credit" },
    { fields = { "total_tax" }, why = "of tax is collected and paid by somebody else", has = { setting = "vat_rules", field = "without_tax" } },
  },
  sold = {
    field = "status_id", setting = "statuses", values = { 4, 14 }, never = { 0, 5, 6 }, names = NAMES, gone = "is_deleted", gone_name = "archived",
  },
  from = "min_date_created", to = "max_date_created", one = { operation = "orders.get", path = { id = "{id}" } },
}

-- A refund of an amount says nothing of its tax: that follows from refund_vat.
local REFUNDS = {
  role = "shop", noun = "refund", operation = "refunds.list", key = "{source}-{order_id}-R{id}", number = "id", job = "{order_id}",
  date = "created", total = "total_amount", from = "created:min", to = "created:max",
  one = { operation = "orders.refunds", path = { id = "{order_id}" } }, sold = { zero_name = "of nothing" },
}

local ACCOUNTS = { operation = "gl_accounts.list", id = "ID", code = "Code", name = "Description" }

local INVOICE_FIELDS = "InvoiceID,InvoiceNumber,Status,Type,Journal,OrderDate,YourRef,Currency,Description,AmountFC,VATAmountFC,SalesInvoiceLines"
local ENTRY_FIELDS = "EntryID,EntryNumber,Status,Journal,EntryDate,YourRef,Currency,Description,AmountFC,SalesEntryLines"

local LINE = { account = "GLAccount", cost_center = "CostCenter", net = "AmountFC", tax = "VATAmountFC" }

local function lines(list)
  local out = { list = list }
  for name, field in pairs(LINE) do out[name] = field end
  return out
end

local function during(field) return ("%s ge datetime'{from}T00:00:00' and %s lt datetime'{to}T00:00:00'"):format(field, field) end

local INVOICES = {
  role = "books", operation = "sales_invoices.list", key = "YourRef", again = "-N", number = { "InvoiceNumber", "InvoiceID" }, date = "OrderDate",
  total = "AmountFC", tax = "VATAmountFC", currency = "Currency", note = "Description",
  state = "Status", states = { ["10"] = "draft", ["20"] = "open", ["50"] = "processed" }, lines = lines "SalesInvoiceLines",
  arguments = { query = { ["$select"] = INVOICE_FIELDS, ["$expand"] = "SalesInvoiceLines" } }, filter_param = "$filter",
}

local ENTRIES = {
  role = "books", operation = "sales_entries.list", key = "YourRef", again = "-N", number = { "EntryNumber", "EntryID" }, date = "EntryDate",
  total = "AmountFC", currency = "Currency", note = "Description", state = "Status",
  states = { ["5"] = "rejected", ["20"] = "open", ["50"] = "processed" }, lines = lines "SalesEntryLines",
  arguments = { query = { ["$select"] = ENTRY_FIELDS, ["$expand"] = "SalesEntryLines" } }, filter_param = "$filter",
  filter = during "EntryDate" .. " and Journal eq '{setting.journal}'", find = { param = "$filter", each = "YourRef eq '{key}'" },
}

local SALES_ORDERS = {
  role = "books", noun = "sales order", operation = "sales_orders.list", key = "YourRef", again = "-N", number = { "OrderNumber", "OrderID" },
  date = "OrderDate", total = "AmountFC", currency = "Currency", note = "Description", state = "Status",
  states = { ["12"] = "open", ["20"] = "partially delivered", ["21"] = "delivered", ["45"] = "cancelled" },
  filter_param = "$filter", filter = during "OrderDate", find = { param = "$filter", each = "YourRef eq '{key}'" },
}

local IN_JOURNAL = during "OrderDate" .. " and Journal eq '{setting.journal}' and Type "

return {
  {
    name = "invoices", when = { document = "sales_invoice" }, flow = "orders", effect = "invoice", tax_within = "{setting.tolerance}",
    undone = { by = "credits", suffix = "-C" }, accounts = ACCOUNTS, left = ORDERS,
    right = over(INVOICES, {
      noun = "invoice", filter = IN_JOURNAL .. "ne 8021",
      find = { param = "$filter", each = "((YourRef eq '{key}' or YourRef eq '{key}-N2') and Type ne 8021)" },
    }),
  },
  {
    name = "credits", when = { document = "sales_invoice" }, flow = "orders", effect = "credit {id}", tax_within = "{setting.tolerance}",
    accounts = ACCOUNTS, left = REFUNDS,
    right = over(INVOICES, {
      noun = "credit invoice", absolute = true, filter = IN_JOURNAL .. "eq 8021",
      find = { param = "$filter", each = "(YourRef eq '{key}' and Type eq 8021)" },
    }),
  },
  {
    name = "entries", when = { document = "sales_entry" }, flow = "orders", effect = "entry", tax_within = "{setting.tolerance}",
    undone = { by = "credits", suffix = "-C" }, accounts = ACCOUNTS, left = ORDERS, right = over(ENTRIES, { noun = "sales entry", sign = "not_negative" }),
  },
  {
    name = "credits", when = { document = "sales_entry" }, flow = "orders", effect = "credit {id}", tax_within = "{setting.tolerance}",
    accounts = ACCOUNTS, left = REFUNDS, right = over(ENTRIES, { noun = "credit entry", sign = "negative", absolute = true }),
  },
  {
    name = "sales orders", when = { document = "sales_order" }, flow = "orders", effect = "sales order", left = ORDERS, right = SALES_ORDERS,
  },
}
