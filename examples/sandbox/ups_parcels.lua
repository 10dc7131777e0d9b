-- Shipments and parcels of the simulated UPS with what happened to them. Nothing here de-duplicates: two equal requests are
-- two shipments, both paid for.

local calendar, host, places = require "calendar", require "host", require "ups_places"

-- What happens to parcels: type, code and numeric code of the status, and its words (section 5).
local EVENTS = {
  label = { "M", "MP", "003", "Shipper created a label, UPS has not received the package yet." },
  voided = { "MV", "VP", "007", "Shipment information voided." },
  picked_up = { "I", "PU", "038", "Picked up" }, on_the_way = { "I", "OR", "005", "On the Way" },
  clearance = { "I", "CC", "012", "Clearance in progress" }, cleared = { "I", "CD", "014", "Cleared customs" },
  out_for_delivery = { "I", "OT", "021", "Out for Delivery" }, delivered = { "D", "FS", "011", "DELIVERED" },
  delivered_to_sender = { "D", "RS", "034", "Returned to sender" },
  exception = { "X", "EX", "013", "Exception" }, attempt = { "X", "NH", "022", "First delivery attempt was made" },
  second_attempt = { "X", "NI", "023", "Second delivery attempt was made" }, held = { "I", "HP", "017", "Held for pickup" },
  last_attempt = { "X", "NJ", "024", "Final delivery attempt was made" },
  delay = { "X", "DE", "046", "Delayed" }, damage = { "X", "DM", "059", "Damaged" }, refused = { "X", "RF", "064", "Refused by the receiver" },
  returning = { "X", "RT", "034", "Returning to sender" }, unknown = { "I", "ZZ", "999", "Something new" },
  update_time = { "U", "UT", "", "Delivery time updated" }, update_date = { "U", "UP", "", "Delivery date updated" },
  photo = { "U", "PX", "", "Delivery photo" },
}

-- At the sender's place; the others are at the receiver's.
local AT_SENDER = { label = true, voided = true, picked_up = true, on_the_way = true, delivered_to_sender = true }

local JOURNEYS = {
  delivered = { "picked_up", "on_the_way", "out_for_delivery", "delivered" },
  abroad = { "picked_up", "on_the_way", "clearance", "cleared", "out_for_delivery", "delivered" },
  second_try = { "picked_up", "on_the_way", "out_for_delivery", "attempt", "out_for_delivery", "delivered" },
  exception = { "picked_up", "on_the_way", "exception" }, delayed = { "picked_up", "delay", "on_the_way", "out_for_delivery", "delivered" },
  refused = { "picked_up", "out_for_delivery", "refused", "returning", "delivered_to_sender" },
  returned = { "picked_up", "out_for_delivery", "attempt", "second_attempt", "last_attempt", "returning", "delivered_to_sender" },
  lost = { "picked_up", "on_the_way" }, damaged = { "picked_up", "damage", "returning", "delivered_to_sender" },
}

local Parcels = { EVENTS = EVENTS, JOURNEYS = JOURNEYS }
Parcels.__index = Parcels

-- `happened(parcel, event)` is told of every event.
function Parcels.new(account, happened)
  return setmetatable({ account = account, happened = happened, shipments = {}, by_number = {}, by_shipment = {}, by_reference = {}, serial = 0 }, Parcels)
end

function Parcels:number(account)
  self.serial = self.serial + 1
  return ("1Z%s%010d"):format(account or self.account, self.serial)
end

-- Adds a shipment { references, service, from, to, to_name, format, charge, parcels = { { weight, dimensions, references } } }.
function Parcels:add(shipment, account)
  shipment.account, shipment.created = account or self.account, host.now()
  for index, parcel in ipairs(shipment.parcels) do
    parcel.number, parcel.shipment, parcel.index, parcel.events = self:number(account), shipment, index, {}
    self.by_number[parcel.number] = parcel
  end
  shipment.id = shipment.parcels[1].number
  self.by_shipment[shipment.id] = shipment
  self.shipments[#self.shipments + 1] = shipment
  self:remember(shipment)
  for _, parcel in ipairs(shipment.parcels) do self:happen(parcel, "label") end
  return shipment
end

-- By each reference of the shipment and of its parcels, once.
function Parcels:remember(shipment)
  local known = {}
  local function add(references)
    for _, each in ipairs(references) do
      local list = self.by_reference[each] or {}
      self.by_reference[each] = list
      if not known[each] then list[#list + 1] = shipment end
      known[each] = true
    end
  end
  add(shipment.references)
  for _, parcel in ipairs(shipment.parcels) do add(parcel.references) end
end

-- Something happens to a parcel; `options` may say `at` (a former time), another place { city, country } and `corrected`,
-- what UPS made of the address.
function Parcels:happen(parcel, what, options)
  options = options or {}
  local kind, shipment = EVENTS[what], parcel.shipment
  local place = options.place or (AT_SENDER[what] and shipment.from or shipment.to)
  local event = {
    what = what, at = options.at or host.now(), type = kind[1], code = kind[2], number = kind[3], text = kind[4], city = place.city,
    country = place.country, recorded = host.now(), corrected = options.corrected,
  }
  event.offset = places.offset(event.country, event.at)
  local at = #parcel.events + 1
  while at > 1 and parcel.events[at - 1].at > event.at do at = at - 1 end
  table.insert(parcel.events, at, event)
  if what == "delivered" then parcel.delivered = event.at end
  self.happened(parcel, event)
  return event
end

function Parcels:void(parcel)
  if parcel.voided then return end
  parcel.voided = true
  self:happen(parcel, "voided")
end

-- Shipments with a reference, of the shipment or of one of its parcels, that can be seen by now.
function Parcels:with_reference(reference, seen_after)
  local out = {}
  for _, shipment in ipairs(self.by_reference[reference] or {}) do
    if host.now() - shipment.created >= seen_after then out[#out + 1] = shipment end
  end
  return out
end

-- Local date and time of an event as UPS writes them, and both of Greenwich.
function Parcels.times(event)
  local there = event.at + event.offset * 3600
  local function clock(seconds) return calendar.iso(seconds):sub(12):gsub(":", "") end
  local function date(seconds) return (calendar.date(seconds):gsub("-", "")) end
  return {
    date = date(there), time = clock(there), gmt_date = date(event.at), gmt_time = clock(event.at),
    offset = ("%s%02d:00"):format(event.offset < 0 and "-" or "+", math.abs(event.offset)),
  }
end

return Parcels
