-- As much of the host's `time` as specs in plain Lua need: instants in UTC with whole seconds.

local calendar, decimal = require "calendar", require "decimal"

local time = {}

local function seconds(instant) return assert(calendar.parse_iso(instant), "not an instant: " .. tostring(instant)) end

function time.add(instant, more) return calendar.iso(seconds(instant) + more) .. "Z" end

function time.compare(a, b)
  local first, second = seconds(a), seconds(b)
  return first < second and -1 or first > second and 1 or 0
end

function time.seconds_between(from, to) return decimal(seconds(to) - seconds(from)) end

return time
