-- The date that something is booked on in Exact Online (C16): where its period is closed for the journal, or missing, it waits for a
-- person or goes to the next open day, with the true date noted.

local decimal, time = require "decimal", require "time"

local periods = {}

local FRESH_SECONDS = decimal "3600"
-- After a job was released or refused: somebody may just have opened the period, or closed it, and many jobs ask at once.
local RECENT_SECONDS = decimal "5"

-- Periods in which the journal is open, as { { from, to } } in their order: two calls an hour for all records together. `age`: seconds
-- after which what is kept is asked for again.
local function open_periods(job, books, journal, age)
  local key = ("periods:%s:%s"):format(books:connection(), journal)
  local kept = job.kv.get(key)
  if kept and time.seconds_between(kept.at, job:now()) < age then return kept.open end
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

-- After a refusal: whether it was for the period, which may have been closed within the hour. What comes behind finds it closed then,
-- and waits without a write.
function periods.check(job, books, journal, wanted, what)
  local date = wanted:sub(1, 10)
  if next_open(open_periods(job, books, journal, RECENT_SECONDS), date) ~= date then refuse(job, journal, date, what) end
end

-- The date to book on, and the true one when it had to be another: a plain date then, and `wanted` itself where its period is open.
-- `what` opens the sentence; `policy` is park or next, as the setting closed_period says it.
function periods.date(job, books, journal, wanted, what, policy)
  local date = wanted:sub(1, 10)
  local found = next_open(open_periods(job, books, journal, FRESH_SECONDS), date)
  if found ~= date and job.attempt > 1 then found = next_open(open_periods(job, books, journal, RECENT_SECONDS), date) end
  if found == date then return wanted end
  if (policy or job.settings.closed_period) == "next" and found then
    job:note(("%s of %s is booked on %s: its own period is closed"):format(what, date, found))
    return found:sub(1, 10), date
  end
  return refuse(job, journal, date, what)
end

return periods
