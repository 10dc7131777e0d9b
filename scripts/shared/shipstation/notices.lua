-- What ShipStation's notifications point to: the list behind the link is read to its last page, and each record goes the way that it
-- would go if a poll had found it. A notification is a hint: nothing in it is believed but where to look.

local KINDS = {
  SHIP_NOTIFY = { group = "shipments", id = "shipmentId" },
  FULFILLMENT_SHIPPED = { group = "fulfillments", id = "fulfillmentId" },
  ORDER_NOTIFY = { group = "orders", id = "orderId" },
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
  for _, row in ipairs(rows) do
    for _, flow in ipairs(flows[topic] or {}) do job:emit(flow, row[kind.id], { record = row }) end
  end
  return { found = #rows }
end
