-- What is left of an order that ShipStation calls shipped, though its labels hold less than was ordered: Acumatica keeps it on back order.
-- It stays there, or goes out as an order of its own once Acumatica may ship it (`back_orders`).

local decimal, known = require "decimal", require "orders_known"
local matching, packing, parcels = require "shared.shipstation.matching"(known, "Acumatica"), require "shared.shipstation.packing",
  require "shared.shipstation.parcels"

local OPEN = { awaiting_payment = true, awaiting_shipment = true, on_hold = true, pending_fulfillment = true }

local function exact(value) return decimal(value ~= nil and tostring(value) or "0") end

-- Ids of the order there and of the parts that were split off it; nil while one of them still waits.
local function parts_of(station, sent)
  local ids = { [tostring(sent.id)] = true }
  for _, order in ipairs(station.orders.list { orderNumber = sent.number }) do
    local options = order.advancedOptions or {}
    if ids[tostring(order.orderId)] or ids[tostring(options.parentId)] then
      if OPEN[order.orderStatus] then return nil end
      ids[tostring(order.orderId)] = true
    end
  end
  return ids
end

-- By line, what its labels hold of the whole order; nil when one does not say what was in it.
local function shipped_of(job, station, place, sent, ids)
  local rows, seen, out = {}, {}, {}
  for _, label in pairs(job.kv.get("labels:" .. place) or {}) do
    if label.kind ~= "label" then return nil end
    if label.order_id then ids[tostring(label.order_id)] = true end
  end
  local sorted = {}
  for id in pairs(ids) do sorted[#sorted + 1] = id end
  table.sort(sorted)
  for _, id in ipairs(sorted) do
    for _, row in ipairs(station.shipments.list { orderId = id }) do
      if not seen[row.shipmentId] and not row.voided and not row.isReturnLabel then seen[row.shipmentId], rows[#rows + 1] = true, row end
    end
  end
  for _, row in ipairs(rows) do
    local parcel = parcels.of_shipment(row)
    if #parcel.items == 0 then return nil end
    for _, entry in ipairs(matching.lines(sent, parcel)) do
      local units = packing.units(entry, function() return rows end, parcel.id, function(why) return job:skip(why) end)
      out[entry.line.id] = (out[entry.line.id] or exact(0)) + units
    end
  end
  return #rows > 0 and out or nil
end

-- What had left the house of each line before the next part goes out, and what is left, in words; nil when nothing is, or not yet.
return function(job, station, place, sent, group)
  local found, why = try(station.orders.get, sent.id)
  if not found then
    if why.code ~= "not_found" then error(why, 0) end
    return nil   -- merged into another, which says what left
  end
  local ids = found.orderStatus == "shipped" and parts_of(station, sent)
  local shipped = ids and shipped_of(job, station, place, sent, ids)
  if not shipped then return nil end
  local base, before, left = sent.base or sent.before or {}, {}, {}
  for _, line in ipairs(group.lines) do
    local gone = exact(base[line.id]) + (shipped[line.id] or exact(0))
    before[line.id] = gone:text()
    local open = line.quantity - gone
    if open:sign() > 0 then left[#left + 1] = ("%s %s"):format(open:compact(), line.item) end
  end
  if #left == 0 then return nil end
  return before, table.concat(left, ", "), base
end
