-- What is shared by everybody who follows parcels: L6, L7, XF4.

local root = ...
local flow = require "flow"

local tests = {}

local DELIVERY, LINE = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"

-- Tracking of one made-up carrier: books that remember what is written, parcels by hand.
local function start(settings)
  local self = { kv = {}, entities = {}, written = {}, now = "2026-01-05T12:00:00Z", remarks = nil }
  local ambient = flow.ambient()
  self.books_system = flow.load(root, "scripts/systems/exact_online")
  self.tracking = flow.load_module(root, "shared.tracking.tracking", ambient)
  self.settings = {}
  for name, field in pairs(flow.load_module(root, "shared.tracking.settings", ambient) {}) do self.settings[name] = field.default end
  for name, value in pairs(settings or {}) do self.settings[name] = value end

  function self.run(number, body, more)
    more = more or {}
    return flow.run {
      key = number, settings = self.settings, kv = self.kv, entities = self.entities, now = self.now, attempt = more.attempt,
      roles = { { system = self.books_system, connections = { "books" }, answers = {
        ["goods_delivery_lines.list"] = function() return { { ID = LINE } } end,
        ["goods_deliveries.get"] = function() return { Remarks = self.remarks } end,
      } } },
      body = function(job, books) return body(job, books) end,
      send = function(_, write)
        self.written[#self.written + 1] = { operation = write.operation, arguments = write.arguments }
        return { id = "doc-1", state = "settled" }
      end,
    }
  end
  function self.open(number, more)
    local parcel = { number = number, carrier = "carrier", books = "books", delivery = { id = DELIVERY, number = 7 }, order = { id = "o", number = 118 },
      reference = "1-7", ship_date = "2026-01-05" }
    for name, value in pairs(more or {}) do parcel[name] = value end
    return self.run(number, function(job) return (self.tracking.open(job, parcel)) end)
  end
  function self.take(number, events, more)
    for _, event in ipairs(events) do event.number = number end
    return self.run(number, function(job, books) return self.tracking.take(job, books, events, more and more.more) end, more)
  end
  function self.status(number) return self.kv["tracked:" .. number].state.status end
  return self
end

local function at(day, clock) return ("2026-01-%02dT%s:00Z"):format(day, clock) end

tests["L7 only delivery to the consignee closes, and older or repeated events move nothing back"] = function()
  local t = start()
  t.open "1"
  assert(t.take("1", { { status = "in_transit", at = at(6, "10:00") } }).result.status == "in_transit")
  assert(t.take("1", { { status = "collected", at = at(5, "18:00") } }).result.status == "in_transit")
  local came = t.take("1", { { status = "delivered", at = at(7, "10:00"), text = "Delivered" }, { status = "in_transit", at = at(6, "10:00") } })
  assert(came.result.status == "delivered" and came.result.closed and came.result.new == 1 and t.kv["parcel:1"].closed == at(7, "10:00"))
  -- The same again, and one that comes late: nothing.
  came = t.take("1", { { status = "delivered", at = at(7, "10:00") }, { status = "out_for_delivery", at = at(7, "08:00") } })
  assert(came.result.closed and came.result.status == "delivered" and not came.refused)
end

tests["L7 returned, refused and lost are cases, each with its sentence; released, the case is over"] = function()
  for status, words in pairs { returning = "on its way back to the sender", refused = "refused by the consignee", lost = "is lost", returned = "came back" } do
    local t = start()
    t.open "1"
    local events = { { status = "in_transit", at = at(6, "10:00") }, { status = status, at = at(7, "10:00"), text = "Not home", place = "BERLIN DE" } }
    local came = t.take("1", events)
    assert(came.refused and came.refused:find(words, 1, true) and came.refused:find("Parcel 1 of order 118", 1, true), tostring(came.refused))
    assert(came.refused:find("Not home, BERLIN DE", 1, true) and came.cause == "parcel 1" and came.fix)
    assert(not t.kv["parcel:1"].closed and t.status "1" == status)
    assert(t.take("1", events, { attempt = 2 }).result)
    -- Which of them ask is the client's to say.
    t = start { tracking_cases = {} }
    t.open "1"
    assert(t.take("1", events).result.status == status)
  end
end

tests["L7 delivery on the way back is no delivery, and a return after the delivery is a case"] = function()
  local t = start()
  t.open "1"
  assert(t.take("1", { { status = "returning", at = at(6, "10:00") } }).refused)
  local came = t.take("1", { { status = "delivered", at = at(8, "10:00") } })
  assert(came.refused:find("came back to the sender", 1, true) and t.status "1" == "returned" and not t.kv["parcel:1"].closed)
  t.open "2"
  assert(t.take("2", { { status = "delivered", at = at(6, "10:00") } }).result.closed)
  came = t.take("2", { { status = "returning", at = at(8, "10:00") } })
  assert(came.refused:find("after it was delivered", 1, true) and t.status "2" == "delivered", tostring(came.refused))
  -- What was told of before it turned back, late, does not make it delivered.
  t.open "3"
  t.take("3", { { status = "returning", at = at(8, "10:00") } })
  assert(t.take("3", { { status = "delivered", at = at(7, "10:00") } }).result.status == "returning")
end

tests["L7 no scan for so many business days is a case, once for each silence"] = function()
  local t = start { silent_days = 3, holidays = { "2026-01-08" } }
  t.open "1"   -- a Monday
  local function due()
    local silent = {}
    local outcome = t.run("sweep", function(job)
      return t.tracking.due(job, 30, function(number) silent[#silent + 1] = number end)
    end)
    return silent, outcome.result
  end
  t.now = at(8, "12:00")
  assert(#due() == 0)
  t.now = at(9, "12:00")   -- Tuesday, Wednesday, Friday: Thursday is a holiday
  assert(due()[1] == "1")
  local came = t.run("1", function(job) return t.tracking.silent(job, "1") end)
  assert(came.refused:find("never scanned in 3 business days", 1, true) and came.cause == "parcel 1", came.refused)
  assert(t.run("1", function(job) return t.tracking.silent(job, "1") end, { attempt = 2 }).result.silent == 3)
  assert(#due() == 0)
  t.take("1", { { status = "in_transit", at = at(9, "13:00"), place = "LIEGE BE" } })
  t.now = at(14, "12:00")
  assert(due()[1] == "1")
  came = t.run("1", function(job) return t.tracking.silent(job, "1") end)
  assert(came.refused:find("last scanned on 2026-01-09 in LIEGE BE", 1, true), came.refused)
  -- Meanwhile it moved.
  t.take("1", { { status = "delivered", at = at(14, "13:00") } })
  assert(t.run("1", function(job) return t.tracking.silent(job, "1") end).skipped)
end

tests["XF4 scans stand in one document of the order, and the order is not touched"] = function()
  local t = start { scan_zone = "Europe/Amsterdam" }
  t.open("1", { account_id = DELIVERY })
  t.take("1", { { status = "collected", at = at(5, "17:00"), text = "Picked up", place = "Utrecht NL" } })
  assert(#t.written == 0)
  t.take("1", { { status = "information", at = at(5, "18:00"), text = "Arriving on time" }, { status = "delivered", at = at(6, "10:05"), text = "Delivered" } })
  assert(#t.written == 1 and t.written[1].operation == "documents.create")
  local document = t.written[1].arguments[1]
  assert(document.SalesOrderNumber == 118 and document.Subject == "Tracking of delivery 7" and document.Type == 55 and document.Account == DELIVERY)
  assert(document.Body == "1\n2026-01-05 18:00  Picked up, Utrecht NL\n2026-01-05 19:00  Arriving on time\n2026-01-06 11:05  Delivered", document.Body)
  t.take("1", { { status = "returning", at = at(8, "10:00"), text = "Returning" } })
  assert(#t.written == 2 and t.written[2].operation == "documents.update" and t.written[2].arguments[1] == "doc-1")
  for _, write in ipairs(t.written) do assert(write.operation:find "^documents%.", write.operation) end
  -- Another parcel of the delivery stands in the same document; one that the label has is gone on with.
  t.open("2", { link = "https://carrier.example/2" })
  t.take("2", { { status = "delivered", at = at(6, "10:05"), text = "Delivered" } })
  local update = t.written[#t.written].arguments
  assert(update[1] == "doc-1" and update[2].Body:find("Returning\n\n2 https://carrier.example/2\n2026-01-06 11:05", 1, true), update[2].Body)
  t.open("3", { delivery = false })
  t.kv["tracked:3"].delivery = nil
  t.take("3", { { status = "delivered", at = at(6, "10:05") } }, { more = { document = "of the label" } })
  assert(t.written[#t.written].operation == "documents.update" and t.written[#t.written].arguments[1] == "of the label")
end

tests["XF4 scans as notes of the delivery's lines, at every look, or not at all"] = function()
  local t = start { scan_notes = "lines", scan_statuses = { "any" } }
  t.open "1"
  t.take("1", { { status = "collected", at = at(5, "17:00"), text = "Picked up" } })
  assert(t.written[1].operation == "goods_delivery_lines.update" and t.written[1].arguments[1] == LINE)
  assert(t.written[1].arguments[2].Notes == "1\n2026-01-05 17:00 UTC  Picked up", t.written[1].arguments[2].Notes)
  t.take("1", { { status = "collected", at = at(5, "17:00"), text = "Picked up" } })
  assert(#t.written == 1)
  t = start { scan_notes = "none" }
  t.open "1"
  t.take("1", { { status = "delivered", at = at(5, "17:00") } })
  assert(#t.written == 0)
end

tests["XU5 a delivery has arrived when all its parcels have, once"] = function()
  local t = start { delivered_as = "remarks", scan_notes = "none" }
  t.open "1"
  t.open "2"
  t.take("1", { { status = "delivered", at = at(6, "10:00") } })
  assert(#t.written == 0)
  t.remarks = "Fragile"
  t.take("2", { { status = "delivered", at = at(6, "12:00") } })
  assert(#t.written == 1 and t.written[1].arguments[2].Remarks == "Fragile\nDelivered 2026-01-06 12:00 UTC")
  t.remarks = t.written[1].arguments[2].Remarks
  t.take("2", { { status = "delivered", at = at(6, "12:00") } })
  assert(#t.written == 1)
  -- A parcel that was voided is waited for by nobody.
  t.open "3"
  t.open "4"
  t.run("3", function(job) t.tracking.forget(job, "3") end)
  t.remarks = nil
  t.take("4", { { status = "delivered", at = at(7, "12:00") } })
  assert(#t.written == 2)
end

tests["L7 codes are a table that the client may change; an unknown code is information"] = function()
  local t = start { status_codes = { ZZ = "held", DE = "nonsense" } }
  local statuses = flow.load_module(root, "shared.tracking.statuses", flow.ambient())
  local function of(code) return t.run("1", function(job) return statuses.of(job, { DL = "delivered", DE = "exception" }, code) end) end
  assert(of "DL".result == "delivered" and of "ZZ".result == "held" and of "QQ".result == "information")
  assert(of "DE".refused:find "'nonsense', which is no status")
end

tests["XF4 what is followed is given in batches by connection; what arrived is looked at once a day, and left in the end"] = function()
  local t = start { watch_days = 2, silent_days = 0 }
  for number = 1, 65 do t.open(tostring(100 + number), { carrier = number > 60 and "second" or "first" }) end
  local function sizes()
    local out = {}
    for _, batch in ipairs(t.run("sweep", function(job) return t.tracking.due(job, 30, function() end) end).result) do
      out[#out + 1] = batch.carrier .. " " .. #batch.parcels
    end
    table.sort(out)
    return table.concat(out, ", ")
  end
  assert(sizes() == "first 30, first 30, second 5", sizes())
  for number = 1, 60 do t.take(tostring(100 + number), { { status = "delivered", at = at(5, "13:00") } }) end
  assert(sizes() == "second 5")
  t.now = at(6, "12:00")
  assert(sizes() == "first 30, first 30, second 5")
  assert(sizes() == "second 5")
  t.now = at(8, "14:00")
  assert(sizes() == "second 5" and not t.kv["parcel:101"])
end

tests["L6 a number that is typed twice is followed once"] = function()
  local t = start()
  t.open "1"
  t.take("1", { { status = "in_transit", at = at(6, "10:00") } })
  t.open("1", { typed = true })
  assert(t.status "1" == "in_transit" and not t.kv["tracked:1"].typed)
  -- Numbers are used again: half a year later it is another parcel.
  t.open("1", { ship_date = "2026-07-06" })
  assert(t.kv["tracked:1"].state == nil)
end

return tests
