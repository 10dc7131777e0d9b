--- Totals on both sides of a mapping: what does not reconcile is refused with the difference named, never adjusted away.
--- The one exception is a rounding line up to a limit.

local decimal, failure = require "decimal", require "failure"

local totals = {}

local function exact(value)
  return decimal(decimal.is(value) and value or tostring(value))
end

--- The sum of quantity times price over lines, each line rounded as the books round it.
---@param lines table[] records or tables
---@param options { price: string, quantity?: string, decimals?: integer, rounding?: string } names of the fields; without
--- quantity each line counts once; 2 decimals and half_up when left out
---@return decimal sum
---
--- ```lua
--- local lines = { { Quantity = 3, NetPrice = "3.333" }, { Quantity = 1, NetPrice = "0.005" } }
--- assert(require("totals").lines(lines, { quantity = "Quantity", price = "NetPrice" }):text() == "10.01")
--- ```
function totals.lines(lines, options)
  options = failure.options("totals.lines", options, { "price", "quantity", "decimals", "rounding" })
  if type(options.price) ~= "string" then error("totals.lines: price: expected the name of a field", 2) end
  local sum = decimal "0"
  for index = 1, #lines do
    local line = lines[index]
    local amount = line[options.price]
    if amount ~= nil then
      local quantity = 1
      if options.quantity then quantity = line[options.quantity] end
      if quantity ~= nil then sum = sum + (exact(amount) * exact(quantity)):round(options.decimals or 2, options.rounding) end
    end
  end
  return sum
end

--- Whether two totals agree.
---@param expected decimal|integer|string what the source says
---@param found decimal|integer|string what the target comes to
---@param options? { within?: decimal|integer|string, what?: string } largest difference that is let pass (0); `what` opens the sentence ("Order 118")
---@return boolean? agree true
---@return table? err `totals`, with `difference` (found less expected)
---
--- ```lua
--- local totals = require "totals"
--- assert(totals.agree("100.00", "100"))
--- local none, err = totals.agree("100.00", "99.98", { what = "Order 118", within = "0.01" })
--- assert(not none and err.message == "Order 118 comes to 100.00, its lines to 99.98: a difference of -0.02.")
--- ```
function totals.agree(expected, found, options)
  options = failure.options("totals.agree", options, { "within", "what" })
  local wanted, seen = exact(expected), exact(found)
  local difference = seen - wanted
  if difference:abs() <= exact(options.within or 0) then return true end
  local message = ("%s comes to %s, its lines to %s: a difference of %s.")
    :format(options.what or "The total", wanted:text(), seen:text(), difference:text())
  return nil, failure.new("totals", message, { difference = difference, cause = "totals" })
end

--- What goes on a rounding line so that the lines come to the total; zero when they do.
---@param expected decimal|integer|string what the shopper paid
---@param found decimal|integer|string what the lines come to
---@param options? { within?: decimal|integer|string, what?: string } largest rounding, "0.02" when left out
---@return decimal? amount of the rounding line
---@return table? err `totals` when more than rounding is missing
---
--- ```lua
--- local totals = require "totals"
--- assert(totals.rounding("10.00", "9.99"):text() == "0.01")
--- assert(select(2, totals.rounding("10.00", "9.90")).code == "totals")
--- ```
function totals.rounding(expected, found, options)
  options = failure.options("totals.rounding", options, { "within", "what" })
  local ok, err = totals.agree(expected, found, { within = options.within or "0.02", what = options.what })
  if not ok then return nil, err end
  return exact(expected) - exact(found)
end

return totals
