-- The spec module tested by itself, and what it stands in for.

local decimal, json, odata, paging, spec = require "decimal", require "json", require "odata", require "paging", require "spec"
local expect = spec.expect

-- Runs a spec and gives its results as lines.
local function run(define, filter)
  define()
  local lines = {}
  for index, result in ipairs(spec.run(filter)) do
    lines[index] = (result.ok and "ok " or "not ok ") .. result.name .. (result.message and ": " .. result.message or "")
  end
  return table.concat(lines, "\n")
end

return {
  ["groups, cases and hooks become named results in order"] = function()
    local seen = {}
    local text = run(function()
      spec.describe("a", function()
        spec.before(function() seen[#seen + 1] = "before" end)
        spec.it("one", function() seen[#seen + 1] = "one" end)
        spec.describe("b", function()
          spec.case("{n} is {word}", { { n = 1, word = "one" }, { n = 2, word = "two" } }, function(case) expect(case.n):equals(1) end)
        end)
      end)
      spec.it("alone", function() seen[#seen + 1] = "alone" end)
    end)
    expect(text):equals "ok a one\nok a b 1 is one\nnot ok a b 2 is two: expected 1, found 2\nok alone"
    expect(table.concat(seen, " ")):equals "before one before before alone"
    expect(#spec.run()):equals(0)
  end,

  ["results carry file and line of the expectation that failed"] = function()
    spec.it("x", function()
      expect({ a = { 1, 2 } }):equals { a = { 1, 3 } }
    end)
    spec.it("y", function() error({ code = "not_found", message = "no order 118" }) end)
    spec.it("z", function() local nothing = nil return nothing.field end)
    local results = spec.run()
    expect(results[1]):has { name = "x", ok = false, message = "a.2: expected 3, found 2", file = "spec_spec.lua", line = 36 }
    expect(results[2].message):equals "not_found: no order 118"
    expect(results[2].line):equals(38)
    expect(results[3].file):equals "spec_spec.lua"
    expect(results[3].message):contains "attempt to index a nil value"
  end,

  ["only what a filter names runs, the rest is forgotten"] = function()
    expect(run(function()
      spec.it("orders map", function() end)
      spec.it("refunds map", function() error "no" end)
    end, "orders")):equals "ok orders map"
  end,

  ["expectations hold by value"] = function()
    expect(decimal "1.50"):equals(decimal "1.5")
    expect(2):equals(decimal "2.0")
    expect(json.record '{"a":[1,{"b":null}]}'):equals { a = { 1, { b = json.null } } }
    expect(json.record '{"a":1,"b":2}'):has { a = 1 }
    for _, case in ipairs {
      { function() expect(1):equals "1" end, 'expected "1", found 1' },
      { function() expect({ 1, 2 }):has { 1 } end, "2: not expected, found 2" },
      { function() expect({ a = 1 }):equals {} end, "a: not expected, found 1" },
      { function() expect("abc"):contains "x" end, 'expected "x" in "abc"' },
      { function() expect(nil):is_true() end, "expected true, found nil" },
      { function() expect(0):is_nil() end, "expected nil, found 0" },
      { function() expect(function() end):raises "x" end, 'expected an error with "x", but nothing was raised' },
      { function() expect(function() error "y" end):raises "x" end, 'expected an error with "x", found' },
      { function() expect(1):fails "x" end, "expected nil and an error, found 1" },
      { function() expect(nil, { code = "a", message = "b" }):fails "x" end, 'expected an error with "x", found a: b' },
      { function() local loop = {} loop.loop = loop expect(loop):equals(1) end, "expected 1, found { loop = { loop =" },
    } do
      local ok, err = pcall(case[1])
      expect(ok):equals(false)
      expect(tostring(err)):contains(case[2])
    end
  end,

  ["a remote answers from its recording and says what it lacks"] = function()
    local shop, calls = spec.remote({ ["orders.list"] = { { id = 1 }, { id = 2 } }, ["orders.get"] = function(id) return { id = id } end },
      { "orders.update" })
    local ids = {}
    for row in shop.orders.each { status = 11 } do ids[#ids + 1] = row.id end
    expect(ids):equals { 1, 2 }
    expect(shop.orders.get(7).id):equals(7)
    expect(#calls):equals(2)
    expect(shop.orders.update(7, { note = "x" })):equals { operation = "orders.update", arguments = { 7, { note = "x" } } }
    expect(#calls):equals(2)
    expect(function() return shop.orders.delete end):raises "has no 'orders.delete'"
    expect(function() return shop.customers end):raises "no operations 'customers'"
  end,

  ["a flow ends as done, skipped, refused, or with its error"] = function()
    local books = spec.remote({}, { "invoices.create", "invoices.update" })
    local function post(job, to)
      if job.key == "5" then return job:skip "cancelled" end
      if job.key == "6" then return job:refuse("no VAT code", { cause = "vat", concern = "finance" }) end
      local prior = job:sent "invoice"
      local write = prior and to.invoices.update(prior.id, { n = 1 }) or to.invoices.create { n = 1 }
      return job:send("invoice", write, { version = job:now() }).id
    end
    expect(spec.flow(post, { key = "5" }, books)):has { skipped = "cancelled", sent = {} }
    expect(spec.flow(post, { key = "6" }, books)):has { refused = "no VAT code", cause = "vat", concern = "finance" }
    expect(spec.flow(post, { key = "1" }, books).sent[1]):has { effect = "invoice", operation = "invoices.create", version = "2026-01-05T08:00:00Z" }
    local again = spec.flow(post, { key = "1", sent = { invoice = { id = "i-9" } }, clock = spec.clock "2026-03-01T00:00:00Z" }, books)
    expect(again.sent[1]):has { operation = "invoices.update", arguments = { "i-9", { n = 1 } }, version = "2026-03-01T00:00:00Z" }
    expect(function() spec.flow(function() error { code = "timeout", message = "late" } end, { key = "1" }) end):raises "timeout"
    expect(function() spec.flow(post, { keys = "1" }) end):raises "unknown option 'keys'"
    expect(function() spec.flow(function(job) return job:map("invoice", {}) end, { key = "1" }) end):raises "nothing stands for the mapping 'invoice'"
  end,

  ["paging gives what the runtime reads, and odata stands for itself"] = function()
    expect(system({ name = "x", base_url = "u", operations = { ["a.list"] = { GET = "/a", pages = "odata" } } }).operations["a.list"].pages)
      :equals(paging.odata())
    expect(paging.odata(4)):equals { rows = { "value" }, next = "@odata.nextLink" }
    expect(paging.numbers { rows = { "data", "" }, param = "page", size_param = "limit", size = 50, last = "meta.pages" })
      :equals { rows = { "data", "" }, param = "page", size_param = "limit", size = 50, first = 1, last = "meta.pages" }
    for _, case in ipairs {
      { paging.link, {}, "next: expected a text" }, { paging.link, { nxt = "a" }, "unknown option 'nxt'; known are rows, next" },
      { paging.cursor, { cursor = "a" }, "param: expected a text" }, { paging.numbers, { param = "p", size = 0 }, "'size' is rows" },
      { paging.offset, { param = "skip", size = "10" }, "'size' is rows" }, { paging.odata, 5, "version 2, 3 or 4" },
    } do
      expect(function() case[1](case[2]) end):raises(case[3])
    end
  end,

  ["filters can't be changed by what they hold"] = function()
    expect(odata.literal("x' or 'a' eq 'a")):equals "'x'' or ''a'' eq ''a'"
    expect(function() odata.guid "0' or true or guid'0" end):raises "is no guid"
    expect(function() odata.datetime "2026-01-01' or true" end):raises "no instant"
    expect(function() odata.literal("1 or 1 eq 1", "integer") end):raises "is no number"
    expect(odata.literal("anything", "boolean")):equals "false"
    expect(odata.all { odata.compare("A", "ge", "2026-01-01", "date"), odata.any { "B eq 1", "C eq 2" } })
      :equals "(A ge datetime'2026-01-01') and ((B eq 1) or (C eq 2))"
    expect(function() odata.compare("A", "like", 1) end):raises "expected eq, ne"
    expect(function() odata.equals("A", {}) end):raises "no values"
  end,
}
