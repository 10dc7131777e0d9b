-- What one tenant of the simulated Acumatica keeps: customers, stock items with their stock, orders, shipments. Quantities are in
-- units of money.lua, as amounts are.

local catalogue, host, money, values = require "catalogue", require "host", require "money", require "acumatica_values"

local ONE = money.ONE

local Company = {}
Company.__index = Company

local SHIP_VIA = { "GROUND", "UPSGROUND", "UPSNEXT", "FEDEXGRND", "FEDEXEXP", "USPS", "DHL", "LOCAL" }
local ORDER_TYPES = { SO = "Sales Order", QT = "Quote", TR = "Transfer", RM = "RMA Order", CM = "Credit Memo" }

local function set(list)
  local out = {}
  for _, name in ipairs(list) do out[name] = true end
  return out
end

-- Those who buy here beside the catalogue's people: a business of the USA has its customers there.
local AMERICANS = {
  { first = "Grace", last = "Hopper", company = "Good Food One Restaurant", street = "1201 Elliott Ave W", city = "Seattle", state = "WA",
    zip = "98119", country = "US" },
  { first = "Alan", last = "O'Hara", company = "", street = "77 Massachusetts Ave", city = "Cambridge", state = "MA", zip = "02139", country = "US" },
  { first = "Rosa", last = "Peña", company = "Peña & Daughters", street = "4 Calle San Francisco", city = "San Juan", state = "PR",
    zip = "00901", country = "US" },
}

function Company.new(name, switches, told)
  local self = setmetatable({
    name = name, branch = "MAIN", branches = set { "MAIN", "EAST" }, switches = switches, told = told or function() end,
    rows = { SalesOrder = {}, Shipment = {}, Customer = {}, StockItem = {} }, by_key = { SalesOrder = {}, Shipment = {}, Customer = {}, StockItem = {} },
    by_id = {}, warehouses = set { "MAIN", "EAST" }, ship_vias = set(SHIP_VIA), order_types = ORDER_TYPES, stock = {}, lots = {},
    next_number = { SalesOrder = 1, Shipment = 1, Customer = 1, Invoice = 1 }, invoices = 0,
  }, Company)
  return self
end

function Company:number(kind)
  local number = self.next_number[kind]
  self.next_number[kind] = number + 1
  return ("%06d"):format(number)
end

local KEYS = { SalesOrder = { "OrderType", "OrderNbr" }, Shipment = { "ShipmentNbr" }, Customer = { "CustomerID" }, StockItem = { "InventoryID" } }

-- Keys are found without regard to case, as the database compares them.
local function key_of(kind, record)
  local parts = {}
  for index, name in ipairs(KEYS[kind]) do parts[index] = tostring(record[name]):upper() end
  return table.concat(parts, "\0")
end

function Company:find(kind, ...) return self.by_key[kind][table.concat({ ... }, "\0"):upper()] end

function Company:add(kind, record)
  record.kind, record.id, record.NoteID = kind, host.uuid(), host.uuid()
  local list = self.rows[kind]
  list[#list + 1], self.by_key[kind][key_of(kind, record)], self.by_id[record.id] = record, record, record
  record.CreatedDate, record.CreatedDateTime = host.now_ms(), host.now_ms()
  self:touch(record)
  return record
end

-- The record changed now.
function Company:touch(record)
  record.LastModified, record.LastModifiedDateTime = host.now_ms(), host.now_ms()
  self.told(self, record)
end

function Company:remove(record)
  local list = self.rows[record.kind]
  for index, each in ipairs(list) do
    if each == record then table.remove(list, index) break end
  end
  self.by_key[record.kind][key_of(record.kind, record)], self.by_id[record.id] = nil, nil
end

-- Units of an item that a warehouse has and no shipment holds.
function Company:on_hand(item, warehouse) return (self.stock[item] or {})[warehouse] or 0 end

function Company:move(item, warehouse, units)
  self.stock[item] = self.stock[item] or {}
  self.stock[item][warehouse] = self:on_hand(item, warehouse) + units
  local record = self:find("StockItem", item)
  for _, row in ipairs(record and record.WarehouseDetails or {}) do
    if row.WarehouseID == warehouse then row.QtyOnHand = self.stock[item][warehouse] end
  end
end

function Company:address_of(person)
  return { AddressLine1 = person.street, City = person.city, State = person.state, PostalCode = person.zip, Country = person.country }
end

function Company:add_customer(person, id)
  local name = person.company ~= "" and person.company or person.first .. " " .. person.last
  local contact = {
    Attention = person.first .. " " .. person.last, BusinessName = name, DisplayName = name, Phone1 = "+1 206 555 0100",
    Email = ("buyer%d@example.com"):format(self.next_number.Customer), Address = self:address_of(person),
  }
  return self:add("Customer", {
    CustomerID = id or "C" .. ("%09d"):format(math.tointeger(self:number "Customer")), CustomerName = name, CustomerClass = "DEFAULT", Status = "Active",
    MainContact = contact, ShippingContact = contact, ShippingAddressOverride = false, ShipVia = "GROUND", Terms = "30D", TaxZone = "EXEMPT",
    IsGuestCustomer = false, CurrencyID = "USD",
  })
end

-- lots: "auto" are assigned by the program, "by_hand" by a person.
function Company:add_item(product, quantity, lots)
  local item = self:add("StockItem", {
    InventoryID = product.sku, Description = product.name, ItemStatus = "Active", ItemClass = "ALLOTHER", BaseUOM = "EA", SalesUOM = "EA",
    DefaultPrice = money.parse(product.price), DimensionWeight = product.weight or 5000, WeightUOM = "KG", CountryOfOrigin = "US", TariffCode = "6912.00",
    LotSerialClass = lots and "LOT" or "NOTTRACKED", CrossReferences = { { AlternateID = "BC-" .. product.sku, AlternateType = "Barcode", UOM = "EA" } },
    WarehouseDetails = {},
  })
  self.lots[product.sku] = lots
  for _, warehouse in ipairs { "MAIN", "EAST" } do
    item.WarehouseDetails[#item.WarehouseDetails + 1] = { WarehouseID = warehouse, QtyOnHand = 0, DefaultPrice = item.DefaultPrice }
    self:move(product.sku, warehouse, quantity * ONE)
  end
  return item
end

-- The made-up business. A second tenant is there and empty.
function Company:fill()
  for _, person in ipairs(AMERICANS) do self:add_customer(person) end
  for _, person in ipairs(catalogue.people) do self:add_customer(person) end
  for _, product in ipairs(catalogue.products) do self:add_item(product, 1000) end
  self:add_item({ sku = "LOT-1", name = "With lot numbers", price = "8.0000" }, 100, "auto")
  self:add_item({ sku = "SERIAL-1", name = "With serial numbers", price = "199.0000" }, 100, "by_hand")
  self:add_item({ sku = "SCARCE-1", name = "Two of each warehouse", price = "12.0000" }, 2)
  self:add_item({ sku = "GONE-1", name = "Sold out", price = "12.0000" }, 0)
  return self
end

function Company:date() return values.date_of(host.now_ms(), self.switches.zone_minutes) end

return Company
