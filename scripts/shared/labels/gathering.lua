-- When what waits on a list is worked off: at once while a day is young, and together with others once it is busy, so that the calls a division has in
-- a day last (settings gather_after and gather_seconds). One job at a time works a list off, however long it waits for its permits; what comes
-- meanwhile it hands to the next one.
--
-- A list is { flow, key, connection, longest, full, count(job) }: the job of `flow` with `key` works it off, whose records are of `connection`; it waits
-- `longest` seconds at most and not at all for `full`; `count` says how many wait, up to `full`.
--
--     gathered:<connection>                  { day, count } of what was read
--     gathering:<flow>:<connection>:<key>    { comes } the moment at which a job is to begin, or { began }; flow, key, connection; live

local time = require "time"

local gathering = {}

local PATIENCE = 900   -- seconds after which a job that was to come, or that works, is taken for lost: it was cancelled, or is a case
local MARK = "gathering:"

local function count_key(connection) return "gathered:" .. connection end
local function place(list) return ("%s%s:%s:%s"):format(MARK, list.flow, list.connection, list.key) end

local function read_today(job, connection)
  local row = job.kv.get(count_key(connection))
  return row and row.day == job:now():sub(1, 10) and row.count or 0
end

-- So many more were read of a connection.
function gathering.count(job, connection, count)
  job.kv.set(count_key(connection), { day = job:now():sub(1, 10), count = read_today(job, connection) + count })
end

local function mark(job, list, more)
  more.flow, more.key, more.connection, more.live = list.flow, list.key, list.connection, job:is_live()
  job.kv.set(place(list), more)
end

local function since(row) return row.began or row.comes end
local function is_overdue(job, row) return time.compare(time.add(since(row), PATIENCE), job:now()) <= 0 end

-- A job that was to come in shadow does not come once the instance is live.
local function is_taken_care_of(job, list)
  local row = job.kv.get(place(list))
  return row ~= nil and row.live == job:is_live() and not is_overdue(job, row)
end

-- Something waits on the list: the job that works it off is made, unless one takes care of it already. What waits is written down before this is asked,
-- and a job takes its mark away before it looks whether anything is left: one of the two sees the other.
function gathering.ask(job, list, is_full)
  if is_taken_care_of(job, list) then return end
  local settings = job.settings
  local seconds = not is_full and read_today(job, list.connection) >= settings.gather_after and math.min(settings.gather_seconds, list.longest) or 0
  mark(job, list, { comes = time.add(job:now(), seconds) })
  job:emit(list.flow, list.key, {}, seconds > 0 and { delay = seconds } or nil)
end

-- The job that works it off begins.
function gathering.begun(job, list) mark(job, list, { began = job:now() }) end

-- It is through: what waits by now is the next one's.
function gathering.over(job, list)
  job.kv.set(place(list), nil)
  local count = list.count(job)
  if count > 0 then gathering.ask(job, list, count >= list.full) end
end

-- Lists whose job is gone (it became a case, was cancelled, or came before the start) and that nobody has asked for since.
function gathering.overdue(job)
  local count = 0
  for _, each in ipairs(job.kv.list(MARK)) do
    local row = each.value
    if row.flow and is_overdue(job, row) then
      mark(job, row, { comes = job:now() })
      job:emit(row.flow, row.key, { overdue = since(row) }, { connection = row.connection })
      count = count + 1
    end
  end
  if count == 0 then return job:skip "no list waits for a job that is gone" end
  return { asked = count }
end

return gathering
