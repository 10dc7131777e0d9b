-- Labels of the simulated ShipStation as deliveries and entries of the simulated Exact Online.

local root = ...
local Depot, decimal, json = require "depot", require "decimal", require "json"

local tests = {}

local TWO = { { item = "STOCK-1", quantity = "2", price = "30", cost_center = "NL" }, { item = "STOCK-2", quantity = "4", price = "10", cost_center = "FR" } }

local function all_well(outcomes)
  for _, each in ipairs(outcomes) do assert(not each.refused, ("%s: %s"):format(each.flow, tostring(each.refused))) end
  return outcomes
end

local function of(outcomes, flow)
  for _, each in ipairs(outcomes) do
    if each.flow == flow then return each end
  end
end

local function shipped(settings, acts, draft, at)
  local depot = Depot.start(root, settings, at)
  local order = depot:sent(draft or { lines = TWO })
  local act = { order = tostring(order.number) }
  for name, value in pairs(acts or {}) do act[name] = value end
  if act.tracking then act.parcels = { { tracking = act.tracking } } end
  depot:people { ship = { act } }
  return depot, order
end

local function line_of(entry, account, center)
  for _, line in ipairs(entry.lines) do
    if line.account == account and (not center or line.cost_center == center) then return line end
  end
end

local function balanced(depot)
  for _, entry in ipairs(depot:booked().journal_entries) do assert(decimal(entry.sum):is_zero(), entry.reference .. " " .. entry.sum) end
end

tests["XS4 a label's cost is a journal entry balanced to the cent, against what is owed to the carrier"] = function()
  local depot = shipped({ accruals = { ups = "1610" } }, { cost = "12.50", insurance = "1.10", carrier = "ups", service = "ups_ground", tracking = "1Z999" })
  local outcome = of(all_well(depot:poll()), "costs")
  local booked = depot:booked().journal_entries
  assert(#booked == 1 and booked[1].journal == "90" and decimal(booked[1].sum):is_zero())
  assert(line_of(booked[1], "1610").amount == "-13.60", json.encode(booked[1]))
  assert(booked[1].reference == "station-" .. outcome.record.shipmentId)
  assert(booked[1].lines[1].description:find "ups 1Z999 order 1001", booked[1].lines[1].description)
  assert(booked[1].lines[1].date == "2026-01-05")
  assert(not depot:violations(), depot:violations())
end

tests["XS12 what Exact tells of an order because we delivered it costs no call; what a person changed in the same minutes is seen by its row"] = function()
  local depot, order = shipped()
  all_well(depot:poll())
  local told = { event = { topic = "SalesOrders", body = "{}" } }
  local outcome = depot:run("orders", order.id, told)
  assert(outcome.books_calls == 0 and outcome.skipped == "our own delivery", outcome.skipped)
  local deleted = { event = { topic = "SalesOrders", body = json.encode { Content = { Action = "Delete" } } } }
  assert(depot:run("orders", order.id, deleted).books_calls > 0, "a deletion stands in no list of changes")
  assert(depot:run("orders", order.id).books_calls > 0, "a person asks for it")
  depot:change(order.id, { remarks = "Call first" })
  local rows = depot.remotes.books:call("sales_orders.changed", { ["$filter"] = "Timestamp gt 1" })
  outcome = depot:run("orders", order.id, { event = { record = rows[#rows] } })
  assert(rows[#rows].Remarks == "Call first" and outcome.books_calls > 0)
  depot.pass(180)
  assert(depot:run("orders", order.id, told).books_calls > 0, "long after it")
end

tests["XS5 the cost is shared by value, weight or quantity, sums to the whole, and keeps each line's cost centre"] = function()
  for by, wanted in pairs { value = { "6.00", "4.00" }, weight = { "6.76", "3.24" }, quantity = { "3.33", "6.67" } } do
    local depot = shipped({ allocate_by = by }, { cost = "10.00" })
    all_well(depot:poll())
    local entry = depot:booked().journal_entries[1]
    assert(line_of(entry, "4500", "NL").amount == wanted[1], by .. " " .. line_of(entry, "4500", "NL").amount)
    assert(line_of(entry, "4500", "FR").amount == wanted[2], by .. " " .. line_of(entry, "4500", "FR").amount)
    balanced(depot)
  end
end

tests["XS5 a hundred lines at a cent are shared to the cent"] = function()
  local lines = {}
  for index = 1, 100 do lines[index] = { item = "STOCK-2", quantity = "1", price = tostring(index % 7 + 1), cost_center = index % 2 == 0 and "NL" or "FR" } end
  local depot = shipped({}, { cost = "0.01" }, { lines = lines })
  all_well(depot:poll())
  local entry = depot:booked().journal_entries[1]
  assert(#entry.lines == 2 and line_of(entry, "1600").amount == "-0.01")
end

tests["XS4 account, cost centre and cost unit follow carrier, service, country and project"] = function()
  local depot = Depot.start(root, {
    cost_center = "SHIP", insurance_account = "4510",
    cost_bookings = {
      { carrier = "fedex", account = "4520", cost_center = "EXPORT" }, { country = "US", cost_center = "EXPORT", cost_unit = "WEB" },
      { project = "P1", account = "4520" },
    },
  })
  depot.books:call("projects.create", { Code = "P1", Description = "Project", Type = 2 })
  local function booked(draft, act)
    local order = depot:sent(draft)
    act.order = tostring(order.number)
    depot:people { ship = { act } }
    all_well(depot:poll())
    local all = depot:booked().journal_entries
    return all[#all]
  end
  local home = { AddressLine1 = "Keizersgracht 1", City = "Amsterdam", Country = "NL", Postcode = "1015 CJ" }
  local entry = booked({ lines = { { item = "STOCK-1" } }, address = home }, { cost = "5.00", carrier = "ups", insurance = "2.00" })
  assert(line_of(entry, "4500").cost_center == "SHIP" and line_of(entry, "4510").amount == "2.00", json.encode(entry))
  entry = booked({ lines = { { item = "STOCK-1" } }, address = home }, { cost = "5.00", carrier = "fedex" })
  assert(line_of(entry, "4520").cost_center == "EXPORT")
  local away = { AddressLine1 = "1 Main St", City = "Austin", Country = "US" }
  entry = booked({ lines = { { item = "STOCK-1" } }, address = away }, { cost = "5.00", carrier = "ups" })
  assert(line_of(entry, "4500").cost_center == "EXPORT" and line_of(entry, "4500").cost_unit == "WEB")
  entry = booked({ lines = { { item = "STOCK-1", project = "P1" } }, address = home }, { cost = "5.00", carrier = "ups" })
  assert(line_of(entry, "4520").project, json.encode(entry))
end

tests["XS4 as a purchase entry it stands on the carrier's account"] = function()
  local depot = Depot.start(root, { posting = "purchase", suppliers = { ups = "7" } })
  depot:control("exact", "seed", { suppliers = { "UPS Nederland" } })
  local code
  for _, account in ipairs(depot:control("exact", "state?accounts=1").divisions["123456"].accounts) do
    if account.Name == "UPS Nederland" then code = account.Code end
  end
  depot.settings.suppliers = { ups = code }
  local order = depot:sent { lines = TWO }
  depot:people { ship = { { order = tostring(order.number), cost = "10.00", carrier = "ups" } } }
  all_well(depot:poll())
  local booked = depot:booked()
  assert(#booked.journal_entries == 0 and #booked.purchase_entries == 1 and booked.purchase_entries[1].supplier == "UPS Nederland")
  assert(booked.purchase_entries[1].amount == "10.00" and #booked.purchase_entries[1].lines == 2)
  depot:people { void = { 5000001 } }
  all_well(depot:poll())
  assert(depot:booked().purchase_entries[2].amount == "-10.00", json.encode(depot:booked().purchase_entries))
end

tests["XS6 an unknown order is parked, and a number that begins like ours never matches"] = function()
  local depot = Depot.start(root)
  local order = depot:sent { lines = TWO }
  depot.station:call("orders.create", {
    orderNumber = tostring(order.number) .. "0", orderKey = "shop-9", orderDate = "2026-01-05 09:15:00", orderStatus = "awaiting_shipment",
    billTo = { name = "A" }, shipTo = { name = "A", street1 = "1 Main St", city = "Austin", country = "US" },
    items = { { lineItemKey = "x", sku = "STOCK-1", name = "X", quantity = 1 } },
  })
  depot:people { ship = { { order = tostring(order.number) .. "0", cost = "9.00" } } }
  local outcomes = depot:poll()
  for _, each in ipairs(outcomes) do assert(each.cause == "order_unknown", each.flow) end
  assert(#outcomes == 2 and #depot:booked().journal_entries == 0)
  depot.settings.foreign_orders, depot.seen = "skip", {}
  for _, each in ipairs(depot:poll()) do assert(each.skipped and #each.sent == 0) end
end

tests["XS7 tracking number and carrier appear on the goods delivery"] = function()
  local depot = shipped({ delivery_methods = { ups = "UPS" } }, { tracking = "1Z12345E0205271688", carrier = "ups", service = "ups_ground" })
  all_well(depot:poll())
  local delivery = depot:booked().deliveries[1]
  assert(delivery.tracking == "1Z12345E0205271688" and delivery.method == "UPS" and delivery.remarks:find "ups 1Z", json.encode(delivery))
  assert(delivery.lines[1].tracking == "1Z12345E0205271688" and delivery.date == "2026-01-05")
end

tests["XS7 where it is set, they appear on the order's open invoice too, and a processed one is told of"] = function()
  for _, is_processed in ipairs { false, true } do
    local depot = Depot.start(root, { invoice_tracking = true })
    local order = depot:sent { lines = TWO }
    depot.books:call("invoice_sales_orders.create", { SalesOrderIDs = { { ID = order.id } }, JournalCode = "70", InvoiceMode = 1, CreateMode = 1 })
    local invoice = depot:control("exact", "state").divisions["123456"].invoices[1]
    if is_processed then depot:control("exact", "seed", { process = { invoice.id } }) end
    depot:people { ship = { { order = tostring(order.number), parcels = { { tracking = "1Z1", carrier = "ups" } } } } }
    local outcome = of(all_well(depot:poll()), "deliveries")
    local remarks = depot:control("exact", "state").divisions["123456"].invoices[1].remarks
    if is_processed then
      assert(remarks == nil and table.concat(outcome.notes):find "is processed")
    else
      assert(remarks == "ups 1Z1", remarks)
    end
  end
end

tests["XS11 exactly what was in the parcel is delivered, and the rest stays back-ordered"] = function()
  local depot, order = shipped({}, { parcels = { { items = { ["STOCK-1"] = 1, ["STOCK-2"] = 3 }, cost = "4.00" } } })
  all_well(depot:poll())
  local delivery = depot:booked().deliveries[1]
  assert(#delivery.lines == 2 and decimal(delivery.lines[1].quantity):compact() == "1" and decimal(delivery.lines[2].quantity):compact() == "3")
  assert(depot.books:call("sales_orders.get", order.id).DeliveryStatus == 20)
end

tests["XS11 pieces become the units of the order line, and a kit is delivered when its last part has left"] = function()
  local depot = shipped({ units = { box = 12 } }, {}, { lines = { { item = "BOX-12", quantity = "2" } } })
  all_well(depot:poll())
  assert(decimal(depot:booked().deliveries[1].lines[1].quantity):compact() == "2")
  local kits = { { kit = "BOX-12", part = "CUP", quantity = 2 }, { kit = "BOX-12", part = "LID" } }
  local two = Depot.start(root, { kits = kits })
  local order = two:sent { lines = { { item = "BOX-12", quantity = "1" } } }
  two:people { ship = { { order = tostring(order.number), parcels = { { items = { CUP = 2 }, cost = "3.00" }, { items = { LID = 1 }, cost = "2.00" } } } } }
  local outcomes = all_well(two:poll())
  assert(outcomes[1].result.deliveries[1].waits, json.encode(outcomes[1].result))
  local booked = two:booked()
  assert(#booked.deliveries == 1 and decimal(booked.deliveries[1].lines[1].quantity):compact() == "1" and #booked.journal_entries == 2)
end

tests["XS11 items with batch or serial numbers are parked naming the item, and their cost is booked all the same"] = function()
  for _, item in ipairs { "BATCH-1", "SERIAL-1" } do
    local depot = shipped({}, { cost = "6.00" }, { lines = { { item = item, quantity = "1" } } })
    local outcomes = depot:poll()
    assert(of(outcomes, "deliveries").refused:find(item, 1, true), of(outcomes, "deliveries").refused)
    assert(#depot:booked().deliveries == 0 and #depot:booked().journal_entries == 1)
  end
end

tests["XS8 a void after posting makes the reversing entry and takes the delivery back"] = function()
  local depot, order = shipped({}, { cost = "12.50", insurance = "1.00" })
  all_well(depot:poll())
  assert(depot.books:call("sales_orders.get", order.id).DeliveryStatus == 21)
  depot:people { void = { 5000001 } }
  local outcomes = all_well(depot:poll())
  assert(of(outcomes, "costs").result.reversed, json.encode(outcomes))
  local booked = depot:booked()
  assert(#booked.journal_entries == 2 and booked.journal_entries[2].reference == "station-5000001-V")
  for _, line in ipairs(booked.journal_entries[1].lines) do
    local other = line_of(booked.journal_entries[2], line.account, line.cost_center)
    assert((decimal(line.amount) + decimal(other.amount)):is_zero())
  end
  balanced(depot)
  assert(depot.books:call("sales_orders.get", order.id).DeliveryStatus == 12 and booked.deliveries[1].tracking == nil)
  -- Bought again: delivered and booked again.
  depot:people { ship = { { order = tostring(order.number), cost = "11.00" } } }
  all_well(depot:poll())
  booked = depot:booked()
  assert(#booked.deliveries == 2 and #booked.journal_entries == 3 and depot.books:call("sales_orders.get", order.id).DeliveryStatus == 21)
end

tests["XS8 bought and voided inside one poll gap makes nothing"] = function()
  local depot = shipped({}, { cost = "12.50" })
  depot:people { void = { 5000001 } }
  for _, each in ipairs(depot:poll()) do assert(each.skipped, each.flow) end
  assert(#depot:booked().journal_entries == 0 and #depot:booked().deliveries == 0)
end

tests["XS8 several labels of an order: one delivery with all numbers, and each cost booked"] = function()
  local depot = shipped({ tracking_length = 30 }, { parcels = { { cost = "4.00", tracking = "1ZA" }, { items = {}, cost = "5.00", tracking = "1ZB" } } })
  all_well(depot:poll())
  local booked = depot:booked()
  assert(#booked.deliveries == 1 and booked.deliveries[1].tracking == "1ZA, 1ZB" and booked.deliveries[1].remarks:find "1ZB")
  assert(#booked.journal_entries == 2)
  balanced(depot)
  depot:people { void = { 5000002 } }
  all_well(depot:poll())
  assert(depot:booked().deliveries[1].tracking == "1ZA" and #depot:booked().journal_entries == 3)
end

tests["XS8 a new label that is told of before the void of the old one takes that one's delivery back first"] = function()
  local depot, order = shipped({}, { cost = "4.00" })
  all_well(depot:poll())
  depot:people { void = { 5000001 } }
  depot:people { ship = { { order = tostring(order.number), cost = "5.00" } } }
  local rows = depot.station:call("shipments.list", {})
  local function run(row) return depot:run("deliveries", tostring(row.shipmentId), { event = { record = row } }) end
  assert(run(rows[2]).result.deliveries[1].delivery)
  assert(depot.books:call("sales_orders.get", order.id).DeliveryStatus == 21 and #depot:booked().deliveries == 2)
  assert(run(rows[1]).skipped, "what was taken back is not taken back again")
  assert(depot.books:call("sales_orders.get", order.id).DeliveryStatus == 21)
end

tests["XS8 a second label that is told of before the first gets its number onto the delivery all the same"] = function()
  local depot = shipped({}, { parcels = { { cost = "4.00", tracking = "1ZA" }, { items = {}, cost = "5.00", tracking = "1ZB" } } })
  local rows = depot.station:call("shipments.list", {})
  for _, index in ipairs { 2, 1 } do
    assert(not depot:run("deliveries", tostring(rows[index].shipmentId), { event = { record = rows[index] } }).refused)
  end
  assert(depot:booked().deliveries[1].tracking == "1ZA, 1ZB", depot:booked().deliveries[1].tracking)
end

tests["XS8 a return label costs and delivers nothing"] = function()
  local depot, order = shipped({ return_account = "4510" }, { cost = "4.00" })
  depot:people { ["return"] = { { order = tostring(order.number), cost = "6.00" } } }
  local outcomes = all_well(depot:poll())
  local booked = depot:booked()
  assert(#booked.deliveries == 1 and #booked.journal_entries == 2 and line_of(booked.journal_entries[2], "4510"), json.encode(outcomes))
end

tests["XS9 a posting that failed is replayed without asking ShipStation, and no delivery is made twice"] = function()
  local depot = shipped({}, { cost = "12.50" })
  depot:switch("exact", { closed_until = "2026-02-01" })
  local outcomes = depot:poll()
  local costs = of(outcomes, "costs")
  assert(costs.cause == "period 2026-01 90" and #depot:booked().deliveries == 1, tostring(costs.cause))
  depot:switch("exact", { closed_until = false })
  local again = depot:run("costs", tostring(costs.record.shipmentId), { event = { record = costs.record }, attempt = 2 })
  assert(not again.refused and again.station_calls == 0, again.refused)
  assert(#depot:booked().journal_entries == 1)
end

tests["XS9 a period that was closed within the hour is told of as such after Exact's refusal"] = function()
  local depot = Depot.start(root)
  local order = depot:sent { lines = TWO }
  local other = depot:sent { lines = TWO }
  depot:people { ship = { { order = tostring(order.number), cost = "1.00" } } }
  all_well(depot:poll())
  depot:switch("exact", { closed_until = "2026-02-01" })
  depot:people { ship = { { order = tostring(other.number), cost = "2.00" } } }
  local refused
  for _, row in ipairs(depot.station:call("shipments.list", {})) do
    if row.orderNumber == tostring(other.number) then
      local ok, why = pcall(depot.run, depot, "costs", tostring(row.shipmentId), { event = { record = row } })
      refused = ok and why or nil
    end
  end
  assert(refused and refused.cause == "period 2026-01 90", json.encode(refused or "raised"))
end

tests["XS9 C15 what Exact would refuse is told before the write, in one sentence with where to fix it"] = function()
  for setting, value in pairs { cost_account = "8099", accrual_account = "9999", journal = "70", cost_center = "XX" } do
    local depot = shipped({ [setting] = value }, { cost = "5.00" }, { lines = { { item = "STOCK-1" } } })
    local outcome = of(depot:poll(), "costs")
    assert(outcome.refused and outcome.fix:find "release this case" and #outcome.sent == 0, setting)
  end
  local wanted = of(shipped({ cost_account = "4520" }, { cost = "5.00" }, { lines = { { item = "STOCK-1" } } }):poll(), "costs")
  assert(wanted.refused:find "wants a cost center", wanted.refused)
end

tests["XS14 a label without cost follows the setting and is told of"] = function()
  local function run(settings, service)
    local depot = shipped(settings, { cost = "0", carrier = "ups", service = service or "ups_ground" })
    return of(depot:poll(), "costs"), depot
  end
  local none, depot = run { no_cost = "none" }
  assert(none.skipped and table.concat(none.notes):find "label without cost" and #depot:booked().journal_entries == 0)
  for up_to, amount in pairs { ["0.01"] = "-6.95", ["50"] = "-4.25" } do
    local rows = { { carrier = "ups", up_to = up_to, amount = "4.25" }, { carrier = "ups", amount = "6.95" } }
    local tabled, there = run { no_cost = "table", rate_table = rows }
    assert(not tabled.refused, tabled.refused)
    assert(line_of(there:booked().journal_entries[1], "1600").amount == amount, up_to)
  end
  assert(run({ no_cost = "table", rate_table = { { carrier = "dhl", amount = "1" } } }).refused:find "no row of rate_table")
  local rated
  rated, depot = run({ no_cost = "rates" }, "ups_worldwide_saver")
  assert(not rated.refused and #depot:booked().journal_entries == 1, rated.refused)
end

tests["XS14 what was shipped by hand is delivered in full, and costs what the table says"] = function()
  local depot = Depot.start(root, { no_cost = "table", rate_table = { { amount = "3.00" } } })
  local order = depot:sent { lines = TWO }
  depot:people { mark = { { order = tostring(order.number), carrier = "dhl", tracking = "JD1" } } }
  all_well(depot:poll())
  local booked = depot:booked()
  assert(booked.deliveries[1].tracking == "JD1" and #booked.deliveries[1].lines == 2 and line_of(booked.journal_entries[1], "1600").amount == "-3.00")
  assert(depot.books:call("sales_orders.get", order.id).DeliveryStatus == 21)
  assert(depot:run("orders", order.id).skipped, "our own delivery withdraws nothing")
end

tests["XS13 combined and split orders: cost shared, tracking to each"] = function()
  local depot = Depot.start(root, { allocate_by = "quantity" })
  local home = { AddressLine1 = "Keizersgracht 1", City = "Amsterdam", Country = "NL", Postcode = "1015 CJ" }
  local first = depot:sent { lines = { { item = "STOCK-1", quantity = "1", cost_center = "NL" } }, address = home }
  local second = depot:sent { lines = { { item = "STOCK-2", quantity = "3", cost_center = "FR" } }, address = home }
  depot:people { combine = { { tostring(first.number), tostring(second.number) } } }
  depot:people { ship = { { order = tostring(first.number), parcels = { { cost = "8.00", tracking = "1ZC" } } } } }
  all_well(depot:poll())
  local booked = depot:booked()
  assert(#booked.deliveries == 2 and booked.deliveries[1].tracking == "1ZC" and booked.deliveries[2].tracking == "1ZC", json.encode(booked.deliveries))
  assert(line_of(booked.journal_entries[1], "4500", "NL").amount == "2.00" and line_of(booked.journal_entries[1], "4500", "FR").amount == "6.00")
  local split = depot:sent { lines = TWO }
  depot:people { split = { { order = tostring(split.number), items = { ["STOCK-2"] = 4 } } } }
  local parts = depot.station:call("orders.list", { orderNumber = tostring(split.number) })
  depot:people { ship = { { order = parts[1].orderId, cost = "3.00" }, { order = parts[2].orderId, cost = "4.00" } } }
  all_well(depot:poll())
  booked = depot:booked()
  assert(#booked.deliveries == 4 and #booked.journal_entries == 3 and depot.books:call("sales_orders.get", split.id).DeliveryStatus == 21)
  balanced(depot)
end

tests["XS3 a notification is followed to every record of every page, and each goes the way that a poll takes"] = function()
  local depot = Depot.start(root)
  local numbers = {}
  for index = 1, 3 do numbers[index] = tostring(depot:sent { lines = { { item = "STOCK-1" } } }.number) end
  local told, seen = depot:notified "SHIP_NOTIFY", {}
  depot:people { ship = numbers, together = true }
  depot.pass(120)
  assert(#told == 1 and told[1].resource_type == "SHIP_NOTIFY")
  local link = told[1].resource_url
  local outcome = depot:run("notices", link, { event = { topic = told[1].resource_type, body = json.encode(told[1]) } })
  assert(outcome.result.found == 3 and #outcome.emitted == 6, json.encode(outcome.emitted))
  for _, each in ipairs(outcome.emitted) do
    seen[each.flow] = (seen[each.flow] or 0) + 1
    assert(each.payload.record.shipmentItems and #each.payload.record.shipmentItems == 1, "the items are asked for")
    assert(not depot:run(each.flow, each.key, { event = each.payload }).refused)
  end
  assert(seen.deliveries == 3 and seen.costs == 3)
  assert(#depot:booked().deliveries == 3 and #depot:booked().journal_entries == 3)
  assert(depot:run("notices", link, { event = { topic = "ITEM_ORDER_NOTIFY" } }).skipped)
end

tests["XS12 what people change in ShipStation is shown against the order, and a cancel there is a case"] = function()
  local depot = Depot.start(root)
  local order = depot:sent { lines = TWO }
  local function look(more) return depot:run("station_orders", tostring(depot:there(order.number).orderId), more) end
  assert(look().skipped == "as it was sent")
  depot:people { edit = { { order = tostring(order.number), quantity = { ["STOCK-1"] = 9 } } } }
  local told = look()
  assert(told.result.changed_there[1]:find "quantity is 9 there and was sent as 2", told.skipped)
  assert(#told.sent == 0 and decimal(tostring(depot.books:call("sales_orders.whole", order.id).SalesOrderLines.results[1].Quantity)):compact() == "2")
  depot:people { cancel = { tostring(order.number) } }
  local case = look()
  assert(case.cause == "cancelled_in_shipstation" and case.decidable)
  assert(look({ decision = "theirs" }).result.kept and not look().refused)
end

tests["XS10 shipping is charged on the order: actual, with a mark-up or fixed, once, and taken back with a void"] = function()
  for charge, amount in pairs { actual = "12.50", markup = "13.75", fixed = "4.95" } do
    local depot, order = shipped({ charge = charge, charge_markup = "10", charge_fixed = "4.95" }, { cost = "12.50" })
    all_well(depot:poll())
    local booked = depot:booked()
    assert(#booked.charges == 1 and booked.charges[1].amount == amount and booked.charges[1].order == order.id, json.encode(booked.charges))
    assert(booked.charges[1].is_shipping and #booked.deliveries == 1)
    depot:people { void = { 5000001 } }
    all_well(depot:poll())
    assert(#depot:booked().charges == (charge == "fixed" and 1 or 0), charge)
  end
end

tests["XS10 an order that takes no charge any more is charged on its open invoice; a processed one is reported"] = function()
  for _, case in ipairs { "open", "processed", "none" } do
    local depot = Depot.start(root, { charge = "actual" })
    local order = depot:sent { lines = TWO }
    depot:people { ship = { { order = tostring(order.number), parcels = { { cost = "4.00" }, { items = {}, cost = "5.00" } } } } }
    local emitted
    for _, each in ipairs(all_well(depot:poll())) do
      for _, made in ipairs(each.emitted) do emitted = made end
    end
    assert(emitted and emitted.flow == "charges" and decimal(emitted.payload.amount):compact() == "5", json.encode(emitted or "none"))
    if case ~= "none" then
      depot.books:call("invoice_sales_orders.create", { SalesOrderIDs = { { ID = order.id } }, JournalCode = "70", InvoiceMode = 1, CreateMode = 1 })
      local invoice = depot:control("exact", "state").divisions["123456"].invoices[1]
      if case == "processed" then depot:control("exact", "seed", { process = { invoice.id } }) end
    end
    local outcome = depot:run("charges", emitted.key, { event = emitted.payload })
    if case == "open" then
      assert(outcome.result.charge, outcome.refused)
    else
      assert(outcome.cause == (case == "processed" and "charge_processed" or "charge_no_invoice"), tostring(outcome.cause))
    end
  end
end

tests["C16 XS4 a ship date stays the date that it is"] = function()
  -- 23:30 Pacific on the last of November is half past eight on the first of December in Amsterdam.
  local depot = shipped({}, { cost = "5.00", ship_date = "2026-11-30" }, { lines = TWO }, 1796110200)
  all_well(depot:poll())
  assert(depot:booked().journal_entries[1].lines[1].date == "2026-11-30", json.encode(depot:booked().journal_entries[1].lines[1]))
end

tests["C13 a label of before the start makes nothing"] = function()
  local depot = shipped({}, { cost = "5.00" })
  local row = depot.station:call("shipments.list", {})[1]
  for _, flow in ipairs { "deliveries", "costs" } do
    assert(depot:run(flow, tostring(row.shipmentId), { event = { record = row }, start = "2026-06-01T00:00:00Z" }).skipped)
  end
end

tests["C12 XS11 goods deliveries are read back many in a call, and what Exact Online dropped or changed is a case that names it"] = function()
  local depot = shipped({ posting = "none" }, { parcels = { { items = { ["STOCK-1"] = 1, ["STOCK-2"] = 3 }, cost = "4.00" } } })
  for _ = 1, 3 do
    local order = depot:sent()
    depot:people { ship = { { order = tostring(order.number), cost = "1.00" } } }
  end
  all_well(depot:poll())
  local round = depot:run("entries_read", "round")
  assert(round.result.read == 4 and round.result.differing == 0 and round.books_calls == 1, json.encode(round.result))
  depot:switch("exact", { dropped_fields = { "TrackingNumber" } })
  local order = depot:sent()
  depot:people { ship = { { order = tostring(order.number), cost = "1.00" } } }
  all_well(depot:poll())
  local tracking = depot.station:call("shipments.list", { orderNumber = tostring(order.number) })[1].trackingNumber
  local case = depot:round "entries_read"
  assert(#case == 1 and case[1].cause == "confirm goods delivery TrackingNumber", json.encode(case))
  assert(case[1].refused:find("TrackingNumber was sent as " .. tracking .. " and stands as nothing in line STOCK", 1, true), case[1].refused)
  local run = depot:run("entry_checks", case[1].key, { event = case[1].payload, decision = "theirs" })
  assert(run.result.kept, json.encode(run))
end

tests["C12 XS8 a goods delivery that a void took back before it was read is no difference"] = function()
  local depot = shipped({ posting = "none" }, { cost = "4.00" })
  all_well(depot:poll())
  depot:people { void = { 5000001 } }
  all_well(depot:poll())
  assert(depot:run("entries_read", "round").skipped)
  assert(decimal(depot:booked().deliveries[1].lines[1].quantity):is_zero())
end

tests["C12 XS8 a goods delivery that a void takes back while it is being read is no difference"] = function()
  local depot = shipped({ posting = "none" }, { cost = "4.00" })
  all_well(depot:poll())
  depot:people { void = { 5000001 } }
  local books, call, is_voided = depot.books, depot.books.call, false
  books.call = function(self, name, ...)
    if name == "goods_delivery_lines.list" and not is_voided then
      is_voided = true
      all_well(depot:poll())
    end
    return call(self, name, ...)
  end
  local cases = depot:round "entries_read"
  books.call = nil
  assert(is_voided and decimal(depot:booked().deliveries[1].lines[1].quantity):is_zero())
  assert(#cases == 0, json.encode(cases))
end

tests["XS8 the delivery of a label that was bought anew goes out also where that of the label before was made meanwhile"] = function()
  local depot = shipped({ posting = "none" }, { cost = "4.00" })
  local before = depot.station:call("shipments.list", {})[1]
  depot:people { void = { before.shipmentId } }
  local order = depot:there(before.orderNumber)
  depot:people { ship = { { order = order.orderNumber, cost = "4.00" } } }
  local labels = depot.station:call("shipments.list", {})
  local anew = labels[1].voided and labels[2] or labels[1]
  -- What was told of the first label while it stood is still on its way, and arrives first.
  local call, late = depot.books.call, true
  depot.books.call = function(self, operation, ...)
    if late and operation == "goods_deliveries.create" then
      late = false
      all_well { depot:run("deliveries", tostring(before.shipmentId), { event = { record = before } }) }
    end
    return call(self, operation, ...)
  end
  local outcome = depot:run("deliveries", tostring(anew.shipmentId), { event = { record = anew } })
  assert(not outcome.refused, outcome.refused)
  local open = {}
  for _, delivery in ipairs(depot:booked().deliveries) do
    if not decimal(delivery.lines[1].quantity):is_zero() then open[#open + 1] = delivery.tracking end
  end
  assert(#open == 1 and open[1] == anew.trackingNumber, json.encode(depot:booked().deliveries))
end

return tests
