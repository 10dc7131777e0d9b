-- What people do in the simulated Acumatica: sales are entered, held, released, edited, cancelled, shipped by hand, invoiced; stock
-- moves. An order is named by its number, or type and number: "000012", "SO/000012".

local host, money, orders, shipments, values = require "host", require "money", require "acumatica_orders", require "acumatica_shipments",
  require "acumatica_values"

local People = {}
People.__index = People

function People.new(site) return setmetatable({ site = site, to_come = 0, made = 0 }, People) end

local function fail(text) error({ refused = text }, 0) end

function People:order(company, name)
  local kind, number = tostring(name):match "^(%u%u)/(.+)$"
  local order = company:find("SalesOrder", kind or "SO", number or tostring(name))
  return order or fail("there is no order " .. tostring(name))
end

function People:shipment(company, name) return company:find("Shipment", tostring(name)) or fail("there is no shipment " .. tostring(name)) end

local function field(value) return { given = {}, attributes = {}, value = value } end

-- A written record without a wire: { InventoryID = "MUG-1" } as values.read would give it.
local function written(fields)
  local out = field()
  for name, value in pairs(fields) do
    out[name], out.given[name] = value, true
  end
  return out
end

local function line(item, quantity, more)
  local given = { InventoryID = item, OrderQty = quantity * money.ONE, WarehouseID = "MAIN" }
  for name, value in pairs(more or {}) do given[name] = value end
  return written(given)
end

-- The kinds of orders: each gives the fields and the lines that differ from an everyday one.
local KINDS = {
  plain = function() return {}, { line("MUG-1", 2) } end,
  several_lines = function() return {}, { line("MUG-1", 1), line("SHIRT-M", 3), line("BOOK-1", 1) } end,
  many_lines = function()
    local lines = {}
    for number = 1, 28 do lines[number] = line(("PART-%03d"):format(number), 1 + number % 3) end
    return {}, lines
  end,
  two_warehouses = function() return {}, { line("MUG-1", 2), line("TEA-100", 4, { WarehouseID = "EAST" }) } end,
  lot = function() return {}, { line("LOT-1", 1), line("MUG-1", 1) } end,
  serial = function() return {}, { line("SERIAL-1", 1) } end,
  credit_hold = function() return { credit = true }, { line("MUG-2", 1) } end,
  on_hold = function() return { Hold = true }, { line("MUG-1", 1) } end,
  short_stock = function() return {}, { line("SCARCE-1", 5), line("MUG-1", 1) } end,
  no_stock = function() return {}, { line("GONE-1", 1) } end,
  drop_ship = function() return {}, { line("LAMP-Ø", 1, { MarkForPO = true, POSource = "Drop-Ship" }), line("MUG-1", 1) } end,
  transfer = function() return { OrderType = "TR" }, { line("PART-001", 10) } end,
  quote = function() return { OrderType = "QT" }, { line("MUG-1", 1) } end,
  return_order = function() return { OrderType = "RM" }, { line("MUG-1", 1) } end,
  free_line = function() return {}, { line("MUG-1", 1), line("STICKER", 1, { FreeItem = true }) } end,
  discount = function() return {}, { line("SHIRT-S", 2, { DiscountAmount = 50000 }) } end,
  own_address = function()
    return {
      ShipToAddressOverride = true, ShipToContactOverride = true,
      ShipToAddress = written { AddressLine1 = "Gate 4, Löwenstraße 18", AddressLine2 = "c/o Müller", City = "Zürich", PostalCode = "8001",
        Country = "CH" },
      ShipToContact = written { Attention = "Zoë Müller", BusinessName = "Müller & Söhne", Phone1 = "+41 44 555 01 00", Email = "zoe@example.com" },
    }, { line("MUG-1", 1) }
  end,
  no_address = function()
    return { ShipToAddressOverride = true, ShipToAddress = written { AddressLine1 = "", City = "", PostalCode = "", Country = "US" } }, { line("MUG-1", 1) }
  end,
  non_ascii = function() return { Description = "Geschenk für 山田 ✓" }, { line("PEN-東京", 1), line("LAMP-Ø", 1) } end,
  next_week = function(date) return { RequestedOn = date }, { line("MUG-1", 1) } end,
}

local EVERYDAY = { "plain", "several_lines", "two_warehouses", "plain", "own_address", "free_line", "discount", "lot", "non_ascii" }

function People:enter(company, kind, given)
  local make = KINDS[kind]
  if not make then fail("there is no kind of order " .. tostring(kind)) end
  self.made = self.made + 1
  local fields, lines = make(values.date_of(host.now_ms() + 7 * 86400000, self.site.switches.zone_minutes))
  local customers = company.rows.Customer
  local customer = given.customer and company:find("Customer", given.customer) or customers[1 + (self.made - 1) % #customers]
  if not customer then fail "there is no such customer" end
  local all = written { CustomerID = customer.CustomerID, Hold = false, CustomerOrder = given.customer_order or "PO-" .. 1000 + self.made }
  for name, value in pairs(fields) do
    if name ~= "credit" then all[name], all.given[name] = value, true end
  end
  all.Details = lines
  local order, errors = orders.blank(company, all, given.branch or company.branch), {}
  orders.apply(company, order, all, errors, "")
  local name, why = next(errors)
  if name then fail(("%s: %s"):format(name, tostring(why))) end
  if fields.credit then
    order.CreditHold = true
    orders.decide(company, order)
  end
  order.OrderNbr = company:number "SalesOrder"
  company:add("SalesOrder", order)
  return order.OrderType .. "/" .. order.OrderNbr
end

local acts = {}

-- {"orders": 5, "kinds": ["lot"], "over": 600, "customer": "C000000001"}
function acts.orders(self, company, count, body)
  local out, over = host.json.array {}, math.tointeger(body.over or 0) or 0
  local kinds = body.kinds or EVERYDAY
  for index = 1, math.tointeger(count) or fail "orders: expected a number" do
    local kind = kinds[1 + (index - 1) % #kinds]
    if not KINDS[kind] then fail("there is no kind of order " .. tostring(kind)) end
    if over > 0 then
      self.to_come = self.to_come + 1
      host.timers.after(over * index // count, function()
        self.to_come = self.to_come - 1
        self:enter(company, kind, body)
      end)
    else
      out[#out + 1] = self:enter(company, kind, body)
    end
  end
  return out
end

-- Everything in a list of orders, told as changed.
local function each_order(what)
  return function(self, company, names, body)
    for _, name in ipairs(names) do
      local order = self:order(company, type(name) == "table" and name.order or name)
      what(company, order, type(name) == "table" and name or {}, body)
      company:touch(order)
    end
    return #names
  end
end

acts.hold = each_order(function(company, order) order.Hold = true orders.decide(company, order) end)
acts.release = each_order(function(company, order) order.Hold = false orders.decide(company, order) end)
acts.credit_hold = each_order(function(company, order) order.CreditHold = true orders.decide(company, order) end)
acts.credit_release = each_order(function(company, order) order.CreditHold = false orders.decide(company, order) end)
acts.approve = each_order(function(company, order) order.Approved = true orders.decide(company, order) end)
acts.cancel = each_order(function(company, order) orders.actions.CancelSalesOrder(company, order) end)
acts.reopen = each_order(function(company, order) orders.actions.ReopenSalesOrder(company, order) end)
-- A shipment made by hand, of one warehouse.
acts.ship = each_order(function(company, order, given) orders.actions.SalesOrderCreateShipment(company, order, { WarehouseID = given.warehouse or "MAIN" }) end)

-- {"edit": [{"order": "000012", "quantity": {"MUG-1": 5}, "address": "2 New St", "description": "…", "add": "MUG-2", "remove": "MUG-1"}]}
acts.edit = each_order(function(company, order, given)
  for item, quantity in pairs(given.quantity or {}) do
    local found = false
    for _, each in ipairs(order.Details) do
      if each.InventoryID == item then each.OrderQty, found = quantity * money.ONE, true end
    end
    if not found then fail(("order %s has no line of %s"):format(order.OrderNbr, item)) end
  end
  if given.address then order.ShipToAddress.AddressLine1, order.ShipToAddressOverride = given.address, true end
  if given.description then order.Description = given.description end
  for index = #order.Details, 1, -1 do
    if order.Details[index].InventoryID == given.remove then table.remove(order.Details, index) end
  end
  if given.add then
    local errors, more = {}, field()
    more.Details = { line(given.add, 1) }
    orders.apply(company, order, more, errors, "")
    if next(errors) then fail(given.add .. " can't be added") end
  end
  orders.total(order)
  orders.decide(company, order)
end)

-- Shipments by number: confirmed, corrected, invoiced by hand, or inventory updated.
for act, action in pairs { confirm = "ConfirmShipment", correct = "CorrectShipment", invoice = "PrepareInvoice", update_in = "UpdateIN" } do
  acts[act] = function(self, company, names)
    for _, name in ipairs(names) do
      local shipment = self:shipment(company, name)
      shipments.actions[action](company, shipment)
      company:touch(shipment)
    end
    return #names
  end
end

-- {"stock": [{"item": "GONE-1", "warehouse": "MAIN", "quantity": 10}]}
function acts.stock(_, company, rows)
  for _, row in ipairs(rows) do
    local item = company:find("StockItem", row.item) or fail("there is no item " .. tostring(row.item))
    company:move(row.item, row.warehouse or "MAIN", row.quantity * money.ONE - company:on_hand(row.item, row.warehouse or "MAIN"))
    company:touch(item)
  end
  return #rows
end

-- {"items": [{"item": "MUG-1", "description": "…", "weight": "0.75", "tariff": "6912.00", "inactive": true}]}
function acts.items(_, company, rows)
  for _, row in ipairs(rows) do
    local item = company:find("StockItem", row.item) or fail("there is no item " .. tostring(row.item))
    item.Description, item.TariffCode = row.description or item.Description, row.tariff or item.TariffCode
    if row.weight then item.DimensionWeight = money.parse(row.weight) end
    if row.inactive ~= nil then item.ItemStatus = row.inactive and "Inactive" or "Active" end
    company:touch(item)
  end
  return #rows
end

function acts.push(self, _, given)
  local added, why = self.site.push:add(given)
  return added or fail(why)
end

function acts.revoke(self, _, user) return self.site.oauth:revoke(user) end
function acts.restart(self) return self.site.sessions:drop() end

local ORDER = { "push", "revoke", "restart", "stock", "items", "orders", "approve", "hold", "release", "credit_hold", "credit_release", "edit",
  "cancel", "reopen",
  "ship", "confirm", "update_in", "invoice", "correct" }

function People:act(body)
  local out, done = {}, 0
  local ok, raised = pcall(function()
    local company = self.site.tenants[1]
    for _, tenant in ipairs(self.site.tenants) do
      if tenant.name == body.tenant then company = tenant end
    end
    for _, name in ipairs(ORDER) do
      if body[name] ~= nil then
        out[name], done = acts[name](self, company, body[name], body), done + 1
      end
    end
    if done == 0 then fail("expected one of " .. table.concat(ORDER, ", ")) end
  end)
  if ok then return out end
  if type(raised) ~= "table" then error(raised, 0) end
  return nil, raised.refused
end

return People
