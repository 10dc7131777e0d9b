-- Runs a mapping file in plain Lua: records it with the host's own recorder (stdlib/recorder.lua) and evaluates the rows
-- in the simplest way. For specs; an oracle beside the compiled mapping, not a copy of it.

local decimal, json, time = require "decimal", require "json", require "time"

local mapping = {}

local TRANSFORMS = {
  "upper", "lower", "trim", "limit", "sub", "replace", "digits", "nonempty", "text", "decimal", "number", "integer", "round", "abs",
  "negate", "nonzero", "date", "add_days", "format", "is", "is_not", "above", "below", "present", "negation", "default", "or_else",
}

function mapping.record(file, ambient)
  local host = {
    array = json.array, type = type, null = json.null, transforms = function() return TRANSFORMS end,
    position = function() return file, 0, 0 end,
  }
  local recorder = require "recorder"(host)
  local names = setmetatable(recorder.names, { __index = ambient })
  assert(loadfile(file, "t", names))()
  local _, documents = recorder.recorded()
  return documents[1]
end

local function walk(value, path)
  for step in path:gmatch "[^%.%[%]]+" do
    if type(value) ~= "table" then return nil end
    value = value[math.tointeger(tonumber(step)) or step]
  end
  return value
end

local evaluate

local DO = {
  lower = function(on) return on:lower() end, negate = function(on) return -on end,
  text = function(on) return decimal.is(on) and on:text() or tostring(on) end,
  trim = function(on) return on:match "^%s*(.-)%s*$" end, upper = function(on) return on:upper() end,
  integer = function(on) return decimal.is(on) and math.tointeger(tonumber((on:text():gsub("%.0*$", "")))) or on end,
  digits = function(on) return (on:gsub("%D", "")) end, decimal = function(on) return decimal(tostring(on)) end,
  replace = function(on, from, to) return (on:gsub(from:gsub("%p", "%%%0"), (to:gsub("%%", "%%%%")))) end,
  nonzero = function(on) if not on:is_zero() then return on end end,
  limit = function(on, count) return on:sub(1, (utf8.offset(on, count + 1) or #on + 1) - 1) end,
}

local function transform(expr, scene)
  local on = evaluate(expr.on, scene)
  if expr["do"] == "default" or expr["do"] == "or_else" then
    if on ~= nil then return on end
    return evaluate(expr.with[1], scene)
  end
  if expr["do"] == "present" then return on ~= nil and on ~= json.null end
  if on == nil or on == json.null then return nil end
  if expr["do"] == "when" then
    if on then return evaluate(expr["then"], scene) end
    return evaluate(expr["else"], scene)
  end
  if expr["do"] == "lookup" then return scene.lookup(expr.name, on) end
  -- A date stays the date that it is; an instant becomes the one in the division's zone.
  if expr["do"] == "date" then return #on > 10 and on:sub(-1) == "Z" and time.date(on, scene.zone) or on:sub(1, 10) end
  return DO[expr["do"]](on, table.unpack(expr.with or {}))
end

function evaluate(expr, scene)
  if type(expr) ~= "table" or decimal.is(expr) then return expr end
  if expr.path then
    local from = scene.record
    if expr.of then from = scene.line end
    return walk(from, expr.path)
  end
  if expr.setting then return scene.settings[expr.setting] end
  if expr.given then
    local value = scene.given[expr.given]
    if value == json.null then return nil end
    return value
  end
  if expr.job then return scene.job[expr.job] end
  if expr.call then return scene.functions[expr.call + 1](scene.record, scene.line, {}) end
  if expr["do"] then return transform(expr, scene) end
  local parts = {}
  for index, part in ipairs(expr.concat) do
    local value = evaluate(part, scene)
    if value == nil then return nil end
    parts[index] = tostring(value)
  end
  return table.concat(parts)
end

-- Sets a field, or one of a record inside; nothing makes no record.
local function put(into, path, value)
  if value == nil then return end
  for index = 1, #path - 1 do
    into[path[index]] = into[path[index]] or {}
    into = into[path[index]]
  end
  into[path[#path]] = value
end

-- `scene` is { record, given, settings, job, lookup(name, key), zone }; without a zone it is UTC.
function mapping.run(document, scene)
  local out, groups = {}, {}
  scene.functions = document.functions
  local function lines_of(row)
    local path, into = row.each or row.one, out
    for index = 1, #path - 1 do
      into[path[index]] = into[path[index]] or {}
      into = into[path[index]]
    end
    local name = path[#path]
    into[name] = into[name] or json.array {}
    return into[name]
  end
  for _, row in ipairs(document.rows) do
    if row.each then
      local group, over = {}, evaluate(row.over, scene) or {}
      local lines = #over > 0 and lines_of(row) or {}
      for index, source in ipairs(over) do
        local line = {}
        lines[#lines + 1], group[index] = line, { line = line, source = source }
      end
      groups[row.group] = group
    elseif row.one then
      groups[row.group] = {}
      if row.when == nil or evaluate(row.when, scene) ~= nil then
        local lines, line = lines_of(row), {}
        lines[#lines + 1], groups[row.group][1] = line, { line = line }
      end
    elseif row["in"] then
      for _, each in ipairs(groups[row["in"]]) do
        scene.line = each.source
        put(each.line, row.set, evaluate(row.expr, scene))
      end
      scene.line = nil
    else
      put(out, row.set, evaluate(row.expr, scene))
    end
  end
  return out
end

return mapping
