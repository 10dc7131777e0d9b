-- The way of sales orders (or of shipments, where those are pushed) to the warehouse (AS3, AS6, AS14): one ShipStation order for each
-- warehouse, sent when it is ready, sent again when it changes, taken back when it is withdrawn.

local json, known, sales = require "json", require "orders_known", require "sales"
local packing, parcels = require "shared.shipstation.packing", require "shared.shipstation.parcels"
local sending = require "shared.shipstation.sending"(known, "Acumatica")
local values = require "shared.records.values"
local contains, trimmed = values.contains, values.trimmed

local outbound = {}

local function filled(text) return type(text) == "string" and text:find "%S" and text or nil end
local BACK_ORDER = "Back Order"

-- One of what is to go out from one warehouse. `unit`: { place, number (in ShipStation), kind, order_number, warehouse, effect }.
local function it_of(unit)
  return {
    id = unit.place, name = unit.number,
    key = function(generation) return generation > 1 and unit.number .. "." .. generation or unit.number end,
    effect = function(generation) return generation > 1 and unit.effect .. " " .. generation or unit.effect end,
  }
end

local function notes_of(head)
  local out = {}
  if type(head.note) == "string" and head.note ~= "" then out[1] = head.note end
  if head.complete then out[#out + 1] = "Ships complete only." end
  return #out > 0 and table.concat(out, "\n") or nil
end

-- What it is to be in ShipStation, and what is kept of how it is counted; nil when there is nothing to ship in it.
local function wanted_of(job, unit, head, group, sent)
  local before, generation = {}, sent and sent.generation or 1
  for _, line in ipairs(group.lines) do
    before[line.id] = sent and sent.before and sent.before[line.id] or line.shipped:text()
  end
  local list, counted = sales.goods(job, unit.number, group, before)
  if #list == 0 then return nil end
  local ship_to, contact = sales.address(job, unit.number, head.ship_to, head.ship_contact)
  local warehouse = job.settings.warehouses[unit.warehouse]
  local source = {
    number = unit.number, order_type = unit.kind, order_number = unit.order_number, warehouse = unit.warehouse, date = head.date, ship_by = head.ship_by,
    customer = head.customer, customer_order = head.customer_order, description = head.description, ship_via = head.ship_via, currency = head.currency,
    country = ship_to.Country, bill_to = head.bill_to, bill_contact = head.bill_contact, ship_to = ship_to, ship_contact = contact,
    notes = notes_of(head), service = sales.service(job, head.ship_via, ship_to.Country, unit.warehouse), goods = list, grams = packing.weight(list),
  }
  local target = job:map("order", source, { key = it_of(unit).key(generation), status = "awaiting_shipment", warehouse = warehouse or null })
  return target, {
    before = before, lines = counted, generation = generation, number = unit.number, erp = job.source, kind = unit.kind, order_number = unit.order_number,
    warehouse = unit.warehouse, shipment = unit.shipment, customer = head.customer, head = { date = head.date, ship_via = head.ship_via },
  }
end

-- What is done with one of them: { skipped = why } or what came of it. `why`: it is not ready (any more), in a state of sales.state.
local function one(job, station, unit, head, group, state, why)
  local it, sent = it_of(unit), known.get(job, unit.place)
  local function withdraw(reason, how)
    local done = sending.withdraw(job, station, it, sent, reason, how)
    return done.nothing and { skipped = done.nothing } or done
  end
  if state ~= "ready" then
    if not sent then return { skipped = why } end
    -- What we shipped ourselves ends it as it should.
    if state == "done" and known.is_shipped(job, unit.place) then
      local seen = job.kv.get("labels:" .. unit.place) or {}
      local function is_undone(label)
        local reference = parcels.reference(job, label, sent.station)
        return seen[reference] == nil or job.kv.get(known.settled_key(unit.place, reference)) == "voided"
      end
      if not sending.is_left_over(station, sent, is_undone) then return { skipped = why } end
    end
    return withdraw(why, state == "waiting" and "hold" or job.settings.withdrawn)
  end
  if sent and sent.state == "cancelled" then
    local again, outcome = sending.revive(job, it, sent)
    if not again then return outcome end
    sent = again
  end
  local target, facts = nil, nil
  if group then target, facts = wanted_of(job, unit, head, group, sent) end
  if not target then
    if sent and sent.id then return withdraw("without anything to ship", job.settings.withdrawn) end
    return { skipped = "there is nothing to ship in it" }
  end
  if not (sent and sent.sent) then
    local answer, refusal = sending.post(job, station, it, target, facts, target)
    if not answer then return sending.refused(job, it, refusal) end
    return { order = answer.id, number = unit.number, is_new = answer.state ~= "shadow" }
  end
  if sent.sent == json.encode(target) and sent.state == "open" and not job.decision then
    if head.status ~= BACK_ORDER or not known.is_shipped(job, unit.place) then return { skipped = "ShipStation has this state of the order" } end
    local before, left, base = require "rest"(job, station, unit.place, sent, group)
    if not before then return { skipped = "ShipStation has this state of the order" } end
    job:note(("left of order %s: %s"):format(unit.number, left))
    if job.settings.back_orders ~= "send" then return { skipped = ("on back order: %s; back_orders leaves it there"):format(left) } end
    sent = known.keep(job, unit.place, { generation = sent.generation + 1, before = before, base = base, state = "new", sent = false })
    target, facts = wanted_of(job, unit, head, group, sent)
    if not target then return { skipped = "there is nothing left to ship in it" } end
    facts.base = base
    local answer, refusal = sending.post(job, station, it, target, facts, target)
    if not answer then return sending.refused(job, it, refusal) end
    return { order = answer.id, number = unit.number, rest = left }
  end
  return sending.update(job, station, it, sent, target, facts, function(generation)
    return wanted_of(job, unit, head, group, { generation = generation })
  end)
end

-- What opens numbers in ShipStation, where the keys of several tenants are one space.
local function prefix_of(job, erp) return job.settings.number_prefix .. (#erp:connections() > 1 and job.source .. "-" or "") end

-- The number of a part in ShipStation: a part keeps the one that it went out with. The type stands in it where several are pushed.
local function number_of(job, erp, kind, order_number, warehouse, is_first)
  local sent = known.get(job, known.place(job, kind, order_number, warehouse))
  if sent and sent.number then return sent.number end
  local settings = job.settings
  local number = prefix_of(job, erp) .. (#settings.order_types > 1 and kind .. "-" or "") .. order_number
  return is_first and number or number .. "-" .. warehouse
end

local function head_of(order)
  local settings = order.ShippingSettings or {}
  local bill_to, bill_contact = sales.bill_to(order)
  return {
    status = order.Status, date = order.Date, ship_by = settings.ScheduledShipmentDate or order.RequestedOn, customer = order.CustomerID,
    customer_order = order.CustomerOrder,
    description = order.Description, ship_via = trimmed(order.ShipVia), currency = order.CurrencyID, bill_to = bill_to, bill_contact = bill_contact,
    ship_to = order.ShipToAddress, ship_contact = order.ShipToContact, note = filled(order.note) or order.Description,
    complete = settings.ShippingRule == "Ship Complete",
  }
end

-- All parts of one sales order. Gives what came of each, or nil and why there is nothing to do.
local function order_of(job, erp, station, kind, number, row)
  local sent_from = known.warehouses(job, kind, number)
  if #sent_from == 0 then
    if not contains(job.settings.order_types, kind) then return nil, ("of type %s, which is not in order_types"):format(kind) end
    -- What the poll brought says enough of an order that nobody waits for.
    local state, why = "ready", nil
    if row and row.Status then state, why = sales.state(row.Status, job.settings.statuses) end
    if state ~= "ready" then return nil, why end
  end
  local order, missing = try(erp.sales_orders.get, kind, number)
  if not order and missing.code ~= "not_found" then error(missing, 0) end
  local state, why = "cancelled", "deleted in Acumatica"
  if order then
    state, why = sales.state(order.Status, job.settings.statuses)
    local kept_back = state == "ready" and sales.kept_back(job.settings, order)
    if kept_back then state, why = "waiting", kept_back end
  end
  if #sent_from == 0 then
    if state ~= "ready" then return nil, why end
    job:dated(order.Date)
  end
  local groups, out, skipped, seen = order and sales.of_order(job.settings, order) or {}, {}, why or "there is nothing to ship in it", {}
  local went, has_sent = {}, {}
  for index, warehouse in ipairs(sent_from) do went[index], has_sent[warehouse] = warehouse, true end
  local function part(warehouse, group)
    seen[warehouse] = true
    local unit = {
      place = known.place(job, kind, number, warehouse), kind = kind, order_number = number, warehouse = warehouse,
      number = number_of(job, erp, kind, number, warehouse, #went == 0),
    }
    unit.effect = ("order %s %s"):format(kind, warehouse)
    local done = one(job, station, unit, order and head_of(order), group, state, why)
    if done.is_new and not has_sent[warehouse] then
      went[#went + 1], has_sent[warehouse] = warehouse, true
      known.set_warehouses(job, kind, number, went)
    end
    done.is_new = nil
    if done.skipped then skipped = done.skipped else out[#out + 1] = done end
  end
  for _, group in ipairs(groups) do part(group.warehouse, group) end
  for _, warehouse in ipairs(sent_from) do
    if not seen[warehouse] then part(warehouse, nil) end
  end
  if #out == 0 then return nil, skipped end
  return out
end

-- Types and numbers that a job is about. Polls and pushes name both; a person names the number, or "SO/000012".
local function asked(job, erp)
  local event = job.event or {}
  local pushed = type(event.body) == "string" and try(json.decode, event.body)   -- the text that was received
  local row = event.record or pushed and pushed.Inserted and pushed.Inserted[1]
  if row and row.OrderType and row.OrderNbr then return { { row.OrderType, row.OrderNbr, event.record } } end
  local kind, number = job.key:match "^(%u%u)[/ ](.+)$"
  if kind then return { { kind, number } } end
  local out = {}
  for _, each in ipairs(erp.sales_orders.list { ["$filter"] = ("OrderNbr eq '%s'"):format((job.key:gsub("'", "''"))) }) do
    out[#out + 1] = { each.OrderType, each.OrderNbr, each }
  end
  -- One that is deleted since.
  for _, each in ipairs(#out == 0 and job.settings.order_types or {}) do
    if #known.warehouses(job, each, job.key) > 0 then out[#out + 1] = { each, job.key } end
  end
  return out
end

function outbound.orders(job, erp, station)
  if job.settings.push ~= "orders" then return job:skip "shipments are pushed, not orders" end
  local list = asked(job, erp)
  if #list == 0 then return job:skip(("order %s is not in Acumatica"):format(job.key)) end
  local out, skipped = {}, nil
  for _, each in ipairs(list) do
    local done, why = order_of(job, erp, station, each[1], each[2], each[3])
    for _, part in ipairs(done or {}) do out[#out + 1] = part end
    skipped = skipped or why
  end
  if #out == 0 then return job:skip(skipped) end
  return { orders = out }
end

-- A shipment that people made in Acumatica, where those are pushed.
function outbound.shipments(job, erp, station)
  if job.settings.push ~= "shipments" then return job:skip "orders are pushed, not shipments" end
  local number, row = job.key, job.event and job.event.record
  local place = known.of_shipment(job, number)
  local sent = known.get(job, place)
  if not sent and row and row.Status then
    local state, why = sales.state(row.Status, job.settings.shipment_statuses)
    if state ~= "ready" then return job:skip(why) end
  end
  local shipment, missing = try(erp.shipments.get, number)
  if not shipment and missing.code ~= "not_found" then error(missing, 0) end
  if not shipment and not sent then return job:skip(("shipment %s is not in Acumatica"):format(number)) end
  local state, why = "cancelled", "deleted in Acumatica"
  if shipment then state, why = sales.state(shipment.Status, job.settings.shipment_statuses) end
  if shipment and shipment.Type ~= "Shipment" and not sent then return job:skip("of type " .. tostring(shipment.Type)) end
  local group, head, orders, first = nil, nil, {}, nil
  if shipment and state == "ready" then
    for _, line in ipairs(shipment.Details or {}) do
      local name = line.OrderType .. "/" .. line.OrderNbr
      if not orders[name] then
        orders[name] = erp.sales_orders.get(line.OrderType, line.OrderNbr)
        first = first or orders[name]
      end
    end
    if not sent then job:dated(shipment.ShipmentDate) end
    group = sales.of_shipment(job.settings, shipment, orders)[1]
    local warehouses = job.settings.ready_warehouses
    if #warehouses > 0 and not contains(warehouses, group.warehouse) then state, why = "waiting", "of a warehouse that is not in ready_warehouses" end
    local to = shipment.ShippingSettings or {}
    if first then
      head = head_of(first)
      head.date, head.ship_by, head.ship_via = shipment.ShipmentDate, shipment.ShipmentDate, trimmed(shipment.ShipVia)
      head.ship_to, head.ship_contact = to.ShipToAddress, to.ShipToContact
      -- Once it has a parcel, its date and Ship Via are those that the parcel gave it.
      if sent and sent.head and known.is_shipped(job, place) then
        head.date, head.ship_by, head.ship_via = sent.head.date, sent.head.date, sent.head.ship_via
      end
    end
  end
  local unit = {
    place = place, kind = "shipment", order_number = number, shipment = number, effect = "shipment " .. number,
    warehouse = group and group.warehouse or sent and sent.warehouse or "", number = sent and sent.number or prefix_of(job, erp) .. "S" .. number,
  }
  local done = one(job, station, unit, head, group, state, why)
  if done.skipped then return job:skip(done.skipped) end
  done.is_new = nil
  return done
end

return outbound
