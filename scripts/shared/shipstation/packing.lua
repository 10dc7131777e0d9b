-- Lines of an order as goods that are packed, and what was in a parcel as quantities of its lines: units are counted in pieces, which
-- ShipStation can't carry fractions of; kits may leave the house as their parts, and leave with the parcel that makes them whole.

local decimal, units = require "decimal", require "units"

local packing = {}

local NONE = decimal "0"

local function exact(value) return decimal(value ~= nil and tostring(value) or "0") end

-- Whether a code is one of these; a * at the end of one stands for anything.
function packing.fits(code, patterns)
  for _, pattern in ipairs(patterns) do
    if pattern == code or pattern:sub(-1) == "*" and code:sub(1, #pattern - 1) == pattern:sub(1, -2) then return true end
  end
  return false
end

local function parts_of(settings, code)
  local out = {}
  for _, row in ipairs(settings.kits) do
    if row.kit == code then out[#out + 1] = row end
  end
  return out
end

-- Grams of one piece of something that weighs { value, unit } in its own unit; nil when it says nothing.
function packing.grams(weight, pieces, otherwise)
  if weight == nil or weight.value == nil or exact(weight.value):is_zero() then return nil end
  local unit = weight.unit
  if unit == nil or unit == "" or not units.unit(unit) then unit = otherwise end
  return units.convert(tostring(weight.value), unit, "g", { decimals = 3 }):div(decimal(pieces), 2)
end

-- How many pieces one unit is, of the first of these units that is named.
local function pieces_of(settings, line)
  for _, unit in ipairs { line.unit or "", line.item_unit or "" } do
    local pieces = settings.units[unit]
    if pieces then return pieces end
  end
  return 1
end

local function in_parts(line, rows, whole, refuse)
  local out = {}
  for _, row in ipairs(rows) do
    local quantity = whole * exact(row.quantity or 1)
    if not quantity:is_integer() then
      refuse(line, ("%s of part %s are no whole number."):format(quantity:compact(), row.part), "Correct the row of kits.")
    end
    out[#out + 1] = { key = line.id .. "/" .. row.part, sku = row.part, name = row.part, quantity = quantity:integer() }
  end
  return out
end

-- What is to be packed: { key, sku, name, quantity, price, grams } each, and how each line is counted, for taking parcels apart again.
-- A line: { id, sku, name, open, unit, item_unit, price (of a unit), weight = { value, unit } of an item's unit, kept = what is to be
-- kept with it }. `refuse(line, why, fix)` refuses the order for a line.
function packing.of(settings, lines, refuse)
  local out, counted = {}, {}
  for _, line in ipairs(lines) do
    local rows, facts = parts_of(settings, line.sku), {}
    for name, value in pairs(line.kept or {}) do facts[name] = value end
    facts.id, facts.sku, facts.quantity = line.id, line.sku, line.open:text()
    if #rows > 0 then
      for _, part in ipairs(in_parts(line, rows, line.open, refuse)) do out[#out + 1] = part end
      facts.pieces, facts.parts = "1", {}
      for index, row in ipairs(rows) do facts.parts[index] = { part = row.part, quantity = tostring(row.quantity or 1) } end
    else
      local pieces = pieces_of(settings, line)
      local quantity = line.open * exact(pieces)
      if not quantity:is_integer() then
        refuse(line, ("%s %s can't be counted in pieces, which is all that ShipStation knows."):format(line.open:compact(),
          line.unit or line.item_unit or "units"), "Say in the setting units how many pieces that is, or put the item's code into not_shipped.")
      end
      local grams = packing.grams(line.weight, pieces, settings.weight_unit)
      out[#out + 1] = {
        key = line.id, sku = line.sku, name = line.name or line.sku, quantity = quantity:integer(),
        price = line.price and exact(line.price):div(exact(pieces), 4), grams = grams,
      }
      facts.pieces, facts.grams = tostring(pieces), grams and grams:text()
    end
    counted[#counted + 1] = facts
  end
  return out, counted
end

-- What all of it weighs, in grams; nil when something has no weight.
function packing.weight(list)
  local sum = NONE
  for _, each in ipairs(list) do
    if not each.grams then return nil end
    sum = sum + each.grams * each.quantity
  end
  return sum
end

-- How many kits are complete by these parts.
function packing.kits(line, parts)
  local least
  for _, row in ipairs(line.parts) do
    local complete = exact(parts[row.part]):div(exact(row.quantity), 0, "down")
    if not least or complete < least then least = complete end
  end
  return least or NONE
end

-- Parts of one kit may leave in several parcels: it is gone with the label that makes it whole. `labels`: rows of all labels of the
-- order there; `id`: the one that is asked about.
function packing.kits_by_now(line, labels, id)
  local before, now = {}, {}
  for _, row in ipairs(labels) do
    if row.voided ~= true and row.isReturnLabel ~= true and row.shipmentId <= id then
      for _, item in ipairs(row.shipmentItems or {}) do
        local part = type(item.lineItemKey) == "string" and item.lineItemKey:sub(1, #line.id + 1) == line.id .. "/" and item.lineItemKey:sub(#line.id + 2)
        if part then
          now[part] = (now[part] or 0) + item.quantity
          if row.shipmentId < id then before[part] = (before[part] or 0) + item.quantity end
        end
      end
    end
  end
  return packing.kits(line, now) - packing.kits(line, before)
end

-- Units of the line in a parcel, of an entry of matching.lines. `labels()` gives the rows for kits_by_now; `refuse(why, cause)` refuses
-- pieces that are no quantity of the unit.
function packing.units(entry, labels, id, refuse)
  local line = entry.line
  if line.parts then
    local kits = packing.kits(line, entry.parts)
    local is_whole = true
    for _, row in ipairs(line.parts) do is_whole = is_whole and (kits * exact(row.quantity) - exact(entry.parts[row.part])):is_zero() end
    if is_whole then return kits end
    return packing.kits_by_now(line, labels(), id)
  end
  local pieces = exact(line.pieces)
  local quantity = exact(entry.quantity):div(pieces, 4)
  if not (quantity * pieces - exact(entry.quantity)):is_zero() then
    refuse(("%d pieces of %s are no quantity of its unit, which holds %s."):format(entry.quantity, line.sku, pieces:compact()), "unit " .. line.sku)
  end
  return quantity
end

return packing
