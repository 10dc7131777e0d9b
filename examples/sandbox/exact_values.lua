-- Between the wire and the books: what a POST or PUT may carry, and how rows are answered.

local calendar, host, money = require "calendar", require "host", require "money"

local values = {}

local ACCOUNT_CODE_WIDTH = 18
-- Trailing blanks that Exact answers with (apis/exact-online.md section 4).
local PADDED = { Country = 3, VATCode = 3, SalesVatCode = 3, SalesVATCode = 3, Language = 5, SearchCode = 30 }

local function guid(value)
  if type(value) ~= "string" then return nil end
  local text = value:lower()
  if #text == 36 and text:match "^%x+%-%x+%-%x+%-%x+%-%x+$" then return text end
end

local READERS = {
  guid = guid,
  string = function(value) return type(value) == "string" and value or nil end,
  bool = function(value) if type(value) == "boolean" then return value end end,
  int = function(value) return math.type(value) == "integer" and value or nil end,
  decimal = function(value)
    if type(value) == "string" or type(value) == "boolean" then return nil end
    return money.parse(value)
  end,
  date = function(value)
    return type(value) == "string" and value:find "T%d%d:%d%d:%d%d" and calendar.parse_iso(value) or nil
  end,
}
READERS.datetime = READERS.date

-- A value as the books keep it; nil, reason when it is none of the type.
function values.read(field, name, value)
  local kept = READERS[field.type](value)
  if kept == nil then return nil, ("Error in value of property '%s': expected %s"):format(name, field.type) end
  if field.type == "string" and (PADDED[name] or name == "Code") then kept = kept:match "^%s*(.-)%s*$" end
  return kept
end

local function on_wire(path, name, field, value)
  if value == nil then return host.json.null end
  if field.type == "date" or field.type == "datetime" then return ("/Date(%d)/"):format(value * 1000) end
  if field.type == "decimal" then return host.number((money.text(value):gsub("0+$", ""):gsub("%.$", ""))) end
  if field.type == "string" and path == "crm/Accounts" and name == "Code" then
    return (" "):rep(ACCOUNT_CODE_WIDTH - #value) .. value
  end
  if field.type == "string" and PADDED[name] then return value .. (" "):rep(PADDED[name] - #value) end
  return value
end

-- The row as one JSON object: the selected fields (nil: all), with __metadata and deferred lines.
function values.render(entity, path, row, base, select, expanded)
  local uri = ("%s/%s(guid'%s')"):format(base, path, row[entity.key])
  local out = { __metadata = { uri = uri, type = "Exact.Web.Api.Models." .. path:gsub("/", ".") } }
  for name, field in pairs(entity.fields) do
    if not select or select[name] then
      if field.type ~= "lines" then
        out[name] = on_wire(path, name, field, row[name])
      elseif expanded and expanded[name] then
        out[name] = { results = expanded[name] }
      else
        out[name] = { __deferred = { uri = uri .. "/" .. name } }
      end
    end
  end
  return out
end

-- Atom, which is what comes without `Accept: application/json`.
function values.atom(path, count)
  return ('<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>%s</title><count>%d</count></feed>')
    :format(path:match "[^/]+$", count)
end

return values
