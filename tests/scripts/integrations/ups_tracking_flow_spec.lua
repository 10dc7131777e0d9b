-- Parcels of UPS on their way: Track Alert of both generations, looks, Quantum View; what UPS measures and says of addresses; prices and pickups.

local root = ...
local Post, expect, json = require "post", require "expect", require "json"
local contains, equal = expect.contains, expect.equal

local tests = {}

local HOME = { AddressLine1 = "Keizersgracht 1", Postcode = "1015 CJ", City = "Amsterdam", Country = "NL", Phone = "020 123 45 67" }

-- Pushes of UPS from now on, each run as the runtime would.
local function listen(post)
  local pushes, service = {}, require "service"
  service.callbacks[Post.HOOK] = function(request)
    local body = json.decode(request.body)
    pushes[#pushes + 1] = { body = body, raw = request.body, headers = request.headers }
    pushes[#pushes].outcome = post:run("alerts", body.trackingNumber, { event = { body = request.body }, source = "ups" })
    return { status = 200 }
  end
  return pushes
end

tests["XU4: parcels are subscribed to, pushes move their status, and delivered closes them once"] = function()
  local post = Post.start(root, { alerts = "registered", alert_url = Post.HOOK })
  local packed = post:labelled { address = HOME }
  local pushes = listen(post)
  equal(post:run("subscribe", "subscribe").result.asked, 1)
  post:control("brown", "seed", { travel = { packed.numbers[1] }, ends = "delivered", over = 3600 })
  post.pass(4000)
  equal(#pushes, 4)
  equal(pushes[4].outcome.result.status, "delivered")
  equal(pushes[4].outcome.result.closed, true)
  -- Again, and out of order: nothing moves back.
  local again = post:run("alerts", packed.numbers[1], { event = { body = pushes[1].raw }, source = "ups" })
  equal(again.result.status, "delivered")
  equal(again.result.new, 0)
end

tests["XU4: the portal's generation carries no address in its body, and a leading blank in a number is no other parcel"] = function()
  local post = Post.start(root, { alerts = "portal" })
  post:switch("brown", { leading_blank = true, times_lose_zeros = true })
  post:control("brown", "seed", { portal = { url = Post.HOOK } })
  local packed = post:labelled { address = HOME }
  local pushes = listen(post)
  equal(post:run("subscribe", "subscribe").result.asked, 1)
  post:happen(packed.numbers[1], "picked_up", { at = "2026-01-05T00:05:09Z" })
  post.pass(10)
  equal(pushes[1].outcome.result.status, "collected")
  assert(pushes[1].headers["x-api-key"])
end

tests["XU4: a hundred numbers go in one group, what UPS does not take is looked at instead"] = function()
  local post = Post.start(root, { alerts = "portal" })
  post:control("brown", "seed", { portal = { url = Post.HOOK } })
  for index = 1, 150 do
    local number = ("1ZA1B2C3%010d"):format(index)
    post.kv["alert:" .. number], post.kv["tracked:" .. number] = { state = "wanted", since = "2026-01-05T08:00:00Z" }, { number = number }
  end
  post.kv["alert:7777"], post.kv["tracked:7777"] = { state = "wanted", since = "2026-01-05T08:00:00Z" }, { number = "7777" }
  local outcome = post:run("subscribe", "subscribe")
  equal(outcome.result.asked, 150)
  equal(#outcome.sent, 2)
  equal(post.kv["alert:7777"].state, "refused")
  equal(post.kv["alert:1ZA1B2C30000000001"].state, "told")
  -- Before the fourteen days are over they are asked for anew.
  equal(post:run("subscribe", "subscribe").result.asked, 0)
  post.pass(12 * 86400 + 60)
  equal(post:run("subscribe", "subscribe").result.asked, 150)
  equal(post:violations(), nil)
end

tests["XU4: when subscribing fails, looks take over, and Quantum View says where there is news"] = function()
  local post = Post.start(root, { alerts = "portal", quantum_view = "OutboundXML" })
  post:switch("brown", { missing_products = json.array { "track_alert" } })
  local packed = post:labelled { address = HOME }
  local failed = post:run("subscribe", "subscribe")
  equal(failed.result.asked, 0)
  contains(failed.notes[1], "looked at instead")
  post:happen(packed.numbers[1], "picked_up")
  local round = post:run("round", "round")
  equal(round.emitted[1].flow, "look")
  equal(post:run("look", packed.numbers[1]).result.status, "collected")
  post:happen(packed.numbers[1], "delivered")
  local views = post:run("views", "views")
  equal(views.result.news_of, 1)
  equal(post:run("look", packed.numbers[1]).result.closed, true)
end

tests["XU4: what is told by pushes is looked at once a day, as pushes may be lost"] = function()
  local post = Post.start(root, { alerts = "portal" })
  post:control("brown", "seed", { portal = { url = Post.HOOK } })
  local packed = post:labelled { address = HOME }
  post:run("subscribe", "subscribe")
  post:run("look", packed.numbers[1])
  equal(#post:run("round", "round").emitted, 0)
  post.pass(25 * 3600)
  equal(post:run("round", "round").emitted[1].key, packed.numbers[1])
end

for ends, case in pairs { refused = "refused", returned = "on its way back", damaged = "back to the sender" } do
  tests[("L7: a parcel whose journey ends as %s is a case, and its delivery to the sender closes nothing"):format(ends)] = function()
    local post = Post.start(root)
    local packed = post:labelled { address = HOME }
    post:control("brown", "seed", { travel = { packed.numbers[1] }, ends = ends })
    local outcome = post:run("look", packed.numbers[1])
    assert(outcome.refused, "a case")
    contains(outcome.refused, packed.numbers[1])
    assert(case)
    equal(post.kv["tracked:" .. packed.numbers[1]].state.closed, false)
    equal(post.kv["tracked:" .. packed.numbers[1]].state.status, "returned")
  end
end

tests["L7: a parcel that comes back to the sender after it was delivered is a case, and stays delivered"] = function()
  local post = Post.start(root)
  local packed = post:labelled { address = HOME }
  post:control("brown", "seed", { travel = packed.numbers, ends = "delivered" })
  equal(post:run("look", packed.numbers[1]).result.status, "delivered")
  post.pass(2 * 86400)
  post:happen(packed.numbers[1], "returning")
  local outcome = post:run("look", packed.numbers[1])
  contains(outcome.refused, packed.numbers[1])
  contains(outcome.refused, "after it was delivered")
  equal(post.kv["tracked:" .. packed.numbers[1]].state.status, "delivered")
end

tests["XU5, L7: the client's table decides what a code means, and codes that nobody knows never fail"] = function()
  local post = Post.start(root, { status_codes = { ["017"] = "exception" } })
  local packed = post:labelled { address = HOME }
  post:happen(packed.numbers[1], "held")
  equal(post:run("look", packed.numbers[1]).result.status, "exception")
  post.pass(60)
  post:happen(packed.numbers[1], "unknown")
  equal(post:run("look", packed.numbers[1]).refused, nil)
  post:switch("brown", { numeric_status_in_code = true, single_as_object = true })
  post.pass(60)
  post:happen(packed.numbers[1], "delivered")
  equal(post:run("look", packed.numbers[1]).result.status, "delivered")
end

tests["XU5: delivered is told once in the delivery's remarks, when all of its parcels have arrived"] = function()
  local post = Post.start(root, { delivered_as = "remarks", scan_notes = "none" })
  local packed = post:labelled({ address = HOME }, { remarks = "2x 3kg" })
  post:happen(packed.numbers[1], "delivered")
  post:run("look", packed.numbers[1])
  equal(post:delivery(packed.id).remarks:find("Delivered", 1, true), nil)
  post:happen(packed.numbers[2], "delivered")
  post:run("look", packed.numbers[2])
  post:run("look", packed.numbers[2])
  local _, count = post:delivery(packed.id).remarks:gsub("Delivered", "")
  equal(count, 1)
  -- It comes back as a change, long after the label was told, and costs no call.
  local pushed = { event = { topic = "GoodsDeliveries", body = { Content = { Key = packed.id, Action = "Update" } } } }
  equal(post:run("deliveries", packed.id, pushed).books_calls, 0)
end

tests["XU4, XF4: scans join the label's document in one call"] = function()
  local post = Post.start(root)
  local packed = post:labelled { address = HOME }
  equal(#post:booked().documents, 1)
  post:happen(packed.numbers[1], "delivered")
  equal(post:run("look", packed.numbers[1]).books_calls, 1)
  local papers = post:booked().documents
  equal(#papers, 1)
  contains(papers[1].body, packed.numbers[1])
  equal(papers[1].files[1].name, packed.numbers[1] .. ".zpl")
end

tests["L7: a parcel that nobody scans for days is asked about once"] = function()
  local post = Post.start(root, { silent_days = 2 })
  local packed = post:labelled { address = HOME }
  post.pass(4 * 86400)
  local silent
  for _, child in ipairs(post:run("round", "round").emitted) do
    if child.flow == "silent" then silent = child.key end
  end
  equal(silent, packed.numbers[1])
  contains(post:run("silent", silent).refused, "never scanned")
end

tests["XU9: a weight that UPS measured is reported, and by setting written to an item that was alone in its parcel"] = function()
  local post = Post.start(root, { measured = "items" })
  local packed = post:labelled { address = HOME, lines = { { item = "STOCK-1", quantity = "2" } } }
  post:control("brown", "seed", { measure = { { number = packed.numbers[1], weight = "6", length = "40", width = "30", height = "20" } } })
  post:happen(packed.numbers[1], "picked_up")
  local outcome = post:run("look", packed.numbers[1])
  contains(table.concat(outcome.notes, "; "), "UPS measured 6 kg and 40 x 30 x 20 cm; 2.8 kg were declared")
  equal(outcome.sent[1].operation, "items.update")
  equal(tostring(outcome.sent[1].arguments[2].GrossWeight), "3.0000")
  equal(#post:run("look", packed.numbers[1]).sent, 0, "told once")
end

local ROSWELL = { AddressLine1 = "12 Peachtree St", Postcode = "30076", City = "Atlanta", State = "GA", Country = "US", Phone = "5550109999" }

tests["XU9: an address that UPS corrects is reported, refused or written back, as it is set"] = function()
  local lines = { { item = "STOCK-1", quantity = "1" } }
  local post = Post.start(root, { address_check = "refuse" })
  local packed = post:packed { address = ROSWELL, lines = lines }
  contains(Post.refused(post:through("deliveries", packed.id)).refused, "ROSWELL instead of 30076 Atlanta")
  equal(#post:shipments(), 0)
  post = Post.start(root, { address_check = "write" })
  packed = post:packed { address = ROSWELL, lines = lines }
  local outcomes = Post.all_well(post:through("deliveries", packed.id))
  local corrected
  for _, each in ipairs(outcomes) do corrected = corrected or each.flow == "address" and each.result.city end
  equal(corrected, "ROSWELL")
  equal(#post:shipments(), 1)
end

tests["XU6: prices and days are asked for an order and written where the mapping says"] = function()
  local post = Post.start(root)
  local order = post:ordered { address = HOME, remarks = "Call first" }
  local outcome = post:run("rates", tostring(order.number))
  equal(outcome.result.service, "11")
  assert(tonumber(outcome.result.days) > 0)
  contains(outcome.sent[1].arguments[2].Remarks, "Call first\nUPS 11: ")
  equal(#post:shipments(), 0, "nothing is bought")
end

tests["XU6: a pickup is ordered for an order and its number written"] = function()
  local post = Post.start(root, { pickup = { ready = "1500", close = "1800", contact = "Dock 3" } })
  local order = post:ordered { address = HOME }
  local outcome = post:run("pickup", tostring(order.number))
  equal(#post:state().pickups, 1)
  contains(outcome.sent[2].arguments[2].Remarks, post:state().pickups[1].prn)
end

return tests
