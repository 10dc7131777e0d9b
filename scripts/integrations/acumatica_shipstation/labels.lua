-- Labels of ShipStation, and what was shipped without one: each goes to the order that it is of, whose parcels are put on shipments one
-- after the other (AS5, AS7). A combined parcel goes to each of its orders.

local known = require "orders_known"
local matching, parcels = require "shared.shipstation.matching"(known, "Acumatica"), require "shared.shipstation.parcels"

-- Whether Acumatica has it so: a poll that finds what a notification told of makes no further calls.
local function is_settled(job, place, parcel)
  return job.kv.get(known.settled_key(place, parcels.reference(job, parcel))) == (parcel.voided and "voided" or "live")
end

return function(job, station)
  if not job.settings.shipments then return job:skip "shipments is off" end
  local parcel, several = parcels.of_job(job, station)
  if not parcel then return { labels = several } end
  parcels.note(job, parcel)
  if parcel.is_return then return job:skip "a return label: nothing was shipped by it" end
  if not parcel.voided then job:dated(parcels.made(parcel)) end
  local orders = matching.orders(job, station, parcel)
  if #orders == 0 then
    if parcel.voided then return job:skip "voided, and of no order of ours" end
    return matching.unknown(job, parcel, parcel.kind == "label" and "The label" or "The parcel")
  end
  local places, settled = {}, 0
  -- By the number that both sides know it by.
  local function hand_on(order)
    if is_settled(job, known.find(job, order.key), parcel) then
      settled = settled + 1
      return
    end
    places[#places + 1] = order.number
    job:emit("shipments", order.number, { record = job.event.record })
  end
  for _, order in ipairs(orders) do
    if #orders == 1 or parcel.kind ~= "label" or #matching.lines(order, parcel) > 0 then
      hand_on(order)
    end
  end
  -- Of a combined parcel nothing is said: its number goes to the order that it is named by.
  if #places + settled == 0 then hand_on(orders[1]) end
  if #places == 0 then return job:skip "Acumatica has it so" end
  return { orders = places }
end
