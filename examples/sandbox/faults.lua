-- Faults on demand. A rule says which requests it meets, what happens to them, and how often:
--
--     {"match": {"method": "POST", "path": "/salesinvoice"}, "kind": "lost_answer", "count": 3, "percent": 50, "delay": 2}
--
-- `path` is a plain part of the path. Kinds: 429, 500 and 503 (answered, not applied), slow (applied, answered after
-- `delay` seconds), cut (not applied, connection closed), lost_answer (applied, connection closed), half_answer
-- (applied, closed in the middle of the answer), late_landing (closed now, applied after `delay` seconds).

local host = require "host"

local KINDS = {
  ["429"] = true, ["500"] = true, ["503"] = true, slow = true, cut = true, lost_answer = true, half_answer = true,
  late_landing = true,
}

local Faults = {}
Faults.__index = Faults

function Faults.new() return setmetatable({ rules = {}, met = {} }, Faults) end

-- Adds a rule as it came; returns nil and a sentence when it makes no sense.
function Faults:add(rule)
  local kind = tostring(rule.kind)
  if not KINDS[kind] then return nil, "unknown kind " .. kind end
  local match = rule.match or {}
  self.rules[#self.rules + 1] = {
    kind = kind, method = match.method, path = match.path, left = rule.count or math.maxinteger,
    percent = rule.percent or 100, delay = tonumber(tostring(rule.delay or 1)),
  }
  return true
end

function Faults:clear() self.rules = {} end

function Faults:pick(request)
  for index, rule in ipairs(self.rules) do
    if (not rule.method or rule.method == request.method) and (not rule.path or request.path:find(rule.path, 1, true))
      and host.chance(rule.percent) then
      rule.left = rule.left - 1
      if rule.left <= 0 then table.remove(self.rules, index) end
      self.met[rule.kind] = (self.met[rule.kind] or 0) + 1
      return rule
    end
  end
end

function Faults:report()
  local rules = host.json.array {}
  for index, rule in ipairs(self.rules) do
    rules[index] = { kind = rule.kind, method = rule.method, path = rule.path, left = rule.left, percent = rule.percent }
  end
  return { rules = rules, met = self.met }
end

return Faults
