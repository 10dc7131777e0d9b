-- BigCommerce's operations against the simulation: read, written, and what is wrong refused.

local root = ...
local World, decimal, json, service = require "world", require "decimal", require "json", require "service"

local tests = {}

local function fails(part, run, ...)
  local ok, why = pcall(run, ...)
  assert(not ok, "it was taken; expected: " .. part)
  local said = type(why) == "table" and why.message or why
  assert(said:find(part, 1, true), said)
end

local function start() return World.start(root) end
local function call(world, ...) return world.shop:call(...) end

local function shipment_of(world, placed, more)
  local line = call(world, "orders.products", placed.id)[1]
  local body = {
    order_address_id = call(world, "orders.shipping_addresses", placed.id)[1].id, tracking_number = "1Z", shipping_provider = "ups",
    items = { { order_product_id = line.id, quantity = 1 } },
  }
  for name, value in pairs(more or {}) do body[name] = value end
  return body
end

tests["a shipment is made, read, counted, changed and taken away"] = function()
  local world = start()
  local placed = world:order "several_lines"
  local made = call(world, "shipments.create", placed.id, shipment_of(world, placed))
  assert(call(world, "shipments.get", placed.id, made.id).tracking_number == "1Z")
  assert(call(world, "shipments.count", placed.id).count == 1)
  call(world, "shipments.update", placed.id, made.id, { tracking_number = "1Z999", tracking_carrier = "ups" })
  assert(call(world, "shipments.list", placed.id)[1].tracking_number == "1Z999")
  call(world, "shipments.delete", placed.id, made.id)
  assert(#call(world, "shipments.list", placed.id) == 0)
  assert(call(world, "orders.get", placed.id).status_id == 3, "the order stays shipped in part")
  fails("not found", call, world, "shipments.get", placed.id, made.id)
end

tests["a shipment is refused for an unknown field, carrier, address or line, and without what is mandatory"] = function()
  local world = start()
  local placed = world:order "registered"
  local function post(more, without)
    local body = shipment_of(world, placed, more)
    if without then body[without] = nil end
    service.pass(1)
    return service.call("POST", ("%s/stores/abc123/v2/orders/%d/shipments"):format(world.store.url, placed.id), {
      json = body, headers = { ["x-auth-token"] = world.store.credentials.access_token },
    })
  end
  local function refused(answer, part)
    assert(answer.status == 400 and answer.json[1].message:find(part, 1, true), answer.body)
  end
  refused(post { no_such_field = "x" }, "no_such_field")
  refused(post { shipping_provider = "pigeon" }, "shipping_provider")
  refused(post { order_address_id = 1 }, "order_address_id")
  refused(post { items = { { order_product_id = 1, quantity = 1 } } }, "order_product_id")
  refused(post({}, "order_address_id"), "order_address_id")
  refused(post({}, "items"), "items")
  assert(post({}).status == 201)
end

tests["an order takes a status and references, keeps them, and refuses what would clear other fields"] = function()
  local world = start()
  local placed = world:order "registered"
  call(world, "orders.update", placed.id, { status_id = 9, external_order_id = "SO-4711", staff_notes = "packed" })
  local order = call(world, "orders.get", placed.id)
  assert(order.status_id == 9 and order.external_order_id == "SO-4711" and order.staff_notes == "packed")
  fails("status_id", call, world, "orders.update", placed.id, { status_id = 99 })
  service.pass(1)
  local answer = service.call("PUT", ("%s/stores/abc123/v2/orders/%d"):format(world.store.url, placed.id), {
    json = { products = {} }, headers = { ["x-auth-token"] = world.store.credentials.access_token },
  })
  assert(answer.status == 400, answer.body)
end

tests["BC20: stock and prices of products and variants are written, read back, and told to the hooks"] = function()
  local world = start()
  local heard = {}
  service.callbacks["https://localhost:9/hook"] = function(request)
    heard[#heard + 1] = json.decode(request.body)
    return { status = 200 }
  end
  call(world, "hooks.create", { scope = "store/product/inventory/updated", destination = "https://localhost:9/hook", is_active = true })
  local product = call(world, "products.by_sku", { ["sku:in"] = "MUG-1" })[1]
  call(world, "products.update", product.id, { inventory_level = 7, price = decimal "21.5" })
  local after = call(world, "products.get", product.id)
  assert(after.inventory_level == 7 and after.price:text() == "21.5")
  local variant = call(world, "variants.list", { sku = "MUG-1" })[1]
  assert(variant.product_id == product.id and variant.id == after.base_variant_id)
  call(world, "variants.update", product.id, variant.id, { inventory_level = 5, price = decimal "19.95" })
  variant = call(world, "variants.get", product.id, variant.id)
  assert(variant.inventory_level == 5 and variant.price:text() == "19.95" and #call(world, "products.variants", product.id) == 1)
  call(world, "variants.update_many", { { id = variant.id, inventory_level = 4 } })
  assert(call(world, "variants.get", product.id, variant.id).inventory_level == 4)
  service.pass(10)
  assert(#heard == 3 and heard[1].data.inventory.product_id == product.id, #heard)
end

tests["products refuse unknown fields, wrong values, a SKU that is taken, and lists that are too long"] = function()
  local world = start()
  local function put(path, body)
    service.pass(1)
    return service.call("PUT", ("%s/stores/abc123/v3/catalog/%s"):format(world.store.url, path), {
      json = body, headers = { ["x-auth-token"] = world.store.credentials.access_token },
    })
  end
  for field, value in pairs { no_such_field = 1, price = "free", inventory_level = "many", inventory_tracking = "guess", name = "" } do
    local answer = put("products/1001", { [field] = value })
    assert(answer.status == 422 and answer.json.errors[field], answer.body)
  end
  assert(put("products/1001", { sku = "MUG-2" }).status == 409)
  assert(put("products/9999", { price = 1 }).status == 404)
  local many = json.array {}
  for index = 1, 51 do many[index] = { id = 5001, inventory_level = index } end
  assert(put("variants", many).status == 413)
  assert(put("variants", { { id = 1, inventory_level = 1 } }).status == 422)
end

tests["categories, brands, price lists, channels and tax classes are read, and price records set once for each currency"] = function()
  local world = start()
  assert(call(world, "categories.get", 18).name == "Mugs" and call(world, "categories.list", { name = "Books" })[1].id == 20)
  assert(call(world, "brands.get", 8).name == "Ørsted" and #call(world, "brands.list") == 2)
  assert(call(world, "catalog.summary").variant_count >= 40)
  assert(call(world, "channels.get", 1).platform == "bigcommerce" and #call(world, "tax_classes.list") == 2)
  assert(call(world, "customers.group", 2).name == "Wholesale")
  fails("not found", call, world, "customers.group", 99)
  local list = call(world, "price_lists.list")[1]
  call(world, "price_lists.set_records", list.id, { { sku = "MUG-1", currency = "EUR", price = decimal "18.5" } })
  call(world, "price_lists.set_records", list.id, { { variant_id = 5001, currency = "EUR", price = decimal "17.5" } })
  local records = call(world, "price_lists.records", list.id)
  assert(#records == 1 and records[1].price:text() == "17.5" and records[1].sku == "MUG-1")
  fails("currency", call, world, "price_lists.set_records", list.id, { { sku = "MUG-1", price = 1 } })
  fails("variant_id", call, world, "price_lists.set_records", list.id, { { sku = "NONE", currency = "EUR", price = 1 } })
end

tests["a refund is quoted and not made; refunds of all orders are listed"] = function()
  local world = start()
  local placed = world:order "registered"
  local line = call(world, "orders.products", placed.id)[1]
  local quote = call(world, "orders.refund_quote", placed.id, {
    items = { { item_type = "PRODUCT", item_id = line.id, quantity = 1 } }, tax_adjustment_amount = 0,
  })
  assert(not quote.total_refund_amount:is_zero() and #call(world, "orders.refunds", placed.id) == 0)
  fails("more than", call, world, "orders.refund_quote", placed.id, { items = { { item_type = "PRODUCT", item_id = line.id, quantity = 999 } } })
  world:change(placed.id, "refund", { everything = true })
  local refunds = call(world, "refunds.list")
  assert(#refunds == 1 and refunds[1].order_id == placed.id and #call(world, "refunds.list", { ["created:min"] = "2030-01-01T00:00:00Z" }) == 0)
end

tests["customers' addresses and attributes are written, and refused when a field is missing or unknown"] = function()
  local world = start()
  local id = world:control("store", "seed", { customers = { { email = "a@example.org", first_name = "A", last_name = "B" } } }).customers[1]
  local function body(more)
    local out = { customer_id = id, first_name = "A", last_name = "B", address1 = "Dam 1", city = "Amsterdam", country_code = "NL" }
    for name, value in pairs(more or {}) do out[name] = value end
    return out
  end
  local made = call(world, "customers.create_address", { body() })
  call(world, "customers.update_address", { { id = made.id, city = "Rotterdam" } })
  local addresses = call(world, "customers.addresses", { ["customer_id:in"] = id })
  assert(addresses[#addresses].city == "Rotterdam")
  fails("is not allowed", call, world, "customers.create_address", { body { street = "Dam 1" } })
  local short = body()
  short.city = nil
  fails("error.path.missing", call, world, "customers.create_address", { short })
  call(world, "customers.delete_addresses", { ["id:in"] = made.id })
  assert(#call(world, "customers.addresses", { ["customer_id:in"] = id }) == #addresses - 1)
  assert(call(world, "customers.attribute_names")[1].name == "Segment")
  call(world, "customers.set_attributes", { { customer_id = id, attribute_id = 1, value = "Gold" } })
  assert(call(world, "customers.attributes")[1].attribute_value == "Gold")
  fails("attribute_id", call, world, "customers.set_attributes", { { customer_id = id, attribute_id = 9, value = "x" } })
end

tests["lists go on from page to page: products and orders by number, customers by cursor"] = function()
  local world = start()
  world:control("store", "seed", { orders = 251, kinds = { "registered" }, events = false })
  local calls = world.shop.calls
  assert(#call(world, "orders.list") == 251 and world.shop.calls - calls == 2)
  world.shop.system.operations["products.changed"].pages.size = 20
  calls = world.shop.calls
  local all = call(world, "products.changed")
  assert(#all >= 40 and world.shop.calls - calls == (#all + 19) // 20 and all[1].variants[1].sku == all[1].sku)
  fails("not valid filter", call, world, "products.changed", { no_such_filter = "1" })
  fails("must be a date", call, world, "products.changed", { ["date_modified:min"] = "yesterday" })
end

tests["a filter's value is escaped: a comma, an ampersand and an apostrophe stay inside it"] = function()
  local world = start()
  assert(#call(world, "products.by_sku", { ["sku:in"] = "PEN-東京" }) == 1)
  assert(#call(world, "products.by_sku", { ["sku:in"] = "MUG-1&limit=1" }) == 0)
  assert(#call(world, "categories.list", { name = "O'Neill & Zonen" }) == 0)
end

tests["a missing scope is answered 403, for writing alone or for all of it"] = function()
  local world = start()
  local placed = world:order "registered"
  world:switch("store", { missing_scopes = json.array { "store_v2_orders" } })
  call(world, "orders.get", placed.id)
  fails("required scope", call, world, "orders.update", placed.id, { status_id = 2 })
  for scope, operation in pairs { orders = "orders.list", customers = "customers.list", products = "products.changed",
    information = "store.get", transactions = "orders.transactions" } do
    world:switch("store", { missing_scopes = json.array { "store_v2_" .. scope .. "_read_only" } })
    fails("required scope", call, world, operation, operation:find "^orders%.t" and placed.id or nil)
    call(world, "hooks.list")
  end
end

return tests
