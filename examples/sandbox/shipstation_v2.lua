-- The simulated ShipStation V2 (sheet, section 6) over the same account as V1. Of its endpoints the sheet describes those that are
-- here; manifests, pickups and batches it only names.

local Hooks, answers, clock, host, labels, money, rsa, shapes, wire = require "shipstation_hooks", require "shipstation_answers",
  require "shipstation_clock", require "host", require "shipstation_labels", require "money", require "shipstation_rsa",
  require "shipstation_v2_shapes", require "wire"

local calendar = require "calendar"

local USUAL_A_PAGE, MOST_AT_ONCE, LONGEST_NUMBER = 25, 100, 50

local function instant(text)
  local seconds = text:find "[Zz]$" and calendar.parse_iso((text:gsub("z$", "Z"))) or calendar.parse_iso(text)
  if not seconds then return nil end
  return seconds * 1000 + (math.tointeger(((text:match "%.(%d+)" or "") .. "000"):sub(1, 3)) or 0)
end

-- A list of rows with filters { parameter = function(row, value) -> whether it fits }; `times` are names with _start and _end.
local function answer_list(list, call, site)
  local query, rows = call.query, {}
  local bounds = {}
  for name, of in pairs(list.times or {}) do
    for _, edge in ipairs { "start", "end" } do
      local text = query[name .. "_" .. edge]
      if text then
        local at = instant(text)
        if not at then return answers.v2_invalid("invalid_field_value", name .. "_" .. edge .. " is not a date.") end
        bounds[#bounds + 1] = { of = of, at = at, start = edge == "start" }
      end
    end
  end
  local page, size = math.tointeger(tonumber(query.page or 1)), math.tointeger(tonumber(query.page_size or USUAL_A_PAGE))
  if not page or page < 1 or not size or size < 1 or size > site.switches.v2_page_size then
    return answers.v2_invalid("invalid_field_value", ("page and page_size: from 1, at most %d."):format(site.switches.v2_page_size))
  end
  for name in pairs(query) do
    local known = list.filters and list.filters[name] or name == "page" or name == "page_size" or name == "sort_by" or name == "sort_dir"
    for each in pairs(list.times or {}) do known = known or name == each .. "_start" or name == each .. "_end" end
    if not known then site.journal:violation("unknown_parameter", name) end
  end
  for _, row in ipairs(list.rows(site)) do
    local wanted = true
    for name, filter in pairs(list.filters or {}) do wanted = wanted and (not query[name] or filter(row, query[name])) end
    for _, bound in ipairs(bounds) do
      local at = bound.of(row)
      wanted = wanted and at ~= nil and (bound.start and at >= bound.at or not bound.start and at <= bound.at)
    end
    if wanted then rows[#rows + 1] = row end
  end
  local sort_by, direction = query.sort_by or "created_at", query.sort_dir or "desc"
  local key = list.sorts[sort_by]
  if not key then return answers.v2_invalid("invalid_field_value", ("sort_by '%s' is not known."):format(sort_by)) end
  if direction ~= "asc" and direction ~= "desc" then return answers.v2_invalid("invalid_field_value", "sort_dir is asc or desc.") end
  table.sort(rows, function(a, b)
    local first, second = key(a), key(b)
    if first == second then first, second = list.id(a), list.id(b) end
    if direction == "desc" then return first > second end
    return first < second
  end)
  local shown, pages = host.json.array {}, (#rows + size - 1) // size
  for index = (page - 1) * size + 1, math.min(#rows, page * size) do shown[#shown + 1] = list.show(rows[index]) end
  local function link(number)
    if number < 1 or number > math.max(1, pages) then return {} end
    local parts = {}
    for name, value in pairs(query) do
      if name ~= "page" and name ~= "page_size" then parts[#parts + 1] = wire.escape(name) .. "=" .. wire.escape(value) end
    end
    table.sort(parts)
    parts[#parts + 1] = ("page=%d&page_size=%d"):format(number, size)
    return { href = ("%s/v2/%s?%s"):format(site.v2_base, call.path, table.concat(parts, "&")) }
  end
  return answers.json(200, {
    [list.name] = shown, total = #rows, page = page, pages = pages,
    links = { first = link(1), last = link(math.max(1, pages)), prev = link(page - 1), next = link(page + 1) },
  })
end

local function created(row) return row.created end
local function own_id(row) return row.id end
local function in_batch(row, value) return row.batches ~= nil and row.batches[value] == true end

local shipments = {
  name = "shipments", show = shapes.shipment, id = own_id,
  rows = function(site)
    local out = {}
    for _, order in ipairs(site.account.orders) do
      if site.account:visible(order.id) then out[#out + 1] = order end
    end
    return out
  end,
  sorts = { created_at = created, modified_at = function(row) return row.modified end },
  times = {
    created_at = created, modified_at = function(row) return row.modified end, payment_date = function(row) return row.fields.paymentDate end,
  },
  filters = {
    shipment_status = function(order, value) return shapes.status(order) == value end, batch_id = in_batch,
    shipment_number = function(order, value) return order.fields.orderNumber == value end,
    external_shipment_id = function(order, value) return order.key == value end,
    sales_order_id = function(order, value) return "se-" .. order.id == value end, store_id = function(order, value) return "se-" .. order.store == value end,
    ship_to_name = function(order, value) return ((order.fields.shipTo or {}).name or ""):find(value, 1, true) ~= nil end,
    item_keyword = function(order, value)
      for _, item in ipairs(order.items) do
        if (item.sku or ""):find(value, 1, true) or item.name:find(value, 1, true) then return true end
      end
      return false
    end,
  },
}

local label_list = {
  name = "labels", show = shapes.label, id = own_id, rows = function(site) return site.account.shipments end, sorts = { created_at = created },
  times = { created_at = created },
  filters = {
    tracking_number = function(row, value) return row.tracking == value end, batch_id = in_batch,
    shipment_id = function(row, value) return row.order ~= nil and "se-" .. row.order.id == value end,
    label_status = function(row, value) return (row.voided and "voided" or "completed") == value end,
  },
}

local fulfillment_list = {
  name = "fulfillments", show = shapes.fulfillment, id = own_id, rows = function(site) return site.account.fulfillments end, sorts = { created_at = created },
  times = { created_at = created },
  filters = { shipment_id = function(row, value) return "se-" .. row.order.id == value end, batch_id = in_batch,
    tracking_number = function(row, value) return row.tracking == value end },
}

local product_list = {
  name = "products", show = shapes.product, id = function(row) return row.productId end, rows = function(site) return site.account.products end,
  sorts = { created_at = created, sku = function(row) return row.sku end }, filters = { sku = function(row, value) return row.sku == value end },
}

local warehouse_list = {
  name = "warehouses", show = shapes.warehouse, id = function(row) return row.warehouseId end, rows = function(site) return site.account.warehouses end,
  sorts = { created_at = created },
}

local function user_shape(user) return { user_id = user.userId, name = user.name, username = user.userName } end
local user_list = {
  name = "users", show = user_shape, id = function(row) return row.userId end, rows = function(site) return site.account.users end,
  sorts = { created_at = function(row) return row.userId end },
}

local function listing(list) return function(call, site) return answer_list(list, call, site) end end

local function order_of(site, id)
  local order = site.account:visible(math.tointeger(tonumber(id)))
  if order then return order end
  return nil, answers.v2_missing "The shipment"
end

local function one_shipment(call, site)
  local order, none = order_of(site, call.ids[1])
  return none or answers.json(200, shapes.shipment(order))
end

local function by_external_id(call, site)
  local order = site.account.by_key[call.ids[1]]
  if not order or not site.account:visible(order.id) then return answers.v2_missing "The shipment" end
  return answers.json(200, shapes.shipment(order))
end

local function item_fault(item)
  if type(item) ~= "table" or type(item.name) ~= "string" then return "field_value_required", "items need a name." end
  if math.type(item.quantity) ~= "integer" or item.quantity < 1 then return "invalid_field_value", "items[].quantity must be a whole number from 1." end
end

-- One shipment of a body: the order, or nil, code and sentence.
local function create_shipment(body, site)
  local to = body.ship_to
  if type(to) ~= "table" then return nil, "field_value_required", "ship_to is required." end
  for _, name in ipairs { "name", "address_line1", "city_locality", "postal_code", "country_code" } do
    if type(to[name]) ~= "string" or to[name] == "" then return nil, "field_value_required", ("ship_to.%s is required."):format(name) end
  end
  if not to.country_code:find "^%u%u$" then return nil, "invalid_field_value", "ship_to.country_code is not a two-letter country code." end
  local number, external = wire.is_null(body.shipment_number) and "" or tostring(body.shipment_number), body.external_shipment_id
  if #number > LONGEST_NUMBER then return nil, "invalid_field_value", "shipment_number: at most 50 characters." end
  if type(external) == "string" then
    if site.account.by_key[site.account:key(external)] then return nil, "identifier_conflict", "external_shipment_id is used already." end
  else
    external = nil
  end
  for _, order in ipairs(site.switches.v2_number_unique and number ~= "" and site.account.orders or {}) do
    if order.fields.orderNumber == number and not order.deleted then
      return nil, "identifier_conflict", "shipment_number is used already."
    end
  end
  local items = host.json.array {}
  for index, item in ipairs(wire.is_null(body.items) and {} or body.items) do
    local code, text = item_fault(item)
    if code then return nil, code, text end
    items[index] = {
      lineItemKey = type(item.external_order_item_id) == "string" and item.external_order_item_id or nil, sku = type(item.sku) == "string" and item.sku or nil,
      name = item.name, quantity = item.quantity, unitPrice = money.parse(item.unit_price) or 0,
    }
  end
  local order = site.account:create {
    orderNumber = number, orderKey = external, orderDate = clock.wall(host.now_ms()), orderStatus = "awaiting_shipment", shipTo = shapes.address_of(to),
    billTo = shapes.address_of(to), items = items, customerNotes = type(body.notes_from_buyer) == "string" and body.notes_from_buyer or nil,
    internalNotes = type(body.internal_notes) == "string" and body.internal_notes or nil,
  }
  order.only_v2 = body.create_sales_order ~= true
  return order
end

local function create_shipments(call, site)
  local given = call.body.shipments
  if type(given) ~= "table" or given[1] == nil then return answers.v2_invalid("field_value_required", "shipments is required.") end
  if #given > MOST_AT_ONCE then return answers.v2_invalid("invalid_field_value", "shipments: at most 100 at once.") end
  local out, failed, made = host.json.array {}, false, {}
  for index, body in ipairs(given) do
    local order, code, text = create_shipment(body, site)
    if order then
      out[index], made[#made + 1] = shapes.shipment(order), order
      out[index].errors = host.json.array {}
    else
      failed = true
      out[index] = {
        shipment_id = host.json.null, external_shipment_id = answers.or_null(body.external_shipment_id),
        shipment_number = answers.or_null(body.shipment_number),
        errors = host.json.array { { error_source = "ShipStation", error_type = "validation", error_code = code, message = text } },
      }
    end
  end
  if #made > 0 then site.account.told("order", made) end
  return answers.json(200, { has_errors = failed, shipments = out })
end

local function cancel(call, site)
  local order, none = order_of(site, call.ids[1])
  if not order then return none end
  if not site.account.is_open(order) then
    return answers.v2_error(409, "business_rules", "invalid_status", ("A shipment that is %s can't be cancelled."):format(shapes.status(order)))
  end
  site.account:set_status(order, "cancelled")
  return answers.empty(204)
end

local function tags(call, site)
  local order, none = order_of(site, call.ids[1])
  if not order then return none end
  local name, kept = call.ids[2], host.json.array {}
  for _, each in ipairs(order.v2_tags or {}) do
    if each ~= name then kept[#kept + 1] = each end
  end
  if call.method == "POST" then kept[#kept + 1] = name end
  order.v2_tags = kept
  site.account:touch(order, true)
  if call.method == "DELETE" then return answers.empty(204) end
  return answers.json(200, { shipment_id = "se-" .. order.id, tags = shapes.shipment(order).tags })
end

local UNITS = { ounce = "ounces", pound = "pounds", gram = "grams", kilogram = "grams" }

local function weight_of(body, order)
  local package = type(body.packages) == "table" and body.packages[1]
  local given = type(package) == "table" and package.weight
  if type(given) ~= "table" then return order and order.fields.weight end
  local units, value = UNITS[given.unit], money.parse(given.value)
  if not units or not value then return nil end
  return { value = given.unit == "kilogram" and value * 1000 or value, units = units }
end

local function buy(order, body, site)
  local carrier = labels.carrier_of(body.carrier_code or order.fields.carrierCode or "stamps_com")
  local code = body.service_code or order.fields.serviceCode
  if type(code) ~= "string" then return answers.v2_invalid("field_value_required", "service_code is required.") end
  if not carrier or not labels.service_of(carrier, code) then return answers.v2_invalid("invalid_field_value", "service_code is no service of the carrier.") end
  local weight = weight_of(body, order)
  if not weight then return answers.v2_invalid("field_value_required", "packages[0].weight is required.") end
  if order.fields.orderStatus == "cancelled" or order.fields.orderStatus == "on_hold" then
    return answers.v2_error(409, "business_rules", "invalid_status", "A label can't be bought for this shipment.")
  end
  local shipment = site.account:label(order, { carrier = carrier.code, service = code, weight = weight, cost = labels.price(weight, carrier.code) })
  site.account.told("shipment", { shipment })
  return answers.json(200, shapes.label(shipment, labels.label_data(shipment)))
end

local function buy_new(call, site)
  if type(call.body.shipment) ~= "table" then return answers.v2_invalid("field_value_required", "shipment is required.") end
  local order, code, text = create_shipment(call.body.shipment, site)
  if not order then return answers.v2_invalid(code, text) end
  return buy(order, call.body.shipment, site)
end

local function buy_for_shipment(call, site)
  local order, none = order_of(site, call.ids[1])
  return none or buy(order, call.body, site)
end

local function label_of(call, site)
  local label = site.account:shipment(math.tointeger(tonumber(call.ids[1])))
  if label then return label end
  return nil, answers.v2_missing "The label"
end

local function one_label(call, site)
  local label, none = label_of(call, site)
  return none or answers.json(200, shapes.label(label))
end

local function void(call, site)
  local label, none = label_of(call, site)
  if not label then return none end
  local approved, message = site.account:void(label)
  return answers.json(200, { approved = approved, message = message, reason_code = approved and host.json.null or "validation_failed" })
end

local function return_label(call, site)
  local label, none = label_of(call, site)
  if not label then return none end
  local back = site.account:label(label.order, {
    carrier = label.carrier, service = label.service, weight = label.weight, cost = label.cost, returns = true,
    ship_to = site.account.warehouses[1].returnAddress,
  })
  return answers.json(200, shapes.label(back, labels.label_data(back)))
end

local function track(call, site)
  local label, none = label_of(call, site)
  if not label then return none end
  local events = host.json.array {}
  for index, scan in ipairs(label.scans or {}) do events[index] = scan end
  return answers.json(200, {
    tracking_number = label.tracking, status_code = #events > 0 and events[#events].status_code or "NY", carrier_code = label.carrier, events = events,
  })
end

local function create_fulfillments(call, site)
  local given = call.body.fulfillments
  if type(given) ~= "table" or given[1] == nil then return answers.v2_invalid("field_value_required", "fulfillments is required.") end
  local out, failed = host.json.array {}, false
  for index, body in ipairs(given) do
    local order = type(body.shipment_id) == "string" and site.account:visible(math.tointeger(tonumber(body.shipment_id:match "^se%-(%d+)$")))
    local fault = not order and "there is no such shipment." or type(body.tracking_number) ~= "string" and "tracking_number is required."
      or not site.account.is_open(order) and "the shipment is not open."
    if fault then
      failed = true
      out[index] = { shipment_id = answers.or_null(body.shipment_id), error_message = fault }
    else
      local made = site.account:fulfil(order, {
        carrier = body.carrier_code, tracking = body.tracking_number, mail = body.notify_customer == true, notice = body.notify_order_source == true,
      })
      out[index] = shapes.fulfillment(made)
      if site.switches.mark_fires then site.account.told("fulfillment", { made }) end
    end
  end
  return answers.json(200, { has_errors = failed, fulfillments = out })
end

local function rates(call, site)
  local order, none = order_of(site, (type(call.body.shipment_id) == "string" and call.body.shipment_id or ""):match "^se%-(%d+)$")
  if not order then return none end
  local weight, out = weight_of(call.body, order), host.json.array {}
  if not weight then return answers.v2_invalid("field_value_required", "packages[0].weight is required.") end
  local domestic = (order.fields.shipTo or {}).country == "US"
  for _, code in ipairs { "stamps_com", "fedex", "ups" } do
    for _, service in ipairs(labels.carrier_of(code).services) do
      if service.domestic == domestic then
        out[#out + 1] = { carrier_code = code, service_code = service.code, shipping_amount = { currency = "usd",
          amount = answers.number(money.text(labels.price(weight, code))) } }
      end
    end
  end
  return answers.json(200, { shipment_id = "se-" .. order.id, rate_response = { status = "completed", rates = out } })
end

local function inventory(_, site)
  local out = host.json.array {}
  for index, product in ipairs(site.account.products) do
    out[index] = { sku = product.sku, on_hand = product.on_hand or 100, allocated = 0, available = product.on_hand or 100 }
  end
  return answers.json(200, { inventory = out, total = #out, page = 1, pages = 1 })
end

local routes = {
  { "GET", "shipments", listing(shipments) }, { "POST", "shipments", create_shipments },
  { "GET", "shipments/external_shipment_id/([^/]+)", by_external_id }, { "GET", "shipments/se%-(%d+)", one_shipment },
  { "PUT", "shipments/se%-(%d+)/cancel", cancel }, { "POST", "shipments/se%-(%d+)/tags/([^/]+)", tags }, { "DELETE", "shipments/se%-(%d+)/tags/([^/]+)", tags },
  { "GET", "labels", listing(label_list) }, { "POST", "labels", buy_new }, { "POST", "labels/shipment/se%-(%d+)", buy_for_shipment },
  { "GET", "labels/se%-(%d+)", one_label }, { "PUT", "labels/se%-(%d+)/void", void }, { "POST", "labels/se%-(%d+)/return", return_label },
  { "GET", "labels/se%-(%d+)/track", track }, { "GET", "fulfillments", listing(fulfillment_list) }, { "POST", "fulfillments", create_fulfillments },
  { "GET", "products", listing(product_list) }, { "GET", "warehouses", listing(warehouse_list) }, { "GET", "users", listing(user_list) },
  { "GET", "inventory", inventory }, { "POST", "rates", rates },
}
for _, route in ipairs(Hooks.v2_routes) do routes[#routes + 1] = route end

local v2 = { routes = routes }

-- The keys that webhooks are signed with, for everybody.
function v2.jwks(site) return answers.json(200, { keys = host.json.array { rsa.jwk(site.switches.signing_key) } }) end

return v2
