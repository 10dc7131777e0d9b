-- What a simulated system saw: calls, counted and the latest kept, and violations of its rules. Tests demand that the
-- second list is empty.

local host = require "host"

local KEPT_CALLS, KEPT_VIOLATIONS = 2000, 500

local Journal = {}
Journal.__index = Journal

function Journal.new()
  return setmetatable({ calls = {}, first = 1, counts = {}, kinds = {}, total = 0, violations = {}, violation_counts = {} }, Journal)
end

function Journal:call(method, path, status, note)
  self.total = self.total + 1
  local key = method .. " " .. status
  self.counts[key] = (self.counts[key] or 0) + 1
  -- What was called, whichever record it was about.
  local kind = method .. " " .. path:gsub("%?.*", ""):gsub("%(.*%)", "(…)"):gsub("/%d+", "/…")
  self.kinds[kind] = (self.kinds[kind] or 0) + 1
  self.calls[self.first + KEPT_CALLS] = nil
  self.calls[self.total] = { at_ms = host.now_ms(), method = method, path = path, status = status, note = note }
  if self.total > KEPT_CALLS then
    self.calls[self.first] = nil
    self.first = self.first + 1
  end
end

function Journal:violation(kind, detail)
  self.violation_counts[kind] = (self.violation_counts[kind] or 0) + 1
  if #self.violations < KEPT_VIOLATIONS then
    self.violations[#self.violations + 1] = { at_ms = host.now_ms(), kind = kind, detail = detail }
  end
  host.log.info("violation", { kind = kind, detail = detail })
end

function Journal:report(last)
  local calls = host.json.array {}
  for number = math.max(self.first, self.total - last + 1), self.total do calls[#calls + 1] = self.calls[number] end
  local violations = host.json.array {}
  for index, violation in ipairs(self.violations) do violations[index] = violation end
  return {
    total = self.total, counts = self.counts, kinds = self.kinds, calls = calls, violations = violations, violation_counts = self.violation_counts,
  }
end

return Journal
