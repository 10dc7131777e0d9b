-- The date that a document is booked on (C16). A date is the shop's instant in the division's zone, made once by the
-- mapping; where its period is closed for the journal, or missing, the document waits for a person or goes to the next open
-- day, with the true date noted.

local decimal, time = require "decimal", require "time"

local periods = {}

local MIDNIGHT = "T00:00:00"
local FRESH_SECONDS = decimal "3600"
local RELEASED_SECONDS = decimal "60"   -- for a job that was released: somebody may just have opened the period

-- Periods in which the journal is open, as { { from, to } } in their order: two calls an hour for all orders together.
local function open_periods(job, books, journal)
  local key = ("periods:%s:%s"):format(job.source, journal)
  local kept = job.kv.get(key)
  if kept and time.seconds_between(kept.at, job:now()) < (job.attempt > 1 and RELEASED_SECONDS or FRESH_SECONDS) then return kept.open end
  local closed = {}
  for _, row in ipairs(books.journal_status.list { ["$filter"] = "Status eq 1" }) do
    if row.Journal and row.Journal:match "^%s*(.-)%s*$" == journal then closed[row.Year .. "/" .. row.Period] = true end
  end
  local open = {}
  for _, row in ipairs(books.periods.list()) do
    if not closed[row.FinYear .. "/" .. row.FinPeriod] then open[#open + 1] = { from = row.StartDate, to = row.EndDate } end
  end
  table.sort(open, function(a, b) return a.from < b.from end)
  job.kv.set(key, { at = job:now(), open = open })
  return open
end

-- The first day on or after `date` that is open; nil when there is none.
local function next_open(open, date)
  for _, period in ipairs(open) do
    if date <= period.to then return date >= period.from and date or period.from end
  end
end

-- The date to book on, written as Exact takes it, and the true one when it had to be another. `what` opens the sentence;
-- `policy` is park or next.
function periods.date(job, books, journal, wanted, what, policy)
  local date = wanted:sub(1, 10)
  local found = next_open(open_periods(job, books, journal), date)
  if found == date then return wanted end
  if policy == "next" and found then
    job:note(("%s of %s is booked on %s: its own period is closed"):format(what, date, found))
    return found .. MIDNIGHT, date
  end
  job:refuse(("%s is of %s, and that period is not open in journal %s."):format(what, date, journal), {
    cause = ("period %s %s"):format(date:sub(1, 7), journal), concern = "finance",
    fix = "Open the period in Exact Online, or set closed_period to next, then release this case.",
  })
end

return periods
