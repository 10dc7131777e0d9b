-- Times as ShipStation V1 writes them: wall clock of the US Pacific coast without an offset (sheet, section 1.1). The rule of
-- the zone stands here once more, apart from the runtime's zones on purpose: a fault there can't hide here.
--
-- A wall time is in milliseconds as if it were UTC's. Filters and sorting compare wall times, as a table of such texts would:
-- of the hour that comes twice in November, the second can't be told from the first.

local calendar = require "calendar"

local HOUR, DAY = 3600, 86400

local clock = {}

-- Midnight of the month's first Sunday, or of one some weeks later.
local function sunday(year, month, weeks_later)
  local first = calendar.parse_iso(("%04d-%02d-01"):format(year, month))
  local weekday = (first // DAY + 4) % 7
  return first + ((7 - weekday) % 7 + weeks_later * 7) * DAY
end

-- Seconds east of UTC. Clocks go forward at 2:00 PST (10:00 UTC) in March, back at 2:00 PDT (9:00 UTC) in November.
function clock.offset(seconds)
  local year = math.tointeger(tonumber(calendar.date(seconds):sub(1, 4)))
  local summer = seconds >= sunday(year, 3, 1) + 10 * HOUR and seconds < sunday(year, 11, 0) + 9 * HOUR
  return (summer and -7 or -8) * HOUR
end

function clock.wall(utc_ms) return utc_ms + clock.offset(utc_ms // 1000) * 1000 end

local function with_fraction(wall_ms, fraction) return calendar.iso(wall_ms // 1000) .. "." .. fraction end

-- "2014-10-03T06:51:33.6270000", as orders and shipments have it; "….707", as items do; "2014-10-03", as a ship date.
function clock.text(wall_ms) return with_fraction(wall_ms, ("%03d0000"):format(wall_ms % 1000)) end
function clock.short_text(wall_ms) return with_fraction(wall_ms, ("%03d"):format(wall_ms % 1000)) end
function clock.date(wall_ms) return calendar.date(wall_ms // 1000) end

-- Wall time of what a client sent; nil and why when it is none. `zone` says what becomes of an offset: refused or ignored.
function clock.parse(text, zone)
  if type(text) ~= "string" then return nil, "is not a date" end
  local date, rest = text:match "^(%d%d%d%d%-%d%d?%-%d%d?)(.*)$"
  if not date then
    local month, day, year, more = text:match "^(%d%d?)/(%d%d?)/(%d%d%d%d)(.*)$"
    if not month then return nil, "is not a date" end
    date, rest = ("%s-%s-%s"):format(year, month, day), more
  end
  local year, month, day = date:match "(%d+)%-(%d+)%-(%d+)"
  date = ("%04d-%02d-%02d"):format(year, month, day)
  local hour, minute, more = rest:match "^[T ](%d%d?):(%d%d)(.*)$"
  if rest ~= "" and not hour then return nil, "is not a date" end
  local second, fraction, after = "0", "", ""
  if hour then
    second, after = more:match "^:(%d%d)(.*)$"
    if not second then second, after = "0", more end
    local digits, behind = after:match "^%.(%d+)(.*)$"
    if digits then fraction, after = digits, behind end
  end
  if #fraction > 7 then return nil, "is not a date" end
  if after ~= "" then
    if not (after == "Z" or after:find "^[+-]%d%d:?%d%d$") then return nil, "is not a date" end
    if zone ~= "ignored" then return nil, "has an offset; times are Pacific wall-clock times without one" end
  end
  local seconds = calendar.parse_iso(("%sT%02d:%02d:%02d"):format(date, hour or 0, minute or 0, second))
  if not seconds then return nil, "is not a date" end
  return seconds * 1000 + (math.tointeger((fraction .. "000"):sub(1, 3)) or 0)
end

return clock
