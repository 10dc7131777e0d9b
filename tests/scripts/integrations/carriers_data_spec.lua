-- Awkward deliveries and orders on their way to a label, by both carriers alike (requirements: test data that must be covered).

local root = ...
local Courier, Post, decimal, expect, flow, service = require "courier", require "post", require "decimal", require "expect", require "flow", require "service"
local equal, contains = expect.equal, expect.contains

local tests = {}

local HOME = { AddressLine1 = "Keizersgracht 1", Postcode = "1015 CJ", City = "Amsterdam", Country = "NL", Phone = "020 123 45 67" }
local TOKYO = { AddressLine1 = "1-1 Marunouchi", Postcode = "100-0005", City = "Tokyo", Country = "JP", Phone = "03 1234 5678" }
local ONE = { { item = "STOCK-1", quantity = "1", price = "12.50" } }

-- What was asked of the carrier, in words of both: the first label of these outcomes.
local function created(outcomes)
  for _, outcome in ipairs(outcomes) do
    for _, sent in ipairs(outcome.sent) do
      if sent.operation == "shipments.create" then return sent.arguments[1] end
    end
  end
end

local function sum(list, amount)
  local out = decimal "0"
  for _, each in ipairs(list) do out = out + decimal(tostring(amount(each))) end
  return out:compact()
end

local CARRIERS = {
  UPS = {
    start = function(settings) return Post.start(root, settings) end,
    forget = function(stage) stage.bearer = nil end,   -- its token
    voided = function(stage) return stage:state().counts.voided end,
    nothing = { ["tracking.get"] = { { package = {}, warnings = {} }, { package = { { activity = {}, currentStatus = {} } } } } },
    look = function(stage, number) return { stage:run("look", number) } end,
    to = function(body)
      local to = (body.ShipmentRequest or body).Shipment.ShipTo
      return { name = to.Name, lines = to.Address.AddressLine, city = to.Address.City, phone = to.Phone and to.Phone.Number }
    end,
    weight = function(body) return sum(body.ShipmentRequest.Shipment.Package, function(each) return each.PackageWeight.Weight end) end,
    customs = function(body)
      local form = body.ShipmentRequest.Shipment.ShipmentServiceOptions.InternationalForms
      return form.CurrencyCode, sum(form.Product, function(each)
        return (decimal(tostring(each.Unit.Value)) * decimal(tostring(each.Unit.Number))):round(3):text()
      end), #form.Product
    end,
    number = "1ZA1B2C30300000017",
    without = function(record) record.ShipmentCharges, record.BillingWeight, record.NegotiatedRateCharges, record.News = nil, nil, nil, { {} } end,
  },
  FedEx = {
    start = function(settings)
      settings = settings or {}
      settings.services = settings.services or { { country = "NL", service = "FEDEX_PRIORITY" }, { service = "FEDEX_INTERNATIONAL_PRIORITY" } }
      return Courier.start(root, settings)
    end,
    forget = function(stage) stage.access = nil end,
    voided = function(stage) return stage:state().counts.cancelled end,
    nothing = { ["track.numbers"] = { {}, { { trackResults = {} } }, { { trackResults = { { scanEvents = {}, dateAndTimes = {} } } } } } },
    look = function(stage) return stage:through("track", "now", { source = "schedule" }) end,
    to = function(body)
      local to = body.requestedShipment.recipients[1]
      return { name = to.contact.companyName, lines = to.address.streetLines, city = to.address.city, phone = to.contact.phoneNumber }
    end,
    weight = function(body) return sum(body.requestedShipment.requestedPackageLineItems, function(each) return each.weight.value end) end,
    customs = function(body)
      local customs = body.requestedShipment.customsClearanceDetail
      equal(decimal(tostring(customs.totalCustomsValue.amount)):compact(), sum(customs.commodities, function(each) return each.customsValue.amount end))
      return customs.totalCustomsValue.currency, sum(customs.commodities, function(each) return each.customsValue.amount end), #customs.commodities
    end,
    number = "9261290100130739412345",
    without = function(record)
      local shipment = record.output.transactionShipments[1]
      record.transactionId, shipment.completedShipmentDetail, shipment.alerts, shipment.news = nil, nil, nil, { {} }
    end,
  },
}

local function refusal(outcomes)
  for _, each in ipairs(outcomes) do
    if each.refused then return each.refused, each end
  end
end

local function labelled(stage, draft, delivery)
  local packed = stage:packed(draft, delivery)
  local outcomes = stage.all_well(stage:through("deliveries", packed.id))
  return packed, outcomes
end

local function both(name, case)
  for carrier, at in pairs(CARRIERS) do
    tests[name .. ", by " .. carrier] = function() case(at) end
  end
end

both("L3 names and addresses beyond ASCII are told in letters that a label has, and those without such letters refused", function(at)
  local stage = at.start()
  for name, case in pairs {
    ["Ørsted Design ApS"] = { { AddressLine1 = "Åboulevard 7", Postcode = "1635", City = "København", Country = "DK" }, "Åboulevard 7", "København" },
    ["Jürgen Groß"] = { { AddressLine1 = "Königstraße 7", Postcode = "50667", City = "Köln", Country = "DE" }, "Königstraße 7", "Köln" },
    ["Wójcik i Synowie"] = { { AddressLine1 = "ulica Łąkowa 104", Postcode = "90-926", City = "Łódź", Country = "PL" }, "ulica Lakowa 104", "Lódz" },
  } do
    stage:person { make_accounts = { { Name = name } } }
    local _, outcomes = labelled(stage, { account = name, address = case[1], lines = ONE })
    local to = at.to(created(outcomes))
    equal(to.name, name)
    equal(table.concat(to.lines, "|"), case[2])
    equal(to.city, case[3])
  end
  local before = #stage:shipments()
  local packed = stage:packed { address = { AddressLine1 = "丸の内 1-1", Postcode = "100-0005", City = "東京", Country = "JP" }, lines = ONE }
  contains(refusal(stage:through("deliveries", packed.id)), "Delivery " .. packed.number .. ": the delivery address, ")
  equal(#stage:shipments(), before)
end)

both("L3 a line of sixty characters is wrapped with its house number, four of them are refused with the limit", function(at)
  local stage = at.start()
  local street = "Burgemeester van den Broek van Oosterwijk tot Zuidlaan 1128b"
  local _, outcomes = labelled(stage, { address = { AddressLine1 = street, Postcode = "1015 CJ", City = "Amsterdam", Country = "NL" }, lines = ONE })
  local lines = at.to(created(outcomes)).lines
  equal(table.concat(lines, " "), street)
  for _, line in ipairs(lines) do assert(utf8.len(line) <= 35, line) end
  contains(lines[#lines], "Zuidlaan 1128b")
  stage:person { make_accounts = { { Name = ("n"):rep(29) .. " " .. ("o"):rep(30) } } }
  local packed = stage:packed { account = ("n"):rep(29) .. " " .. ("o"):rep(30), lines = ONE, address = {
    AddressLine1 = ("a"):rep(29) .. " " .. ("b"):rep(30), AddressLine2 = ("c"):rep(29) .. " " .. ("d"):rep(30), AddressLine3 = street,
    Postcode = "1015 CJ", City = "Amsterdam", Country = "NL",
  } }
  contains(refusal(stage:through("deliveries", packed.id)), "3 are allowed")
  equal(#stage:shipments(), 1)
end)

both("L3 a phone without country code gets that of its country", function(at)
  local _, outcomes = labelled(at.start(), { address = HOME, lines = ONE })
  equal(at.to(created(outcomes)).phone, "31201234567")
end)

both("L2 decimals of a quantity and cases of twelve weigh what they weigh", function(at)
  local stage = at.start()
  -- 12.345 m of 0.1 kg, and two boxes of 4 kg.
  local _, outcomes = labelled(stage, { address = HOME, lines = { { item = "ROPE", quantity = "12.345" }, { item = "BOX-12", quantity = "2" } } })
  equal(at.weight(created(outcomes)), "9.24")
end)

both("L2 L4 what an order takes back is in no parcel, and what is free is, but customs want its value", function(at)
  local stage = at.start { ships = "orders" }
  local order = stage:ordered { address = HOME, lines = {
    { item = "STOCK-1", quantity = "2", price = "10" }, { item = "STOCK-1", quantity = "-1", price = "10" }, { item = "STOCK-1", quantity = "1", price = "0" },
  } }
  local outcomes = stage.all_well(stage:through("orders", order.id))
  equal(at.weight(created(outcomes)), "4.2")
  local lines = stage:booked().deliveries[1].lines
  equal(#lines, 2)
  equal(decimal(lines[1].quantity):compact() .. " " .. decimal(lines[2].quantity):compact(), "2 1")
  local abroad = stage:ordered { address = TOKYO, lines = { { item = "STOCK-1", quantity = "1", price = "0" } } }
  contains(refusal(stage:through("orders", abroad.id)), "item STOCK-1 has no value, which customs want of goods to JP")
  equal(#stage:shipments(), 1)
end)

both("L2 L5 a delivery of a hundred lines is one shipment, and each line bears its number", function(at)
  local stage, lines = at.start { most_kg = "70", tell_lines = "always" }, {}
  for index = 1, 100 do lines[index] = { item = "STOCK-2", quantity = "1", price = index % 3 == 0 and "0" or "10" } end
  local packed, outcomes = labelled(stage, { address = HOME, lines = lines })
  equal(#stage:shipments(), 1)
  equal(at.weight(created(outcomes)), "35")
  local told = stage:delivery(packed.id)
  equal(#told.lines, 100)
  for _, line in ipairs(told.lines) do equal(line.tracking, told.tracking) end
end)

for currency, case in pairs { JPY = { "333", "999" }, KWD = { "1.125", "3.375" }, USD = { "9.99", "29.97" } } do
  both(("L4 goods of an order in %s are declared in it, to its last unit"):format(currency), function(at)
    local stage = at.start()
    local _, outcomes = labelled(stage, { address = TOKYO, currency = currency, lines = { { item = "STOCK-1", quantity = "3", price = case[1] } } })
    local told, total, count = at.customs(created(outcomes))
    equal(told, currency)
    equal(total, case[2])
    equal(count, 1)
  end)
end

both("L2 what is left of a partial delivery gets a label of its own, with the next delivery", function(at)
  local stage = at.start()
  local order = stage:ordered { address = HOME, lines = { { item = "STOCK-2", quantity = "5" } } }
  local weights = {}
  for index, quantity in ipairs { "2", "3" } do
    stage:person { pack = { { order = order.number, quantity = { ["STOCK-2"] = quantity } } } }
    weights[index] = at.weight(created(stage.all_well(stage:through("deliveries", stage:booked().deliveries[index].id))))
  end
  equal(table.concat(weights, " "), "0.7 1.05")
  local deliveries = stage:booked().deliveries
  assert(deliveries[1].tracking and deliveries[2].tracking and deliveries[1].tracking ~= deliveries[2].tracking)
end)

both("L5 numbers of deliveries that begin alike are shipments of their own", function(at)
  local stage, numbers = at.start(), {}
  for _ = 1, 11 do
    local packed = stage:packed { address = HOME, lines = ONE }
    if packed.number == 1 or packed.number >= 10 then
      stage.all_well(stage:through("deliveries", packed.id))
      numbers[packed.number] = stage:delivery(packed.id).tracking
    end
  end
  equal(#stage:shipments(), 3)
  assert(numbers[1] and numbers[10] and numbers[11] and numbers[1] ~= numbers[10] and numbers[10] ~= numbers[11])
  for number, tracking in pairs(numbers) do equal(stage.kv["tracked:" .. tracking].reference, "123456-D" .. number) end
end)

both("C16 a parcel leaves on the day that it is where it is packed: 23:30 Pacific on the last of a month, DST nights, the leap day", function(at)
  for at_second, day in pairs {
    [1769931000] = "2026-01-31", [1772958600] = "2026-03-08", [1773037800] = "2026-03-08", [1793518200] = "2026-11-01", [1793604600] = "2026-11-01",
    [1835508600] = "2028-02-29",
  } do
    local stage = at.start()
    stage.zone = "America/Los_Angeles"
    local packed = stage:packed({ address = HOME, lines = ONE, date = "2026-01-05T00:00:00" }, { date = "2026-01-05T00:00:00" })
    service.now_ms = at_second * 1000
    stage:grant()
    at.forget(stage)
    stage.all_well(stage:through("deliveries", packed.id))
    equal(stage.kv["tracked:" .. stage:delivery(packed.id).tracking].ship_date, day)
  end
end)

both("C13 with the start in the past of half the deliveries only the others get labels", function(at)
  local stage, labels = at.start(), 0
  for day = 1, 10 do
    local packed = stage:packed({ address = HOME, lines = ONE }, { date = ("2026-01-%02dT00:00:00"):format(day) })
    local waiting = stage:run("deliveries", packed.id).emitted[1]
    local read = stage:run("collect", waiting.key).emitted[1]
    local outcome = stage:run("deliveries", packed.id, { event = read.payload, start = "2026-01-06T00:00:00Z" })
    equal(outcome.skipped ~= nil, day < 6, "delivery of day " .. day)
    labels = labels + (outcome.skipped and 0 or 1)
  end
  equal(labels, 5)
  equal(#stage:shipments(), 5)
end)

both("L2 a line whose item was deleted in Exact Online is refused, and nothing is bought", function(at)
  local stage = at.start()
  local packed = stage:packed { address = HOME, lines = ONE }
  local row_of = stage.row_of
  stage.row_of = function(self, definition, key)
    local row = row_of(self, definition, key)
    if row and row.Code == "STOCK-1" then return nil end
    return row
  end
  contains(refusal(stage:through("deliveries", packed.id)), "the item of line 1 is not in Exact Online any more.")
  equal(#stage:shipments(), 0)
end)

both("C15 an order of an account that is blocked gets no label, as its delivery could not be made", function(at)
  local stage = at.start { ships = "orders" }
  local order = stage:ordered { address = HOME, lines = ONE }
  stage:person { block_account = "An.Smit@Example.org" }
  contains(refusal(stage:through("orders", order.id)) or "bought", ("Order %d is of account An Smit, which is blocked."):format(order.number))
  equal(#stage:shipments(), 0)
  stage:person { unblock_account = "An.Smit@Example.org" }
  stage.all_well(stage:through("orders", order.id, { attempt = 2 }))
  equal(#stage:shipments(), 1)
end)

both("L5 an answer without cost and with fields that nobody knows is a label all the same", function(at)
  local stage = at.start()
  local remote = stage.ups or stage.fedex
  local call = remote.call
  remote.call = function(self, name, ...)
    local record = call(self, name, ...)
    if name == "shipments.create" then at.without(record) end
    return record
  end
  local packed = stage:packed { address = { AddressLine1 = "Keizersgracht 1", Postcode = "1015 CJ", City = "Amsterdam", Country = "NL" }, lines = ONE }
  stage.all_well(stage:through("deliveries", packed.id))
  assert(stage:delivery(packed.id).tracking)
  equal(stage.kv["label:delivery:" .. packed.id].cost, false)
end)

both("L6 a delivery that was packed and emptied between two polls gets no label", function(at)
  local stage = at.start()
  local packed = stage:packed { address = HOME, lines = ONE }
  stage:change(packed, { quantity = { ["STOCK-1"] = "0" } })
  local outcomes = stage:through("deliveries", packed.id)
  contains(outcomes[#outcomes].skipped, "nothing to ship")
  equal(#stage:shipments(), 0)
end)

both("L6 C17 a delivery that a person deleted after its label is a case with the void ready, and gets no other label", function(at)
  local stage = at.start()
  local packed = labelled(stage, { address = HOME, lines = ONE })
  local number = stage:delivery(packed.id).tracking
  stage:change(packed, { delete = true })
  local said, asked = refusal(stage:through("deliveries", packed.id))
  contains(said, number)
  contains(said, "was deleted")
  assert(asked.decidable)
  equal(#stage:shipments(), 1)
  stage.all_well(stage:through("deliveries", packed.id, { decision = "ours", attempt = 2 }))
  equal(at.voided(stage), 1)
  equal(#stage:shipments(), 1)
end)

both("L7 an answer without anything in its lists changes nothing, and asks nobody", function(at)
  local stage = at.start()
  local packed = labelled(stage, { address = HOME, lines = ONE })
  local number = stage:delivery(packed.id).tracking
  local remote = stage.ups or stage.fedex
  local call = remote.call
  for operation, answers in pairs(at.nothing) do
    for _, answer in ipairs(answers) do
      local asked = 0
      remote.call = function(self, name, ...)
        if name ~= operation then return call(self, name, ...) end
        asked = asked + 1
        return answer
      end
      equal(refusal(at.look(stage, number)), nil)
      equal(asked, 1)
      assert(not (stage.kv["parcel:" .. number].closed or (stage.kv["tracked:" .. number].state or {}).closed))
      stage.pass(3700)
    end
  end
end)

both("L6 a number that was typed in is followed as the text that it is, however long", function(at)
  local stage = at.start()
  local packed = stage:packed({ address = HOME, lines = ONE }, { tracking = at.number })
  local outcomes = stage:through("deliveries", packed.id)
  contains(outcomes[#outcomes].skipped, "it carries the tracking number " .. at.number)
  equal(stage.kv["tracked:" .. at.number].number, at.number)
  equal(stage:delivery(packed.id).tracking, at.number)
  equal(#stage:shipments(), 0)
end)

both("L1 a printer that is down is a case that names label and printer; once it is up the stored label is printed, and none is bought", function(at)
  local stage = at.start { station = "front" }
  local packed = labelled(stage, { address = HOME, lines = ONE })
  local number = stage:delivery(packed.id).tracking
  equal(#stage.printed, 1)
  equal(stage.printed[1].number, number)
  local function print_it(send)
    return flow.run {
      key = number, flow = "print", settings = stage.settings, event = stage.printed[1].event, body = stage.integration.flows.print.run, send = send,
      roles = { { system = flow.load(root, "scripts/systems/printer"), answers = {}, connections = { "front" } } },
    }
  end
  local down = print_it(function() error({ code = "rejected", message = "the printer is off" }, 0) end)
  contains(down.refused, ("Label %s."):format(number))
  contains(down.refused, "was not printed at front: the printer is off")
  local up = print_it()
  assert(not up.refused, up.refused)
  equal(#up.sent, 1)
  equal(#stage:shipments(), 1)
end)

both("L5 an invoice that was processed before the label keeps what it says, an open one gets the number", function(at)
  for _, is_processed in ipairs { false, true } do
    local stage = at.start { invoice_tracking = true }
    local order = stage:ordered { address = HOME, lines = ONE }
    stage.books:call("invoice_sales_orders.create", { SalesOrderIDs = { { ID = order.id } }, JournalCode = "70", InvoiceMode = 1, CreateMode = 1 })
    local function invoice() return stage:control("exact", "state").divisions["123456"].invoices[1] end
    if is_processed then stage:person { process = { invoice().id } } end
    stage:person { pack = { { order = order.number } } }
    local delivery = stage:booked().deliveries[1]
    stage.all_well(stage:through("deliveries", delivery.id))
    local number = stage:delivery(delivery.id).tracking
    if is_processed then equal(invoice().remarks, nil) else contains(invoice().remarks, number) end
  end
end)

return tests
