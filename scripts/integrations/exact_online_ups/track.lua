-- Where parcels are (XU4, XU5): UPS tells by Track Alert of those that it was asked to tell of; the others are looked at in turn, and all of them
-- once a day, as a push may be lost.

local decimal, time, units = require "decimal", require "time", require "units"
local alerts, events, list = require "alerts", require "events", require "lists"
local known, parcels, reading, tracking = require "shared.labels.known", require "shared.tracking.parcels", require "shared.labels.reading",
  require "shared.tracking.tracking"

local track = {}

local NOT_FOUND = "TW0001"
local function trimmed(text) return (tostring(text):match "^%s*(.-)%s*$") end

-- A push of either generation (a published sample has a blank before its number).
function track.pushed(job, _, books)
  if job.settings.alerts == "none" then return job:skip "alerts = none: nobody asked UPS to tell, and who does is not believed" end
  local body = reading.message(job)
  local number = trimmed(body and body.trackingNumber or job.key)
  if not body or not body.activityStatus then return job:skip "it says nothing of a status" end
  local event = events.of_alert(job, number, body)
  if not event then return job:skip "it bears no time" end
  return tracking.take(job, books, { event }, { document = known.document_of(job, number) })
end

-- The round: who is to be looked at now. Parcels that UPS tells of are looked at once a day.
function track.round(job)
  local count, now, looked, told = 0, job:now(), {}, alerts.told(job)
  for number, row in parcels.each(job) do looked[number] = row.looked end
  for _, batch in ipairs(tracking.due(job, 1, function(number) job:emit("silent", number, {}) end)) do
    local number = batch.parcels[1].number
    local wait = told[number] and 24 * 3600 or job.settings.look_minutes * 60
    if not looked[number] or decimal(tostring(time.seconds_between(looked[number], now))) >= decimal(tostring(wait)) then
      job:emit("look", number, {})
      count = count + 1
    end
  end
  return { to_look_at = count }
end

local function remember_look(job, number)
  local row, out = parcels.row(job, number), {}
  if not row then return end
  for name, value in pairs(row) do out[name] = value end
  out.looked = job:now()
  parcels.set_row(job, number, out)
end

-- What UPS has weighed, against what was declared (XU9).
local function weighed(job, books, parcel, package)
  local said = package.weight
  local unit = said and said.unitOfMeasurement and units.unit(said.unitOfMeasurement)
  if not (unit and said.weight and parcel.weight) or parcel.measured then return end
  local kg, declared = units.convert(said.weight, unit, "kg", { decimals = 2 }), decimal(parcel.weight)
  if (kg - declared):abs() <= decimal(tostring(job.settings.measured_within)) then return end
  local size, sides = package.dimension, ""
  if size and size.length and size.width and size.height then
    sides = (" and %s x %s x %s %s"):format(size.length:compact(), size.width:compact(), size.height:compact(), (size.unitOfDimension or ""):lower())
  end
  parcel.measured = kg:compact()
  parcels.keep(job, parcel)
  job:note(("UPS measured %s kg%s; %s kg were declared"):format(kg:compact(), sides, declared:compact()), { number = parcel.number })
  local held = parcel.held
  if job.settings.measured == "items" and held and #held == 1 then
    local each = kg:div(decimal(held[1].quantity), 4)
    job:send("measured " .. held[1].item, books:at(parcel.books).items.update(held[1].item, { GrossWeight = each }),
      { version = job:now(), entity = "weight of " .. held[1].item })
  end
end

-- One parcel, as UPS knows it.
function track.look(job, ups, books)
  local number = job.key
  local parcel = tracking.get(job, number)
  if not parcel then return job:skip(("parcel %s is not followed"):format(number)) end
  local found = ups:at(parcel.carrier).tracking.get(number)
  remember_look(job, number)
  local warning, package = list(found.warnings)[1], list(found.package)[1]
  for _, each in ipairs(list(found.package)) do
    if each.trackingNumber == number then package = each end
  end
  if warning and warning.code == NOT_FOUND or not package then return job:skip "UPS does not know it yet" end
  local scans, voided = events.of_track(job, number, package)
  if voided and tracking.cancelled then return tracking.cancelled(job, number) end
  weighed(job, books, parcel, package)
  if #scans == 0 then return job:skip "nothing has happened to it" end
  return tracking.take(job, books, scans, { document = known.document_of(job, number) })
end

return track
