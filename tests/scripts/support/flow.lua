-- Runs a flow of an integration in plain Lua against a system that a spec plays: reads are answered by its functions,
-- sends are written down, and the mapping is the spec's own. What the host adds (journal, types, lineage) is not here.

local json = require "json"

local flow = {}

-- Names of operations ("orders.get") to nested functions: role.orders.get(…).
local function role(system, answers, calls, names)
  local out = {}
  function out.connection() return names[1] end
  function out.connections() return names end
  function out.at(_, wanted)
    out.asked = wanted
    return out
  end
  for name in pairs(system.operations) do
    local group, verb = name:match "^(.+)%.([^.]+)$"
    out[group] = out[group] or {}
    out[group][verb] = function(...)
      local answer = answers[name]
      if answer then
        calls[#calls + 1] = name
        return answer(...)
      end
      return { operation = name, arguments = { ... } }
    end
  end
  return out
end

local REFUSED, SKIPPED = {}, {}

-- What the host makes of a client's settings: the defaults of the integration that was loaded last, and over them the given.
local defaults = {}

function flow.settings(given)
  local out = {}
  for name, field in pairs(defaults) do out[name] = field.default end
  for name, value in pairs(given or {}) do out[name] = value end
  return out
end

-- A run of `body(job, …roles)`; gives what it came to and what it sent.
function flow.run(case)
  local outcome = { sent = {}, withheld = {}, calls = {}, notes = {}, emitted = {} }
  local entities, kv = case.entities or {}, case.kv or {}
  local job = {
    key = case.key, flow = case.flow, source = case.source or "shop", settings = flow.settings(case.settings), client = "acme", instance = "instance",
    event = case.event or {}, attempt = case.attempt or 1, backfill = case.backfill or false, decision = case.decision or false,
  }
  function job:refuse(sentence, details) error({ REFUSED, sentence, details or {} }, 0) end
  function job:skip(reason) error({ SKIPPED, reason }, 0) end
  function job:sent(effect, options)
    local entity = options and options.entity
    if entity then return entities[effect .. "\n" .. entity] end
    return entities[effect]
  end
  function job:withhold(effect, options)
    assert(options.version, "job:withhold needs a version")
    local sent = job:sent(effect, options)
    if not sent then outcome.withheld[effect] = options.version end
    return sent
  end
  function job:dated(instant)
    if case.start and require("time").compare(instant, case.start) < 0 then job:skip(("of %s, before the start"):format(instant)) end
  end
  function job:is_live() return not case.shadow end
  function job:now()
    if type(case.now) == "function" then return case.now() end
    return case.now or "2026-01-05T12:00:00Z"
  end
  function job:note(text) outcome.notes[#outcome.notes + 1] = text end
  function job:emit(name, key, payload, options)
    for option in pairs(options or {}) do
      assert(("name value delay connection"):find(option, 1, true), ("job:emit: unknown option '%s'"):format(tostring(option)))
    end
    options = options or {}
    outcome.emitted[#outcome.emitted + 1] = { flow = name, key = key, payload = payload, delay = options.delay, connection = options.connection }
  end
  -- Without a case's own look-ups everything that is asked for is there and in order.
  function job:look_up(name, key, options)
    if type(key) == "table" then
      local out = {}
      for _, each in ipairs(key) do out[tostring(each)] = job:look_up(name, each, options) end
      return out
    end
    if case.look_up then return case.look_up(name, tostring(key), options and options.anew) end
    return { Code = key, Type = 20 }
  end
  job.kv = {
    get = function(key) return kv[key] end,
    set = function(key, value) kv[key] = value end,
    list = function(prefix, more) return require("kept").part(kv, prefix, more) end,
  }
  function job:map(name, record, given) return case.map[name](record, given or {}) end
  function job:send(effect, write, options)
    options = options or {}
    outcome.sent[#outcome.sent + 1] = {
      effect = effect, operation = write.operation, arguments = write.arguments, version = options.version, entity = options.entity,
    }
    local answer = case.send and case.send(effect, write, options) or { id = "id-of-" .. effect, state = "settled" }
    if answer.state == "settled" then
      local known = { id = answer.id, number = answer.number, version = answer.version or options.version }
      entities[effect] = known
      if options.entity then entities[effect .. "\n" .. options.entity] = known end
    end
    return answer
  end
  local roles = {}
  if case.roles then   -- { system, answers, connections } in the order of the flow's parameters
    for index, each in ipairs(case.roles) do roles[index] = role(each.system, each.answers, outcome.calls, each.connections) end
  else
    local shop = role(case.shop_system, case.answers, outcome.calls, case.shops or { "shop" })
    local books = role(case.books_system, case.answers, outcome.calls, { "books" })
    roles = case.books_alone and { books } or { shop, books }   -- a flow may ask for the books alone
  end
  local ok, result = pcall(case.body, job, table.unpack(roles))
  if ok then
    outcome.result = result
  elseif type(result) == "table" and result[1] == REFUSED then
    outcome.refused, outcome.cause, outcome.fix, outcome.decidable = result[2], result[3].cause, result[3].fix, result[3].decide
  elseif type(result) == "table" and result[1] == SKIPPED then
    outcome.skipped = result[2]
  else
    error(result, 0)
  end
  return outcome
end

-- What the host gives definition files and flows as ambient names.
function flow.ambient()
  local names = {
    system = function(definition) return definition end,
    integration = function(definition) return definition end,
    schema = function(fields) return fields end,
    schedule = function(at) return { schedule = at } end,
    flow = function(definition) return definition end,
    look_up = function(effect)
      local out = { kind = "C" }
      for name, value in pairs(effect) do out[name == 1 and "look_up" or name] = value end
      if effect.fetch then out.fetch = { read = effect.fetch[1], asks = effect.fetch.asks } end
      return out
    end,
    upsert = function(effect)
      effect.kind = "A"
      return effect
    end,
    null = json.null,
    webhook = function(of, topics, options) return { webhook = of, topics = topics, key = options.key } end,
    poll = function(operation, options)
      options.poll = operation
      return options
    end,
    has = function(value) return value ~= nil and value ~= json.null end,
    try = function(run, ...)
      local ok, result = pcall(run, ...)
      if ok then return result end
      return nil, result
    end,
  }
  return setmetatable(names, { __index = _G })
end

-- A `require` that looks into these places first, as the host's does; they are patterns of the module's path.
local function loader(ambient, places)
  local loaded = {}
  return function(name)
    if loaded[name] ~= nil then return loaded[name] end
    local file = name:gsub("%.", "/")
    for _, place in ipairs(places) do
      local chunk = loadfile((place:gsub("%?", (file:gsub("%%", "%%%%")))), "t", ambient)
      if chunk then
        loaded[name] = chunk() or true
        return loaded[name]
      end
    end
    return require(name)
  end
end

-- A module that integrations share.
function flow.load_module(root, name, ambient)
  ambient.require = rawget(ambient, "require") or loader(ambient, { root .. "/scripts/?.lua", root .. "/stdlib/?.lua" })
  return ambient.require(name)
end

-- Loads `folder`/init.lua with a `require` that looks there first.
function flow.load(root, folder)
  local ambient = flow.ambient()
  ambient.require = loader(ambient, { ("%s/%s/?.lua"):format(root, folder), root .. "/scripts/?.lua", root .. "/stdlib/?.lua" })
  local loaded_definition = assert(loadfile(("%s/%s/init.lua"):format(root, folder), "t", ambient))()
  if loaded_definition.flows then defaults = loaded_definition.settings or {} end
  return loaded_definition
end

return flow
