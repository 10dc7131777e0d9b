-- The names that every definition and flow knows without `require`. The host runs this file once in each environment and
-- gives it what only the host can do; it returns { names, recorded }.

local host = ...

local names = { null = host.null, has = host.has }

local function fail(text, ...)
  local file, line, column = host.position()
  error((line > 0 and ("%s:%d:%d: "):format(file, line, column) or "") .. text:format(...), 0)
end

local function expect_table(value, what)
  if type(value) ~= "table" then fail("%s: expected a table, got %s", what, host.type(value)) end
end

local function only(definition, known, what)
  for key in pairs(definition) do
    if not known[key] then fail("%s: unknown field '%s'", what, tostring(key)) end
  end
end

local function set(list)
  local out = {}
  for _, each in ipairs(list) do out[each] = true end
  return out
end

local SYSTEM = set {
  "name", "base_url", "headers", "auth", "limits", "errors", "values", "webhooks", "operations", "access", "transports", "concern", "types",
  "test",
}
local INTEGRATION = set { "name", "roles", "settings", "lookups", "flows", "mappings", "reconcile" }
local FLOW = set { "on", "run", "max_failures", "main", "reprints" }
local SETTING = set { 1, "default", "doc", "mandatory", "one_of", "impossible" }
local SETTING_TYPES = set { "text", "integer", "decimal", "boolean", "list", "table" }

local PAGES = {
  odata = { rows = { "d.results", "d" }, next = "d.__next" },
}

-- system{...}: what a remote's API is; see the page "A system" of the guides.
function names.system(definition)
  expect_table(definition, "system")
  only(definition, SYSTEM, "system")
  for _, needed in ipairs { "name", "base_url", "operations" } do
    if definition[needed] == nil then fail("system: '%s' is missing", needed) end
  end
  for name, operation in pairs(definition.operations) do
    expect_table(operation, "operation " .. tostring(name))
    if type(operation.pages) == "string" then
      local pages = PAGES[operation.pages]
      if not pages then fail("operation %s: there is no kind of pages '%s'", name, operation.pages) end
      operation.pages = pages
    end
  end
  return definition
end

-- look_up{ "invoices.list", by = "YourRef", quiet = "3m" }: a create whose fate is found out by looking (kind C). `field`: what
-- the rows call it. `asks`: what the look-up is given where no filter of a list finds the record.
function names.look_up(effect)
  expect_table(effect, "look_up")
  only(effect, set { 1, "by", "field", "quiet", "asks", "found", "id", "number", "parts", "gone", "fetch", "first", "absent", "within" }, "look_up")
  if not effect[1] or not effect.by then fail("look_up: expected { \"operation\", by = \"Field\" }") end
  local out = { kind = "C", quiet = "1m" }
  for name, value in pairs(effect) do out[name == 1 and "look_up" or name] = value end
  if effect.fetch ~= nil then
    expect_table(effect.fetch, "look_up: fetch")
    only(effect.fetch, set { 1, "asks" }, "look_up: fetch")
    out.fetch = { read = effect.fetch[1], asks = effect.fetch.asks }
  end
  return out
end

-- upsert{ key = "orderKey", read = "orders.get" }: writing again writes the same record (kind A). `field`: what the record read
-- back calls the key; `done`: values of it that prove an action.
function names.upsert(effect)
  expect_table(effect, "upsert")
  only(effect, set { "key", "read", "ask", "field", "done", "updatable", "replace", "quiet" }, "upsert")
  if not effect.key then fail("upsert: expected { key = \"field\" }") end
  return {
    kind = "A", key = effect.key, read = effect.read, ask = effect.ask, field = effect.field, done = effect.done, updatable = effect.updatable,
    replace = effect.replace, quiet = effect.quiet,
  }
end

function names.schema(fields)
  expect_table(fields, "schema")
  local out = {}
  for name, field in pairs(fields) do
    expect_table(field, "setting " .. name)
    only(field, SETTING, "setting " .. name)
    if not SETTING_TYPES[field[1]] then
      fail("setting %s: expected text, integer, decimal, boolean, list or table, got %s", name, tostring(field[1]))
    end
    if field.one_of ~= nil then expect_table(field.one_of, "setting " .. name .. ": one_of") end
    if field.impossible ~= nil then expect_table(field.impossible, "setting " .. name .. ": impossible") end
    out[name] = {
      type = field[1], default = field.default, doc = field.doc, mandatory = field.mandatory, one_of = field.one_of, impossible = field.impossible,
    }
  end
  return out
end

function names.integration(definition)
  expect_table(definition, "integration")
  only(definition, INTEGRATION, "integration")
  if not definition.roles then fail("integration: 'roles' is missing") end
  if not definition.flows then fail("integration: 'flows' is missing") end
  -- roles = { printers = { "printer", optional = true } }: a client may leave it unbound; a flow then gets nil in its place.
  expect_table(definition.roles, "integration: roles")
  local roles, optional = {}, {}
  for role, system in pairs(definition.roles) do
    roles[role] = system
    if type(system) == "table" then
      only(system, set { 1, "optional" }, "integration: role " .. tostring(role))
      if type(system[1]) ~= "string" or (system.optional ~= nil and type(system.optional) ~= "boolean") then
        fail("integration: role %s: expected \"system\" or { \"system\", optional = true }", tostring(role))
      end
      roles[role], optional[role] = system[1], system.optional or nil
    end
  end
  definition.roles, definition.optional = roles, optional
  definition.settings = definition.settings or {}
  definition.lookups = definition.lookups or {}
  return definition
end

function names.flow(definition)
  expect_table(definition, "flow")
  only(definition, FLOW, "flow")
  if type(definition.run) ~= "function" then fail("flow: 'run' must be a function") end
  if definition.reprints ~= nil and type(definition.reprints) ~= "boolean" then fail("flow: reprints: expected true or false") end
  definition.on = host.array(definition.on or {})
  return definition
end

-- webhook("shop", { "store/order/created" }, { key = "data.id" })
function names.webhook(role, topics, options)
  expect_table(topics, "webhook topics")
  expect_table(options, "webhook options")
  only(options, set { "key" }, "webhook")
  if not options.key then fail("webhook: 'key' is missing: where the record's number stands in the body") end
  return { webhook = role, topics = topics, key = options.key }
end

-- poll("shop.orders.list", { key = "id", since = "date_modified", every = "15m", overlap = "10m" }); first = "all": its first look takes all there
-- is, else what changed since the instance's start.
function names.poll(operation, options)
  expect_table(options, "poll options")
  only(options, set { "key", "since", "every", "overlap", "first" }, "poll")
  local out = { poll = operation }
  for key, value in pairs(options) do out[key] = value end
  return out
end

-- schedule "23:30" in the instance's zone
function names.schedule(at) return { schedule = at } end

local FAULT = { __tostring = function(fault) return fault.message end, __metatable = "error" }

-- try(f, ...) -> what f returned | nil, err; err is always a table { code, message, retryable, cause }: a fault of the
-- script itself, which is a text with its position, has the code "script_error".
function names.try(run, ...)
  local function sort_out(ok, first, ...)
    if ok then return first, ... end
    if type(first) == "table" then return nil, first end
    return nil, setmetatable({ code = "script_error", message = tostring(first), retryable = false }, FAULT)
  end
  return sort_out(pcall(run, ...))
end

local recorder = require "recorder" (host)
for name, value in pairs(recorder.names) do names[name] = value end

return { names = names, recorded = recorder.recorded }
