-- Which deliveries and orders get labels, and when they lose them, alike for every carrier: the flows `deliveries`, `orders`, `deleted` and
-- `void`. buying.lua says what a carrier is; `of(job)` gives it for one job, `waits(job)` whether a job is left to the sweep.

local after, buying, known, reading = require "shared.labels.after", require "shared.labels.buying", require "shared.labels.known",
  require "shared.labels.reading"

local DELIVERY, ORDER = 16, 32

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

local function never() return false end

return function(of, waits)
  waits = waits or never
  local labels = {}

  function labels.deliveries(job, books, remote)
    if job.settings.ships ~= "deliveries" then return job:skip "orders are shipped here, and their deliveries are ours" end
    if waits(job) then return job:skip "the sweep finds it" end
    local delivery = of_line(job, books)
    if delivery then
      job:emit("deliveries", delivery, { of_line = true })
      return { of = delivery }
    end
    return buying.run(job, books, remote, of(job))
  end

  function labels.orders(job, books, remote)
    if job.settings.ships ~= "orders" then return job:skip "deliveries are shipped here" end
    if waits(job) then return job:skip "the sweep finds it" end
    return buying.run(job, books, remote, of(job))
  end

  function labels.deleted(job)
    local row = job.event and job.event.record
    local kind = row and (row.EntityType == DELIVERY and "delivery" or row.EntityType == ORDER and "order")
    if not kind or not known.get(job, kind, job.key) then return job:skip "nothing that has a label" end
    job:emit(kind == "order" and "orders" or "deliveries", job.key, {})
    return { gone = kind }
  end

  function labels.void(job, books, remote)
    local whose = known.of_number(job, job.key)
    local kept = whose and known.get(job, whose.kind, whose.id)
    if not kept or kept.state ~= "bought" then return job:skip(("%s is no number of a label that is bought and not voided"):format(job.key)) end
    local what = job.event and job.event.what   -- its delivery has changed
    if job.decision == "theirs" then
      if what then known.keep(job, whose.kind, whose.id, { accepted = what }) end
      return { kept = kept.numbers }
    end
    local left = after.left(job, kept)
    if left then
      return job:refuse(("Label %s can't be voided: the parcel is %s."):format(job.key, left), {
        cause = "void_after_hand_over", concern = "warehouse", fix = "Have the carrier bring it back, and cancel this job.",
      })
    end
    after.void(job, remote, of(job), kept, whose.id, reading.one(books:at(kept.books), whose.kind, whose.id))
    if what then
      job.kv.set("asked:" .. whose.id, true)
      job:emit(whose.kind == "order" and "orders" or "deliveries", whose.id, {})
    end
    return { voided = kept.numbers }
  end

  return labels
end
