-- What people do beside the labels: goods that they give out by hand, parts that they cancel, voids after a change of the settings. Nothing leaves the
-- house twice, and nothing is paid for that did not leave it.

local root = ...
local Depot, Harbor, decimal, expect = require "depot", require "harbor", require "decimal", require "expect"
local contains, equal = expect.contains, expect.equal

local tests = {}

-- A delivery that a person makes in Exact Online, of the order's first line.
local function deliver(depot, order, quantity)
  local whole = depot.books:call("sales_orders.whole", order.id)
  local line = (whole.SalesOrderLines.results or whole.SalesOrderLines)[1]
  depot.books:call("goods_deliveries.create", {
    DeliveryDate = "2026-01-05", Description = "by hand", GoodsDeliveryLines = { { SalesOrderLineID = line.ID, QuantityDelivered = decimal(quantity) } },
  })
  Depot.pass(600)
end

local function sent(depot, quantity) return depot:sent { lines = { { item = "STOCK-1", quantity = quantity } } } end

-- An order of ten whose part of four has left.
local function split(depot)
  local order = sent(depot, "10")
  depot:people { split = { { order = tostring(order.number), items = { ["STOCK-1"] = 4 } } } }
  local parts = depot.station:call("orders.list", { orderNumber = tostring(order.number) })
  depot:people { ship = { { order = parts[2].orderId, cost = "3.00" } } }
  depot:poll()
  return order, parts
end

local function well(outcomes)
  for _, each in ipairs(outcomes) do assert(not each.refused, each.refused) end
  return outcomes
end

-- A plain order of Acumatica whose label was voided in ShipStation.
local function voided()
  local harbor = Harbor.start(root)
  local number = harbor:sent "plain"
  local label = harbor:people({ ship = { number } }).ship[1]
  harbor:poll()
  harbor:people { void = { label } }
  return harbor, number
end

tests["XS11: what a person delivered before there is a label is not packed again"] = function()
  local depot = Depot.start(root)
  local order = sent(depot, "10")
  deliver(depot, order, "4")
  depot:run("orders", order.id)
  equal(depot:there(order.number).items[1].quantity, 6)
  depot:people { ship = { { order = tostring(order.number), cost = "5.00" } } }
  well(depot:poll { deliveries = true })
end

tests["XS8, XS12: an order whose label was voided and that a person then delivered does not wait to be packed"] = function()
  local depot = Depot.start(root)
  local order = sent(depot, "10")
  depot:people { ship = { { order = tostring(order.number), cost = "5.00" } } }
  depot:poll()
  depot:people { void = { 5000001 } }
  depot:poll()
  equal(depot:there(order.number).orderStatus, "awaiting_shipment")
  deliver(depot, order, "10")
  equal(depot:run("orders", order.id).result.why, "delivered in full")
  equal(depot:there(order.number).orderStatus, "cancelled")
end

tests["XS8, XS12: an order whose void is on its way waits for its next label, whatever the books say of it"] = function()
  local depot = Depot.start(root)
  local order = sent(depot, "10")
  depot:people { ship = { { order = tostring(order.number), cost = "5.00" } } }
  depot:poll()
  Depot.pass(600)
  depot:people { void = { 5000001 } }
  equal(depot:there(order.number).orderStatus, "awaiting_shipment")
  contains(depot:run("orders", order.id).skipped, "delivered")
  equal(depot:there(order.number).orderStatus, "awaiting_shipment")
  depot:poll()
  depot:people { ship = { { order = tostring(order.number), cost = "6.00" } } }
  well(depot:poll())
  equal(depot:there(order.number).orderStatus, "shipped")
end

tests["AS6, AS15: an order whose void is on its way waits for its next label, whatever Acumatica says of it"] = function()
  local harbor, number = voided()
  harbor:run("orders", number)
  equal(harbor:there(number).orderStatus, "awaiting_shipment")
end

tests["AS6, AS15: an order whose label was voided and that a person then shipped does not wait to be packed"] = function()
  local harbor, number = voided()
  harbor:poll()
  harbor:person { ship = { number } }
  local shipments = harbor:shipments()
  harbor:person { confirm = { shipments[#shipments].number } }
  equal(harbor:run("orders", number).result.orders[1].why, "completed in Acumatica")
  equal(harbor:there(number).orderStatus, "cancelled")
end

tests["XS13: a part of a split whose goods a person delivers does not wait to be packed"] = function()
  local depot = Depot.start(root)
  local order, parts = split(depot)
  deliver(depot, order, tostring(10 - parts[2].items[1].quantity))
  depot:run("orders", order.id)
  equal(depot:there(order.number).orderStatus, "cancelled")
end

tests["XS12, XS13: an order that is sent anew has what has not left yet"] = function()
  local depot = Depot.start(root)
  local order, parts = split(depot)
  depot:people { cancel = { parts[1].orderId } }
  depot:change(order.id, { remarks = "now in stock" })
  equal(depot:run("orders", order.id).cause, "gone_in_shipstation")
  equal(depot:run("orders", order.id, { decision = "ours" }).result.generation, 2)
  local left = {}
  for _, each in ipairs(depot.station:call("orders.list", { orderNumber = tostring(order.number) })) do
    if each.orderStatus == "awaiting_shipment" then left[#left + 1] = each.items[1].quantity end
  end
  equal(#left, 1)
  equal(left[1], 6)
  -- XS8: a label of before is still known by its order.
  local label = depot.station:call("shipments.list", {})[1]
  depot:people { void = { label.shipmentId } }
  local undone
  for _, each in ipairs(well(depot:poll())) do undone = undone or each.flow == "deliveries" and each.result and each.result.undone end
  assert(undone, "its delivery is taken back")
end

tests["AS6, AS14: an order that is sent anew has what has not left yet"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:sent "several_lines"
  local part = harbor:people({ split = { { order = number, items = { ["SHIRT-M"] = 1 } } } }).split[1]
  harbor:people { ship = { part } }
  harbor:poll()
  harbor:people { cancel = { number } }
  harbor:person { edit = { { order = number, quantity = { ["MUG-1"] = 7 } } } }
  assert(harbor:run("orders", number).refused)
  harbor:run("orders", number, { decision = "ours" })
  for _, each in ipairs(harbor.station:call("orders.list", { orderNumber = number })) do
    if each.orderStatus == "awaiting_shipment" then
      for _, item in ipairs(each.items) do
        if item.sku == "SHIRT-M" then equal(item.quantity, 2) end
      end
    end
  end
end

tests["XS16: what the books would refuse a day's entry for is the label's case, and the setting mends it"] = function()
  for field, wrong in pairs { cost_account = "4999", accrual_account = false } do
    local depot = Depot.start(root, { entries = "day" })
    local right = depot.settings[field] or (field == "cost_account" and "4500" or "1600")
    depot.settings[field] = wrong or nil
    local order = sent(depot, "1")
    depot:people { ship = { { order = tostring(order.number), cost = "5.00", carrier = "ups" } } }
    local refused
    for _, each in ipairs(depot:poll { costs = true }) do refused = refused or each.refused end
    assert(refused, field)
    equal(#depot:night(), 0)
    depot.settings[field] = right
    Depot.pass(4000)
    local row = depot.station:call("shipments.list", {})[1]
    local released = depot:run("costs", "5000001", { event = { record = row }, attempt = 2 })
    assert(not released.refused, released.refused)
    well(depot:night())
    equal(#depot:booked().journal_entries, 1)
  end
end

local function two_labels(depot)
  local order = sent(depot, "2")
  depot:people { ship = { { order = tostring(order.number), parcels = { { cost = "4.00" }, { items = {}, cost = "5.00" } } } } }
  local waiting
  for _, each in ipairs(depot:poll()) do
    for _, made in ipairs(each.emitted) do waiting = made end
  end
  return order, waiting
end

local function invoice(depot, order)
  depot.books:call("invoice_sales_orders.create", { SalesOrderIDs = { { ID = order.id } }, JournalCode = "70", InvoiceMode = 1, CreateMode = 1 })
end

tests["XS8, XS10: nobody is charged for a label that was voided while its charge waited for the invoice"] = function()
  local depot = Depot.start(root, { charge = "actual" })
  local order, waiting = two_labels(depot)
  equal(depot:run("charges", waiting.key, { event = waiting.payload }).cause, "charge_no_invoice")
  depot:people { void = { 5000002 } }
  well(depot:poll())
  invoice(depot, order)
  equal(depot:run("charges", waiting.key, { event = waiting.payload, attempt = 2 }).skipped, "its label was voided")
end

tests["XS8, XS10: a charge on an open invoice goes with the label that it was for"] = function()
  local depot = Depot.start(root, { charge = "actual" })
  local order, waiting = two_labels(depot)
  invoice(depot, order)
  depot:run("charges", waiting.key, { event = waiting.payload })
  equal(#depot:booked().charges, 2)
  depot:people { void = { 5000002 } }
  well(depot:poll { deliveries = true })
  equal(#depot:booked().charges, 1)
end

tests["XS8: what was booked is reversed although posting is off by now"] = function()
  local depot = Depot.start(root)
  local order = sent(depot, "2")
  depot:people { ship = { { order = tostring(order.number), cost = "4.00" } } }
  depot:poll()
  depot.settings.posting, depot.settings.deliveries = "none", false
  depot:people { void = { 5000001 } }
  local reversed, undone
  for _, each in ipairs(well(depot:poll())) do
    reversed, undone = reversed or each.result and each.result.reversed, undone or each.result and each.result.undone
  end
  assert(reversed and undone)
  equal(#depot:booked().journal_entries, 2)
  contains(depot:booked().deliveries[1].remarks, "Voided")
end

return tests
