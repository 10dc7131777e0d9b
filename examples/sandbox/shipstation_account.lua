-- The account behind both APIs of the simulated ShipStation: orders, shipments (labels), fulfillments, and what happens to them.
-- Times are Unix milliseconds, but for those that clients give, which are wall times (see shipstation_clock).

local catalogue, clock, host, money = require "catalogue", require "shipstation_clock", require "host", require "money"

local OPEN = { awaiting_payment = true, awaiting_shipment = true, on_hold = true }

local Account = {}
Account.__index = Account

local function people(rows)
  local out = host.json.array {}
  for index, row in ipairs(rows) do out[index] = row end
  return out
end

local function warehouse(id, name, default)
  local address = { name = name, street1 = "1 Depot Way", city = "Austin", state = "TX", postalCode = "78701", country = "US", phone = "512-555-0100" }
  return { warehouseId = id, warehouseName = name, originAddress = address, returnAddress = address, isDefault = default, created = host.now_ms() }
end

function Account.new(switches, journal)
  local self = setmetatable({
    switches = switches, journal = journal, next_id = { order = 1000000, item = 7000000, shipment = 5000000, fulfillment = 246310000, batch = 18 },
    orders = {}, by_id = {}, by_key = {}, shipments = {}, fulfillments = {}, customers = {}, batches = {}, mails = {}, notices = {},
    told = function() end,
  }, Account)
  self.stores = people {
    { storeId = 12345, storeName = "Manual orders", marketplaceId = 0, marketplaceName = "ShipStation", active = true, manual = true },
    { storeId = 12346, storeName = "Web shop", marketplaceId = 36, marketplaceName = "BigCommerce", active = true },
  }
  self.warehouses = people { warehouse(14265, "Main warehouse", true), warehouse(14266, "East coast", false) }
  self.tags = people { { tagId = 3001, name = "Rush", color = "#FF0000" }, { tagId = 3002, name = "Fragile", color = "#0000FF" } }
  self.users = people { { userId = "0d35a1c6-0000-4000-8000-000000000001", userName = "packer", name = "Pat Packer" } }
  self.products = host.json.array {}
  for index, product in ipairs(catalogue.products) do
    self.products[index] = {
      productId = 77000000 + index, sku = product.sku, name = product.name, price = money.parse(product.price), active = true,
      created = host.now_ms(), modified = host.now_ms(), weight = { value = 8 * money.ONE, units = "ounces" },
    }
  end
  return self
end

function Account:id(kind)
  self.next_id[kind] = self.next_id[kind] + 1
  return self.next_id[kind]
end

-- ShipStation shortens an own key without a word (sheet, section 6, ids).
function Account:key(text)
  local most = self.switches.key_length
  if most > 0 and #text > most then
    self.journal:violation("key_shortened", text)
    return text:sub(1, most)
  end
  return text
end

local function find_by(list, field, value)
  for _, each in ipairs(list) do
    if each[field] == value then return each end
  end
end

function Account:store(id) return find_by(self.stores, "storeId", id) end
function Account:warehouse(id) return find_by(self.warehouses, "warehouseId", id) end
function Account:tag(id) return find_by(self.tags, "tagId", id) end
function Account:shipment(id) return find_by(self.shipments, "id", id) end

function Account:manual_store()
  for _, store in ipairs(self.stores) do
    if store.manual and store.active then return store end
  end
end

function Account.is_open(order) return OPEN[order.fields.orderStatus] == true end

-- An order that clients can see: not deleted, and not gone into another.
function Account:visible(id)
  local order = self.by_id[id]
  if order and not order.deleted and not order.merged_into then return order end
end

function Account:touch(order, quietly)
  if quietly and self.switches.quiet_edits then return end
  order.modified = math.max(host.now_ms(), order.modified + 1)
end

local function total(order)
  local units = (order.fields.taxAmount or 0) + (order.fields.shippingAmount or 0)
  for _, item in ipairs(order.items) do units = units + (item.quantity or 0) * (item.unitPrice or 0) end
  return units
end

function Account:put_items(order, items)
  local known = {}
  for _, item in ipairs(order.items or {}) do known[item.lineItemKey or item] = item end
  order.items = {}
  for index, given in ipairs(items or {}) do
    local before = given.lineItemKey and known[given.lineItemKey]
    local item = {}
    for name, value in pairs(given) do item[name] = value end
    item.quantity = item.quantity or 1
    item.id = before and before.id or self:id "item"
    item.created, item.modified = before and before.created or host.now_ms(), host.now_ms()
    order.items[index] = item
  end
end

-- Unless the account leaves customs declarations to whoever makes the order, ShipStation writes its own.
local function customs_of(self, order)
  local fields = order.fields
  if self.switches.customs_kept or (fields.shipTo or {}).country == "US" then return end
  local items = host.json.array {}
  for index, item in ipairs(order.items) do
    items[index] = { description = item.name, quantity = item.quantity, value = item.unitPrice or 0, countryOfOrigin = "US" }
  end
  fields.internationalOptions = { contents = (fields.internationalOptions or {}).contents or "merchandise", customsItems = items }
end

local function customer_of(self, order)
  local name = order.fields.customerUsername
  if not name then return end
  local customer = find_by(self.customers, "customerUsername", name)
  if not customer then
    customer = { customerId = 88000000 + #self.customers + 1, customerUsername = name, created = host.now_ms() }
    self.customers[#self.customers + 1] = customer
  end
  customer.email, customer.address, customer.modified = order.fields.customerEmail, order.fields.shipTo, host.now_ms()
  order.customer = customer.customerId
end

-- ORDER_NOTIFY: a new order in any state but awaiting payment, or one that leaves it, but not to cancelled (section 4).
function Account:notable(order, before)
  local now = order.fields.orderStatus
  if before == nil then return now ~= "awaiting_payment" end
  return before == "awaiting_payment" and now ~= "awaiting_payment" and now ~= "cancelled"
end

-- A new order of these fields. `source`: api, or store where a shop's orders are imported.
function Account:create(given, source)
  local order = {
    id = self:id "order", fields = given, created = host.now_ms(), modified = host.now_ms(), source = source or "api",
    key = given.orderKey and self:key(given.orderKey) or ("%s"):format(host.token(16)), merged_ids = {}, parts = 0,
  }
  local options = given.advancedOptions or {}
  order.store = options.storeId or (self:manual_store() or { storeId = 0 }).storeId
  order.warehouse = options.warehouseId or self.warehouses[1].warehouseId
  self:put_items(order, given.items)
  order.total = total(order)
  customer_of(self, order)
  customs_of(self, order)
  self.orders[#self.orders + 1], self.by_id[order.id], self.by_key[order.key] = order, order, order
  return order
end

-- The whole order is replaced: what `given` leaves out is emptied, unless a switch says that it is kept.
function Account:replace(order, given)
  local fields = given
  if self.switches.omitted_fields == "kept" then
    fields = {}
    for _, part in ipairs { order.fields, given } do
      for name, value in pairs(part) do fields[name] = value end
    end
  end
  local key = order.fields.orderKey
  order.fields = fields
  order.fields.orderKey = key
  order.warehouse = (fields.advancedOptions or {}).warehouseId or order.warehouse
  if fields.orderStatus ~= "on_hold" then order.hold_until = nil end
  self:put_items(order, fields.items)
  order.total = total(order)
  customer_of(self, order)
  customs_of(self, order)
  self:touch(order)
end

function Account:set_status(order, status)
  order.fields.orderStatus = status
  if status ~= "on_hold" then order.hold_until = nil end
  self:touch(order)
end

local COST = { stamps_com = "7.15", fedex = "12.40", ups = "11.85" }

-- A label. `given`: carrier, service, cost, insurance, tracking, items { [item id] = quantity }, ship_date, weight, returns, user …
function Account:label(order, given)
  local id = self:id "shipment"
  local shipment = {
    id = id, order = order, created = host.now_ms(), carrier = given.carrier or "stamps_com", service = given.service or "usps_priority_mail",
    package = given.package or "package", confirmation = given.confirmation or "delivery", insurance = given.insurance or 0,
    ship_date = given.ship_date or clock.wall(host.now_ms()), tracking = given.tracking or ("94001%017d"):format(id * 977),
    is_return = given.returns or false,
    weight = given.weight or { value = 16 * money.ONE, units = "ounces" }, dimensions = given.dimensions,
    ship_to = given.ship_to or order and order.fields.shipTo,
    warehouse = given.warehouse or order and order.warehouse or self.warehouses[1].warehouseId, items = {}, batch = given.batch,
    store = order and order.store or 0, options = given.options,
  }
  shipment.cost = given.cost or money.parse(COST[shipment.carrier] or "9.90")
  for _, item in ipairs(order and order.items or {}) do
    local quantity = not given.items and item.quantity or given.items[item.id]
    if quantity and quantity > 0 and not item.adjustment then shipment.items[#shipment.items + 1] = { item = item, quantity = quantity } end
  end
  self.shipments[#self.shipments + 1] = shipment
  if order and not shipment.is_return then
    order.parts = order.parts + 1
    order.fields.shipDate = shipment.ship_date
    self:set_status(order, "shipped")
  end
  return shipment
end

-- Gives whether it was approved, and what the carrier says.
function Account:void(shipment)
  if shipment.voided then return false, "The label was already voided." end
  if self.switches.void_refused then return false, "The carrier does not approve: the label was already used." end
  shipment.voided = host.now_ms()
  local order = shipment.order
  if order and not shipment.is_return then
    order.parts = order.parts - 1
    if order.parts == 0 and self.switches.void_reopens then self:set_status(order, "awaiting_shipment") end
  end
  return true, "Label voided successfully"
end

-- Shipped outside of ShipStation: no label, no cost.
function Account:fulfil(order, given)
  local fulfillment = {
    id = self:id "fulfillment", order = order, created = host.now_ms(), carrier = given.carrier, tracking = given.tracking or "",
    ship_date = given.ship_date or clock.wall(host.now_ms()), provider = given.provider, fee = given.fee or 0, ship_to = order.fields.shipTo,
    mail = given.mail or false, notice = given.notice or false, store = order.store,
  }
  self.fulfillments[#self.fulfillments + 1] = fulfillment
  if fulfillment.mail then self.mails[#self.mails + 1] = order.id end
  if fulfillment.notice then self.notices[#self.notices + 1] = order.id end
  order.external_by = given.provider or given.by or "API"
  self:set_status(order, "shipped")
  return fulfillment
end

-- So many of these items (by id) become an order of their own.
function Account:split(order, quantities)
  local items = host.json.array {}
  for _, item in ipairs(order.items) do
    local moved = quantities[item.id]
    if moved then
      if moved < 1 or moved > item.quantity then return nil, "can't move " .. moved .. " of item " .. item.id end
      local copy = {}
      for name, value in pairs(item) do copy[name] = value end
      copy.quantity = moved
      items[#items + 1] = copy
      item.quantity = item.quantity - moved
    end
  end
  if #items == 0 then return nil, "nothing is moved" end
  local kept = {}
  for _, item in ipairs(order.items) do
    if item.quantity > 0 then kept[#kept + 1] = item end
  end
  if #kept == 0 then return nil, "nothing is left in the order" end
  order.items = kept
  local given = {}
  for name, value in pairs(order.fields) do given[name] = value end
  given.orderKey, given.taxAmount, given.shippingAmount, given.items = nil, nil, nil, items
  order.splits = (order.splits or 0) + 1
  if self.switches.split_numbers == "suffix" then given.orderNumber = ("%s-%d"):format(order.fields.orderNumber, order.splits) end
  given.advancedOptions = { storeId = order.store, warehouseId = order.warehouse }
  local part = self:create(given, "split")
  part.parent, part.merged_or_split, order.merged_or_split = order.id, true, true
  order.total = total(order)
  self:touch(order, true)
  return part
end

-- Orders of one customer go out as one: the first takes the others in, or all go into a new one.
function Account:combine(orders)
  local parent = orders[1]
  if self.switches.merge_makes_new then
    local given = {}
    for name, value in pairs(parent.fields) do given[name] = value end
    given.orderKey, given.items = nil, nil
    given.advancedOptions = { storeId = parent.store, warehouseId = parent.warehouse }
    parent = self:create(given, "merge")
  end
  for _, order in ipairs(orders) do
    if order ~= parent then
      for _, item in ipairs(order.items) do parent.items[#parent.items + 1] = item end
      order.merged_into, order.merged_or_split = parent.id, true
      parent.merged_ids[#parent.merged_ids + 1] = order.id
      self:touch(order, true)
    end
  end
  parent.merged_or_split, parent.total = true, total(parent)
  self:touch(parent, true)
  return parent
end

-- A number that links of notifications and filters name a group of records by.
function Account:batch(records)
  local id = self:id "batch"
  for _, record in ipairs(records) do record.batches = record.batches or {}; record.batches[tostring(id)] = true end
  return id
end

return Account
