-- Records of the catalogue, of channels and of tax classes. Their fields are of BigCommerce's own OpenAPI files; the fact sheet
-- is about orders and customers. Amounts and measures are JSON numbers, read as exact decimals; weights and sizes are in the
-- store's units (Store.weight_units, .dimension_units).

local record = require "record"

local BLANKS = { text = { blank = "missing" }, instant = { blank = "missing" } }
local UNIX = { instant = { wire = "unix_seconds" } }

local function v3(fields) return record(BLANKS, fields) end

-- What can be changed of a product and of a variant alike.
local function goods(fields)
  for _, name in ipairs { "price", "cost_price", "retail_price", "sale_price", "weight", "width", "height", "depth" } do fields[name] = "decimal" end
  fields.inventory_level, fields.inventory_warning_level = "integer", "integer"
  fields.upc, fields.mpn, fields.gtin, fields.bin_picking_number, fields.is_free_shipping = "text", "text", "text", "text", "boolean"
  return fields
end

return {
  -- inventory_tracking: none, product or variant: where the stock is kept. `categories` are numbers, and so is the brand (0: none).
  Product = v3(goods {
    id = "integer read", name = "text must", type = "text must", sku = "text", description = "text", brand_id = "integer",
    inventory_tracking = "text", calculated_price = "decimal read", tax_class_id = "integer", product_tax_code = "text",
    availability = "text", condition = "text", is_visible = "boolean", is_featured = "boolean", sort_order = "integer",
    base_variant_id = "integer read", total_sold = "integer read", order_quantity_minimum = "integer", order_quantity_maximum = "integer",
    date_created = "instant read", date_modified = "instant read", categories = "list:integer", variants = "list:Variant",
    custom_fields = "list:CustomField",
  }),
  CustomField = v3 { id = "integer read", name = "text must", value = "text must" },
  ProductChange = v3(goods {
    name = "text", sku = "text", description = "text", brand_id = "integer", inventory_tracking = "text", tax_class_id = "integer",
    product_tax_code = "text", availability = "text", is_visible = "boolean", sort_order = "integer", categories = "list:integer",
  }),
  Variant = v3(goods {
    id = "integer read", product_id = "integer read", sku = "text", sku_id = "integer read", calculated_price = "decimal read",
    purchasing_disabled = "boolean", purchasing_disabled_message = "text", option_values = "list:OptionValue",
  }),
  OptionValue = v3 { id = "integer read", option_id = "integer read", option_display_name = "text read", label = "text read" },
  VariantChange = v3(goods { sku = "text", purchasing_disabled = "boolean", purchasing_disabled_message = "text" }),
  Category = v3 {
    id = "integer read", parent_id = "integer read", name = "text read", description = "text read", sort_order = "integer read",
    is_visible = "boolean read", page_title = "text read", views = "integer read",
  },
  Brand = v3 { id = "integer read", name = "text read", page_title = "text read", search_keywords = "text read", image_url = "text read" },
  CatalogSummary = v3 {
    inventory_count = "integer read", inventory_value = "decimal read", variant_count = "integer read", primary_category_id = "integer read",
    primary_category_name = "text read", highest_variant_price = "decimal read", average_variant_price = "decimal read",
    lowest_variant_price = "decimal read", oldest_variant_date = "text read", newest_variant_date = "text read",
  },
  PriceList = v3 {
    id = "integer read", name = "text read", active = "boolean read", date_created = "instant read", date_modified = "instant read",
  },
  PriceRecord = v3 {
    price_list_id = "integer read", variant_id = "integer", product_id = "integer read", sku = "text", currency = "text must",
    price = "decimal", sale_price = "decimal", retail_price = "decimal", map_price = "decimal", calculated_price = "decimal read",
    date_created = "instant read", date_modified = "instant read",
  },
  Channel = v3 {
    id = "integer read", name = "text read", type = "text read", platform = "text read", status = "text read", external_id = "text read",
    is_enabled = "boolean read", is_visible = "boolean read", is_listable_from_ui = "boolean read", date_created = "instant read",
    date_modified = "instant read",
  },
  TaxClass = v3 { id = "integer read", name = "text read", created_at = "text read", updated_at = "text read" },
  HookAdmin = record(UNIX, {
    emails = "list:HookMail read", hooks_list = "list:HookState read", blocked_domains = "list:BlockedDomain read",
  }),
  HookMail = record(UNIX, { email = "text read" }),
  HookState = record(UNIX, { id = "integer read", scope = "text read", destination = "text read", status = "text read" }),
  BlockedDomain = record(UNIX, { domain = "text read", time_left = "integer read" }),
}
