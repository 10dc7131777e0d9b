--- Whether a remote's own version of a record is what was sent (C12): field by field and line by line, naming what was
--- dropped or changed. A field that was not sent is the remote's own to fill and is not compared.

local decimal, failure, json = require "decimal", require "failure", require "json"

local confirm = {}

local function text_of(value) return (tostring(value):match "^(.-)%s*$") end

-- A date, also as the instant of its midnight.
local function day_of(text) return text:match "^(%d%d%d%d%-%d%d%-%d%d)$" or text:match "^(%d%d%d%d%-%d%d%-%d%d)T00:00:00$" end

local function number_of(value)
  if type(value) == "string" then return nil end
  local ok, number = pcall(decimal, decimal.is(value) and value or tostring(value))
  return ok and number or nil
end

--- Whether two values are the same to a remote: numbers by value, texts but for blanks at the end, a date and its midnight.
---@param sent any
---@param stands any
---@return boolean
---
--- ```lua
--- local confirm, decimal = require "confirm", require "decimal"
--- assert(confirm.same(decimal "40.00", 40) and confirm.same("NL", "NL ") and not confirm.same("NL", nil))
--- ```
function confirm.same(sent, stands)
  if stands == nil then return sent == nil end
  if type(sent) == "boolean" or type(stands) == "boolean" then return sent == stands end
  local ours, theirs = number_of(sent), number_of(stands)
  if ours and theirs then return (ours - theirs):is_zero() end
  local wanted, found = text_of(sent), text_of(stands)
  return wanted == found or day_of(wanted) ~= nil and day_of(wanted) == day_of(found)
end

--- The fields that were sent and stand otherwise.
---@param fields string[] which to compare
---@param sent table
---@param stands table the remote's own record
---@return { field: string, sent: any, stands: any }[] differences none when all is well
---
--- ```lua
--- local found = require("confirm").fields({ "YourRef", "CostCenter", "Remarks" }, { YourRef = "118", CostCenter = "NL" }, { YourRef = "118" })
--- assert(#found == 1 and found[1].field == "CostCenter" and found[1].stands == nil)
--- ```
function confirm.fields(fields, sent, stands)
  local out = {}
  for index = 1, #fields do
    local field = fields[index]
    local ours, theirs = sent[field], stands[field]
    if theirs == json.null then theirs = nil end
    if ours ~= nil and ours ~= json.null and not confirm.same(ours, theirs) then
      out[#out + 1] = { field = field, sent = ours, stands = theirs }
    end
  end
  return out
end

--- Lines as they should be against lines as they stand, matched by a field that bears our own reference.
---@param sent table[]
---@param stands table[]
---@param options { by: string, fields: string[] }
---@return { changed: table[], missing: table[], extra: table[] } lines changed: { sent =, stands =, differences = }; missing
--- are of `sent`, extra of `stands`
---
--- ```lua
--- local lines = require("confirm").lines(
---   { { Notes = "118/1", Quantity = 2 }, { Notes = "118/2", Quantity = 1 } }, { { Notes = "118/1", Quantity = 3 }, { Notes = "118/9" } },
---   { by = "Notes", fields = { "Quantity" } })
--- assert(lines.changed[1].differences[1].stands == 3 and lines.missing[1].Notes == "118/2" and lines.extra[1].Notes == "118/9")
--- ```
function confirm.lines(sent, stands, options)
  options = failure.options("confirm.lines", options, { "by", "fields" })
  if type(options.by) ~= "string" then error("confirm.lines: by: expected the name of a field", 2) end
  local out, rest, order = { changed = {}, missing = {}, extra = {} }, {}, {}
  for index = 1, #stands do
    local key = stands[index][options.by]
    key = key ~= nil and text_of(key)
    -- A line without our reference, or a second one with it, was made by somebody else.
    if not key or rest[key] then out.extra[#out.extra + 1] = stands[index] else rest[key], order[#order + 1] = stands[index], key end
  end
  for index = 1, #sent do
    local key = text_of(sent[index][options.by])
    local found = rest[key]
    rest[key] = nil
    if not found then
      out.missing[#out.missing + 1] = sent[index]
    else
      local differences = confirm.fields(options.fields, sent[index], found)
      if #differences > 0 then out.changed[#out.changed + 1] = { sent = sent[index], stands = found, differences = differences } end
    end
  end
  for _, key in ipairs(order) do
    if rest[key] then out.extra[#out.extra + 1] = rest[key] end
  end
  return out
end

local function shown(value)
  if value == nil then return "nothing" end
  return text_of(value)
end

--- Differences as words for a sentence.
---@param differences { field: string, sent: any, stands: any }[]
---@return string words
---
--- ```lua
--- local confirm = require "confirm"
--- local words = confirm.words(confirm.fields({ "CostCenter" }, { CostCenter = "NL" }, {}))
--- assert(words == "CostCenter was sent as NL and stands as nothing")
--- ```
function confirm.words(differences)
  local out = {}
  for index = 1, #differences do
    local each = differences[index]
    out[index] = ("%s was sent as %s and stands as %s"):format(each.field, shown(each.sent), shown(each.stands))
  end
  return table.concat(out, ", ")
end

return confirm
