-- Shipments V2 of the simulated BigCommerce: not idempotent, and the order's status follows them, as a store's would; taking one
-- away leaves the order shipped (apis/bigcommerce.md, section 5).

local answers, calendar, host, money, wire = require "shop_answers", require "calendar", require "host", require "money", require "wire"

local SHIPPED, PARTLY = 2, 3

local shipments = {}

local function set(text)
  local out = {}
  for name in text:gmatch "%S+" do out[name] = true end
  return out
end

local PROVIDERS = set "auspost canadapost endicia usps fedex royalmail ups upsready shipperhq"
local TEXTS = { "tracking_number", "tracking_link", "shipping_provider", "tracking_carrier", "shipping_method", "comments" }
local CHANGEABLE = set "tracking_number tracking_link shipping_provider tracking_carrier shipping_method comments order_address_id merchant_shipping_cost"

local function shown(shipment)
  local out = {
    id = shipment.id, order_id = shipment.order_id, customer_id = shipment.customer_id, order_address_id = shipment.order_address_id,
    date_created = calendar.rfc2822(shipment.created), items = shipment.items,
    merchant_shipping_cost = money.text(shipment.merchant_shipping_cost or 0),
  }
  for _, name in ipairs(TEXTS) do out[name] = shipment[name] end
  return out
end

local function shipped_of(order, line_id)
  local sum = 0
  for _, shipment in ipairs(order.shipments or {}) do
    for _, item in ipairs(shipment.items) do
      if item.order_product_id == line_id then sum = sum + item.quantity end
    end
  end
  return sum
end

local function line_of(order, id)
  for _, line in ipairs(order.lines) do
    if line.id == id then return line end
  end
end

local function field_fault(order, name, value)
  local invalid = "The field '" .. name .. "' is invalid."
  if name == "order_address_id" then
    if math.type(value) ~= "integer" or value ~= order.address_id then return invalid end
  elseif name == "shipping_provider" then
    if value ~= "" and not PROVIDERS[value] and not tostring(value):find "^carrier_%d+$" then return invalid end
  elseif name == "merchant_shipping_cost" then
    if not money.parse(value) then return invalid end
  elseif type(value) ~= "string" then
    return invalid
  end
end

local function checked(order, body)
  if body.order_address_id == nil then return "The field 'order_address_id' is required." end
  for name, value in pairs(body) do
    if name ~= "items" then
      if not CHANGEABLE[name] then return "The field '" .. name .. "' is not supported." end
      local fault = field_fault(order, name, value)
      if fault then return fault end
    end
  end
  if type(body.items) ~= "table" or not body.items[1] then return "The field 'items' is required." end
  for _, item in ipairs(body.items) do
    local line = line_of(order, item.order_product_id)
    if not line then return "The field 'order_product_id' is invalid." end
    if math.type(item.quantity) ~= "integer" or item.quantity < 1 or item.quantity > line.quantity - shipped_of(order, line.id) then
      return "The field 'quantity' is invalid."
    end
  end
end

local function status_after(order)
  for _, line in ipairs(order.lines) do
    if shipped_of(order, line.id) < line.quantity then return PARTLY end
  end
  return SHIPPED
end

local function take(shipment, body)
  for _, name in ipairs(TEXTS) do shipment[name] = body[name] or shipment[name] or "" end
  shipment.order_address_id = body.order_address_id or shipment.order_address_id
  shipment.merchant_shipping_cost = body.merchant_shipping_cost and money.parse(body.merchant_shipping_cost) or shipment.merchant_shipping_cost
end

local function create(order, request, change, told)
  local body = wire.json(request)
  if not body then return answers.v2_error(400, "The body is not JSON.") end
  local fault = checked(order, body)
  if fault then return answers.v2_error(400, fault) end
  order.shipments_made = (order.shipments_made or 0) + 1
  local shipment = {
    id = order.id * 10 + order.shipments_made, order_id = order.id, customer_id = order.customer_id, created = host.now(), items = body.items,
  }
  take(shipment, body)
  order.shipments[#order.shipments + 1] = shipment
  told("store/shipment/created", { type = "shipment", id = shipment.id, orderId = order.id })
  change(status_after(order))
  return answers.json(201, shown(shipment))
end

local function update(order, shipment, request, told)
  local body = wire.json(request)
  if not body then return answers.v2_error(400, "The body is not JSON.") end
  for name, value in pairs(body) do
    if not CHANGEABLE[name] then return answers.v2_error(400, "The field '" .. name .. "' is not supported.") end
    local fault = field_fault(order, name, value)
    if fault then return answers.v2_error(400, fault) end
  end
  take(shipment, body)
  told("store/shipment/updated", { type = "shipment", id = shipment.id, orderId = order.id })
  return answers.json(200, shown(shipment))
end

local function one(order, request, id, told)
  for index, shipment in ipairs(order.shipments) do
    if shipment.id == id then
      if request.method == "GET" then return answers.json(200, shown(shipment)) end
      if request.method == "PUT" then return update(order, shipment, request, told) end
      if request.method ~= "DELETE" then return answers.v2_error(405, "The method is not allowed.") end
      table.remove(order.shipments, index)
      told("store/shipment/deleted", { type = "shipment", id = shipment.id, orderId = order.id })
      return answers.none()
    end
  end
  return answers.v2_error(404, "The requested resource was not found.")
end

-- `rest`: what follows /shipments; `change(status)` changes the order's status, `told(scope, more)` tells the hooks, `page` cuts a page.
function shipments.handle(order, request, rest, change, told, page)
  order.shipments = order.shipments or {}
  if rest == "count" and request.method == "GET" then return answers.json(200, { count = #order.shipments }) end
  if rest ~= "" then return one(order, request, math.tointeger(tonumber(rest)), told) end
  if request.method == "POST" then return create(order, request, change, told) end
  if request.method ~= "GET" then return answers.v2_error(405, "The method is not allowed.") end
  local rows = {}
  for index, shipment in ipairs(order.shipments) do rows[index] = shown(shipment) end
  local cut = page(rows, wire.query(request))
  return #cut == 0 and answers.none() or answers.json(200, cut)
end

return shipments
