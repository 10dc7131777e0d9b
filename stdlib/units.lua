--- Weights, lengths and volumes by their legal definitions (a pound is 0.45359237 kg, an inch 25.4 mm), and quantities in
--- packing units. Exact: what can't be written out in full says to how many decimals it is wanted.

local decimal, failure = require "decimal", require "failure"

local units = {}

-- In milligrams, micrometres and cubic millimetres, as text so that nothing is lost.
local KINDS = {
  weight = {
    mg = "1", g = "1000", kg = "1000000", t = "1000000000", lb = "453592.37", oz = "28349.523125",
  },
  length = { mm = "1000", cm = "10000", m = "1000000", km = "1000000000", ["in"] = "25400", ft = "304800", yd = "914400" },
  volume = { ml = "1000", l = "1000000", cm3 = "1000", dm3 = "1000000", m3 = "1000000000", in3 = "16387.064" },
}
local ALIASES = {
  gram = "g", grams = "g", gr = "g", kilogram = "kg", kilograms = "kg", kgs = "kg", kgm = "kg", pound = "lb", pounds = "lb", lbs = "lb",
  ounce = "oz", ounces = "oz", inch = "in", inches = "in", centimeter = "cm", centimeters = "cm", centimetre = "cm",
  meter = "m", metre = "m", millimeter = "mm", foot = "ft", feet = "ft", liter = "l", litre = "l", tonne = "t",
}
local SCALE = 30

local function find(name)
  local text = tostring(name):lower()
  text = ALIASES[text] or text
  for kind, known in pairs(KINDS) do
    if known[text] then return kind, decimal(known[text]), text end
  end
end

--- The unit's name as this module writes it, and what it measures.
---@param name string "kg", "LBS", "inches" and the like, in any case
---@return string? unit "kg", "lb", "in"
---@return string|table kind "weight", "length" or "volume"; an error table when there is no such unit
---
--- ```lua
--- local unit, kind = require("units").unit "Pounds"
--- assert(unit == "lb" and kind == "weight")
--- ```
function units.unit(name)
  local kind, _, text = find(name)
  if not kind then return nil, failure.new("unknown_unit", ("There is no unit '%s'."):format(tostring(name)), { unit = name }) end
  return text, kind
end

--- An amount in another unit. Without `decimals` only where the result is exact (kg to g, lb to oz, lb to kg).
---@param amount decimal|integer|string
---@param from string unit of the amount
---@param to string wanted unit, of the same kind
---@param options? { decimals?: integer, rounding?: string } rounding: half_up when left out; "up" where a parcel must not be declared too light
---@return decimal? amount
---@return table? err `unknown_unit`, `other_kind`
---
--- ```lua
--- local units = require "units"
--- assert(units.convert("2.5", "lb", "kg"):text() == "1.133980925")
--- assert(units.convert(1, "kg", "oz", { decimals = 2 }):text() == "35.27")
--- ```
function units.convert(amount, from, to, options)
  options = failure.options("units.convert", options, { "decimals", "rounding" })
  local kind, factor = find(from)
  local kind_to, factor_to = find(to)
  for _, name in ipairs { kind and "" or from, kind_to and "" or to } do
    if name ~= "" then return nil, failure.new("unknown_unit", ("There is no unit '%s'."):format(tostring(name)), { unit = name }) end
  end
  if kind ~= kind_to then
    return nil, failure.new("other_kind", ("%s is a %s, %s a %s."):format(from, kind, to, kind_to))
  end
  local product = decimal(amount) * factor
  if options.decimals then return product:div(factor_to, options.decimals, options.rounding or "half_up") end
  local ratio = factor:div(factor_to, SCALE, "down")
  if ratio * factor_to ~= factor then
    error(("units.convert: %s in %s has no end: say { decimals = … }"):format(from, to), 2)
  end
  return decimal((decimal(amount) * ratio):compact())
end

--- A quantity in another packing unit, by how many pieces each holds.
---@param quantity decimal|integer|string
---@param from string unit of the quantity
---@param to string wanted unit
---@param pieces table<string, decimal|integer|string> pieces in one of each unit: { piece = 1, case = 12 }
---@param options? { decimals?: integer, what?: string } decimals the quantity may have, 0 when left out; `what` names the line in the message
---@return decimal|integer|nil quantity an integer when decimals is 0
---@return table? err `unknown_unit`, `not_whole`
---
--- ```lua
--- local units = require "units"
--- assert(units.quantity(2, "case", "piece", { piece = 1, case = 12 }) == 24)
--- local none, err = units.quantity("2.5", "piece", "case", { piece = 1, case = 12 }, { what = "line 3, MUG-01" })
--- assert(none == nil and err.message == "line 3, MUG-01: 2.5 piece are no whole number of case.")
--- ```
function units.quantity(quantity, from, to, pieces, options)
  options = failure.options("units.quantity", options, { "decimals", "what" })
  local decimals = options.decimals or 0
  local what = options.what and options.what .. ": " or ""
  for _, name in ipairs { from, to } do
    if pieces[name] == nil then
      return nil, failure.new("unknown_unit", ("%snothing says how many pieces are in '%s'."):format(what, tostring(name)), { unit = name })
    end
  end
  local product, by = decimal(quantity) * decimal(pieces[from]), decimal(pieces[to])
  local found = product:div(by, decimals, "down")
  if found * by ~= product then
    local wanted = decimals == 0 and "no whole number" or ("not expressible in %d decimals"):format(decimals)
    return nil, failure.new("not_whole", ("%s%s %s are %s of %s."):format(what, decimal(quantity):compact(), from, wanted, to),
      { quantity = quantity, unit = to })
  end
  if decimals == 0 then return found:integer() end
  return found
end

--- A quantity as a whole number, for systems that carry no fractions.
---@param quantity decimal|integer|string
---@param what? string names the line in the message
---@return integer? quantity
---@return table? err `not_whole`
---
--- ```lua
--- local units = require "units"
--- assert(units.whole("3.000") == 3)
--- assert(select(2, units.whole("0.75", "line 2, ROPE")).message == "line 2, ROPE: the quantity 0.75 is not whole.")
--- ```
function units.whole(quantity, what)
  local number = decimal(quantity)
  if not number:is_integer() then
    local message = ("%sthe quantity %s is not whole."):format(what and what .. ": " or "", number:compact())
    return nil, failure.new("not_whole", message, { quantity = quantity })
  end
  return number:integer()
end

return units
