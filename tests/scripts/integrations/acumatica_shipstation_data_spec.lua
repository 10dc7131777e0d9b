-- Data that has broken integrations before, between the simulated Acumatica and ShipStation (requirements: test data that must be covered).

local root = ...
local Harbor, decimal, expect, json, service = require "harbor", require "decimal", require "expect", require "json", require "service"
local equal = expect.equal

local tests = {}

-- An order as an integration or a person enters it; gives its number. `parts`: records of the order, as ShipToAddress.
local function enter(harbor, fields, lines, parts)
  local body, details = { CustomerID = { value = "C000000001" } }, json.array {}
  for name, value in pairs(fields) do body[name] = { value = value } end
  for name, part in pairs(parts or {}) do
    body[name] = {}
    for field, value in pairs(part) do body[name][field] = { value = value } end
  end
  for index, line in ipairs(lines or { { InventoryID = "MUG-1", OrderQty = 1 } }) do
    details[index] = {}
    for name, value in pairs(line) do details[index][name] = { value = value } end
  end
  body.Details = details
  local answer = harbor.client:call("PUT", "/SalesOrder?$expand=Details", body)
  assert(answer.status == 200, answer.body)
  return answer.json.OrderNbr.value
end

local function placed(harbor, address, contact)
  local number = enter(harbor, { ShipToAddressOverride = true, ShipToContactOverride = true }, nil, { ShipToAddress = address, ShipToContact = contact })
  local outcome = harbor:run("orders", number)
  assert(not outcome.refused, outcome.refused)
  return harbor:there(number).shipTo
end

local function clean(runs)
  for _, run in ipairs(runs) do assert(not run.refused, run.refused) end
  return runs
end

tests["AS3 names and addresses beyond ASCII go out as they were typed"] = function()
  local harbor = Harbor.start(root)
  for name, place in pairs {
    ["Ørsted Design ApS"] = { AddressLine1 = "Åboulevard 7", PostalCode = "1635", City = "København", Country = "DK" },
    ["Jürgen Groß"] = { AddressLine1 = "Königstraße 7", PostalCode = "50667", City = "Köln", Country = "DE" },
    ["花子 山田"] = { AddressLine1 = "丸の内 1-1", PostalCode = "100-0005", City = "東京", Country = "JP" },
    ["Wójcik i Synowie"] = { AddressLine1 = "ulica Piotrkowska 104", PostalCode = "90-926", City = "Łódź", Country = "PL" },
  } do
    local to = placed(harbor, place, { Attention = name })
    equal(to.name, name)
    equal(to.street1, place.AddressLine1)
    equal(to.city, place.City)
  end
end

tests["AS3 lines of sixty characters go out whole, the house number at the end of the last"] = function()
  local place = {
    AddressLine1 = ("a"):rep(29) .. " " .. ("b"):rep(30), AddressLine2 = "Burgemeester van den Broek van Oosterwijk tot Zuidlaan 1128b",
    City = ("e"):rep(60), PostalCode = "1015 CJ", Country = "NL",
  }
  local contact = { Attention = ("n"):rep(29) .. " " .. ("o"):rep(30), BusinessName = ("p"):rep(60) }
  local to = placed(Harbor.start(root), place, contact)
  equal(to.street1, place.AddressLine1)
  equal(to.street2, place.AddressLine2)
  equal(to.city, place.City)
  equal(to.name, contact.Attention)
  equal(to.company, contact.BusinessName)
end

tests["AS3 a phone without country code goes out as it was typed"] = function()
  local place = { AddressLine1 = "Keizersgracht 1", PostalCode = "1015 CJ", City = "Amsterdam", Country = "NL" }
  equal(placed(Harbor.start(root), place, { Attention = "A", Phone1 = "020 123 45 67" }).phone, "020 123 45 67")
end

for currency, price in pairs { JPY = "333", KWD = "1.125", EUR = "9.95" } do
  tests[("AS3 an order in %s goes out with its own prices"):format(currency)] = function()
    local harbor = Harbor.start(root)
    local call, told = harbor.erp.call, 0
    harbor.erp.call = function(self, name, ...)
      local record = call(self, name, ...)
      if type(record) == "table" and record.CurrencyID then record.CurrencyID, told = currency, told + 1 end
      return record
    end
    -- The simulation works amounts out to the cent: eight of them come to whole ones.
    local number = enter(harbor, {}, { { InventoryID = "MUG-1", OrderQty = 8, UnitPrice = decimal(price) } })
    assert(not harbor:run("orders", number).refused)
    local line = harbor:there(number).items[1]
    equal(line.quantity, 8)
    equal(line.unitPrice:compact(), price)
    assert(told > 0, "the order said its currency")
  end
end

tests["AS12 AS5 the leap day stays the leap day, on the order and on the shipment"] = function()
  local harbor = Harbor.start(root, nil, 1835467200)   -- 2028-02-29, noon in Los Angeles
  local number, there = harbor:sent "plain"
  equal(there.orderDate:sub(1, 10), "2028-02-29")
  harbor:people { ship = { { order = number, ship_date = "2028-02-29" } } }
  clean(harbor:poll())
  equal(harbor:shipments()[1].date, "2028-02-29")
end

tests["AS13 a label's id above 2^53 keeps its last digit"] = function()
  local harbor = Harbor.start(root)
  for _, id in ipairs { "9007199254740993", "9007199254740992" } do
    local number = harbor:sent "plain"
    harbor:people { ship = { number } }
    local row = harbor.station:call("shipments.list", { orderNumber = number })[1]
    row.shipmentId = math.tointeger(tonumber(id))
    clean { harbor:run("labels", id, { event = { record = row } }) }
    local shipments = harbor:shipments()
    equal(shipments[#shipments].packages[1].ref, "station-" .. id)
  end
end

tests["AS3 AS5 fields that are unset, as nothing, null or an empty object, are all nothing"] = function()
  for _, unset in ipairs { "empty", "null", "absent" } do
    local harbor = Harbor.start(root)
    harbor.client:switch { unset_as = unset }
    local number = harbor:sent "plain"
    harbor:people { ship = { number } }
    local row = harbor.station:call("shipments.list", {})[1]
    for _, name in ipairs { "shipTo", "weight", "advancedOptions", "insuranceCost", "serviceCode", "warehouseId", "voidDate" } do row[name] = nil end
    row.batchNumber, row.somethingNew = "", { deep = json.array {} }
    clean(harbor:run("labels", tostring(row.shipmentId), { event = { record = row } }).children)
    equal(harbor:sold(number).status, "Completed", unset)
    equal(harbor:shipments()[1].packages[1].tracking, row.trackingNumber)
  end
end

tests["AS4 a line of an item that was deleted in Acumatica is refused by its number"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:order "several_lines"
  local row_of = harbor.row_of
  harbor.row_of = function(self, definition, key) return key ~= "SHIRT-M" and row_of(self, definition, key) or nil end
  local outcome = harbor:run("orders", number)
  equal(outcome.refused, ("Order %s, line 2 (SHIRT-M): its item is not in Acumatica as a stock item."):format(number))
  equal(#outcome.sent, 0)
end

tests["AS15 a label that was bought and voided inside one poll gap makes nothing"] = function()
  local harbor = Harbor.start(root)
  local number = harbor:sent "plain"
  harbor:people { void = harbor:people { ship = { number } }.ship }
  for _, run in ipairs(harbor:poll()) do
    assert(not run.refused, run.refused)
    equal(#run.writes, 0)
  end
  equal(#harbor:shipments(), 0)
  equal(harbor:sold(number).status, "Open")
end

tests["C13 with the start in the past of half the orders, and of half the labels, only the others go"] = function()
  local harbor = Harbor.start(root)
  local gone = 0
  for day = 1, 10 do
    local number = enter(harbor, { Date = ("2026-01-%02dT00:00:00-08:00"):format(day) })
    local outcome = harbor:run("orders", number, { start = "2026-01-06T00:00:00Z" })
    equal(outcome.skipped == nil, day >= 6, "order of day " .. day)
    gone = gone + (harbor:there(number) and 1 or 0)
  end
  equal(gone, 5)
  harbor = Harbor.start(root)
  for _ = 1, 4 do
    harbor:people { ship = { (harbor:sent "plain") } }
    service.pass(86400)
  end
  for _, row in ipairs(harbor.station:call("shipments.list", {})) do
    harbor:run("labels", tostring(row.shipmentId), { event = { record = row }, start = "2026-01-07T12:00:00Z" })
  end
  equal(#harbor:shipments(), 2)
end

return tests
