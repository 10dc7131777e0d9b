--- Specs: `describe` and `it`, expectations, cases in tables, a clock that is moved by hand and remotes that answer from a
--- recording. `ml-connector test` runs `*_spec.lua` files beside scripts and in a client's folder.
---
---     local spec = require "spec"
---     local expect = spec.expect
---
---     spec.describe("cost centres", function()
---       spec.case("country {country} is booked on {center}", { { country = "DE", center = "D1" }, { country = "FR", center = "F1" } },
---         function(case) expect(center_of(case.country)):equals(case.center) end)
---     end)

local decimal, failure, json, time = require "decimal", require "failure", require "json", require "time"
local kept = require "kept"

local spec = {}

-- Showing and comparing values.

local SHOWN_DEPTH, SHOWN_LENGTH = 4, 300

local function is_table(value) return type(value) == "table" end

local function show(value, depth)
  if type(value) == "string" then return ("%q"):format(value) end
  if not is_table(value) then return tostring(value) end
  if depth > SHOWN_DEPTH then return "{…}" end
  local parts, items = {}, #value
  for key, item in pairs(value) do
    local name = math.type(key) == "integer" and key >= 1 and key <= items and "" or tostring(key) .. " = "
    parts[#parts + 1] = name .. show(item, depth + 1)
  end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

local function shown(value)
  local text = show(value, 1)
  if #text > SHOWN_LENGTH then return text:sub(1, SHOWN_LENGTH) .. "…" end
  return text
end

local function is_exact(value) return decimal.is(value) or math.type(value) == "integer" end

-- Records of the host compare by what they would be written as.
local function plain(value)
  if type(value) == "userdata" and not decimal.is(value) and value ~= json.null then return json.decode(json.encode(value)) end
  return value
end

-- nil when equal, else where they differ: "lines.2.Quantity: expected 2, found 3". `partly`: fields that are not wanted may be there.
local function difference(wanted, found, partly, path)
  wanted, found = plain(wanted), plain(found)
  if is_exact(wanted) and is_exact(found) then
    if (decimal(wanted) - decimal(found)):is_zero() then return nil end
  elseif is_table(wanted) and is_table(found) then
    for key, value in pairs(wanted) do
      local different = difference(value, found[key], partly, path .. tostring(key) .. ".")
      if different then return different end
    end
    for key, value in pairs(found) do
      if wanted[key] == nil and (not partly or math.type(key) == "integer") then
        return ("%s: not expected, found %s"):format(path .. tostring(key), shown(value))
      end
    end
    return nil
  elseif wanted == found then
    return nil
  end
  return ("%sexpected %s, found %s"):format(path == "" and "" or path:sub(1, -2) .. ": ", shown(wanted), shown(found))
end

-- Collecting.

local groups, tests, hooks = {}, {}, {}

-- Where the caller of a function of this module stands: "orders_spec.lua", 12.
local function caller()
  for level = 3, 12 do
    local _, text = pcall(error, "", level)
    local file, line = tostring(text):match "^(.-):(%d+): $"
    if file and not file:find "stdlib/spec.lua$" then return file, math.tointeger(tonumber(line)) end
  end
  return "", 0
end

--- A group of cases; groups may lie in groups.
---@param name string
---@param body fun() calls `it`, `case`, `before` and `describe`
---
--- ```lua
--- local spec = require "spec"
--- spec.describe("sums", function()
---   spec.it("adds", function() spec.expect(1 + 1):equals(2) end)
--- end)
--- assert(spec.run()[1].name == "sums adds")
--- ```
function spec.describe(name, body)
  groups[#groups + 1] = name
  local outer = #hooks
  body()
  while #hooks > outer do hooks[#hooks] = nil end
  groups[#groups] = nil
end

--- One behaviour. `describe` collects it, `run` runs it.
---@param name string what holds
---@param body fun() raises when it does not hold
---
--- ```lua
--- local spec = require "spec"
--- spec.it("fails", function() spec.expect(1):equals(2) end)
--- local result = spec.run()[1]
--- assert(not result.ok and result.message == "expected 2, found 1")
--- ```
function spec.it(name, body)
  local file, line = caller()
  local full = {}
  for index, group in ipairs(groups) do full[index] = group end
  full[#full + 1] = name
  tests[#tests + 1] = { name = table.concat(full, " "), body = body, before = table.move(hooks, 1, #hooks, 1, {}), file = file, line = line }
end

--- Runs before each case of the group that follows.
---@param body fun()
---
--- ```lua
--- local spec = require "spec"
--- local count
--- spec.before(function() count = 0 end)
--- spec.it("begins anew", function() count = count + 1 spec.expect(count):equals(1) end)
--- assert(spec.run()[1].ok)
--- ```
function spec.before(body) hooks[#hooks + 1] = body end

--- One behaviour over a table of cases, each a test of its own. `{field}` in the name is the case's field.
---@param name string
---@param cases table[]
---@param body fun(case: table)
---
--- ```lua
--- local spec = require "spec"
--- spec.case("{a} doubled is {b}", { { a = 1, b = 2 }, { a = 2, b = 4 } }, function(case) spec.expect(case.a * 2):equals(case.b) end)
--- local results = spec.run()
--- assert(#results == 2 and results[2].name == "2 doubled is 4" and results[2].ok)
--- ```
function spec.case(name, cases, body)
  for _, case in ipairs(cases) do
    local title = name:gsub("{([%w_]+)}", function(field) return tostring(case[field]) end)
    spec.it(title, function() body(case) end)
  end
end

-- Expectations.

local FAILED = {}   -- marks what expect raises, apart from errors of the tested code

local function fail(message, level)
  local _, where = pcall(error, "", level + 2)
  local file, line = tostring(where):match "^(.-):(%d+): $"
  error(setmetatable({ [FAILED] = true, message = message, file = file, line = line and math.tointeger(tonumber(line)) },
    { __tostring = function(self) return self.message end }), 0)
end

---@class spec.Expectation
local Expectation = {}
Expectation.__index = Expectation

--- An expectation about a value: `:equals`, `:contains`, `:has`, `:is_nil`, `:is_true`, `:raises`, `:fails`.
---@param value any
---@param second? any second result of a function that returns `nil, err`, for `:fails`
---@return spec.Expectation
---
--- ```lua
--- local spec = require "spec"
--- spec.expect(2):equals(2)
--- spec.expect(require("decimal").parse "x"):fails "invalid_argument"
--- ```
function spec.expect(value, second)
  return setmetatable({ value = value, second = second }, Expectation)
end

--- Equal by value: tables by their fields, decimals and integers by what they are worth, records as they would be written.
---@param wanted any
---
--- ```lua
--- local expect, decimal = require("spec").expect, require "decimal"
--- expect({ price = decimal "1.50" }):equals { price = decimal "1.5" }
--- ```
function Expectation:equals(wanted)
  local different = difference(wanted, self.value, false, "")
  if different then fail(different, 2) end
end

--- A table or record that has at least these fields.
---@param wanted table
---
--- ```lua
--- require("spec").expect({ a = 1, b = { c = 2, d = 3 } }):has { b = { c = 2 } }
--- ```
function Expectation:has(wanted)
  local different = difference(wanted, self.value, true, "")
  if different then fail(different, 2) end
end

--- A text that has this part, or a list with an item equal to it.
---@param wanted any
---
--- ```lua
--- local expect = require("spec").expect
--- expect("period 2 is closed"):contains "closed"
--- expect({ 1, 2 }):contains(2)
--- ```
function Expectation:contains(wanted)
  local value = plain(self.value)
  if type(value) == "string" then
    if value:find(tostring(wanted), 1, true) then return end
  elseif is_table(value) then
    for _, item in ipairs(value) do
      if not difference(wanted, item, false, "") then return end
    end
  end
  fail(("expected %s in %s"):format(shown(wanted), shown(value)), 2)
end

--- nil.
---
--- ```lua
--- require("spec").expect(nil):is_nil()
--- ```
function Expectation:is_nil()
  if self.value ~= nil then fail("expected nil, found " .. shown(self.value), 2) end
end

--- true, and nothing that only counts as true.
---
--- ```lua
--- require("spec").expect(1 < 2):is_true()
--- ```
function Expectation:is_true()
  if self.value ~= true then fail("expected true, found " .. shown(self.value), 2) end
end

--- A function that raises, with this in its message or as its code.
---@param part string
---
--- ```lua
--- require("spec").expect(function() error("no such item") end):raises "such item"
--- ```
function Expectation:raises(part)
  local ok, err = pcall(self.value)
  if ok then fail(("expected an error with %s, but nothing was raised"):format(shown(part)), 2) end
  local code = is_table(err) and err.code or nil
  local message = is_table(err) and err.message or tostring(err)
  if code ~= part and not tostring(message):find(part, 1, true) then
    fail(("expected an error with %s, found %s"):format(shown(part), shown(message)), 2)
  end
end

--- A call that returned `nil, err` with this code, or this in its message.
---@param part string
---
--- ```lua
--- require("spec").expect(require("units").unit "furlong"):fails "unknown_unit"
--- ```
function Expectation:fails(part)
  if self.value ~= nil then fail("expected nil and an error, found " .. shown(self.value), 2) end
  local err = self.second
  if not is_table(err) then fail("expected an error table, found " .. shown(err), 2) end
  if err.code ~= part and not tostring(err.message):find(part, 1, true) then
    fail(("expected an error with %s, found %s: %s"):format(shown(part), tostring(err.code), tostring(err.message)), 2)
  end
end

-- The clock.

---@class spec.Clock
local Clock = {}
Clock.__index = Clock

local SECONDS = { s = 1, m = 60, h = 3600, d = 86400 }

--- A clock that stands still until it is moved.
---@param start? string instant; "2026-01-05T08:00:00Z" when left out
---@return spec.Clock
---
--- ```lua
--- local clock = require("spec").clock "2026-03-08T09:59:00Z"
--- clock:pass "1m"
--- assert(clock:now() == "2026-03-08T10:00:00Z")
--- ```
function spec.clock(start)
  local instant = time.parse(start or "2026-01-05T08:00:00Z")
  if not instant then error("spec.clock: expected an instant", 2) end
  return setmetatable({ instant = instant }, Clock)
end

--- The time that it shows.
---@return string instant
---
--- ```lua
--- assert(require("spec").clock():now() == "2026-01-05T08:00:00Z")
--- ```
function Clock:now() return self.instant end

--- Lets time pass.
---@param duration string|integer "90s", "5m", "2h", "3d", or seconds
---@return string instant the new time
---
--- ```lua
--- assert(require("spec").clock():pass "2h" == "2026-01-05T10:00:00Z")
--- ```
function Clock:pass(duration)
  local seconds = duration
  if math.type(duration) ~= "integer" then
    local number, unit = tostring(duration):match "^(%d+)([smhd])$"
    if not number then error(("clock:pass: '%s' is no duration such as \"5m\""):format(tostring(duration)), 2) end
    seconds = math.tointeger(tonumber(number)) * SECONDS[unit]
  end
  self.instant = time.add(self.instant, seconds)
  return self.instant
end

-- Remotes.

--- A role that answers from a recording, for flows: `shop.orders.get(118)`. Reads give what stands under the operation's
--- name, or what its function returns for the arguments; an operation without recording raises. Operations in `writes`
--- only describe, as in a job. Each read is kept in the second result.
---@param answers table<string, any> operation ("orders.get") to an answer or a function of the arguments
---@param writes? string[] operations that are writes
---@return table role
---@return { operation: string, arguments: table }[] calls what was read, in order
---
--- ```lua
--- local shop, calls = require("spec").remote { ["orders.get"] = function(id) return { id = id, status_id = 11 } end }
--- assert(shop.orders.get(118).status_id == 11)
--- assert(calls[1].operation == "orders.get" and calls[1].arguments[1] == 118)
--- ```
function spec.remote(answers, writes)
  local role, calls, is_write = {}, {}, {}
  for _, name in ipairs(writes or {}) do is_write[name] = true end
  local function add(name)
    local group, verb = name:match "^(.+)%.([^.]+)$"
    if not group then error(("spec.remote: '%s' is no operation such as \"orders.get\""):format(name), 3) end
    role[group] = role[group] or setmetatable({}, {
      __index = function(_, wanted) error(("the recording has no '%s.%s'"):format(group, tostring(wanted)), 2) end,
    })
    role[group][verb] = function(...)
      if is_write[name] then return { operation = name, arguments = { ... } } end
      calls[#calls + 1] = { operation = name, arguments = { ... } }
      local answer = answers[name]
      if type(answer) == "function" then return answer(...) end
      return answer
    end
    if verb == "list" then
      role[group].each = function(...)
        local rows, at = role[group].list(...), 0
        return function()
          at = at + 1
          return rows[at]
        end
      end
    end
  end
  for name in pairs(answers) do add(name) end
  for name in pairs(is_write) do add(name) end
  setmetatable(role, { __index = function(_, group) error(("the recording has no operations '%s'"):format(tostring(group)), 2) end })
  return role, calls
end

-- Jobs.

local ENDED = {}
local OPTIONS = { "key", "source", "settings", "event", "clock", "sent", "map", "lookups", "kv", "answer", "attempt", "client", "instance", "flow",
  "start", "decision", "shadow" }

--- Runs a flow's function with a job of the spec's and gives what it came to. `sent` is what records got before, by effect;
--- `map` has a function a mapping, `lookups` the answers of each look-up, `kv` what was kept; `answer(effect, write,
--- options)` answers sends (settled with a made-up id when left out).
---@param run fun(job: table, ...) the flow's `run`
---@param options table key, source, settings, event, clock, sent, map, lookups, kv, answer, attempt, client, instance, flow,
--- start (older records make nothing), decision ("theirs" or "ours"), shadow (the job is not live)
---@param ... table roles as `remote` makes them, in the order of the parameters
---@return table outcome result, or skipped, or refused with cause and concern; what was sent, emitted, noted (lists) and kv
---
--- ```lua
--- local spec = require "spec"
--- local shop = spec.remote { ["orders.get"] = { id = 118, status_id = 5 } }
--- local outcome = spec.flow(function(job, from)
---   local order = from.orders.get(job.key)
---   if order.status_id == 5 then return job:skip "cancelled" end
--- end, { key = "118" }, shop)
--- assert(outcome.skipped == "cancelled" and #outcome.sent == 0)
--- ```
function spec.flow(run, options, ...)
  options = failure.options("spec.flow", options, OPTIONS)
  local clock = options.clock or spec.clock()
  local entities, steps = {}, {}
  for effect, entity in pairs(options.sent or {}) do entities[effect] = entity end
  local outcome = { sent = {}, withheld = {}, emitted = {}, notes = {}, kv = {} }
  for name, value in pairs(options.kv or {}) do outcome.kv[name] = value end
  local job = {
    key = options.key, source = options.source or "source", settings = options.settings or {}, event = options.event or {},
    attempt = options.attempt or 1, client = options.client or "client", instance = options.instance or "instance", flow = options.flow or "flow",
    decision = options.decision or false,
  }
  function job:skip(reason) error({ [ENDED] = true, skipped = tostring(reason or "") }, 0) end
  function job:refuse(sentence, details)
    error({ [ENDED] = true, refused = sentence, cause = details and details.cause, concern = details and details.concern,
      decidable = details and details.decide or nil }, 0)
  end
  function job:now() return clock:now() end
  function job:is_live() return not options.shadow end
  function job:dated(instant)
    if options.start and time.compare(instant, options.start) < 0 then job:skip(("of %s, before the start"):format(instant)) end
  end
  function job:sent(effect) return entities[effect] end
  function job:withhold(effect, more)
    if not entities[effect] then outcome.withheld[effect] = more.version end
    return entities[effect]
  end
  function job:map(name, record, given)
    local map = options.map and options.map[name]
    if not map then error(("spec.flow: nothing stands for the mapping '%s'"):format(name), 2) end
    return map(record, given or {})
  end
  function job:send(effect, write, more)
    more = more or {}
    outcome.sent[#outcome.sent + 1] = {
      effect = effect, operation = write.operation, arguments = write.arguments, version = more.version, entity = more.entity,
    }
    local answer = options.answer and options.answer(effect, write, more) or { id = "id-of-" .. effect, state = "settled" }
    if answer.state == "settled" then entities[effect] = { id = answer.id, number = answer.number, version = more.version } end
    return answer
  end
  function job:look_up(name, key)
    local answers = options.lookups and options.lookups[name]
    if not answers then error(("spec.flow: nothing stands for the look-up '%s'"):format(name), 2) end
    if not is_table(key) then return answers[tostring(key)] end
    local out = {}
    for _, each in ipairs(key) do out[tostring(each)] = answers[tostring(each)] end
    return out
  end
  function job:emit(flow, key, payload, more)
    more = more or {}
    outcome.emitted[#outcome.emitted + 1] = { flow = flow, key = tostring(key), payload = payload, delay = more.delay, connection = more.connection }
  end
  function job:note(text, fields) outcome.notes[#outcome.notes + 1] = { text = text, fields = fields } end
  function job:step(name, make)
    if steps[name] == nil then steps[name] = { make() } end
    return steps[name][1]
  end
  job.kv = {
    get = function(key) return outcome.kv[key] end,
    set = function(key, value) outcome.kv[key] = value end,
    list = function(prefix, more) return kept.part(outcome.kv, prefix, more) end,
  }
  local ok, result = pcall(run, job, ...)
  if ok then
    outcome.result = result
  elseif is_table(result) and result[ENDED] then
    outcome.skipped, outcome.refused, outcome.cause, outcome.concern = result.skipped, result.refused, result.cause, result.concern
    outcome.decidable = result.decidable
  else
    error(result, 0)
  end
  return outcome
end

-- Running.

local function read_error(err, test)
  local result = { name = test.name, ok = false, file = test.file, line = test.line }
  if is_table(err) and err[FAILED] then
    result.message = err.message
    if err.file then result.file, result.line = err.file, err.line end
    return result
  end
  local message = is_table(err) and tostring(err.message or err.code or err) or tostring(err)
  local file, line, rest = message:match "^([^:\n]+%.lua):(%d+): (.*)$"
  if file then result.file, result.line, message = file, math.tointeger(tonumber(line)), rest end
  result.message = is_table(err) and err.code and ("%s: %s"):format(tostring(err.code), message) or message
  return result
end

--- Runs what was collected and forgets it.
---@param filter? string only tests whose name has this part
---@return { name: string, ok: boolean, message: string?, file: string, line: integer }[] results in the order of the file
---
--- ```lua
--- local spec = require "spec"
--- spec.it("holds", function() end)
--- local results = spec.run()
--- assert(#results == 1 and results[1].ok and results[1].line > 0)
--- ```
function spec.run(filter)
  local collected, results = tests, {}
  tests, hooks, groups = {}, {}, {}
  for _, test in ipairs(collected) do
    if not filter or test.name:find(filter, 1, true) then
      local ok, err = pcall(function()
        for _, hook in ipairs(test.before) do hook() end
        test.body()
      end)
      results[#results + 1] = ok and { name = test.name, ok = true, file = test.file, line = test.line } or read_error(err, test)
    end
  end
  return results
end

return spec
