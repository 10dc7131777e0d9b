-- Shipments of the simulated FedEx and what happens to their parcels: scans, singly or as a journey.

local calendar, host = require "calendar", require "host"

local Parcels = {}
Parcels.__index = Parcels

-- What is said of each status (apis/fedex.md section 5). The same letters can stand in two groups: CA and RC do.
Parcels.CODES = {
  OC = "Shipment information sent to FedEx", OX = "Shipment information sent to U.S. Postal Service", EP = "On the way to pickup",
  PU = "Picked up", PX = "Picked up", AP = "At pickup", OF = "At FedEx origin facility",
  IT = "In transit", IX = "In transit", AA = "At airport", AC = "At canada post facility", AF = "At local FedEx facility",
  AR = "Arrived at FedEx location", AX = "At USPS facility", DP = "Left FedEx origin facility", EA = "Enroute to airport",
  EO = "Enroute to origin airport", FD = "At FedEx destination facility", LO = "Left origin", PF = "Plane in flight", PL = "Plane landed",
  PM = "In progress", SF = "At sort facility", TR = "Transfer", Ow = "On the way", CC = "International shipment release",
  CD = "Clearance delay", CP = "Clearance in progress", OD = "On FedEx vehicle for delivery", ED = "Enroute to delivery",
  AD = "At delivery", HL = "Hold at location", HP = "Ready for recipient pickup", DL = "Delivered", DE = "Delivery exception",
  SE = "Shipment exception", DD = "Delivery delay", DY = "Delay", PD = "Pickup delay", RS = "Returning package to shipper",
  CA = "Shipment cancelled", AO = "Shipment arriving on-time", AE = "Shipment arriving early", CH = "Location changed",
  DR = "Vehicle furnished not used", DS = "Vehicle dispatched", SP = "Split status", RR = "Delivery option requested",
  RM = "Delivery option updated", RC = "Delivery option cancelled",
}

-- Codes in order; "@" is with the sender, ">" with the consignee, else somewhere between.
local JOURNEYS = {
  delivered = "@PU @DP AR OD >DL", at_once = ">DL", picked_up = "@PU", in_transit = "@PU @DP AR",
  exception = "@PU AR DE OD >DL", refused = "@PU AR OD >DE RS", returned = "@PU AR >DE RS @DL", returned_after_delivered = "@PU AR OD >DL RS",
  lost = "@PU @DP", held = "@PU AR OD HL", collected = "@PU AR OD HL >DL", customs_delay = "@PU @DP CD CC OD >DL", delay = "@PU DY AR OD >DL",
  unknown_code = "@PU AR ZZ OD >DL", two_attempts = "@PU AR OD >DE OD >DL",
}
-- What should come of it: "delivered", or a case for somebody.
local CASES = { refused = true, returned = true, returned_after_delivered = true, lost = true, held = true, exception = true,
  customs_delay = true, two_attempts = true }
local EVERYDAY = { "delivered", "delivered", "delivered", "delivered", "delivered", "delivered", "two_attempts", "delay", "returned", "exception" }

local OFFSETS = { GB = "+00:00", IE = "+00:00", US = "-06:00", CA = "-06:00", JP = "+09:00" }
local OFFSET_ELSEWHERE, BETWEEN = "+01:00", { city = "LIEGE", country = "BE" }
local FIRST_NUMBER, NUMBER_STEP = 794953530000, 11

function Parcels.new() return setmetatable({ shipments = {}, by_number = {}, numbers = 0 }, Parcels) end

function Parcels.local_time(seconds, country)
  local offset = OFFSETS[country] or OFFSET_ELSEWHERE
  local hours = math.tointeger(tonumber(offset:sub(1, 3)))
  return calendar.iso(seconds + hours * 3600) .. offset
end

-- The start of a day where it is.
function Parcels.local_day(seconds, country) return calendar.date(seconds) .. "T00:00:00" .. (OFFSETS[country] or OFFSET_ELSEWHERE) end

function Parcels:next_number()
  self.numbers = self.numbers + 1
  return tostring(FIRST_NUMBER + NUMBER_STEP * self.numbers)
end

-- Keeps a shipment whose `packages` are { references, weight }; gives it with numbers.
function Parcels:add(shipment, number)
  shipment.made = shipment.made or host.now()
  for index, parcel in ipairs(shipment.packages) do
    parcel.shipment, parcel.sequence, parcel.scans = shipment, index, {}
    parcel.number = number or self:next_number()
    parcel.unique = ("%d%05d~%s~FX"):format(2460000000 + #self.shipments, index, parcel.number)
    local known = self.by_number[parcel.number] or {}
    table.insert(known, 1, parcel)
    self.by_number[parcel.number] = known
  end
  shipment.master = shipment.packages[1].number
  self.shipments[#self.shipments + 1] = shipment
  return shipment
end

-- The newest parcel of a number; all of them are in by_number.
function Parcels:parcel(number)
  local known = self.by_number[tostring(number)]
  return known and known[1]
end

local function place_of(parcel, mark)
  local side = mark == "@" and parcel.shipment.shipper or mark == ">" and parcel.shipment.recipient
  if not side then return BETWEEN end
  return { city = side.city:upper(), country = side.country }
end

-- Scans stand in the order of their times, whenever they became known.
function Parcels.scan(parcel, code, at, mark, more)
  local scan = { code = code, at = at, place = place_of(parcel, mark) }
  for name, value in pairs(more or {}) do scan[name] = value end
  if code == "DE" then scan.exception = scan.exception or "08" end
  local position = #parcel.scans + 1
  while position > 1 and parcel.scans[position - 1].at > at do position = position - 1 end
  table.insert(parcel.scans, position, scan)
end

-- Before the first scan a label is only information that was sent.
function Parcels.status(parcel)
  if parcel.shipment.cancelled then return "CA" end
  local last = parcel.scans[#parcel.scans]
  return last and last.code or "OC"
end

function Parcels.tendered(shipment)
  for _, parcel in ipairs(shipment.packages) do
    if #parcel.scans > 0 then return true end
  end
  return false
end

function Parcels.knows_journey(name) return JOURNEYS[name] ~= nil end
function Parcels.any_journey() return host.pick(EVERYDAY) end

-- The whole journey at once, or spread over so many seconds.
function Parcels.travel(parcel, name, over)
  local steps = {}
  for mark, code in JOURNEYS[name]:gmatch "([@>]?)(%a%a)" do steps[#steps + 1] = { mark, code } end
  parcel.expect = CASES[name] and "case" or name == "unknown_code" and "delivered" or JOURNEYS[name]:find "DL$" and "delivered" or "under way"
  for index, step in ipairs(steps) do
    if over and over > 0 then
      host.timers.after(over * index / #steps, function()
        if not parcel.shipment.cancelled then Parcels.scan(parcel, step[2], host.now(), step[1]) end
      end)
    else
      Parcels.scan(parcel, step[2], host.now() - #steps + index, step[1])
    end
  end
end

-- A shipment that was made just now goes on its way by itself where that is switched on.
function Parcels:depart(shipment, switches)
  if not switches.travel then return end
  local journey = switches.travel == "any" and Parcels.any_journey() or switches.travel
  for _, parcel in ipairs(shipment.packages) do self.travel(parcel, journey, switches.travel_seconds) end
end

return Parcels
