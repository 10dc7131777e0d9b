-- Dates of the Gregorian calendar, UTC only, and the texts that the simulated systems write them in.

local calendar = {}

local DAYS = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" }
local MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

-- Days since 1970-01-01, and back (Howard Hinnant, "chrono-compatible low-level date algorithms").
local function days_of(year, month, day)
  if month <= 2 then year = year - 1 end
  local era = year // 400
  local year_of_era = year - era * 400
  local day_of_year = (153 * (month + (month > 2 and -3 or 9)) + 2) // 5 + day - 1
  return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719468
end

local function civil_of(days)
  days = days + 719468
  local era = days // 146097
  local day_of_era = days - era * 146097
  local year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
  local day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
  local part = (5 * day_of_year + 2) // 153
  local month = part + (part < 10 and 3 or -9)
  return year_of_era + era * 400 + (month <= 2 and 1 or 0), month, day_of_year - (153 * part + 2) // 5 + 1
end

-- Seconds of "2026-01-31", optionally with a time and an offset; nil when it is no date.
function calendar.parse_iso(text)
  local year, month, day, rest = tostring(text):match "^(%d%d%d%d)%-(%d%d)%-(%d%d)(.*)$"
  if not year then return nil end
  year, month, day = math.tointeger(year), math.tointeger(month), math.tointeger(day)
  if month < 1 or month > 12 or day < 1 or day > 31 then return nil end
  local seconds = days_of(year, month, day) * 86400
  local _, round_month = civil_of(seconds // 86400)
  if round_month ~= month then return nil end
  if rest == "" then return seconds end
  local hour, minute, second, zone = rest:match "^T(%d%d):(%d%d):(%d%d)%.?%d*(.*)$"
  if not hour or hour > "23" or minute > "59" or second > "59" then return nil end
  seconds = seconds + math.tointeger(hour) * 3600 + math.tointeger(minute) * 60 + math.tointeger(second)
  if zone == "" or zone == "Z" then return math.tointeger(seconds) end
  local sign, off_hour, off_minute = zone:match "^([+-])(%d%d):?(%d%d)$"
  if not sign then return nil end
  local offset = math.tointeger(off_hour) * 3600 + math.tointeger(off_minute) * 60
  return math.tointeger(sign == "+" and seconds - offset or seconds + offset)
end

-- Seconds of "Tue, 14 Oct 2025 21:58:03 +0000".
function calendar.parse_rfc2822(text)
  local day, name, year, time, zone = tostring(text):match "^%a+, (%d+) (%a+) (%d%d%d%d) (%d%d:%d%d:%d%d) ([+-]%d%d%d%d)$"
  if not day then return nil end
  for month, short in ipairs(MONTHS) do
    if short == name then return calendar.parse_iso(("%s-%02d-%02dT%s%s"):format(year, month, day, time, zone)) end
  end
end

function calendar.date(seconds) return ("%04d-%02d-%02d"):format(civil_of(seconds // 86400)) end

function calendar.iso(seconds)
  local clock = seconds % 86400
  return ("%sT%02d:%02d:%02d"):format(calendar.date(seconds), clock // 3600, clock % 3600 // 60, clock % 60)
end

function calendar.rfc2822(seconds)
  local year, month, day = civil_of(seconds // 86400)
  local clock, weekday = seconds % 86400, (seconds // 86400 + 4) % 7
  return ("%s, %02d %s %04d %02d:%02d:%02d +0000"):format(
    DAYS[weekday + 1], day, MONTHS[month], year, clock // 3600, clock % 3600 // 60, clock % 60)
end

-- How Exact's time-out pages write dates.
function calendar.us(seconds)
  local year, month, day = civil_of(seconds // 86400)
  return ("%d/%d/%d"):format(month, day, year)
end

return calendar
