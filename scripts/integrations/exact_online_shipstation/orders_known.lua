-- What is kept of an order that went out: its key and id in ShipStation, what was sent last, and how its lines are counted there. The
-- key names division and order, so that an id of one division is never asked of another, and a re-send updates.

local known = {}

local GUID = "%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x"

function known.key(order, generation)
  local key = ("%d:%s"):format(order.Division, order.OrderID)
  return generation > 1 and key .. "-" .. generation or key
end

-- Division and order of a key of ours; nil for any other.
function known.parse(key)
  if type(key) ~= "string" then return nil end
  local division, id, rest = key:match("^(%d+):(" .. GUID .. ")(.*)$")
  if not division or not (rest == "" or rest:find "^%-%d+$") then return nil end
  return math.tointeger(division), id
end

-- The key that an order went out with first.
function known.base(key) return ("%d:%s"):format(known.parse(key)) end

-- Where the delivery of a label's goods of one order is kept. Each label has a place of its own: those of an order run beside each other; and it stays
-- there when the order is sent anew, under another key.
function known.delivery_place(reference, key) return ("delivery of:%s:%s"):format(reference, known.base(key)) end

-- The id of an order by our key in ShipStation.
function known.find(_, key)
  local _, id = known.parse(key)
  return id
end

function known.is_id(text) return text:find("^" .. GUID .. "$") ~= nil end

local function place(id) return "order:" .. id end

-- nil when it never went out.
function known.get(job, id) return job.kv.get(place(id)) end

-- Where the order of an id in ShipStation is found.
function known.station_key(connection, id) return ("station:%s:%s"):format(connection, tostring(id)) end

-- Keys of ours are known by their form.
function known.announce() end

-- What an order that went out is found by.
function known.index(job, id, facts) job.kv.set(known.station_key(facts.station, facts.id), id) end

-- Whether goods of the order left by a label, which ends it in Exact Online too.
function known.is_shipped(job, id) return job.kv.get("shipped:" .. id) == true end
function known.set_shipped(job, id) job.kv.set("shipped:" .. id, true) end

-- With these fields changed; the rest stays.
function known.keep(job, id, changes)
  local out = {}
  for name, value in pairs(known.get(job, id) or {}) do out[name] = value end
  for name, value in pairs(changes) do out[name] = value end
  job.kv.set(place(id), out)
  return out
end

return known
