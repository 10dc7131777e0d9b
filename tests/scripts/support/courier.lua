-- Exact Online <-> FedEx between the two simulated systems, in plain Lua: flows run on what the simulations answer, writes go to them, and
-- what the host would keep between jobs is kept here.

local FedEx, calendar, flow, mapping, Remote, service = require "fedex_caller", require "calendar", require "flow",
  require "mapping", require "remote", require "service"

local FOLDER = "scripts/integrations/exact_online_fedex"

local SENDER = {
  company = "Zuid Groothandel BV", lines = { "Dorpsstraat 1" }, postcode = "3511 AA", city = "Utrecht", country = "NL", phone = "030 123 45 67",
  eori = "NL123456789", vat = "NL123456789B01",
}
local BASE = {
  sender = SENDER, account = FedEx.ACCOUNT, default_phone = "+31301234567", origin = "NL", hs_codes = { ["STOCK-1"] = "691200", ["STOCK-2"] = "691200" },
  services = { { country = "NL", service = "FEDEX_PRIORITY" }, { service = "FEDEX_INTERNATIONAL_PRIORITY" } },
}

local Courier = { ACCOUNT = FedEx.ACCOUNT }
Courier.__index = Courier

local function escape(text) return (text:gsub("[^%w]", function(char) return ("%%%02X"):format(char:byte()) end)) end

function Courier.start(root, settings)
  service.now_ms = 1767600000000   -- Monday 2026-01-05T08:00:00Z
  service.timers, service.callbacks = {}, {}
  local systems = assert(loadfile(root .. "/examples/sandbox/init.lua")) { only = { "exact_online", "fedex" } }.systems
  local self = setmetatable({
    books_system = flow.load(root, "scripts/systems/exact_online"), fedex_system = flow.load(root, "scripts/systems/fedex"),
    integration = flow.load(root, FOLDER), exact = systems.exact_online, carrier = systems.fedex, entities = {}, kv = {}, mappings = {}, looked_up = {},
    settings = {}, settled = {}, printed = {},
  }, Courier)
  for name, value in pairs(BASE) do self.settings[name] = value end
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
  self.fedex = Remote.new(self.fedex_system, self.carrier.url, function() return { authorization = "Bearer " .. self:fedex_token() } end, {})
  -- The limits are the runtime's to keep; here nobody does.
  self:control("exact", "switches", { minute_limit = 100000, day_limit = 1000000, errors_an_hour = 1000, negative_stock = true })
  return self
end

function Courier:grant()
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

function Courier:fedex_token()
  if not self.access or service.now_ms > self.access_ms + 3300000 then
    local answer = service.call("POST", self.carrier.url .. "/oauth/token", {
      headers = { ["content-type"] = "application/x-www-form-urlencoded" },
      body = ("grant_type=client_credentials&client_id=%s&client_secret=%s"):format(self.carrier.credentials.client_id, self.carrier.credentials.client_secret),
    })
    self.access, self.access_ms = answer.json.access_token, service.now_ms
  end
  return self.access
end

local NAMES = { exact = "exact_online", carrier = "fedex" }

function Courier:control(system, what, body)
  local answer = service.call(body and "POST" or "GET", ("%s/_sandbox/%s/%s"):format(self[system].url, NAMES[system], what), { json = body })
  assert(answer.status == 200, answer.body)
  return answer.json
end

-- A delivery that was packed: the draft of its order, and of the delivery. Gives { id, number, order }.
function Courier:packed(draft, delivery)
  local order = assert(self:control("exact", "seed", { orders = { draft or {} } }).orders[1])
  local wanted = { order = order.number }
  for name, value in pairs(delivery or {}) do wanted[name] = value end
  assert(self:control("exact", "seed", { pack = { wanted } }).done == 1)
  local all = self:booked().deliveries
  return { id = all[#all].id, number = all[#all].number, order = order }
end

function Courier:change(delivery, change)
  service.pass(60)
  change.id = delivery.id
  assert(self:control("exact", "seed", { packed = { change } }).done == 1)
end

function Courier:booked() return self:control("exact", "state?dispatch=1&documents=0").divisions["123456"].dispatch end
function Courier:seed(system, acts) return self:control(system, "seed", acts) end
function Courier:switch(system, switches) return self:control(system, "switches", switches) end
function Courier:delivery(id)
  for _, each in ipairs(self:booked().deliveries) do
    if each.id == id then return each end
  end
end
function Courier:shipments() return self:control("carrier", "state").shipments end
function Courier:state() return self:control("carrier", "state") end

function Courier:lookup(name, key, anew)
  local definition, place = assert(self.integration.lookups[name], name), name .. " " .. key
  if self.looked_up[place] ~= nil and not anew then return self.looked_up[place] or nil end
  local operation = definition.from:match "^%w+%.(.+)$"
  local literal = definition.key == "ID" and "guid'" .. key .. "'" or "'" .. key .. "'"
  local row = self.books:call(operation, { ["$filter"] = definition.key .. " eq " .. literal })[1]
  local answer = false
  if row then
    answer = {}
    for _, field in ipairs(definition.value) do
      local value = row[field]
      if value ~= nil and type(value) ~= "boolean" and math.type(value) ~= "integer" then value = tostring(value) end
      answer[field] = value
    end
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

local ROLES = {
  deliveries = { "books", "fedex" }, orders = { "books", "fedex" }, void = { "books", "fedex" }, tell = { "books" },
  tell_together = { "books" }, untell = { "books" }, track = { "fedex" },
  scans = { "books" }, deleted = {}, collect = { "books" }, papers = { "books" },
  compare = { "books", "fedex" }, difference = {}, check = { "books" }, differs = { "books" },
}

-- What the host does with a write: a create of the same effect is answered from the books.
function Courier:settle(own, effect, write)
  local place = ("%s %s %s"):format(own, effect, write.operation)
  if write.operation ~= "shipments.create" then return self:send(write) end
  self.settled[place] = self.settled[place] or self:send(write)
  return self.settled[place]
end

-- A lost answer is looked for by our reference: what is found has no label.
function Courier:send(write)
  local remote = self.books_system.operations[write.operation] and self.books or self.fedex
  local operation = remote.system.operations[write.operation]
  local record = remote:call(write.operation, table.unpack(write.arguments))
  if self.lose and write.operation == "shipments.create" then
    self.lose = self.lose > 1 and self.lose - 1 or nil
    local shipments = self:shipments()
    return { id = shipments[#shipments].master, state = "settled", record = { trackingNumber = shipments[#shipments].master } }
  end
  local id = record
  for step in (operation.id or ""):gmatch "[^.]+" do
    id = type(id) == "table" and id[step:find "^%d+$" and math.tointeger(step) + 1 or step] or nil
  end
  return { id = type(id) == "string" and id or tostring(write.arguments[1]), state = "settled", record = record }
end

-- As the poll brings a delivery, and all that comes of it; gives the outcomes.
function Courier:label(delivery, more) return self:through("deliveries", delivery.id, more) end

-- Deliveries of one sweep: all wait to be read before the first is.
function Courier:sweep(deliveries)
  local out, children = {}, {}
  local function add(outcome, name, key)
    outcome.flow, outcome.key = name, key
    out[#out + 1] = outcome
    for _, child in ipairs(outcome.emitted) do children[#children + 1] = child end
  end
  for _, delivery in ipairs(deliveries) do add(self:run("deliveries", delivery.id), "deliveries", delivery.id) end
  for _, child in ipairs(children) do
    for _, each in ipairs(self:through(child.flow, tostring(child.key), { event = child.payload })) do out[#out + 1] = each end
  end
  return out
end

-- A run of a flow for one record; `more`: event, decision, attempt, start, source, now.
function Courier:run(name, key, more)
  more = more or {}
  local map, settings = {}, flow.settings(self.settings)
  for each, document in pairs(self.mappings) do
    map[each] = function(record, given)
      return mapping.run(document, { record = record, given = given, settings = settings, job = { source = "books", key = key } })
    end
  end
  local own = name .. " " .. key
  self.entities[own] = self.entities[own] or setmetatable({}, { __index = function(_, each) return self.entities[each] end,
    __newindex = function(of, each, value) rawset(each:find "\n" and self.entities or of, each, value) end })
  service.pass(1)
  local roles, books_calls, fedex_calls = {}, self.books.calls, self.fedex.calls
  for index, role in ipairs(ROLES[name]) do
    local remote = self[role]
    roles[index] = { system = remote.system, answers = answers_of(remote), connections = { role } }
  end
  local outcome = flow.run {
    key = key, flow = name, source = more.source or "books", settings = self.settings, entities = self.entities[own], kv = self.kv, map = map, roles = roles,
    body = self.integration.flows[name].run, look_up = function(lookup, wanted, anew) return self:lookup(lookup, wanted, anew) end,
    decision = more.decision, event = more.event, attempt = more.attempt, start = more.start,
    now = more.now or calendar.iso(service.now_ms // 1000) .. "Z", send = function(effect, write) return self:settle(own, effect, write) end,
  }
  outcome.books_calls, outcome.fedex_calls = self.books.calls - books_calls, self.fedex.calls - fedex_calls
  return outcome
end

-- The same, and what it emits after it, as far down as it goes; gives all outcomes, each with its flow and key.
function Courier:through(name, key, more)
  local out, queue = {}, { { name, key, more } }
  while #queue > 0 do
    local at = table.remove(queue, 1)
    local outcome = self:run(at[1], at[2], at[3])
    outcome.flow, outcome.key = at[1], at[2]
    out[#out + 1] = outcome
    for _, child in ipairs(outcome.emitted) do
      if child.flow == "print" then
        self.printed[#self.printed + 1] = { number = child.key, event = child.payload }
      else
        queue[#queue + 1] = { child.flow, tostring(child.key), { event = child.payload, source = child.source or at[3] and at[3].source } }
      end
    end
  end
  return out
end

function Courier.all_well(outcomes)
  for _, each in ipairs(outcomes) do assert(not each.refused, ("%s %s: %s"):format(each.flow, each.key, tostring(each.refused))) end
  return outcomes
end

function Courier.calls(outcomes, of)
  local sum = 0
  for _, each in ipairs(outcomes) do sum = sum + each[of .. "_calls"] end
  return sum
end

Courier.pass = service.pass

return Courier
