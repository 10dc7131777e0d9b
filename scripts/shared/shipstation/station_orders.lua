-- An order of ours as ShipStation has it now: what people changed there is shown against what was sent, and never copied over the ERP.
-- What it no longer ships is a person's matter, as the ERP still waits for it.

local edits, json = require "shared.shipstation.edits", require "json"

local function of_row(known, job, row)
  local id = known.find(job, row.orderKey)
  local order = id and known.get(job, id)
  if order and order.key == row.orderKey then return order, id end
end

-- `known`: what is kept of orders that went out; `erp`: what the system that they come from is called.
return function(job, station, known, erp)
  local row = job.event and job.event.record
  if not row or not row.orderStatus then
    local found, why = try(station.orders.get, job.key)
    if not found then
      if why.code ~= "not_found" then error(why, 0) end
      return job:skip("ShipStation has no order " .. job.key)
    end
    row = found
  end
  local order, id = of_row(known, job, row)
  if not order or not order.sent then return job:skip "not an order of ours" end
  local name = tostring(order.number)
  if row.orderStatus == "cancelled" and order.state ~= "cancelled" then
    if job.decision == "theirs" then
      known.keep(job, id, { state = "cancelled" })
      return { kept = "cancelled" }
    end
    return job:refuse(("Order %s was cancelled in ShipStation, but is to be shipped in %s."):format(name, erp), {
      cause = "cancelled_in_shipstation", concern = "warehouse", decide = true,
      fix = ("Cancel it in %s too, or leave it so (keep theirs); a change in %s offers to send it anew. By jobs settle."):format(erp, erp),
    })
  end
  local theirs = edits.of(json.decode(order.sent), row)
  if #theirs == 0 then return job:skip "as it was sent" end
  for _, words in ipairs(theirs) do job:note(("order %s: %s"):format(name, words), { number = name }) end
  return { changed_there = theirs }
end
