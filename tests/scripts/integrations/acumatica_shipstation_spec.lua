-- Sales orders of the simulated Acumatica as orders of the simulated ShipStation.

local root = ...
local Harbor, json = require "harbor", require "json"

local tests = {}

local function has(text, part) return text ~= nil and text:find(part, 1, true) ~= nil end

tests["AS3 an order that may go out becomes a ShipStation order: key is its number, with customer, ship-to, SKUs, quantities, weights"] = function()
  local services = { { ship_via = "GROUND", country = "CH", carrier = "ups", service = "ups_ground" } }
  local harbor = Harbor.start(root, { services = services, warehouses = { MAIN = 14266 } })
  local number, there, outcome = harbor:sent "own_address"
  assert(there.orderKey == number and there.orderNumber == number and there.orderStatus == "awaiting_shipment", there.orderKey)
  assert(there.shipTo.name == "Zoë Müller" and there.shipTo.company == "Müller & Söhne" and there.shipTo.city == "Zürich" and there.shipTo.country == "CH")
  assert(there.shipTo.street1 == "Gate 4, Löwenstraße 18" and there.shipTo.street2 == "c/o Müller" and there.shipTo.phone == "+41 44 555 01 00")
  assert(there.billTo.company == "Good Food One Restaurant" and there.customerUsername == "C000000001")
  assert(#there.items == 1 and there.items[1].sku == "MUG-1" and there.items[1].lineItemKey == "SO:" .. number .. ":1")
  assert(there.items[1].weight.value:compact() == "500" and there.weight.value:compact() == "500" and there.advancedOptions.customField1 == "PO-1001")
  assert(there.carrierCode == "ups" and there.serviceCode == "ups_ground" and there.advancedOptions.warehouseId == 14266)
  assert(not there.customerEmail, "the customer's address is told only where it is asked for")
  assert(outcome.erp_calls <= 3 and outcome.station_calls == 1, outcome.erp_calls)
  assert(not harbor:violations(), harbor:violations())
end

tests["AS3 C14 the type stands in the key only where two are pushed, and a prefix keeps two tenants apart"] = function()
  local harbor = Harbor.start(root, { order_types = { "SO", "RM" }, number_prefix = "H-" })
  local number = harbor:order "plain"
  harbor:run("orders", number)
  assert(harbor:there("H-SO-" .. number).orderKey == "H-SO-" .. number)
  local returned = harbor:order "return_order"
  harbor:run("orders", returned)
  assert(harbor:there("H-RM-" .. returned))
end

tests["C14 orders of two tenants with one number never meet, in ShipStation or on the way back"] = function()
  local harbor = Harbor.start(root)
  harbor.tenants = { "erp", "west" }
  local number = harbor:order "plain"
  harbor:run("orders", number)
  harbor:run("orders", number, { source = "west" })
  local east, west = harbor:there("erp-" .. number), harbor:there("west-" .. number)
  assert(east.orderKey == "erp-" .. number and west.orderKey == "west-" .. number and east.orderId ~= west.orderId)
  harbor:person { cancel = { number } }
  harbor:run("orders", number, { source = "west" })
  assert(harbor:there("west-" .. number).orderStatus == "cancelled" and harbor:there("erp-" .. number).orderStatus == "awaiting_shipment")
end

tests["AS3 a second run sends nothing, and an edit or a cancel crosses once"] = function()
  local harbor = Harbor.start(root)
  local number, first = harbor:sent "several_lines"
  local again = harbor:run("orders", number)
  assert(again.skipped and #again.sent == 0)
  harbor:person { edit = { { order = number, quantity = { ["SHIRT-M"] = 5 }, address = "2 New St", add = "MUG-2" } } }
  local outcome = harbor:run("orders", number)
  assert(#outcome.sent == 1 and not outcome.refused, outcome.refused)
  local now = harbor:there(number)
  assert(now.orderId == first.orderId and now.items[2].quantity == 5 and #now.items == 4 and now.shipTo.street1 == "2 New St")
  assert(#harbor:run("orders", number).sent == 0)
  harbor:person { cancel = { number } }
  assert(#harbor:run("orders", number).sent == 1 and harbor:there(number).orderStatus == "cancelled")
  assert(#harbor:run("orders", number).sent == 0)
  assert(not harbor:violations(), harbor:violations())
end

tests["AS14 types, statuses and holds that may go out are settings; transfers, quotes and what a supplier drops stay out"] = function()
  local harbor = Harbor.start(root)
  local transfer, quote, held, credit, dropped = harbor:order("transfer", "quote", "on_hold", "credit_hold", "drop_ship")
  assert(has(harbor:run("orders", transfer).skipped, "type TR") and has(harbor:run("orders", quote).skipped, "type QT"))
  assert(has(harbor:run("orders", held).skipped, "On Hold") and has(harbor:run("orders", credit).skipped, "Credit Hold"))
  assert(not harbor:run("orders", dropped).skipped)
  local there = harbor:there(dropped)
  assert(#there.items == 1 and there.items[1].sku == "MUG-1", "what the supplier sends is not packed")
  harbor:person { release = { held } }
  assert(harbor:run("orders", held).result)
  -- A hold after it went out holds it there, and its end lets it go on.
  harbor:person { hold = { held } }
  harbor:run("orders", held)
  assert(harbor:there(held).orderStatus == "on_hold")
  harbor:person { release = { held } }
  harbor:run("orders", held)
  assert(harbor:there(held).orderStatus == "awaiting_shipment")
  local bold = Harbor.start(root, { statuses = { "Open", "Credit Hold" } })
  local second = bold:order "credit_hold"
  assert(bold:run("orders", second).result)
  local picky = Harbor.start(root, { ready_ship_vias = { "UPSGROUND" }, ready_warehouses = { "EAST" } })
  assert(has(picky:run("orders", (picky:order "plain")).skipped, "ready_ship_vias"))
end

tests["AS14 lines of two warehouses become an order of each, which keep their numbers when one is edited or withdrawn"] = function()
  local harbor = Harbor.start(root, { warehouses = { MAIN = 14265, EAST = 14266 } })
  local number, main, outcome = harbor:sent "two_warehouses"
  local east = harbor:there(number .. "-EAST")
  assert(#outcome.sent == 2 and east.orderKey == number .. "-EAST" and east.items[1].sku == "TEA-100" and #main.items == 1 and main.items[1].sku == "MUG-1")
  assert(main.advancedOptions.warehouseId == 14265 and east.advancedOptions.warehouseId == 14266)
  harbor:person { edit = { { order = number, quantity = { ["TEA-100"] = 9 } } } }
  assert(#harbor:run("orders", number).sent == 1 and harbor:there(number .. "-EAST").items[1].quantity == 9)
  harbor:person { edit = { { order = number, remove = "MUG-1" } } }
  harbor:run("orders", number)
  assert(harbor:there(number).orderStatus == "cancelled" and harbor:there(number .. "-EAST").orderStatus == "awaiting_shipment")
end

tests["AS14 where shipments are pushed, each goes out as people made it, and orders do not"] = function()
  local harbor = Harbor.start(root, { push = "shipments" })
  local number = harbor:order "several_lines"
  assert(has(harbor:run("orders", number).skipped, "shipments are pushed"))
  harbor:person { ship = { number } }
  assert(harbor:run("shipments_out", "000001").result.number == "S000001")
  local there = harbor:there "S000001"
  assert(#there.items == 3 and there.orderKey == "S000001" and there.items[2].quantity == 3)
  harbor:people { ship = { "S000001" } }
  local runs = harbor:poll()
  assert(not runs[1].refused, runs[1].refused)
  local shipment = harbor:shipments()[1]
  assert(shipment.status == "Confirmed" and #shipment.packages == 1 and shipment.packages[1].tracking:find "^94001" and #harbor:shipments() == 1)
  assert(harbor:run("shipments_out", "000001").skipped)
end

tests["AS6 an order that was shipped or cancelled in ShipStation is not overwritten: the difference is a case that a person decides"] = function()
  local harbor = Harbor.start(root)
  local shipped, cancelled = harbor:sent "plain", harbor:sent "plain"
  harbor:people { ship = { shipped }, cancel = { cancelled } }
  harbor:person { edit = { { order = shipped, quantity = { ["MUG-1"] = 7 } }, { order = cancelled, quantity = { ["MUG-1"] = 7 } } } }
  local late = harbor:run("orders", shipped)
  assert(has(late.refused, "has gone out already") and late.decidable and #late.sent == 0 and harbor:there(shipped).items[1].quantity == 2, late.refused)
  local gone = harbor:run("orders", cancelled)
  assert(has(gone.refused, "is cancelled in ShipStation") and gone.decidable and #gone.sent == 0)
  assert(harbor:run("orders", shipped, { decision = "theirs" }).result and harbor:there(shipped).items[1].quantity == 2)
  harbor:run("orders", cancelled, { decision = "ours" })
  assert(harbor:there(cancelled).items[1].quantity == 2, "the first that bears the number is the cancelled one")
  local anew
  for _, order in ipairs(harbor.station:call("orders.list", { orderNumber = cancelled })) do anew = anew or order.orderKey == cancelled .. ".2" and order end
  assert(anew and anew.items[1].quantity == 7 and anew.orderStatus == "awaiting_shipment")
end

tests["AS6 what was edited in ShipStation stays and is shown, and what both changed is asked for"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:sent "plain"
  harbor:people { edit = { { order = number, address = "5 Side St" } } }
  local seen = harbor:run("station_orders", tostring(harbor:there(number).orderId))
  assert(seen.notes[1] and has(seen.notes[1], "5 Side St"))
  harbor:person { edit = { { order = number, quantity = { ["MUG-1"] = 3 } } } }
  assert(not harbor:run("orders", number).refused)
  assert(harbor:there(number).shipTo.street1 == "5 Side St" and harbor:there(number).items[1].quantity == 3)
  harbor:person { edit = { { order = number, address = "6 Other St" } } }
  local both = harbor:run("orders", number)
  assert(has(both.refused, "changed on both sides") and has(both.refused, "6 Other St in Acumatica"), both.refused)
end

tests["AS4 a line of an item that Acumatica has not, or that is inactive, is refused by name"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:order "plain"
  harbor:person { items = { { item = "MUG-1", inactive = true } } }
  local outcome = harbor:run("orders", number)
  assert(has(outcome.refused, "line 1 (MUG-1): its item is inactive") and outcome.cause == "goods MUG-1" and #outcome.sent == 0)
end

tests["AS4 products of ShipStation follow their stock items; it makes them of orders only, and customers come with orders"] = function()
  local harbor = Harbor.start(root)
  local _, there = harbor:sent "plain"
  assert(there.customerId and there.customerUsername == "C000000001")
  harbor:person { items = { { item = "MUG-1", description = "Mug, blue", weight = "1.00", tariff = "6912.01" } } }
  local outcome = harbor:run("products", "MUG-1")
  assert(outcome.result and table.concat(outcome.result.changed, " "):find "name", outcome.skipped or outcome.refused)
  local product = harbor.station:call("products.list", { sku = "MUG-1" })[1]
  assert(product.name == "Mug, blue" and product.weightOz:compact() == "35.27" and product.active, json.encode(product))
  assert(product.customsTariffNo == "6912.01")
  assert(has(harbor:run("products", "MUG-1").skipped, "is as its stock item"))
  assert(has(harbor:run("products", "LOT-1").skipped, "first order"), "an item that ShipStation does not know")
  assert(not harbor:violations(), harbor:violations())
end

tests["AS7 a push notification, the poll and a person by number lead to the same order, once"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:order "plain"
  local push = { topic = "SalesOrders", body = json.encode { Inserted = { { OrderType = "SO", OrderNbr = number, Status = "Open" } } } }
  assert(harbor:run("orders", number, { event = push }).result)
  local row = harbor.erp:call("sales_orders.list", { ["$filter"] = "OrderNbr eq '" .. number .. "'" })[1]
  assert(harbor:run("orders", number, { event = { record = row } }).skipped)
  assert(harbor:run("orders", number).skipped and harbor:run("orders", "SO/" .. number).skipped)
  assert(has(harbor:run("orders", "999999").skipped, "is not in Acumatica"))
  assert(#harbor:control("depot", "state").orders == 1)
end

tests["AS7 SHIP_NOTIFY and ORDER_NOTIFY are pointers: the list behind them is read, and each record goes its way"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:sent "plain"
  local seen = {}
  local service = require "service"
  service.callbacks["https://localhost:9/hooks/harbor/station/token"] = function(request)
    seen[#seen + 1] = json.decode(request.body)
    return { status = 200 }
  end
  for _, event in ipairs { "SHIP_NOTIFY", "ORDER_NOTIFY" } do
    harbor.station:call("webhooks.subscribe", { target_url = "https://localhost:9/hooks/harbor/station/token", event = event })
  end
  harbor:people { ship = { number } }
  service.pass(5)
  assert(#seen == 1 and seen[1].resource_type == "SHIP_NOTIFY")
  local notice = { event = { topic = "SHIP_NOTIFY", body = seen[1] } }
  local outcome = harbor:run("notices", seen[1].resource_url, notice)
  assert(outcome.result.found == 1 and outcome.emitted[1].flow == "labels")
  assert(harbor:shipments()[1].status == "Confirmed" and harbor:sold(number).status == "Completed")
  -- The poll finds the label too, and Acumatica is not asked again.
  local label = harbor.station:call("shipments.list", {})[1]
  local again = harbor:run("labels", tostring(label.shipmentId), { event = { record = label } })
  assert(again.skipped == "Acumatica has it so" and again.erp_calls == 0)
end

tests["AS10 a notification of V2 is followed by V2, and what it points to goes the way of V1's label, once"] = function()
  local harbor = Harbor.start(root)
  local number, other = harbor:sent "plain", harbor:sent "plain"
  local seen, signed = {}, {}
  local service = require "service"
  service.callbacks["https://localhost:9/hooks/harbor/station.v2/token"] = function(request)
    seen[#seen + 1], signed[#signed + 1] = json.decode(request.body), request.headers
    return { status = 200 }
  end
  harbor.station.v2:call("v2_webhooks.create", { url = "https://localhost:9/hooks/harbor/station.v2/token", event = "label_created_v2", name = "hub" })
  harbor:people { ship = { number } }
  service.pass(5)
  assert(#seen == 1 and seen[1].resource_type == "LABEL_CREATED_V2" and signed[1]["x-shipengine-rsa-sha256-key-id"])
  harbor:people { ship = { other } }   -- of another batch, at the same time
  local outcome = harbor:run("notices", seen[1].resource_url, { event = { topic = "LABEL_CREATED_V2", body = seen[1] } })
  assert(outcome.result.found == 1 and #outcome.emitted == 1 and outcome.emitted[1].flow == "labels")
  assert(harbor:sold(number).status == "Completed" and harbor:sold(other).status ~= "Completed")
  local label = harbor.station:call("shipments.list", { orderNumber = number })[1]
  assert(harbor:run("labels", tostring(label.shipmentId), { event = { record = label } }).skipped == "Acumatica has it so")
end

tests["C13 an order of before the instance's start does not go out, and in shadow nothing is written"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:order "plain"
  assert(harbor:run("orders", number, { start = "2026-02-01T00:00:00Z" }).skipped and not harbor:there(number))
  harbor:run("orders", number, { shadow = true })
  assert(not harbor:there(number))
  assert(harbor:run("orders", number).result)
end

tests["XS15 units are counted in pieces, kits leave as their parts, and what is never shipped stays out"] = function()
  local harbor = Harbor.start(root, {
    units = { EA = 12 }, kits = { { kit = "BOOK-1", part = "SHEET", quantity = 4 }, { kit = "BOOK-1", part = "COVER" } }, not_shipped = { "SHIRT-*" },
  })
  local _, there = harbor:sent "several_lines"
  assert(#there.items == 3 and there.items[1].sku == "MUG-1" and there.items[1].quantity == 12)
  assert(there.items[2].sku == "SHEET" and there.items[2].quantity == 4 and there.items[3].sku == "COVER")
end

tests["AS12 dates of Acumatica stay the dates that they are, at 23:30 Pacific on the last of a month too"] = function()
  local harbor = Harbor.start(root, nil, 1769931000)   -- 2026-01-31T23:30:00 in Los Angeles
  local number, there = harbor:sent "plain"
  assert(there.orderDate:sub(1, 10) == "2026-01-31", there.orderDate)
  harbor:people { ship = { number } }
  harbor:poll()
  local shipment = harbor:shipments()[1]
  assert(shipment.date == "2026-01-31" and shipment.status == "Confirmed", shipment.date)
end

return tests
