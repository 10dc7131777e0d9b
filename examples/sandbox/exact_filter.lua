-- $filter of OData as Exact takes it: eq ne gt ge lt le, and, or, parentheses; guid'…', datetime'…', '…', numbers, true,
-- false, null. parse() gives a function over rows, or nil and why; with the function the fields it names and, where each row that
-- passes says one of a few values, those: { { field =, value = } }.

local calendar, money = require "calendar", require "money"

local filter = {}

local COMPARE = {
  eq = function(a, b) return a == b end, ne = function(a, b) return a ~= b end,
  gt = function(a, b) return a ~= nil and b ~= nil and a > b end, ge = function(a, b) return a ~= nil and b ~= nil and a >= b end,
  lt = function(a, b) return a ~= nil and b ~= nil and a < b end, le = function(a, b) return a ~= nil and b ~= nil and a <= b end,
}

-- One token from `at`: kind, value, where the next begins.
local function token(text, at)
  at = text:find("%S", at)
  if not at then return "end", nil, #text + 1 end
  local char = text:sub(at, at)
  if char == "(" or char == ")" then return char, char, at + 1 end
  local prefix, quote = text:match("^(%a*)()'", at)
  if prefix then
    local from, value = quote + 1, {}
    while true do
      local close = text:find("'", from, true)
      if not close then return nil, "a quote is not closed" end
      value[#value + 1] = text:sub(from, close - 1)
      if text:sub(close + 1, close + 1) ~= "'" then return prefix == "" and "string" or prefix, table.concat(value, "'"), close + 1 end
      from = close + 2
    end
  end
  local number, past = text:match("^(%-?%d+%.?%d*)[LMmdf]?()", at)
  if number then return "number", number, past end
  local word, after = text:match("^([%a_][%w_/]*)()", at)
  if word then return "word", word, after end
  return nil, "unexpected character '" .. char .. "'"
end

local function fail(why) error({ filter = why }, 0) end

local Parser = {}
Parser.__index = Parser

function Parser:advance()
  local kind, value, at = token(self.text, self.at)
  if not kind then fail(value) end
  self.kind, self.value, self.at = kind, value, at
end

-- Numbers of either side as comparable values, strings as the database compares them: blanks at the end don't count.
function Parser:comparable(value, as)
  if value == nil then return nil end
  if as == "guid" then return value:lower() end
  if as == "decimal" then return value / money.ONE end
  if as == "string" then
    value = value:gsub("%s+$", "")
    return self.ignore_case and value:lower() or value
  end
  return value
end

function Parser:literal(field)
  local kind, value = self.kind, self.value
  self:advance()
  if kind == "word" and value == "null" then return nil end
  if kind == "word" and (value == "true" or value == "false") and field.type == "bool" then return value == "true" end
  if kind == "guid" and field.type == "guid" then
    if not value:match "^%x+%-%x+%-%x+%-%x+%-%x+$" or #value ~= 36 then fail("'" .. value .. "' is not a guid") end
    return value:lower()
  end
  if kind == "datetime" and (field.type == "date" or field.type == "datetime") then
    return calendar.parse_iso(value) or fail("'" .. value .. "' is not a datetime")
  end
  if kind == "string" and field.type == "string" then return self:comparable(value, "string") end
  if kind == "number" and (field.type == "int" or field.type == "decimal") then return tonumber(value) end
  fail("Operand types do not match")
end

function Parser:comparison()
  if self.kind == "(" then
    self:advance()
    local inner, says = self:either()
    if self.kind ~= ")" then fail "')' expected" end
    self:advance()
    return inner, says
  end
  if self.kind ~= "word" then fail "a field is expected" end
  local name = self.value
  local field = self.fields[name]
  if not field or field.type == "lines" then fail("No property '" .. name .. "' exists") end
  if self.allowed and not self.allowed[name] then
    fail("Filtering on these fields is not supported: " .. name)
  end
  self.used[name] = true
  self:advance()
  local operator = self.value
  local compare = self.kind == "word" and COMPARE[operator]
  if not compare then fail "an operator is expected" end
  self:advance()
  local wanted = self:literal(field)
  local names_one = operator == "eq" and wanted ~= nil and (field.type == "string" or field.type == "guid")
  return function(row) return compare(self:comparable(row[name], field.type), wanted) end, names_one and { { field = name, value = wanted } } or nil
end

function Parser:both()
  local left, says = self:comparison()
  while self.kind == "word" and self.value == "and" do
    self:advance()
    local a = left
    local b, b_says = self:comparison()
    left, says = function(row) return a(row) and b(row) end, says or b_says
  end
  return left, says
end

function Parser:either()
  local left, says = self:both()
  while self.kind == "word" and self.value == "or" do
    self:advance()
    local a = left
    local b, b_says = self:both()
    left = function(row) return a(row) or b(row) end
    if says and b_says then table.move(b_says, 1, #b_says, #says + 1, says) else says = nil end
  end
  return left, says
end

-- Seconds of what may stand in datetime'…', or nil.
function filter.instant(text) return calendar.parse_iso(text) end

-- Gives the test, the set of fields it names and the values that may pass, or nil and why.
function filter.parse(text, entity, ignore_case)
  local parser = setmetatable(
    { text = text, at = 1, fields = entity.fields, allowed = entity.filters, used = {}, ignore_case = ignore_case }, Parser)
  local ok, result, says = pcall(function()
    parser:advance()
    local test, says = parser:either()
    if parser.kind ~= "end" then fail "unexpected text after the filter" end
    return test, says
  end)
  if ok then return result, parser.used, says end
  if type(result) ~= "table" then error(result, 0) end
  return nil, result.filter
end

return filter
