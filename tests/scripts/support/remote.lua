-- Calls a simulated system by the data of its connector, for specs in plain Lua: paths, queries, pages and types as the
-- host does them, without limits, tokens' renewal and retries.

local calendar, decimal, json, service = require "calendar", require "decimal", require "json", require "service"

local METHODS = { "GET", "POST", "PUT", "PATCH", "DELETE" }

local function escape(text) return (tostring(text):gsub("[^%w%-._~]", function(char) return ("%%%02X"):format(char:byte()) end)) end

local function at_path(value, path)
  for step in path:gmatch "[^.]+" do
    if type(value) ~= "table" then return nil end
    if step:find "^%d+$" then value = value[math.tointeger(step) + 1] else value = value[step] end
  end
  return value
end

local read_typed

local function typed_value(types, field, value)
  if value == json.null or value == nil then return nil end
  if field == nil then return value end
  if field.blank and value == "" then return nil end
  if field.type == "decimal" then return decimal(value) end
  if field.type == "instant" and not field.wire then
    return calendar.iso(calendar.parse_rfc2822(value) or calendar.parse_iso(value)) .. "Z"
  end
  if field.type == "date" and type(value) == "string" and value:find "^/Date" then
    return calendar.date(math.tointeger(value:match "%-?%d+") // 1000)
  end
  if field.type == "date" and field.wire == "iso_midnight" then return value:sub(1, 10) end
  if field.type == "record" then return read_typed(types, field.of, value) end
  -- The composite's lists are links until they are read.
  if field.type == "list" and (value[1] ~= nil or next(value) == nil) then
    local out = json.array {}
    for index, item in ipairs(value) do out[index] = types[field.of] and read_typed(types, field.of, item) or item end
    return out
  end
  if field.type == "list" and value.results then
    return { results = typed_value(types, field, value.results) }
  end
  return value
end

function read_typed(types, name, value)
  local out = {}
  for field, part in pairs(value) do out[field] = typed_value(types, types[name].fields[field], part) end
  return out
end

-- A record as it is written.
local function on_wire(types, name, record)
  local out = {}
  for field, value in pairs(record) do
    local declared = assert(types[name].fields[field], name .. " has no field " .. field)
    if declared.type == "decimal" and type(value) == "string" then value = decimal(value) end
    if declared.type == "date" and declared.wire == "iso_midnight" then value = value:sub(1, 10) .. "T00:00:00" end
    if declared.wire == "text" then value = tostring(value) end
    if declared.type == "list" and types[declared.of] then
      local list = json.array {}
      for index, item in ipairs(value) do list[index] = on_wire(types, declared.of, item) end
      value = list
    end
    if declared.type == "record" and types[declared.of] then value = on_wire(types, declared.of, value) end
    out[field] = value
  end
  return out
end

-- Values in objects of one field, as a system's `values` declares them.
local function wrap(values, given)
  if type(given) ~= "table" or given == json.null or decimal.is(given) then return given end
  local out = given[1] ~= nil and json.array {} or setmetatable({}, getmetatable(given))
  for name, value in pairs(given) do
    local whole = type(value) == "table" and value ~= json.null and not decimal.is(value)
    if type(name) == "number" or whole or values[name] then out[name] = wrap(values, value) else out[name] = { [values.field] = value } end
  end
  return out
end

local function unwrap(values, given)
  if type(given) ~= "table" or given == json.null or decimal.is(given) then return given end
  if given[values.field] ~= nil then return unwrap(values, given[values.field]) end
  local out = setmetatable({}, getmetatable(given))
  for name, value in pairs(given) do
    if type(value) == "table" and next(value) == nil and getmetatable(value) == nil and not values[name] then out[name] = nil
    else out[name] = unwrap(values, value) end
  end
  return out
end

local Remote = {}
Remote.__index = Remote

function Remote.new(system, url, headers, settings)
  local self = setmetatable({ system = system, url = url, headers = headers, settings = settings, calls = 0 }, Remote)
  if system.values then
    self.values = { field = system.values.field }
    for _, name in ipairs(system.values.bare or {}) do self.values[name] = true end
  end
  return self
end

function Remote:request(operation, given)
  local method, path
  for _, each in ipairs(METHODS) do
    if operation[each] then method, path = each, operation[each] end
  end
  local at = 1
  path = path:gsub("{([%w_]+)}", function(name)
    if self.settings[name] then return escape(self.settings[name]) end
    at = at + 1
    return escape(given[at - 1])
  end)
  local body
  if method == "POST" or method == "PUT" then
    body = operation.takes and on_wire(self.system.types, operation.takes, given[at]) or given[at]
    at = at + 1
  end
  local query, parts = {}, {}
  for name, value in pairs(operation.query or {}) do query[name] = value end
  -- What a link of a message asks for; the host refuses links that lead elsewhere.
  local link = operation.link_hosts and given[at] and given[at].link
  for name, value in (link or ""):gmatch "[?&]([^=&]+)=([^&]*)" do query[name] = query[name] or value end
  for name, value in pairs(given[at] or {}) do
    if name ~= "link" and name ~= "headers" then query[name] = value end
  end
  if operation.pages and operation.pages.size_param then query[operation.pages.size_param] = operation.pages.size end
  for name, value in pairs(query) do parts[#parts + 1] = escape(name) .. "=" .. escape(value) end
  local joint = path:find("?", 1, true) and "&" or "?"
  return method, self.url .. path .. (#parts > 0 and joint .. table.concat(parts, "&") or ""), body
end

function Remote:send(method, url, body, ends)
  self.calls = self.calls + 1
  service.pass(2)
  if self.values then body = wrap(self.values, body) end
  local answer = service.call(method, url, { headers = self.headers(), json = body })
  while ends and answer.status == 202 do
    service.pass(1)
    answer = service.call("GET", self.url .. answer.headers.location, { headers = self.headers() })
  end
  if answer.status >= 400 then
    local told = answer.json and answer.json.error
    local is_missing = answer.status == 404
    for _, each in ipairs(self.system.errors and self.system.errors.means or {}) do
      is_missing = is_missing or each.is == "not_found" and answer.body:find(each.has, 1, true) ~= nil
    end
    error({ code = is_missing and "not_found" or "rejected", message = answer.body, cause = type(told) == "table" and told.message and told.message.value
      or answer.json and answer.json.exceptionMessage }, 0)
  end
  if self.values and answer.json then answer.json = unwrap(self.values, answer.json) end
  return answer
end

function Remote:rows(operation, answer)
  local rows = json.array {}
  for _, path in ipairs(operation.pages.rows or { "" }) do
    local found = path == "" and answer.json or answer.json and at_path(answer.json, path)
    if found and (found[1] ~= nil or next(found) == nil) then
      for index, row in ipairs(found) do rows[index] = read_typed(self.system.types, operation.gives, row) end
      break
    end
  end
  return rows
end

function Remote:list(operation, given)
  local method, url, body = self:request(operation, given)
  local all, page = json.array {}, operation.pages.first or 1
  while url do
    local answer = self:send(method, url, body)
    local rows = self:rows(operation, answer)
    for _, row in ipairs(rows) do all[#all + 1] = row end
    if operation.pages.next then
      url = answer.json and at_path(answer.json, operation.pages.next) or nil
    elseif operation.pages.offset and #rows == operation.pages.size then
      url = url:gsub("&" .. escape(operation.pages.offset):gsub("%%", "%%%%") .. "=%d+", "") .. "&" .. escape(operation.pages.offset) .. "=" .. #all
    elseif operation.pages.param and #rows == operation.pages.size then
      page = page + 1
      url = url:gsub("&" .. operation.pages.param .. "=%d+", "") .. "&" .. operation.pages.param .. "=" .. page
    else
      url = nil
    end
  end
  return all
end

-- A read's record or rows, or the record that a write was answered with.
function Remote:call(name, ...)
  local operation, given = self.system.operations[name], { ... }
  if operation.pages then return self:list(operation, given) end
  local method, url, body = self:request(operation, given)
  local answer = self:send(method, url, body, operation.ends)
  local record = answer.json
  for _, path in ipairs(record and operation.unwrap or {}) do
    local found = at_path(record, path)
    if found then
      record = found
      break
    end
  end
  return record and operation.gives and read_typed(self.system.types, operation.gives, record) or record
end

return Remote
