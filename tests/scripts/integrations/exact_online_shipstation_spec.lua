-- Sales orders of the simulated Exact Online as orders of the simulated ShipStation.

local root = ...
local Depot, json = require "depot", require "json"

local tests = {}

local function sent(depot, draft)
  local order = depot:order(draft)
  local outcome = depot:run("orders", order.id)
  assert(not outcome.refused, outcome.refused)
  return order, depot:there(order.number), outcome
end

tests["XS1 an order that is ready becomes a ShipStation order with customer, address, SKUs, quantities and weights"] = function()
  local depot = Depot.start(root, { services = { { method = "UPS", carrier = "ups", service = "ups_ground" } }, warehouses = { ["1"] = 14266 } })
  local order, there, outcome = sent(depot, {
    shipping_method = "UPS", warehouse = "1", your_ref = "shop-118", remarks = "Ring twice", date = "2026-01-05T00:00:00",
    address = { AddressLine1 = "ulica Piotrkowska 104", AddressLine2 = "m. 12", Postcode = "90-004", City = "Łódź", Country = "PL" },
    lines = { { item = "STOCK-1", quantity = "2", price = "9.95" }, { item = "STOCK-2", quantity = "3", price = "0" } },
  })
  assert(there.orderKey == "123456:" .. order.id and there.orderStatus == "awaiting_shipment", there.orderKey)
  assert(there.shipTo.city == "Łódź" and there.shipTo.street1 == "ulica Piotrkowska 104" and there.shipTo.street2 == "m. 12" and there.shipTo.country == "PL")
  assert(#there.items == 2 and there.items[1].sku == "STOCK-1" and there.items[1].quantity == 2 and there.items[1].unitPrice:text() == "9.95")
  assert(there.items[2].unitPrice:is_zero() and there.items[1].weight.value:compact() == "1250" and there.items[1].weight.units == "grams")
  assert(there.weight.value:compact() == "3400", there.weight.value:text())   -- 2 x 1.25 kg and 3 x 0.3 kg
  assert(there.carrierCode == "ups" and there.serviceCode == "ups_ground" and there.advancedOptions.warehouseId == 14266)
  assert(there.internalNotes == "Ring twice" and there.advancedOptions.customField1 == "shop-118" and there.orderDate:sub(1, 10) == "2026-01-05")
  assert(not there.customerEmail, "the customer's address is told only where it is asked for")
  assert(outcome.station_calls == 1 and outcome.books_calls <= 6, outcome.books_calls)
  assert(not depot:violations(), depot:violations())
end

tests["XS1 a row of a list of changes that says what was read costs no call; one that says more is read, and so is what a person asks for"] = function()
  local depot = Depot.start(root)
  local order = sent(depot, { lines = { { item = "STOCK-1", quantity = "2" }, { item = "STOCK-2" } }, remarks = "Ring twice" })
  local function told(more)
    local calls, outcomes = 0, {}
    for _, list in ipairs { "sales_orders.changed", "sales_order_lines.changed" } do
      for _, row in ipairs(depot.remotes.books:call(list, { ["$filter"] = "Timestamp gt 1" })) do
        if row.OrderID == order.id then
          local outcome = depot:run("orders", order.id, { event = { record = row }, backfill = more and more.backfill })
          calls, outcomes[#outcomes + 1] = calls + outcome.books_calls, outcome
        end
      end
    end
    return calls, outcomes
  end
  local calls, outcomes = told()
  assert(calls == 0 and #outcomes == 3, ("%d calls for %d rows"):format(calls, #outcomes))
  depot:change(order.id, { quantity = { ["STOCK-1"] = "5" } })
  calls = told()
  assert(calls > 0 and depot:there(order.number).items[1].quantity == 5, calls)
  assert(told() == 0, "read again")
  depot:change(order.id, { remarks = "Ring once" })
  assert(told() > 0 and depot:there(order.number).internalNotes == "Ring once")
  assert(told() == 0)
  assert(told { backfill = true } > 0, "a person asked for it")
end

tests["XS1 a second run sends nothing, and a changed order updates the same one"] = function()
  local depot = Depot.start(root)
  local order, first = sent(depot, { lines = { { item = "STOCK-1", quantity = "2" }, { item = "STOCK-2" } } })
  local again = depot:run("orders", order.id)
  assert(again.skipped and #again.sent == 0, json.encode(again))
  depot:change(order.id, { quantity = { ["STOCK-1"] = "5" }, add = { item = "BOX-12", quantity = "1" } })
  local outcome = depot:run("orders", order.id)
  assert(outcome.result.changed, outcome.refused)
  local now = depot:there(order.number)
  assert(now.orderId == first.orderId and now.items[1].quantity == 5 and #now.items == 3)
  depot:change(order.id, { remove = "STOCK-2" })
  depot:run("orders", order.id)
  assert(#depot:there(order.number).items == 2)
  assert(not depot:violations(), depot:violations())
end

tests["XS1 the rule of what is ready: approval, delivery, shipping method and warehouse"] = function()
  local depot = Depot.start(root, { ready_methods = { "UPS" }, ready_warehouses = { "1" } })
  local function run(draft)
    local order = depot:order(draft)
    local outcome = depot:run("orders", order.id)
    return outcome.skipped or "sent", order
  end
  assert(run { shipping_method = "UPS", warehouse = "1" } == "sent")
  assert(run { shipping_method = "PICKUP", warehouse = "1" }:find "PICKUP")
  assert(run { shipping_method = "UPS", warehouse = "2" }:find "warehouse 2")
  local why, order = run { shipping_method = "UPS", warehouse = "1", approval = 0 }
  assert(why == "not approved")
  depot:change(order.id, { approval = 2 })
  assert(depot:run("orders", order.id).result.order)
  assert(run { shipping_method = "UPS" }:find "warehouse none")
end

tests["XS1 C13 an order of before the instance's start does not go out"] = function()
  local depot = Depot.start(root)
  local order = depot:order { date = "2025-12-30T00:00:00" }
  assert(depot:run("orders", order.id, { start = "2026-01-01T00:00:00Z" }).skipped)
  assert(not depot:there(order.number))
  assert(depot:run("orders", order.id).result.order)
end

tests["XS1 C14 the number of another division's order does not meet ours: the key names division and order"] = function()
  local depot = Depot.start(root, { number_prefix = "NL-" })
  local order = depot:order()
  depot:run("orders", order.id)
  assert(depot:there("NL-" .. order.number).orderKey == "123456:" .. order.id)
end

tests["C2 XS1 a person asks for an order by its number, and no other number that begins like it is meant"] = function()
  local depot = Depot.start(root)
  local order = depot:order { number = 10 }
  depot:order { number = 100 }
  local outcome = depot:run("orders", "10")
  assert(outcome.result.orders == 1 and outcome.emitted[1].key == order.id and outcome.emitted[1].flow == "orders")
  assert(depot:run("orders", "11").skipped and depot:run("orders", "SO-1").skipped)
end

tests["XS15 units are counted in pieces, and what can't be counted is refused naming the line"] = function()
  local depot = Depot.start(root, { units = { box = 12 } })
  local _, there = sent(depot, { lines = { { item = "BOX-12", quantity = "2", price = "24" }, { item = "STOCK-1", quantity = "1" } } })
  assert(there.items[1].quantity == 24 and there.items[1].unitPrice:compact() == "2" and there.items[1].weight.value:compact() == "300")
  local order = depot:order { lines = { { item = "STOCK-1" }, { item = "ROPE", quantity = "2.5" } } }
  local outcome = depot:run("orders", order.id)
  assert(outcome.refused and outcome.refused:find "line 2 %(ROPE%)" and outcome.refused:find "2.5 m", outcome.refused)
  assert(not depot:there(order.number))
  local metres = Depot.start(root, { units = { m = 2 } })
  assert(select(2, sent(metres, { lines = { { item = "ROPE", quantity = "2.5" } } })).items[1].quantity == 5)
end

tests["XS15 services and text lines stay out; an order of nothing else does not go out"] = function()
  local depot = Depot.start(root, { not_shipped = { "STOCK-2*" } })
  local _, there = sent(depot, { lines = { { item = "SHIPPING" }, { item = "STOCK-1" }, { item = "STOCK-2" } } })
  assert(#there.items == 1 and there.items[1].sku == "STOCK-1")
  local order = depot:order { lines = { { item = "SHIPPING" } } }
  assert(depot:run("orders", order.id).skipped:find "nothing to ship")
  local all = Depot.start(root, { goods = "all" })
  assert(#select(2, sent(all, { lines = { { item = "SHIPPING" }, { item = "STOCK-1" } } })).items == 2)
end

tests["XS15 a kit leaves the house as its parts where rows say so"] = function()
  local depot = Depot.start(root, { kits = { { kit = "BOX-12", part = "MUG-1", quantity = 12 }, { kit = "BOX-12", part = "LID" } } })
  local _, there = sent(depot, { lines = { { item = "BOX-12", quantity = "2" } } })
  assert(#there.items == 2 and there.items[1].sku == "MUG-1" and there.items[1].quantity == 24 and there.items[2].quantity == 2)
end

tests["XS12 what was edited in ShipStation stays, and is told; nothing of it crosses to Exact"] = function()
  local depot = Depot.start(root)
  local order = sent(depot, { lines = { { item = "STOCK-1", quantity = "2" }, { item = "STOCK-2" } } })
  depot:people { edit = { { order = tostring(order.number), address = "2 New St", notes = "dented box" } } }
  depot:change(order.id, { quantity = { ["STOCK-1"] = "3" } })
  local outcome = depot:run("orders", order.id)
  assert(outcome.result and outcome.result.changed, outcome.refused)
  local now = depot:there(order.number)
  assert(now.items[1].quantity == 3 and now.shipTo.street1 == "2 New St", now.shipTo.street1)
  assert(table.concat(outcome.notes, "\n"):find "shipTo.street1 is 2 New St", table.concat(outcome.notes, "\n"))
end

tests["XS12 the same field changed on both sides is a person's to decide, either way"] = function()
  for decision, quantity in pairs { theirs = 7, ours = 3 } do
    local depot = Depot.start(root)
    local order = sent(depot, { lines = { { item = "STOCK-1", quantity = "2" } } })
    depot:people { edit = { { order = tostring(order.number), quantity = { ["STOCK-1"] = 7 } } } }
    depot:change(order.id, { quantity = { ["STOCK-1"] = "3" } })
    local outcome = depot:run("orders", order.id)
    assert(outcome.cause == "changed_on_both_sides" and outcome.decidable)
    assert(outcome.refused:find "quantity was 2, is 3 in Exact Online and 7", outcome.refused)
    assert(depot:there(order.number).items[1].quantity == 7)
    assert(not depot:run("orders", order.id, { decision = decision }).refused)
    assert(depot:there(order.number).items[1].quantity == quantity, decision)
    assert(depot:run("orders", order.id).skipped)
  end
end

tests["XS12 an order cancelled or deleted in Exact before its label is cancelled in ShipStation"] = function()
  local depot = Depot.start(root)
  local order = sent(depot)
  depot:change(order.id, { status = 45 })
  assert(depot:run("orders", order.id).result.withdrawn)
  assert(depot:there(order.number).orderStatus == "cancelled")
  assert(depot:run("orders", order.id).skipped)
  local other = sent(depot)
  assert(depot:control("exact", "seed", { delete = { other.id } }).done == 1)
  assert(depot:run("orders", other.id).result.withdrawn)
  assert(depot:there(other.number).orderStatus == "cancelled")
end

tests["XS12 an approval taken back holds the order there, and giving it again lets it go on"] = function()
  local depot = Depot.start(root)
  local order = sent(depot)
  depot:change(order.id, { approval = 0 })
  depot:run("orders", order.id)
  assert(depot:there(order.number).orderStatus == "on_hold")
  depot:change(order.id, { approval = 2 })
  assert(depot:run("orders", order.id).result.changed)
  assert(depot:there(order.number).orderStatus == "awaiting_shipment")
end

tests["XS12 a cancel that ShipStation does not take is a case, not silence"] = function()
  local depot = Depot.start(root)
  depot:switch("depot", { cancel_by_createorder = false })
  local order = sent(depot)
  depot:change(order.id, { status = 45 })
  assert(depot:run("orders", order.id).cause == "withdraw_refused")
end

tests["XS12 an edit or cancel after the label is held with a void offered"] = function()
  for _, change in ipairs { { quantity = { ["STOCK-1"] = "5" } }, { status = 45 } } do
    local depot = Depot.start(root)
    local order = sent(depot, { lines = { { item = "STOCK-1", quantity = "2" } } })
    depot:people { ship = { tostring(order.number) } }
    depot:change(order.id, change)
    local outcome = depot:run("orders", order.id)
    assert(outcome.cause == "after_label" and outcome.decidable and outcome.fix:find "void", outcome.refused)
    assert(#outcome.sent == 0 and depot:control("depot", "state").counts.voided == 0)
    local decided = depot:run("orders", order.id, { decision = "ours" })
    assert(not decided.refused, decided.refused)
    assert(depot:control("depot", "state").counts.voided == 1)
    local now = depot:there(order.number)
    if change.status then assert(now.orderStatus == "cancelled") else assert(now.items[1].quantity == 5 and now.orderStatus == "awaiting_shipment") end
  end
end

tests["XS12 a change after the label that is told of twice is asked once; another change is asked too, and so is what a person releases"] = function()
  local depot = Depot.start(root)
  local order = sent(depot)
  depot:people { ship = { { order = tostring(order.number) } } }
  depot:change(order.id, { remarks = "Ring twice" })
  assert(depot:run("orders", order.id).refused:find "has gone out already")
  assert(depot:run("orders", order.id).skipped == "it is asked already")
  assert(depot:run("orders", order.id, { attempt = 2 }).refused, "released")
  depot:change(order.id, { remarks = "Ring once" })
  assert(depot:run("orders", order.id).refused, "another change")
  assert(depot:run("orders", order.id, { decision = "theirs", attempt = 2 }).result.kept)
end

tests["XS12 a decision to keep what went out is remembered"] = function()
  local depot = Depot.start(root)
  local order = sent(depot, { lines = { { item = "STOCK-1", quantity = "2" } } })
  depot:people { ship = { tostring(order.number) } }
  depot:change(order.id, { quantity = { ["STOCK-1"] = "5" } })
  assert(depot:run("orders", order.id).cause == "after_label")
  assert(depot:run("orders", order.id, { decision = "theirs" }).result.kept)
  assert(depot:run("orders", order.id).skipped)
  assert(depot:there(order.number).items[1].quantity == 2)
end

tests["XS12 a void that the carrier refuses is told with its words"] = function()
  local depot = Depot.start(root)
  local order = sent(depot)
  depot:people { ship = { tostring(order.number) } }
  depot:switch("depot", { void_refused = true })
  depot:change(order.id, { status = 45 })
  depot:run("orders", order.id)
  assert(depot:run("orders", order.id, { decision = "ours" }).cause == "void_refused")
end

tests["XS12 an order that somebody cancelled in ShipStation is not sent again by itself"] = function()
  local depot = Depot.start(root)
  local order = sent(depot, { lines = { { item = "STOCK-1", quantity = "2" } } })
  depot:people { cancel = { tostring(order.number) } }
  depot:change(order.id, { quantity = { ["STOCK-1"] = "3" } })
  assert(depot:run("orders", order.id).cause == "gone_in_shipstation")
  assert(depot:run("orders", order.id, { decision = "ours" }).result.generation == 2)
  local found = depot.station:call("orders.list", { orderNumber = tostring(order.number) })
  assert(#found == 2 and found[2].orderKey == "123456:" .. order.id .. "-2")
end

tests["C8 an address without a street is refused in a sentence"] = function()
  local depot = Depot.start(root)
  local order = depot:order { address = { City = "Austin", Country = "US", Postcode = "78701" } }
  local outcome = depot:run("orders", order.id)
  assert(outcome.refused:find("Order " .. order.number .. " has a delivery address without street", 1, true), outcome.refused)
end

return tests
