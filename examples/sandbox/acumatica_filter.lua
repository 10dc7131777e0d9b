-- $filter of contract 4 (sheet, sections 1.1 and 4.2): eq ne gt ge lt le, and or not, parentheses, contains, startswith,
-- substringof; texts, numbers, true, false, null, guid'…', datetimeoffset'…'. parse() gives a test of records, or nil and why.

local fields, money, values = require "acumatica_fields", require "money", require "acumatica_values"

local COMPARE = {
  eq = function(a, b) return a == b end, ne = function(a, b) return a ~= b end,
  gt = function(a, b) return a ~= nil and b ~= nil and a > b end, ge = function(a, b) return a ~= nil and b ~= nil and a >= b end,
  lt = function(a, b) return a ~= nil and b ~= nil and a < b end, le = function(a, b) return a ~= nil and b ~= nil and a <= b end,
}
local FUNCTIONS = {
  contains = { "field", "text", test = function(value, part) return value:find(part, 1, true) ~= nil end },
  startswith = { "field", "text", test = function(value, part) return value:sub(1, #part) == part end },
  substringof = { "text", "field", test = function(value, part) return value:find(part, 1, true) ~= nil end },
}

local function fail(why) error({ filter = why }, 0) end

local function token(text, at)
  at = text:find("%S", at)
  if not at then return "end", nil, #text + 1 end
  local char = text:sub(at, at)
  if char == "(" or char == ")" or char == "," then return char, char, at + 1 end
  local prefix, quote = text:match("^(%a*)()'", at)
  if prefix then
    local from, parts = quote + 1, {}
    while true do
      local close = text:find("'", from, true)
      if not close then fail "There is an unterminated string literal." end
      parts[#parts + 1] = text:sub(from, close - 1)
      if text:sub(close + 1, close + 1) ~= "'" then return prefix == "" and "text" or prefix, table.concat(parts, "'"), close + 1 end
      from = close + 2
    end
  end
  local number, past = text:match("^(%-?%d+%.?%d*)()", at)
  if number then
    if text:find("^%-?%d+%-%d", at) then fail "A date literal is written datetimeoffset'…' under this contract." end
    return "number", number, past
  end
  local word, after = text:match("^([%a_][%w_/]*)()", at)
  if word then return "word", word, after end
  fail(("Syntax error: character '%s' is not valid."):format(char))
end

local Parser = {}
Parser.__index = Parser

function Parser:advance() self.kind, self.value, self.at = token(self.text, self.at) end

function Parser:expect(kind)
  if self.kind ~= kind then fail(("Syntax error: '%s' is expected."):format(kind)) end
  local value = self.value
  self:advance()
  return value
end

function Parser:field()
  local name = self:expect "word"
  local field = fields.known(self.entity.fields, name, self.version)
  if name:find("/", 1, true) or field and field.kind == "list" then fail("Filtering by the detail entity " .. name .. " is not supported.") end
  if not field or field.part then fail("Could not find a property named '" .. name .. "'.") end
  return field
end

-- Dates are compared as the instants they begin at.
function Parser:of(field, record)
  local value = record[field.name]
  if value ~= nil and field.kind == "date" then return values.parse_instant(value, self.zone) end
  return value
end

function Parser:literal(field)
  local kind, value = self.kind, self.value
  self:advance()
  if kind == "word" and value == "null" then return nil end
  if field.kind == "flag" and kind == "word" and (value == "true" or value == "false") then return value == "true" end
  if field.kind == "text" and kind == "text" then return value end
  if field.kind == "guid" and kind == "guid" then return value end
  if field.kind == "decimal" and kind == "number" then return money.parse(value) end
  if field.kind == "int" and kind == "number" then return math.tointeger(value) or tonumber(value) end
  if (field.kind == "date" or field.kind == "datetime") and kind == "datetimeoffset" then
    return values.parse_instant(value, self.zone) or fail("'" .. value .. "' is no date.")
  end
  fail(("A binary operator with incompatible types was detected at '%s'."):format(field.name))
end

function Parser:call(name)
  local shape, field, part = FUNCTIONS[name], nil, nil
  self:expect "("
  for index, kind in ipairs { shape[1], shape[2] } do
    if index == 2 then self:expect "," end
    if kind == "field" then field = self:field() else part = self:expect "text" end
  end
  self:expect ")"
  if field.kind ~= "text" then fail(name .. " takes a text field.") end
  return function(record) return record[field.name] ~= nil and shape.test(record[field.name], part) end
end

function Parser:comparison()
  if self.kind == "(" then
    self:advance()
    local inner = self:either()
    self:expect ")"
    return inner
  end
  if self.kind == "word" and self.value == "not" then
    self:advance()
    local inner = self:comparison()
    return function(record) return not inner(record) end
  end
  if self.kind == "word" and FUNCTIONS[self.value] then return self:call(self:expect "word") end
  local field = self:field()
  local compare = self.kind == "word" and COMPARE[self.value]
  if not compare then fail "An operator is expected." end
  self:advance()
  local wanted = self:literal(field)
  return function(record) return compare(self:of(field, record), wanted) end
end

function Parser:both()
  local left = self:comparison()
  while self.kind == "word" and self.value == "and" do
    self:advance()
    local a, b = left, self:comparison()
    left = function(record) return a(record) and b(record) end
  end
  return left
end

function Parser:either()
  local left = self:both()
  while self.kind == "word" and self.value == "or" do
    self:advance()
    local a, b = left, self:both()
    left = function(record) return a(record) or b(record) end
  end
  return left
end

local filter = {}

function filter.parse(text, entity, version, zone)
  local parser = setmetatable({ text = text, at = 1, entity = entity, version = version, zone = zone }, Parser)
  local ok, test = pcall(function()
    parser:advance()
    local whole = parser:either()
    if parser.kind ~= "end" then fail "Syntax error: unexpected text after the filter." end
    return whole
  end)
  if ok then return test end
  if type(test) ~= "table" then error(test, 0) end
  return nil, test.filter
end

return filter
