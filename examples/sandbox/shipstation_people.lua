-- What people do in the simulated ShipStation: the warehouse ships, splits, combines, voids; the office holds, cancels and edits;
-- a shop's orders are imported. Each act is a list of what it is done to; an order is named by its id, or by its number or key.

local catalogue, clock, host, labels, money = require "catalogue", require "shipstation_clock", require "host", require "shipstation_labels", require "money"

local People = {}
People.__index = People

function People.new(account, hooks) return setmetatable({ account = account, hooks = hooks, imported = 0, to_come = 0 }, People) end

local function fail(text) error({ refused = text }, 0) end

function People:order(name)
  local account = self.account
  if math.type(name) == "integer" then
    local order = account.by_id[name]
    if order then return order end
  elseif type(name) == "string" then
    if account.by_key[name] then return account.by_key[name] end
    for _, order in ipairs(account.orders) do
      if order.fields.orderNumber == name and not order.merged_into and not order.deleted then return order end
    end
  end
  fail("there is no order " .. tostring(name))
end

function People:shipment(id)
  local shipment = self.account:shipment(id)
  if not shipment then fail("there is no shipment " .. tostring(id)) end
  return shipment
end

-- Quantities by the order's item ids, from { sku or lineItemKey or item id = quantity }.
local function quantities(order, wanted)
  if not wanted then return nil end
  local out = {}
  for name, quantity in pairs(wanted) do
    local found = false
    for _, item in ipairs(order.items) do
      if not found and (item.sku == name or item.lineItemKey == name or tostring(item.id) == tostring(name)) then
        out[item.id], found = quantity, true
      end
    end
    if not found then fail(("order %d has no item %s"):format(order.id, tostring(name))) end
  end
  return out
end

local function units(value, otherwise)
  if value == nil then return otherwise end
  local amount = money.parse(value)
  if not amount then fail(tostring(value) .. " is no amount") end
  return amount
end

local function ship_date(text)
  if text == nil then return nil end
  local wall, why = clock.parse(text)
  if not wall then fail(text .. " " .. why) end
  return wall
end

-- One order's parcels: `parcels` is a number or a list of { items, cost, insurance, carrier, service, tracking, ship_date, warehouse }.
function People:parcels_of(wanted)
  local given = type(wanted) == "table" and wanted or { order = wanted }
  local order = self:order(given.order)
  if not self.account:visible(order.id) then fail(("order %d is gone"):format(order.id)) end
  local parcels = given.parcels or 1
  if math.type(parcels) == "integer" then
    local count = parcels
    parcels = {}
    for index = 1, count do parcels[index] = index == 1 and {} or { items = {} } end
  end
  local out = {}
  for _, parcel in ipairs(parcels) do
    local carrier = parcel.carrier or given.carrier
    if carrier and not labels.carrier_of(carrier) then fail("there is no carrier " .. carrier) end
    out[#out + 1] = self.account:label(order, {
      carrier = carrier, service = parcel.service or given.service or carrier and labels.carrier_of(carrier).services[1].code,
      cost = units(parcel.cost or given.cost, nil), insurance = units(parcel.insurance or given.insurance, 0), tracking = parcel.tracking,
      items = quantities(order, parcel.items or given.items), ship_date = ship_date(parcel.ship_date or given.ship_date),
      warehouse = parcel.warehouse or given.warehouse, returns = given.returns,
    })
  end
  return out
end

local function append(list, more)
  for _, each in ipairs(more) do list[#list + 1] = each end
  return list
end

local acts = {}

-- Orders that are shipped in one go ("together") are told of once, and share a batch number.
function acts.ship(self, list, body)
  local made = {}
  local batch = body.together and tostring(100000 + self.account:id "batch")
  for _, wanted in ipairs(list) do
    local parcels = self:parcels_of(wanted)
    for _, parcel in ipairs(parcels) do parcel.batch = batch end
    append(made, parcels)
    if not body.together then self.hooks:changed("shipment", parcels) end
  end
  if body.together then self.hooks:changed("shipment", made) end
  local ids = host.json.array {}
  for index, shipment in ipairs(made) do ids[index] = shipment.id end
  return ids
end

-- Return labels.
acts["return"] = function(self, list)
  local ids = host.json.array {}
  for _, wanted in ipairs(list) do
    local given = { order = wanted }
    if type(wanted) == "table" then
      for name, value in pairs(wanted) do given[name] = value end
    end
    given.returns = true
    for _, shipment in ipairs(self:parcels_of(given)) do ids[#ids + 1] = shipment.id end
  end
  return ids
end

function acts.void(self, list)
  local out = host.json.array {}
  for index, id in ipairs(list) do
    local approved, message = self.account:void(self:shipment(id))
    if not approved then fail(message) end
    out[index] = id
  end
  return out
end

function acts.split(self, list)
  local out = host.json.array {}
  for index, wanted in ipairs(list) do
    local order = self:order(wanted.order)
    local part, why = self.account:split(order, quantities(order, wanted.items or fail "split: items are missing"))
    if not part then fail(why) end
    out[index] = part.id
  end
  return out
end

function acts.combine(self, list)
  local out = host.json.array {}
  for index, group in ipairs(list) do
    local orders = {}
    for position, name in ipairs(group) do orders[position] = self:order(name) end
    if #orders < 2 then fail "combine: two orders at least" end
    for _, order in ipairs(orders) do
      if not self.account.is_open(order) then fail(("order %d is %s"):format(order.id, order.fields.orderStatus)) end
    end
    out[index] = self.account:combine(orders).id
  end
  return out
end

local function set_status(status)
  return function(self, list)
    local out = host.json.array {}
    for index, name in ipairs(list) do
      local order = self:order(name)
      local before = order.fields.orderStatus
      self.account:set_status(order, status)
      if self.account:notable(order, before) then self.hooks:changed("order", { order }) end
      out[index] = order.id
    end
    return out
  end
end
acts.cancel, acts.restore, acts.pay = set_status "cancelled", set_status "awaiting_shipment", set_status "awaiting_shipment"

function acts.hold(self, list, body)
  local out = host.json.array {}
  for index, name in ipairs(list) do
    local order = self:order(name)
    order.fields.orderStatus, order.hold_until = "on_hold", ship_date(body["until"] or "2099-12-31")
    self.account:touch(order, true)
    out[index] = order.id
  end
  return out
end

function acts.delete(self, list)
  local out = host.json.array {}
  for index, name in ipairs(list) do
    local order = self:order(name)
    order.deleted = true
    self.account:touch(order)
    out[index] = order.id
  end
  return out
end

-- Shipped by hand, without a label of ShipStation's.
function acts.mark(self, list)
  local out = host.json.array {}
  for index, wanted in ipairs(list) do
    local given = type(wanted) == "table" and wanted or { order = wanted }
    local order = self:order(given.order)
    out[index] = self.account:fulfil(order, { carrier = given.carrier or "other", tracking = given.tracking, ship_date = ship_date(given.ship_date),
      by = "Pat Packer" }).id
  end
  return out
end

-- A fulfilment provider ships, for a fee, or turns an order down.
function acts.fulfil(self, list)
  local out = host.json.array {}
  for index, wanted in ipairs(list) do
    local given = type(wanted) == "table" and wanted or { order = wanted }
    local fulfillment = self.account:fulfil(self:order(given.order), {
      carrier = given.carrier or "ups", tracking = given.tracking or "1Z999AA1" .. host.random.int(10000000, 99999999), provider = "provider-1",
      fee = units(given.fee, 0), ship_date = ship_date(given.ship_date),
    })
    self.hooks:changed("fulfillment", { fulfillment })
    out[index] = fulfillment.id
  end
  return out
end

function acts.reject(self, list)
  local out = host.json.array {}
  for index, name in ipairs(list) do
    local order = self:order(name)
    order.fields.orderStatus = "rejected_fulfillment"
    self.account:touch(order)
    self.hooks:changed("rejection", { order })
    out[index] = order.id
  end
  return out
end

-- { order, quantity = { sku = 3 }, address = "2 New St", notes = "…", price = { sku = "9.50" } }
function acts.edit(self, list)
  local out = host.json.array {}
  for index, wanted in ipairs(list) do
    local order = self:order(wanted.order)
    for id, quantity in pairs(quantities(order, wanted.quantity) or {}) do
      for _, item in ipairs(order.items) do
        if item.id == id then item.quantity, item.modified = quantity, host.now_ms() end
      end
    end
    if wanted.address then
      local address = {}
      for name, value in pairs(order.fields.shipTo or {}) do address[name] = value end
      address.street1 = wanted.address
      order.fields.shipTo = address
    end
    order.fields.internalNotes = wanted.notes or order.fields.internalNotes
    self.account:touch(order, wanted.notes and not wanted.address and not wanted.quantity)
    out[index] = order.id
  end
  return out
end

-- A carrier's scans: { shipment, status = "IT", "DE", … }
function acts.scan(self, list)
  local out = host.json.array {}
  for index, wanted in ipairs(list) do
    local shipment = self:shipment(wanted.shipment)
    local event = { occurred_at = clock.date(host.now_ms()) .. "T12:00:00Z", status_code = wanted.status or "IT", description = wanted.text or "Scanned" }
    shipment.scans = shipment.scans or {}
    shipment.scans[#shipment.scans + 1] = event
    self.hooks:tracked(shipment, event)
    out[index] = shipment.id
  end
  return out
end

local function deactivated(active)
  return function(self, list)
    for _, id in ipairs(list) do
      local store = self.account:store(id)
      if not store then fail("there is no store " .. tostring(id)) end
      store.active = active
    end
    return list
  end
end
acts.deactivate, acts.reactivate = deactivated(false), deactivated(true)

-- What happens to an order in a warehouse's day.

local VOID_AFTER_SECONDS, RETURN_AFTER_SECONDS = 300, 900

local function half_of(order)
  local first, rest = {}, {}
  for index, item in ipairs(order.items) do
    local mine = #order.items > 1 and (index == 1 and item.quantity or 0) or (item.quantity + 1) // 2
    first[tostring(item.id)], rest[tostring(item.id)] = mine, item.quantity - mine
  end
  return first, rest
end

local HAPPENS = {
  parcel = function(self, order) acts.ship(self, { order.id }, {}) end,
  parcels = function(self, order)
    local first, rest = half_of(order)
    acts.ship(self, { { order = order.id, parcels = { { items = first }, { items = rest, carrier = "ups" } } } }, {})
  end,
  insured = function(self, order) acts.ship(self, { { order = order.id, insurance = "1.35" } }, {}) end,
  free = function(self, order) acts.ship(self, { { order = order.id, carrier = "fedex", cost = "0" } }, {}) end,
  by_hand = function(self, order) acts.mark(self, { { order = order.id, tracking = "HAND" .. order.id } }) end,
  relabelled = function(self, order)
    acts.void(self, acts.ship(self, { order.id }, {}))
    acts.ship(self, { order.id }, {})
  end,
  voided_later = function(self, order)
    local ids = acts.ship(self, { order.id }, {})
    self:later(VOID_AFTER_SECONDS, function()
      acts.void(self, ids)
      acts.ship(self, { order.id }, {})
    end)
  end,
  returned = function(self, order)
    acts.ship(self, { order.id }, {})
    self:later(RETURN_AFTER_SECONDS, function() acts["return"](self, { order.id }) end)
  end,
  split = function(self, order)
    local item = order.items[1]
    local part = item.quantity > 1 and 1 or #order.items > 1 and item.quantity
    if not part then return acts.ship(self, { order.id }, {}) end
    local child = self.account:split(order, { [item.id] = part })
    acts.ship(self, { child.id }, {})
    self:later(VOID_AFTER_SECONDS, function() acts.ship(self, { order.id }, {}) end)
  end,
}
local EVERYDAY = { "parcel", "parcel", "parcel", "parcel", "parcels", "insured", "free", "by_hand", "relabelled", "voided_later", "returned", "split" }

function People:later(seconds, happen)
  self.to_come = self.to_come + 1
  host.timers.after(seconds, function()
    happen()
    self.to_come = self.to_come - 1
  end)
end

-- { over = seconds, kinds = {…} }: every order that awaits shipment goes out within so many seconds.
function acts.work(self, wanted)
  local over, count = wanted.over or 0, 0
  for _, kind in ipairs(wanted.kinds or {}) do
    if not HAPPENS[kind] then fail("nothing called " .. tostring(kind) .. " happens") end
  end
  for _, order in ipairs(self.account.orders) do
    if self.account:visible(order.id) and order.fields.orderStatus == "awaiting_shipment" and #order.items > 0 then
      local kind = wanted.kinds and wanted.kinds[count % #wanted.kinds + 1] or host.pick(EVERYDAY)
      count = count + 1
      self:later(over == 0 and 0 or host.random.int(1, over), function()
        -- Held, cancelled, or gone into another since.
        if self.account:visible(order.id) and order.fields.orderStatus == "awaiting_shipment" then HAPPENS[kind](self, order) end
      end)
    end
  end
  return count
end

-- Orders of the shop that ShipStation imports by itself: one import, one notification.
function People:import(count, status)
  local made = {}
  for index = 1, count do
    self.imported = self.imported + 1
    local person = catalogue.people[(self.imported - 1) % #catalogue.people + 1]
    local address = { name = person.first .. " " .. person.last, company = person.company ~= "" and person.company or nil, street1 = person.street,
      city = person.city, postalCode = person.zip, country = person.country }
    local items = host.json.array {}
    for line = 1, 1 + self.imported % 3 do
      local product = catalogue.products[(self.imported * 5 + line * 3) % 12 + 1]
      items[line] = { lineItemKey = ("%d-%d"):format(self.imported, line), sku = product.sku, name = product.name, quantity = line,
        unitPrice = money.parse(product.price) }
    end
    local now = clock.wall(host.now_ms())
    made[index] = self.account:create({
      orderNumber = ("W-%d"):format(1000 + self.imported), orderDate = now, paymentDate = status ~= "awaiting_payment" and now or nil,
      orderStatus = status or "awaiting_shipment", customerUsername = ("buyer%d"):format(self.imported),
      customerEmail = ("buyer%d@example.org"):format(self.imported),
      billTo = address, shipTo = address, items = items, amountPaid = 0, advancedOptions = { storeId = 12346 },
      weight = { value = 20 * money.ONE, units = "ounces" },
    }, "store")
  end
  local notable = {}
  for _, order in ipairs(made) do
    if self.account:notable(order) then notable[#notable + 1] = order end
  end
  if #notable > 0 then self.hooks:changed("order", notable) end
  local ids = host.json.array {}
  for index, order in ipairs(made) do ids[index] = order.id end
  return ids
end

local ORDER = {
  "pay", "edit", "hold", "restore", "split", "combine", "ship", "return", "mark", "fulfil", "reject", "void", "scan", "cancel", "delete",
  "deactivate", "reactivate", "work",
}
local OTHERS = { orders = true, status = true, together = true, ["until"] = true }

-- What was done, by act; or nil and why not. Acts of one body happen in this order.
function People:act(body)
  local ok, result = pcall(function()
    local done = {}
    for name in pairs(body) do
      if not acts[name] and not OTHERS[name] then fail("unknown act " .. tostring(name)) end
    end
    if body.orders then done.orders = self:import(body.orders, body.status) end
    for _, name in ipairs(ORDER) do
      if body[name] then done[name] = acts[name](self, body[name], body) end
    end
    return { done = done }
  end)
  if ok then return result end
  if type(result) == "table" and result.refused then return nil, result.refused end
  error(result, 0)
end

return People
