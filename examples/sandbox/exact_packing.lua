-- What people in the simulated books do with goods deliveries: they pack orders, and change what they have packed; and what documents
-- became of it.

local calendar, entities, host, money, write = require "calendar", require "exact_fields", require "host", require "money", require "exact_write"

local packing = { acts = {} }

local DELIVERIES, LINES, ORDERS = "salesorder/GoodsDeliveries", "salesorder/GoodsDeliveryLines", "salesorder/SalesOrders"
local ORDER_LINES, ADDRESSES = "salesorder/SalesOrderLines", "crm/Addresses"

local function json(body) return { method = "POST", headers = { ["content-type"] = "application/json" }, body = host.json.encode(body) } end

-- { order = number or id, quantity = { ["STOCK-1"] = "1" }, remarks =, description =, tracking =, shipping_method =, date = }: a goods delivery of all
-- that is open, or of so much.
function packing.acts.pack(world, wanted)
  local order = world.books:get(world.division, ORDERS, wanted.order) or world.books:find(world.division, ORDERS, "OrderNumber", wanted.order)
  if not order then return false end
  local lines = host.json.array {}
  for _, line in ipairs(world.books:lines(world.division, ORDER_LINES, "OrderID", order.OrderID)) do
    local open = line.Quantity - (line.QuantityDelivered or 0)
    local quantity = wanted.quantity and (wanted.quantity[line.ItemCode] and money.parse(wanted.quantity[line.ItemCode]) or 0) or open
    if quantity > 0 then
      lines[#lines + 1] = { SalesOrderLineID = line.ID, QuantityDelivered = host.number(money.text(quantity)), TrackingNumber = wanted.line_tracking }
    end
  end
  local method = wanted.shipping_method and world.books:find(world.division, "sales/ShippingMethods", "Code", wanted.shipping_method)
  local answer = write.create(world, DELIVERIES, entities[DELIVERIES], json {
    DeliveryDate = wanted.date or calendar.iso(host.now()):sub(1, 10) .. "T00:00:00", Remarks = wanted.remarks, Description = wanted.description,
    TrackingNumber = wanted.tracking, ShippingMethod = method and method.ID or order.ShippingMethod, GoodsDeliveryLines = lines,
  })
  return answer.status == 201
end

-- { id = or number =, quantity = { ["STOCK-1"] = "0" }, tracking = "…" or false, remarks =, address = { City = … } }; `delete` takes it away,
-- which people can though the API can't.
function packing.acts.packed(world, change)
  local row = change.id and world.books:get(world.division, DELIVERIES, change.id)
    or world.books:find(world.division, DELIVERIES, "DeliveryNumber", change.number)
  if not row then return false end
  local lines = world.books:lines(world.division, LINES, "EntryID", row.EntryID)
  for _, line in ipairs(lines) do
    local quantity = change.quantity and change.quantity[line.ItemCode]
    if quantity then write.update(world, LINES, entities[LINES], line, json { QuantityDelivered = host.number(quantity) }) end
  end
  if change.tracking ~= nil then row.TrackingNumber = change.tracking or nil end
  if change.remarks then row.Remarks = change.remarks end
  local address = change.address and world.books:get(world.division, ADDRESSES, row.DeliveryAddress)
  for name, value in pairs(address and change.address or {}) do address[name] = value end
  if address then world.changed(ADDRESSES, address.ID, "Update") end
  if change.delete then
    for _, line in ipairs(lines) do
      write.update(world, LINES, entities[LINES], line, json { QuantityDelivered = host.number "0" })
      world.books:delete(world.division, LINES, line.ID)
    end
    world.books:delete(world.division, DELIVERIES, row.EntryID)
    world.changed(DELIVERIES, row.EntryID, "Delete")
  else
    row.Modified = host.now()
    world.changed(DELIVERIES, row.EntryID, "Update")
  end
  return true
end

-- Documents with the names of their files, for `dispatch=1` of the state.
function packing.documents(books, division)
  local out = host.json.array {}
  for row in books:each(division, "documents/Documents") do
    local files = host.json.array {}
    for file in books:each(division, "documents/DocumentAttachments") do
      if file.Document == row.ID then files[#files + 1] = { name = file.FileName, size = money.text(file.FileSize) } end
    end
    out[#out + 1] = { id = row.ID, subject = row.Subject, order = row.SalesOrderNumber, body = row.Body, files = files, reference = row.Subject }
  end
  return out
end

return packing
