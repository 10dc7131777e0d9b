-- What integrations ask of values and records alike.

local values = {}

function values.contains(list, wanted)
  for _, each in ipairs(list) do
    if each == wanted then return true end
  end
  return false
end

-- A text without the blanks around it; nil of anything else.
function values.trimmed(text) return type(text) == "string" and text:match "^%s*(.-)%s*$" or nil end

-- These fields of a record, as a table that can be kept; of no record none.
function values.taken(record, fields)
  local out = {}
  for _, field in ipairs(fields) do out[field] = record and record[field] end
  return out
end

-- The fields of `common` with those of `own` over them.
function values.over(common, own)
  local out = {}
  for _, fields in ipairs { common, own } do
    for name, value in pairs(fields) do out[name] = value end
  end
  return out
end

return values
