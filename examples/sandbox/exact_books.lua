-- The rows of the simulated Exact Online: by division, entity and key, in order of creation. Values are kept as text,
-- integers (dates as seconds, decimals as ten-thousandths) and booleans.

local host = require "host"

local Books = {}
Books.__index = Books

function Books.new() return setmetatable({ divisions = {} }, Books) end

function Books:add_division(code, facts)
  self.divisions[code] = { facts = facts, tables = {}, numbers = {} }
end

function Books:table_of(division, path)
  local tables = self.divisions[division].tables
  tables[path] = tables[path] or { order = {}, rows = {}, lines_of = {}, sequence = {}, made = 0, indexed = {} }
  return tables[path]
end

-- Documents have many lines between them: lines are filed under their document from the first question on.
local function file_under(lines, id, row)
  if id == nil then return end
  lines[id] = lines[id] or {}
  table.insert(lines[id], row)
end

-- Rows by what a field says, for questions that name one value: a superset, as rows change. Case and blanks at the end are left out.
local function folded(value) return (tostring(value):gsub("%s+$", ""):lower()) end

local function index_row(part, row)
  for field, by_value in pairs(part.indexed) do
    local value = row[field]
    if value ~= nil then
      value = folded(value)
      by_value[value] = by_value[value] or {}
      by_value[value][row[part.key]] = true
    end
  end
end

-- Whoever changes a row tells, so that it is found by what it says now.
function Books:touched(division, path, key)
  local part = self:table_of(division, path)
  if part.rows[key] then index_row(part, part.rows[key]) end
end

function Books:insert(division, path, key, row)
  row[key] = row[key] or host.uuid()
  row.Created, row.Modified, row.Division = host.now(), host.now(), division
  row.Timestamp = self:number(division, "timestamp", 1000000)
  local part = self:table_of(division, path)
  part.order[#part.order + 1] = row[key]
  part.rows[row[key]] = row
  part.key, part.made = key, part.made + 1
  part.sequence[row[key]] = part.made
  index_row(part, row)
  for header, lines in pairs(part.lines_of) do file_under(lines, row[header], row) end
  return row
end

function Books:get(division, path, key) return self:table_of(division, path).rows[key] end

function Books:delete(division, path, key)
  local part = self:table_of(division, path)
  local gone = part.rows[key]
  part.rows[key] = nil
  for header, lines in pairs(part.lines_of) do
    for index, row in ipairs(gone and lines[gone[header]] or {}) do
      if row == gone then
        table.remove(lines[gone[header]], index)
        break
      end
    end
  end
  for index, each in ipairs(part.order) do
    if each == key then
      table.remove(part.order, index)
      return
    end
  end
end

-- Rows in order of creation, those after `past` when it is given.
function Books:each(division, path, past)
  local part = self:table_of(division, path)
  local index = 0
  if past then
    while index < #part.order do
      index = index + 1
      if part.order[index] == past then break end
    end
  end
  return function()
    index = index + 1
    local key = part.order[index]
    return key and part.rows[key]
  end
end

-- Rows that may say one of `wanted` ({ field =, value = } each), in order of creation, those after `past` when it is given; nil where
-- the table was not filled row by row.
function Books:saying(division, path, wanted, past)
  local part = self:table_of(division, path)
  if not part.key then return nil end
  local found, out = {}, {}
  for _, each in ipairs(wanted) do
    if not part.indexed[each.field] then
      part.indexed[each.field] = {}
      for row in self:each(division, path) do index_row(part, row) end
    end
    for key in pairs(part.indexed[each.field][folded(each.value)] or {}) do found[key] = true end
  end
  local after = past and (part.sequence[past] or math.maxinteger) or 0
  for key in pairs(found) do
    if part.rows[key] and part.sequence[key] > after then out[#out + 1] = part.rows[key] end
  end
  table.sort(out, function(a, b) return part.sequence[a[part.key]] < part.sequence[b[part.key]] end)
  return out
end

function Books:find(division, path, field, value)
  if value == nil then return nil end
  local rows = type(value) == "string" and self:saying(division, path, { { field = field, value = value } })
  if rows then
    for _, row in ipairs(rows) do
      if row[field] == value then return row end
    end
    return nil
  end
  for row in self:each(division, path) do
    if row[field] == value then return row end
  end
end

-- Lines of a document, in order of creation; the list is the caller's.
function Books:lines(division, path, header, id)
  local part = self:table_of(division, path)
  if not part.lines_of[header] then
    part.lines_of[header] = {}
    for row in self:each(division, path) do file_under(part.lines_of[header], row[header], row) end
  end
  return table.move(part.lines_of[header][id] or {}, 1, #(part.lines_of[header][id] or {}), 1, {})
end

-- The next number of a sequence, such as the invoices of a journal.
function Books:number(division, name, first)
  local numbers = self.divisions[division].numbers
  numbers[name] = (numbers[name] or first - 1) + 1
  return numbers[name]
end

return Books
