-- Catalog V3: products with their variants, categories, brands and price lists. It needs the scope Products (read-only for the
-- look-ups). What a flow writes there is stock and prices, by the product's or variant's own id: writing again writes the same.

local V3 = "/stores/{store_hash}/v3"
local CATALOG = V3 .. "/catalog"
local PRODUCTS, PRODUCT = CATALOG .. "/products", CATALOG .. "/products/{id}"
local VARIANT = CATALOG .. "/products/{product_id}/variants/{id}"
local UNWRAP = { "data" }
local COMPARED = { "price", "inventory_level" }

-- Every answer tells how many pages there are.
local function pages()
  return { rows = { "data" }, param = "page", size_param = "limit", size = 250, first = 1, last = "meta.pagination.total_pages" }
end

return {
  -- Many at once by their ids; variants and images are not asked for.
  ["products.list"] = {
    GET = PRODUCTS, find = { param = "id:in", format = "list" }, gives = "Product",
    pages = { rows = { "data" }, param = "page", size_param = "limit", size = 250, first = 1 },
    query = { include_fields = "name,sku,type,categories,brand_id" },
  },
  -- Whole products: by SKU, and what changed.
  ["products.by_sku"] = { GET = PRODUCTS, find = { param = "sku:in", format = "list" }, gives = "Product", pages = pages() },
  ["products.changed"] = {
    GET = PRODUCTS, gives = "Product", pages = pages(), query = { include = "variants" },
    since = { param = "date_modified:min", field = "date_modified", format = "rfc3339", query = { sort = "date_modified", direction = "asc" } },
  },
  ["products.get"] = { GET = PRODUCT, gives = "Product", unwrap = UNWRAP, id = "id" },
  ["products.update"] = {
    PUT = PRODUCT, takes = "ProductChange", gives = "Product", unwrap = UNWRAP, id = "id",
    effect = { kind = "A", key = "id", read = "products.get" }, confirm = { read = "products.get", compare = COMPARED },
  },
  ["products.variants"] = { GET = PRODUCT .. "/variants", pages = pages(), gives = "Variant" },
  -- Of all products; the one list that finds a variant by its SKU.
  ["variants.list"] = { GET = CATALOG .. "/variants", pages = pages(), gives = "Variant", find = { param = "sku" } },
  ["variants.get"] = { GET = VARIANT, gives = "Variant", unwrap = UNWRAP, id = "id" },
  ["variants.update"] = {
    PUT = VARIANT, takes = "VariantChange", gives = "Variant", unwrap = UNWRAP, id = "id",
    effect = { kind = "A", key = "id", read = "variants.get" }, confirm = { read = "variants.get", compare = COMPARED },
  },
  -- A list of { id, price, inventory_level, … }, at most 50.
  ["variants.update_many"] = {
    PUT = CATALOG .. "/variants", gives = "Variant", unwrap = { "data.0", "data" }, id = "id", effect = { kind = "D", may_repeat = true },
  },
  ["categories.list"] = { GET = CATALOG .. "/categories", pages = pages(), gives = "Category", find = { param = "name" } },
  ["categories.get"] = { GET = CATALOG .. "/categories/{id}", gives = "Category", unwrap = UNWRAP, id = "id" },
  ["brands.list"] = { GET = CATALOG .. "/brands", pages = pages(), gives = "Brand", find = { param = "name" } },
  ["brands.get"] = { GET = CATALOG .. "/brands/{id}", gives = "Brand", unwrap = UNWRAP, id = "id" },
  ["catalog.summary"] = { GET = CATALOG .. "/summary", gives = "CatalogSummary", unwrap = UNWRAP },

  ["price_lists.list"] = { GET = V3 .. "/pricelists", pages = pages(), gives = "PriceList", find = { param = "name" } },
  ["price_lists.get"] = { GET = V3 .. "/pricelists/{id}", gives = "PriceList", unwrap = UNWRAP, id = "id" },
  ["price_lists.records"] = { GET = V3 .. "/pricelists/{id}/records", pages = pages(), gives = "PriceRecord" },
  -- A list of { variant_id or sku, currency, price, … }: a record is there once for each variant and currency.
  ["price_lists.set_records"] = {
    PUT = V3 .. "/pricelists/{id}/records", gives = "PriceRecord", unwrap = { "data.0", "data" }, effect = { kind = "D", may_repeat = true },
  },
}
