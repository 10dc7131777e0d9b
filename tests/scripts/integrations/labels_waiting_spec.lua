-- Deliveries that wait to be read with others, and labels that wait to be told: nothing that happens meanwhile is lost, written over or held up.

local root = ...
local Post, expect, service = require "post", require "expect", require "service"
local contains, equal = expect.contains, expect.equal

local tests = {}

local HOME = { AddressLine1 = "Keizersgracht 1", Postcode = "1015 CJ", City = "Amsterdam", Country = "NL", Phone = "020 123 45 67" }

local function change(post, packed, what)
  what.id = packed.id
  assert(post:person({ packed = { what } }).done == 1)
end

-- All that a run hands on, but prints.
local function follow(post, outcome)
  local out = {}
  for _, child in ipairs(outcome.emitted) do
    if child.flow ~= "print" then
      for _, each in ipairs(post:through(child.flow, child.key, { event = child.payload })) do out[#out + 1] = each end
    end
  end
  return Post.all_well(out)
end

local function of_flow(outcome, flow)
  for _, each in ipairs(outcome.emitted) do
    if each.flow == flow then return each end
  end
end

-- Bought, and on the list of what is to be told; gives the job that is to tell it.
local function bought(post, packed)
  local read = post:run("collect", post:run("deliveries", packed.id).emitted[1].key).emitted[1]
  local tell = of_flow(post:run("deliveries", read.key, { event = read.payload }), "tell")
  return post:run("tell", tell.key, { event = tell.payload }).emitted[1]
end

tests["XU2: a delivery that is marked ready right after it was read gets its label within a minute or so"] = function()
  local post = Post.start(root, { ready_mark = "READY" })
  local packed = post:packed { address = HOME }
  Post.all_well(post:through("deliveries", packed.id, { event = Post.pushed(packed.id) }))
  service.pass(20)
  change(post, packed, { remarks = "READY" })
  local told = post:run("deliveries", packed.id, { event = Post.pushed(packed.id) })
  equal(told.skipped, "it was read just now, and is read again in a minute")
  equal(told.emitted[1].delay, 60)
  -- Once, however often it is told of.
  equal(#post:run("deliveries", packed.id, { event = Post.pushed(packed.id) }).emitted, 0)
  equal(#post:shipments(), 0)
  service.pass(60)
  follow(post, told)
  equal(#post:shipments(), 1)
end

tests["XU2: a row of the list of changes is never left out for having been read just now, unless it is older than the reading"] = function()
  local post = Post.start(root, { ready_mark = "READY" })
  local packed = post:packed { address = HOME }
  local before = post:swept(packed.id)
  Post.all_well(post:through("deliveries", packed.id, { event = Post.pushed(packed.id) }))
  equal(post:run("deliveries", packed.id, { event = before }).skipped, "it was read since")
  equal(post:run("deliveries", packed.id, { event = Post.pushed(packed.id, 30) }).skipped, "it was read since")
  change(post, packed, { remarks = "READY" })
  Post.all_well(post:through("deliveries", packed.id, { event = post:swept(packed.id) }))
  equal(#post:shipments(), 1)
end

tests["C13: what shadow has read within the minute is read again once the instance is live"] = function()
  local post = Post.start(root)
  local packed = post:packed { address = HOME }
  Post.all_well(post:through("deliveries", packed.id, { event = post:swept(packed.id), shadow = true }))
  service.pass(10)
  Post.all_well(post:through("deliveries", packed.id, { event = post:swept(packed.id) }))
  equal(#post:shipments(), 1)
  -- And a record that a person names always.
  local other = post:packed { address = HOME }
  Post.all_well(post:through("deliveries", other.id, { event = post:swept(other.id), shadow = true }))
  Post.all_well(post:through("deliveries", other.id, { event = { manual = true } }))
  equal(#post:shipments(), 2)
end

tests["XU2: what is told of while a delivery is being read stays on the list"] = function()
  local post = Post.start(root, { ready_mark = "READY" })
  local packed = post:packed { address = HOME }
  local collect = post:run("deliveries", packed.id, { event = Post.pushed(packed.id) }).emitted[1]
  local books, call, is_done = post.books, post.books.call, false
  books.call = function(self, name, ...)
    local out = call(self, name, ...)
    if name == "goods_deliveries.list" and not is_done then
      is_done = true
      change(post, packed, { remarks = "READY" })
      equal(#post:run("deliveries", packed.id, { event = post:swept(packed.id) }).emitted, 0)
    end
    return out
  end
  local read = post:run("collect", collect.key)
  books.call = nil
  assert(is_done and of_flow(read, "collect"), "the next one is asked for")
  follow(post, read)
  equal(#post:shipments(), 1)
end

tests["L5, C17: what a person writes into a delivery between its purchase and its telling stays"] = function()
  local post = Post.start(root)
  local packed = post:packed { address = HOME }
  local together = bought(post, packed)
  service.pass(15)
  change(post, packed, { remarks = "Leave with neighbour no. 9" })
  service.pass(5)
  equal(post:run("tell_together", together.key).result.told, 1)
  local delivery = post:delivery(packed.id)
  contains(delivery.remarks, "Leave with neighbour no. 9")
  contains(delivery.remarks, post:shipments()[1].numbers[1])
  equal(delivery.tracking, post:shipments()[1].numbers[1])
end

tests["L5, C17: also while one that tells it waits for its permits"] = function()
  local post = Post.start(root)
  local packed = post:packed { address = HOME }
  local together = bought(post, packed)
  service.pass(15)
  local books, call, is_done = post.books, post.books.call, false
  books.call = function(self, name, ...)
    local out = call(self, name, ...)
    if name == "documents.list" and not is_done then
      is_done = true
      change(post, packed, { remarks = "Leave with neighbour no. 9" })
      service.pass(3600)
    end
    return out
  end
  equal(post:run("tell_together", together.key).result.told, 1)
  books.call = nil
  assert(is_done)
  contains(post:delivery(packed.id).remarks, "Leave with neighbour no. 9")
end

tests["L6, C17: a number that a person types in meanwhile stays, and is asked about"] = function()
  local post = Post.start(root)
  local packed = post:packed { address = HOME }
  local together = bought(post, packed)
  service.pass(15)
  change(post, packed, { tracking = "1Z999AA10123456784" })
  local told = post:run("tell_together", together.key)
  equal(post:delivery(packed.id).tracking, "1Z999AA10123456784")
  local asked = of_flow(told, "deliveries")
  contains(post:run(asked.flow, asked.key, { event = asked.payload }).refused, "carries the tracking number 1Z999AA10123456784 now")
end

tests["L6: an order that is cancelled between its label's purchase and its telling is asked about"] = function()
  local post = Post.start(root, { ships = "orders" })
  local order = post:ordered { address = HOME }
  local read = post:run("collect", post:run("orders", order.id).emitted[1].key).emitted[1]
  post:run("orders", read.key, { event = read.payload })
  equal(#post:shipments(), 1)
  local row = post:swept(order.id, "order")
  equal(post:run("orders", order.id, { event = row }).skipped, "our own writes")
  row.record.Status, row.record.DeliveryStatus = 45, 45
  local again = post:run("orders", order.id, { event = row })
  assert(again.books_calls > 0, "it is read")
end

tests["C5, C13: what a back-fill asks for is read and told on lists of its own"] = function()
  local post = Post.start(root)
  local a, b = post:packed { address = HOME }, post:packed { address = HOME }
  local live, back = post:run("deliveries", a.id, { event = Post.pushed(a.id) }), post:run("deliveries", b.id, { backfill = true })
  equal(#live.emitted, 1)
  equal(#back.emitted, 1)
  assert(live.emitted[1].key ~= back.emitted[1].key)
  local read = post:run("collect", live.emitted[1].key)
  equal(#read.emitted, 1)
  equal(read.emitted[1].key, a.id)
  local told = of_flow(post:run("deliveries", a.id, { event = read.emitted[1].payload }), "tell")
  local other = post:run("collect", back.emitted[1].key, { backfill = true }).emitted[1]
  local told_back = of_flow(post:run("deliveries", b.id, { event = other.payload, backfill = true }), "tell")
  local first = post:run("tell", told.key, { event = told.payload }).emitted[1]
  local second = post:run("tell", told_back.key, { event = told_back.payload, backfill = true }).emitted[1]
  assert(first.key ~= second.key)
  equal(post:run("tell_together", first.key).result.told, 1)
  equal(post:run("tell_together", second.key, { backfill = true }).result.told, 1)
  for _, each in ipairs { a, b } do assert(post:delivery(each.id).tracking) end
end

tests["L5: a list whose job is gone is taken up again, though nothing else comes"] = function()
  local post = Post.start(root)
  local packed = post:packed { address = HOME }
  equal(#post:run("deliveries", packed.id).emitted, 1)   -- and its job never comes
  equal(post:run("overdue", "now").skipped, "no list waits for a job that is gone")
  service.pass(901)
  local found = post:run("overdue", "now")
  equal(found.emitted[1].flow, "collect")
  equal(found.emitted[1].connection, "books")
  equal(post:run("overdue", "now").skipped, "no list waits for a job that is gone")
  follow(post, found)
  equal(#post:shipments(), 1)
  assert(post:delivery(packed.id).tracking)
  equal(post:run("overdue", "now").skipped, "no list waits for a job that is gone")
end

tests["L5: a job that was to come in shadow holds up nothing once the instance is live"] = function()
  local post = Post.start(root, { gather_after = 0 })
  local packed = post:packed { address = HOME }
  equal(#post:run("deliveries", packed.id, { event = Post.pushed(packed.id), shadow = true }).emitted, 1)
  equal(#post:run("deliveries", packed.id, { event = Post.pushed(packed.id) }).emitted, 1)
end

tests["L5: one shipment that can't be told holds up no other"] = function()
  local post = Post.start(root)
  local a, b = post:packed { address = HOME }, post:packed { address = HOME }
  local together = bought(post, a)
  bought(post, b)
  local send, is_stuck = post.send, true
  -- What ends the job as a case: neither applied nor refused.
  post.send = function(self, write)
    if is_stuck and write.operation == "documents.create" and write.arguments[1].Subject:find("D" .. a.number, 1, true) then error("several found", 0) end
    return send(self, write)
  end
  local is_well = pcall(post.run, post, "tell_together", together.key)
  equal(is_well, false)
  service.pass(901)
  local found = post:run("overdue", "now").emitted[1]
  local told = post:run("tell_together", found.key, { event = found.payload })
  equal(told.result.told, 2)
  assert(post:delivery(b.id).tracking, "the other one")
  local alone = of_flow(told, "tell")
  is_stuck = false
  equal(post:delivery(a.id).tracking, nil)
  Post.all_well(post:through("tell", alone.key, { event = alone.payload }))
  assert(post:delivery(a.id).tracking)
end

tests["C13: a delivery of before the start, as its row says, costs no call"] = function()
  local post = Post.start(root)
  local packed = post:packed { address = HOME }
  local event = post:swept(packed.id)
  event.record.DeliveryDate = "/Date(1767225600000)/"   -- 2026-01-01
  local outcome = post:run("deliveries", packed.id, { event = event, start = "2026-01-05T00:00:00Z" })
  contains(outcome.skipped, "before the start")
  equal(outcome.books_calls, 0)
  event.record.DeliveryDate = "/Date(1767744000000)/"   -- 2026-01-07
  equal(#post:run("deliveries", packed.id, { event = event, start = "2026-01-05T00:00:00Z" }).emitted, 1)
end

return tests
