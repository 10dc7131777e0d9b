-- Labels held against deliveries, every night: what was bought within `check_days` and not voided has to stand on a delivery that is there. A
-- difference is a case with both versions; what a person did is not written over.

local time = require "time"
local known, reading = require "shared.labels.known", require "shared.labels.reading"

local checking = {}

local LISTED, AT_ONCE = 500, 20

-- Labels of the last days, as { key, kept }, by the connection of their books, in parts that are read together.
local function parts(job)
  local from, out, open, after = time.add_days(job:now():sub(1, 10), -job.settings.check_days), {}, {}, nil
  repeat
    local page = job.kv.list("label:", { after = after, limit = LISTED })
    for _, row in ipairs(page) do
      after = row.key
      local kept = row.value
      if kept.state == "bought" and kept.delivery and (kept.ship_date or "") >= from then
        local place = open[kept.books]
        if not place or #place.ids == AT_ONCE then
          place = { books = kept.books, ids = {}, kept = {} }
          open[kept.books], out[#out + 1] = place, place
        end
        place.ids[#place.ids + 1], place.kept[kept.delivery] = kept.delivery, kept
      end
    end
  until #page < LISTED
  return out
end

-- What is wrong with a delivery that a label is of; nil when nothing is.
local function difference(kept, row)
  if not row then return "is not in Exact Online any more" end
  local typed = reading.trimmed(row.TrackingNumber)
  if not typed then return "bears no tracking number" end
  for _, number in ipairs(kept.numbers) do
    if typed:find(number, 1, true) or typed == "see remarks" then return nil end
  end
  return ("bears %s"):format(typed)
end

function checking.run(job, books)
  local count, found = 0, 0
  for _, part in ipairs(parts(job)) do
    local rows = reading.headers(books:at(part.books), part.ids)
    for _, id in ipairs(part.ids) do
      local kept = part.kept[id]
      local what = difference(kept, rows[id])
      count = count + 1
      if what and kept.checked ~= what then
        job:emit("differs", kept.base, { kind = kept.kind, id = kept.kind == "order" and kept.order.id or id, delivery = id, what = what })
        found = found + 1
      end
    end
  end
  return { labels = count, differences = found }
end

-- One difference: a person says whose version counts.
function checking.differs(job, books)
  local event = job.event
  local kept = event and event.id and known.get(job, event.kind, event.id)
  if not kept or kept.state ~= "bought" then return job:skip "its label was voided meanwhile" end
  local numbers = table.concat(known.numbers(kept), ", ")
  if job.decision == "theirs" then
    known.keep(job, event.kind, event.id, { checked = event.what })
    return { kept = numbers }
  end
  if job.decision == "ours" then
    job:send("tracking again", books:at(kept.books).goods_deliveries.update(event.delivery, { TrackingNumber = numbers }),
      { version = job:now(), entity = "delivery " .. event.delivery })
    return { written = numbers }
  end
  return job:refuse(("Label %s is of %s %s, which %s."):format(numbers, kept.kind, tostring(kept.number), event.what), {
    cause = "label and delivery differ", concern = "warehouse", decide = true,
    fix = "Leave it so (keep theirs), or have the number written again (take ours). A label that is not needed: sync … void --record NUMBER.",
  })
end

return checking
