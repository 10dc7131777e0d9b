-- The load limits of the simulated Acumatica's licence (sheet, section 3): requests above the concurrent ones wait, from half of the
-- minute's requests on each is delayed, and only a queue of more than 20 or a wait of over ten minutes is declined.

local host = require "host"

local MINUTE_MS, LONGEST_QUEUE, LONGEST_WAIT_MS = 60000, 20, 600000

local Load = {}
Load.__index = Load

function Load.new(switches)
  return setmetatable({ switches = switches, minute = -1, used = 0, waiting = {}, busy = {}, counts = { delayed = 0, declined = 0, longest_ms = 0 } }, Load)
end

-- Times in `list` that are still to come, as a new list.
local function to_come(list, now)
  local out = {}
  for _, at in ipairs(list) do
    if at > now then out[#out + 1] = at end
  end
  return out
end

-- When one of so many places is free: places are taken in turn.
local function free_at(busy, places, now)
  if #busy < places then return now end
  table.sort(busy)
  return busy[#busy - places + 1]
end

-- Milliseconds that a request has to wait, or nil when it is declined. Declined ones do not count.
function Load:admit()
  local now, switches = host.now_ms(), self.switches
  self.waiting, self.busy = to_come(self.waiting, now), to_come(self.busy, now)
  local minute = now - now % MINUTE_MS
  if minute ~= self.minute then self.minute, self.used = minute, 0 end
  local start, limit = free_at(self.busy, switches.concurrent_requests, now), switches.requests_a_minute
  if limit and self.used * 2 >= limit then
    local left, rest = limit - self.used, minute + MINUTE_MS - now
    start = math.max(start, now + (left > 0 and rest // left or rest))
  end
  local wait = start - now
  if wait > 0 and #self.waiting >= LONGEST_QUEUE or wait > LONGEST_WAIT_MS then
    self.counts.declined = self.counts.declined + 1
    return nil
  end
  self.used = self.used + 1
  self.busy[#self.busy + 1] = start + switches.request_ms
  if wait > 0 then
    self.waiting[#self.waiting + 1] = start
    self.counts.delayed, self.counts.longest_ms = self.counts.delayed + 1, math.max(self.counts.longest_ms, wait)
  end
  return wait + switches.request_ms
end

return Load
