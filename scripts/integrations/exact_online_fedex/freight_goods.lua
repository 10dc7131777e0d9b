-- Goods on pallets: what a handling unit weighs and measures, and the freight class that it is paid by. Goods of several classes on one pallet go by
-- the highest of them, so that nothing is declared too low; where nobody knows what stands on which pallet, all of them do.

local decimal, text = require "decimal", require "text"
local parcels = require "shared.labels.parcels"

local goods = {}

local MOST_KG, MOST_PIECES = "1000", 9999
local CLASSES, RANKS = {}, {}
for class in ("50 55 60 65 70 77.5 85 92.5 100 110 125 150 175 200 250 300 400 500"):gmatch "%S+" do
  CLASSES[#CLASSES + 1] = class
  RANKS[class] = #CLASSES
end

local function refuse(job, source, why, cause, fix)
  return job:refuse(("%s: %s"):format(source.told, why), { cause = cause, concern = "warehouse", fix = fix .. " Then release this case." })
end

-- As FedEx writes it: CLASS_085, CLASS_077_5.
local function written(class)
  local whole, half = class:match "^(%d+)%.?(%d?)$"
  return ("CLASS_%03d%s"):format(math.tointeger(tonumber(whole)), half ~= "" and "_" .. half or "")
end

-- Each good's class, and what it is called.
local function classed(job, source, list)
  local out = {}
  for index, good in ipairs(list) do
    local name = good.code or good.line.id
    local class = job.settings.freight_classes[good.code or ""] or job.settings.freight_class
    if not class then
      return refuse(job, source, ("item %s has no freight class."):format(name), "freight class " .. name,
        "Add it to the setting freight_classes, or set freight_class.")
    end
    class = tostring(class):gsub("%.0$", "")
    if not RANKS[class] then
      local said = "item %s has freight class '%s', there are %s."
      return refuse(job, source, said:format(name, class, table.concat(CLASSES, ", ")), "freight class " .. name, "Correct freight_classes or freight_class.")
    end
    out[index] = {
      line = good.line.id, rank = RANKS[class], class = written(class), nmfc = job.settings.nmfc_codes[good.code or ""], quantity = good.quantity,
      description = text.collapse(good.line.description or good.item.Description or name),
    }
  end
  return out
end

-- Whole pieces: what is measured counts as those that it begins.
local function pieces_of(items)
  local sum = decimal "0"
  for _, item in ipairs(items) do
    local quantity = decimal(item.quantity)
    local whole = quantity:div(1, 0, "down")
    sum = sum + (whole < quantity and whole + decimal "1" or whole)
  end
  local count = sum:integer()
  return math.max(1, math.min(MOST_PIECES, count))
end

local function highest(list, items)
  local held, found = {}, nil
  for _, item in ipairs(items) do held[item.line] = true end
  for _, good in ipairs(list) do
    if (#items == 0 or held[good.line]) and (not found or good.rank > found.rank) then found = good end
  end
  return found
end

-- The handling units of a delivery: parcels as others are, with { id, class, nmfc, description, pieces } as `freight`.
function goods.units(job, source, list)
  local known = classed(job, source, list)
  local units = parcels.of(job, source, list, { boxes = job.settings.freight_units, most_kg = MOST_KG })
  for index, unit in ipairs(units) do
    if not (unit.length_cm and unit.width_cm and unit.height_cm) then
      return refuse(job, source, ("pallet %d has no length, width and height, which FedEx Freight wants."):format(index), "freight size",
        "Write them into freight_units, or into the delivery's text ('1x 450kg 120x100x150').")
    end
    local good = highest(known, unit.items)
    unit.freight = {
      id = tostring(index), class = good.class, nmfc = good.nmfc and tostring(good.nmfc), description = good.description, pieces = pieces_of(unit.items),
    }
  end
  return units
end

return goods
