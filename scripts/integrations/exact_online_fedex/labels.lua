-- Which deliveries and orders get a label of FedEx, and when: by the sweep, many together, or as Exact Online's webhooks come.

local after, buying, carrier, known, reading = require "shared.labels.after", require "shared.labels.buying", require "carrier",
  require "shared.labels.known", require "shared.labels.reading"

-- Notifications count where that is set (XF7); else the sweep finds the same deliveries, hourly or at the end of the day (XF8).
local function waits_for_sweep(job)
  local message = not job.settings.webhooks and reading.message(job)
  return message and message.Content ~= nil
end

local labels = {}

-- A delivery's webhook is sent for its lines too, and nobody says whose key it then bears: the line's is looked up.
local function of_line(job, books)
  local message = reading.message(job)
  local content = message and message.Content
  local endpoint = content and content.ExactOnlineEndpoint
  if not (endpoint and endpoint:find("DeliveryLines", 1, true)) or known.get(job, "delivery", job.key) then return nil end
  -- By a list: what is not there is no error that Exact Online counts.
  local line = books.goods_delivery_lines.list({ ["$filter"] = ("ID eq guid'%s'"):format(job.key) })[1]
  if line and line.EntryID ~= job.key then return line.EntryID end
end

function labels.deliveries(job, books, fedex)
  if job.settings.ships ~= "deliveries" then return job:skip "orders are shipped here, and their deliveries are ours" end
  if waits_for_sweep(job) then return job:skip "the sweep finds it" end
  local delivery = of_line(job, books)
  if delivery then
    job:emit("deliveries", delivery, {})
    return { of = delivery }
  end
  return buying.run(job, books, fedex, carrier.of(job))
end

function labels.orders(job, books, fedex)
  if job.settings.ships ~= "orders" then return job:skip "deliveries are shipped here" end
  if waits_for_sweep(job) then return job:skip "the sweep finds it" end
  return buying.run(job, books, fedex, carrier.of(job))
end

local DELIVERY, ORDER = 16, 32

function labels.deleted(job)
  local row = job.event and job.event.record
  local kind = row and (row.EntityType == DELIVERY and "delivery" or row.EntityType == ORDER and "order")
  if not kind or not known.get(job, kind, job.key) then return job:skip "nothing that has a label" end
  job:emit(kind == "order" and "orders" or "deliveries", job.key, {})
  return { gone = kind }
end

function labels.void(job, books, fedex)
  local of = known.of_number(job, job.key)
  local kept = of and known.get(job, of.kind, of.id)
  if not kept or kept.state ~= "bought" then return job:skip(("%s is no number of a label that is bought and not voided"):format(job.key)) end
  local left = after.left(job, kept)
  if left then
    return job:refuse(("Label %s can't be voided: the parcel is %s."):format(job.key, left), {
      cause = "void_after_hand_over", concern = "warehouse", fix = "Have the carrier bring it back, and cancel this job.",
    })
  end
  after.void(job, fedex, carrier, kept, of.id, reading.one(books:at(kept.books), of.kind, of.id))
  return { voided = kept.numbers }
end

return labels
