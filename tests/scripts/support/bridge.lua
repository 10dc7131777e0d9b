-- The integration between the two simulated systems, in plain Lua: flows run on what the simulations answer, writes go to them,
-- and what the host would keep between jobs (links, what was sent) is kept here.

local calendar, flow, json, mapping, Remote, service =
  require "calendar", require "flow", require "json", require "mapping", require "remote", require "service"

local FOLDER = "scripts/integrations/bigcommerce_exact_online"

local Bridge = {}
Bridge.__index = Bridge

local function escape(text) return (text:gsub("[^%w]", function(char) return ("%%%02X"):format(char:byte()) end)) end

function Bridge.start(root, settings)
  service.timers = {}
  local systems = assert(loadfile(root .. "/examples/sandbox/init.lua")) {}.systems
  local self = setmetatable({
    integration = flow.load(root, FOLDER), shop_system = flow.load(root, "scripts/systems/bigcommerce"),
    books_system = flow.load(root, "scripts/systems/exact_online"), exact = systems.exact_online, store = systems.bigcommerce,
    entities = {}, kv = {}, mappings = {}, looked_up = {}, settings = settings or {},
  }, Bridge)
  flow.load(root, FOLDER)   -- its defaults are the last ones loaded
  for _, name in ipairs(self.integration.mappings) do
    self.mappings[name] = mapping.record(("%s/%s/%s.lua"):format(root, FOLDER, name), flow.ambient())
  end
  self:grant()
  self.shop = Remote.new(self.shop_system, self.store.url, function() return { ["x-auth-token"] = self.store.credentials.access_token } end,
    { store_hash = self.store.credentials.store_hash })
  self.books = Remote.new(self.books_system, self.exact.url, function()
    if service.now_ms > self.granted_ms + 590000 then self:grant() end
    return { authorization = "Bearer " .. self.token }
  end, { division = self.exact.credentials.division })
  -- The limits are the runtime's to keep; here nobody does.
  self:control("exact", "switches", { minute_limit = 100000, day_limit = 1000000 })
  self:control("store", "switches", { quota = 100000 })
  return self
end

function Bridge:grant()
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

local NAMES = { exact = "exact_online", store = "bigcommerce" }

-- A control of a simulation: POST with a body, GET without.
function Bridge:control(system, what, body)
  local url = ("%s/_sandbox/%s/%s"):format(self[system].url, NAMES[system], what)
  local answer = service.call(body and "POST" or "GET", url, { json = body })
  assert(answer.status == 200, answer.body)
  return answer.json
end

-- Accounts of the division, by e-mail address in small letters.
function Bridge:accounts()
  local out, count = {}, 0
  for _, account in ipairs(self:control("exact", "state?accounts=1").divisions["123456"].accounts) do
    count = count + 1
    out[(account.Email or account.Code):lower()] = account
  end
  return out, count
end

-- Customers of the shop, by e-mail address in small letters.
function Bridge:customers()
  local out, state = {}, self:control("store", "state?customers=1")
  for _, customer in ipairs(state.customers) do out[customer.email:lower()] = customer end
  return out, state.customer_mails
end

-- As the host does it, for an hour each: one field of a row, or a table of several.
function Bridge:lookup(name, key, anew)
  local definition = self.integration.lookups[name]
  local place = name .. " " .. key
  if self.looked_up[place] ~= nil and not anew then return self.looked_up[place] or nil end
  local of_shop = definition.from:match "^shop%.(.+)$"
  local literal = definition.key == "ID" and "guid'" .. key .. "'" or "'" .. tostring(key):gsub("'", "''") .. "'"
  local row
  if of_shop then
    row = self.shop:call(of_shop, { [self.shop_system.operations[of_shop].find.param] = key })[1]
  else
    row = self.books:call(definition.from:match "^books%.(.+)$", { ["$filter"] = definition.key .. " eq " .. literal })[1]
  end
  local answer = false
  if row and type(definition.value) == "table" then
    answer = {}
    for _, field in ipairs(definition.value) do answer[field] = row[field] end
  elseif row then
    answer = row[definition.value]
  end
  self.looked_up[place] = answer
  return answer or nil
end

local function add_answers(answers, remote)
  for name, operation in pairs(remote.system.operations) do
    if operation.GET then answers[name] = function(...) return remote:call(name, ...) end end
  end
end

-- A run of a flow for one record. `source` is the connection that it came from.
function Bridge:run(name, key, more)
  more = more or {}
  local answers, map, calls = {}, {}, self.books.calls
  add_answers(answers, self.shop)
  add_answers(answers, self.books)
  local settings = flow.settings(self.settings)
  for each, document in pairs(self.mappings) do
    map[each] = function(record, given)
      return mapping.run(document, {
        record = record, given = given, settings = settings, job = { source = more.source or "shop", key = key },
        lookup = function(lookup, wanted) return self:lookup(lookup, wanted) end,
      })
    end
  end
  local own = (more.source or "shop") .. " " .. name .. " " .. key
  self.entities[own] = self.entities[own] or setmetatable({}, { __index = function(_, each) return self.entities[each] end,
    __newindex = function(of, each, value) rawset(each:find "\n" and self.entities or of, each, value) end })
  service.pass(1)
  local outcome = flow.run {
    key = key, source = more.source, settings = self.settings, entities = self.entities[own], kv = self.kv, answers = answers, map = map,
    shop_system = self.shop_system, books_system = self.books_system, body = self.integration.flows[name].run,
    look_up = function(lookup, wanted, anew) return self:lookup(lookup, wanted, anew) end,
    start = more.start, decision = more.decision,
    event = more.event, books_alone = more.books_alone, attempt = more.attempt, now = calendar.iso(service.now_ms // 1000) .. "Z",
    send = function(effect, write)
      if more.shadow then return { id = "00000000-0000-8000-8000-" .. ("%012x"):format(#effect), state = "shadow" } end
      local remote = self.books_system.operations[write.operation] and self.books or self.shop
      local operation = remote.system.operations[write.operation]
      local record = remote:call(write.operation, table.unpack(write.arguments))
      return { id = record and record[operation.id] or write.arguments[1], state = "settled", record = record }
    end,
  }
  outcome.books_calls = self.books.calls - calls
  return outcome
end

function Bridge:violations()
  for _, system in ipairs { "exact", "store" } do
    local events = self:control(system, "events")
    if #events.violations > 0 then return json.encode(events.violation_counts) end
  end
end

-- Lets time pass; the grant is renewed as the runtime would.
function Bridge.pass(_, seconds) service.pass(seconds) end

-- What was sent, as one text.
function Bridge.effects(outcome)
  local names = {}
  for index, each in ipairs(outcome.sent) do names[index] = each.effect end
  return table.concat(names, ", ")
end

return Bridge
