-- An integration between two simulated systems, in plain Lua: flows run on what the simulations answer, writes go to them, and what the
-- host would keep between jobs is kept here. Each integration's own double says which systems play, and what a write comes to.

local calendar, flow, json, mapping, service = require "calendar", require "flow", require "json", require "mapping", require "service"

local Stage = {}
Stage.__index = Stage

-- A kind of stage with methods of its own over those of `base`.
function Stage.kind(base)
  local kind = setmetatable({}, { __index = base })
  kind.__index = kind
  return kind
end

-- `plan`: integration, simulations (the name here to the system's, as { exact = "exact_online" }), settings (those that every spec has), at
-- (the Unix second that it is; left out, the clock stays). `settings`: what a spec wants otherwise.
function Stage.begin(kind, root, plan, settings)
  local folder, only = "scripts/integrations/" .. plan.integration, {}
  if plan.at then service.now_ms = plan.at * 1000 end
  service.timers, service.callbacks = {}, {}
  for _, system in pairs(plan.simulations) do only[#only + 1] = system end
  local systems = assert(loadfile(root .. "/examples/sandbox/init.lua")) { only = only }.systems
  local self = setmetatable({
    integration = flow.load(root, folder), simulations = plan.simulations, entities = {}, kv = {}, mappings = {}, looked_up = {}, settings = {},
    remotes = {}, connected = {},
  }, kind)
  for name, system in pairs(plan.simulations) do self[name] = systems[system] end
  self.depot_v2 = systems.shipstation_v2   -- another address of the same simulation
  for name, value in pairs(plan.settings or {}) do self.settings[name] = value end
  for name, value in pairs(settings or {}) do
    assert(self.integration.settings[name], "no setting " .. name)
    self.settings[name] = value
  end
  for _, name in ipairs(self.integration.mappings) do
    self.mappings[name] = mapping.record(("%s/%s/%s.lua"):format(root, folder, name), flow.ambient())
  end
  return self
end

-- The connection that the flows know by `role`.
function Stage:connect(role, remote)
  self[role], self.remotes[role], self.connected[#self.connected + 1] = remote, remote, remote
end

-- A control of a simulation: POST with a body, GET without.
function Stage:control(name, what, body)
  local url = ("%s/_sandbox/%s/%s"):format(self[name].url, self.simulations[name], what)
  local answer = service.call(body and "POST" or "GET", url, { json = body })
  assert(answer.status == 200, answer.body)
  return answer.json
end
function Stage:switch(name, switches) return self:control(name, "switches", switches) end

function Stage:violations()
  for name in pairs(self.simulations) do
    local events = self:control(name, "events")
    if #events.violations > 0 then return json.encode(events.violation_counts) end
  end
end

-- As the host does it, for an hour each: one field of a row, or a table of several. `row_of` is the double's own.
function Stage:lookup(name, key, anew)
  local definition, place = assert(self.integration.lookups[name], name), name .. " " .. key
  if self.looked_up[place] ~= nil and not anew then return self.looked_up[place] or nil end
  local row, answer = self:row_of(definition, tostring(key)), false
  if row and type(definition.value) == "table" then
    answer = {}
    for _, field in ipairs(definition.value) do
      local value = row[field]
      local kind = type(value) == "table" and getmetatable(value)
      if kind and kind.__tostring then value = tostring(value) end   -- decimals and dates come as text
      answer[field] = value
    end
  elseif row then
    answer = row[definition.value]
  end
  self.looked_up[place] = answer
  return answer or nil
end

-- The connection that a write is for: the first that has its operation.
function Stage:remote_of(write)
  for _, remote in ipairs(self.connected) do
    if remote.system.operations[write.operation] then return remote, remote.system.operations[write.operation] end
  end
  error("no system has " .. write.operation)
end

Stage.SHADOW = { id = "00000000-0000-8000-8000-000000000001", state = "shadow" }

local function answers_of(remote)
  local out = {}
  for name, operation in pairs(remote.system.operations) do
    local way = operation.access and remote[operation.access] or remote
    if operation.GET or operation.reads then out[name] = function(...) return way:call(name, ...) end end
  end
  return out
end

-- What an entity got is its own; what was sent for another one (its name has a line break) is seen by all.
function Stage:sent_of(own)
  self.entities[own] = self.entities[own] or setmetatable({}, {
    __index = function(_, each) return self.entities[each] end,
    __newindex = function(of, each, value) rawset(each:find "\n" and self.entities or of, each, value) end,
  })
  return self.entities[own]
end

-- A run of a flow for one record. `case`: source, roles (names, in the order of the flow's parameters), send, and what the double has
-- otherwise; `more` of a spec: event, decision, attempt, start, now, backfill, shadow.
function Stage:play(name, key, more, case)
  local map, calls, settings = {}, {}, flow.settings(self.settings)
  local function look_up(...) return self:lookup(...) end
  for each, document in pairs(self.mappings) do
    map[each] = function(record, given)
      return mapping.run(document, {
        record = record, given = given, settings = settings, job = { source = case.source, key = key }, lookup = look_up, zone = self.zone,
      })
    end
  end
  service.pass(1)
  local roles = {}
  for index, role in ipairs(case.roles) do
    local remote = self.remotes[role]
    roles[index] = { system = remote.system, answers = answers_of(remote), connections = case.connections and case.connections[role] or { role } }
  end
  for role, remote in pairs(self.remotes) do calls[role] = remote.calls end
  local outcome = flow.run {
    key = key, flow = name, source = case.source, settings = self.settings, kv = self.kv, map = map, roles = roles, look_up = look_up,
    entities = case.entities or self:sent_of(("%s %s %s"):format(case.source, name, key)), body = self.integration.flows[name].run,
    event = more.event, decision = more.decision, attempt = more.attempt, start = more.start, backfill = more.backfill, shadow = more.shadow,
    now = more.now or function() return calendar.iso(service.now_ms // 1000) .. "Z" end,
    send = function(effect, write, options)
      if more.shadow and not case.sends_in_shadow then return Stage.SHADOW end
      return case.send(effect, write, options)
    end,
  }
  for role, remote in pairs(self.remotes) do outcome[role .. "_calls"] = remote.calls - calls[role] end
  return outcome
end

-- Lets time pass; grants are renewed as the runtime would.
Stage.pass = service.pass

-- What was sent, as one text.
function Stage.effects(outcome)
  local names = {}
  for index, each in ipairs(outcome.sent) do names[index] = each.effect end
  return table.concat(names, ", ")
end

return Stage
