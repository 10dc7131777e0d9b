-- Shipments V2 of the simulated BigCommerce: not idempotent, and the order's status follows them, as a store's would.

local answers, calendar, host, wire = require "shop_answers", require "calendar", require "host", require "wire"

local SHIPPED, PARTLY = 2, 3

local shipments = {}

local PROVIDERS = {}
for name in ([[auspost canadapost endicia usps fedex royalmail ups upsready shipperhq]]):gmatch "%S+" do PROVIDERS[name] = true end

local function shown(shipment)
  return {
    id = shipment.id, order_id = shipment.order_id, order_address_id = shipment.order_address_id, tracking_number = shipment.tracking_number,
    tracking_link = shipment.tracking_link, shipping_provider = shipment.shipping_provider, comments = shipment.comments,
    date_created = calendar.rfc2822(shipment.created), items = shipment.items,
  }
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

local function checked(order, body)
  if math.type(body.order_address_id) ~= "integer" or body.order_address_id ~= order.address_id then
    return "The field 'order_address_id' is invalid."
  end
  if type(body.items) ~= "table" or not body.items[1] then return "The field 'items' is required." end
  if body.shipping_provider and body.shipping_provider ~= "" and not PROVIDERS[body.shipping_provider]
    and not tostring(body.shipping_provider):find "^carrier_%d+$" then
    return "The field 'shipping_provider' is invalid."
  end
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

-- `change(status)` changes the order's status, `told(scope, more)` tells the hooks.
function shipments.handle(order, request, change, told)
  order.shipments = order.shipments or {}
  if request.method == "GET" then
    if #order.shipments == 0 then return answers.none() end
    local rows = host.json.array {}
    for index, shipment in ipairs(order.shipments) do rows[index] = shown(shipment) end
    return answers.json(200, rows)
  end
  if request.method ~= "POST" then return answers.v2_error(405, "The method is not allowed.") end
  local body = wire.json(request)
  if not body then return answers.v2_error(400, "The body is not JSON.") end
  local fault = checked(order, body)
  if fault then return answers.v2_error(400, fault) end
  local shipment = {
    id = order.id * 10 + #order.shipments + 1, order_id = order.id, created = host.now(), order_address_id = body.order_address_id,
    tracking_number = body.tracking_number or "", tracking_link = body.tracking_link or "", comments = body.comments or "",
    shipping_provider = body.shipping_provider or "", items = body.items,
  }
  order.shipments[#order.shipments + 1] = shipment
  told("store/shipment/created", { type = "shipment", id = shipment.id, orderId = order.id })
  change(status_after(order))
  return answers.json(201, shown(shipment))
end

return shipments
