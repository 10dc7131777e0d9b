-- Limits of the simulated Exact Online, after apis/exact-online.md section 2: calls a minute and a day for each app and
-- division, and ten errors an hour for each app, user, division and endpoint, after which the key is blocked.

local Window, answers, host = require "window", require "exact_answers", require "host"

local MINUTE_MS, HOUR_MS, DAY_MS = 60 * 1000, 3600 * 1000, 86400 * 1000
local COUNTED = { [400] = true, [401] = true, [403] = true, [404] = true }

local Limits = {}
Limits.__index = Limits

function Limits.new(journal, switches)
  return setmetatable({ journal = journal, switches = switches, divisions = {}, errors = {}, blocked_until = 0 }, Limits)
end

function Limits:windows(division)
  local windows = self.divisions[division]
  if not windows then
    windows = { minute = Window.new(MINUTE_MS), day = Window.new(DAY_MS) }
    self.divisions[division] = windows
  end
  windows.minute:roll(host.now_ms())
  windows.day:roll(host.now_ms())
  return windows
end

local function daily(window, limit)
  return { ["X-RateLimit-Limit"] = limit, ["X-RateLimit-Remaining"] = window:left(limit), ["X-RateLimit-Reset"] = window:ends_at() }
end

local function minutely(window, limit)
  return {
    ["X-RateLimit-Minutely-Limit"] = limit, ["X-RateLimit-Minutely-Remaining"] = window:left(limit),
    ["X-RateLimit-Minutely-Reset"] = window:ends_at(),
  }
end

local function as_text(headers)
  for name, value in pairs(headers) do headers[name] = tostring(value) end
  return headers
end

-- Takes one call. Gives the headers of its answer, or nil and the 429.
function Limits:take(division)
  local minute_limit, day_limit = self.switches.minute_limit, self.switches.day_limit
  local windows = self:windows(division)
  if host.now_ms() < self.blocked_until then
    self.journal:violation("call_while_blocked", division)
    self.blocked_until = host.now_ms() + HOUR_MS
    return nil, answers.empty(429)
  end
  -- On either 429 the headers of the other window are absent.
  if windows.minute:left(minute_limit) == 0 then
    self.journal:violation("minute_limit", division)
    return nil, answers.empty(429, as_text(minutely(windows.minute, minute_limit)))
  end
  if windows.day:left(day_limit) == 0 then
    self.journal:violation("day_limit", division)
    return nil, answers.empty(429, as_text(daily(windows.day, day_limit)))
  end
  windows.minute:take()
  windows.day:take()
  local headers = daily(windows.day, day_limit)
  for name, value in pairs(minutely(windows.minute, minute_limit)) do headers[name] = value end
  return as_text(headers)
end

function Limits:count_error(status, user, division, endpoint)
  if not COUNTED[status] then return end
  local key = table.concat({ user, division, endpoint }, " ")
  local window = self.errors[key] or Window.new(HOUR_MS)
  self.errors[key] = window
  window:roll(host.now_ms())
  window:take()
  if window.used > self.switches.errors_an_hour then
    self.journal:violation("error_limit", key)
    self.blocked_until = host.now_ms() + HOUR_MS
  end
end

function Limits:report()
  local out = {}
  for division in pairs(self.divisions) do
    local windows = self:windows(division)
    out[tostring(division)] = { minute_used = windows.minute.used, day_used = windows.day.used }
  end
  return { divisions = out, blocked = host.now_ms() < self.blocked_until }
end

return Limits
