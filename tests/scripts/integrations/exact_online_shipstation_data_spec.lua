-- Data that has broken integrations before, between the simulated Exact Online and ShipStation (requirements: test data that must be covered).

local root = ...
local Depot, decimal, expect, json, service = require "depot", require "decimal", require "expect", require "json", require "service"
local equal, contains = expect.equal, expect.contains

local tests = {}

local ONE = { { item = "STOCK-1", quantity = "1", price = "10" } }

local function of(outcomes, flow)
  for _, each in ipairs(outcomes) do
    if each.flow == flow then return each end
  end
end

local function all_well(outcomes)
  for _, each in ipairs(outcomes) do assert(not each.refused, ("%s: %s"):format(each.flow, tostring(each.refused))) end
  return outcomes
end

local function shipped(settings, act, draft, at)
  local depot = Depot.start(root, settings, at)
  local order = depot:sent(draft or { lines = ONE })
  act.order = tostring(order.number)
  depot:people { ship = { act } }
  return depot, order
end

local function amounts(entry)
  local out = {}
  for index, line in ipairs(entry.lines) do out[index] = line.account .. " " .. line.amount end
  return table.concat(out, ", ")
end

tests["XS1 names and addresses beyond ASCII go out as they were typed"] = function()
  local depot = Depot.start(root)
  for name, place in pairs {
    ["Ørsted Design ApS"] = { AddressLine1 = "Åboulevard 7", Postcode = "1635", City = "København", Country = "DK" },
    ["Jürgen Groß"] = { AddressLine1 = "Königstraße 7", Postcode = "50667", City = "Köln", Country = "DE" },
    ["花子 山田"] = { AddressLine1 = "丸の内 1-1", Postcode = "100-0005", City = "東京", Country = "JP" },
    ["Wójcik i Synowie"] = { AddressLine1 = "ulica Piotrkowska 104", Postcode = "90-926", City = "Łódź", Country = "PL" },
  } do
    depot:person { make_accounts = { { Name = name } } }
    local _, there = depot:sent { account = name, address = place, lines = ONE }
    equal(there.shipTo.name, name)
    equal(there.shipTo.street1, place.AddressLine1)
    equal(there.shipTo.city, place.City)
  end
end

tests["XS1 lines of sixty characters go out whole, the house number at the end of the last"] = function()
  local depot = Depot.start(root)
  local place = {
    AddressLine1 = ("a"):rep(29) .. " " .. ("b"):rep(30), AddressLine2 = ("c"):rep(29) .. " " .. ("d"):rep(30),
    AddressLine3 = "Burgemeester van den Broek van Oosterwijk tot Zuidlaan 1128b", City = ("e"):rep(60), Postcode = "1015 CJ", Country = "NL",
  }
  equal(#place.AddressLine3, 60)
  local _, there = depot:sent { address = place, lines = ONE }
  equal(there.shipTo.street1, place.AddressLine1)
  equal(there.shipTo.street2, place.AddressLine2)
  equal(there.shipTo.street3, place.AddressLine3)
  equal(there.shipTo.city, place.City)
end

tests["XS1 a phone without country code goes out as it was typed, the account's where the address has none"] = function()
  local depot = Depot.start(root)
  depot:person { make_accounts = { { Name = "Bakker", Phone = "020 123 45 67" } } }
  local place = { AddressLine1 = "Keizersgracht 1", Postcode = "1015 CJ", City = "Amsterdam", Country = "NL" }
  equal(select(2, depot:sent { account = "Bakker", address = place, lines = ONE }).shipTo.phone, "020 123 45 67")
  place.Phone = "(512) 555-0100"
  equal(select(2, depot:sent { account = "Bakker", address = place, lines = ONE }).shipTo.phone, "(512) 555-0100")
end

tests["XS15 XS11 a negative line is not packed, a free one is, and both leave the rest of the order as it is"] = function()
  local depot = Depot.start(root)
  local order, there = depot:sent { lines = {
    { item = "STOCK-1", quantity = "2", price = "30" }, { item = "STOCK-2", quantity = "-1", price = "10" }, { item = "STOCK-2", quantity = "3", price = "0" },
  } }
  equal(#there.items, 2)
  equal(there.items[1].quantity .. " " .. there.items[2].quantity, "2 3")
  assert(there.items[2].unitPrice:is_zero())
  depot:people { ship = { { order = tostring(order.number), cost = "9.00" } } }
  all_well(depot:poll())
  local lines = depot:booked().deliveries[1].lines
  equal(#lines, 2)
  equal(decimal(lines[2].quantity):compact(), "3")
  -- Shared by value: what is free bears nothing.
  equal(amounts(depot:booked().journal_entries[1]), "1600 -9.00, 4500 9.00")
end

tests["XS1 XS11 an order of a hundred lines goes out, is delivered line by line and booked"] = function()
  local lines = {}
  for index = 1, 100 do lines[index] = { item = index % 2 == 0 and "STOCK-1" or "STOCK-2", quantity = tostring(1 + index % 3), price = "5" } end
  local depot, order = shipped({}, { cost = "10.00" }, { lines = lines })
  equal(#depot:there(order.number).items, 100)
  all_well(depot:poll())
  local delivered = depot:booked().deliveries[1].lines
  equal(#delivered, 100)
  for index, line in ipairs(delivered) do equal(decimal(line.quantity):compact(), lines[index].quantity) end
  equal(depot.books:call("sales_orders.get", order.id).DeliveryStatus, 21)
end

for currency, price in pairs { JPY = "333", KWD = "1.125", USD = "9.95" } do
  tests[("XS1 an order in %s goes out with its own prices"):format(currency)] = function()
    local depot = Depot.start(root)
    local _, there = depot:sent { currency = currency, lines = { { item = "STOCK-1", quantity = "3", price = price } } }
    equal(there.items[1].unitPrice:compact(), price)
  end
end

local THIRDS = {
  { item = "STOCK-1", quantity = "1", price = "1", cost_center = "NL" }, { item = "STOCK-1", quantity = "1", price = "1", cost_center = "FR" },
  { item = "STOCK-2", quantity = "1", price = "1" },
}

tests["XS5 C8 a cost in yen is shared in whole yen"] = function()
  local depot = shipped({ currency = "JPY" }, { cost = "1000" }, { lines = THIRDS })
  all_well(depot:poll())
  local entry = depot:booked().journal_entries[1]
  equal(entry.currency, "JPY")
  equal(amounts(entry), "1600 -1000.00, 4500 334.00, 4500 333.00, 4500 333.00")
end

tests["XS5 C8 a cost in dinar is booked where two decimals will do, and refused with its amount before any write where not"] = function()
  local depot = shipped({ currency = "KWD" }, { cost = "1.12" }, { lines = ONE })
  all_well(depot:poll())
  equal(amounts(depot:booked().journal_entries[1]), "1600 -1.12, 4500 1.12")
  depot = shipped({ currency = "KWD" }, { cost = "1.125" }, { lines = ONE })
  local outcome = of(depot:poll(), "costs")
  contains(outcome.refused, "1.125")
  contains(outcome.refused, "decimals")
  equal(#outcome.sent, 0)
end

tests["XS4 the cost of an order in another currency is booked in the label's, not the order's"] = function()
  local depot = shipped({ currency = "EUR" }, { cost = "12.50" }, { currency = "USD", lines = ONE })
  all_well(depot:poll())
  equal(depot:booked().journal_entries[1].currency, "EUR")
  equal(amounts(depot:booked().journal_entries[1]), "1600 -12.50, 4500 12.50")
end

tests["XS10 what a label costs is never charged on an order in another currency: that is a case; a fixed amount is the order's"] = function()
  local depot, order = shipped({ charge = "actual" }, { cost = "12.50" }, { currency = "USD", lines = ONE })
  local outcomes = all_well(depot:poll())
  local waits = of(outcomes, "deliveries").emitted[1]
  equal(#depot:booked().charges, 0)
  equal(#depot:booked().deliveries, 1)
  local outcome = depot:run(waits.flow, tostring(waits.key), { event = waits.payload })
  equal(outcome.refused, ("Shipping of 12.50 EUR can't be charged on order %d, which is in USD."):format(order.number))
  equal(#outcome.sent, 0)
  depot = shipped({ charge = "fixed", charge_fixed = "4.95" }, { cost = "12.50" }, { currency = "USD", lines = ONE })
  all_well(depot:poll())
  equal(depot:booked().charges[1].amount, "4.95")
  depot = shipped({ charge = "actual", currency = "USD" }, { cost = "12.50" }, { currency = "USD", lines = ONE })
  all_well(depot:poll())
  equal(depot:booked().charges[1].amount, "12.50")
end

tests["XS10 C8 a mark-up on a label in yen is whole yen"] = function()
  local depot = shipped({ charge = "markup", charge_markup = "7.5", currency = "JPY" }, { cost = "1111" }, { currency = "JPY", lines = ONE })
  all_well(depot:poll())
  equal(depot:booked().charges[1].amount, "1194.00")   -- 1194.325
end

tests["C16 XS4 the leap day stays the leap day, on the order, the delivery and the entry"] = function()
  local depot, order = shipped({}, { cost = "5.00", ship_date = "2028-02-29" }, { lines = ONE, date = "2028-02-29T00:00:00" }, 1835467200)
  equal(depot:there(order.number).orderDate:sub(1, 10), "2028-02-29")
  all_well(depot:poll())
  equal(depot:booked().deliveries[1].date, "2028-02-29")
  equal(depot:booked().journal_entries[1].lines[1].date, "2028-02-29")
end

tests["C16 XS3 labels of both DST nights are delivered and booked on the day that ShipStation says"] = function()
  -- 00:30 and 23:30 in Los Angeles, before and after the clocks move.
  for at, day in pairs { [1772958600] = "2026-03-08", [1773037800] = "2026-03-08", [1793518200] = "2026-11-01", [1793604600] = "2026-11-01" } do
    local depot = shipped({}, { cost = "5.00" }, { lines = ONE, date = "2026-01-05T00:00:00" }, at)
    all_well(depot:poll())
    equal(depot:booked().deliveries[1].date, day)
    equal(depot:booked().journal_entries[1].lines[1].date, day)
  end
end

tests["XS6 a label's id above 2^53 keeps its last digit"] = function()
  local depot = shipped({}, { cost = "5.00" })
  local row = depot.station:call("shipments.list", {})[1]
  for _, id in ipairs { "9007199254740993", "9007199254740992" } do
    row.shipmentId = math.tointeger(tonumber(id)) or error "no integer"
    assert(not depot:run("costs", id, { event = { record = row } }).refused)
  end
  local entries = depot:booked().journal_entries
  equal(entries[1].reference, "station-9007199254740993")
  equal(entries[2].reference, "station-9007199254740992")
end

tests["XS9 of a label whose fields are missing, empty or unknown the cost is booked all the same, on all that was ordered"] = function()
  local depot = shipped({}, { cost = "5.00" }, { lines = THIRDS })
  local row = depot.station:call("shipments.list", {})[1]
  for _, name in ipairs { "shipTo", "weight", "advancedOptions", "insuranceCost", "carrierCode", "serviceCode", "warehouseId", "voidDate", "packageCode" } do
    row[name] = nil
  end
  row.shipmentItems, row.batchNumber, row.somethingNew = json.array {}, "", { deep = json.array {} }
  local outcome = depot:run("costs", tostring(row.shipmentId), { event = { record = row } })
  assert(not outcome.refused, outcome.refused)
  equal(amounts(depot:booked().journal_entries[1]), "1600 -5.00, 4500 1.67, 4500 1.67, 4500 1.66")
end

tests["XS15 a line whose item was deleted in Exact Online is refused by its number; an order without lines does not go out"] = function()
  local depot = Depot.start(root)
  local order = depot:order { lines = { { item = "STOCK-1" }, { item = "STOCK-2" } } }
  local row_of = depot.row_of
  depot.row_of = function(self, definition, key)
    local row = row_of(self, definition, key)
    if row and row.Code == "STOCK-2" then return nil end
    return row
  end
  local outcome = depot:run("orders", order.id)
  contains(outcome.refused, ("Order %d, line 2 (STOCK-2): its item is not in Exact Online any more."):format(order.number))
  equal(#outcome.sent, 0)
  local emptied = depot:order { lines = ONE }
  depot:change(emptied.id, { remove = "STOCK-1" })
  contains(depot:run("orders", emptied.id).skipped, "nothing to ship")
end

tests["XS9 C15 a cost center that an account does not take is told before the write"] = function()
  local outcome = of(shipped({ cost_account = "8040" }, { cost = "5.00" }, { lines = { { item = "STOCK-1", cost_center = "NL" } } }):poll(), "costs")
  equal(outcome.refused, "G/L account 8040 takes no cost center, and the line has NL.")
  equal(#outcome.sent, 0)
end

tests["XS4 C15 a carrier's account that is blocked is told before the write, once for all its labels"] = function()
  local depot = Depot.start(root, { posting = "purchase" })
  depot:person { make_accounts = { { Name = "UPS Nederland", Email = "ups@example.org", Status = "A", IsSupplier = true } } }
  depot.settings.suppliers = { ups = depot:account "ups@example.org".Code }
  depot:person { block_account = "ups@example.org" }
  local causes = {}
  for _ = 1, 2 do
    local order = depot:sent { lines = ONE }
    depot:people { ship = { { order = tostring(order.number), cost = "5.00", carrier = "ups" } } }
    local outcome = of(depot:poll(), "costs")
    contains(outcome.refused or "posted", "UPS Nederland")
    contains(outcome.refused, "is blocked")
    equal(#outcome.sent, 0)
    causes[outcome.cause] = true
  end
  assert(next(causes) and not next(causes, next(causes)))
end

tests["C14 orders of two divisions with one number are orders of their own in ShipStation, and each label is told to its own"] = function()
  local depot = Depot.start(root, { number_prefix = "SO-" })
  local first, second = depot:order { lines = ONE, number = 10 }, depot:order { lines = { { item = "STOCK-2", quantity = "4" } }, number = 10 }
  assert(not depot:run("orders", first.id).refused)
  -- What the second division answers.
  local call = depot.books.call
  depot.books.call = function(self, name, ...)
    local record = call(self, name, ...)
    if name == "sales_orders.whole" then record.Division = 654321 end
    return record
  end
  assert(not depot:run("orders", second.id, { source = "books_be" }).refused)
  depot.books.call = nil
  local there = depot.station:call("orders.list", { orderNumber = "SO-10" })
  equal(#there, 2)
  equal(there[1].orderKey, "123456:" .. first.id)
  equal(there[2].orderKey, "654321:" .. second.id)
  depot:people { ship = { { order = there[2].orderId, cost = "3.00" } } }
  all_well(depot:poll())
  local booked = depot:booked()
  equal(#booked.deliveries, 1)
  equal(booked.deliveries[1].lines[1].item, "STOCK-2")
  equal(decimal(booked.deliveries[1].lines[1].quantity):compact(), "4")
  equal(depot.kv["order:" .. second.id].books, "books_be")
  equal(depot.kv["booked:station-5000001"].books, "books_be")
  equal(depot.books:call("sales_orders.get", first.id).DeliveryStatus, 12)
end

tests["XS6 XS9 a label of an order whose own job still asks what became of it says so, is never left out, and goes on when released"] = function()
  for _, foreign in ipairs { "park", "skip" } do
    local depot = Depot.start(root, { foreign_orders = foreign })
    local order = depot:sent { lines = ONE }
    local kept = {}
    for name, value in pairs(depot.kv) do kept[name] = value end
    for name in pairs(kept) do depot.kv[name] = nil end   -- the answer of its creation was lost
    depot:people { ship = { { order = tostring(order.number), cost = "5.00" } } }
    local row = depot.station:call("shipments.list", {})[1]
    local function run(flow) return depot:run(flow, tostring(row.shipmentId), { event = { record = row } }) end
    for _, flow in ipairs { "deliveries", "costs" } do
      contains(run(flow).refused, ("is of order %d, whose own job is not done yet."):format(order.number))
    end
    for name, value in pairs(kept) do depot.kv[name] = value end
    for _, flow in ipairs { "deliveries", "costs" } do assert(not run(flow).refused) end
    equal(#depot:booked().deliveries .. " " .. #depot:booked().journal_entries, "1 1")
    -- What nobody knows an hour later is of somebody else's order.
    for name in pairs(kept) do depot.kv[name] = nil end
    service.pass(3600)
    local late = run "costs"
    equal((late.refused or late.skipped):find("did not come from Exact Online", 1, true) ~= nil, true)
  end
end

tests["XS4 XS10 C15 a bad VAT code of purchase entries or charges is one case for all labels, and not one write of it goes out"] = function()
  for code, what in pairs { ["5"] = "VAT code 5 is blocked", X = "VAT code X is not in Exact Online" } do
    local depot = Depot.start(root, { posting = "purchase", purchase_vat_code = code })
    depot:person { suppliers = { "UPS Nederland" } }
    for _, account in ipairs(depot:control("exact", "state?accounts=1").divisions["123456"].accounts) do
      if account.Name == "UPS Nederland" then depot.settings.suppliers = { ups = account.Code } end
    end
    for index = 1, 3 do
      local order = depot:sent { lines = ONE }
      depot:people { ship = { { order = tostring(order.number), cost = "5.00", carrier = "ups" } } }
      local outcome = of(depot:poll(), "costs")
      equal(outcome.refused, what .. ".")
      equal(outcome.cause, what)
      equal(#outcome.sent, 0, "label " .. index)
    end
    equal(#depot:booked().purchase_entries, 0)
    depot = shipped({ charge = "actual", charge_vat_code = code }, { cost = "5.00" })
    -- The delivery goes its way; what is charged waits for the code.
    local waits = of(all_well(depot:poll()), "deliveries").emitted[1]
    equal(#depot:booked().deliveries, 1)
    local refused = depot:run(waits.flow, tostring(waits.key), { event = waits.payload })
    equal(refused.refused, what .. ".")
    equal(#refused.sent, 0)
  end
end

tests["XS1 C15 an order of an account that is blocked does not go out, and goes once it is not"] = function()
  local depot = Depot.start(root)
  local order = depot:order { lines = ONE }
  depot:person { block_account = "An.Smit@Example.org" }
  local outcome = depot:run("orders", order.id)
  contains(outcome.refused or "sent", ("Order %d is of account An Smit, which is blocked"):format(order.number))
  assert(not depot:there(order.number))
  depot:person { unblock_account = "An.Smit@Example.org" }
  assert(not depot:run("orders", order.id, { attempt = 2 }).refused)
  equal(depot:there(order.number).orderStatus, "awaiting_shipment")
end

tests["XS8 C17 nothing is turned of an entry that a person deleted"] = function()
  local depot = shipped({}, { cost = "5.00" })
  all_well(depot:poll())
  local entry = depot:booked().journal_entries[1]
  local call = depot.books.call
  depot.books.call = function(self, name, id, ...)
    if name == "journal_entries.whole" and id == entry.id then error({ code = "not_found", message = "gone" }, 0) end
    return call(self, name, id, ...)
  end
  depot:people { void = { 5000001 } }
  local outcome = of(depot:poll(), "costs")
  contains(outcome.skipped, "was deleted in Exact Online")
  equal(#depot:booked().journal_entries, 1)
end

tests["XS11 C17 an order that a person delivered with a number of its own is not delivered twice: its label is a case, its cost is booked"] = function()
  local depot, order = shipped({}, { cost = "5.00", parcels = { { tracking = "1ZOURS", cost = "5.00" } } })
  depot:person { pack = { { order = order.number, tracking = "TYPED-1" } } }
  local outcomes = depot:poll()
  contains(of(outcomes, "deliveries").refused, ("1ZOURS of order %d: Exact Online did not take the delivery"):format(order.number))
  assert(not of(outcomes, "costs").refused)
  local booked = depot:booked()
  equal(#booked.deliveries, 1)
  equal(booked.deliveries[1].tracking, "TYPED-1")
  equal(#booked.journal_entries, 1)
end

tests["C13 with the start in the past of half the orders, and of half the labels, only the others go"] = function()
  local depot = Depot.start(root)
  local gone = 0
  for day = 1, 10 do
    local order = depot:order { lines = ONE, date = ("2026-01-%02dT00:00:00"):format(day) }
    local outcome = depot:run("orders", order.id, { start = "2026-01-06T00:00:00Z" })
    equal(outcome.skipped == nil, day >= 6, "order of day " .. day)
    gone = gone + (depot:there(order.number) and 1 or 0)
  end
  equal(gone, 5)
  depot = Depot.start(root)
  for _ = 1, 4 do
    local order = depot:sent { lines = ONE }
    depot:people { ship = { { order = tostring(order.number), cost = "1.00" } } }
    service.pass(86400)
  end
  for _, row in ipairs(depot.station:call("shipments.list", {})) do
    for _, flow in ipairs { "deliveries", "costs" } do
      depot:run(flow, tostring(row.shipmentId), { event = { record = row }, start = "2026-01-07T12:00:00Z" })
    end
  end
  equal(#depot:booked().deliveries, 2)
  equal(#depot:booked().journal_entries, 2)
end

return tests
