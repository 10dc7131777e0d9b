-- Limits of the simulated FedEx, after apis/fedex.md section 3: transactions of a project in fixed windows of ten seconds, all endpoints
-- of a capability a day and project, everything of the organisation a day. Both kinds answer 429 and differ in their words alone.

local Window, answers, host = require "window", require "fedex_answers", require "host"

local SHORT_MS, DAY_MS = 10 * 1000, 86400 * 1000

local Limits = {}
Limits.__index = Limits

function Limits.new(journal, switches)
  return setmetatable({ journal = journal, switches = switches, projects = {}, organisation = Window.new(DAY_MS) }, Limits)
end

function Limits:windows(project)
  local windows = self.projects[project.name]
  if not windows then
    windows = { short = Window.new(SHORT_MS), track = Window.new(DAY_MS), ship = Window.new(DAY_MS) }
    self.projects[project.name] = windows
  end
  local now = host.now_ms()
  for _, window in pairs(windows) do window:roll(now) end
  self.organisation:roll(now)
  return windows
end

function Limits:too_many(request, kind, window)
  local words = kind == "short" and self.switches.short_429 or self.switches.quota_429
  local answer = answers.error(request, 429, self.switches.code_429, words)
  if self.switches.retry_after and window then
    answer.headers["Retry-After"] = tostring((window:ends_at() - host.now_ms() + 999) // 1000)
  end
  return answer
end

-- Takes one transaction of the API; gives the 429 when there is none left.
function Limits:take(request, project, api)
  local windows, switches = self:windows(project), self.switches
  local over, kind, window
  if windows.short:left(switches.transactions) == 0 then
    over, kind, window = "transactions", "short", windows.short
  elseif self.organisation:left(switches.organisation_day) == 0 then
    over, kind, window = "organisation_day", "day", self.organisation
  elseif api == "track" and windows.track:left(switches.track_day) == 0 then
    over, kind, window = "track_day", "day", windows.track
  elseif api == "ship" and switches.ship_day and windows.ship:left(switches.ship_day) == 0 then
    over, kind, window = "ship_day", "day", windows.ship
  end
  if over then
    self.journal:violation(over, project.name)
    return self:too_many(request, kind, window)
  end
  windows.short:take()
  self.organisation:take()
  local of_the_day = api ~= "short" and windows[api]
  if of_the_day then of_the_day:take() end
end

function Limits:report()
  local out = {}
  for name in pairs(self.projects) do
    local windows = self:windows { name = name }
    out[name] = { in_window = windows.short.used, track_today = windows.track.used, ship_today = windows.ship.used }
  end
  return { projects = out, organisation_today = self.organisation.used }
end

return Limits
