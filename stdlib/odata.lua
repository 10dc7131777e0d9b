--- Filters and literals of OData as ERP systems speak it. Every value is escaped or checked: a name with a quote in it
--- can't change the filter.

local odata = {}

--- A text literal: quotes are doubled.
---@param text string
---@return string
---
--- ```lua
--- assert(require("odata").text "O'Neill" == "'O''Neill'")
--- ```
function odata.text(text) return "'" .. tostring(text):gsub("'", "''") .. "'" end

--- guid'...' literal; raises for what is no guid.
---@param id string
---@return string
---
--- ```lua
--- local odata = require "odata"
--- assert(odata.guid "c931d7bc-fbbb-4a2d-9b5f-8b2ff2b9c30a" == "guid'c931d7bc-fbbb-4a2d-9b5f-8b2ff2b9c30a'")
--- assert(not pcall(odata.guid, "1' or true or '"))
--- ```
function odata.guid(id)
  local text = tostring(id)
  if not text:find "^[%w%-]+$" then
    error({ code = "invalid_argument", message = ("'%s' is no guid"):format(text), retryable = false }, 0)
  end
  return "guid'" .. text .. "'"
end

--- datetime'...' literal of an RFC 3339 instant in UTC, or of a date.
---@param instant string "2026-01-05T08:30:00Z" or "2026-01-05"
---@return string
---
--- ```lua
--- local odata = require "odata"
--- assert(odata.datetime "2026-01-05T08:30:00Z" == "datetime'2026-01-05T08:30:00'")
--- ```
function odata.datetime(instant)
  local text = tostring(instant)
  if not text:find "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.?%d*Z?$" and not text:find "^%d%d%d%d%-%d%d%-%d%d$" then
    error({ code = "invalid_argument", message = ("'%s' is no instant in UTC and no date"):format(text), retryable = false }, 0)
  end
  return "datetime'" .. text:gsub("Z$", "") .. "'"
end

local function number(value)
  local text = tostring(value)
  if not text:find "^%-?%d+%.?%d*$" then
    error({ code = "invalid_argument", message = ("'%s' is no number"):format(text), retryable = false }, 0)
  end
  return text
end

--- The literal of a value by the declared type of its field.
---@param value any
---@param kind? string type of the field: text (when left out), guid, integer, decimal, boolean, instant, date
---@return string
---
--- ```lua
--- local odata = require "odata"
--- assert(odata.literal(5, "integer") == "5" and odata.literal "5" == "'5'" and odata.literal(true, "boolean") == "true")
--- ```
function odata.literal(value, kind)
  if kind == "guid" then return odata.guid(value) end
  if kind == "integer" or kind == "decimal" then return number(value) end
  if kind == "boolean" then return (value == true or value == "true") and "true" or "false" end
  if kind == "instant" or kind == "date" then return odata.datetime(value) end
  return odata.text(value)
end

local OPERATORS = { eq = true, ne = true, lt = true, le = true, gt = true, ge = true }

--- One comparison: `OrderDate ge datetime'2026-01-01'`.
---@param field string
---@param operator "eq"|"ne"|"lt"|"le"|"gt"|"ge"
---@param value any
---@param kind? string as in `literal`
---@return string condition
---
--- ```lua
--- local odata = require "odata"
--- assert(odata.compare("AmountFC", "gt", 100, "decimal") == "AmountFC gt 100")
--- ```
function odata.compare(field, operator, value, kind)
  if not OPERATORS[operator] then error(("odata.compare: expected eq, ne, lt, le, gt or ge, got %s"):format(tostring(operator)), 2) end
  return ("%s %s %s"):format(field, operator, odata.literal(value, kind))
end

local function join(conditions, word)
  local parts = {}
  for index, condition in ipairs(conditions) do parts[index] = #conditions > 1 and "(" .. condition .. ")" or condition end
  return table.concat(parts, " " .. word .. " ")
end

--- Conditions that must all hold.
---@param conditions string[]
---@return string condition
---
--- ```lua
--- local odata = require "odata"
--- assert(odata.all { "Status eq 20", "Type eq 8020" } == "(Status eq 20) and (Type eq 8020)")
--- ```
function odata.all(conditions) return join(conditions, "and") end

--- Conditions of which one must hold.
---@param conditions string[]
---@return string condition
---
--- ```lua
--- local odata = require "odata"
--- assert(odata.any { "Code eq 'A'" } == "Code eq 'A'")
--- ```
function odata.any(conditions) return join(conditions, "or") end

--- The query that finds rows whose field equals one of the values. For `filter` of a list operation.
---@param field string
---@param values any[] at least one
---@param kind? string declared type of the field
---@return table query
---
--- ```lua
--- local query = require("odata").equals("Code", { "A", "B'C" })
--- assert(query["$filter"] == "Code eq 'A' or Code eq 'B''C'")
--- ```
function odata.equals(field, values, kind)
  if #values == 0 then error("odata.equals: no values: the filter would be empty and find everything", 2) end
  local parts = {}
  for index, value in ipairs(values) do parts[index] = field .. " eq " .. odata.literal(value, kind) end
  return { ["$filter"] = table.concat(parts, " or ") }
end

return odata
