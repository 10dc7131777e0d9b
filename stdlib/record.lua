--- Record types of a system, written as one word list a field:
---
---     local record = require "record"
---     return { Account = record({ date = "odata" }, { ID = "guid read", Name = "text must", StartDate = "date" }) }
---
--- The first word is the type: text, integer, decimal, boolean, guid, date, instant, `list:X` or `record:X` with X
--- another type of the same system. Then any of: `must` (mandatory when written), `read` (never written), `full`
--- (never null). A field is optional, writable and nullable unless its words say otherwise.

local FLAGS = { must = true, read = true, full = true }

local function field(name, words, wire)
  local kind, flags = nil, {}
  for word in words:gmatch "%S+" do
    if not kind then
      kind = word
    elseif FLAGS[word] then
      flags[word] = true
    else
      error(("field %s: unknown word %q; expected must, read or full"):format(name, word), 3)
    end
  end
  if not kind then error(("field %s: expected a type"):format(name), 3) end
  return {
    type = kind,
    mandatory = flags.must or false,
    writable = not flags.read,
    nullable = not (flags.must or flags.full),
    wire = wire[kind],
  }
end

---@param wire table<string, string> how dates and instants look on the wire: `odata`, `rfc2822`, `rfc3339`, `unix`
---@param fields table<string, string> field name to its words
---@return table type in the form that the runtime reads
return function(wire, fields)
  local out = {}
  for name, words in pairs(fields) do out[name] = field(name, words, wire) end
  return { fields = out }
end
