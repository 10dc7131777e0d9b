-- Parcels that are followed, as they are kept between jobs. A row as short as it can be says what to ask the carrier for, as all rows are
-- read each time; what is known of the parcel stands beside it.
--
--     parcel:<number>    { at, scans, from, unique, books, carrier, closed, asked }
--     tracked:<number>   the parcel: { number, carrier, delivery, order, reference, ship_date, state, events, … }
--     parcels of:<delivery>   numbers of its parcels

local tracking = require "tracking"

local parcels = {}

local LISTED_AT_ONCE = 500

local function row_key(number) return "parcel:" .. number end
local function kept_key(number) return "tracked:" .. number end
local function delivery_key(id) return "parcels of:" .. id end

function parcels.get(job, number) return job.kv.get(kept_key(number)) end
function parcels.row(job, number) return job.kv.get(row_key(number)) end
function parcels.keep(job, parcel) job.kv.set(kept_key(parcel.number), parcel) end
function parcels.set_row(job, number, row) job.kv.set(row_key(number), row) end

-- Numbers of a delivery's parcels.
function parcels.of_delivery(job, id) return job.kv.get(delivery_key(id)) or {} end

local function join_delivery(job, parcel)
  if not parcel.delivery then return end
  local numbers = parcels.of_delivery(job, parcel.delivery.id)
  for _, number in ipairs(numbers) do
    if number == parcel.number then return end
  end
  local out = {}
  for index, number in ipairs(numbers) do out[index] = number end
  out[#out + 1] = parcel.number
  job.kv.set(delivery_key(parcel.delivery.id), out)
end

local function leave_delivery(job, parcel)
  if not parcel.delivery then return end
  local out = {}
  for _, number in ipairs(parcels.of_delivery(job, parcel.delivery.id)) do
    if number ~= parcel.number then out[#out + 1] = number end
  end
  job.kv.set(delivery_key(parcel.delivery.id), #out > 0 and out or nil)
end

-- The goods delivery of parcels that left before there was one.
function parcels.delivered_as(job, numbers, id)
  for _, number in ipairs(numbers) do
    local parcel = parcels.get(job, number)
    if parcel and not parcel.delivery then
      parcel.delivery = { id = id }
      parcels.keep(job, parcel)
      join_delivery(job, parcel)
    end
  end
end

-- Begins to follow a parcel: { number, carrier, books, delivery = { id, number }, order = { id, number }, account_id, reference, ship_date,
-- link, typed }. carrier and books are names of connections. One that is followed already stays as it is.
function parcels.open(job, parcel)
  local known = parcels.get(job, parcel.number)
  if known and not (known.ship_date and parcel.ship_date and tracking.business_days(known.ship_date, parcel.ship_date) > 60) then return known, false end
  parcel.state, parcel.events, parcel.opened = nil, nil, job:now()
  parcels.keep(job, parcel)
  join_delivery(job, parcel)
  parcels.set_row(job, parcel.number, {
    at = parcel.opened, scans = 0, from = parcel.ship_date, books = parcel.books, carrier = parcel.carrier, unique = parcel.unique,
  })
  job:note(("parcel %s is followed"):format(parcel.number), { number = parcel.number })
  return parcel, true
end

-- It is looked for no more: arrived and not come back, or voided.
function parcels.close(job, number) job.kv.set(row_key(number), nil) end

-- A label that was voided never leaves the house.
function parcels.forget(job, number)
  local parcel = parcels.get(job, number)
  if not parcel then return end
  parcels.close(job, number)
  leave_delivery(job, parcel)
  job.kv.set(kept_key(number), nil)
end

-- All that are followed, as { number, row }.
function parcels.each(job)
  local after, page, at
  return function()
    while true do
      if page and at < #page then
        at = at + 1
        local entry = page[at]
        after = entry.key
        if entry.value then return entry.key:sub(#"parcel:" + 1), entry.value end
      elseif page and #page < LISTED_AT_ONCE then
        return nil
      else
        page, at = job.kv.list("parcel:", { after = after, limit = LISTED_AT_ONCE }), 0
        if #page == 0 then return nil end
      end
    end
  end
end

return parcels
