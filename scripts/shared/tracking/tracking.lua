-- Parcels on their way, alike for all carriers (L6, L7): what is followed, and what events make of it. An event:
--
--     { number, status, at, place, text, code }   `at`: an instant; `status`: as statuses.lua knows them
--
-- Only delivery to the consignee closes a parcel. What comes back, is refused or lost, and what nobody scans any more is a case; older
-- and repeated events move nothing. Jobs of one parcel run one after the other: the flow that takes events has the number as its key.

local followed, notes, parcels, statuses, time = require "tracking", require "shared.tracking.notes", require "shared.tracking.parcels",
  require "shared.tracking.statuses", require "time"
local contains = require "shared.records.values".contains

local tracking = {}

local MOST_EVENTS = 100
local TOLD = {
  refused = "was refused by the consignee", returning = "is on its way back to the sender", returned = "came back to the sender",
  lost = "is lost, says the carrier", exception = "has a problem", held = "waits to be collected",
}

tracking.open, tracking.forget, tracking.get, tracking.each = parcels.open, parcels.forget, parcels.get, parcels.each

local function named(parcel)
  local of = parcel.order and parcel.order.number and "order " .. tostring(parcel.order.number)
    or parcel.delivery and parcel.delivery.number and "delivery " .. tostring(parcel.delivery.number)
  return of and ("Parcel %s of %s"):format(parcel.number, of) or "Parcel " .. parcel.number
end

local function key_of(event) return ("%s@%s"):format(tostring(event.code or event.status), event.at) end

-- By time; those of one moment stay in the order that they came in.
local function in_order(list)
  for index = 2, #list do
    local event, at = list[index], index - 1
    while at >= 1 and time.compare(list[at].at, event.at) > 0 do
      list[at + 1] = list[at]
      at = at - 1
    end
    list[at + 1] = event
  end
  return list
end

-- Events in the order that they happened; one that is known already is left out.
local function sorted(known, events)
  local out, seen = {}, {}
  for _, each in ipairs(known) do seen[each.key] = true end
  for _, event in ipairs(events) do
    local key = key_of(event)
    if not seen[key] then
      seen[key] = true
      out[#out + 1] = { key = key, status = event.status, at = event.at, place = event.place, text = event.text, code = event.code }
    end
  end
  in_order(out)
  return out
end

local function joined(known, new)
  local out = {}
  for index, each in ipairs(known) do out[index] = each end
  for _, each in ipairs(new) do out[#out + 1] = each end
  in_order(out)
  while #out > MOST_EVENTS do table.remove(out, 1) end
  return out
end

-- The state after these events: what was passed through, what closed it, and what is a case.
local function applied(job, parcel, events)
  local state, case, passed = parcel.state, nil, {}
  local closes = false
  for _, event in ipairs(events) do
    if event.status ~= statuses.INFORMATION then
      local outcome
      state, outcome = followed.apply(state, { status = event.status, at = event.at, id = event.key })
      if outcome.changed then passed[#passed + 1] = state.status end
      closes = closes or outcome.closes
      local reached = outcome.case or outcome.changed and state.status
      if reached and contains(job.settings.tracking_cases, reached) then
        case = { status = reached, event = event, after_delivery = state.closed and reached ~= "delivered" }
      elseif outcome.closes then
        case = nil   -- refused at first, and taken after all
      end
    end
  end
  return state, { case = case, closes = closes, passed = passed }
end

local function ask(job, parcel, case)
  local event, told = case.event, TOLD[case.status] or case.status
  local sentence = ("%s %s%s"):format(named(parcel), told, case.after_delivery and " after it was delivered" or "")
  if event.text then sentence = ("%s: %s"):format(sentence, event.text) end
  if event.place then sentence = ("%s, %s"):format(sentence, event.place) end
  return job:refuse(sentence .. ".", {
    cause = "parcel " .. parcel.number, code = "parcel_" .. case.status, concern = "warehouse",
    fix = "Settle with the consignee and the carrier what becomes of the goods. Then release this case: tracking goes on meanwhile.",
  })
end

local function row_of(parcel, row)
  local last = parcel.events[#parcel.events]
  local out = {}
  for name, value in pairs(row or {}) do out[name] = value end
  out.at, out.scans, out.books, out.carrier, out.from = last and last.at or parcel.opened, #parcel.events, parcel.books, parcel.carrier, parcel.ship_date
  out.closed = parcel.state and parcel.state.closed and parcel.state.at or nil
  out.unique = parcel.unique
  return out
end

-- What these events make of a parcel that is followed; those of another, or of none, are left. `more`: { unique } of the carrier, { document } that
-- the label has in Exact Online. Ends the run with a case where a person has to know; everything else is done by then.
function tracking.take(job, books, events, more)
  local number = events[1] and events[1].number or job.key
  local parcel = parcels.get(job, number)
  if not parcel then return job:skip(("parcel %s is not followed"):format(number)) end
  local new = sorted(parcel.events or {}, events)
  local state, came = applied(job, parcel, new)
  parcel.state, parcel.events = state, joined(parcel.events or {}, new)
  if more and more.unique then parcel.unique = more.unique end
  if more and more.document then parcel.document = more.document end
  -- Kept before anything is written: what Exact Online refuses to take is asked about once, and not at each look.
  parcels.keep(job, parcel)
  local row = parcels.row(job, number)
  if row then parcels.set_row(job, number, row_of(parcel, row)) end
  local at, last = books:at(parcel.books), new[#new]
  if last then job:note(("%s, %d new scans"):format(last.text or last.status, #new), { number = number }) end
  came.passed[#came.passed + 1] = came.closes and "delivered" or came.case and came.case.status or state and state.status
  local is_written = false
  for _, each in ipairs(came.passed) do is_written = notes.write(job, at, parcel, each) or is_written end
  if is_written then parcels.keep(job, parcel) end
  if came.closes then notes.arrived(job, at, parcel) end
  if came.case then return ask(job, parcel, came.case) end
  return { status = state and state.status or "label", new = #new, closed = state and state.closed or false }
end

-- A parcel that nobody has scanned for so many business days: asked about once for each silence.
function tracking.silent(job, number)
  local parcel, row = parcels.get(job, number), parcels.row(job, number)
  if not parcel or not row or row.closed then return job:skip "it has arrived, or is not followed any more" end
  local last, days = parcel.events and parcel.events[#parcel.events], job.settings.silent_days
  if job.attempt > 1 then return { silent = days } end
  if not tracking.is_silent(job, row) then return job:skip "it was scanned meanwhile" end
  row.asked = row.at
  parcels.set_row(job, number, row)
  local sentence = last and ("%s was last scanned on %s%s: no scan for %d business days."):format(named(parcel), last.at:sub(1, 10),
    last.place and " in " .. last.place or "", days) or ("%s has a label of %s, and was never scanned in %d business days."):format(named(parcel),
    parcel.ship_date or parcel.opened:sub(1, 10), days)
  return job:refuse(sentence, {
    cause = "parcel " .. number, code = "parcel_silent", concern = "warehouse",
    fix = "Ask the carrier, or look whether it still stands in the house. Then release this case: tracking goes on meanwhile.",
  })
end

-- A label that the carrier calls cancelled, though nobody here voided it: asked about once, and followed no more.
function tracking.cancelled(job, number)
  local parcel = parcels.get(job, number)
  if not parcel or job.attempt > 1 then return job:skip "it is followed no more" end
  parcels.close(job, number)
  return job:refuse(("%s was cancelled at the carrier, not here: its number still stands in Exact Online."):format(named(parcel)), {
    cause = "parcel " .. number, code = "parcel_cancelled", concern = "warehouse",
    fix = "If the goods still have to go, take the number off the delivery: it gets another label. Then release this case.",
  })
end

-- Whether a row is to be asked about.
function tracking.is_silent(job, row)
  local days = job.settings.silent_days
  if days <= 0 or row.closed or row.asked == row.at then return false end
  local holidays = {}
  for _, date in ipairs(job.settings.holidays) do holidays[date] = true end
  -- A label of tomorrow's date can't have been scanned today.
  local from = row.at:sub(1, 10)
  if row.scans == 0 and row.from and row.from > from then from = row.from end
  return followed.business_days(from, job:now():sub(1, 10), holidays) >= days
end

-- Rows that are to be looked at now, in batches of so many, by the connection of the carrier; each parcel that is silent is handed to
-- `on_silent(number)`. What has arrived is looked at once a day, and left after watch_days.
function tracking.due(job, most, on_silent)
  local batches, open, today = {}, {}, job:now():sub(1, 10)
  local watches = job.kv.get "parcels watched" ~= today
  for number, row in parcels.each(job) do
    local is_over = row.closed and time.days_between(row.closed:sub(1, 10), today) > job.settings.watch_days
    if is_over then
      parcels.close(job, number)
    elseif not row.closed or watches then
      if tracking.is_silent(job, row) then on_silent(number) end
      local place = row.carrier or ""
      if not open[place] or #open[place].parcels == most then
        open[place] = { carrier = row.carrier, parcels = {} }
        batches[#batches + 1] = open[place]
      end
      local list = open[place].parcels
      list[#list + 1] = { number = number, from = row.from, unique = row.unique, scans = row.scans, at = row.at }
    end
  end
  if watches then job.kv.set("parcels watched", today) end
  return batches
end

return tracking
