-- What ShipStation's notifications point to: the list behind the link is read to its last page, and each record goes the way that it
-- would go if a poll had found it. A notification is a hint: nothing in it is believed but where to look.

local time = require "time"

-- V2 calls a label what V1 calls a shipment, by the same id with "se-" before it, and says neither what was in it nor of which of our
-- orders it is: V1 is asked for those that were made at the same time. Its clock on the wall is set back by an hour once a year. What it
-- does not show yet a sweep finds.
local AROUND, ZONE = 65 * 60, "America/Los_Angeles"

local function pacific(instant, more) return (time.local_text(time.add(instant, more), ZONE):sub(1, 19):gsub("T", " ")) end

local function shipments_of(station, labels)
  local wanted, first, last = {}, nil, nil
  for _, label in ipairs(labels) do
    wanted[tostring(label.label_id):match "^se%-(%d+)$" or ""] = true
    local made = label.created_at
    if not first or time.compare(made, first) < 0 then first = made end
    if not last or time.compare(made, last) > 0 then last = made end
  end
  if not first then return {} end
  local out = {}
  for _, row in ipairs(station.shipments.list { createDateStart = pacific(first, -AROUND), createDateEnd = pacific(last, AROUND) }) do
    if wanted[tostring(row.shipmentId)] then out[#out + 1] = row end
  end
  return out
end

local KINDS = {
  SHIP_NOTIFY = { group = "shipments", id = "shipmentId" },
  FULFILLMENT_SHIPPED = { group = "fulfillments", id = "fulfillmentId" },
  ORDER_NOTIFY = { group = "orders", id = "orderId" },
  LABEL_CREATED_V2 = { group = "v2_labels", id = "shipmentId", rows = shipments_of },
}

-- `flows`: by topic, the flows that its records go to.
return function(job, station, flows)
  local topic = job.event and job.event.topic
  local kind = KINDS[topic]
  if not kind then return job:skip "it points to nothing that is followed" end
  local rows, why = try(station[kind.group].follow, { link = job.key })
  if not rows then
    if why.retryable or why.code ~= "denied" and why.code ~= "invalid_argument" then error(why, 0) end
    return job:refuse("A notification of ShipStation points to where nothing of it is read: " .. tostring(why.message), {
      cause = "foreign_link", concern = "operator",
      fix = "Nothing was read from there. If ShipStation has a new host, the system's link_hosts must name it; else cancel this job.",
    })
  end
  if kind.rows then rows = kind.rows(station, rows) end
  for _, row in ipairs(rows) do
    for _, flow in ipairs(flows[topic] or {}) do job:emit(flow, row[kind.id], { record = row }) end
  end
  return { found = #rows }
end
