--- What became of a parcel: remote codes to a few statuses by a table that a client can change, and a rule for events that
--- come late, twice or in the wrong order.
---
--- Statuses: `label`, `collected`, `in_transit`, `out_for_delivery`, `held`, `delivered`; and `exception`, `refused`, `returning`,
--- `returned`, `lost`, which are cases for a person. Only `delivered` closes, and only once.

local failure, time = require "failure", require "time"

local tracking = {}

local RANK = {
  label = 1, collected = 2, in_transit = 3, exception = 3, out_for_delivery = 4, held = 4, refused = 5, lost = 5, returning = 6, delivered = 7, returned = 8,
}
local CASES = { exception = true, refused = true, lost = true, returning = true, returned = true }
local ON_THE_WAY_BACK = { refused = true, returning = true, returned = true }

--- The status that a remote's code stands for.
---@param code string|integer
---@param codes table<string, string> code to status; the client's table may be laid over the connector's
---@return string? status
---@return table? err `unknown_status`
---
--- ```lua
--- local tracking = require "tracking"
--- assert(tracking.status("011", { ["011"] = "delivered" }) == "delivered")
--- assert(select(2, tracking.status("ZZ", {})).code == "unknown_status")
--- ```
function tracking.status(code, codes)
  local status = codes[tostring(code)]
  if status == nil then
    return nil, failure.new("unknown_status", ("Nothing says what the tracking status '%s' means."):format(tostring(code)), { status = tostring(code) })
  end
  if not RANK[status] then error(("tracking.status: '%s' stands for '%s', which is no status"):format(tostring(code), tostring(status)), 2) end
  return status
end

local function key_of(event) return event.id and tostring(event.id) or event.status .. "@" .. event.at end

--- What an event makes of a parcel's state. The state is a plain table: keep it in `job.kv`.
---
--- An event is dropped as `repeated` when it was seen before, as `older` when it is older than the state's and would move it
--- back. `delivered` on the way back to the sender is `returned`: only delivery to the consignee closes. A closed parcel
--- stays closed; what comes after is a case.
---@param state table? nil: nothing is known yet
---@param event { status: string, at: string, id?: string } `at`: instant; `id` where the remote has one
---@return table state the new state: status, at, closed, seen
---@return { changed: boolean, closes: boolean, case: string?, dropped: string? } outcome
---
--- ```lua
--- local tracking = require "tracking"
--- local state, outcome = tracking.apply(nil, { status = "delivered", at = "2026-03-02T10:00:00Z" })
--- assert(state.status == "delivered" and outcome.closes)
--- state, outcome = tracking.apply(state, { status = "in_transit", at = "2026-03-01T10:00:00Z" })
--- assert(state.status == "delivered" and outcome.dropped == "older")
--- ```
function tracking.apply(state, event)
  local status = event.status
  if not RANK[status] then error(("tracking.apply: '%s' is no status"):format(tostring(status)), 2) end
  local new, key = { status = nil, at = nil, closed = false, seen = {} }, key_of(event)
  if state then
    new.status, new.at, new.closed = state.status, state.at, state.closed
    for index, seen in ipairs(state.seen) do
      if seen == key then return state, { changed = false, closes = false, dropped = "repeated" } end
      new.seen[index] = seen
    end
  end
  new.seen[#new.seen + 1] = key

  local older = new.at ~= nil and time.compare(event.at, new.at) < 0
  if status == "delivered" and ON_THE_WAY_BACK[new.status] and not older then status = "returned" end
  -- What came before it turned back says nothing of where it is now.
  if older and (RANK[status] <= RANK[new.status] or ON_THE_WAY_BACK[new.status]) then return new, { changed = false, closes = false, dropped = "older" } end
  if new.closed then
    local case = CASES[status] and status or nil
    return new, { changed = false, closes = false, case = case, dropped = not case and "closed" or nil }
  end
  local changed = new.status ~= status
  new.status = status
  if not older then new.at = event.at end
  new.closed = status == "delivered"
  return new, { changed = changed, closes = new.closed, case = changed and CASES[status] and status or nil }
end

--- Business days from one date to another: Monday to Friday without holidays; the first day does not count.
---@param from string date
---@param to string date
---@param holidays? table<string, boolean> dates that are no business days
---@return integer days 0 when `to` is not later
---
--- ```lua
--- local days = require("tracking").business_days("2026-03-06", "2026-03-10", { ["2026-03-09"] = true })
--- assert(days == 1)
--- ```
function tracking.business_days(from, to, holidays)
  local count = 0
  for ahead = 1, time.days_between(from, to) do
    local day = time.add_days(from, ahead)
    if time.weekday(day) <= 5 and not (holidays and holidays[day]) then count = count + 1 end
  end
  return count
end

--- Whether a parcel that is not closed had no scan for so many business days.
---@param state table as `apply` gives it
---@param today string date in the zone that counts
---@param days integer
---@param options? { zone?: string, holidays?: table<string, boolean> } zone of the scans' dates, UTC when left out
---@return boolean silent
---
--- ```lua
--- local tracking = require "tracking"
--- local state = tracking.apply(nil, { status = "in_transit", at = "2026-03-02T10:00:00Z" })
--- assert(not tracking.is_silent(state, "2026-03-04", 3) and tracking.is_silent(state, "2026-03-05", 3))
--- ```
function tracking.is_silent(state, today, days, options)
  options = failure.options("tracking.is_silent", options, { "zone", "holidays" })
  if state.closed or state.status == "returned" or state.status == "lost" then return false end
  return tracking.business_days(time.date(state.at, options.zone or "UTC"), today, options.holidays) >= days
end

return tracking
