-- Exact Online <-> UPS between the two simulated systems, in plain Lua: flows run on what the simulations answer, writes go to them, and what
-- the host would keep between jobs is kept here.

local calendar, digest, flow, json, mapping, Remote, service = require "calendar", require "digest", require "flow", require "json", require "mapping",
  require "remote", require "service"

local FOLDER = "scripts/integrations/exact_online_ups"

local BASE = {
  account = "A1B2C3", origin = "NL", hs_codes = { ["STOCK-2"] = "691200" }, default_phone = "+31301234567",
  sender = {
    company = "Zuid Groothandel BV", lines = { "Dorpsstraat 1" }, postcode = "3511 AA", city = "Utrecht", country = "NL", phone = "030 123 45 67",
    eori = "NL123456789", vat = "NL123456789B01",
  },
  services = { { service = "11" } },
}

local Post = { HOOK = "https://localhost:9/hooks/zuid/ups" }
Post.__index = Post

local function escape(text) return (text:gsub("[^%w]", function(char) return ("%%%02X"):format(char:byte()) end)) end

function Post.start(root, settings)
  service.now_ms = 1767600000000   -- Monday 2026-01-05T08:00:00Z
  service.timers, service.callbacks = {}, {}
  local systems = assert(loadfile(root .. "/examples/sandbox/init.lua")) { only = { "exact_online", "ups" } }.systems
  local self = setmetatable({
    books_system = flow.load(root, "scripts/systems/exact_online"), ups_system = flow.load(root, "scripts/systems/ups"),
    integration = flow.load(root, FOLDER), exact = systems.exact_online, brown = systems.ups, entities = {}, kv = {}, mappings = {}, looked_up = {},
    settings = {}, printed = {}, ids = 0,
  }, Post)
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
  self.ups = Remote.new(self.ups_system, self.brown.url, function()
    self.ids = self.ids + 1
    return { authorization = "Bearer " .. self:access(), transid = ("%032x"):format(self.ids), transactionsrc = "ml-connector" }
  end, {})
  -- The limits are the runtime's to keep; here nobody does.
  self:control("exact", "switches", { minute_limit = 100000, day_limit = 1000000, errors_an_hour = 1000, negative_stock = true })
  return self
end

function Post:grant()
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

function Post:access()
  if not self.bearer or service.now_ms > self.bearer_ms + 3300000 then
    local c = self.brown.credentials
    local answer = service.call("POST", self.brown.url .. "/security/v1/oauth/token", {
      headers = {
        ["content-type"] = "application/x-www-form-urlencoded", authorization = "Basic " .. digest.base64(c.client_id .. ":" .. c.client_secret),
      },
      body = "grant_type=client_credentials",
    })
    self.bearer, self.bearer_ms = answer.json.access_token, service.now_ms
  end
  return self.bearer
end

local NAMES = { exact = "exact_online", brown = "ups" }

function Post:control(system, what, body)
  local answer = service.call(body and "POST" or "GET", ("%s/_sandbox/%s/%s"):format(self[system].url, NAMES[system], what), { json = body })
  assert(answer.status == 200, answer.body)
  return answer.json
end
function Post:switch(system, switches) return self:control(system, "switches", switches) end

-- A delivery that was packed: the draft of its order, and of the delivery. Gives { id, number, order }.
function Post:packed(draft, delivery)
  local order = assert(self:control("exact", "seed", { orders = { draft or {} } }).orders[1])
  local wanted = { order = order.number }
  for name, value in pairs(delivery or {}) do wanted[name] = value end
  assert(self:control("exact", "seed", { pack = { wanted } }).done == 1, "not packed")
  local all = self:booked().deliveries
  return { id = all[#all].id, number = all[#all].number, order = order }
end
function Post:ordered(draft) return assert(self:control("exact", "seed", { orders = { draft or {} } }).orders[1]) end

function Post:change(delivery, change)
  service.pass(300)
  change.id = delivery.id
  assert(self:control("exact", "seed", { packed = { change } }).done == 1)
end

function Post:booked() return self:control("exact", "state?dispatch=1&documents=0").divisions["123456"].dispatch end
function Post:delivery(id)
  for _, each in ipairs(self:booked().deliveries) do
    if each.id == id then return each end
  end
end
function Post:state() return self:control("brown", "state") end
function Post:shipments() return self:state().shipments end
function Post:happen(number, what, more)
  local event = { number = number, what = what }
  for name, value in pairs(more or {}) do event[name] = value end
  return self:control("brown", "seed", { happen = { event } })
end

function Post:lookup(name, key, anew)
  local definition, place = assert(self.integration.lookups[name], name), name .. " " .. key
  if self.looked_up[place] ~= nil and not anew then return self.looked_up[place] or nil end
  local literal = definition.key == "ID" and "guid'" .. key .. "'" or "'" .. key .. "'"
  local row = self.books:call(definition.from:match "^%w+%.(.+)$", { ["$filter"] = definition.key .. " eq " .. literal })[1]
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

-- What the host does with a write: sends it, and when the answer was lost looks for a shipment by our reference.
function Post:send(write)
  local remote = self.books_system.operations[write.operation] and self.books or self.ups
  local operation = remote.system.operations[write.operation]
  local record = remote:call(write.operation, table.unpack(write.arguments))
  if self.lose and write.operation == "shipments.create" then
    self.lose = nil
    return { id = record.ShipmentIdentificationNumber, state = "settled", record = { inquiryNumber = "found" } }
  end
  local id = record and operation.id and record[operation.id] or write.arguments[1]
  return { id = type(id) == "string" and id or tostring(id), state = "settled", record = record }
end

local ROLES = {
  deliveries = { "books", "ups" }, orders = { "books", "ups" }, void = { "books", "ups" }, tell = { "books" },
  tell_together = { "books" }, collect = { "books" },
  deleted = {}, alerts = { "ups", "books" }, subscribe = { "ups" }, round = {}, views = { "ups" }, look = { "ups", "books" }, silent = {},
  rates = { "books", "ups" }, pickup = { "books", "ups" }, address = { "books" }, check = { "books" }, differs = { "books" },
}

local function list_of(kv)
  return function(prefix, options)
    local keys, out = {}, {}
    for key in pairs(kv) do
      if key:sub(1, #prefix) == prefix and key > (options and options.after or "") then keys[#keys + 1] = key end
    end
    table.sort(keys)
    for index = 1, math.min(#keys, options and options.limit or 1000) do out[index] = { key = keys[index], value = kv[keys[index]] } end
    return out
  end
end

-- A run of a flow for one record; `more`: event, decision, attempt, start, source, shadow.
function Post:run(name, key, more)
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
  local roles, books_calls, ups_calls = {}, self.books.calls, self.ups.calls
  for index, role in ipairs(ROLES[name]) do roles[index] = { system = self[role].system, answers = answers_of(self[role]), connections = { role } } end
  local outcome = flow.run {
    key = key, flow = name, source = more.source or "books", settings = self.settings, entities = self.entities[own], kv = self.kv, map = map, roles = roles,
    body = function(job, ...)
      job.kv.list = job.kv.list or list_of(self.kv)
      return self.integration.flows[name].run(job, ...)
    end,
    look_up = function(lookup, wanted, anew) return self:lookup(lookup, wanted, anew) end, decision = more.decision, event = more.event,
    attempt = more.attempt, start = more.start, now = calendar.iso(service.now_ms // 1000) .. "Z",
    send = function(_, write)
      if more.shadow then return { id = "00000000-0000-8000-8000-000000000001", state = "shadow" } end
      return self:send(write)
    end,
  }
  outcome.books_calls, outcome.ups_calls = self.books.calls - books_calls, self.ups.calls - ups_calls
  return outcome
end

-- The same, and what it emits after it, as far down as it goes; gives all outcomes, each with its flow and key.
function Post:through(name, key, more)
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
        queue[#queue + 1] = { child.flow, tostring(child.key), { event = child.payload, decision = more and more.decision, shadow = more and more.shadow } }
      end
    end
  end
  return out
end

-- A packed delivery with its labels bought and told.
function Post:labelled(draft, delivery)
  local packed = self:packed(draft, delivery)
  local outcomes = Post.all_well(self:through("deliveries", packed.id))
  packed.numbers, packed.outcomes = {}, outcomes
  for _, parcel in ipairs(self:shipments()[#self:shipments()].parcels) do packed.numbers[#packed.numbers + 1] = parcel.number end
  return packed
end

function Post.all_well(outcomes)
  for _, each in ipairs(outcomes) do assert(not each.refused, ("%s %s: %s"):format(each.flow, each.key, tostring(each.refused))) end
  return outcomes
end

-- The first of the outcomes that was refused.
function Post.refused(outcomes)
  for _, each in ipairs(outcomes) do
    if each.refused then return each end
  end
end

function Post:violations()
  for _, system in ipairs { "exact", "brown" } do
    local events = self:control(system, "events")
    if #events.violations > 0 then return json.encode(events.violation_counts) end
  end
end

Post.pass = service.pass

return Post
