-- Lines of a sales order as goods that are packed (XS15): text lines, services and drop shipments stay out; units are counted in
-- pieces, which ShipStation can't carry fractions of; kits may leave the house as their parts.

local decimal = require "decimal"
local packing = require "shared.shipstation.packing"
local trimmed = require "shared.records.values".trimmed

local goods = {}

local NONE = decimal "0"

local function exact(value) return decimal(tostring(value)) end

-- Why a line is not packed; nil when it is.
function goods.left_out(settings, line, item)
  if not line.Item then return "is a text" end
  if line.UseDropShipment == 1 then return "is sent by the supplier" end
  local code = trimmed(item and item.Code) or trimmed(line.ItemCode) or ""
  if packing.fits(code, settings.not_shipped) then return "is of an item that is never shipped" end
  if settings.goods == "stock" and item and item.IsStockItem ~= true then return "is of an item that is not kept in stock" end
end

local function refuse(job, order, line, why, fix)
  return job:refuse(("Order %d, line %d (%s): %s"):format(order.OrderNumber, line.LineNumber or 0, trimmed(line.ItemCode) or "", why),
    { cause = "goods " .. (trimmed(line.ItemCode) or ""), concern = "warehouse", fix = fix .. " Then release this case." })
end

-- What is kept of a line, so that a parcel needs no call to the books: what it is worth and what it is booked on.
local function kept(line, item)
  return {
    name = line.Description or item.Description, price = line.NetPrice ~= nil and tostring(line.NetPrice) or "0",
    cost_center = trimmed(line.CostCenter), cost_unit = trimmed(line.CostUnit), project = line.Project,
    is_batch = item.IsBatchItem == 1, is_serial = item.IsSerialItem == true,
  }
end

local WEIGHTS = { net = "NetWeight", gross = "GrossWeight" }

-- What is to be packed: { key, sku, name, quantity, price, grams } each, and what is kept of the lines. `delivered`: by line, what had
-- left the house before the order went out.
function goods.of(job, order, items, delivered)
  local settings, lines = job.settings, {}
  for _, line in ipairs(order.lines) do
    local item = line.Item and items[line.Item] or nil
    local why = goods.left_out(settings, line, item)
    local open = why == nil and exact(line.Quantity or 0) - exact(delivered[line.ID] or 0) or NONE
    if open:sign() > 0 then
      if not item then
        refuse(job, order, line, "its item is not in Exact Online any more.", "Take the line off the order, or give it another item.")
      end
      local weight = WEIGHTS[settings.weight]
      lines[#lines + 1] = {
        id = line.ID, sku = trimmed(item.Code), name = line.Description or item.Description, open = open, unit = trimmed(line.UnitCode),
        item_unit = trimmed(item.Unit), price = line.NetPrice, weight = weight and { value = item[weight], unit = trimmed(item.NetWeightUnit) },
        kept = kept(line, item), line = line,
      }
    end
  end
  return packing.of(settings, lines, function(each, why, fix) return refuse(job, order, each.line, why, fix) end)
end

return goods
