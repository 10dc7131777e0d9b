---@meta time

--- Instants are RFC 3339 text in UTC ("2026-01-05T08:30:00Z"), dates are "2026-01-05"; a date becomes an instant, and an
--- instant a date, only with a zone ("Europe/Amsterdam"). Nothing here knows what time it is: a job asks `job:now()`.
--- Where an instant is expected, seconds since 1970 will do.
---@class time
local time = {}

--- An instant from RFC 3339 or RFC 2822 text; it must say its offset.
---@param text string
---@return string? instant
---@return table? err `invalid_argument`
---
--- ```lua
--- local time = require "time"
--- assert(time.parse "Tue, 14 Oct 2025 21:58:03 +0200" == "2025-10-14T19:58:03Z")
--- ```
function time.parse(text) end

--- An instant from a wall-clock time that says no offset, as clocks of a zone show it. Of two such moments (clocks go back)
--- the earliest or the latest; one that clocks skip is the moment of the skip.
---@param text string "2026-03-08T01:59:59.9970000"
---@param zone string
---@param choose? "earliest"|"latest" earliest when left out
---@return string? instant
---@return table? err
---
--- ```lua
--- local time = require "time"
--- assert(time.from_local("2026-11-01T01:30:00", "America/Los_Angeles") == "2026-11-01T08:30:00Z")
--- assert(time.from_local("2026-11-01T01:30:00", "America/Los_Angeles", "latest") == "2026-11-01T09:30:00Z")
--- assert(time.from_local("2026-03-08T02:30:00", "America/Los_Angeles") == "2026-03-08T10:00:00Z")
--- ```
function time.from_local(text, zone, choose) end

--- Seconds since 1970.
---@param instant string|integer
---@return integer
---
--- ```lua
--- assert(require("time").unix "1970-01-02T00:00:00Z" == 86400)
--- ```
function time.unix(instant) end

--- An instant from seconds since 1970.
---@param seconds integer
---@return string
---
--- ```lua
--- assert(require("time").from_unix(86400) == "1970-01-02T00:00:00Z")
--- ```
function time.from_unix(seconds) end

--- As HTTP headers have it.
---@param instant string|integer
---@return string
---
--- ```lua
--- assert(require("time").http_date "2025-10-14T21:58:03Z" == "Tue, 14 Oct 2025 21:58:03 GMT")
--- ```
function time.http_date(instant) end

--- The date that it is in a zone at an instant.
---@param instant string|integer
---@param zone? string UTC when left out
---@return string date
---
--- ```lua
--- assert(require("time").date("2025-12-31T23:30:00Z", "Europe/Amsterdam") == "2026-01-01")
--- ```
function time.date(instant, zone) end

--- RFC 3339 text with the zone's own offset.
---@param instant string|integer
---@param zone string
---@return string
---
--- ```lua
--- assert(require("time").local_text("2026-03-08T10:00:00Z", "America/Los_Angeles") == "2026-03-08T03:00:00-07:00")
--- ```
function time.local_text(instant, zone) end

--- The instant of a date and a time of day in a zone.
---@param date string
---@param clock string "HH:MM" or "HH:MM:SS"
---@param zone string
---@param choose? "earliest"|"latest" which of two when clocks go back; earliest when left out
---@return string instant
---
--- ```lua
--- assert(require("time").instant("2026-01-05", "08:30", "Europe/Amsterdam") == "2026-01-05T07:30:00Z")
--- ```
function time.instant(date, clock, zone, choose) end

--- An instant taken apart.
---@param instant string|integer
---@param zone? string UTC when left out
---@return table parts year, month, day, hour, minute, second, weekday (Monday is 1), offset (seconds east of UTC): integers
---
--- ```lua
--- local parts = require("time").parts("2026-07-01T22:30:00Z", "Europe/Amsterdam")
--- assert(parts.day == 2 and parts.hour == 0 and parts.weekday == 4 and parts.offset == 7200)
--- ```
function time.parts(instant, zone) end

--- A date so many days later, or earlier.
---@param date string
---@param days integer
---@return string date
---
--- ```lua
--- assert(require("time").add_days("2024-02-28", 2) == "2024-03-01")
--- ```
function time.add_days(date, days) end

--- A date so many months later, or earlier; the month's last day where it has no such day.
---@param date string
---@param months integer
---@return string date
---
--- ```lua
--- assert(require("time").add_months("2026-01-31", 1) == "2026-02-28")
--- ```
function time.add_months(date, months) end

--- The last day of a date's month.
---@param date string
---@return string date
---
--- ```lua
--- assert(require("time").month_end "2024-02-03" == "2024-02-29")
--- ```
function time.month_end(date) end

--- The day of the week: 1 is Monday, 7 Sunday.
---@param date string
---@return integer
---
--- ```lua
--- assert(require("time").weekday "2026-01-05" == 1)
--- ```
function time.weekday(date) end

--- Days from one date to another.
---@param date string
---@param later string
---@return integer
---
--- ```lua
--- assert(require("time").days_between("2025-01-01", "2025-03-01") == 59)
--- ```
function time.days_between(date, later) end

--- An instant so many seconds later, or earlier.
---@param instant string|integer
---@param seconds integer
---@return string instant
---
--- ```lua
--- assert(require("time").add("2026-01-05T08:00:00Z", 90) == "2026-01-05T08:01:30Z")
--- ```
function time.add(instant, seconds) end

--- Seconds from one instant to another, with their fraction.
---@param instant string|integer
---@param later string|integer
---@return decimal
---
--- ```lua
--- assert(require("time").seconds_between("2026-01-05T08:00:00Z", "2026-01-05T08:00:01.5Z"):text() == "1.5")
--- ```
function time.seconds_between(instant, later) end

--- -1 when the first is earlier, 1 when it is later, else 0. Do not compare the texts: "…03.5Z" sorts before "…03Z".
---@param a string|integer
---@param b string|integer
---@return integer
---
--- ```lua
--- assert(require("time").compare("2026-01-05T08:00:03.5Z", "2026-01-05T08:00:03Z") == 1)
--- ```
function time.compare(a, b) end

--- A date or an instant in the form a remote wants: YYYY MM DD hh mm ss stand for numbers, all else for itself.
---@param value string|integer date or instant
---@param pattern string
---@param zone? string for an instant; UTC when left out
---@return string
---
--- ```lua
--- local time = require "time"
--- assert(time.format("2026-01-05", "DD.MM.YYYY") == "05.01.2026")
--- assert(time.format("2026-01-05T08:30:00Z", "YYYYMMDD hhmmss", "Europe/Amsterdam") == "20260105 093000")
--- ```
function time.format(value, pattern, zone) end

--- A date from a form that says YYYY, MM and DD.
---@param text string
---@param pattern string
---@return string? date
---@return table? err `invalid_argument`
---
--- ```lua
--- local time = require "time"
--- assert(time.parse_date("31.12.2026", "DD.MM.YYYY") == "2026-12-31")
--- assert(select(2, time.parse_date("30.02.2026", "DD.MM.YYYY")).code == "invalid_argument")
--- ```
function time.parse_date(text, pattern) end

return time
