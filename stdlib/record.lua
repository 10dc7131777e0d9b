--- Record types of a system, written as one list of words a field:
---
---     local record = require "record"
---     local dates = { date = { wire = "iso_midnight" } }
---     return { Account = record(dates, { ID = "guid read", Name = "text must", Contacts = "list:Contact" }) }
---
--- The first word is the type: text, integer, decimal, boolean, guid, date, instant, `list:X` or `record:X` with X
--- another type of the same system. Then any of: `must` (mandatory when written), `read` (never written), `full`
--- (never null). A field is optional, writable and nullable unless its words say otherwise.

local FLAGS = { must = true, read = true, full = true }

local function field(name, words, defaults)
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
  local of
  if kind:find(":", 1, true) then kind, of = kind:match "^(%a+):([%w_]+)$" end
  local out = {
    type = kind, of = of, mandatory = flags.must or false, writable = not flags.read,
    nullable = not (flags.must or flags.full),
  }
  for property, value in pairs(defaults[kind] or {}) do out[property] = value end
  return out
end

--- A record type in the form that the runtime reads.
---@param defaults table<string, table> by type: `wire` (iso_midnight, ms_date, unix_seconds, text), `blank` ("missing")
---@param fields table<string, string> field name to its words
---@param totals? table<"net"|"gross", string|table> for `totals.of`: a field that holds the total, or of lines
--- { lines =, quantity =, price =, decimals = }
---@return table type
---
--- ```lua
--- local record = require "record"
--- local account = record({ date = { wire = "iso_midnight" } }, { ID = "guid read", Name = "text must", Since = "date" })
--- assert(account.fields.Name.mandatory and not account.fields.ID.writable and account.fields.Since.wire == "iso_midnight")
--- ```
return function(defaults, fields, totals)
  local out = {}
  for name, words in pairs(fields) do out[name] = field(name, words, defaults) end
  return { fields = out, totals = totals }
end
