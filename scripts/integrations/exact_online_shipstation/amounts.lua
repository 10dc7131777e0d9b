-- What a label costs and the date that it counts on (XS14, C16): as ShipStation says it, else as the settings do.

local decimal, units = require "decimal", require "units"
local parcels = require "shared.shipstation.parcels"

local amounts = {}

local NONE = decimal "0"

local function exact(value) return decimal(tostring(value)) end

local function kilograms(parcel)
  local weight = parcel.weight
  local unit = weight and weight.units and units.unit(weight.units)
  return unit and units.convert(weight.value, unit, "kg", { decimals = 4 }) or nil
end

-- By the client's own table.
local function from_table(settings, parcel)
  local weight = kilograms(parcel)
  for _, row in ipairs(settings.rate_table) do
    local light = row.up_to == nil or weight ~= nil and weight <= exact(row.up_to)
    if light and (row.carrier == nil or row.carrier == parcel.carrier) and (row.service == nil or row.service == parcel.service)
      and (row.country == nil or row.country == parcel.country) then
      return exact(row.amount)
    end
  end
end

-- What ShipStation would ask for such a parcel.
local function from_rates(job, station, parcel)
  if not (parcel.warehouse and parcel.carrier and parcel.weight and parcel.weight.units and parcel.country) then return nil end
  local origin = station.warehouses.get(parcel.warehouse).originAddress
  local rates, why = try(station.rates.list, {
    carrierCode = parcel.carrier, serviceCode = parcel.service, fromPostalCode = origin.postalCode, toCountry = parcel.country,
    toPostalCode = parcel.postal_code or "", toState = parcel.state, weight = { value = exact(parcel.weight.value), units = parcel.weight.units },
  })
  if not rates then
    if why.retryable then error(why, 0) end
    job:note("ShipStation gives no rate for it: " .. tostring(why.message))
    return nil
  end
  for _, rate in ipairs(rates) do
    if rate.serviceCode == parcel.service then return exact(rate.shipmentCost or 0) + exact(rate.otherCost or 0) end
  end
end

-- Freight and insurance; where ShipStation knows of none, what the setting makes of it (XS14).
function amounts.of(job, station, parcel)
  local policy = job.settings.no_cost
  if not (parcel.cost + parcel.insurance):is_zero() then return parcel.cost, parcel.insurance end
  local estimate
  if policy == "table" then estimate = from_table(job.settings, parcel) end
  if policy == "rates" then estimate = from_rates(job, station, parcel) end
  job:note(("label without cost: %s, %s"):format(parcels.told(parcel), estimate and "estimated at " .. estimate:text() or "nothing is booked"))
  if policy ~= "none" and not estimate then
    job:refuse(("%s has no cost in ShipStation, and %s."):format(parcels.told(parcel),
      policy == "table" and "no row of rate_table fits it" or "ShipStation gives no rate for it"), {
      cause = ("no rate %s %s"):format(parcel.carrier or "", parcel.service or ""), concern = "finance",
      fix = policy == "table" and "Add a row to rate_table, then release this case." or "Set no_cost to table or none, then release this case.",
    })
  end
  return estimate or NONE, NONE
end

function amounts.day_of(job, instant) return job:map("business_date", { instant = instant }).day:sub(1, 10) end

-- The business date of a parcel, made once: the ship date as it stands, or the day it was bought in the client's zone.
function amounts.date_of(job, parcel)
  if job.settings.accounting_date == "bought" and parcel.created then return amounts.day_of(job, parcel.created) end
  return parcel.ship_date or amounts.day_of(job, parcel.created)
end

return amounts
