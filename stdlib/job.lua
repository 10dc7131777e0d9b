-- Runs a flow: makes `job` and the roles out of what the host offers, and calls the flow with them. The host loads this
-- file anew for each run; nothing in it outlives the run.

local host = ...

local asked_of_kept = require("kept").asked
local odata = require "odata"

local LOOKUP_BATCH = 20   -- keys in one filter

local function misuse(text, ...) error(text:format(...), 3) end

local function only(options, known, what)
  if options == nil then return {} end
  if type(options) ~= "table" then misuse("%s: expected a table of options", what) end
  for key in pairs(options) do
    if not known[key] then misuse("%s: unknown option '%s'", what, tostring(key)) end
  end
  return options
end

-- Roles.

local METHODS = { "GET", "POST", "PUT", "PATCH", "DELETE" }

local function method_of(operation)
  for _, method in ipairs(METHODS) do
    if operation[method] then return method, operation[method] end
  end
end

local function is_record(value) return host.type(value) == "record" end
local function is_scalar(value) return type(value) ~= "table" and not is_record(value) end

-- Arguments of a call: placeholders of the path in their order, then the body of a write, then options. A read takes one
-- table: what names a placeholder goes there, the rest into the query.
local function arguments_of(role, name, operation, ...)
  local method, path = method_of(operation)
  local given, count, at = { ... }, select("#", ...), 1
  local out = { path = {}, query = {} }
  local open = {}
  for placeholder in path:gmatch "{([%w_]+)}" do
    if not role.settings[placeholder] then
      if at <= count and is_scalar(given[at]) and given[at] ~= nil then
        out.path[placeholder] = given[at]
        at = at + 1
      else
        open[placeholder] = true
      end
    end
  end
  if method ~= "GET" and method ~= "DELETE" and at <= count then
    out.body = given[at]
    at = at + 1
  end
  local options = given[at]
  if options ~= nil and type(options) ~= "table" then misuse("%s.%s: unexpected argument %s", role.name, name, tostring(options)) end
  for key, value in pairs(options or {}) do
    if open[key] then
      out.path[key], open[key] = value, nil
    elseif key == "headers" and type(value) == "table" then
      out.headers = value
    elseif key == "link" and operation.link_hosts then
      out.url = value
    elseif is_scalar(value) then
      out.query[key] = tostring(value)
    else
      misuse("%s.%s: option '%s' is no text or number", role.name, name, tostring(key))
    end
  end
  local missing = next(open)
  if missing then misuse("%s.%s: '%s' is missing", role.name, name, missing) end
  return out
end

local function reads(operation) return method_of(operation) == "GET" or operation.reads == true end

-- Rows of a list, one page after another: for row in shop.orders.each{ … } do
local function each_row(role, name, operation, ...)
  local arguments = arguments_of(role, name, operation, ...)
  local rows, next_page, at = nil, nil, 0
  return function()
    while true do
      if rows and at < #rows then
        at = at + 1
        return rows[at]
      end
      if rows and not next_page then return nil end
      rows, next_page = host.read_page(role.name, role.connection, name, next_page or arguments, role.system, operation.gives)
      at = 0
    end
  end
end

local function call(role, name, operation, ...)
  if not reads(operation) then
    return { role = role.name, connection = role.connection, operation = name, arguments = arguments_of(role, name, operation, ...) }
  end
  if operation.pages then
    local all = host.array {}
    for row in each_row(role, name, operation, ...) do all[#all + 1] = row end
    return all
  end
  return host.read(role.name, role.connection, name, arguments_of(role, name, operation, ...), role.system, operation.gives)
end

local function group_of(role, group)
  local operations = host.operations(role.system, group)
  if not operations then return nil end
  local out = {}
  for verb, operation in pairs(operations) do
    local name = group .. "." .. verb
    out[verb] = function(...) return call(role, name, operation, ...) end
    if operation.pages and verb == "list" then out.each = function(...) return each_row(role, name, operation, ...) end end
  end
  return setmetatable(out, { __index = function(_, verb) misuse("%s.%s has no operation '%s'", role.system, group, tostring(verb)) end })
end

local function contains(list, wanted)
  for _, each in ipairs(list) do
    if each == wanted then return true end
  end
  return false
end

-- Connections of a role that belong to the job's source, by the routing table read in either direction.
local function related(name)
  local all = host.roles[name].connections
  if contains(all, host.source) then return { host.source } end
  local out, routed, known = {}, false, false
  for role, bound in pairs(host.roles) do
    known = known or contains(bound.connections, host.source)
    for _, row in ipairs(bound.routes) do
      local from, to = row[1], row[2]
      local mine = role == name and from == host.source and to or role ~= name and to == host.source and contains(all, from) and from
      routed = routed or role == name or contains(all, from)
      if mine and not contains(out, mine) then out[#out + 1] = mine end
    end
  end
  -- A schedule is no record's: it is about all of them.
  if routed and known then return out end
  return table.move(all, 1, #all, 1, out)
end

local function role_object(name, connection)
  local bound = host.roles[name]
  local role = { name = name, connection = connection or "", system = bound.system, settings = {} }
  for _, each in ipairs(bound.settings) do role.settings[each] = true end
  local object = {}
  function object.at(_, wanted) return role_object(name, wanted) end   -- shop:at "shop_de": another of the role's connections
  -- shop:connection(): the name of the connection that its calls go to; nil when the route gives none
  function object.connection() return connection or bound.connection end
  -- shop:connections(): all that the job's source is routed to, or from; without a routing table all of the role
  function object.connections() return related(name) end
  return setmetatable(object, {
    __index = function(self, group)
      local found = type(group) == "string" and group_of(role, group)
      if not found then misuse("%s has no operations '%s'", role.system, tostring(group)) end
      rawset(self, group, found)
      return found
    end,
    __newindex = function() misuse("the role %s can't be changed", name) end,
    __metatable = "role",
  })
end

local roles = {}
for name in pairs(host.roles) do roles[name] = role_object(name) end

-- The job.

local job = {
  key = host.key, source = host.source, client = host.client, instance = host.instance, flow = host.flow,
  settings = host.settings(), event = host.event(), attempt = host.attempt, backfill = host.backfill, decision = host.decision or false,
}

-- job:skip "status 5": nothing is to be done; ends the run.
function job:skip(reason) host.control { skip = tostring(reason or "") } end

local REFUSE = { fix = true, concern = true, cause = true, code = true, decide = true }

-- job:refuse("sentence for the controller", { fix =, concern = "finance", cause = "vat_code:5" }): a person decides; ends the run.
-- decide: whose version counts, by `jobs settle`; the run after that finds it in job.decision.
function job:refuse(sentence, options)
  options = only(options, REFUSE, "job:refuse")
  if type(sentence) ~= "string" or sentence == "" then misuse "job:refuse: expected a sentence" end
  host.control {
    refuse = sentence, fix = options.fix, concern = options.concern, cause = options.cause, code = options.code, decide = options.decide,
    position = host.where(),
  }
end

-- job:is_live(): whether writes go out. In shadow they don't, and what is kept for a later write would be written once it is live.
function job:is_live() return host.start() ~= nil end

-- job:dated(order.date_created): when the record came into being. Ends the run when that is before the instance's start.
function job:dated(instant)
  if type(instant) ~= "string" then misuse "job:dated: expected an instant such as order.date_created" end
  local start = host.start()
  if not start or start == "" then return end
  start = start:gsub("%.%d+", "")   -- remotes write whole seconds: one that the start is in counts
  local older
  if #instant == 10 then
    older = instant < host.day(start)   -- a business date: of the client's day, not of UTC's
  elseif instant:find "Z$" then
    older = instant:gsub("%.%d+", "") < start   -- as typed records give them: texts of one form
  else
    older = require("time").compare(instant, start) < 0
  end
  if older then job:skip(("of %s, before the start of %s on %s"):format(instant, host.instance, start)) end
end

-- job:now() -> RFC 3339 text: when what was asked last was answered.
function job:now() return host.now() end

local sent_roles = {}

local function role_of_effect(name)
  if sent_roles[name] then return sent_roles[name] end
  local found
  for role, bound in pairs(host.roles) do
    local is_source = false
    for _, connection in ipairs(bound.connections) do is_source = is_source or connection == host.source end
    if not is_source and not bound.optional then
      if found then misuse("job:sent(\"%s\"): say which role: job:sent(\"%s\", { role = … })", name, name) end
      found = role
    end
  end
  if not found then misuse("job:sent(\"%s\"): say which role", name) end
  return found
end

local SENT = { role = true, connection = true, entity = true }

-- job:sent "invoice" -> { id, number, version } | nil: what this record got before, from any job.
function job:sent(name, options)
  options = only(options, SENT, "job:sent")
  return host.sent(name, options.role or role_of_effect(name), options.connection or "", options.entity or "")
end

local WITHHOLD = { role = true, connection = true, version = true }

-- job:withhold("invoice", { version = order.date_modified }) -> as job:sent: what this record got before. When that is nothing,
-- no job that still holds this state of the record, or an older one, sends it any more.
function job:withhold(name, options)
  options = only(options, WITHHOLD, "job:withhold")
  if options.version == nil then misuse("job:withhold(\"%s\"): expected the record's version: { version = order.date_modified }", name) end
  return host.withhold(name, options.role or role_of_effect(name), options.connection or "", tostring(options.version))
end

local SEND = { version = true, entity = true, optional_number = true, looked = true }

-- job:send("invoice", books.invoices.create(body), { version =, entity = }) -> { id, number, record, state }
-- looked: the list by which the flow itself has just looked for the record and found none; it is not searched a second time.
function job:send(name, write, options)
  options = only(options, SEND, "job:send")
  if type(name) ~= "string" then misuse "job:send: expected the effect's name" end
  if type(write) ~= "table" or not write.operation then misuse("job:send(\"%s\"): expected a write such as books.invoices.create(body)", name) end
  sent_roles[name] = write.role
  return host.send {
    effect = name, role = write.role, connection = write.connection, operation = write.operation, arguments = write.arguments,
    version = options.version ~= nil and tostring(options.version) or "", entity = options.entity and tostring(options.entity) or "",
    optional_number = options.optional_number or false, looked = options.looked or "",
  }
end

-- Look-ups.

local PLAIN = { ["nil"] = true, boolean = true, string = true }

-- A value of a row as it is kept: plain, a list of such, or its text.
local function plain(value)
  if PLAIN[type(value)] or math.type(value) == "integer" then return value end
  if type(value) ~= "table" and host.type(value) ~= "record" then return tostring(value) end
  local out = host.array {}
  for index, each in ipairs(value) do out[index] = plain(each) end
  return out
end

-- What a look-up keeps of a row: one field, or several as a table of plain values.
local function kept(definition, row)
  if type(definition.value) ~= "table" then return row[definition.value] end
  local out = {}
  for _, field in ipairs(definition.value) do out[field] = plain(row[field]) end
  return out
end

-- Look-ups that another one's rows answer too: the same list by the same key.
local function siblings_of(name, definition)
  local out = {}
  for other, its in pairs(host.lookups) do
    if other ~= name and its.from == definition.from and its.key == definition.key then out[#out + 1] = other end
  end
  return out
end

-- Answers by key, for each of the look-ups named.
local function answers_by_filter(names, definition, role, name, operation, keys)
  local answers = {}
  for _, each in ipairs(names) do answers[each] = {} end
  local kind = operation.gives and host.field_type(role.system, operation.gives, definition.key)
  local function ask(query)
    for row in each_row(role, name, operation, query) do
      local key = row[definition.key]
      if key ~= nil then
        local text = tostring(key):match "^%s*(.-)%s*$"
        for _, each in ipairs(names) do
          if answers[each][text] == nil then answers[each][text] = kept(host.lookups[each], row) end
        end
      end
    end
  end
  local find = operation.find or {}
  if find.format == "odata" or find.format == "list" then
    for first = 1, #keys, LOOKUP_BATCH do
      local batch = table.move(keys, first, math.min(first + LOOKUP_BATCH - 1, #keys), 1, {})
      if find.format == "list" then
        ask { [find.param] = table.concat(batch, ",") }
      else
        ask { [find.param] = odata.equals(definition.key, batch, kind)["$filter"] }
      end
    end
  else
    for _, key in ipairs(keys) do ask { [find.param or definition.key] = key } end
  end
  return answers
end

-- Answers of one look-up for these keys: from what is known, else asked for in batches and remembered. A released job asks
-- again for what was not there: that is what a person was told to add. `anew` asks again whatever is known, but for what was
-- answered since the job was released: those that were released with it ask once.
local function look_up(name, keys, anew)
  local definition = host.lookups[name]
  local role_name, operation_name = definition.from:match "^([^.]+)%.(.+)$"
  local known = host.lookup(name, role_name, "", keys, anew and "0s" or definition.fresh or "1h")
  local missing = {}
  for _, key in ipairs(keys) do
    if known[key] == nil then missing[#missing + 1] = key end
  end
  if #missing == 0 then return known end
  local bound = host.roles[role_name]
  local role = { name = role_name, connection = "", system = bound.system, settings = {} }
  for _, each in ipairs(bound.settings) do role.settings[each] = true end
  local operation = host.operation(role.system, operation_name)
  local names = siblings_of(name, definition)
  table.insert(names, 1, name)
  local found = answers_by_filter(names, definition, role, operation_name, operation, missing)
  for _, each in ipairs(names) do
    local fresh = {}
    for _, key in ipairs(missing) do
      local answer = found[each][key]
      if answer == nil then answer = host.null end
      fresh[key] = answer
      if each == name then known[key] = answer end
    end
    host.lookup_store(each, role_name, "", fresh)
  end
  return known
end

-- job:map("invoice", order, { account = … }) -> the target record. Never calls out but for its look-ups; refuses what does
-- not fit, with file and line.
function job:map(name, record, given)
  local mapping = host.map_begin(name, record, given or {})
  local answers = {}
  for lookup, keys in pairs(mapping:needs()) do answers[lookup] = look_up(lookup, keys) end
  return mapping:run(answers)
end

local LOOK_UP = { anew = true }

-- job:look_up("items", "SKU1", { anew = true }?) -> value | nil; anew: asked for now, whatever is remembered. A list of keys
-- is asked for in batches and gives a table of those that are there.
function job:look_up(name, key, options)
  options = only(options, LOOK_UP, "job:look_up")
  if not host.lookups[name] then misuse("job:look_up: there is no look-up '%s'", tostring(name)) end
  local keys, seen, several = {}, {}, type(key) == "table"
  for _, each in ipairs(several and key or { key }) do
    local text = tostring(each)
    if not seen[text] then keys[#keys + 1], seen[text] = text, true end
  end
  local answers, out = look_up(name, keys, options.anew), {}
  for _, each in ipairs(keys) do
    if answers[each] ~= host.null then out[each] = answers[each] end
  end
  if several then return out end
  return out[keys[1]]
end

local EMIT = { name = true, value = true, delay = true, connection = true }

-- job:emit("returns", key, payload, { name = cursor, value = where it stands now, delay = "30s", connection = "books_2" }?): a job of
-- another flow, which begins no sooner than after the delay; commits with the cursor.
function job:emit(flow, key, payload, options)
  options = only(options, EMIT, "job:emit")
  local delay = options.delay or "0s"
  if math.type(delay) == "integer" then delay = delay .. "s" end
  host.emit(flow, tostring(key), payload == nil and {} or payload, options.name or "", options.value or "", delay, options.connection or "")
end

-- job:note("text", { fields }?): for the story of the record.
function job:note(text, fields) host.note(text, fields or {}) end

-- job:step("name", f) -> what f returned the first time this job came here.
function job:step(name, run)
  local done, value = host.step(name)
  if done then return value end
  value = run()
  host.step_done(name, value)
  return value
end

-- job.kv.list("parcel:", { after = key, limit = n }?) -> { { key =, value = }, … }, in the order of the keys' bytes.
local function list_kept(prefix, options)
  local after, limit = asked_of_kept(prefix, options, 2)
  return host.kv_list(prefix, after, limit)
end

job.kv = { get = host.kv_get, set = host.kv_set, list = list_kept }

setmetatable(job, { __index = function(_, name) misuse("job has no '%s'", tostring(name)) end })

-- In the REPL a person's lines come instead of the flow: the host takes the names and evaluates.
if host.interactive then return host.interactive(job, roles) end

-- The flow.

local integration = host.integration()
local run = integration.flows[host.flow].run
local arguments = {}
local names = host.parameters(run)
for index, name in ipairs(names) do
  if index == 1 then
    arguments[index] = job
  elseif roles[name] or integration.optional[name] then
    arguments[index] = roles[name]   -- nil: a role that the client left unbound
  else
    error(("flow %s: its parameter '%s' is no role of the integration"):format(host.flow, name), 0)
  end
end
return run(table.unpack(arguments, 1, #names))
