-- What the parcels are (L2): as the delivery's text says it, else goods in boxes by the settings. Weights are exact and in kilograms;
-- a weight that is not known is refused, naming the item.

local decimal, units = require "decimal", require "units"
local trimmed = require("shared.labels.reading").trimmed

local parcels = {}

local NONE = decimal "0"
local MOST_PARCELS = 200   -- more than that is a mistake in a quantity

local function exact(value) return decimal(value ~= nil and tostring(value) or "0") end

local function fits(code, pattern)
  return pattern == nil or pattern == code or pattern:sub(-1) == "*" and code:sub(1, #pattern - 1) == pattern:sub(1, -2)
end

local function is_left_out(settings, item)
  local code = trimmed(item.Code) or ""
  for _, pattern in ipairs(settings.not_shipped) do
    if fits(code, pattern) then return true end
  end
  return settings.goods == "stock" and item.IsStockItem ~= true
end

local function refuse(job, source, why, cause, fix)
  return job:refuse(("%s: %s"):format(source.told, why), { cause = cause, concern = "warehouse", fix = fix .. " Then release this case." })
end

-- Lines with goods in them, with their items.
function parcels.goods(job, source)
  local ids, out = {}, {}
  for _, line in ipairs(source.lines) do
    if line.item then ids[#ids + 1] = line.item end
  end
  local items = #ids > 0 and job:look_up("items", ids) or {}
  for _, line in ipairs(source.lines) do
    if line.item and exact(line.quantity):sign() > 0 then
      local item = items[line.item]
      if not item then
        return refuse(job, source, ("the item of line %s is not in Exact Online any more."):format(tostring(line.number or line.id)), "item " .. line.item,
          "Give the line another item.")
      end
      if not is_left_out(job.settings, item) then out[#out + 1] = { line = line, item = item, code = trimmed(item.Code), quantity = exact(line.quantity) } end
    end
  end
  return out
end

local function unit_of(settings, item) return units.unit(trimmed(item.NetWeightUnit) or settings.weight_unit) or settings.weight_unit end

-- What one of the item weighs, in kilograms; nil when nothing says it.
local function weight_of(settings, item)
  local first, second = item.GrossWeight, item.NetWeight
  if settings.weight == "net" then first, second = second, first end
  local amount = exact(first)
  if amount:sign() <= 0 then amount = exact(second) end
  return amount:sign() > 0 and units.convert(amount, unit_of(settings, item), "kg", { decimals = 6 }) or nil
end

local function weighed(job, source, good)
  local each = weight_of(job.settings, good.item)
  if not each then
    return refuse(job, source, ("item %s has no weight."):format(good.code or good.line.id), "weight " .. (good.code or good.line.id),
      "Fill in its weight in Exact Online (Stock, Items), or write the parcels into the delivery's text ('1x 4.5kg').")
  end
  return each
end

local function rounded(weight)
  local up = weight:round(2)
  if up < weight then up = up + decimal "0.01" end   -- never declared too light
  return up:sign() > 0 and up or decimal "0.01"
end

-- Centimetres, whole: a box is never declared too small.
local function centimetres(value)
  if value == nil then return nil end
  local size = exact(value)
  local whole = size:div(1, 0, "down")
  return (whole < size and whole + decimal "1" or whole):integer()
end

-- "2x 4.5kg 40x30x20; 1.2 kg": nil when the text speaks of no parcels.
function parcels.said(text)
  local out = {}
  for part in (text or ""):lower():gmatch "[^;\n]+" do
    local count, weight, unit, rest = part:match "^%s*(%d+)%s*x%s+(%d+[.,]?%d*)%s*(%a+)%s*(.*)$"
    if not count then weight, unit, rest = part:match "^%s*(%d+[.,]?%d*)%s*(%a+)%s*(.*)$" end
    local known = unit and units.unit(unit)
    if known and select(2, units.unit(unit)) == "weight" then
      local kg = units.convert((weight:gsub(",", ".")), known, "kg", { decimals = 6 })
      local length, width, height = rest:match "^(%d+[.,]?%d*)%s*x%s*(%d+[.,]?%d*)%s*x%s*(%d+[.,]?%d*)"
      local function size(given) return given and centimetres((given:gsub(",", "."))) end
      for _ = 1, math.tointeger(tonumber(count or 1)) or 1 do
        out[#out + 1] = { weight_kg = rounded(kg), length_cm = size(length), width_cm = size(width), height_cm = size(height), items = {} }
        if #out > MOST_PARCELS then return out end
      end
    end
  end
  return #out > 0 and out or nil
end

local NO_ROW = {}

local function row_of(boxes, code)
  for _, row in ipairs(boxes) do
    if fits(code or "", row.item) then return row end
  end
  return NO_ROW
end

local function box(row)
  return {
    row = row, weight = exact(row.empty_kg), pieces = NONE, items = {}, value = NONE, length_cm = centimetres(row.length), width_cm = centimetres(row.width),
    height_cm = centimetres(row.height),
  }
end

local function put(parcel, good, quantity, each)
  parcel.weight, parcel.pieces = parcel.weight + each * quantity, parcel.pieces + quantity
  parcel.value = parcel.value + exact(good.line.price) * quantity
  parcel.items[#parcel.items + 1] = { line = good.line.id, item = good.line.item, code = good.code, quantity = quantity:compact() }
end

-- How much more of it there is room for.
local function room_of(parcel, most, each)
  local by_weight = (most - parcel.weight):div(each, 0, "down")
  if by_weight:sign() < 0 then by_weight = NONE end
  local pieces = parcel.row.pieces and exact(parcel.row.pieces) - parcel.pieces
  return pieces and pieces < by_weight and pieces or by_weight
end

-- Goods fill boxes of the row that is theirs; a box takes whole pieces, but for what is measured (rope, paint).
local function packed(job, source, goods, boxes, most_kg)
  local out, open = {}, {}
  for _, good in ipairs(goods) do
    local row, each = row_of(boxes, good.code), weighed(job, source, good)
    local most = exact(row.most_kg or most_kg)
    local left = good.quantity
    while left:sign() > 0 do
      local parcel = open[row]
      local room = parcel and room_of(parcel, most, each) or NONE
      if not parcel or room:sign() <= 0 then
        parcel = box(row)
        out[#out + 1], open[row] = parcel, parcel
        room = room_of(parcel, most, each)
        if #out > MOST_PARCELS then
          return refuse(job, source, ("its goods fill more than %d parcels."):format(MOST_PARCELS), "parcels", "Check its quantities.")
        end
      end
      -- A piece heavier than a box may be travels alone: the carrier says whether it takes it.
      local now = left < room and left or room
      if room:sign() <= 0 then
        now = left < decimal "1" and left or decimal "1"
        if each * now > most and not good.quantity:is_integer() then
          return refuse(job, source, ("%s of item %s weigh more than the %s kg of a parcel."):format(good.quantity:compact(), good.code or "?", most:compact()),
            "weight " .. (good.code or "?"), "Write the parcels into the delivery's text ('2x 25kg').")
        end
        open[row] = nil
      end
      put(parcel, good, now, each)
      left = left - now
    end
  end
  return out
end

local function said_of(job, source)
  local where = job.settings.parcel_text
  return where ~= "none" and parcels.said(where == "remarks" and source.remarks or where == "description" and source.description or nil)
end

-- What all of it weighs, as the text says it, else without boxes: for what has to be known before goods are packed.
function parcels.weigh(job, source, goods)
  local said, sum = said_of(job, source), NONE
  for _, parcel in ipairs(said or {}) do sum = sum + parcel.weight_kg end
  if said then return sum end
  for _, good in ipairs(goods) do sum = sum + weighed(job, source, good) * good.quantity end
  return rounded(sum)
end

-- The parcels of a source: { weight_kg, length_cm, width_cm, height_cm, value, items } each. `other`: { boxes, most_kg } in place of the settings'.
function parcels.of(job, source, goods, other)
  local said = said_of(job, source)
  other = other or job.settings
  local worth = NONE
  for _, good in ipairs(goods) do worth = worth + exact(good.line.price) * good.quantity end
  if said then
    if #said == 1 then
      said[1].value = worth
      for index, good in ipairs(goods) do
        said[1].items[index] = { line = good.line.id, item = good.line.item, code = good.code, quantity = good.quantity:compact() }
      end
    end
    return said
  end
  local out = {}
  for index, parcel in ipairs(packed(job, source, goods, other.boxes, other.most_kg)) do
    out[index] = {
      weight_kg = rounded(parcel.weight), length_cm = parcel.length_cm, width_cm = parcel.width_cm, height_cm = parcel.height_cm, value = parcel.value,
      items = parcel.items, box = parcel.row.box,
    }
  end
  return out
end

-- What an item weighs where customs want to know it.
function parcels.weight_of(job, source, good) return weighed(job, source, good) end

return parcels
