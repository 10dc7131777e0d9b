-- A sales order's way to the warehouse (XS1, XS12): sent when it is ready, sent again when it changes, taken back when it is withdrawn.
-- What ShipStation has is read before it is written over, as createorder replaces the whole order.

local edits, goods, json, known, sales = require "edits", require "goods", require "json", require "orders_known", require "sales"

local outbound = {}

local OPEN = { awaiting_payment = true, awaiting_shipment = true, on_hold = true }

local function effect_of(generation) return generation > 1 and "order " .. generation or "order" end
local function name_of(sent) return sent.number or sent.key end

local function ask(job, sentence, cause, fix)
  return job:refuse(sentence, { cause = cause, concern = "warehouse", fix = fix .. " By jobs settle.", decide = true })
end

-- The order there; nil when it is deleted, or hidden by a merge.
local function stands(station, sent)
  local found, why = try(station.orders.get, sent.id)
  if found then return found end
  if why.code ~= "not_found" then error(why, 0) end
end

local function notes_of(order)
  local out = {}
  if type(order.Remarks) == "string" and order.Remarks ~= "" then out[1] = order.Remarks end
  if order.complete_only then out[#out + 1] = "Ships complete only." end
  return #out > 0 and table.concat(out, "\n") or nil
end

-- What the order is to be there, and what is kept of how it is counted.
local function wanted_of(job, order, sent)
  local delivered, generation = {}, sent and sent.generation or 1
  for _, line in ipairs(order.lines) do
    local before = sent and sent.delivered and sent.delivered[line.ID]
    delivered[line.ID] = before or tostring(line.QuantityDelivered or 0)
  end
  sales.complete(job, order)
  local list, counted = goods.of(job, order, sales.items(job, order), delivered)
  if #list == 0 then return nil end
  order.goods, order.grams, order.service, order.notes = list, goods.weight(list), sales.service(job, order), notes_of(order)
  local warehouse = order.warehouse_code and job.settings.warehouses[order.warehouse_code]
  local target = job:map("order", order, { key = known.key(order, generation), status = "awaiting_shipment", warehouse = warehouse or null })
  return target, { delivered = delivered, lines = counted, generation = generation, number = order.OrderNumber }
end

local function refused(job, order, why)
  local said = why.cause or why.message or "nothing more"
  return job:refuse(("Order %d was refused by ShipStation: %s"):format(order.OrderNumber, said), {
    cause = "refused: " .. said, concern = "warehouse", fix = "Mend in Exact Online or in the settings what it names, then release this case.",
  })
end

local function post(job, station, order, body, facts, target)
  local answer, why = try(job.send, job, effect_of(facts.generation), station.orders.create(body), { version = job:now() })
  if not answer then
    if why.code ~= "rejected" then error(why, 0) end
    return nil, why
  end
  if answer.state == "shadow" then return answer end
  facts.key, facts.id, facts.books, facts.station = body.orderKey, answer.id, job.source, station:connection()
  facts.sent, facts.state = json.encode(target), "open"
  known.keep(job, order.OrderID, facts)
  job.kv.set(known.station_key(facts.station, answer.id), order.OrderID)
  return answer
end

-- Takes back every label of the order that was not voided yet.
local function void_labels(job, station, sent)
  local voided = 0
  for _, shipment in ipairs(station.shipments.list { orderId = sent.id }) do
    if not shipment.voided and not shipment.isReturnLabel then
      local done, why = try(job.send, job, ("void %d"):format(shipment.shipmentId), station.labels.void { shipmentId = shipment.shipmentId },
        { version = job:now(), entity = "label " .. shipment.shipmentId })
      if not done then
        if why.code ~= "rejected" then error(why, 0) end
        job:refuse(("The carrier did not take back label %s of order %s: %s"):format(shipment.trackingNumber or shipment.shipmentId, name_of(sent),
          why.cause or why.message), { cause = "void_refused", concern = "warehouse", fix = "Void it in ShipStation, then release this case." })
      end
      voided = voided + 1
    end
  end
  return voided
end

-- The order went out, and Exact says something else now.
local function after_label(job, station, sent, what)
  if job.decision == "theirs" then
    job:note(("order %s stays as it went out"):format(name_of(sent)))
    return "kept"
  end
  if job.decision == "ours" then return "voided", void_labels(job, station, sent) end
  return ask(job, ("Order %s has gone out already, and %s."):format(name_of(sent), what), "after_label",
    "Leave it as it went out (keep theirs), or void its labels and do it over (take ours).")
end

-- Sends the open order again with one field changed: its status.
local function set_status(job, station, id, sent, found, status, why)
  local was = json.decode(sent.sent)
  local body = edits.merge(was, was, found)
  body.orderStatus = status
  local answer, refusal = try(job.send, job, effect_of(sent.generation), station.orders.create(body), { version = job:now() })
  if not answer then
    if refusal.code ~= "rejected" then error(refusal, 0) end
    return ask(job, ("Order %s is %s, and ShipStation did not take that: %s"):format(name_of(sent), why, refusal.cause or refusal.message),
      "withdraw_refused", "Do it in ShipStation by hand (keep theirs).")
  end
  if answer.state == "shadow" then return end
  known.keep(job, id, { state = status == "cancelled" and "cancelled" or status == "on_hold" and "held" or "open" })
end

-- Cancelled, deleted, delivered by hand, or not ready any more.
local function withdraw(job, station, id, sent, why, how)
  if sent.state == "cancelled" or how == "hold" and sent.state == "held" then return job:skip(why) end
  local found = stands(station, sent)
  if not found or found.orderStatus == "cancelled" then
    known.keep(job, id, { state = "cancelled" })
    return job:skip(why .. "; ShipStation does not ship it either")
  end
  if not OPEN[found.orderStatus] then
    local done = after_label(job, station, sent, "it is " .. why)
    if done == "kept" then
      known.keep(job, id, { state = "cancelled" })
      return { kept = sent.id }
    end
    found = stands(station, sent)
    if not found or not OPEN[found.orderStatus] then
      known.keep(job, id, { state = "cancelled" })
      return { voided = sent.id }
    end
  end
  if how == "ask" and job.decision ~= "ours" then
    if job.decision == "theirs" then
      known.keep(job, id, { state = "cancelled" })
      return { kept = sent.id }
    end
    return ask(job, ("Order %s is %s, and waits in ShipStation to be shipped."):format(name_of(sent), why), "withdrawn",
      "Let it go out (keep theirs), or have it cancelled there (take ours).")
  end
  set_status(job, station, id, sent, found, how == "hold" and "on_hold" or "cancelled", why)
  return { withdrawn = sent.id, why = why }
end

-- Exact says something new of an order that ShipStation has.
local function update(job, station, order, sent, target, facts)
  local found = stands(station, sent)
  if not found or found.orderStatus == "cancelled" then
    if job.decision == "theirs" then
      known.keep(job, order.OrderID, { sent = json.encode(target) })
      return { kept = sent.id }
    end
    if job.decision ~= "ours" then
      return ask(job, ("Order %d changed, but it is %s in ShipStation."):format(order.OrderNumber, found and "cancelled" or "deleted or merged"),
        "gone_in_shipstation", "Leave it so (keep theirs), or have it sent as a new order (take ours).")
    end
    facts.generation = sent.generation + 1
    target.orderKey = known.key(order, facts.generation)
    local answer, why = post(job, station, order, target, facts, target)
    if not answer then return refused(job, order, why) end
    return { order = answer.id, generation = facts.generation }
  end
  if not OPEN[found.orderStatus] then
    if after_label(job, station, sent, "it changed in Exact Online") == "kept" then
      known.keep(job, order.OrderID, { sent = json.encode(target) })
      return { kept = sent.id }
    end
    found = stands(station, sent)
    if not found or not OPEN[found.orderStatus] then
      return job:refuse(("The labels of order %d are voided, but ShipStation still calls it %s."):format(order.OrderNumber,
        found and found.orderStatus or "deleted"), { cause = "not_reopened", concern = "warehouse",
        fix = "Restore the order in ShipStation to awaiting shipment, then release this case." })
    end
  end
  local body, theirs, conflicts = edits.merge(json.decode(sent.sent), target, found, job.decision or nil)
  if #conflicts > 0 then
    return ask(job, ("Order %d was changed on both sides: %s."):format(order.OrderNumber, table.concat(conflicts, "; ")), "changed_on_both_sides",
      "Keep what stands in ShipStation (keep theirs), or have Exact Online's sent (take ours).")
  end
  -- A hold, or a payment that is waited for, is the warehouse's; only our own hold ends when the order is ready again.
  if found.orderStatus ~= "awaiting_shipment" and sent.state ~= "held" then body.orderStatus = found.orderStatus end
  for _, words in ipairs(theirs) do job:note("changed in ShipStation: " .. words) end
  local answer, why = post(job, station, order, body, facts, target)
  if not answer then return refused(job, order, why) end
  return { order = answer.id, changed = true, theirs = #theirs > 0 and theirs or nil }
end

-- A person names an order by its number: the job goes on under the order's id.
local function by_number(job, books, number)
  if not number:find "^%d+$" then return job:skip(("'%s' is no order number of Exact Online"):format(number)) end
  local found = books.sales_orders.list { ["$filter"] = "OrderNumber eq " .. number }
  if #found == 0 then return job:skip(("order %s is not in Exact Online"):format(number)) end
  for _, each in ipairs(found) do job:emit("orders", each.OrderID, {}) end
  return { orders = #found }
end

function outbound.run(job, books, station)
  local id = job.key
  if not known.is_id(id) then return by_number(job, books, id) end
  local order, sent = sales.read(books, id), known.get(job, id)
  if not order then
    if not sent then return job:skip("order " .. id .. " is not in Exact Online") end
    return withdraw(job, station, id, sent, "deleted in Exact Online", job.settings.withdrawn)
  end
  local state, why = sales.state(job, order)
  if state ~= "ready" then
    if not sent then return job:skip(why) end
    -- What we delivered ourselves ends the order as it should.
    if state == "delivered" and known.is_shipped(job, id) then return job:skip(why) end
    return withdraw(job, station, id, sent, why, state == "waiting" and "hold" or job.settings.withdrawn)
  end
  if not sent then job:dated(order.OrderDate) end
  if sent and sent.state == "cancelled" then
    if job.decision ~= "ours" then
      if job.decision == "theirs" then return { kept = sent.id } end
      return ask(job, ("Order %d is to be shipped again, but it is cancelled in ShipStation."):format(order.OrderNumber), "cancelled_before",
        "Leave it so (keep theirs), or have it sent as a new order (take ours).")
    end
    sent = known.keep(job, id, { generation = sent.generation + 1, state = "new", sent = false })
  end
  local target, facts = wanted_of(job, order, sent)
  if not target then
    if sent and sent.id then return withdraw(job, station, id, sent, "without anything to ship", job.settings.withdrawn) end
    return job:skip "there is nothing to ship in it"
  end
  if not (sent and sent.sent) then
    local answer, refusal = post(job, station, order, target, facts, target)
    if not answer then return refused(job, order, refusal) end
    return { order = answer.id }
  end
  if sent.sent == json.encode(target) and sent.state == "open" and not job.decision then
    -- What costs are booked on may have changed all the same.
    if json.encode(sent.lines) ~= json.encode(facts.lines) then known.keep(job, id, { lines = facts.lines }) end
    return job:skip "ShipStation has this state of the order"
  end
  return update(job, station, order, sent, target, facts)
end

return outbound
