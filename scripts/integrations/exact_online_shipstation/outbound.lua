-- A sales order's way to the warehouse (XS1, XS12): sent when it is ready, sent again when it changes, taken back when it is withdrawn.

local goods, json, known, sales, seen = require "goods", require "json", require "orders_known", require "sales", require "seen"
local packing, parcels = require "shared.shipstation.packing", require "shared.shipstation.parcels"
local sending = require "shared.shipstation.sending"(known, "Exact Online")

local outbound = {}

-- The order as it is spoken of where it is sent; `order` is nil when it is deleted.
local function it_of(id, order, sent)
  return {
    id = id, name = tostring(order and order.OrderNumber or sent.number or sent.key),
    key = function(generation) return known.key(order, generation) end,
    effect = function(generation) return generation > 1 and "order " .. generation or "order" end,
  }
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
  -- Until something left by a label of ours, what is delivered was delivered by hand, and is not to be packed.
  local counted_before = sent and sent.delivered and known.is_shipped(job, order.OrderID) and sent.delivered or {}
  for _, line in ipairs(order.lines) do
    local before = counted_before[line.ID]
    delivered[line.ID] = before or tostring(line.QuantityDelivered or 0)
  end
  sales.complete(job, order)
  local list, counted = goods.of(job, order, sales.items(job, order), delivered)
  if #list == 0 then return nil end
  order.goods, order.grams, order.service, order.notes = list, packing.weight(list), sales.service(job, order), notes_of(order)
  local warehouse = order.warehouse_code and job.settings.warehouses[order.warehouse_code]
  local target = job:map("order", order, { key = known.key(order, generation), status = "awaiting_shipment", warehouse = warehouse or null })
  return target, { delivered = delivered, lines = counted, generation = generation, number = order.OrderNumber, books = job.source,
    currency = order.Currency }
end

-- A person names an order by its number: the job goes on under the order's id.
local function by_number(job, books, number)
  if not number:find "^%d+$" then return job:skip(("'%s' is no order number of Exact Online"):format(number)) end
  local found = books.sales_orders.list { ["$filter"] = "OrderNumber eq " .. number }
  if #found == 0 then return job:skip(("order %s is not in Exact Online"):format(number)) end
  for _, each in ipairs(found) do job:emit("orders", each.OrderID, {}) end
  return { orders = #found }
end

-- What is withdrawn, or was before.
local function withdraw(job, station, it, sent, why, how)
  local outcome = sending.withdraw(job, station, it, sent, why, how)
  if outcome.nothing then return job:skip(outcome.nothing) end
  return outcome
end

function outbound.run(job, books, station)
  local id = job.key
  if not known.is_id(id) then return by_number(job, books, id) end
  local sent = known.get(job, id)
  local is_there = sent and sent.sent and (sent.state == "open" or known.is_shipped(job, id))
  if is_there and sales.says_nothing_new(job) then return job:skip "it was read as it is" end
  if is_there and seen.is_echo(job) then return job:skip "our own delivery" end
  local order = sales.read(books, id)
  if order then sales.know(job, order) end
  if not order then
    if not sent then return job:skip("order " .. id .. " is not in Exact Online") end
    return withdraw(job, station, it_of(id, nil, sent), sent, "deleted in Exact Online", job.settings.withdrawn)
  end
  local it = it_of(id, order)
  local state, why = sales.state(job, order)
  if state ~= "ready" then
    if not sent then return job:skip(why) end
    -- What we delivered ourselves ends the order as it should.
    if state == "delivered" and known.is_shipped(job, id) then
      local function is_undone(label)
        return job.kv.get(known.delivery_place(parcels.reference(job, label, sent.station), it.key(1))) == nil
      end
      if not sending.is_left_over(station, sent, is_undone) then return job:skip(why) end
    end
    return withdraw(job, station, it, sent, why, state == "waiting" and "hold" or job.settings.withdrawn)
  end
  if not sent then job:dated(order.OrderDate) end
  if sent and sent.state == "cancelled" then
    local again, outcome = sending.revive(job, it, sent)
    if not again then return outcome end
    sent = again
  end
  local target, facts = wanted_of(job, order, sent)
  if not target then
    if sent and sent.id then return withdraw(job, station, it, sent, "without anything to ship", job.settings.withdrawn) end
    return job:skip "there is nothing to ship in it"
  end
  if not (sent and sent.sent) then
    local answer, refusal = sending.post(job, station, it, target, facts, target)
    if not answer then return sending.refused(job, it, refusal) end
    return { order = answer.id }
  end
  if sent.sent == json.encode(target) and sent.state == "open" and not job.decision then
    -- What costs are booked on may have changed all the same.
    if json.encode(sent.lines) ~= json.encode(facts.lines) then known.keep(job, id, { lines = facts.lines }) end
    return job:skip "ShipStation has this state of the order"
  end
  return sending.update(job, station, it, sent, target, facts, function(generation) return wanted_of(job, order, { generation = generation }) end)
end

return outbound
