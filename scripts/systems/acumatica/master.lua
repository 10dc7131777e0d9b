-- Customers and stock items, which have keys of their own, and what an instance says of itself.

local BASE = "/entity/{endpoint}/{version}/"
local PAGES = { offset = "$skip", size_param = "$top", size = 100 }
local FIND = { param = "$filter", format = "odata" }
local CONTACTS = "MainContact,MainContact/Address,ShippingContact,ShippingContact/Address"

return {
  ["customers.list"] = {
    GET = BASE .. "Customer", pages = PAGES, query = { ["$expand"] = CONTACTS }, gives = "Customer", id = "id", number = "CustomerID", find = FIND,
    since = { param = "$filter", field = "LastModifiedDateTime", format = "odata_offset" }, deadline = "2m",
  },
  ["customers.get"] = {
    GET = BASE .. "Customer/{CustomerID}", query = { ["$expand"] = CONTACTS }, gives = "Customer", id = "id", number = "CustomerID", deadline = "2m",
  },
  -- Made or changed by its key; where customers are numbered automatically a new one gets another key than was sent.
  ["customers.put"] = {
    PUT = BASE .. "Customer", takes = "Customer", gives = "Customer", id = "id", number = "CustomerID", rejects = { 412 }, deadline = "3m",
    effect = upsert { key = "CustomerID", field = "CustomerID", read = "customers.get", quiet = "1m" },
  },
  ["stock_items.list"] = {
    GET = BASE .. "StockItem", pages = PAGES, gives = "StockItem", id = "id", number = "InventoryID", find = FIND,
    since = { param = "$filter", field = "LastModifiedDateTime", format = "odata_offset" }, deadline = "2m",
  },
  ["stock_items.get"] = {
    GET = BASE .. "StockItem/{InventoryID}", query = { ["$expand"] = "CrossReferences,WarehouseDetails" }, gives = "StockItem", id = "id",
    number = "InventoryID", deadline = "2m",
  },
  ["stock_items.put"] = {
    PUT = BASE .. "StockItem", takes = "StockItem", gives = "StockItem", id = "id", number = "InventoryID", rejects = { 412 }, deadline = "3m",
    effect = upsert { key = "InventoryID", field = "InventoryID", read = "stock_items.get", quiet = "1m" },
  },
  ["endpoints.list"] = { GET = "/entity", pages = { rows = { "endpoints", "" } }, gives = "Endpoint" },
  -- The custom fields of an entity ("SalesOrder") and of which type they are.
  ["schemas.get"] = { GET = BASE .. "{entity}/$adHocSchema" },
}
