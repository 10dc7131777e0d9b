-- Labels of the simulated ShipStation as packages on shipments of the simulated Acumatica.

local root = ...
local Harbor, json = require "harbor", require "json"

local tests = {}

local function has(text, part) return text ~= nil and text:find(part, 1, true) ~= nil end

-- Every run went through, or the first refusal.
local function clean(runs)
  for _, run in ipairs(runs) do assert(not run.refused, run.refused) end
  return runs
end

local function refusals(runs)
  local out = {}
  for _, run in ipairs(runs) do out[#out + 1] = run.refused end
  return out
end

local VIAS = { ["ups/ups_ground"] = "UPSGROUND", ups = "UPSNEXT", stamps_com = "USPS", fedex = "FEDEXGRND" }

tests["AS5 a label: the shipment gets carrier, tracking number and ship date, is confirmed, and the order is shipped"] = function()
  local harbor = Harbor.start(root, { ship_vias = VIAS })
  local number = harbor:sent "plain"
  harbor:people { ship = { { order = number, carrier = "ups", parcels = { { tracking = "1Z118", ship_date = "2026-01-06" } } } } }
  local run = clean(harbor:poll())[1]
  local shipment = harbor:shipments()[1]
  assert(shipment.status == "Confirmed" and shipment.via == "UPSGROUND" and shipment.date == "2026-01-06" and harbor:sold(number).status == "Completed")
  assert(#shipment.packages == 1 and shipment.packages[1].tracking == "1Z118" and shipment.packages[1].ref == "station-5000001")
  assert(run.erp_calls <= 9 and run.station_calls == 0, run.erp_calls)
  assert(not harbor:violations(), harbor:violations())
end

tests["AS5 AS11 a shipment that people made and that fits is used, and none beside it is made"] = function()
  local harbor = Harbor.start(root, { ship_vias = VIAS })
  local number = harbor:sent "several_lines"
  harbor:person { ship = { number } }
  harbor:people { ship = { number } }
  local run = clean(harbor:poll())[1]
  assert(#harbor:shipments() == 1 and harbor:shipments()[1].status == "Confirmed" and harbor:sold(number).status == "Completed")
  assert(table.concat(run.writes, " ") == "packages.mark shipments.update shipments.confirm", table.concat(run.writes, " "))
end

tests["AS11 where none fits it is created for the shipped warehouse and quantities only; the rest stays open"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:sent "two_warehouses"
  harbor:people { ship = { { order = number .. "-EAST", items = { ["TEA-100"] = 3 } } } }
  clean(harbor:poll())
  local shipments = harbor:shipments()
  local made = shipments[1]
  assert(#shipments == 1 and made.warehouse == "EAST" and #made.lines == 1 and made.quantity == "3.00" and made.status == "Confirmed")
  assert(harbor:sold(number).status == "Back Order" and harbor:sold(number).lines[1].shipped == "0.00" and harbor:sold(number).lines[2].shipped == "3.00")
end

tests["AS11 what is left of a partial shipment stays on back order and is told, or goes out as a further order where that is set"] = function()
  for setting, count in pairs { leave = 1, send = 2 } do
    local harbor = Harbor.start(root, { back_orders = setting })
    local number = harbor:sent "several_lines"
    harbor:people { ship = { { order = number, items = { ["SHIRT-M"] = 2, ["MUG-1"] = 1 } } } }
    clean(harbor:poll())
    local outcome = harbor:run("orders", number)
    assert(has(outcome.notes[1], "left of order " .. number .. ": 1 SHIRT-M, 1 BOOK-1"), json.encode(outcome.notes))
    local there = harbor.station:call("orders.list", { orderNumber = number })
    assert(#there == count and harbor:sold(number).status == "Back Order", #there)
    if setting == "send" then
      assert(there[2].orderKey == number .. ".2" and #there[2].items == 2 and there[2].items[1].quantity == 1 and there[2].items[1].sku == "SHIRT-M")
      assert(#harbor:run("orders", number).sent == 0, "once")
      harbor:people { ship = { there[2].orderId } }
      clean(harbor:poll())
      assert(harbor:sold(number).status == "Completed" and #harbor:shipments() == 2)
      assert(#harbor:run("orders", number).sent == 0)
    end
    assert(not harbor:violations(), harbor:violations())
  end
end

tests["AS11 XS13 while a part that was split off waits, or a second label holds the rest, nothing is left"] = function()
  local harbor = Harbor.start(root, { back_orders = "send" })
  local number = harbor:sent "several_lines"
  local part = harbor:people({ split = { { order = number, items = { ["SHIRT-M"] = 1 } } } }).split[1]
  harbor:people { ship = { number } }
  clean(harbor:poll())
  assert(harbor:sold(number).status == "Back Order" and #harbor:run("orders", number).sent == 0)
  harbor:people { ship = { part } }
  assert(#harbor:run("orders", number).sent == 0, "its label is there, though nobody told of it yet")
  clean(harbor:poll())
  assert(harbor:sold(number).status == "Completed")
end

tests["AS11 short stock, serial numbers and a credit hold park it with Acumatica's reason, and go on once they are mended"] = function()
  local harbor = Harbor.start(root)
  local short, serial, credit = harbor:sent "short_stock", harbor:sent "serial", harbor:sent "plain"
  harbor:person { credit_hold = { credit } }
  harbor:people { ship = { short, serial, credit } }
  local said = refusals(harbor:poll())
  assert(#said == 3 and has(said[1], "insufficient quantity") and has(said[2], "lot or serial numbers") and has(said[3], "Credit Hold"), json.encode(said))
  harbor:person { stock = { { item = "SCARCE-1", quantity = 50 } }, credit_release = { credit } }
  harbor.seen = {}
  local again = refusals(harbor:poll())
  assert(#again == 1 and has(again[1], "lot or serial"), json.encode(again))
  assert(harbor:sold(short).status == "Completed" and harbor:sold(credit).status == "Completed")
  -- A person enters the serial number; the released case confirms the shipment that is there.
  local number
  for _, shipment in ipairs(harbor:shipments()) do number = shipment.status == "Open" and shipment.number or number end
  local details = harbor.client:get("/Shipment/" .. number .. "?$expand=Details").Details
  harbor.client:call("PUT", "/Shipment", { ShipmentNbr = { value = number }, Details = { { id = details[1].id, LotSerialNbr = { value = "SN-1" } } } })
  harbor.seen = {}
  clean(harbor:poll())
  assert(harbor:sold(serial).status == "Completed" and #harbor:shipments() == 3)
end

tests["AS11 a shipment that fits but is on hold, and one that a person confirmed before the label, are cases"] = function()
  local harbor = Harbor.start(root)
  local held, hand = harbor:sent "plain", harbor:sent "plain"
  harbor:person { ship = { held, hand }, confirm = { "000002" } }
  harbor.client:call("PUT", "/Shipment", { ShipmentNbr = { value = "000001" }, Hold = { value = true } })
  harbor:people { ship = { held, hand } }
  local said = refusals(harbor:poll())
  assert(has(said[1], "000001 is on hold") and has(said[2], "000002 was confirmed in Acumatica before its label came"), json.encode(said))
  assert(#harbor:shipments() == 2)
end

tests["AS13 several parcels become several packages, once each, and carrier and service are the Ship Via"] = function()
  local harbor = Harbor.start(root, { ship_vias = VIAS })
  local number = harbor:sent "several_lines"
  harbor:person { ship = { number } }
  harbor:people { ship = { { order = number, parcels = {
    { items = { ["MUG-1"] = 1, ["SHIRT-M"] = 2 } }, { items = { ["SHIRT-M"] = 1 } }, { items = { ["BOOK-1"] = 1 }, carrier = "fedex" },
  } } } }
  clean(harbor:poll())
  local shipment = harbor:shipments()[1]
  assert(#harbor:shipments() == 1 and #shipment.packages == 3 and shipment.status == "Confirmed" and shipment.via == "FEDEXGRND", json.encode(shipment))
  local refs = {}
  for _, package in ipairs(shipment.packages) do refs[package.ref] = (refs[package.ref] or 0) + 1 end
  assert(refs["station-5000001"] == 1 and refs["station-5000002"] == 1 and refs["station-5000003"] == 1)
  -- Told of again, by a poll or a replay.
  for _ = 1, 2 do
    harbor.seen = {}
    for key in pairs(harbor.kv) do
      if key:find "^settled:" then harbor.kv[key] = nil end
    end
    for _, run in ipairs(clean(harbor:poll())) do assert(#run.writes == 0, table.concat(run.writes, " ")) end
  end
  assert(#harbor:shipments()[1].packages == 3 and #harbor.client:control("state").doubled_trackings == 0)
end

tests["AS13 a further parcel without goods joins those that have them, and opens what is confirmed for it"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:sent "plain"
  harbor:people { ship = { { order = number, parcels = 2 } } }
  clean(harbor:poll())
  assert(#harbor:shipments() == 1 and #harbor:shipments()[1].packages == 2 and harbor:shipments()[1].status == "Confirmed")
end

tests["AS13 freight amounts stay untouched unless they are set"] = function()
  for freight, cost in pairs { none = "0.0", cost = "9.28" } do
    local harbor = Harbor.start(root, { freight = freight })
    local number = harbor:sent "plain"
    harbor:people { ship = { { order = number, cost = "7.93", insurance = "1.35" } } }
    clean(harbor:poll())
    local shipment = harbor.client:get "/Shipment/000001"
    assert(tonumber(tostring(shipment.FreightCost.value)) == tonumber(cost), json.encode(shipment.FreightCost))
    assert(tonumber(tostring(shipment.FreightPrice.value)) == 0)
  end
end

tests["AS15 a void after confirmation is corrected: the package is off, our shipment is gone, and the order waits again"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:sent "plain"
  local label = harbor:people({ ship = { number } }).ship[1]
  clean(harbor:poll())
  assert(harbor:sold(number).status == "Completed")
  harbor:people { void = { label } }
  local run = clean(harbor:poll())[1]
  assert(#harbor:shipments() == 0 and harbor:sold(number).status == "Open", json.encode(run.result))
  assert(table.concat(run.writes, " ") == "shipments.correct packages.mark packages.remove shipments.delete", table.concat(run.writes, " "))
  harbor:people { ship = { number } }
  clean(harbor:poll())
  assert(#harbor:shipments() == 1 and #harbor:shipments()[1].packages == 1 and harbor:sold(number).status == "Completed")
end

tests["AS15 a re-label replaces and never adds, whichever of void and label is heard of first"] = function()
  for _, first in ipairs { "void", "label", "both" } do
    local harbor = Harbor.start(root)
    local number = harbor:sent "plain"
    local label = harbor:people({ ship = { number } }).ship[1]
    if first ~= "both" then clean(harbor:poll()) end
    harbor:people { void = { label } }
    if first == "void" then clean(harbor:poll()) end
    harbor:people { ship = { number } }
    local rows = harbor.station:call("shipments.list", {})
    if first == "label" then clean(harbor:run("labels", tostring(rows[2].shipmentId), { event = { record = rows[2] } }).children) end
    clean(harbor:poll())
    local shipments = harbor:shipments()
    assert(#shipments == 1 and shipments[1].status == "Confirmed" and #shipments[1].packages == 1, first .. json.encode(shipments))
    assert(shipments[1].packages[1].tracking == rows[2].trackingNumber, first)
    assert(not harbor:violations(), harbor:violations())
  end
end

tests["AS15 AS8 a void after the invoice is a case that a person may let stand, and nothing is touched"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:sent "plain"
  local label = harbor:people({ ship = { number } }).ship[1]
  clean(harbor:poll())
  harbor:person { invoice = { "000001" } }
  harbor:people { void = { label } }
  local run = harbor:poll()[1]
  assert(has(run.refused, "does not let shipment 000001 be corrected") and run.decidable, run.refused)
  assert(harbor:shipments()[1].status == "Invoiced" and harbor.client:control("state").counts.invoices == 1)
  harbor.seen = {}
  local rows = harbor.station:call("shipments.list", {})
  local kept = harbor:run("shipments", number, { event = { record = rows[1] }, decision = "theirs" })
  assert(kept.result.parcels[1].kept == "000001" and #kept.writes == 0)
end

tests["C17 a package that a person took off stays off"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:sent "plain"
  local label = harbor:people({ ship = { number } }).ship[1]
  clean(harbor:poll())
  harbor:person { correct = { "000001" } }
  local package = harbor.client:get("/Shipment/000001?$expand=Packages").Packages[1]
  harbor.client:call("PUT", "/Shipment", { ShipmentNbr = { value = "000001" }, Packages = { { id = package.id, delete = true } } })
  local row = harbor.station:call("shipments.list", {})[1]
  local run = harbor:run("shipments", number, { event = { record = row } })
  assert(label and #run.writes == 0 and has(run.notes[1], "was taken off shipment 000001"), json.encode(run.notes))
end

tests["AS7 shipped without a label: all that is open goes, confirmed, with its number; or a person says what"] = function()
  local harbor = Harbor.start(root)
  local number, silent = harbor:sent "several_lines", harbor:sent "plain"
  harbor:people { mark = { { order = number, tracking = "HAND-1" }, silent } }
  clean(harbor:poll())
  assert(harbor:sold(number).status == "Completed" and harbor:shipments()[1].packages[1].tracking == "HAND-1")
  assert(harbor:sold(silent).status == "Completed")
  harbor.seen = {}
  clean(harbor:poll())
  assert(#harbor:shipments() == 2)
  local asked = Harbor.start(root, { without_label = "ask" })
  local one = asked:sent "plain"
  asked:people { mark = { one } }
  assert(has(asked:poll()[1].refused, "does not say what left"))
end

tests["XS13 split orders leave as their parts, a combined parcel is on the shipment of each of its orders"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:sent "several_lines"
  local part = harbor:people({ split = { { order = number, items = { ["SHIRT-M"] = 1 } } } }).split[1]
  harbor:people { ship = { part } }
  clean(harbor:poll())
  assert(harbor:sold(number).status == "Back Order" and harbor:shipments()[1].quantity == "1.00")
  harbor:people { ship = { number } }
  clean(harbor:poll())
  assert(harbor:sold(number).status == "Completed" and #harbor:shipments() == 2)
  local first, second = harbor:sent "plain", harbor:sent "plain"
  harbor:people { combine = { { first, second } } }
  harbor:people { ship = { { order = first, parcels = { { tracking = "1ZBOTH" } } } } }
  clean(harbor:poll())
  assert(harbor:sold(first).status == "Completed" and harbor:sold(second).status == "Completed")
  local shipments = harbor:shipments()
  assert(shipments[3].packages[1].tracking == "1ZBOTH" and shipments[4].packages[1].tracking == "1ZBOTH")
  assert(not harbor:violations(), harbor:violations())
end

tests["XS6 a label of somebody else's order is a case, or skipped where the account is shared; a number that begins like ours is not ours"] = function()
  for foreign, outcome in pairs { park = "refused", skip = "skipped" } do
    local harbor = Harbor.start(root, { foreign_orders = foreign })
    harbor:sent "plain"
    harbor:people { orders = 1 }
    harbor:people { ship = { "W-1001" } }
    local run = harbor:poll()[1]
    assert(run[outcome] and has(run[outcome], "did not come from Acumatica"), run.refused or run.skipped)
    assert(#harbor:shipments() == 0)
  end
end

tests["XS6 AS5 a label of an order whose answer was lost is never taken for somebody else's, and goes on once that order's job is done"] = function()
  for _, foreign in ipairs { "park", "skip" } do
    local harbor = Harbor.start(root, { foreign_orders = foreign })
    local number, taken = harbor:order "plain", nil
    function harbor:send(effect, write)
      taken = taken or Harbor.send(self, effect, write)
      error({ code = "unavailable", message = "the answer was lost", retryable = true }, 0)
    end
    assert(not pcall(harbor.run, harbor, "orders", number))
    harbor:people { ship = { number } }
    local early = harbor:poll()[1]
    assert(early.cause == "order_early " .. number and has(early.refused, "whose own job is not done yet"), early.refused or early.skipped)
    -- The order's job finds what became of it; the label's case is released.
    function harbor.send() return taken end
    harbor:run("orders", number)
    harbor.send, harbor.seen = nil, {}
    clean(harbor:poll())
    assert(harbor:sold(number).status == "Completed")
  end
end

tests["AS12 a ship date stays the date that it is on both DST nights, and times of labels become UTC"] = function()
  for at, day in pairs { [1772958600] = "2026-03-08", [1793523000] = "2026-11-01" } do   -- 00:30 and 01:50 in Los Angeles
    local harbor = Harbor.start(root, nil, at)
    local number = harbor:sent "plain"
    harbor:people { ship = { { order = number, ship_date = day } } }
    clean(harbor:poll())
    assert(harbor:shipments()[1].date == day, harbor:shipments()[1].date)
    -- A label of before the start makes nothing, whatever clock it was written by.
    local row = harbor.station:call("shipments.list", {})[1]
    harbor.seen, harbor.kv = {}, harbor.kv
    assert(harbor:run("labels", "1", { event = { record = row }, start = "2027-01-01T00:00:00Z" }).skipped)
  end
end

-- What is written, of all that there is.
local ALLOWED = {
  ["shipments.create"] = true, ["shipments.update"] = true, ["shipments.confirm"] = true, ["shipments.correct"] = true, ["shipments.delete"] = true,
  ["packages.add"] = true, ["packages.mark"] = true, ["packages.remove"] = true,
}

tests["AS8 of a day with everything in it only shipments and their packages are written, and no document of finance is there to be"] = function()
  local harbor = Harbor.start(root, { ship_vias = VIAS, freight = "cost" })
  local writes = {}
  for _, kind in ipairs { "plain", "several_lines", "two_warehouses", "lot", "serial", "short_stock", "drop_ship", "plain", "several_lines", "plain" } do
    harbor:sent(kind)
  end
  harbor:people { ship = { { order = (harbor:sent "plain"), parcels = 3 } } }
  harbor:people { work = { kinds = { "parcel", "parcels", "relabelled", "voided_later", "split", "by_hand", "returned", "insured", "free" } } }
  for _ = 1, 8 do
    Harbor.pass(300)
    for _, run in ipairs(harbor:poll()) do
      for _, name in ipairs(run.writes) do writes[name] = true end
    end
  end
  harbor:person { cancel = { (harbor:sent "plain") } }
  for name in pairs(writes) do assert(ALLOWED[name], name) end
  assert(writes["shipments.create"] and writes["shipments.correct"] and writes["packages.add"] and writes["shipments.confirm"])
  assert(harbor.client:control("state").counts.invoices == 0)
  -- Nothing else of Acumatica is asked for a write, whoever would send it: the calls themselves say so.
  for _, call in ipairs(harbor.client:control("events?last=5000").calls or {}) do
    if call.method ~= "GET" and not call.path:find "^/entity/auth/" then
      assert(call.path:find "/Shipment$" or call.path:find "/Shipment/%d+$" or call.path:find "/Shipment/ConfirmShipment$"
        or call.path:find "/Shipment/CorrectShipment$", call.method .. " " .. call.path)
    end
  end
  local finance = 0
  for name in pairs(harbor.erp.system.operations) do
    if name:lower():find "invoice" or name:lower():find "bill" or name:lower():find "payment" or name:lower():find "journal" then finance = finance + 1 end
  end
  assert(finance == 0, "an operation of finance is declared")
end

tests["AS5 AS15 an action that is refused because it is done already, its answer having been lost, is no case"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:sent "plain"
  harbor:people { ship = { number } }
  local call, twice = harbor.erp.call, {}
  harbor.erp.call = function(self, operation, ...)
    if operation == "shipments.confirm" or operation == "shipments.correct" then
      twice[operation] = true
      call(self, operation, ...)   -- of which nobody heard
    end
    return call(self, operation, ...)
  end
  clean(harbor:poll())
  local shipment = harbor:shipments()[1]
  assert(twice["shipments.confirm"] and shipment.status == "Confirmed" and #shipment.packages == 1, json.encode(shipment))
  harbor:people { void = { harbor.station:call("shipments.list", { orderNumber = number })[1].shipmentId } }
  clean(harbor:poll())
  assert(twice["shipments.correct"], "nothing was corrected")
end

return tests
