-- JSON as the runtime's scripts know it, for running specs in plain Lua: exact decimals, null, arrays that stay arrays.

local decimal = require "decimal"

local json = { null = setmetatable({}, { __tostring = function() return "null" end }) }

local Array = {}
function json.array(list) return setmetatable(list or {}, Array) end

local ESCAPES = { ["\\"] = "\\\\", ['"'] = '\\"', ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
local function quote(text)
  return '"' .. text:gsub('[%c\\"]', function(char) return ESCAPES[char] or ("\\u%04x"):format(char:byte()) end) .. '"'
end

local encode

local function encode_table(value)
  local parts = {}
  if getmetatable(value) == Array or value[1] ~= nil then
    for index, item in ipairs(value) do parts[index] = encode(item) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  local names = {}
  for name in pairs(value) do names[#names + 1] = name end
  table.sort(names)
  for index, name in ipairs(names) do parts[index] = quote(name) .. ":" .. encode(value[name]) end
  return "{" .. table.concat(parts, ",") .. "}"
end

function encode(value)
  if value == json.null or value == nil then return "null" end
  if decimal.is(value) then return tostring(value) end
  local kind = type(value)
  if kind == "string" then return quote(value) end
  if kind == "table" then return encode_table(value) end
  if kind == "boolean" or math.type(value) == "integer" then return tostring(value) end
  error("JSON can't say " .. kind)
end
json.encode = encode

local decode

local function space(text, at) return text:find("[^ \t\r\n]", at) or #text + 1 end

local UNESCAPES = { n = "\n", r = "\r", t = "\t", b = "\b", f = "\f" }
local function decode_string(text, at)
  local out = {}
  while true do
    local stop = text:find('["\\]', at) or error "text is not closed"
    out[#out + 1] = text:sub(at, stop - 1)
    if text:sub(stop, stop) == '"' then return table.concat(out), stop + 1 end
    local char = text:sub(stop + 1, stop + 1)
    if char == "u" then
      out[#out + 1] = utf8.char(tonumber(text:sub(stop + 2, stop + 5), 16))
      at = stop + 6
    else
      out[#out + 1] = UNESCAPES[char] or char
      at = stop + 2
    end
  end
end

local function decode_list(text, at, close, each)
  at = space(text, at)
  if text:sub(at, at) == close then return at + 1 end
  while true do
    at = space(text, each(at))
    local char = text:sub(at, at)
    if char == close then return at + 1 end
    if char ~= "," then error("expected , or " .. close) end
    at = space(text, at + 1)
  end
end

function decode(text, at)
  at = space(text, at)
  local char = text:sub(at, at)
  if char == '"' then return decode_string(text, at + 1) end
  if char == "{" then
    local out = {}
    return out, decode_list(text, at + 1, "}", function(from)
      if text:sub(from, from) ~= '"' then error "expected a name" end
      local name, past = decode_string(text, from + 1)
      past = space(text, past)
      if text:sub(past, past) ~= ":" then error "expected :" end
      out[name], past = decode(text, past + 1)
      return past
    end)
  end
  if char == "[" then
    local out = json.array {}
    return out, decode_list(text, at + 1, "]", function(from)
      local value, past = decode(text, from)
      out[#out + 1] = value
      return past
    end)
  end
  for word, value in pairs { ["true"] = true, ["false"] = false, null = json.null } do
    if text:sub(at, at + #word - 1) == word then return value, at + #word end
  end
  local number, past = text:match("^(%-?%d+%.?%d*)()", at)
  if not number then error("unexpected " .. char) end
  return math.tointeger(number) and not number:find("%.") and math.tointeger(number) or decimal(number), past
end

function json.decode(text)
  local value, at = decode(text, 1)
  if space(text, at) <= #text then error "text after the value" end
  return value
end

return json
