-- Both systems held against each other (C9): what FedEx says of each parcel that is followed against what is kept, and deliveries of the last days
-- that should have a label against labels. FedEx can't be asked for all labels of a day; that those that were bought stand on their deliveries is
-- checked by scripts/shared/labels/checking.lua. A difference is a case with a sentence, asked once; the results count them.

local time = require "time"
local codes, known, reading, rules, statuses, tracking = require "codes", require "shared.labels.known", require "shared.labels.reading",
  require "shared.labels.rules", require "shared.tracking.statuses", require "shared.tracking.tracking"

local compare = {}

local AT_ONCE = 30
local COMES = 4 * 3600   -- so long a label may still be on its way: its job has not had its turn, or the carrier is down
local DELIVERY = "EntryID,DeliveryNumber,DeliveryDate,TrackingNumber,ShippingMethodCode,WarehouseCode"
local BACK = { returning = true, returned = true }

local function differ(job, key, sentence)
  local place = "differs:" .. key
  if job.kv.get(place) == sentence then return end
  job.kv.set(place, sentence)
  job:emit("difference", key, { sentence = sentence })
end

-- By schedule, or when a person asks: the parts that are compared, each a job.
local function begin(job, books)
  local parts, open = {}, {}
  for number, row in tracking.each(job) do
    local place = row.carrier or ""
    if not open[place] or #open[place].numbers == AT_ONCE then
      open[place] = { carrier = row.carrier, numbers = {} }
      parts[#parts + 1] = open[place]
    end
    table.insert(open[place].numbers, number)
  end
  for index, part in ipairs(parts) do job:emit("compare", ("%s/%d"):format(job.key, index), part) end
  local from = time.add_days(job:now():sub(1, 10), -job.settings.check_days)
  for _, connection in ipairs(books:connections()) do
    job:emit("compare", ("%s/%s"):format(job.key, connection), { unlabelled = connection, from = from })
  end
  return { parts = #parts }
end

-- What FedEx says of each now: its latest status, by number.
local function said_of(job, fedex, parcels)
  local list, out = {}, {}
  for index, parcel in ipairs(parcels) do
    list[index] = {
      trackingNumberInfo = { trackingNumber = parcel.number, trackingNumberUniqueId = parcel.unique },
      shipDateBegin = parcel.ship_date and time.add_days(parcel.ship_date, -3),
    }
  end
  for _, row in ipairs(fedex.track.numbers { includeDetailedScans = false, trackingInfo = list }) do
    for _, result in ipairs(row.trackResults or {}) do
      local latest = not result.error and result.latestStatusDetail
      if latest then out[row.trackingNumber] = latest.code == "CA" and "cancelled" or statuses.of(job, codes, latest.code) end
    end
  end
  return out
end

-- What does not agree; or that FedEx knows more than is kept, which a look will mend.
local function hold(parcel, said)
  local number, of = parcel.number, parcel.delivery and ("delivery %s"):format(tostring(parcel.delivery.number)) or "no delivery"
  if said == "cancelled" then return ("Parcel %s of %s is cancelled at FedEx, and stands here."):format(number, of) end
  local state = parcel.state and parcel.state.status or "label"
  if not said and state ~= "label" then return ("FedEx does not know parcel %s of %s any more."):format(number, of) end
  return nil, said == "delivered" and state ~= "delivered" and not BACK[state] or said and said ~= "label" and state == "label"
end

local function part_of(job, fedex)
  local event, parcels = job.event, {}
  for _, number in ipairs(event.numbers) do parcels[#parcels + 1] = tracking.get(job, number) end
  if #parcels == 0 then return job:skip "followed no more" end
  local said = said_of(job, event.carrier and fedex:at(event.carrier) or fedex, parcels)
  local agreed, differences, late = 0, 0, 0
  for _, parcel in ipairs(parcels) do
    local sentence, is_late = hold(parcel, said[parcel.number])
    if sentence then
      differences = differences + 1
      differ(job, parcel.number, sentence)
    elseif is_late then
      late = late + 1
      job:emit("track", parcel.number, {})
    else
      agreed = agreed + 1
      job.kv.set("differs:" .. parcel.number, nil)
    end
  end
  return { agreed = agreed, differences = differences, late = late }
end

-- Deliveries that go by this carrier, have no number, and of which nothing is known: their label is neither bought nor refused. At first sight
-- that is noted only; the comparison after it tells of those that stand so still.
local function unlabelled(job, books)
  local event, at = job.event, books:at(job.event.unlabelled)
  local place, now = "unlabelled:" .. job.event.unlabelled, job:now()
  local before, seen, noted = job.kv.get(place) or {}, {}, 0
  local count, differences = 0, 0
  for _, row in ipairs(at.goods_deliveries.list { ["$filter"] = ("DeliveryDate ge datetime'%sT00:00:00'"):format(event.from), ["$select"] = DELIVERY }) do
    count = count + 1
    local goes = rules.may_go(job.settings, reading.trimmed(row.ShippingMethodCode), reading.trimmed(row.WarehouseCode))
    if goes and not row.TrackingNumber and not known.get(job, "delivery", row.EntryID) then
      local since = before[row.EntryID] or now
      seen[row.EntryID], noted = since, noted + 1
      if time.compare(time.add(since, COMES), now) <= 0 then
        differences = differences + 1
        differ(job, row.EntryID, ("Delivery %s of %s has no label."):format(tostring(row.DeliveryNumber), tostring(row.DeliveryDate):sub(1, 10)))
      end
    end
  end
  job.kv.set(place, noted > 0 and seen or nil)
  return { deliveries = count, differences = differences, without_label = noted }
end

function compare.run(job, books, fedex)
  if job.event and job.event.numbers then return part_of(job, fedex) end
  if job.event and job.event.unlabelled then return unlabelled(job, books) end
  return begin(job, books)
end

-- The case of one difference; released, it is accepted.
function compare.difference(job)
  if job.attempt > 1 or not (job.event and job.event.sentence) then return { accepted = true } end
  return job:refuse(job.event.sentence, {
    cause = "difference " .. job.key, code = "difference", concern = "warehouse",
    fix = "Mend it where it is wrong, in Exact Online or at FedEx. Then release this case, which also accepts it as it is.",
  })
end

return compare
