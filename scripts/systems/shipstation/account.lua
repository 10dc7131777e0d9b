-- Products, customers, warehouses, stores, tags and users. Products come of orders and are only updated; customers come with
-- an order that has a customerUsername, and are only read (fact sheet, section 5).

local function pages(name) return { rows = { name }, param = "page", size_param = "pageSize", size = 500, first = 1 } end
local ALL = { rows = { "" } }

return {
  ["products.list"] = { GET = "/products", pages = pages "products", gives = "Product", id = "productId", number = "sku" },
  ["products.get"] = { GET = "/products/{productId}", gives = "Product", id = "productId", number = "sku" },
  -- The whole product: what is left out is emptied.
  ["products.update"] = {
    PUT = "/products/{productId}", takes = "Product", gives = "Done", effect = { kind = "A", key = "productId", read = "products.get", replace = "whole" },
  },
  ["customers.list"] = { GET = "/customers", pages = pages "customers", gives = "Customer", id = "customerId" },
  ["customers.get"] = { GET = "/customers/{customerId}", gives = "Customer", id = "customerId" },

  ["warehouses.list"] = { GET = "/warehouses", pages = ALL, gives = "Warehouse", id = "warehouseId" },
  ["warehouses.get"] = { GET = "/warehouses/{warehouseId}", gives = "Warehouse", id = "warehouseId" },
  ["warehouses.create"] = {
    POST = "/warehouses/createwarehouse", takes = "Warehouse", gives = "Warehouse", id = "warehouseId", create = true, effect = { kind = "D" },
  },
  ["warehouses.update"] = {
    PUT = "/warehouses/{warehouseId}", takes = "Warehouse", gives = "Warehouse", id = "warehouseId",
    effect = { kind = "A", key = "warehouseId", read = "warehouses.get" },
  },
  ["warehouses.delete"] = { DELETE = "/warehouses/{warehouseId}", effect = { kind = "D", may_repeat = true } },

  ["stores.list"] = { GET = "/stores", pages = ALL, gives = "Store", id = "storeId" },
  ["stores.get"] = { GET = "/stores/{storeId}", gives = "Store", id = "storeId" },
  ["stores.update"] = {
    PUT = "/stores/{storeId}", takes = "Store", gives = "Store", id = "storeId", effect = { kind = "A", key = "storeId", read = "stores.get" },
  },
  ["stores.marketplaces"] = { GET = "/stores/marketplaces", pages = ALL, gives = "Marketplace" },
  ["stores.refresh_status"] = { GET = "/stores/getrefreshstatus?storeId={storeId}", gives = "RefreshStatus" },
  ["stores.refresh"] = { POST = "/stores/refreshstore?storeId={storeId}", gives = "Done", effect = { kind = "D", may_repeat = true } },
  ["stores.deactivate"] = { POST = "/stores/deactivate", takes = "StoreRef", gives = "Done", effect = { kind = "D", may_repeat = true } },
  ["stores.reactivate"] = { POST = "/stores/reactivate", takes = "StoreRef", gives = "Done", effect = { kind = "D", may_repeat = true } },

  ["tags.list"] = { GET = "/accounts/listtags", pages = ALL, gives = "Tag", id = "tagId" },
  ["users.list"] = { GET = "/users", pages = ALL, gives = "User", id = "userId" },
}
