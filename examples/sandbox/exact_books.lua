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
  tables[path] = tables[path] or { order = {}, rows = {}, lines_of = {} }
  return tables[path]
end

-- Documents have many lines between them: lines are filed under their document from the first question on.
local function file_under(lines, id, row)
  if id == nil then return end
  lines[id] = lines[id] or {}
  table.insert(lines[id], row)
end

function Books:insert(division, path, key, row)
  row[key] = row[key] or host.uuid()
  row.Created, row.Modified = host.now(), host.now()
  row.Timestamp = self:number(division, "timestamp", 1000000)
  local part = self:table_of(division, path)
  part.order[#part.order + 1] = row[key]
  part.rows[row[key]] = row
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

function Books:find(division, path, field, value)
  if value == nil then return nil end
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
