-- What becomes of a label when its delivery changes before the parcel is handed over (L6): voided without asking while the setting says so,
-- else a person is asked, with the void at hand. What has left the house is not voided.

local followed, time = require "shared.tracking.tracking", require "time"

local known = require "shared.labels.known"

local after = {}

local LEFT = {
  collected = "collected", in_transit = "on its way", out_for_delivery = "out for delivery", held = "waiting to be collected", delivered = "delivered",
  returning = "on its way back", returned = "returned", refused = "refused", exception = "on its way", lost = "lost",
}

-- How far it has come, in words; nil while nobody has scanned it.
function after.left(job, kept)
  for _, number in ipairs(kept.numbers or {}) do
    local parcel = followed.get(job, number)
    local status = parcel and parcel.state and parcel.state.status
    if status and LEFT[status] then return LEFT[status] end
  end
end

local function noun(kept) return kept.kind == "order" and "order" or "delivery" end
local function told(kept) return ("%s of %s %s"):format(table.concat(kept.numbers or {}, ", "), noun(kept), tostring(kept.number)) end

-- Takes the label back at the carrier, and its number out of Exact Online by a job. `source`: the delivery as it stands, which gets no
-- other label while it stands so.
function after.void(job, remote, carrier, kept, id, source)
  local done, why = try(function()
    carrier.void(job, remote, kept)
    return true
  end)
  if not done then
    if type(why) ~= "table" or why.code ~= "rejected" then error(why, 0) end
    return job:refuse(("Label %s can't be voided: %s"):format(told(kept), why.cause or why.message), {
      cause = "void_refused", concern = "warehouse", decide = true,
      fix = "Leave it as it is (keep theirs), or mend what the carrier says and try again (take ours). By jobs settle.",
    })
  end
  known.keep(job, kept.kind, id, { state = "voided", accepted = false, voided_lines = source and known.lines(source) or "" })
  for _, number in ipairs(kept.numbers or {}) do followed.forget(job, number) end
  -- By the same flow and key as what is told, so that the two never meet.
  job:emit("tell", kept.base, {
    kind = kept.kind, id = id, delivery = kept.delivery, numbers = kept.numbers, document = kept.document, books = kept.books, order = kept.order,
    reference = kept.reference,
  })
  job:note(("label %s was voided"):format(told(kept)))
end

local function hours(from, to) return tonumber(tostring(time.seconds_between(from, to))) / 3600 end

-- `what`: what is said of the delivery now, in words that begin with a verb. Gives "voided", "kept", or "asked" where the void is a job of its own;
-- else the run ends with a case.
function after.changed(job, remote, carrier, kept, id, source, what)
  if kept.accepted == what then return "kept" end
  local left = after.left(job, kept)
  if job.decision == "theirs" then
    known.keep(job, kept.kind, id, { accepted = what })
    job:note(("label %s stays, although the delivery %s"):format(told(kept), what))
    return "kept"
  end
  if left then
    return job:refuse(("The parcel %s is %s, and its %s %s."):format(told(kept), left, noun(kept), what), {
      cause = "changed_after_hand_over", concern = "warehouse", decide = true,
      fix = "Settle it with the consignee or have the carrier bring it back; then leave it so (keep theirs). By jobs settle.",
    })
  end
  local limit = job.settings.void_within_hours
  if job.decision == "ours" or limit > 0 and hours(kept.bought_at, job:now()) <= limit then
    -- What no program can take back is the one question of that job, so that a person's answer is to it and to nothing else.
    if carrier.by_phone and carrier.by_phone(kept) then
      job:emit("void", kept.master, { what = what })
      return "asked"
    end
    after.void(job, remote, carrier, kept, id, source)
    return "voided"
  end
  return job:refuse(("Label %s was bought, and its %s %s."):format(told(kept), noun(kept), what), {
    cause = "changed_after_label", concern = "warehouse", decide = true,
    fix = "Send the parcel as it is (keep theirs), or have its label voided (take ours). By jobs settle.",
  })
end

return after
