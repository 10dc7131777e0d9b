-- Acumatica <-> ShipStation between the two simulated systems, in plain Lua: flows run on what the simulations answer, writes go to them,
-- and what the host would keep between jobs is kept here. Jobs that flows hand on run at once.

local Acumatica, calendar, digest, flow, json, mapping, Remote, service = require "acumatica_client", require "calendar", require "digest", require "flow",
  require "json", require "mapping", require "remote", require "service"

local FOLDER = "scripts/integrations/acumatica_shipstation"
local MONDAY = 1767643200   -- 2026-01-05T20:00:00Z, noon in Los Angeles

local Harbor = {}
Harbor.__index = Harbor

function Harbor.start(root, settings, at)
  service.now_ms = (at or MONDAY) * 1000
  service.timers, service.callbacks = {}, {}
  local systems = assert(loadfile(root .. "/examples/sandbox/init.lua")) { only = { "acumatica", "shipstation" } }.systems
  local self = setmetatable({
    integration = flow.load(root, FOLDER), erp_system = flow.load(root, "scripts/systems/acumatica"),
    station_system = flow.load(root, "scripts/systems/shipstation"), depot = systems.shipstation, entities = {}, kv = {}, mappings = {}, looked_up = {},
    settings = {}, seen = {}, written = {},
  }, Harbor)
  self.client = setmetatable({ url = systems.acumatica.url, account = systems.acumatica.credentials, jar = {}, base = "/entity/Default/24.200.001" }, Acumatica)
  flow.load(root, FOLDER)   -- its defaults are the last ones loaded
  for name, value in pairs(settings or {}) do
    assert(self.integration.settings[name], "no setting " .. name)
    self.settings[name] = value
  end
  for _, name in ipairs(self.integration.mappings) do
    self.mappings[name] = mapping.record(("%s/%s/%s.lua"):format(root, FOLDER, name), flow.ambient())
  end
  assert(self.client:login().status == 204)
  self.erp = Remote.new(self.erp_system, systems.acumatica.url, function()
    if service.now_ms > (self.signed_in or service.now_ms) + 300000 then assert(self.client:login().status == 204) end
    self.signed_in = service.now_ms
    return { cookie = self.client:cookies() }
  end, { endpoint = "Default", version = "24.200.001", branch = "MAIN" })
  local pair = self.depot.credentials.username .. ":" .. self.depot.credentials.password
  self.station = Remote.new(self.station_system, self.depot.url, function() return { authorization = "Basic " .. digest.base64(pair) } end, {})
  -- The limits are the runtime's to keep; here nobody does.
  self.client:switch { requests_a_minute = 100000, action_seconds = 1, user_sessions = false, api_users = 50 }
  self:control("switches", { v1_limit = 100000 })
  return self
end

-- A control of the simulated ShipStation: POST with a body, GET without.
function Harbor:control(what, body)
  local answer = service.call(body and "POST" or "GET", ("%s/_sandbox/shipstation/%s"):format(self.depot.url, what), { json = body })
  assert(answer.status == 200, answer.body)
  return answer.json
end

-- Orders of these kinds that people enter; gives their numbers.
function Harbor:order(...) return self.client:orders(...) end
-- What a person does in Acumatica, and in the warehouse.
function Harbor:person(acts)
  service.pass(60)
  local answer = self.client:seed(acts)
  assert(not answer.error, answer.error)
  return answer
end
function Harbor:people(acts)
  service.pass(60)
  local answer = self:control("seed", acts)
  assert(answer.done, answer.error)
  return answer.done
end
-- The order as ShipStation has it, by its number; nil when it is not there.
function Harbor:there(number)
  for _, order in ipairs(self.station:call("orders.list", { orderNumber = number })) do
    if order.orderNumber == number then return order end
  end
end
function Harbor:shipments() return self.client:control("state").shipments end
function Harbor:sold(number) return self.client:control("state?order=" .. number).orders[1] end

-- As the host does it, for an hour each.
function Harbor:lookup(name, key, anew)
  local definition, place = assert(self.integration.lookups[name], name), name .. " " .. key
  if self.looked_up[place] ~= nil and not anew then return self.looked_up[place] or nil end
  local row = self.erp:call(definition.from:match "^%w+%.(.+)$", { ["$filter"] = ("%s eq '%s'"):format(definition.key, (key:gsub("'", "''"))) })[1]
  local answer = false
  if row then
    answer = {}
    for _, field in ipairs(definition.value) do answer[field] = row[field] ~= nil and tostring(row[field]) or nil end
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
  orders = { "erp", "station" }, shipments_out = { "erp", "station" }, products = { "erp", "station" }, shipments = { "station", "erp" },
}

local function id_of(operation, record, arguments)
  if record and operation.id and record[operation.id] then return record[operation.id] end
  return type(arguments[1]) ~= "table" and arguments[1] or "done"
end

-- A write as the pipeline sends it: a create that was sent before under its reference is answered from the books.
function Harbor:send(effect, write)
  local system = self.erp_system.operations[write.operation] and self.erp or self.station
  local operation = system.system.operations[write.operation]
  local by = operation.create and operation.effect.by
  local body = write.arguments[#write.arguments]
  local reference = by and (by == "Description" and body.Description or body.Packages and body.Packages[1].CustomRefNbr1)
  local place = reference and ("%s\n%s\n%s"):format(effect, write.operation, reference)
  if place and self.written[place] then return self.written[place] end
  if system == self.erp then self.last_writes[#self.last_writes + 1] = write.operation end
  local record = system:call(write.operation, table.unpack(write.arguments))
  if operation.refused_unless and not record[operation.refused_unless] then error({ code = "rejected", message = record.message }, 0) end
  local number = record and operation.number and record[operation.number]
  local answer = { id = tostring(id_of(operation, record, write.arguments)), number = number and tostring(number), state = "settled", record = record }
  if place then self.written[place] = answer end
  return answer
end

-- A run of a flow for one record, and of the jobs that it hands on; `more`: event, source, decision, start, shadow, alone.
function Harbor:run(name, key, more)
  more = more or {}
  local map, calls, station_calls = {}, self.erp.calls, self.station.calls
  local source = more.source or (ROLES[name] and ROLES[name][1] == "erp" and "erp" or "station")
  local settings = flow.settings(self.settings)
  for each, document in pairs(self.mappings) do
    map[each] = function(record, given)
      return mapping.run(document, {
        record = record, given = given, settings = settings, job = { source = source, key = key },
        lookup = function(lookup, wanted) return self:lookup(lookup, wanted) end,
      })
    end
  end
  service.pass(1)
  self.last_writes = {}
  local roles = {}
  for index, role in ipairs(ROLES[name] or { "station", "erp" }) do
    local remote = role == "erp" and self.erp or self.station
    roles[index] = { system = remote.system, answers = answers_of(remote), connections = role == "erp" and self.tenants or { role } }
  end
  local outcome = flow.run {
    key = key, flow = name, source = source, settings = self.settings, entities = {}, kv = self.kv, map = map, roles = roles,
    body = self.integration.flows[name].run, look_up = function(lookup, wanted, anew) return self:lookup(lookup, wanted, anew) end,
    start = more.start, decision = more.decision, event = more.event, now = calendar.iso(service.now_ms // 1000) .. "Z",
    send = function(effect, write)
      if more.shadow then return { id = "00000000-0000-8000-8000-000000000001", state = "shadow" } end
      return self:send(effect, write)
    end,
  }
  outcome.erp_calls, outcome.station_calls = self.erp.calls - calls, self.station.calls - station_calls
  outcome.writes = self.last_writes
  outcome.children = {}
  for index, child in ipairs(more.alone and {} or outcome.emitted) do
    local event = { event = child.payload, source = source, decision = more.decision, start = more.start }
    outcome.children[index] = self:run(child.flow, tostring(child.key), event)
  end
  return outcome
end

-- Sends an order out and gives its number and what ShipStation has of it.
function Harbor:sent(kind)
  local number = self:order(kind)
  local outcome = self:run("orders", number)
  assert(not outcome.refused, outcome.refused)
  return number, self:there(number), outcome
end

-- Labels, and what was shipped without one, as a poll would bring them: each state once. Gives the runs that shipments came to.
function Harbor:poll()
  local out = {}
  for _, of in ipairs { { "shipments.list", "shipmentId", "labels" }, { "fulfillments.list", "fulfillmentId", "fulfillments" } } do
    for _, row in ipairs(self.station:call(of[1], {})) do
      local state = ("%s %d %s"):format(of[1], row[of[2]], tostring(row.voided))
      if not self.seen[state] then
        self.seen[state] = true
        local run = self:run(of[3], tostring(row[of[2]]), { event = { record = row } })
        for _, child in ipairs(#run.children > 0 and run.children or { run }) do out[#out + 1] = child end
      end
    end
  end
  return out
end

function Harbor:violations()
  for _, events in ipairs { self.client:control "events", self:control "events" } do
    if next(events.violation_counts) then return json.encode(events.violation_counts) end
  end
end

Harbor.pass = service.pass

return Harbor
