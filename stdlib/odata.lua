--- Filters and literals of OData as ERP systems speak it.

local odata = {}

--- A text literal: quotes are doubled.
---@param text string
---@return string
function odata.text(text) return "'" .. tostring(text):gsub("'", "''") .. "'" end

--- guid'...' literal.
---@param id string
---@return string
function odata.guid(id) return "guid'" .. id .. "'" end

--- datetime'...' literal of an RFC 3339 instant, in UTC without offset.
---@param instant string
---@return string
function odata.datetime(instant) return "datetime'" .. instant:gsub("Z$", "") .. "'" end

--- The literal of a value by the declared type of its field.
---@param value any
---@param kind? string type of the field: text (default), guid, integer, decimal, boolean, instant, date
---@return string
function odata.literal(value, kind)
  if kind == "guid" then return odata.guid(value) end
  if kind == "integer" or kind == "decimal" or kind == "boolean" then return tostring(value) end
  if kind == "instant" or kind == "date" then return odata.datetime(value) end
  return odata.text(value)
end

--- The query that finds rows whose field equals one of the values. For `filter` of a list operation.
---@param field string
---@param values any[]
---@param kind? string declared type of the field
---@return table query
function odata.equals(field, values, kind)
  local parts = {}
  for index, value in ipairs(values) do parts[index] = field .. " eq " .. odata.literal(value, kind) end
  return { ["$filter"] = table.concat(parts, " or ") }
end

return odata
