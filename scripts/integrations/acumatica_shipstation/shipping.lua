-- Parcels of what went out from one warehouse, put on Acumatica's shipments (AS5, AS11, AS13, AS15). All labels of it are looked at
-- together, as they stand now, and Acumatica is made to agree: each parcel one package, a voided one off, a re-label in the place of the
-- one before, a shipment confirmed once all of it has a label.

local decimal, doc, known = require "decimal", require "doc", require "orders_known"
local matching, packing, parcels = require "shared.shipstation.matching"(known, "Acumatica"), require "shared.shipstation.packing",
  require "shared.shipstation.parcels"

local NONE = decimal "0"

local function exact(value) return decimal(value ~= nil and tostring(value) or "0") end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

-- What is kept of a label, so that nothing of it is asked twice.
local function brief(job, parcel)
  local items = {}
  for index, item in ipairs(parcel.items) do items[index] = { key = item.key, sku = item.sku, quantity = item.quantity } end
  return {
    id = parcel.id, kind = parcel.kind, reference = parcels.reference(job, parcel), tracking = parcel.tracking, carrier = parcel.carrier,
    service = parcel.service, package = parcel.package, ship_date = parcel.ship_date, voided = parcel.voided, order_id = parcel.order_id,
    weight = parcel.weight,
    cost = (parcel.cost + parcel.insurance):text(), items = items,
  }
end

local function of_row(row) return row.shipmentId and parcels.of_shipment(row) or parcels.of_fulfillment(row) end

-- The labels of a place, with the one that the job came with: a void is for ever, whatever comes after it.
local function labels_of(job, place)
  local all = job.kv.get("labels:" .. place) or {}
  local row = job.event and job.event.record
  if row and (row.shipmentId or row.fulfillmentId) then
    local now = brief(job, of_row(row))
    local before = all[now.reference]
    now.voided = now.voided or before ~= nil and before.voided
    all[now.reference] = now
  end
  return all
end

-- A label that is bought again is often told of before the void of the one before: where several stand, ShipStation is asked.
local function refresh(station, all)
  local live, orders = 0, {}
  for _, label in pairs(all) do
    if label.kind == "label" and not label.voided then
      live = live + 1
      if label.order_id then orders[label.order_id] = true end
    end
  end
  if live < 2 then return end
  local ids = {}
  for id in pairs(orders) do ids[#ids + 1] = id end
  table.sort(ids)
  for _, id in ipairs(ids) do
    for _, row in ipairs(station.shipments.list { orderId = id }) do
      for _, label in pairs(all) do
        if label.kind == "label" and label.id == row.shipmentId and row.voided == true then label.voided = true end
      end
    end
  end
end

local function refuse_units(job, told, why, cause)
  return job:refuse(("%s: %s"):format(told, why), {
    cause = cause, concern = "warehouse", fix = "Ship it in Acumatica by hand with its tracking number, and cancel this job.",
  })
end

-- { id, units } of the lines in a parcel.
local function goods_of(job, station, slot, label)
  local out = {}
  for _, entry in ipairs(matching.lines(slot, { items = label.items })) do
    local units = packing.units(entry, function() return station.shipments.list { orderId = label.order_id } end, label.id,
      function(why, cause) return refuse_units(job, doc.told(slot, label), why, cause) end)
    if units:sign() > 0 then out[#out + 1] = { id = entry.line.id, units = units } end
  end
  return out
end

local function units_of(goods, id)
  for _, each in ipairs(goods) do
    if each.id == id then return each.units end
  end
  return NONE
end

local function is_same(left, right)
  if #left ~= #right then return false end
  for _, each in ipairs(left) do
    if not (units_of(right, each.id) - each.units):is_zero() then return false end
  end
  return true
end

-- What of a shipment's line no label on it has yet.
local function free(shipment, line)
  local left = line.units
  for _, label in ipairs(shipment.on) do left = left - units_of(label.goods, line.id) end
  return left
end

local function fits(shipment, goods)
  for _, each in ipairs(goods) do
    local there = false
    for _, line in ipairs(shipment.lines) do
      if line.id == each.id then there = free(shipment, line) >= each.units end
    end
    if not there then return false end
  end
  return #goods > 0
end

local function is_covered(shipment)
  if #shipment.on == 0 or #shipment.lines == 0 then return false end
  for _, label in ipairs(shipment.on) do
    if label.all then return true end
  end
  for _, line in ipairs(shipment.lines) do
    if free(shipment, line):sign() > 0 then return false end
  end
  return true
end

local Work = {}
Work.__index = Work

local READ = { Open = true, ["On Hold"] = true, Confirmed = true }

-- The shipments that parcels of this place may stand on, and which of them do.
function Work:read()
  local slot, numbers, wanted = self.slot, {}, {}
  for _, number in pairs(self.placed) do wanted[number] = true end
  if slot.shipment then
    numbers[1] = slot.shipment
  else
    local order, why = try(self.erp.sales_orders.get, slot.kind, slot.order_number)
    if not order then
      if why.code ~= "not_found" then error(why, 0) end
      return self.job:refuse(("Parcels of order %s left, but the order is not in Acumatica any more."):format(slot.number), {
        cause = "order_gone " .. slot.number, concern = "warehouse", fix = "Enter it anew in Acumatica and ship it by hand, or cancel this job.",
      })
    end
    self.order = order
    for _, row in ipairs(order.Shipments or {}) do
      if READ[row.Status] or wanted[row.ShipmentNbr] then numbers[#numbers + 1] = row.ShipmentNbr end
    end
  end
  for _, number in ipairs(numbers) do
    local shipment = doc.read(self.erp, number)
    if shipment and shipment.warehouse == slot.warehouse and shipment.type == "Shipment" then self.shipments[#self.shipments + 1] = shipment end
  end
  for _, label in ipairs(self.labels) do
    for _, shipment in ipairs(self.shipments) do
      -- What has no number has no package either.
      local stands = not label.tracking and label.kind ~= "label" and shipment.description == self:reference(label)
      for _, row in ipairs(shipment.packages) do stands = stands or row.CustomRefNbr1 == label.reference end
      if stands then label.shipment = shipment end
    end
    label.told = doc.told(slot, label)
    if label.shipment and not label.voided then
      if label.kind ~= "label" then label.all, label.goods = true, {} end
      label.shipment.on[#label.shipment.on + 1] = label
    end
  end
end

-- What a shipment that was made for a label is found by.
function Work:reference(label) return ("%s of %s"):format(label.reference, self.slot.number) end

function Work:is_ours(shipment)
  for _, label in ipairs(self.labels) do
    if shipment.description == self:reference(label) then return true end
  end
  return false
end

-- A shipment that is confirmed, or further, is opened first.
function Work:open(shipment, label)
  if shipment.status ~= "Open" then doc.open(self.job, self.erp, label.told, shipment) end
  shipment.touched = true
end

function Work:stand(label, shipment)
  label.shipment = shipment
  shipment.on[#shipment.on + 1] = label
  self.placed[label.reference] = shipment.number
  self.job.kv.set("placed:" .. self.place, self.placed)
end

function Work:take_off(label)
  self.placed[label.reference] = nil
  self.job.kv.set("placed:" .. self.place, self.placed)
  label.shipment = nil
end

-- Of a label that is off: who takes its place; it has the same goods, or says nothing of them.
function Work:successor(label)
  for _, each in ipairs(self.labels) do
    if not each.voided and not each.shipment and not self.placed[each.reference] and each.kind == label.kind and is_same(each.goods, label.goods) then
      return each
    end
  end
end

function Work:void(label)
  local shipment = label.shipment
  if self.job.decision == "theirs" then
    self:take_off(label)
    self.job:note(("%s is voided, and stays on shipment %s"):format(label.told, shipment.number))
    self.out[#self.out + 1] = { kept = shipment.number }
    return
  end
  self:open(shipment, label)
  local after = self:successor(label)
  if after then
    doc.replace(self.job, self.erp, after.told, shipment, label, after)
    self:take_off(label)
    self:stand(after, shipment)
    self.out[#self.out + 1] = { replaced = label.tracking, by = after.tracking, shipment = shipment.number }
    return
  end
  doc.drop(self.job, self.erp, label.told, shipment, label)
  self:take_off(label)
  self.out[#self.out + 1] = { voided = label.tracking, shipment = shipment.number }
  if #shipment.on == 0 and not self.slot.shipment and self:is_ours(shipment) and doc.delete(self.job, self.erp, label.told, shipment) then
    shipment.gone = true
  end
end

-- All that is open of the order in this warehouse, of which nothing says what was in the parcel.
function Work:open_goods()
  local out = {}
  for _, row in ipairs(self.order and self.order.Details or {}) do
    local id = ("%s:%s:%s"):format(self.slot.kind, self.slot.order_number, tostring(row.LineNbr))
    for _, line in ipairs(self.slot.lines or {}) do
      local open = exact(row.OrderQty) - exact(row.QtyOnShipments)
      if line.id == id and open:sign() > 0 then out[#out + 1] = { id = id, units = open } end
    end
  end
  return out
end

-- Without a label, and without a word of what was in it.
function Work:place_all(label)
  if self.job.settings.without_label == "ask" then
    return self.job:refuse(("%s was marked as shipped in ShipStation without a label: it does not say what left."):format(label.told), {
      cause = "without_label", concern = "warehouse", fix = "Ship it in Acumatica by hand and cancel this job, or set without_label to all.",
    })
  end
  label.all, label.goods = true, {}
  for _, shipment in ipairs(self.shipments) do
    if shipment.status == "Open" and #shipment.on == 0 and not shipment.gone then return self:put(label, shipment) end
  end
  local goods = self:open_goods()
  if #goods == 0 then
    self.out[#self.out + 1] = { nothing = "all of it is shipped" }
    return
  end
  self:make(label, goods)
end

function Work:make(label, goods)
  if self.slot.shipment then
    return self.job:refuse(("%s: shipment %s in Acumatica has not what left."):format(label.told, self.slot.shipment), {
      cause = "does_not_fit " .. self.slot.shipment, concern = "warehouse",
      fix = "Correct its quantities in Acumatica (form SO302000), then release this case.",
    })
  end
  local shipment = doc.make(self.job, self.erp, label.told, self.slot, label, goods, self:reference(label))
  if not shipment then return end   -- in shadow nothing follows
  self.shipments[#self.shipments + 1] = shipment
  doc.check(self.job, label.told, shipment, goods)
  self:put(label, shipment)
end

function Work:put(label, shipment)
  known.set_shipped(self.job, self.place)
  self:open(shipment, label)
  if label.tracking or label.kind == "label" then doc.put(self.job, self.erp, label.told, shipment, label) end
  self:stand(label, shipment)
  self.out[#self.out + 1] = { shipment = shipment.number, package = label.tracking }
end

local function confirmed_by_hand(self, label)
  for _, shipment in ipairs(self.shipments) do
    if shipment.status ~= "Open" and shipment.status ~= "On Hold" and #shipment.on == 0 and fits(shipment, label.goods) then return shipment end
  end
end

function Work:place_one(label)
  if label.kind ~= "label" then return self:place_all(label) end
  if #label.goods == 0 then
    -- A further parcel: it goes with those that say what was in them.
    for index = #self.shipments, 1, -1 do
      local shipment = self.shipments[index]
      if #shipment.on > 0 and not shipment.gone then return self:put(label, shipment) end
    end
    self.out[#self.out + 1] = { waits = "its number is told with the parcel that has goods" }
    return
  end
  local held
  for _, shipment in ipairs(self.shipments) do
    if not shipment.gone and fits(shipment, label.goods) then
      if shipment.status == "Open" then return self:put(label, shipment) end
      if shipment.status == "On Hold" then held = held or shipment end
    end
  end
  if held then return doc.open(self.job, self.erp, label.told, held) end
  local by_hand = confirmed_by_hand(self, label)
  if by_hand then
    return self.job:refuse(("%s: shipment %s was confirmed in Acumatica before its label came."):format(label.told, by_hand.number), {
      cause = "confirmed_by_hand " .. by_hand.number, concern = "warehouse",
      fix = "Correct the shipment in Acumatica and release this case: the number is put on it and it is confirmed; or write it there by hand "
        .. "and cancel this job.",
    })
  end
  self:make(label, label.goods)
end

-- A package that was put there and is gone was taken off by a person, whose word counts (C17).
function Work:taken_by_hand(label)
  if not self.placed[label.reference] or label.shipment then return false end
  self.job:note(("%s was taken off shipment %s in Acumatica, and stays off"):format(label.told, self.placed[label.reference]))
  return true
end

function Work:confirm()
  for _, shipment in ipairs(self.shipments) do
    local is_new = shipment.touched or self.confirmed[shipment.number] ~= true
    if #shipment.on > 0 and not shipment.gone and shipment.status == "Open" and is_new then
      local last = shipment.on[#shipment.on]
      doc.head(self.job, self.erp, last.told, shipment, shipment.on)
      if self.job.settings.confirm and is_covered(shipment) then
        doc.confirm(self.job, self.erp, last.told, shipment, shipment.on)
        self.confirmed[shipment.number] = true
        self.job.kv.set("confirmed:" .. self.place, self.confirmed)
        self.out[#self.out + 1] = { confirmed = shipment.number }
      end
    end
  end
end

return function(job, station, erp)
  local place = known.find(job, job.key)
  local slot = place and known.get(job, place)
  if not slot then return job:skip("nothing went out as " .. job.key) end
  local all = labels_of(job, place)
  refresh(station, all)
  job.kv.set("labels:" .. place, all)
  local work = setmetatable({
    job = job, erp = erp:at(slot.erp), slot = slot, place = place, shipments = {}, labels = {}, out = {},
    placed = job.kv.get("placed:" .. place) or {}, confirmed = job.kv.get("confirmed:" .. place) or {},
  }, Work)
  for _, reference in ipairs(sorted_keys(all)) do
    local label = {}
    for name, value in pairs(all[reference]) do label[name] = value end
    label.goods = label.kind == "label" and goods_of(job, station, slot, label) or {}
    work.labels[#work.labels + 1] = label
  end
  work:read()
  for _, label in ipairs(work.labels) do
    if label.voided and label.shipment then work:void(label) end
  end
  -- Parcels that say what was in them first.
  for _, with_goods in ipairs { true, false } do
    for _, label in ipairs(work.labels) do
      local has = #label.goods > 0
      if not label.voided and not label.shipment and has == with_goods and not work:taken_by_hand(label) then work:place_one(label) end
    end
  end
  work:confirm()
  for _, label in ipairs(work.labels) do
    local state = label.voided and (not label.shipment and "voided") or not label.voided and label.shipment and "live"
    if state then job.kv.set(known.settled_key(place, label.reference), state) end
  end
  if #work.out == 0 then return job:skip "Acumatica has it so" end
  return { parcels = work.out }
end
