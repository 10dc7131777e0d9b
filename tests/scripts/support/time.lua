-- As much of the host's `time` as specs in plain Lua need: instants in UTC with whole seconds.

local calendar, decimal = require "calendar", require "decimal"

local clock = require "shipstation_clock"

local time = {}

-- Of the US Pacific coast, the only clock that specs in plain Lua meet; the earlier of two.
function time.from_local(text, zone)
  assert(zone == "America/Los_Angeles", zone)
  local wall = calendar.parse_iso(text:sub(1, 19):gsub(" ", "T"))
  for _, hours in ipairs { 7, 8 } do
    local utc = wall + hours * 3600
    if utc + clock.offset(utc) == wall then return calendar.iso(utc) .. "Z" end
  end
end

local function seconds(instant) return assert(calendar.parse_iso(instant), "not an instant: " .. tostring(instant)) end

function time.from_unix(unix) return calendar.iso(unix) .. "Z" end

function time.add(instant, more) return calendar.iso(seconds(instant) + more) .. "Z" end

function time.compare(a, b)
  local first, second = seconds(a), seconds(b)
  return first < second and -1 or first > second and 1 or 0
end

-- Zones of January: no spec in plain Lua is about summer time in Europe.
local WINTER = { UTC = 0, ["Europe/Amsterdam"] = 1 }

function time.local_text(instant, zone)
  local hours = zone == "America/Los_Angeles" and clock.offset(seconds(instant)) // 3600 or assert(WINTER[zone], zone)
  if hours < 0 then return calendar.iso(seconds(instant) + hours * 3600) .. ("-%02d:00"):format(-hours) end
  return calendar.iso(seconds(instant) + hours * 3600) .. ("+%02d:00"):format(hours)
end

function time.date(instant, zone) return time.local_text(instant, zone or "UTC"):sub(1, 10) end
function time.add_days(date, days) return calendar.date(seconds(date) + days * 86400) end
function time.days_between(date, later) return (seconds(later) - seconds(date)) // 86400 end
function time.weekday(date) return (seconds(date) // 86400 + 3) % 7 + 1 end

function time.seconds_between(from, to) return decimal(seconds(to) - seconds(from)) end

return time
