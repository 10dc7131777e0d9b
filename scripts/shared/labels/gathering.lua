-- When what waits on a list is worked off: at once while a day is young, and together with others once it is busy, so that the calls a division has in
-- a day last (settings gather_after and gather_seconds). One job at a time works a list off, however long it waits for its permits; what comes
-- meanwhile it hands to the next one.
--
--     gathered:<connection>           { day, count } of what was read
--     gathering:<flow>:<connection>   { comes } the moment at which a job is to begin, or { began }

local time = require "time"

local gathering = {}

local PATIENCE = 900   -- seconds after which a job that was to come, or that works, is taken for lost: it was cancelled, or is a case

local function count_key(connection) return "gathered:" .. connection end
local function place(flow, connection) return ("gathering:%s:%s"):format(flow, connection) end

local function read_today(job, connection)
  local row = job.kv.get(count_key(connection))
  return row and row.day == job:now():sub(1, 10) and row.count or 0
end

-- So many more were read of a connection.
function gathering.count(job, connection, count)
  job.kv.set(count_key(connection), { day = job:now():sub(1, 10), count = read_today(job, connection) + count })
end

local function is_taken_care_of(job, flow, connection)
  local row = job.kv.get(place(flow, connection))
  return row ~= nil and time.compare(time.add(row.began or row.comes, PATIENCE), job:now()) > 0
end

-- Something waits on the list of a connection: the job of `flow` that works it off is made, unless one takes care of it already. `key`: of that job;
-- `most`: seconds that it may wait at most. What waits is written down before this is asked, and a job takes its mark away before it looks whether
-- anything is left: one of the two sees the other.
function gathering.ask(job, flow, key, connection, most)
  if is_taken_care_of(job, flow, connection) then return end
  local settings = job.settings
  local seconds = read_today(job, connection) >= settings.gather_after and math.min(settings.gather_seconds, most) or 0
  job.kv.set(place(flow, connection), { comes = time.add(job:now(), seconds) })
  job:emit(flow, key, {}, seconds > 0 and { delay = seconds } or nil)
end

-- The job that works a list off begins.
function gathering.begun(job, flow, connection) job.kv.set(place(flow, connection), { began = job:now() }) end

-- It is through. `left()`: how many wait now; a full batch of them (`full`) waits no longer.
function gathering.over(job, flow, connection, most, left, full)
  job.kv.set(place(flow, connection), nil)
  local count = left()
  if count > 0 then gathering.ask(job, flow, job.key, connection, count >= full and 0 or most) end
end

return gathering
