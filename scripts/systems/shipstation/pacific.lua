-- Times of V1 are wall-clock times of the US Pacific coast without an offset, in and out (fact sheet, section 1.1). Whether the bounds of
-- its filters are inclusive is not said: polls read again with an overlap.

local ZONE = "America/Los_Angeles"

local pacific = {
  ZONE = ZONE,
  -- Links of notifications name one of several hosts (section 4). All answer for the same account, so the link's query is asked of the
  -- connection's own: credentials go nowhere else.
  HOSTS = { "ssapi#.shipstation.com" },
}

-- How a list is polled: by a bound of `param`; sorted where the list can be.
function pacific.since(param, field, sort)
  return {
    param = param, field = field, format = "wall_clock", zone = ZONE, query = sort and { sortBy = sort, sortDir = "ASC" } or nil,
  }
end

-- How a list is read for a back-fill.
function pacific.period(param, field) return { from = param .. "Start", to = param .. "End", field = field, zone = ZONE } end

return pacific
