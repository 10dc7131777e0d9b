-- Exact Online <-> ShipStation between the two simulated systems, in plain Lua: flows run on what the simulations answer, writes go to
-- them, and what the host would keep between jobs is kept here.

local calendar, digest, flow, json, mapping, Remote, service = require "calendar", require "digest", require "flow", require "json", require "mapping",
  require "remote", require "service"

local FOLDER = "scripts/integrations/exact_online_shipstation"
local MONDAY = 1767643200   -- 2026-01-05T20:00:00Z, noon in Los Angeles

local BASE = {
  journal = "90", cost_account = "4500", accrual_account = "1600", insurance_account = "4510",
}

local Depot = {}
Depot.__index = Depot

local function escape(text) return (text:gsub("[^%w]", function(char) return ("%%%02X"):format(char:byte()) end)) end

function Depot.start(root, settings, at)
  service.now_ms = (at or MONDAY) * 1000
  service.timers, service.callbacks = {}, {}
  local systems = assert(loadfile(root .. "/examples/sandbox/init.lua")) { only = { "exact_online", "shipstation" } }.systems
  local self = setmetatable({
    integration = flow.load(root, FOLDER), books_system = flow.load(root, "scripts/systems/exact_online"),
    station_system = flow.load(root, "scripts/systems/shipstation"), exact = systems.exact_online, depot = systems.shipstation, entities = {}, kv = {},
    mappings = {}, looked_up = {}, settings = {},
  }, Depot)
  flow.load(root, FOLDER)   -- its defaults are the last ones loaded
  for name in pairs(self.integration.settings) do self.settings[name] = BASE[name] end
  for name, value in pairs(settings or {}) do
    assert(self.integration.settings[name], "no setting " .. name)
    self.settings[name] = value
  end
  for _, name in ipairs(self.integration.mappings) do
    self.mappings[name] = mapping.record(("%s/%s/%s.lua"):format(root, FOLDER, name), flow.ambient())
  end
  self:grant()
  self.books = Remote.new(self.books_system, self.exact.url, function()
    if service.now_ms > self.granted_ms + 590000 then self:grant() end
    return { authorization = "Bearer " .. self.token }
  end, { division = self.exact.credentials.division })
  local pair = self.depot.credentials.username .. ":" .. self.depot.credentials.password
  self.station = Remote.new(self.station_system, self.depot.url, function() return { authorization = "Basic " .. digest.base64(pair) } end, {})
  -- The limits are the runtime's to keep; here nobody does.
  self:control("exact", "switches", { minute_limit = 100000, day_limit = 1000000, errors_an_hour = 1000, negative_stock = true })
  self:control("depot", "switches", { v1_limit = 100000 })
  return self
end

function Depot:grant()
  local callback, c = "https://localhost:9/callback", self.exact.credentials
  local redirect = service.call("GET", ("%s/api/oauth2/auth?client_id=%s&redirect_uri=%s&response_type=code&user=jan"):format(
    self.exact.url, c.client_id, escape(callback)))
  local answer = service.call("POST", self.exact.url .. "/api/oauth2/token", {
    headers = { ["content-type"] = "application/x-www-form-urlencoded" },
    body = ("grant_type=authorization_code&code=%s&redirect_uri=%s&client_id=%s&client_secret=%s"):format(
      redirect.headers.location:match "code=([^&]+)", escape(callback), c.client_id, c.client_secret),
  })
  self.token, self.granted_ms = answer.json.access_token, service.now_ms
end

local NAMES = { exact = "exact_online", depot = "shipstation" }

-- A control of a simulation: POST with a body, GET without.
function Depot:control(system, what, body)
  local url = ("%s/_sandbox/%s/%s"):format(self[system].url, NAMES[system], what)
  local answer = service.call(body and "POST" or "GET", url, { json = body })
  assert(answer.status == 200, answer.body)
  return answer.json
end
function Depot:switch(system, switches) return self:control(system, "switches", switches) end

-- Sales orders that people take: drafts, or nothing for one of the usual ones. Gives { id, number } of the first.
function Depot:order(draft)
  local answer = self:control("exact", "seed", { orders = { draft or {} } })
  assert(answer.orders and answer.orders[1], json.encode(answer))
  return answer.orders[1]
end
-- What a person does in the books, to an order.
function Depot:change(id, change)
  service.pass(60)
  change.id = id
  assert(self:control("exact", "seed", { order = { change } }).done == 1)
end
-- What people do in the warehouse.
function Depot:people(acts)
  service.pass(60)
  local answer = self:control("depot", "seed", acts)
  assert(answer.done, answer.error)
  return answer.done
end
-- The order as ShipStation has it, by its number; nil when it is not there.
function Depot:there(number)
  local found = self.station:call("orders.list", { orderNumber = tostring(number) })
  for _, order in ipairs(found) do
    if order.orderNumber == tostring(number) then return order end
  end
end
function Depot:booked() return self:control("exact", "state?dispatch=1&documents=0").divisions["123456"].dispatch end

-- As the host does it, for an hour each.
function Depot:lookup(name, key, anew)
  local definition, place = assert(self.integration.lookups[name], name), name .. " " .. key
  if self.looked_up[place] ~= nil and not anew then return self.looked_up[place] or nil end
  local role, operation = definition.from:match "^(%w+)%.(.+)$"
  local remote = role == "books" and self.books or self.station
  local row
  if remote == self.books then
    local literal = definition.key == "ID" and "guid'" .. key .. "'" or "'" .. tostring(key):gsub("'", "''") .. "'"
    row = remote:call(operation, { ["$filter"] = definition.key .. " eq " .. literal })[1]
  end
  local answer = false
  if row and type(definition.value) == "table" then
    answer = {}
    for _, field in ipairs(definition.value) do
      local value = row[field]
      if value ~= nil and type(value) ~= "boolean" and math.type(value) ~= "integer" then value = tostring(value) end
      answer[field] = value
    end
  elseif row then
    answer = row[definition.value]
  end
  self.looked_up[place] = answer
  return answer or nil
end

local function answers_of(remote)
  local out = {}
  for name, operation in pairs(remote.system.operations) do
    if operation.GET or operation.reads then out[name] = function(...) return remote:call(name, ...) end end
  end
  return out
end

-- Parameters of a flow's function, by name.
local ROLES = {
  orders = { "books", "station" }, notices = { "station" }, station_orders = { "station" }, days = {}, day_entries = { "books" },
  entries_read = { "books" }, entry_checks = { "books" },
}

-- A run of a flow for one record; `more`: event, source, decision, start, attempt, shadow.
function Depot:run(name, key, more)
  more = more or {}
  local map, calls, station_calls = {}, self.books.calls, self.station.calls
  local settings, source = flow.settings(self.settings), more.source or (name == "orders" and "books" or "station")
  for each, document in pairs(self.mappings) do
    map[each] = function(record, given)
      return mapping.run(document, {
        record = record, given = given, settings = settings, job = { source = source, key = key },
        lookup = function(lookup, wanted) return self:lookup(lookup, wanted) end,
      })
    end
  end
  local own = source .. " " .. name .. " " .. key
  self.entities[own] = self.entities[own] or setmetatable({}, { __index = function(_, each) return self.entities[each] end,
    __newindex = function(of, each, value) rawset(each:find "\n" and self.entities or of, each, value) end })
  service.pass(1)
  local roles = {}
  for index, role in ipairs(ROLES[name] or { "station", "books" }) do
    local remote = role == "books" and self.books or self.station
    roles[index] = { system = remote.system, answers = answers_of(remote), connections = { role } }
  end
  local outcome = flow.run {
    key = key, flow = name, source = source, settings = self.settings, entities = self.entities[own], kv = self.kv, map = map, roles = roles,
    body = self.integration.flows[name].run, look_up = function(lookup, wanted, anew) return self:lookup(lookup, wanted, anew) end,
    start = more.start, shadow = more.shadow, decision = more.decision, event = more.event, attempt = more.attempt, backfill = more.backfill,
    now = calendar.iso(service.now_ms // 1000) .. "Z",
    send = function(effect, write, options)
      local place = options.entity and ("made %s %s"):format(effect, options.entity)
      local known = place and self.entities[place]
      if known then return { id = known.id, number = known.number, state = "settled", earlier = true } end
      if more.shadow then return { id = "00000000-0000-8000-8000-000000000001", state = "shadow" } end
      local remote = self.books_system.operations[write.operation] and self.books or self.station
      local operation = remote.system.operations[write.operation]
      local record = remote:call(write.operation, table.unpack(write.arguments))
      if operation.refused_unless and not record[operation.refused_unless] then error({ code = "rejected", message = record.message }, 0) end
      local id = record and operation.id and record[operation.id] or write.arguments[1]
      -- As the host does it with a create: one of the same entity is answered from the books.
      if place and operation.create then self.entities[place] = { id = tostring(id), number = operation.number and tostring(record[operation.number]) } end
      return { id = tostring(id), number = record and operation.number and tostring(record[operation.number]), state = "settled", record = record }
    end,
  }
  outcome.books_calls, outcome.station_calls = self.books.calls - calls, self.station.calls - station_calls
  return outcome
end

-- Notifications of ShipStation from now on, as they come.
function Depot:notified(event)
  local hook, seen = "https://localhost:9/hooks/acme/station/token", {}
  service.callbacks[hook] = function(request)
    seen[#seen + 1] = json.decode(request.body)
    return { status = 200 }
  end
  self.station:call("webhooks.subscribe", { target_url = hook, event = event })
  return seen
end

-- Sends an order out and gives it with what ShipStation has of it.
function Depot:sent(draft)
  local order = self:order(draft)
  local outcome = self:run("orders", order.id)
  assert(not outcome.refused, outcome.refused)
  return order, self:there(order.number), outcome
end

-- Labels, and what was shipped without one, as a poll would bring them: each state once. Gives outcomes by flow and record.
function Depot:poll(flows)
  self.seen = self.seen or {}
  local out = {}
  for _, of in ipairs {
    { "shipments.list", "shipmentId", { "deliveries", "costs" } }, { "fulfillments.list", "fulfillmentId", { "fulfillments", "fulfillment_costs" } },
  } do
    for _, row in ipairs(self.station:call(of[1], {})) do
      local state = ("%s %d %s"):format(of[1], row[of[2]], tostring(row.voided))
      if not self.seen[state] then
        self.seen[state] = true
        for _, name in ipairs(of[3]) do
          if not flows or flows[name] then
            out[#out + 1] = self:run(name, tostring(row[of[2]]), { event = { record = row } })
            out[#out].flow, out[#out].record = name, row
          end
        end
      end
    end
  end
  return out
end

-- What a schedule begins and the jobs that it makes. Gives the outcomes of those.
function Depot:round(name, more)
  local out = {}
  for index, each in ipairs(self:run(name, "round", more).emitted) do
    out[index] = self:run(each.flow, tostring(each.key), { event = each.payload })
    out[index].key, out[index].payload = tostring(each.key), each.payload
  end
  return out
end

-- The next morning: entries of the days that are over.
function Depot:night()
  service.pass(24 * 3600)
  return self:round "days"
end

function Depot:violations()
  for _, system in ipairs { "exact", "depot" } do
    local events = self:control(system, "events")
    if #events.violations > 0 then return json.encode(events.violation_counts) end
  end
end

Depot.pass = service.pass

-- What was sent, as one text.
function Depot.effects(outcome)
  local names = {}
  for index, each in ipairs(outcome.sent) do names[index] = each.effect end
  return table.concat(names, ", ")
end

return Depot
