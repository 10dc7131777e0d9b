-- What orders of Acumatica bring that is not everyday.

local root = ...
local Harbor, decimal, json = require "harbor", require "decimal", require "json"

local tests = {}

local function has(text, part) return text ~= nil and text:find(part, 1, true) ~= nil end

-- An order as an integration or a person enters it; gives its number.
local function enter(harbor, fields, lines)
  local body, details = { CustomerID = { value = "C000000001" } }, json.array {}
  for name, value in pairs(fields) do body[name] = { value = value } end
  for index, line in ipairs(lines) do
    details[index] = {}
    for name, value in pairs(line) do details[index][name] = { value = value } end
  end
  body.Details = details
  local answer = harbor.client:call("PUT", "/SalesOrder?$expand=Details", body)
  assert(answer.status == 200, answer.body)
  return answer.json.OrderNbr.value
end

local function ship(harbor, number)
  harbor:people { ship = { number } }
  for _, run in ipairs(harbor:poll()) do assert(not run.refused, run.refused) end
  assert(harbor:sold(number).status == "Completed", harbor:sold(number).status)
end

tests["XS15 a quantity that can't be counted in pieces is refused by its line, and one that can goes there and back"] = function()
  local lines = { { InventoryID = "MUG-1", OrderQty = 1 }, { InventoryID = "TEA-100", OrderQty = decimal "2.5" } }
  local harbor = Harbor.start(root)
  local outcome = harbor:run("orders", enter(harbor, {}, lines))
  assert(has(outcome.refused, "line 2 (TEA-100): 2.5 EA can't be counted in pieces") and outcome.cause == "goods TEA-100", outcome.refused)
  local halves = Harbor.start(root, { units = { EA = 2 } })
  local number = enter(halves, {}, lines)
  halves:run("orders", number)
  assert(halves:there(number).items[2].quantity == 5)
  ship(halves, number)
  assert(halves:shipments()[1].lines[2].quantity == "2.50")
end

tests["AS3 AS5 a hundred lines go out and come back, letters beyond ASCII with them, free lines at no price"] = function()
  local harbor = Harbor.start(root)
  local lines = {}
  for index = 1, 100 do lines[index] = { InventoryID = index % 2 == 0 and "PEN-東京" or "LAMP-Ø", OrderQty = 1 + index % 3, FreeItem = index == 7 } end
  local number = enter(harbor, { Description = "Geschenk für Łódź ✓" }, lines)
  assert(not harbor:run("orders", number).refused)
  local there = harbor:there(number)
  assert(#there.items == 100 and there.items[1].sku == "LAMP-Ø" and there.items[2].sku == "PEN-東京" and there.items[7].unitPrice:is_zero())
  assert(there.internalNotes == "Geschenk für Łódź ✓")
  ship(harbor, number)
  assert(#harbor:shipments()[1].lines == 100)
end

tests["XS6 numbers that begin alike do not meet: a parcel of one is never the other's"] = function()
  local harbor = Harbor.start(root, { number_prefix = "1" })
  local first, second = harbor:order("plain", "plain")
  harbor:run("orders", first)
  harbor:run("orders", second)
  harbor:people { orders = 1 }
  harbor:people { ship = { { order = "1" .. second, parcels = { { tracking = "1Z2" } } } } }
  harbor:poll()
  assert(harbor:sold(second).status == "Completed" and harbor:sold(first).status == "Open")
  assert(harbor:shipments()[1].lines[1].order == "SO/" .. second)
end

tests["AS5 labels that cost nothing, and labels of a carrier without a Ship Via, are shipped as others are"] = function()
  local harbor = Harbor.start(root, { freight = "cost", ship_vias = { ups = "UPSGROUND" } })
  local number = harbor:sent "plain"
  harbor:people { ship = { { order = number, cost = "0", carrier = "fedex" } } }
  harbor:poll()
  local shipment = harbor:shipments()[1]
  assert(shipment.status == "Confirmed" and shipment.via == "GROUND" and shipment.freight == "0.00", json.encode(shipment))
end

tests["AS11 what is in a parcel and in no unit of the line is a case that says what to do"] = function()
  local harbor = Harbor.start(root, { units = { EA = 12 } })
  local number = harbor:sent "plain"
  harbor:people { ship = { { order = number, items = { ["MUG-1"] = 13 } } } }
  -- Thirteen pieces of a dozen are 1.0833 and no number of units.
  local run = harbor:poll()[1]
  assert(has(run.refused, "13 pieces of MUG-1 are no quantity of its unit, which holds 12") and has(run.fix, "by hand"), run.refused)
end

tests["C3 the label's job bears the tracking number, and a person finds both by it"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:sent "plain"
  harbor:people { ship = { { order = number, parcels = { { tracking = "1ZFIND" } } } } }
  local found = harbor:run("labels", "1ZFIND")
  assert(found.result.labels == 1 and harbor:sold(number).status == "Completed", found.skipped)
  local of_order = harbor:run("labels", number)
  assert(of_order.result.labels == 1 and of_order.children[1].skipped == "Acumatica has it so")
end

return tests
