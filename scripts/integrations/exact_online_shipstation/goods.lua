-- Lines of a sales order as goods that are packed (XS15): text lines, services and drop shipments stay out; units are counted in
-- pieces, which ShipStation can't carry fractions of; kits may leave the house as their parts.

local decimal, units = require "decimal", require "units"

local goods = {}

local NONE = decimal "0"

local function exact(value) return decimal(tostring(value)) end
local function trimmed(text) return type(text) == "string" and text:match "^%s*(.-)%s*$" or nil end

local function fits(code, patterns)
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

-- Why a line is not packed; nil when it is.
function goods.left_out(settings, line, item)
  if not line.Item then return "is a text" end
  if line.UseDropShipment == 1 then return "is sent by the supplier" end
  local code = trimmed(item and item.Code) or trimmed(line.ItemCode) or ""
  if fits(code, settings.not_shipped) then return "is of an item that is never shipped" end
  if settings.goods == "stock" and item and item.IsStockItem ~= true then return "is of an item that is not kept in stock" end
end

local function refuse(job, order, line, why, fix)
  return job:refuse(("Order %d, line %d (%s): %s"):format(order.OrderNumber, line.LineNumber or 0, trimmed(line.ItemCode) or "", why),
    { cause = "goods " .. (trimmed(line.ItemCode) or ""), concern = "warehouse", fix = fix .. " Then release this case." })
end

-- Grams of one piece, or nil.
local function grams(settings, item, pieces)
  local field = settings.weight == "net" and "NetWeight" or settings.weight == "gross" and "GrossWeight"
  local weight = field and item[field]
  if weight == nil or exact(weight):is_zero() then return nil end
  local unit = trimmed(item.NetWeightUnit)
  if unit == nil or unit == "" or not units.unit(unit) then unit = settings.weight_unit end
  local of_unit = units.convert(tostring(weight), unit, "g", { decimals = 3 })
  return of_unit:div(decimal(pieces), 2)
end

-- How many pieces one unit of the line is. A unit of the line that is not named counts as the item's own.
local function pieces_of(settings, line, item)
  for _, unit in ipairs { trimmed(line.UnitCode) or "", trimmed(item.Unit) or "" } do
    local pieces = settings.units[unit]
    if pieces then return pieces end
  end
  return 1
end

local function in_parts(job, order, line, rows, whole)
  local out = {}
  for _, row in ipairs(rows) do
    local quantity = whole * exact(row.quantity or 1)
    if not quantity:is_integer() then
      refuse(job, order, line, ("%s of part %s are no whole number."):format(quantity:compact(), row.part), "Correct the row of kits.")
    end
    out[#out + 1] = { key = line.ID .. "/" .. row.part, sku = row.part, name = row.part, quantity = quantity:integer(), line = line }
  end
  return out
end

-- What is kept of a line, so that a parcel needs no call to the books: how it is counted, what it is worth and what it is booked on.
local function kept(line, item, facts)
  facts.id, facts.sku, facts.name = line.ID, trimmed(item.Code), line.Description or item.Description
  facts.price = line.NetPrice ~= nil and tostring(line.NetPrice) or "0"
  facts.cost_center, facts.cost_unit, facts.project = trimmed(line.CostCenter), trimmed(line.CostUnit), line.Project
  facts.is_batch, facts.is_serial = item.IsBatchItem == 1, item.IsSerialItem == true
  return facts
end

-- What is to be packed: { key, sku, name, quantity, price, grams, … } each, and what is kept of the lines. `delivered`: by line, what had
-- left the house before the order went out.
function goods.of(job, order, items, delivered)
  local settings, out, counted = job.settings, {}, {}
  for _, line in ipairs(order.lines) do
    local item = line.Item and items[line.Item] or nil
    local why = goods.left_out(settings, line, item)
    local open = why == nil and exact(line.Quantity or 0) - exact(delivered[line.ID] or 0) or NONE
    if open:sign() > 0 then
      if not item then
        refuse(job, order, line, "its item is not in Exact Online any more.", "Take the line off the order, or give it another item.")
      end
      local rows = parts_of(settings, trimmed(item.Code))
      if #rows > 0 then
        for _, part in ipairs(in_parts(job, order, line, rows, open)) do out[#out + 1] = part end
        local parts = {}
        for index, row in ipairs(rows) do parts[index] = { part = row.part, quantity = tostring(row.quantity or 1) } end
        counted[#counted + 1] = kept(line, item, { pieces = "1", parts = parts, quantity = open:text() })
      else
        local pieces = pieces_of(settings, line, item)
        local quantity = open * exact(pieces)
        if not quantity:is_integer() then
          refuse(job, order, line, ("%s %s can't be counted in pieces, which is all that ShipStation knows."):format(
            open:compact(), trimmed(line.UnitCode) or trimmed(item.Unit) or "units"),
            "Say in the setting units how many pieces that is, or put the item's code into not_shipped.")
        end
        out[#out + 1] = {
          key = line.ID, sku = trimmed(item.Code), name = line.Description or item.Description or trimmed(item.Code), quantity = quantity:integer(),
          price = line.NetPrice and exact(line.NetPrice):div(exact(pieces), 4), grams = grams(settings, item, pieces), line = line,
        }
        local each = grams(settings, item, pieces)
        counted[#counted + 1] = kept(line, item, { pieces = tostring(pieces), grams = each and each:text(), quantity = open:text() })
      end
    end
  end
  return out, counted
end

-- What all of it weighs, in grams; nil when something has no weight.
function goods.weight(list)
  local sum = NONE
  for _, each in ipairs(list) do
    if not each.grams then return nil end
    sum = sum + each.grams * each.quantity
  end
  return sum
end

return goods
