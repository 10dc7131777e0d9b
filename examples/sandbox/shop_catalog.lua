-- Catalog V3 of the simulated BigCommerce, after BigCommerce's own OpenAPI files: the products of the made-up business with one
-- variant each, categories, brands and a price list. An id that is not there is left out of a list; a filter or field that a list
-- does not have is refused, where the real one may pass over it.

local answers, calendar, catalogue, host, money, wire = require "shop_answers", require "calendar", require "catalogue", require "host",
  require "money", require "wire"

local MOST_IDS, MOST_VARIANTS, MOST_RECORDS, VARIANT_FROM, IN_STOCK = 250, 50, 1000, 4000, 100

local CATEGORIES = {
  { 18, "Mugs" }, { 19, "Shirts" }, { 20, "Books" }, { 21, "Food" }, { 22, "Tea" }, { 23, "Clothes" }, { 30, "Parts" },
}
local BRANDS = { { 7, "Ours" }, { 8, "Ørsted" } }

local MONEY = { "price", "cost_price", "retail_price", "sale_price" }
local MEASURES = { "weight", "width", "height", "depth" }
local INTEGERS = { "inventory_level", "inventory_warning_level" }

local function set(...)
  local out = {}
  for _, list in ipairs { ... } do
    for _, each in ipairs(list) do out[each] = true end
  end
  return out
end

local IS_AMOUNT, IS_INTEGER = set(MONEY, MEASURES), set(INTEGERS, { "brand_id", "tax_class_id", "sort_order" })
local IS_TEXT = set { "name", "sku", "description", "upc", "mpn", "gtin", "bin_picking_number", "inventory_tracking", "product_tax_code",
  "availability", "purchasing_disabled_message" }
local IS_FLAG = set { "is_visible", "is_free_shipping", "purchasing_disabled" }
local ONE_OF = { inventory_tracking = set { "none", "product", "variant" }, availability = set { "available", "disabled", "preorder" } }

local FOR_PRODUCT = set(MONEY, MEASURES, INTEGERS, { "name", "sku", "description", "brand_id", "inventory_tracking", "tax_class_id",
  "product_tax_code", "availability", "is_visible", "sort_order", "categories", "upc", "mpn", "gtin", "bin_picking_number", "is_free_shipping" })
local FOR_VARIANT = set(MONEY, MEASURES, INTEGERS, { "sku", "upc", "mpn", "gtin", "bin_picking_number", "is_free_shipping",
  "purchasing_disabled", "purchasing_disabled_message" })

local Catalog = {}
Catalog.__index = Catalog

-- `told(scope, data)` tells the hooks, `page` makes an answer of rows.
function Catalog.new(told, page)
  local self = setmetatable({ told = told, page = page, products = {}, by_id = {}, records = {} }, Catalog)
  for _, list in ipairs { catalogue.products, catalogue.unknown } do
    for _, draft in ipairs(list) do
      if draft.id then
        local product = {
          id = draft.id, name = draft.name, sku = draft.sku, type = "physical", price = money.parse(draft.price), categories = draft.categories or {},
          brand_id = draft.brand or 0, is_visible = true, inventory_level = IN_STOCK, inventory_tracking = "product", weight = money.ONE,
          tax_class_id = 0, availability = "available", made = host.now(), modified = host.now(), variant = { purchasing_disabled = false },
        }
        self.products[#self.products + 1], self.by_id[product.id] = product, product
      end
    end
  end
  return self
end

local function number(amount) return amount and host.number((money.text(amount):gsub("0+$", ""):gsub("%.$", ""))) end

local function ids(list)
  local out = host.json.array {}
  for index, id in ipairs(list) do out[index] = id end
  return out
end

local function variant_of(product)
  local own, out = product.variant, { id = product.id + VARIANT_FROM, product_id = product.id, sku = product.sku, sku_id = product.id }
  for _, list in ipairs { MONEY, MEASURES } do
    for _, name in ipairs(list) do out[name] = number(own[name]) or host.json.null end
  end
  -- A variant without a price of its own has the product's.
  out.calculated_price = number(own.price or product.price)
  out.inventory_level, out.inventory_warning_level = own.inventory_level or product.inventory_level, own.inventory_warning_level or 0
  out.purchasing_disabled, out.purchasing_disabled_message = own.purchasing_disabled, own.purchasing_disabled_message or ""
  out.upc, out.bin_picking_number, out.option_values = own.upc or "", own.bin_picking_number or "", host.json.array {}
  return out
end

local function shown(product, include)
  local out = {
    id = product.id, name = product.name, sku = product.sku, type = product.type, description = product.description or "",
    categories = ids(product.categories), brand_id = product.brand_id, is_visible = product.is_visible, is_featured = false,
    inventory_level = product.inventory_level, inventory_warning_level = product.inventory_warning_level or 0,
    inventory_tracking = product.inventory_tracking, tax_class_id = product.tax_class_id, product_tax_code = product.product_tax_code or "",
    availability = product.availability, condition = "New", sort_order = product.sort_order or 0, total_sold = 0, upc = product.upc or "",
    mpn = product.mpn or "", gtin = product.gtin or "", bin_picking_number = product.bin_picking_number or "",
    is_free_shipping = product.is_free_shipping or false, base_variant_id = product.id + VARIANT_FROM, order_quantity_minimum = 0,
    order_quantity_maximum = 0, date_created = calendar.iso(product.made) .. "+00:00", date_modified = calendar.iso(product.modified) .. "+00:00",
  }
  for _, list in ipairs { MONEY, MEASURES } do
    for _, name in ipairs(list) do out[name] = number(product[name] or 0) end
  end
  out.calculated_price = number(product.sale_price and product.sale_price > 0 and product.sale_price or product.price)
  if include.variants then out.variants = host.json.array { variant_of(product) } end
  if include.custom_fields then out.custom_fields = host.json.array {} end
  return out
end

local function only(record, names)
  if not names then return record end
  local out = { id = record.id }
  for name in names:gmatch "[^,]+" do
    if record[name] == nil then return nil, name end
    out[name] = record[name]
  end
  return out
end

local function ids_of(text)
  local out, count = {}, 0
  for each in (text .. ","):gmatch "([^,]*)," do
    local id = each:match "^%d+$" and math.tointeger(each)
    if not id then return nil end
    out[id], count = true, count + 1
  end
  return count <= MOST_IDS and out or nil
end

local function words_of(text)
  local out = {}
  for each in (text or ""):gmatch "[^,]+" do out[each] = true end
  return out
end

local function refuse(name, why) return answers.v3_error(422, name .. ": " .. why, { [name] = why }) end

-- Refuses what a list does not know; nil when all is well.
local function unknown_filter(query, known)
  for name in pairs(query) do
    if not known[name] and name ~= "page" and name ~= "limit" then
      return answers.v3_error(422, "The filter(s): " .. name .. " are not valid filter parameter(s).")
    end
  end
end

local PRODUCT_FILTERS = set { "id:in", "id", "sku", "sku:in", "name", "brand_id", "is_visible", "include", "include_fields", "sort", "direction",
  "date_modified:min", "date_modified:max" }

local function instants(query, names)
  local out = {}
  for _, name in ipairs(names) do
    if query[name] then
      out[name] = calendar.parse_iso(query[name]) or calendar.parse_rfc2822(query[name])
      if not out[name] then return nil, refuse(name, "must be a date") end
    end
  end
  return out
end

function Catalog:list(query)
  local bad = unknown_filter(query, PRODUCT_FILTERS)
  if bad then return bad end
  local wanted = query["id:in"] and ids_of(query["id:in"])
  if query["id:in"] and not wanted then return answers.v3_error(422, "The value of id:in is not a list of ids.") end
  local bounds, wrong = instants(query, { "date_modified:min", "date_modified:max" })
  if not bounds then return wrong end
  local skus, found = query["sku:in"] and words_of(query["sku:in"]), {}
  for _, product in ipairs(self.products) do
    if (not wanted or wanted[product.id]) and (not skus or skus[product.sku]) and (not query.sku or query.sku == product.sku)
      and (not query.id or query.id == tostring(product.id)) and (not query.name or query.name == product.name)
      and (not query.brand_id or query.brand_id == tostring(product.brand_id))
      and product.modified >= (bounds["date_modified:min"] or 0) and product.modified <= (bounds["date_modified:max"] or math.maxinteger) then
      found[#found + 1] = product
    end
  end
  if query.sort == "date_modified" then
    table.sort(found, function(a, b)
      if a.modified ~= b.modified then return (a.modified < b.modified) == (query.direction ~= "desc") end
      return a.id < b.id
    end)
  end
  local rows, include = {}, words_of(query.include)
  for index, product in ipairs(found) do
    local row, unknown = only(shown(product, include), query.include_fields)
    if not row then return answers.v3_error(422, "The field " .. unknown .. " is not in the catalog.") end
    rows[index] = row
  end
  return self.page(rows, query)
end

-- What a body changes, or nil and the name and fault of what is wrong.
local function read(body, known)
  local out = {}
  for name, value in pairs(body) do
    if not known[name] then return nil, name, "is not allowed" end
    if IS_AMOUNT[name] then
      out[name] = type(value) ~= "string" and type(value) ~= "boolean" and money.parse(value) or nil
      if not out[name] or out[name] < 0 then return nil, name, "must be a number of at least 0" end
    elseif IS_INTEGER[name] then
      if math.type(value) ~= "integer" then return nil, name, "must be an integer" end
      out[name] = value
    elseif IS_TEXT[name] then
      if type(value) ~= "string" or ONE_OF[name] and not ONE_OF[name][value] then return nil, name, "is not a value that it can have" end
      out[name] = value
    elseif IS_FLAG[name] then
      if type(value) ~= "boolean" then return nil, name, "must be a boolean" end
      out[name] = value
    else
      if type(value) ~= "table" then return nil, name, "must be an array" end
      out[name] = value
    end
  end
  return out
end

function Catalog:taken(sku, but)
  for _, product in ipairs(self.products) do
    if sku and sku ~= "" and product.sku == sku and product.id ~= but then return true end
  end
end

function Catalog:changed(product, stock)
  product.modified = math.max(host.now(), product.modified + 1)
  self.told("store/product/updated", { type = "product", id = product.id })
  if stock then
    self.told("store/product/inventory/updated", {
      type = "product", id = product.id,
      inventory = { product_id = product.id, method = "absolute", value = product.variant.inventory_level or product.inventory_level },
    })
  end
end

function Catalog:put_product(request, product)
  local body = wire.json(request)
  if not body then return answers.v3_error(400, "The body is not JSON") end
  local values, name, why = read(body, FOR_PRODUCT)
  if not values then return refuse(name, why) end
  if values.name == "" then return refuse("name", "error.path.missing") end
  if self:taken(values.sku, product.id) then return answers.v3_error(409, "The product sku is a duplicate") end
  for field, value in pairs(values) do product[field] = value end
  self:changed(product, values.inventory_level ~= nil)
  return answers.json(200, { data = shown(product, {}), meta = {} })
end

function Catalog:change_variant(product, body, known)
  local values, name, why = read(body, known)
  if not values then return refuse(name, why) end
  if self:taken(values.sku, product.id) then return answers.v3_error(409, "The product sku is a duplicate") end
  product.sku, values.sku = values.sku or product.sku, nil
  for field, value in pairs(values) do product.variant[field] = value end
  self:changed(product, values.inventory_level ~= nil)
end

function Catalog:put_variant(request, product)
  local body = wire.json(request)
  if not body then return answers.v3_error(400, "The body is not JSON") end
  local bad = self:change_variant(product, body, FOR_VARIANT)
  return bad or answers.json(200, { data = variant_of(product), meta = {} })
end

function Catalog:put_variants(request)
  local list = wire.json(request)
  if not list or next(list) ~= nil and list[1] == nil then return answers.v3_error(422, "must be an array", { [".data"] = "must be an array" }) end
  if #list > MOST_VARIANTS then return answers.v3_error(413, "Too many items") end
  local out = host.json.array {}
  for index, body in ipairs(list) do
    local product = math.type(body.id) == "integer" and self.by_id[body.id - VARIANT_FROM]
    if not product then return refuse(index - 1 .. ".id", "does not exist") end
    local rest = {}
    for name, value in pairs(body) do
      if name ~= "id" then rest[name] = value end
    end
    local bad = self:change_variant(product, rest, FOR_VARIANT)
    if bad then return bad end
    out[index] = variant_of(product)
  end
  return answers.json(200, { data = out, meta = {} })
end

function Catalog:variants(query)
  local bad = unknown_filter(query, set { "id", "sku", "upc", "product_id:in" })
  if bad then return bad end
  local of, rows = query["product_id:in"] and ids_of(query["product_id:in"]), {}
  for _, product in ipairs(self.products) do
    if (not query.sku or query.sku == product.sku) and (not query.id or query.id == tostring(product.id + VARIANT_FROM))
      and (not of or of[product.id]) then
      rows[#rows + 1] = variant_of(product)
    end
  end
  return self.page(rows, query)
end

local function named(list, more)
  local rows = {}
  for index, each in ipairs(list) do
    rows[index] = { id = each[1], name = each[2], page_title = "", search_keywords = "" }
    for name, value in pairs(more) do rows[index][name] = value end
  end
  return rows
end

function Catalog:names(request, rows, id)
  if request.method ~= "GET" then return answers.v3_error(405, "Method not allowed") end
  local query = wire.query(request)
  if id then
    for _, row in ipairs(rows) do
      if row.id == id then return answers.json(200, { data = row, meta = {} }) end
    end
    return answers.v3_error(404, "Not found")
  end
  local bad = unknown_filter(query, set { "id", "id:in", "name", "name:like", "parent_id", "is_visible", "sort", "direction" })
  if bad then return bad end
  local found = {}
  for _, row in ipairs(rows) do
    if not query.name or query.name == row.name then found[#found + 1] = row end
  end
  return self.page(found, query)
end

-- A record for each product and currency that was set.
function Catalog:price_records(query)
  local rows = {}
  for _, product in ipairs(self.products) do
    local record = self.records[product.id]
    if record and (not query.currency or query.currency == record.currency) then
      rows[#rows + 1] = {
        price_list_id = 1, variant_id = product.id + VARIANT_FROM, product_id = product.id, sku = product.sku, currency = record.currency,
        price = number(record.price), sale_price = number(record.sale_price), retail_price = number(record.retail_price),
        map_price = number(record.map_price), calculated_price = number(record.sale_price or record.price),
        date_created = calendar.iso(record.made) .. "Z", date_modified = calendar.iso(record.made) .. "Z", bulk_pricing_tiers = host.json.array {},
      }
    end
  end
  return self.page(rows, query)
end

local FOR_RECORD = set { "price", "sale_price", "retail_price", "map_price" }

function Catalog:set_records(request)
  local list = wire.json(request)
  if not list or next(list) ~= nil and list[1] == nil then return answers.v3_error(422, "must be an array", { [".data"] = "must be an array" }) end
  if #list > MOST_RECORDS then return answers.v3_error(413, "Too many items") end
  local read_all = {}
  for index, body in ipairs(list) do
    local product
    for _, each in ipairs(self.products) do
      if body.variant_id == each.id + VARIANT_FROM or body.sku and body.sku == each.sku then product = each end
    end
    if not product then return refuse(index - 1 .. ".variant_id", "does not exist") end
    if type(body.currency) ~= "string" or not body.currency:match "^%a%a%a$" then return refuse(index - 1 .. ".currency", "error.path.missing") end
    local record = { currency = body.currency:upper(), made = host.now() }
    for name, value in pairs(body) do
      if FOR_RECORD[name] then
        record[name] = type(value) ~= "string" and money.parse(value) or nil
        if not record[name] then return refuse(index - 1 .. "." .. name, "must be a number") end
      elseif name ~= "variant_id" and name ~= "sku" and name ~= "currency" then
        return refuse(index - 1 .. "." .. name, "is not allowed")
      end
    end
    read_all[product.id] = record
  end
  for id, record in pairs(read_all) do self.records[id] = record end
  return answers.json(200, { data = host.json.array {}, meta = {} })
end

function Catalog:price_lists(request, path)
  local query, row = wire.query(request), { id = 1, name = "Wholesale", active = true, date_created = "2025-01-01T00:00:00Z",
    date_modified = "2025-01-01T00:00:00Z" }
  if path == "pricelists/1/records" then
    if request.method == "GET" then return self:price_records(query) end
    if request.method == "PUT" then return self:set_records(request) end
    return answers.v3_error(405, "Method not allowed")
  end
  local id = path:match "^pricelists/(%d+)$"
  if path == "pricelists" or id then return self:names(request, { row }, math.tointeger(id or "")) end
  return answers.v3_error(404, "Not found")
end

function Catalog:summary()
  local stock, least, most, sum = 0, math.maxinteger, 0, 0
  for _, product in ipairs(self.products) do
    stock, sum = stock + product.inventory_level, sum + product.price
    least, most = math.min(least, product.price), math.max(most, product.price)
  end
  return answers.json(200, { data = {
    inventory_count = stock, variant_count = #self.products, inventory_value = number(sum), lowest_variant_price = number(least),
    highest_variant_price = number(most), average_variant_price = number(sum // #self.products), primary_category_id = CATEGORIES[1][1],
    primary_category_name = CATEGORIES[1][2], oldest_variant_date = "2025-01-01", newest_variant_date = "2025-01-01",
  }, meta = {} })
end

function Catalog:product(request, product, part, variant)
  local reads = request.method == "GET"
  if not product or variant and variant ~= product.id + VARIANT_FROM then return answers.v3_error(404, "Not found") end
  if variant then
    if reads then return answers.json(200, { data = variant_of(product), meta = {} }) end
    if request.method == "PUT" then return self:put_variant(request, product) end
  elseif part == "variants" then
    if reads then return self.page({ variant_of(product) }, wire.query(request)) end
  elseif part == "" then
    if reads then return answers.json(200, { data = shown(product, words_of(wire.query(request).include)), meta = {} }) end
    if request.method == "PUT" then return self:put_product(request, product) end
  else
    return answers.v3_error(404, "Not found")
  end
  return answers.v3_error(405, "Method not allowed")
end

-- Nil when the path is none of the catalog's.
function Catalog:handle(request, path)
  if path:find "^pricelists" then return self:price_lists(request, path) end
  local rest = path:match "^catalog/(.+)$"
  if not rest then return nil end
  local reads = request.method == "GET"
  if rest == "products" then return reads and self:list(wire.query(request)) or answers.v3_error(405, "Method not allowed") end
  if rest == "variants" then
    if reads then return self:variants(wire.query(request)) end
    return request.method == "PUT" and self:put_variants(request) or answers.v3_error(405, "Method not allowed")
  end
  if rest == "summary" and reads then return self:summary() end
  local id, part = rest:match "^products/(%d+)/?(.*)$"
  if id then
    local variant = part:match "^variants/(%d+)$"
    return self:product(request, self.by_id[math.tointeger(id)], variant and "" or part, math.tointeger(variant or ""))
  end
  local kind, one = rest:match "^(%a+)/?(%d*)$"
  if kind == "categories" then
    return self:names(request, named(CATEGORIES, { parent_id = 0, description = "", sort_order = 0, is_visible = true, views = 0 }), math.tointeger(one))
  end
  if kind == "brands" then return self:names(request, named(BRANDS, { image_url = "" }), math.tointeger(one)) end
  return answers.v3_error(404, "Not found")
end

return Catalog
