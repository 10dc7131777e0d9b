--- Sharing an amount out so that the parts sum to the whole, to the last cent.
---
--- Each part is rounded towards zero; the units that are left go one by one to the parts that lost most, the earlier first
--- where two lost the same. So a change of order among equal lines changes nothing but which of them has the odd cent.

local decimal, failure = require "decimal", require "failure"

local allocate = {}

local function exact(value, what)
  local ok, number = pcall(decimal, value)
  if not ok then error(("%s: expected a number, got %s"):format(what, tostring(value)), 3) end
  return number
end

--- The total in parts by weights.
---@param total decimal|integer|string at most `decimals` decimals; may be negative
---@param weights (decimal|integer|string)[] none negative, at least one above zero
---@param options? { decimals?: integer } decimals of the currency: 2 when left out, 0 for JPY, 3 for KWD
---@return decimal[]? parts as many as weights
---@return table? err `no_weight` or `invalid_argument`
---
--- ```lua
--- local parts = require("allocate").by("10.00", { 1, 1, 1 })
--- assert(parts[1]:text() == "3.34" and parts[2]:text() == "3.33" and parts[3]:text() == "3.33")
--- ```
function allocate.by(total, weights, options)
  local decimals = failure.options("allocate.by", options, { "decimals" }).decimals or 2
  local whole = exact(total, "allocate.by: the total")
  if whole:round(decimals) ~= whole then
    return nil, failure.new("invalid_argument", ("The amount %s has more than %d decimals."):format(whole:text(), decimals))
  end
  local given, sum = {}, decimal "0"
  for index = 1, #weights do
    given[index] = exact(weights[index], "allocate.by: weight " .. index)
    if given[index]:sign() < 0 then
      return nil, failure.new("invalid_argument", ("Weight %d is negative: %s."):format(index, given[index]:text()), { index = index })
    end
    sum = sum + given[index]
  end
  if sum:is_zero() then return nil, failure.new("no_weight", ("There is nothing to share %s out by: all weights are zero."):format(whole:text())) end

  local parts, lost, left = {}, {}, whole
  for index, weight in ipairs(given) do
    local product = whole * weight
    parts[index] = product:div(sum, decimals, "down")
    lost[index] = { index = index, rest = (product - parts[index] * sum):abs() }
    left = left - parts[index]
  end
  table.sort(lost, function(a, b)
    if a.rest ~= b.rest then return a.rest > b.rest end
    return a.index < b.index
  end)
  local unit = decimal(1):div(decimal("1" .. ("0"):rep(decimals)), decimals)
  if left:sign() < 0 then unit = -unit end
  for place = 1, left:div(unit, 0):integer() do
    local index = lost[place].index
    parts[index] = parts[index] + unit
  end
  return parts
end

local FIELDS = { value = "value", weight = "weight", quantity = "quantity" }

--- The total in parts by a field of each line: its value, weight or quantity.
---@param total decimal|integer|string
---@param lines table[] records or tables; a line whose field is nil weighs nothing
---@param options { by: string|function, decimals?: integer, field?: string } by: "value", "weight", "quantity", or a
--- function of the line; `field`: name of the field where it is not called as in `by`
---@return decimal[]? parts one a line
---@return table? err
---
--- ```lua
--- local lines = { { sku = "A", weight = 3 }, { sku = "B", weight = 1 } }
--- local parts = require("allocate").lines("7.99", lines, { by = "weight" })
--- assert(parts[1]:text() == "5.99" and parts[2]:text() == "2.00")
--- ```
function allocate.lines(total, lines, options)
  options = failure.options("allocate.lines", options, { "by", "decimals", "field" })
  local by = options.by
  if type(by) ~= "function" then
    local field = options.field or FIELDS[by]
    if not FIELDS[by] then error(("allocate.lines: by: expected value, weight, quantity or a function, got %s"):format(tostring(by)), 2) end
    by = function(line) return line[field] end
  end
  local weights = {}
  for index = 1, #lines do
    local weight = by(lines[index])
    weights[index] = weight == nil and 0 or weight
  end
  return allocate.by(total, weights, { decimals = options.decimals })
end

return allocate
