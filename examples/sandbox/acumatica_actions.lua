-- Actions and long operations of the simulated Acumatica (sheet, section 5): 204 at once, or 202 with a Location that is polled. While
-- one runs, other requests of its session to its form fail.

local answers, host, orders, records, shipments, wire = require "acumatica_answers", require "host", require "acumatica_orders",
  require "acumatica_records", require "acumatica_shipments", require "wire"

local Actions = {}
Actions.__index = Actions

local KNOWN = { SalesOrder = orders.actions, Shipment = shipments.actions }

function Actions.new(site) return setmetatable({ site = site, running = {}, by_id = {}, counts = { started = 0, failed = 0, polls = 0 } }, Actions) end

-- Is the session's form taken by an operation that runs?
function Actions:busy(session, kind)
  for _, operation in ipairs(self.running) do
    if operation.session == session and operation.kind == kind then return true end
  end
  return false
end

local function parameters_of(body)
  local out = {}
  for name, given in pairs(type(body.parameters) == "table" and body.parameters or {}) do
    if type(given) ~= "table" then return nil end
    if not wire.is_null(given.value) then out[name] = given.value end
  end
  return out
end

local function run(act, company, record, parameters)
  local ok, raised = pcall(act, company, record, parameters)
  if ok then
    company:touch(record)
    return nil
  end
  if type(raised) ~= "table" then error(raised, 0) end
  return raised.refused
end

function Actions:start(call, request)
  if request.method ~= "POST" then return answers.message(405, "The requested resource does not support http method '" .. request.method .. "'.") end
  local act = (KNOWN[call.kind] or {})[call.action]
  if not act then return answers.message(404, ("The %s action does not exist."):format(call.action)) end
  local body = wire.json(request)
  if not body or type(body.entity) ~= "table" then return answers.bad "entity is expected." end
  if body.parameters == nil or request.body:find '"parameters"%s*:%s*%[' then return answers.bad "parameters is expected, {} when there are none." end
  local parameters = parameters_of(body)
  if not parameters then return answers.bad "Each parameter is an object with value." end
  local keys = { body.entity.id }
  for index, name in ipairs(body.entity.id and {} or call.entity.keys) do
    local given = body.entity[name]
    if type(given) ~= "table" or type(given.value) ~= "string" then return answers.bad("entity." .. name .. ": an object with value is expected.") end
    keys[index] = given.value
  end
  call.keys = keys
  local record = records.named(call)
  if not record then
    return answers.exception("No entity satisfies the condition.", "PX.Api.ContractBased.NoEntitySatisfiesTheConditionException")
  end
  self.counts.started = self.counts.started + 1
  local seconds = self.site.switches.action_seconds
  if not seconds or seconds == 0 then
    local why = run(act, call.company, record, parameters)
    self.counts.failed = self.counts.failed + (why and 1 or 0)
    return why and answers.exception(why) or answers.empty(204)
  end
  local operation = { id = host.uuid(), session = call.session, kind = call.kind }
  self.running[#self.running + 1], self.by_id[operation.id] = operation, operation
  host.timers.after(seconds, function()
    operation.failed = run(act, call.company, record, parameters)
    self.counts.failed = self.counts.failed + (operation.failed and 1 or 0)
    operation.done = true
    for index, each in ipairs(self.running) do
      if each == operation then table.remove(self.running, index) break end
    end
  end)
  local location = ("%s/%s/%s/status/%s"):format(call.base, call.kind, call.action, operation.id)
  if self.site.switches.location == "url" then location = self.site.url .. location end
  return answers.empty(202, { location = location })
end

function Actions:status(call, id)
  self.counts.polls = self.counts.polls + 1
  local operation = self.by_id[id]
  if not operation or self.site.switches.poll_needs_session and operation.session ~= call.session then
    return answers.message(404, "The operation was not found.")
  end
  if not operation.done then return answers.empty(202, { location = ("%s/%s/%s/status/%s"):format(call.base, call.kind, call.action, id) }) end
  if operation.failed then return answers.exception(operation.failed) end
  return answers.empty(204)
end

function Actions:report()
  return { running = #self.running, counts = self.counts }
end

return Actions
