-- The date that a cost is booked on (C16): where its period is closed for the journal, or missing, it waits for a person or goes to the
-- next open day, with the true date noted.

local decimal, time = require "decimal", require "time"

local periods = {}

local FRESH_SECONDS = decimal "3600"

-- Periods in which the journal is open, in their order: two calls an hour for all of them together.
local function open_periods(job, books, journal, anew)
  local key = ("periods:%s:%s"):format(books:connection(), journal)
  local kept = not anew and job.kv.get(key)
  if kept and time.seconds_between(kept.at, job:now()) < FRESH_SECONDS then return kept.open end
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

local function refuse(job, journal, date, what)
  return job:refuse(("%s is of %s, and that period is not open in journal %s."):format(what, date, journal), {
    cause = ("period %s %s"):format(date:sub(1, 7), journal), concern = "finance",
    fix = "Open the period in Exact Online, or set closed_period to next, then release this case.",
  })
end

-- After a refusal: whether it was for the period, which may have been closed within the hour.
function periods.check(job, books, journal, date, what)
  if next_open(open_periods(job, books, journal, true), date) ~= date then refuse(job, journal, date, what) end
end

-- The date to book on, and the true one when it had to be another. `what` opens the sentence.
function periods.date(job, books, journal, date, what)
  local found = next_open(open_periods(job, books, journal, job.attempt > 1), date)
  if found == date then return date end
  if job.settings.closed_period == "next" and found then
    job:note(("%s of %s is booked on %s: its own period is closed"):format(what, date, found))
    return found, date
  end
  return refuse(job, journal, date, what)
end

return periods
