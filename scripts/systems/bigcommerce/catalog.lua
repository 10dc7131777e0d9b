-- The catalog, V3: what an order's line does not tell of its product. Needs the scope Products read-only.

local PRODUCTS = "/stores/{store_hash}/v3/catalog/products"

return {
  -- Many at once by their ids; variants and images are not asked for.
  ["products.list"] = {
    GET = PRODUCTS, find = { param = "id:in", format = "list" }, gives = "Product",
    pages = { rows = { "data" }, param = "page", size_param = "limit", size = 250, first = 1 },
    query = { include_fields = "name,sku,type,categories,brand_id" },
  },
}
