-- bulk/… of the simulated Exact Online: the rows of an entity in pages of 1,000, always with $select, and filtered on few fields
-- where the reference names them (apis/exact-online.md, section 4).

local entities = require "exact_fields"

local PAGE_ROWS = 1000

local function names(text)
  local out = {}
  for name in text:gmatch "%w+" do out[name] = true end
  return out
end

-- By path: the entity, and the fields that may be filtered on (all when the reference names none).
local BULK = {
  ["bulk/CRM/Accounts"] = { "crm/Accounts" }, ["bulk/CRM/Contacts"] = { "crm/Contacts", "Account ID" },
  ["bulk/CRM/Addresses"] = { "crm/Addresses", "Account Contact ID Main Type Warehouse" }, ["bulk/Logistics/Items"] = { "logistics/Items" },
  ["bulk/SalesInvoice/SalesInvoices"] = { "salesinvoice/SalesInvoices" },
  ["bulk/SalesInvoice/SalesInvoiceLines"] = { "salesinvoice/SalesInvoiceLines" },
  ["bulk/SalesOrder/SalesOrders"] = { "salesorder/SalesOrders" }, ["bulk/SalesOrder/SalesOrderLines"] = { "salesorder/SalesOrderLines" },
  ["bulk/SalesOrder/GoodsDeliveries"] = { "salesorder/GoodsDeliveries", "Document EntryID Warehouse" },
  ["bulk/SalesOrder/GoodsDeliveryLines"] = { "salesorder/GoodsDeliveryLines", "EntryID ID Item" },
  ["bulk/Financial/TransactionLines"] = { "financialtransaction/TransactionLines" },
  ["bulk/Financial/GLAccounts"] = { "financial/GLAccounts", "Code Created ID Modified SearchCode Type" },
  ["bulk/Documents/Documents"] = { "documents/Documents", [[Account Category Contact Created DocumentDate DocumentFolder
    FinancialTransactionEntryID HID ID Modified Project SalesInvoiceNumber Subject Type]] },
}

local bulk = {}
for path, is in pairs(BULK) do
  local entity = entities[is[1]]
  bulk[path] = {
    key = entity.key, scope = entity.scope, fields = entity.fields, methods = "G", select = true, page_rows = PAGE_ROWS, rows = is[1],
    filters = is[2] and names(is[2]),
  }
end

return bulk
