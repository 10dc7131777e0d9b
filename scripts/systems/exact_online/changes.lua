-- Reading much: sync/ gives what changed since a row version (Timestamp), and bulk/ gives all; a page of either has 1,000 rows
-- (fact sheet, section 4). Only the Timestamp may be filtered on in sync/, which knows no deletions: they are in
-- `deleted.list`, kept for two months. Row versions begin anew when Exact moves a division (Division.DivisionMoveDate).

local PAGES = { rows = { "d.results", "d" }, next = "d.__next" }

-- How a moment is rounded to a row version is nowhere said: a first look begins a day earlier, or as much as `before` says. Deletions are kept for two
-- months, and are asked for from the first one.
local function changed(path, type_name, select, before)
  local begins = {
    operation = "sync.timestamp", moment = "modified", given = { entity = path:match "[^/]+$" }, field = "TimeStampAsBigInt", before = before or "1d",
  }
  return {
    GET = "/api/v1/{division}/sync/" .. path, pages = PAGES, gives = type_name, query = { ["$select"] = select .. ",Timestamp" },
    since = { param = "$filter", field = "Timestamp", format = "odata_number", sorted = true, begins = path ~= "Deleted" and begins or nil },
  }
end

local function bulk(path, type_name, select)
  return {
    GET = "/api/v1/{division}/bulk/" .. path, pages = PAGES, gives = type_name, find = { param = "$filter", format = "odata" },
    query = { ["$select"] = select },
  }
end

local ACCOUNT = "ID,Code,Name,Status,Email,Phone,AddressLine1,AddressLine2,AddressLine3,Postcode,City,State,Country,VATNumber,"
  .. "Language,SearchCode,PaymentConditionSales,InvoiceAccount,Blocked"
local ADDRESS = "ID,Account,Type,AddressLine1,AddressLine2,AddressLine3,Postcode,City,State,Country,Contact,Phone,Main"
local CONTACT = "ID,Account,FirstName,LastName,FullName,Email,BusinessEmail,Phone,Mobile,Language"
local ITEM = "ID,Code,Description,Barcode,Unit,IsSalesItem,IsStockItem,SalesVatCode,GrossWeight,NetWeight,StatisticalCode,EndDate"
local ORDER = "OrderID,OrderNumber,Status,DeliveryStatus,InvoiceStatus,ApprovalStatus,OrderedBy,DeliverTo,DeliveryAddress,OrderDate,"
  .. "DeliveryDate,Description,YourRef,Currency,ShippingMethod,AmountFC"
-- As a list of changes: all that `sales_orders.whole` is read for, so that a row may be held against what is known.
local ORDER_CHANGED = ORDER .. ",Division,DeliverToName,DeliverToContactPersonFullName,ShippingMethodDescription,WarehouseCode,Remarks"
local ORDER_LINE = "ID,OrderID,OrderNumber,LineNumber,Item,ItemCode,Quantity,QuantityDelivered,QuantityInvoiced,UnitPrice,NetPrice,"
  .. "AmountFC,VATCode,Description,Notes,CostCenter,CostUnit,Project"
local ORDER_LINE_CHANGED = ORDER_LINE .. ",UnitCode,DeliveryStatus,UseDropShipment"
local DELIVERY = "EntryID,EntryNumber,DeliveryNumber,DeliveryDate,DeliveryAccount,DeliveryAddress,Description,Document,Remarks,"
  .. "ShippingMethod,TrackingNumber,Warehouse"
local DELIVERY_CHANGED = DELIVERY .. ",DeliveryAccountName,DeliveryContactPersonFullName"
local AHEAD = "14d"   -- by which a delivery may be entered before its date: one of after the start was perhaps last changed before it
local DELIVERY_LINE = "ID,EntryID,LineNumber,SalesOrderLineID,SalesOrderNumber,Item,ItemCode,QuantityOrdered,QuantityDelivered,"
  .. "TrackingNumber,Description,Notes"
local TRANSACTION = "ID,EntryID,EntryNumber,LineNumber,Date,FinancialYear,FinancialPeriod,JournalCode,GLAccount,GLAccountCode,"
  .. "AmountDC,AmountFC,AmountVATFC,VATCode,CostCenter,CostUnit,Account,YourRef,Description,Status,Type"
local DOCUMENT = "ID,HID,Subject,Type,Account,DocumentDate,SalesOrderNumber,SalesInvoiceNumber"

return {
  {
    ["accounts.changed"] = changed("CRM/Accounts", "Account", ACCOUNT),   -- the only list of accounts that needs no other filter
    ["contacts.changed"] = changed("CRM/Contacts", "Contact", CONTACT),
    ["addresses.changed"] = changed("CRM/Addresses", "Address", ADDRESS),
    ["items.changed"] = changed("Logistics/Items", "Item", "ID,Code,Description,IsSalesItem,EndDate"),
    ["item_warehouses.changed"] = changed("Inventory/ItemWarehouses", "ItemWarehouse",
      "ID,Item,ItemCode,Warehouse,WarehouseCode,ReservedStock,ReorderPoint,SafetyStock"),
    ["stock_positions.changed"] = changed("Inventory/StockPositions", "StockPosition",
      "ID,ItemId,ItemCode,Warehouse,WarehouseCode,CurrentStock,FreeStock,PlanningIn,PlanningOut,ProjectedStock,UnitCode"),
    -- Headers and lines in one list: a header has LineNumber 0.
    ["sales_invoices.changed"] = changed("SalesInvoice/SalesInvoices", "SalesInvoice", "InvoiceID,InvoiceNumber,LineNumber,Status,YourRef"),
    -- SalesOrders can't be filtered by date of change any more: this is the poll beside the webhook.
    ["sales_orders.changed"] = changed("SalesOrder/SalesOrderHeaders", "SalesOrder", ORDER_CHANGED),
    ["sales_order_lines.changed"] = changed("SalesOrder/SalesOrderLines", "SalesOrderLine", ORDER_LINE_CHANGED),
    ["goods_deliveries.changed"] = changed("SalesOrder/GoodsDeliveries", "GoodsDelivery", DELIVERY_CHANGED, AHEAD),
    ["goods_delivery_lines.changed"] = changed("SalesOrder/GoodsDeliveryLines", "GoodsDeliveryLine", DELIVERY_LINE),
    ["documents.changed"] = changed("Documents/Documents", "Document", DOCUMENT),
    ["gl_accounts.changed"] = changed("Financial/GLAccounts", "GLAccount", "ID,Code,Description,Type,IsBlocked"),
    ["transaction_lines.changed"] = changed("Financial/TransactionLines", "TransactionLine", TRANSACTION),
    ["deleted.list"] = changed("Deleted", "Deleted", "ID,EntityType,EntityKey,DeletedDate"),
    -- The row version of a moment ("2026-01-31T00:00:00") for one entity: where a first sync may begin.
    ["sync.timestamp"] = {
      GET = "/api/v1/{division}/read/sync/Sync/SyncTimestamp?modified=datetime'{modified}'&endPoint='{entity}'", gives = "SyncTimestamp",
      unwrap = { "d.results.0", "d" },
    },
  },
  {
    ["accounts.bulk"] = bulk("CRM/Accounts", "Account", ACCOUNT),
    ["contacts.bulk"] = bulk("CRM/Contacts", "Contact", CONTACT),      -- filters: Account, ID, …
    ["addresses.bulk"] = bulk("CRM/Addresses", "Address", ADDRESS),    -- filters: Account, Contact, ID, Main, Type, Warehouse
    ["items.bulk"] = bulk("Logistics/Items", "Item", ITEM),
    ["sales_invoices.bulk"] = bulk("SalesInvoice/SalesInvoices", "SalesInvoice",
      "InvoiceID,InvoiceNumber,Status,Type,Journal,OrderedBy,InvoiceDate,OrderDate,Currency,YourRef,AmountDC,AmountFC,VATAmountFC"),
    ["sales_invoice_lines.bulk"] = bulk("SalesInvoice/SalesInvoiceLines", "SalesInvoiceLine",
      "ID,InvoiceID,LineNumber,Item,ItemCode,GLAccount,Quantity,NetPrice,AmountFC,VATCode,VATAmountFC,CostCenter,CostUnit,Notes"),
    ["sales_orders.bulk"] = bulk("SalesOrder/SalesOrders", "SalesOrder", ORDER),
    ["sales_order_lines.bulk"] = bulk("SalesOrder/SalesOrderLines", "SalesOrderLine", ORDER_LINE),
    ["goods_deliveries.bulk"] = bulk("SalesOrder/GoodsDeliveries", "GoodsDelivery", DELIVERY),   -- filters: Document, EntryID, Warehouse
    ["goods_delivery_lines.bulk"] = bulk("SalesOrder/GoodsDeliveryLines", "GoodsDeliveryLine", DELIVERY_LINE),   -- EntryID, ID, Item
    ["gl_accounts.bulk"] = bulk("Financial/GLAccounts", "GLAccount", "ID,Code,Description,Type,UseCostcenter,UseCostunit,IsBlocked"),
    ["transaction_lines.bulk"] = bulk("Financial/TransactionLines", "TransactionLine", TRANSACTION),
    ["documents.bulk"] = bulk("Documents/Documents", "Document", DOCUMENT),
  },
}
