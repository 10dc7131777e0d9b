-- Orders on their way to ShipStation: sent, sent again when they change, taken back when they are withdrawn. What ShipStation has is
-- read before it is written over, as createorder replaces the whole order. What people did there is asked for, not undone.
--
-- An order is known as `it`: { id, name, key(generation), effect(generation) }, its place in `known`, what people call it, its
-- orderKey and the name of its effect; `sent` is what is kept of it: key, id, number, sent (as JSON), state, generation.

local edits, json, parcels = require "shared.shipstation.edits", require "json", require "shared.shipstation.parcels"

local OPEN = { awaiting_payment = true, awaiting_shipment = true, on_hold = true }

-- `known`: what is kept of orders that went out; `erp`: what the system that they come from is called.
return function(known, erp)
  local sending = {}

  -- `change`: { id, target } of a change of the order, which a push and a sweep may both tell of: of one state it is asked once. Whoever
  -- releases the case has it asked anew.
  local function ask(job, sentence, cause, fix, change)
    if change and job.attempt == 1 then
      local place, question = "asked:" .. change.id, cause .. " " .. json.encode(change.target)
      if job.kv.get(place) == question then return job:skip "it is asked already" end
      job.kv.set(place, question)
    end
    return job:refuse(sentence, { cause = cause, concern = "warehouse", fix = fix .. " By jobs settle.", decide = true })
  end

  -- The order there; nil when it is deleted, or hidden by a merge.
  local function stands(station, sent)
    local found, why = try(station.orders.get, sent.id)
    if found then return found end
    if why.code ~= "not_found" then error(why, 0) end
  end

  -- Whether it still waits to be packed although its goods are gone: given out by hand after a void, or as a part of a split. `is_undone(label)`: whether
  -- what was made of a label that is voided by now has been taken back; until then it is a void on its way, and the order waits for its next label.
  function sending.is_left_over(station, sent, is_undone)
    if not sent.id or sent.state == "cancelled" then return false end
    local found = stands(station, sent)
    if not found or not OPEN[found.orderStatus] then return false end
    for _, row in ipairs(station.shipments.list { orderId = sent.id }) do
      if row.voided and not is_undone(parcels.of_shipment(row)) then return false end
    end
    return true
  end

  function sending.refused(job, it, why)
    local said = why.cause or why.message or "nothing more"
    return job:refuse(("Order %s was refused by ShipStation: %s"):format(it.name, said), {
      cause = "refused: " .. said, concern = "warehouse",
      fix = ("Mend in %s or in the settings what it names, then release this case."):format(erp),
    })
  end

  -- Sends `body` and keeps `facts` with it; `target` is what was mapped. Nil and why when ShipStation refuses it.
  function sending.post(job, station, it, body, facts, target)
    if job:is_live() then known.announce(job, it.id, body.orderKey) end
    local answer, why = try(job.send, job, it.effect(facts.generation), station.orders.create(body), { version = job:now() })
    if not answer then
      if why.code ~= "rejected" then error(why, 0) end
      return nil, why
    end
    if answer.state == "shadow" then return answer end
    facts.key, facts.id, facts.station = body.orderKey, answer.id, station:connection()
    facts.sent, facts.state = json.encode(target), "open"
    known.keep(job, it.id, facts)
    known.index(job, it.id, facts)
    return answer
  end

  -- Takes back every label of the order that was not voided yet.
  local function void_labels(job, station, it, sent)
    local voided = 0
    for _, shipment in ipairs(station.shipments.list { orderId = sent.id }) do
      if not shipment.voided and not shipment.isReturnLabel then
        local done, why = try(job.send, job, ("void %d"):format(shipment.shipmentId), station.labels.void { shipmentId = shipment.shipmentId },
          { version = job:now(), entity = "label " .. shipment.shipmentId })
        if not done then
          if why.code ~= "rejected" then error(why, 0) end
          job:refuse(("The carrier did not take back label %s of order %s: %s"):format(shipment.trackingNumber or shipment.shipmentId, it.name,
            why.cause or why.message), { cause = "void_refused", concern = "warehouse", fix = "Void it in ShipStation, then release this case." })
        end
        voided = voided + 1
      end
    end
    return voided
  end

  -- The order went out, and the ERP says something else now.
  local function after_label(job, station, it, sent, what, change)
    if job.decision == "theirs" then
      job:note(("order %s stays as it went out"):format(it.name))
      return "kept"
    end
    if job.decision == "ours" then return "voided", void_labels(job, station, it, sent) end
    return ask(job, ("Order %s has gone out already, and %s."):format(it.name, what), "after_label",
      "Leave it as it went out (keep theirs), or void its labels and do it over (take ours).", change)
  end

  -- Sends the open order again with one field changed: its status.
  local function set_status(job, station, it, sent, found, status, why)
    local was = json.decode(sent.sent)
    local body = edits.merge(was, was, found)
    body.orderStatus = status
    local answer, refusal = try(job.send, job, it.effect(sent.generation), station.orders.create(body), { version = job:now() })
    if not answer then
      if refusal.code ~= "rejected" then error(refusal, 0) end
      return ask(job, ("Order %s is %s, and ShipStation did not take that: %s"):format(it.name, why, refusal.cause or refusal.message),
        "withdraw_refused", "Do it in ShipStation by hand (keep theirs).")
    end
    if answer.state == "shadow" then return end
    known.keep(job, it.id, { state = status == "cancelled" and "cancelled" or status == "on_hold" and "held" or "open" })
  end

  -- Cancelled, deleted, shipped by hand, or not ready any more. `how`: cancel, hold or ask.
  function sending.withdraw(job, station, it, sent, why, how)
    if sent.state == "cancelled" or how == "hold" and sent.state == "held" then return { nothing = why } end
    local found = stands(station, sent)
    if not found or found.orderStatus == "cancelled" then
      known.keep(job, it.id, { state = "cancelled" })
      return { nothing = why .. "; ShipStation does not ship it either" }
    end
    if not OPEN[found.orderStatus] then
      local done = after_label(job, station, it, sent, "it is " .. why)
      if done == "kept" then
        known.keep(job, it.id, { state = "cancelled" })
        return { kept = sent.id }
      end
      found = stands(station, sent)
      if not found or not OPEN[found.orderStatus] then
        known.keep(job, it.id, { state = "cancelled" })
        return { voided = sent.id }
      end
    end
    if how == "ask" and job.decision ~= "ours" then
      if job.decision == "theirs" then
        known.keep(job, it.id, { state = "cancelled" })
        return { kept = sent.id }
      end
      return ask(job, ("Order %s is %s, and waits in ShipStation to be shipped."):format(it.name, why), "withdrawn",
        "Let it go out (keep theirs), or have it cancelled there (take ours).")
    end
    set_status(job, station, it, sent, found, how == "hold" and "on_hold" or "cancelled", why)
    return { withdrawn = sent.id, why = why }
  end

  -- The order is to be shipped again after it was cancelled. Gives what is kept of it with a new generation, or nil and the outcome.
  function sending.revive(job, it, sent)
    if job.decision == "theirs" then return nil, { kept = sent.id } end
    if job.decision ~= "ours" then
      return ask(job, ("Order %s is to be shipped again, but it is cancelled in ShipStation."):format(it.name), "cancelled_before",
        "Leave it so (keep theirs), or have it sent as a new order (take ours).")
    end
    -- What has left since is not sent again: it is counted anew.
    return known.keep(job, it.id, { generation = sent.generation + 1, state = "new", sent = false, delivered = false, before = false })
  end

  -- The ERP says something new of an order that ShipStation has. `anew(generation)`: what is to be sent where it is a new order there, with what has
  -- left since taken off; target and facts, or nil where nothing is left.
  function sending.update(job, station, it, sent, target, facts, anew)
    local found, change = stands(station, sent), { id = it.id, target = target }
    if not found or found.orderStatus == "cancelled" then
      if job.decision == "theirs" then
        known.keep(job, it.id, { sent = json.encode(target) })
        return { kept = sent.id }
      end
      if job.decision ~= "ours" then
        return ask(job, ("Order %s changed, but it is %s in ShipStation."):format(it.name, found and "cancelled" or "deleted or merged"),
          "gone_in_shipstation", "Leave it so (keep theirs), or have it sent as a new order (take ours).", change)
      end
      target, facts = anew(sent.generation + 1)
      if not target then return { nothing = "all of it has left" } end
      local answer, why = sending.post(job, station, it, target, facts, target)
      if not answer then return sending.refused(job, it, why) end
      return { order = answer.id, generation = facts.generation }
    end
    if not OPEN[found.orderStatus] then
      if after_label(job, station, it, sent, "it changed in " .. erp, change) == "kept" then
        known.keep(job, it.id, { sent = json.encode(target) })
        return { kept = sent.id }
      end
      found = stands(station, sent)
      if not found or not OPEN[found.orderStatus] then
        return job:refuse(("The labels of order %s are voided, but ShipStation still calls it %s."):format(it.name,
          found and found.orderStatus or "deleted"), { cause = "not_reopened", concern = "warehouse",
          fix = "Restore the order in ShipStation to awaiting shipment, then release this case." })
      end
    end
    local body, theirs, conflicts = edits.merge(json.decode(sent.sent), target, found, job.decision or nil, erp)
    if #conflicts > 0 then
      return ask(job, ("Order %s was changed on both sides: %s."):format(it.name, table.concat(conflicts, "; ")), "changed_on_both_sides",
        ("Keep what stands in ShipStation (keep theirs), or have what %s says sent (take ours)."):format(erp), change)
    end
    -- A hold, or a payment that is waited for, is the warehouse's; only our own hold ends when the order is ready again.
    if found.orderStatus ~= "awaiting_shipment" and sent.state ~= "held" then body.orderStatus = found.orderStatus end
    for _, words in ipairs(theirs) do job:note("changed in ShipStation: " .. words) end
    local answer, why = sending.post(job, station, it, body, facts, target)
    if not answer then return sending.refused(job, it, why) end
    return { order = answer.id, changed = true, theirs = #theirs > 0 and theirs or nil }
  end

  return sending
end
