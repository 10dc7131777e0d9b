-- Where parcels are (XF4): all that are followed are asked about in batches of 30, each with its range of ship dates and, once known, its
-- unique id, as FedEx uses numbers again. Parcels of which there is news get a job of their own, which writes.

local time = require "time"
local codes, known, statuses, tracking = require "codes", require "shared.labels.known", require "shared.tracking.statuses",
  require "shared.tracking.tracking"

local track = {}

local MOST_NUMBERS = 30
local BEFORE_DAYS, AFTER_DAYS = 3, 60   -- a parcel may be handed over earlier, or weeks after its label

-- What is asked of one parcel.
local function asked(parcel)
  local from = parcel.from and time.add_days(parcel.from, -BEFORE_DAYS)
  return {
    trackingNumberInfo = { trackingNumber = parcel.number, trackingNumberUniqueId = parcel.unique },
    shipDateBegin = from, shipDateEnd = parcel.from and time.add_days(parcel.from, AFTER_DAYS),
  }
end

local function shipped_on(result)
  for _, moment in ipairs(result.dateAndTimes or {}) do
    if moment.type == "SHIP" and moment.dateTime then return moment.dateTime end
  end
end

local function newest(result)
  local latest = ""
  for _, scan in ipairs(result.scanEvents or {}) do
    if scan.date and scan.date > latest then latest = scan.date end
  end
  return latest
end

-- The result that is our parcel: by its unique id, else the one that was scanned last, or shipped last where none was.
local function ours(parcel, results)
  local found
  for _, result in ipairs(results) do
    if not result.error and result.trackingNumberInfo then
      if parcel.unique then
        if result.trackingNumberInfo.trackingNumberUniqueId == parcel.unique then return result end
      elseif not found or newest(result) > newest(found) or newest(result) == newest(found) and (shipped_on(result) or "") > (shipped_on(found) or "") then
        found = result
      end
    end
  end
  return found
end

local function place_of(scan)
  local at = scan.scanLocation
  if not at or not at.city then return nil end
  return at.countryCode and ("%s %s"):format(at.city, at.countryCode) or at.city
end

local function text_of(scan)
  local said = scan.eventDescription
  if scan.exceptionDescription and scan.exceptionDescription ~= "" then
    said = said and ("%s: %s"):format(said, scan.exceptionDescription) or scan.exceptionDescription
  end
  return said
end

-- Scans as neutral events, and how many of them differ; their codes become statuses where they are taken, by the settings of then.
function track.events(number, result)
  local out, seen, different = {}, {}, 0
  local signed = result.deliveryDetails and (result.deliveryDetails.receivedByName or result.deliveryDetails.signedByName)
  for _, scan in ipairs(result.scanEvents or {}) do
    if scan.date and scan.eventType then
      local said = text_of(scan)
      if scan.eventType == "DL" and signed then said = ("%s, received by %s"):format(said or "Delivered", signed) end
      out[#out + 1] = { number = number, code = scan.eventType, at = scan.date, place = place_of(scan), text = said }
      local key = scan.eventType .. "@" .. scan.date
      if not seen[key] then seen[key], different = true, different + 1 end
    end
  end
  return out, different
end

-- What the remote itself says of a number alone: cancelled by somebody in FedEx's program.
local function is_cancelled(result) return result.latestStatusDetail and result.latestStatusDetail.code == "CA" end

local function batch(job, carrier)
  local list, by_number = {}, {}
  for index, parcel in ipairs(job.event.parcels) do
    list[index], by_number[parcel.number] = asked(parcel), parcel
  end
  local at, news, unknown = job.event.carrier and carrier:at(job.event.carrier) or carrier, 0, 0
  for _, row in ipairs(at.track.numbers { includeDetailedScans = true, trackingInfo = list }) do
    local parcel = by_number[row.trackingNumber]
    local result = parcel and ours(parcel, row.trackResults or {})
    if not result then
      unknown = unknown + 1   -- a new label is not known for a while: it stays open
    else
      local events, different = track.events(row.trackingNumber, result)
      if different > math.max(parcel.scans, 0) or #events > 0 and (parcel.scans < 0 or newest(result) > parcel.at) then
        news = news + 1
        job:emit("scans", row.trackingNumber, { events = events, unique = result.trackingNumberInfo.trackingNumberUniqueId })
      elseif is_cancelled(result) and #events == 0 then
        job:emit("scans", row.trackingNumber, { cancelled = true })
      end
    end
  end
  return { asked = #list, news = news, unknown = unknown }
end

-- By schedule: everything that is followed, each batch a job. A person names a number.
local function one(job, number)
  local row = job.kv.get("parcel:" .. number)
  if not row then return job:skip(("parcel %s is not followed"):format(number)) end
  job:emit("track", "look " .. number, { carrier = row.carrier, parcels = { { number = number, from = row.from, unique = row.unique, scans = -1 } } })
  return { looks = 1 }
end

function track.run(job, carrier)
  if job.event and job.event.parcels then return batch(job, carrier) end
  if job.kv.get("parcel:" .. job.key) then return one(job, job.key) end
  local silent = 0
  local batches = tracking.due(job, MOST_NUMBERS, function(number)
    silent = silent + 1
    job:emit("scans", number, { silent = true })
  end)
  local count = 0
  for index, each in ipairs(batches) do
    count = count + #each.parcels
    job:emit("track", ("%s/%d"):format(job.key, index), each)
  end
  return { parcels = count, calls = #batches, silent = silent }
end

-- The job of one parcel: what its scans come to.
function track.scans(job, books)
  local event = job.event or {}
  if event.silent then return tracking.silent(job, job.key) end
  if event.cancelled then return tracking.cancelled(job, job.key) end
  if not event.events or #event.events == 0 then return job:skip "no scans" end
  local events = {}
  for index, each in ipairs(event.events) do
    events[index] = {
      number = job.key, status = statuses.of(job, codes, each.code), at = each.at, place = each.place, text = each.text, code = each.code,
    }
  end
  return tracking.take(job, books, events, { unique = event.unique, document = known.document_of(job, job.key) })
end

return track
