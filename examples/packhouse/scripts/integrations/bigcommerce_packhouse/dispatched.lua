-- What the warehouse sent out, as a shipment of the shop.

local dispatched = {}

-- "shop-118" is order 118 of the connection shop.
local function order_of(reference, shop)
  local connection, number = tostring(reference):match "^(.+)%-(%d+)$"
  if connection == shop:connection() then return math.tointeger(tonumber(number)) end
end

-- The order's lines that were sent, for as much of each as is still open.
local function items_of(dispatch, products)
  local items = {}
  for _, line in ipairs(dispatch.lines) do
    local left = line.quantity
    for _, product in ipairs(products) do
      if left > 0 and product.sku == line.sku then
        local quantity = math.min(left, math.tointeger(tonumber(tostring(product.quantity:round(0)))))
        items[#items + 1] = { order_product_id = product.id, quantity = quantity }
        left = left - quantity
      end
    end
  end
  return items
end

function dispatched.run(job, warehouse, shop)
  local dispatch, why = try(warehouse.dispatches.get, job.key)
  if not dispatch then
    if why.code == "not_found" then error({ code = "not_found", message = job.key .. " is not there yet", retryable = true }, 0) end
    error(why, 0)
  end
  local number = order_of(dispatch.reference, shop)
  if not number then return job:skip(("%s is no order of this shop"):format(dispatch.reference)) end
  job:note(("order %d went out"):format(number), { number = dispatch.tracking_number })
  if not job.settings.tell_shop then return job:skip "the shop is not told (tell_shop)" end
  -- The shop's create can't be looked for after a lost answer, so that is looked at first.
  for _, known in ipairs(shop.shipments.list(number)) do
    if known.tracking_number == dispatch.tracking_number then return job:skip "the shop knows of it" end
  end
  dispatch.items = items_of(dispatch, shop.orders.products(number))
  local address = shop.orders.shipping_addresses(number)[1]
  local shipment = job:map("shipment", dispatch, { address = address.id })
  local made = job:send("shipment", shop.shipments.create(number, shipment), { entity = dispatch.id })
  return { order = number, shipment = made.id }
end

return dispatched
