-- What is kept of what went out: ShipStation has one order for each warehouse of a sales order (or for each shipment, where shipments are
-- pushed), whose place here is "erp/SO/000012/MAIN" (or "erp/shipment/000058"), with the connection that it came from. Its key there is the
-- number; the same number's further warehouses add theirs, and an order that is sent anew after it was cancelled there counts on.

local known = {}

function known.place(job, kind, number, warehouse) return ("%s/%s/%s/%s"):format(job.source, kind, number, warehouse) end
function known.of_shipment(job, number) return ("%s/shipment/%s"):format(job.source, number) end

-- nil when it never went out.
function known.get(job, place) return job.kv.get("sent:" .. place) end

-- With these fields changed; the rest stays.
function known.keep(job, place, changes)
  local out = {}
  for name, value in pairs(known.get(job, place) or {}) do out[name] = value end
  for name, value in pairs(changes) do out[name] = value end
  job.kv.set("sent:" .. place, out)
  return out
end

-- The place of a key of ours in ShipStation; nil for any other.
function known.find(job, key) return type(key) == "string" and job.kv.get("key:" .. key) or nil end

-- Where the order of an id in ShipStation is found.
function known.station_key(connection, id) return ("station:%s:%s"):format(connection, tostring(id)) end

-- The key is ours from before it goes out: its answer may be lost, and a label bear it before the order is kept.
function known.announce(job, place, key) job.kv.set("key:" .. key, place) end

-- What an order that went out is found by, beside its key.
function known.index(job, place, facts) job.kv.set(known.station_key(facts.station, facts.id), place) end

-- Warehouses that parts of a sales order went out from, in the order that they did.
local function warehouses_key(job, kind, number) return ("warehouses:%s/%s/%s"):format(job.source, kind, number) end
function known.warehouses(job, kind, number) return job.kv.get(warehouses_key(job, kind, number)) or {} end
function known.set_warehouses(job, kind, number, all) job.kv.set(warehouses_key(job, kind, number), all) end

-- Where it is kept what was done with a label: "live" when it stands on a shipment, "voided" when it is off.
function known.settled_key(place, reference) return ("settled:%s:%s"):format(place, reference) end

-- Whether goods of it left by a label, which ends it in Acumatica too.
function known.is_shipped(job, place) return job.kv.get("shipped:" .. place) == true end
function known.set_shipped(job, place) job.kv.set("shipped:" .. place, true) end

return known
