-- Labels of UPS for goods deliveries of Exact Online, between the two simulated systems.

local root = ...
local Post, expect, json, service = require "post", require "expect", require "json", require "service"
local contains, equal = expect.contains, expect.equal

local tests = {}

local HOME = { AddressLine1 = "Keizersgracht 1", Postcode = "1015 CJ", City = "Amsterdam", Country = "NL", Phone = "020 123 45 67" }

tests["XU2, L5: a delivery becomes one shipment, whose number, link and label stand on delivery, lines and the order's document"] = function()
  local post = Post.start(root, { station = "station1" })
  local packed = post:packed({ address = HOME, lines = { { item = "STOCK-1", quantity = "2" } } })
  Post.all_well(post:through("deliveries", packed.id))
  local shipment = post:shipments()[1]
  equal(#post:shipments(), 1)
  equal(shipment.references[1], "123456-D" .. packed.number)
  equal(shipment.references[2], tostring(packed.order.number))
  local delivery, papers = post:delivery(packed.id), post:booked().documents
  equal(delivery.tracking, shipment.numbers[1])
  contains(delivery.remarks, "https://www.ups.com/track?tracknum=" .. shipment.numbers[1])
  equal(delivery.lines[1].tracking, shipment.numbers[1])
  equal(#papers, 1)
  equal(papers[1].order, packed.order.number)
  equal(papers[1].files[1].name, shipment.numbers[1] .. ".zpl")
  equal(delivery.document, papers[1].id)
  -- L1: the label goes to the station's printer, once.
  equal(#post.printed, 1)
  equal(post.printed[1].event.station, "station1")
  equal(post.printed[1].event.type, "application/zpl")
  assert(#post.printed[1].event.content > 20)
  equal(post:violations(), nil)
end

tests["XU1: every call of a delivery's way to its label goes to the division of the connection"] = function()
  local post = Post.start(root, { invoice_tracking = true })
  local packed = post:packed { address = HOME }
  Post.all_well(post:through("deliveries", packed.id))
  local calls, elsewhere = post:control("exact", "events?last=2000").calls, {}
  assert(#calls > 5)
  for _, call in ipairs(calls) do
    local path = call.path
    if not (path:find("/api/v1/123456/", 1, true) == 1 or path:find("/api/oauth2/", 1, true) == 1) then elsewhere[#elsewhere + 1] = path end
  end
  equal(table.concat(elsewhere, " "), "")
end

tests["L5, L2: several parcels stand on the delivery together, and on each line those that hold it"] = function()
  local post = Post.start(root, {
    boxes = {
      { item = "STOCK-2", pieces = 2, length = "30.5", width = 20, height = 15, empty_kg = "0.1" }, { most_kg = "20", length = 60, width = 40, height = 40 },
    },
  })
  local packed = post:packed({ address = HOME, lines = { { item = "STOCK-1", quantity = "1" }, { item = "STOCK-2", quantity = "3" } } })
  Post.all_well(post:through("deliveries", packed.id))
  local shipment, delivery = post:shipments()[1], post:delivery(packed.id)
  equal(#shipment.numbers, 3)
  equal(delivery.tracking, table.concat(shipment.numbers, ", "))
  equal(delivery.lines[1].tracking, shipment.numbers[1])
  equal(delivery.lines[2].tracking, shipment.numbers[2] .. ", " .. shipment.numbers[3])
  equal(#post:booked().documents[1].files, 3)
end

tests["L5, L2: a format that only recovery gives is recovered of every parcel"] = function()
  local post = Post.start(root, { label_format = "pdf", boxes = { { item = "STOCK-2", pieces = 2, length = 30, width = 20, height = 15 } } })
  local packed = post:packed { address = HOME, lines = { { item = "STOCK-2", quantity = "3" } } }
  Post.all_well(post:through("deliveries", packed.id))
  local shipment, files = post:shipments()[1], post:booked().documents[1].files
  equal(#shipment.numbers, 2)
  equal(post:delivery(packed.id).tracking, table.concat(shipment.numbers, ", "))
  equal(#files, 2)
  for index, file in ipairs(files) do equal(file.name, shipment.numbers[index] .. ".pdf") end
end

tests["XU7: after a lost answer the shipment is found by our reference and its label recovered: nothing is bought twice"] = function()
  local post = Post.start(root, { label_format = "pdf" })
  post.lose = true
  local packed = post:packed { address = HOME }
  Post.all_well(post:through("deliveries", packed.id))
  Post.all_well(post:through("deliveries", packed.id))
  equal(#post:shipments(), 1)
  equal(post:delivery(packed.id).tracking, post:shipments()[1].numbers[1])
  equal(post:booked().documents[1].files[1].name, post:shipments()[1].numbers[1] .. ".pdf")
end

tests["L6: what we write comes back as a change, and costs neither a label nor a call"] = function()
  local post = Post.start(root)
  local packed = post:labelled { address = HOME }
  local outcome = post:run("deliveries", packed.id, { event = { topic = "GoodsDeliveries", body = { Content = { Key = packed.id, Action = "Update" } } } })
  equal(outcome.skipped, "our own writes")
  equal(outcome.books_calls, 0)
end

tests["L6: our own writes are known when they come back, also when their job has waited since"] = function()
  local post = Post.start(root)
  local packed = post:labelled { address = HOME }
  local function pushed(received)
    return { event = { topic = "GoodsDeliveries", received = received, body = { Content = { Key = packed.id, Action = "Update" } } } }
  end
  local at = post.kv["told at:123456-D" .. packed.number]
  service.pass(1200)
  equal(post:run("deliveries", packed.id, pushed(at)).books_calls, 0)
  -- What came later is read.
  assert(post:run("deliveries", packed.id, pushed()).books_calls > 0)
end

tests["L6: what comes of a delivery between its label's purchase and its telling costs no call"] = function()
  local post = Post.start(root)
  local packed = post:packed { address = HOME }
  local collect = post:run("deliveries", packed.id).emitted[1]
  local read = post:run("collect", collect.key).emitted[1]
  post:run("deliveries", read.key, { event = read.payload })
  equal(#post:shipments(), 1)
  local pushed = post:run("deliveries", packed.id, { event = { topic = "GoodsDeliveries", body = { Content = { Key = packed.id, Action = "Update" } } } })
  equal(pushed.skipped, "our own writes")
  local event = post:swept(packed.id)
  local swept = post:run("deliveries", packed.id, { event = event })
  equal(swept.skipped, "our own writes")
  equal(pushed.books_calls + swept.books_calls, 0)
  -- A row that says something else is read.
  for field, value in pairs { DeliveryAddress = "00000000-0000-0000-0000-000000000001", DeliveryContactPersonFullName = "Somebody Else" } do
    local other = post:swept(packed.id)
    other.record[field] = value
    assert(post:run("deliveries", packed.id, { event = other }).books_calls > 0, field)
  end
end

for way, told in pairs {
  ["a notification"] = function(post, id)
    return post:run("deliveries", id, { event = { topic = "GoodsDeliveries", body = { Content = { Key = id, Action = "Delete" } } } })
  end,
  ["the list of deletions"] = function(post, id)
    local gone = post:run("deleted", id, { event = { record = { EntityType = 16, EntityKey = id } } }).emitted[1]
    return post:run(gone.flow, gone.key, { event = gone.payload })
  end,
} do
  tests[("L6: a deletion that %s tells within seconds of the label is no echo"):format(way)] = function()
    local post = Post.start(root)
    local packed = post:labelled { address = HOME }
    assert(post:person({ packed = { { id = packed.id, delete = true } } }).done == 1)
    contains(told(post, packed.id).refused, "was deleted")
  end
end

for what, change in pairs {
  ["emptied"] = { quantity = { ["STOCK-1"] = "0" } }, ["deleted"] = { delete = true }, ["shrunk"] = { quantity = { ["STOCK-1"] = "1" } },
  ["readdressed"] = { address = { AddressLine1 = "Prinsengracht 9" } },
} do
  tests[("L6: a delivery that is %s after its label is a case, with the void at hand"):format(what)] = function()
    local post = Post.start(root)
    local packed = post:labelled { address = HOME, lines = { { item = "STOCK-1", quantity = "2" } } }
    post:change(packed, change)
    local outcome = post:run("deliveries", packed.id)
    contains(outcome.refused, packed.numbers[1])
    assert(outcome.decidable, "a person decides")
    -- Kept as it is: nobody is asked again.
    local kept = post:run("deliveries", packed.id, { decision = "theirs" })
    equal(kept.result.came, "kept")
    assert(not post:run("deliveries", packed.id).refused)
    equal(post:state().counts.voided, 0)
  end

  tests[("L6: within the hours that are set the label of a delivery that is %s is voided, and its number disappears"):format(what)] = function()
    local post = Post.start(root, { void_within_hours = 4 })
    local packed = post:labelled { address = HOME, lines = { { item = "STOCK-1", quantity = "2" } } }
    post:change(packed, change)
    Post.all_well(post:through("deliveries", packed.id))
    assert(post:shipments()[1].voided, "voided at UPS")
    local delivery = post:delivery(packed.id)
    if what == "deleted" then return equal(#post:shipments(), 1) end
    if what == "emptied" then
      equal(delivery.tracking, nil)
      equal(delivery.lines[1].tracking, nil)
      equal(#post:booked().documents, 0)
      return equal(#post:shipments(), 1)
    end
    -- What is still to be sent gets a label of its own.
    equal(#post:shipments(), 2)
    equal(post:shipments()[2].references[1], "123456-D" .. packed.number .. "-2")
    equal(delivery.tracking, post:shipments()[2].numbers[1])
    equal(delivery.remarks:find(packed.numbers[1], 1, true), nil, "the voided number")
    equal(#post:booked().documents, 1)
  end
end

tests["L6: what has left the house is not voided"] = function()
  local post = Post.start(root, { void_within_hours = 48 })
  local packed = post:labelled { address = HOME, lines = { { item = "STOCK-1", quantity = "2" } } }
  post:happen(packed.numbers[1], "picked_up")
  post:run("look", packed.numbers[1])
  post:change(packed, { quantity = { ["STOCK-1"] = "1" } })
  local outcome = post:run("deliveries", packed.id)
  contains(outcome.refused, "is collected")
  equal(post:state().counts.voided, 0)
end

tests["L6: a delivery that carries a number gets no label, and its number is followed like ours"] = function()
  local post = Post.start(root)
  local typed = post:control("brown", "seed", { by_hand = 1, reference = "desk" }).by_hand[1]
  local packed = post:packed({ address = HOME }, { tracking = typed })
  local outcomes = Post.all_well(post:through("deliveries", packed.id))
  contains(outcomes[#outcomes].skipped, "carries the tracking number")
  equal(#post:shipments(), 1)
  post:happen(typed, "picked_up")
  equal(post:run("look", typed).result.status, "collected")
end

tests["L6: a person has a label voided by its number, and another one bought by the delivery's"] = function()
  local post = Post.start(root)
  local packed = post:labelled { address = HOME }
  Post.all_well(post:through("void", packed.numbers[1]))
  equal(post:delivery(packed.id).tracking, nil)
  post.pass(300)
  local again = post:through("deliveries", packed.id)
  contains(again[#again].skipped, "its label was voided")
  post.pass(300)
  Post.all_well(post:through("deliveries", tostring(packed.number)))
  equal(#post:shipments(), 2)
  equal(post:delivery(packed.id).tracking, post:shipments()[2].numbers[1])
end

tests["L2: parcels that the delivery's text says go before box rules"] = function()
  local post = Post.start(root)
  local packed = post:packed({ address = HOME }, { remarks = "2x 4,5kg 40x30x20; 1.2 kg" })
  Post.all_well(post:through("deliveries", packed.id))
  equal(#post:shipments()[1].numbers, 3)
  contains(post:delivery(packed.id).remarks, "2x 4,5kg 40x30x20")
end

tests["L2: an item without weight is refused by name, and costs nothing"] = function()
  local post = Post.start(root)
  post:control("exact", "seed", { change = { { path = "logistics/Items", code = "STOCK-1", set = { GrossWeight = "0", NetWeight = "0" } } } })
  local packed = post:packed { address = HOME, lines = { { item = "STOCK-1", quantity = "1" } } }
  local refused = Post.refused(post:through("deliveries", packed.id))
  contains(refused.refused, "item STOCK-1 has no weight")
  equal(#post:shipments(), 0)
end

tests["L3: sixty characters with the house number last are wrapped, and the number survives"] = function()
  local post = Post.start(root)
  local street = "Burgemeester van den Broek van Oosterwijk tot Zuidlaan 1128b"
  local packed = post:packed { address = { AddressLine1 = street, Postcode = "1015 CJ", City = "Amsterdam", Country = "NL" } }
  Post.all_well(post:through("deliveries", packed.id))
  local last = post:control("brown", "events?last=50")
  equal(#post:shipments(), 1)
  contains(json.encode(last), "/ship")
end

for what, case in pairs {
  ["three lines of sixty characters"] = {
    {
      AddressLine1 = ("a"):rep(29) .. " " .. ("b"):rep(30), AddressLine2 = ("c"):rep(29) .. " " .. ("d"):rep(30), AddressLine3 = ("e"):rep(29) .. " 12",
      Postcode = "1015 CJ", City = "Amsterdam", Country = "NL",
    }, "street: needs", "3 are allowed" },
  ["letters that no label has"] = { { AddressLine1 = "東京 1", Postcode = "1015 CJ", City = "Amsterdam", Country = "NL" }, "street", "東" },
  ["a postcode of another country"] = { { AddressLine1 = "Keizersgracht 1", Postcode = "10115", City = "Amsterdam", Country = "NL" }, "postcode", "1234 AB" },
  ["a state that is none"] = { { AddressLine1 = "1 Main St", Postcode = "78701", City = "Austin", State = "Texas", Country = "US" }, "state", "two letters" },
} do
  tests[("L3: %s are refused before anything is bought, naming field and limit"):format(what)] = function()
    local post = Post.start(root)
    local packed = post:packed { address = case[1] }
    local refused = Post.refused(post:through("deliveries", packed.id))
    assert(refused, "not refused")
    contains(refused.refused, case[2])
    contains(refused.refused, case[3])
    contains(refused.refused, "Delivery " .. packed.number)
    equal(#post:shipments(), 0)
  end
end

tests["L3: names beyond ASCII and phones without country code are made to fit"] = function()
  local post = Post.start(root)
  local packed = post:packed {
    address = { AddressLine1 = "ulica Piotrkowska 104", Postcode = "90-926", City = "Łódź", Country = "PL", Phone = "42 123 45 67" },
  }
  Post.all_well(post:through("deliveries", packed.id))
  equal(post:shipments()[1].to.country, "PL")
end

tests["L4: the first row that fits method, country and weight decides the service; one that says skip leaves it to others"] = function()
  local post = Post.start(root, {
    services = { { method = "PICKUP", skip = true }, { country = "DE", service = "65" }, { over_kg = "5", service = "07" }, { service = "11" } },
  })
  local picked = post:packed({ address = HOME, shipping_method = "PICKUP" })
  contains(post:through("deliveries", picked.id)[3].skipped, "PICKUP")
  post:labelled { address = { AddressLine1 = "Hauptstr. 5", Postcode = "10115", City = "Berlin", Country = "DE" } }
  equal(post:shipments()[1].service, "65")
  post:labelled { address = HOME, lines = { { item = "STOCK-1", quantity = "5" } } }
  equal(post:shipments()[2].service, "07")
  post:labelled { address = HOME, lines = { { item = "STOCK-1", quantity = "1" } } }
  equal(post:shipments()[3].service, "11")
end

local AUSTIN = { AddressLine1 = "1 Main St", Postcode = "78701", City = "Austin", State = "TX", Country = "US", Phone = "(555) 010-9999" }

tests["L4, XU8: out of the customs union the invoice names goods, codes and origin, and sums to what is declared"] = function()
  local post = Post.start(root)
  post:switch("brown", { customs_needed = true })
  post:labelled { address = AUSTIN, lines = { { item = "STOCK-1", quantity = "3", price = "9.99" }, { item = "STOCK-2", quantity = "2", price = "0.5" } } }
  local form = post:shipments()[1].customs
  equal(form.InvoiceNumber, "123456-D1")
  equal(#form.Product, 2)
  equal(form.Product[1].CommodityCode, "69111000")
  equal(form.Product[2].CommodityCode, "691200")
  equal(form.Product[1].OriginCountryCode, "NL")
  equal(form.TermsOfShipment, "DAP")
end

for what, case in pairs {
  ["commodity code"] = { { hs_codes = {} }, "item STOCK-2 has no commodity code" },
  ["origin"] = { { origin = false }, "item STOCK-1 has no country of origin" },
  ["EORI number"] = {
    { sender = { company = "Zuid", lines = { "Dorpsstraat 1" }, postcode = "3511 AA", city = "Utrecht", country = "NL" } }, "no EORI number",
  },
} do
  tests[("L4: an export without %s is refused by name"):format(what)] = function()
    local post = Post.start(root, case[1])
    local packed = post:packed { address = AUSTIN }
    contains(Post.refused(post:through("deliveries", packed.id)).refused, case[2])
    equal(#post:shipments(), 0)
  end
end

tests["XU2: with ships = orders a ready order becomes a shipment, and its goods delivery is made with the number on it"] = function()
  local post = Post.start(root, { ships = "orders" })
  local order = post:ordered { address = HOME, lines = { { item = "STOCK-1", quantity = "2" } } }
  Post.all_well(post:through("orders", order.id))
  local delivery = post:booked().deliveries[1]
  equal(delivery.tracking, post:shipments()[1].numbers[1])
  equal(delivery.lines[1].quantity, "2.0000")
  equal(post:shipments()[1].references[1], "123456-O" .. order.number)
  -- The parcel knows its delivery from then on: what happens to it is told there.
  equal(post.kv["tracked:" .. delivery.tracking].delivery.id, delivery.id)
  local waiting = post:ordered { address = HOME, approval = 0 }
  contains(post:through("orders", waiting.id)[3].skipped, "not approved")
end

tests["L4: inside the USA references belong to the parcels"] = function()
  local post = Post.start(root, {
    sender = { company = "Zuid Inc", lines = { "12 Peachtree St" }, postcode = "30076", city = "Roswell", state = "GA", country = "US", phone = "5550109999" },
  })
  post:labelled { address = AUSTIN }
  equal(#post:shipments(), 1)
end

tests["C9, C17: every night labels are held against deliveries; what differs is a case, and a person's version stands unless ours is wanted"] = function()
  local post = Post.start(root)
  local first, second = post:labelled { address = HOME }, post:labelled { address = HOME }
  equal(post:run("check", "check").result.differences, 0)
  post:change(second, { tracking = false })
  local check = post:run("check", "check")
  equal(check.result.labels, 2)
  equal(check.result.differences, 1)
  local case = check.emitted[1]
  local asked = post:run("differs", case.key, { event = case.payload })
  contains(asked.refused, second.numbers[1])
  contains(asked.refused, "bears no tracking number")
  post:run("differs", case.key, { event = case.payload, decision = "ours" })
  equal(post:delivery(second.id).tracking, second.numbers[1])
  equal(post:run("check", "check").result.differences, 0)
  post:change(first, { tracking = "1ZTYPEDIN000000000" })
  case = post:run("check", "check").emitted[1]
  post:run("differs", case.key, { event = case.payload, decision = "theirs" })
  equal(post:run("check", "check").result.differences, 0)
  equal(post:delivery(first.id).tracking, "1ZTYPEDIN000000000")
end

-- Here each job asks for itself; what the runtime asks together counts in the story of whole processes, which holds them to four.
tests["XF8: twenty deliveries that come together are read in few calls"] = function()
  local post = Post.start(root, { tell_lines = "several" })
  local ids = {}
  for index = 1, 20 do
    ids[index] = post:packed({ address = { AddressLine1 = "Keizersgracht " .. index, Postcode = "1015 CJ", City = "Amsterdam", Country = "NL" } }).id
  end
  local before, queue = post.books.calls, {}
  for _, id in ipairs(ids) do
    for _, child in ipairs(post:run("deliveries", id).emitted) do queue[#queue + 1] = child end
  end
  for _, child in ipairs(queue) do Post.all_well(post:through(child.flow, child.key, { event = child.payload })) end
  equal(#post:shipments(), 20)
  local each = (post.books.calls - before) / 20
  assert(each < 5, ("%.2f calls of Exact Online a shipment"):format(each))
  equal(post:violations(), nil)
end

tests["XF8: the deliveries of a busy day wait for each other, whoever comes late is read with the next ones"] = function()
  local post = Post.start(root, { tell_lines = "several", gather_after = 2, gather_seconds = 60 })
  local ids = {}
  for index = 1, 6 do ids[index] = post:packed({ address = HOME }).id end
  -- A young day: at once.
  for index = 1, 2 do
    local outcome = post:run("deliveries", ids[index])
    equal(#outcome.emitted, 1)
    equal(outcome.emitted[1].delay, nil)
    Post.all_well(post:through("collect", outcome.emitted[1].key, {}))
  end
  local first = post:run("deliveries", ids[3]).emitted
  equal(#first, 1)
  equal(first[1].flow, "collect")
  equal(first[1].delay, 60)
  service.pass(20)
  equal(#post:run("deliveries", ids[4]).emitted, 0)
  -- Each division has lists of its own.
  equal(#post:run("deliveries", ids[4], { source = "books_2" }).emitted, 1)
  service.pass(35)
  equal(#post:run("deliveries", ids[5]).emitted, 0)
  service.pass(5)
  local before = post.books.calls
  local read = post:run("collect", first[1].key)
  equal(read.result.read, 3)
  assert(post.books.calls - before <= 6, post.books.calls - before)
  -- What is told of the three waits less than a minute (L5), once.
  local telling = {}
  for _, child in ipairs(read.emitted) do
    local bought = post:run(child.flow, child.key, { event = child.payload })
    for _, each in ipairs(bought.emitted) do
      if each.flow == "tell" then telling[#telling + 1] = post:run("tell", each.key, { event = each.payload }).emitted[1] end
    end
  end
  equal(#telling, 1)
  equal(telling[1].delay, 40)
  service.pass(40)
  equal(post:run("tell_together", telling[1].key).result.told, 3)
  equal(#post:shipments(), 5)
  for index = 1, 5 do assert(post:delivery(ids[index]).tracking, index) end
  equal(post:run("deliveries", ids[6]).emitted[1].delay, 60)
  -- A mark whose job never came holds up nothing once its time is over.
  service.pass(61)
  equal(#post:run("deliveries", ids[6]).emitted, 0)
  service.pass(900)
  equal(post:run("deliveries", ids[6]).emitted[1].delay, 60)
  equal(post:violations(), nil)
end

tests["XF8: what another job has told while one waited for its permits is not told again"] = function()
  local post = Post.start(root, { tell_lines = "never" })
  local packed = post:packed { address = HOME }
  local read = post:run("collect", post:run("deliveries", packed.id).emitted[1].key).emitted[1]
  local bought = post:run("deliveries", read.key, { event = read.payload })
  local tell
  for _, each in ipairs(bought.emitted) do tell = each.flow == "tell" and each or tell end
  local together = post:run("tell", tell.key, { event = tell.payload }).emitted[1]
  local books, call, waited = post.books, post.books.call, false
  books.call = function(self, name, ...)
    if name == "documents.list" and not waited then
      waited = true
      equal(post:run("tell_together", together.key).result.told, 1)
    end
    return call(self, name, ...)
  end
  equal(post:run("tell_together", together.key).skipped, "told with others already")
  books.call = nil
  assert(waited)
  local writes = 0
  for _, each in ipairs(post:control("exact", "events?last=200").calls) do writes = writes + (each.method == "PUT" and 1 or 0) end
  equal(writes, 1)
  equal(#post:booked().documents, 1)
end

return tests
