-- Acumatica <-> ShipStation between the two simulated systems: their flows' roles, what a write comes to, and what people do in both. Jobs
-- that flows hand on run at once.

local Acumatica, Remote, Stage, Station, flow, service = require "acumatica_client", require "remote", require "stage", require "station", require "flow",
  require "service"

local SIMULATIONS = { acumatica = "acumatica", depot = "shipstation" }

local Harbor = Stage.kind(Stage)
Station.join(Harbor)

function Harbor.start(root, settings, at)
  local plan = { integration = "acumatica_shipstation", simulations = SIMULATIONS, at = at or Station.MONDAY }
  local self = Stage.begin(Harbor, root, plan, settings)
  self.written = {}
  self.client = setmetatable({ url = self.acumatica.url, account = self.acumatica.credentials, jar = {}, base = "/entity/Default/24.200.001" }, Acumatica)
  assert(self.client:login().status == 204)
  self:connect("erp", Remote.new(flow.load(root, "scripts/systems/acumatica"), self.acumatica.url, function()
    if service.now_ms > (self.signed_in or service.now_ms) + 300000 then assert(self.client:login().status == 204) end
    self.signed_in = service.now_ms
    return { cookie = self.client:cookies() }
  end, { endpoint = "Default", version = "24.200.001", branch = "MAIN" }))
  -- The limits are the runtime's to keep; here nobody does.
  self.client:switch { requests_a_minute = 100000, action_seconds = 1, user_sessions = false, api_users = 50 }
  Station.connect(self, root)
  return self
end

-- Orders of these kinds that people enter; gives their numbers.
function Harbor:order(...) return self.client:orders(...) end
-- What a person does in Acumatica.
function Harbor:person(acts)
  service.pass(60)
  local answer = self.client:seed(acts)
  assert(not answer.error, answer.error)
  return answer
end
function Harbor:shipments() return self.client:control("state").shipments end
function Harbor:sold(number) return self.client:control("state?order=" .. number).orders[1] end

function Harbor:row_of(definition, key)
  return self.erp:call(definition.from:match "^erp%.(.+)$", { ["$filter"] = ("%s eq '%s'"):format(definition.key, (key:gsub("'", "''"))) })[1]
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
  local remote, operation = self:remote_of(write)
  local by = operation.create and operation.effect.by
  local body = write.arguments[#write.arguments]
  local reference = by and (by == "Description" and body.Description or body.Packages and body.Packages[1].CustomRefNbr1)
  local place = reference and ("%s\n%s\n%s"):format(effect, write.operation, reference)
  if place and self.written[place] then return self.written[place] end
  if remote == self.erp then self.last_writes[#self.last_writes + 1] = write.operation end
  local record = remote:call(write.operation, table.unpack(write.arguments))
  if operation.refused_unless and not record[operation.refused_unless] then error({ code = "rejected", message = record.message }, 0) end
  local number = record and operation.number and record[operation.number]
  local answer = { id = tostring(id_of(operation, record, write.arguments)), number = number and tostring(number), state = "settled", record = record }
  if place then self.written[place] = answer end
  return answer
end

-- A run of a flow for one record, and of the jobs that it hands on; `more`: event, source, decision, start, shadow, alone.
function Harbor:run(name, key, more)
  more = more or {}
  local source = more.source or (ROLES[name] and ROLES[name][1] == "erp" and "erp" or "station")
  self.last_writes = {}
  local outcome = self:play(name, key, more, {
    source = source, roles = ROLES[name] or { "station", "erp" }, connections = { erp = self.tenants }, entities = {},
    send = function(effect, write) return self:send(effect, write) end,
  })
  outcome.writes, outcome.children = self.last_writes, {}
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

local POLLED = { shipments = "labels", fulfillments = "fulfillments" }

-- What a poll brings. Gives the runs that shipments came to.
function Harbor:poll()
  local out = {}
  self:news(function(list, row, id)
    local run = self:run(POLLED[list], id, { event = { record = row } })
    for _, child in ipairs(#run.children > 0 and run.children or { run }) do out[#out + 1] = child end
  end)
  return out
end

return Harbor
