-- An order of ours as ShipStation has it now (XS12): what people changed there is shown against what was sent, and never copied over Exact.
-- What it no longer ships is a person's matter, as Exact still waits for it.

local edits, json, known = require "edits", require "json", require "orders_known"

local station_orders = {}

local function of_row(job, row)
  local _, id = known.parse(row.orderKey)
  local order = id and known.get(job, id)
  if order and order.key == row.orderKey then return order, id end
end

function station_orders.run(job, station)
  local row = job.event and job.event.record
  if not row or not row.orderStatus then
    local found, why = try(station.orders.get, job.key)
    if not found then
      if why.code ~= "not_found" then error(why, 0) end
      return job:skip("ShipStation has no order " .. job.key)
    end
    row = found
  end
  local order, id = of_row(job, row)
  if not order or not order.sent then return job:skip "not an order of ours" end
  local name = tostring(order.number)
  if row.orderStatus == "cancelled" and order.state ~= "cancelled" then
    if job.decision == "theirs" then
      known.keep(job, id, { state = "cancelled" })
      return { kept = "cancelled" }
    end
    return job:refuse(("Order %s was cancelled in ShipStation, but is to be shipped in Exact Online."):format(name), {
      cause = "cancelled_in_shipstation", concern = "warehouse", decide = true,
      fix = "Cancel it in Exact Online too, or leave it so (keep theirs); a change in Exact Online offers to send it anew. By jobs settle.",
    })
  end
  local theirs = edits.of(json.decode(order.sent), row)
  if #theirs == 0 then return job:skip "as it was sent" end
  for _, words in ipairs(theirs) do job:note(("order %s: %s"):format(name, words), { number = name }) end
  return { changed_there = theirs }
end

return station_orders
