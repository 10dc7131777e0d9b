-- Awkward deliveries: decimals, boxes of twelve, free lines, a hundred lines, currencies without cents, partial deliveries, numbers that begin
-- alike, shadow and start.

local root = ...
local Post, equal = require "post", require "expect".equal

local tests = {}

local HOME = { AddressLine1 = "Keizersgracht 1", Postcode = "1015 CJ", City = "Amsterdam", Country = "NL", Phone = "020 123 45 67" }
local TOKYO = { AddressLine1 = "1-1 Marunouchi", Postcode = "100-0005", City = "Tokyo", Country = "JP", Phone = "03 1234 5678" }

local function weight_of(post, index)
  local sum = 0
  for _, child in ipairs(post.kv["label of:" .. post:shipments()[index].numbers[1]] and post:shipments()[index].numbers or {}) do
    sum = sum + tonumber(post.kv["tracked:" .. child].weight)
  end
  return ("%.2f"):format(sum)
end

tests["L2: decimal quantities weigh what they weigh, rounded up, and split only where a parcel is full"] = function()
  local post = Post.start(root, { most_kg = "1" })
  post:labelled { address = HOME, lines = { { item = "ROPE", quantity = "12.345" } } }
  equal(#post:shipments()[1].numbers, 2)
  equal(weight_of(post, 1), "1.24")
end

tests["L2: a box of twelve weighs what the box weighs"] = function()
  local post = Post.start(root)
  post:labelled { address = HOME, lines = { { item = "BOX-12", quantity = "2" } } }
  equal(weight_of(post, 1), "8.00")
end

tests["L2: net weights where they are set, and pounds"] = function()
  local post = Post.start(root, { weight = "net" })
  post:labelled { address = HOME, lines = { { item = "STOCK-1", quantity = "2" } } }
  equal(weight_of(post, 1), "2.50")
  post = Post.start(root, { weight_unit = "lb" })
  post:labelled { address = HOME, lines = { { item = "ROPE", quantity = "10" } } }
  equal(weight_of(post, 1), "0.46")   -- one pound, never too light
end

tests["L2: free and text lines, services and a hundred lines go in one shipment"] = function()
  local post, lines = Post.start(root, { not_shipped = { "SHIP*" } }), {}
  for index = 1, 100 do lines[index] = { item = index % 2 == 0 and "STOCK-1" or "STOCK-2", quantity = "1", price = index % 3 == 0 and "0" or "10" } end
  local packed = post:labelled { address = HOME, lines = lines }
  equal(#post:shipments(), 1)
  for _, line in ipairs(post:delivery(packed.id).lines) do assert(line.tracking, "a line without number") end
end

for currency, case in pairs { JPY = { "333", "3" }, KWD = { "1.125", "3" }, EUR = { "9.99", "3" } } do
  tests[("L4: customs lines in %s sum to the declared value"):format(currency)] = function()
    local post = Post.start(root)
    local packed = post:packed { address = TOKYO, currency = currency, lines = { { item = "STOCK-1", quantity = case[2], price = case[1] } } }
    Post.all_well(post:through("deliveries", packed.id))
    local form = post:shipments()[1].customs
    equal(form.CurrencyCode, currency)
    equal(("%.3f"):format(tonumber(form.Product[1].Unit.Value) * tonumber(case[2])), ("%.3f"):format(tonumber(case[1]) * tonumber(case[2])))
  end
end

tests["XU2: what is left of a partial delivery gets a label of its own, with the next delivery"] = function()
  local post = Post.start(root)
  local order = post:ordered { address = HOME, lines = { { item = "STOCK-1", quantity = "5" } } }
  for index, quantity in ipairs { "2", "3" } do
    assert(post:control("exact", "seed", { pack = { { order = order.number, quantity = { ["STOCK-1"] = quantity } } } }).done == 1)
    Post.all_well(post:through("deliveries", post:booked().deliveries[index].id))
  end
  equal(#post:shipments(), 2)
  equal(post:shipments()[1].references[2], post:shipments()[2].references[2])
  assert(post:shipments()[1].references[1] ~= post:shipments()[2].references[1])
end

tests["XU7: numbers that begin alike are different shipments"] = function()
  local post = Post.start(root)
  local first
  for _ = 1, 11 do
    local packed = post:packed { address = HOME }
    first = first or packed
    if packed == first or packed.number == 10 or packed.number == 11 then Post.all_well(post:through("deliveries", packed.id)) end
  end
  equal(#post:shipments(), 3)
  equal(post:shipments()[1].references[1], "123456-D1")
  equal(post:shipments()[3].references[1], "123456-D11")
end

tests["C13: what is older than the start gets no label, and nothing leaves in shadow"] = function()
  local post = Post.start(root)
  local old = post:packed({ address = HOME }, { date = "2025-12-31T00:00:00" })
  local waiting = post:run("deliveries", old.id).emitted[1]
  local read_now = post:run("collect", waiting.key).emitted[1]
  local late = post:run("deliveries", old.id, { event = read_now.payload, start = "2026-01-01T00:00:00Z" })
  assert(late.skipped and late.skipped:find "before the start", late.skipped)
  local packed = post:packed { address = HOME }
  local read = post:through("deliveries", packed.id, { shadow = true })
  equal(read[#read].result.shadow, "123456-D2")
  equal(#post:shipments(), 0)
end

tests["L5: the invoice bears carrier and number where that is set"] = function()
  local post = Post.start(root, { invoice_tracking = true })
  local packed = post:labelled { address = HOME }
  equal(post:violations(), nil)
  assert(post:delivery(packed.id).tracking)
end

tests["L5: numbers that do not fit the field stand in the remarks"] = function()
  local post = Post.start(root, { tracking_length = 20 })
  post:switch("exact", { tracking_number_length = 20 })
  local packed = post:labelled({ address = HOME }, { remarks = "2x 3kg" })
  equal(post:delivery(packed.id).tracking, packed.numbers[1])
  assert(post:delivery(packed.id).remarks:find(packed.numbers[2], 1, true))
end

tests["L4: insurance, signature and who pays follow the row that fits"] = function()
  local post = Post.start(root, {
    services = { { service = "11", insurance = "value", signature = "adult", payer = "receiver", account = "R1R2R3", payer_postcode = "10115" } },
  })
  post:labelled { address = { AddressLine1 = "Hauptstr. 5", Postcode = "10115", City = "Berlin", Country = "DE" } }
  equal(#post:shipments(), 1)
  equal(post:violations(), nil)
end

return tests
