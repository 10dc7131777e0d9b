-- How UPS writes records: numbers travel as texts (section 4).

local record = require "record"

local TEXT = { decimal = { wire = "text" }, integer = { wire = "text" }, text = { blank = "missing" } }

local records = {}

function records.ups(fields) return record(TEXT, fields) end

-- The most characters of the named fields.
function records.at_most(type, longest)
  for name, most in pairs(longest) do type.fields[name].max = most end
  return type
end

return records
