-- Warehouses and stock of the simulated Exact Online. The fact sheet names these entities (sections 3 and 5); their fields are of
-- Exact's own reference of July 2025. Stock moves when goods are delivered.

local answers, filter, host, money, wire = require "exact_answers", require "exact_filter", require "host", require "money", require "wire"

local stock = {}

function stock.entities(fields)
  return {
    ["inventory/Warehouses"] = {
      key = "ID", scope = "Logistics inventory", methods = "G", select = true,
      fields = fields [[ID guid read, Code string read, Description string read, EMail string read, Main int read,
        UseStorageLocations int read, DefaultStorageLocation guid read, DefaultStorageLocationCode string read]],
    },
    ["inventory/StorageLocations"] = {
      key = "ID", scope = "Logistics inventory", methods = "G", select = true,
      fields = fields [[ID guid read, Code string read, Description string read, Main int read, PickSequence int read, Warehouse guid read,
        WarehouseCode string read]],
    },
    ["inventory/ItemWarehouses"] = {
      key = "ID", scope = "Logistics inventory", methods = "G", select = true,
      fields = fields [[ID guid read, Item guid read, ItemCode string read, ItemDescription string read, ItemBarcode string read,
        ItemUnit string read, Warehouse guid read, WarehouseCode string read, CurrentStock decimal read, PlannedStockIn decimal read,
        PlannedStockOut decimal read, ProjectedStock decimal read, ReservedStock decimal read, ReorderPoint decimal read,
        SafetyStock decimal read, MaximumStock decimal read, DefaultStorageLocation guid read,
        DefaultStorageLocationCode string read]],
    },
    ["inventory/StockPositions"] = {   -- there for sync/ only
      key = "ID", scope = "Logistics inventory", methods = "",
      fields = fields [[ID guid read, ItemId guid read, ItemCode string read, ItemDescription string read, Warehouse guid read,
        WarehouseCode string read, CurrentStock decimal read, FreeStock decimal read, PlanningIn decimal read, PlanningOut decimal read,
        ProjectedStock decimal read, ReservedStock decimal read, ReorderPoint decimal read, UnitCode string read]],
    },
    ["inventory/BatchNumbers"] = {
      key = "ID", scope = "Logistics items", methods = "G", select = true,
      fields = fields [[ID guid read, BatchNumber string read, Item guid read, ItemCode string read, AvailableQuantity decimal read,
        ExpiryDate date read, IsBlocked int read, Remarks string read]],
    },
    ["inventory/SerialNumbers"] = {
      key = "ID", scope = "Logistics items", methods = "G", select = true,
      fields = fields [[ID guid read, SerialNumber string read, Item guid read, ItemCode string read, Available int read,
        StartDate date read, EndDate date read, IsBlocked int read, Warehouse guid read, WarehouseCode string read,
        StorageLocation guid read, StorageLocationCode string read, Remarks string read]],
    },
    -- What a delivery's line says of its batches and serial numbers.
    ["inventory/StockBatchNumbers"] = {
      key = "ID", header = "StockTransactionID", scope = "Logistics inventory", methods = "",
      fields = fields [[ID guid read, StockTransactionID guid read, LineNumber int read, BatchNumber string must, Quantity decimal must,
        StorageLocation guid, Remarks string, EndDate date read]],
    },
    ["inventory/StockSerialNumbers"] = {
      key = "ID", header = "StockTransactionID", scope = "Logistics inventory", methods = "",
      fields = fields [[ID guid read, StockTransactionID guid read, LineNumber int read, SerialNumber string must, StorageLocation guid,
        Remarks string, StartDate date read, EndDate date read]],
    },
    ["logistics/Units"] = {
      key = "ID", scope = "Logistics items", methods = "G",
      fields = fields [[ID guid read, Code string read, Description string read, Active bool read, Main int read, Type string read]],
    },
    ["logistics/ItemGroups"] = {
      key = "ID", scope = "Logistics items", methods = "G",
      fields = fields [[ID guid read, Code string read, Description string read, IsDefault int read, GLRevenue guid read,
        GLRevenueCode string read, GLCosts guid read, GLCostsCode string read, GLStock guid read, GLStockCode string read,
        Notes string read]],
    },
    ["logistics/SalesItemPrices"] = {
      key = "ID", scope = "Sales prices", methods = "G", select = true,
      fields = fields [[ID guid read, Item guid read, ItemCode string read, Account guid read, Currency string read, Price decimal read,
        Quantity decimal read, Unit string read, NumberOfItemsPerUnit decimal read, StartDate date read, EndDate date read]],
    },
    ["sales/SalesChannels"] = {
      key = "ID", scope = "Sales orders", methods = "G",
      fields = fields [[ID guid read, Code string read, Description string read, Active bool read, Notes string read]],
    },
    ["purchaseorder/PurchaseOrders"] = {
      key = "PurchaseOrderID", scope = "Purchase orders", methods = "G", topic = "PurchaseOrders", select = true,
      fields = fields [[PurchaseOrderID guid read, OrderNumber int read, OrderStatus int read, ReceiptStatus int read,
        InvoiceStatus int read, ApprovalStatus int read, Supplier guid read, SupplierCode string read, SupplierName string read,
        OrderDate date read, ReceiptDate date read, Description string read, YourRef string read, Currency string read,
        Warehouse guid read, WarehouseCode string read, ShippingMethod guid read, ShippingMethodCode string read,
        DropShipment bool read, SalesOrder guid read, SalesOrderNumber int read, AmountFC decimal read, AmountDC decimal read,
        Remarks string read, PurchaseOrderLines lines:purchaseorder/PurchaseOrderLines read]],
    },
    ["purchaseorder/PurchaseOrderLines"] = {
      key = "ID", header = "PurchaseOrderID", of = "purchaseorder/PurchaseOrders", scope = "Purchase orders", methods = "G", select = true,
      fields = fields [[ID guid read, PurchaseOrderID guid read, LineNumber int read, Item guid read, ItemCode string read,
        ItemDescription string read, SupplierItemCode string read, Quantity decimal read, QuantityInPurchaseUnits decimal read,
        ReceivedQuantity decimal read, InvoicedQuantity decimal read, Unit string read, UnitPrice decimal read, NetPrice decimal read,
        AmountFC decimal read, VATCode string read, ReceiptDate date read, CostCenter string read, CostUnit string read,
        Project guid read, SalesOrder guid read, SalesOrderLine guid read, Description string read, Notes string read]],
    },
  }
end

local BATCH, SERIAL, PLACES = "inventory/BatchNumbers", "inventory/SerialNumbers", "inventory/ItemWarehouses"

local function of_item(world, path, field, number, item)
  for row in world.books:each(world.division, path) do
    if row.Item == item and row[field] == number then return row end
  end
end

local function check_batches(world, item, quantity, batches)
  if #batches == 0 then return "Mandatory: Batch numbers: " .. item.Code end
  local sum = 0
  for _, each in ipairs(batches) do
    local known = of_item(world, BATCH, "BatchNumber", each.BatchNumber, item.ID)
    if not known then return ("Batch number does not exist: %s %s"):format(item.Code, each.BatchNumber) end
    if known.IsBlocked == 1 then return ("Blocked: Batch number %s %s"):format(item.Code, each.BatchNumber) end
    if each.Quantity > known.AvailableQuantity then return ("Not enough in batch: %s %s"):format(item.Code, each.BatchNumber) end
    sum = sum + each.Quantity
  end
  if sum ~= quantity then return "Quantity of the batch numbers is not the quantity delivered: " .. item.Code end
end

local function check_serials(world, item, quantity, serials)
  if #serials == 0 then return "Mandatory: Serial numbers: " .. item.Code end
  if #serials * money.ONE ~= quantity then return "Number of serial numbers is not the quantity delivered: " .. item.Code end
  local seen = {}
  for _, each in ipairs(serials) do
    local known = of_item(world, SERIAL, "SerialNumber", each.SerialNumber, item.ID)
    if not known or known.Available ~= 1 or seen[known] then
      return ("Serial number is not available: %s %s"):format(item.Code, each.SerialNumber)
    end
    seen[known] = true
  end
end

-- Why a line can't be delivered as far as stock goes, or nil. `parts`: its BatchNumbers and SerialNumbers.
function stock.refusal(world, item, line, parts)
  if line.StorageLocation and not world.books:get(world.division, "inventory/StorageLocations", line.StorageLocation) then
    return "Invalid reference: Storage location"
  end
  if item.IsBatchItem == 1 then
    local broken = check_batches(world, item, line.QuantityDelivered, parts.BatchNumbers or {})
    if broken then return broken end
  end
  if item.IsSerialItem then
    local broken = check_serials(world, item, line.QuantityDelivered, parts.SerialNumbers or {})
    if broken then return broken end
  end
  local place = item.IsStockItem and world.books:find(world.division, PLACES, "Item", item.ID)
  -- Whether stock may fall below nothing is a setting of a real division.
  if place and not world.switches.negative_stock and line.QuantityDelivered > place.CurrentStock then return "Not enough stock: " .. item.Code end
end

local function touched(world, row) row.Timestamp = world.books:number(world.division, "timestamp", 1000000) end

-- Goods leave (or, with less than nothing, come back).
function stock.moved(world, item, quantity, parts)
  for _, each in ipairs(parts.BatchNumbers or {}) do
    local known = of_item(world, BATCH, "BatchNumber", each.BatchNumber, item.ID)
    known.AvailableQuantity = known.AvailableQuantity - each.Quantity
  end
  for _, each in ipairs(parts.SerialNumbers or {}) do of_item(world, SERIAL, "SerialNumber", each.SerialNumber, item.ID).Available = 0 end
  local place = item.IsStockItem and world.books:find(world.division, PLACES, "Item", item.ID)
  if not place then return end
  place.CurrentStock = place.CurrentStock - quantity
  touched(world, place)
  item.Stock = place.CurrentStock
  local position = world.books:find(world.division, "inventory/StockPositions", "ItemId", item.ID)
  position.CurrentStock, position.FreeStock, position.ProjectedStock = place.CurrentStock, place.CurrentStock, place.CurrentStock
  touched(world, position)
end

-- read/logistics/StockPosition?itemId=guid'…': a function, whose one row is worked out.
function stock.of_item(world, request)
  local query = wire.query(request)
  local id = (query.itemId or ""):match "^guid'(%x+%-%x+%-%x+%-%x+%-%x+)'$"
  if not id then return answers.error(400, "The parameter 'itemId' is missing or is no guid") end
  local item = world.books:get(world.division, "logistics/Items", id:lower())
  if not item then return answers.json(200, { d = { results = host.json.array {} } }) end
  local there, out = 0, 0
  for place in world.books:each(world.division, PLACES) do
    if place.Item == item.ID then there = there + place.CurrentStock end
  end
  for line in world.books:each(world.division, "salesorder/SalesOrderLines") do
    if line.Item == item.ID then out = out + line.Quantity - (line.QuantityDelivered or 0) end
  end
  local function number(amount) return host.number((money.text(amount):gsub("0+$", ""):gsub("%.$", ""))) end
  return answers.json(200, { d = { results = host.json.array { {
    __metadata = { uri = world.base .. "/read/logistics/StockPosition", type = "Exact.Web.Api.Models.Logistics.StockPosition" },
    ItemId = item.ID, InStock = number(there), PlanningIn = number(0), PlanningOut = number(out),
  } } } })
end

-- read/sync/Sync/SyncTimestamp: the last version given before a moment; how the real one rounds is not known.
function stock.timestamp(world, request, paths)
  local query = wire.query(request)
  local moment = (query.modified or ""):match "^datetime'(.*)'$"
  local name = (query.endPoint or ""):match "^'(.*)'$"
  local seconds = moment and filter.instant(moment)
  if not seconds then return answers.error(400, "The parameter 'modified' is missing or is no datetime") end
  local path = name and paths[name]
  if not path then return answers.error(400, "The parameter 'endPoint' is missing or unknown") end
  local version = 1
  for row in world.books:each(world.division, path) do
    if row.Modified < seconds then version = math.max(version, row.Timestamp) end
  end
  return answers.json(200, { d = { results = host.json.array { { TimeStampAsBigInt = version } } } })
end

local UNITS = { { "pc", "Piece" }, { "kg", "Kilogram" }, { "box", "Box of 12" } }

-- Weights are in kilograms here; what a division means by them is its own affair.
local ITEMS = {
  { Code = "STOCK-1", Description = "Kept in stock", IsStockItem = true, GrossWeight = "1.4", NetWeight = "1.25", NetWeightUnit = "kg",
    StatisticalCode = "69111000" },
  { Code = "STOCK-2", Description = "Kept in stock, smaller", IsStockItem = true, GrossWeight = "0.35", NetWeight = "0.3", NetWeightUnit = "kg" },
  { Code = "BOX-12", Description = "A box of twelve", IsStockItem = true, Unit = "box", GrossWeight = "4", NetWeight = "3.6", NetWeightUnit = "kg" },
  { Code = "ROPE", Description = "Rope by the metre", IsStockItem = true, Unit = "m", GrossWeight = "0.1", NetWeight = "0.1", IsFractionAllowedItem = true },
  { Code = "BATCH-1", Description = "With a batch number", IsStockItem = true, IsBatchItem = 1, GrossWeight = "0.5", NetWeight = "0.45" },
  { Code = "SERIAL-1", Description = "With a serial number", IsStockItem = true, IsSerialItem = true, GrossWeight = "3", NetWeight = "2.8" },
}

local IN_STOCK = 100 * money.ONE

local function seed_item(books, code, draft, places)
  local item = { IsSalesItem = true, Unit = "pc", SalesVatCode = "4", StandardSalesPrice = 10 * money.ONE, Stock = IN_STOCK, ItemGroup = places.group }
  for name, value in pairs(draft) do item[name] = value end
  item.GrossWeight, item.NetWeight = money.parse(draft.GrossWeight), money.parse(draft.NetWeight)
  item.GLRevenue = places.revenue
  books:insert(code, "logistics/Items", "ID", item)
  books:insert(code, PLACES, "ID", {
    Item = item.ID, ItemCode = item.Code, ItemDescription = item.Description, ItemUnit = "pc", Warehouse = places.warehouse,
    WarehouseCode = "1", CurrentStock = IN_STOCK, PlannedStockIn = 0, PlannedStockOut = 0, ProjectedStock = IN_STOCK, ReservedStock = 0,
    ReorderPoint = 5 * money.ONE, SafetyStock = 0, MaximumStock = 0,
  })
  books:insert(code, "inventory/StockPositions", "ID", {
    ItemId = item.ID, ItemCode = item.Code, ItemDescription = item.Description, Warehouse = places.warehouse, WarehouseCode = "1",
    CurrentStock = IN_STOCK, FreeStock = IN_STOCK, PlanningIn = 0, PlanningOut = 0, ProjectedStock = IN_STOCK, ReservedStock = 0,
    ReorderPoint = 5 * money.ONE, UnitCode = "pc",
  })
  books:insert(code, "logistics/SalesItemPrices", "ID", {
    Item = item.ID, ItemCode = item.Code, Currency = "EUR", Price = 10 * money.ONE, Quantity = money.ONE, Unit = "pc",
    NumberOfItemsPerUnit = money.ONE, StartDate = 1735689600,
  })
  return item
end

function stock.seed(books, code)
  local revenue = books:find(code, "financial/GLAccounts", "Code", "8000").ID
  local main = books:insert(code, "inventory/Warehouses", "ID", { Code = "1", Description = "Main", Main = 1, UseStorageLocations = 0 })
  books:insert(code, "inventory/Warehouses", "ID", { Code = "2", Description = "Second", Main = 0, UseStorageLocations = 0 })
  books:insert(code, "inventory/StorageLocations", "ID", {
    Code = "A-01", Description = "Aisle A, 1", Main = 1, PickSequence = 1, Warehouse = main.ID, WarehouseCode = "1",
  })
  local group = books:insert(code, "logistics/ItemGroups", "ID", { Code = "GOODS", Description = "Goods", IsDefault = 1, GLRevenue = revenue })
  for index, unit in ipairs(UNITS) do
    books:insert(code, "logistics/Units", "ID", { Code = unit[1], Description = unit[2], Active = true, Main = index == 1 and 1 or 0, Type = "O" })
  end
  books:insert(code, "sales/SalesChannels", "ID", { Code = "WEB", Description = "Web shop", Active = true })
  local places = { warehouse = main.ID, group = group.ID, revenue = revenue }
  local made = {}
  for _, draft in ipairs(ITEMS) do made[draft.Code] = seed_item(books, code, draft, places) end
  for number = 1, 2 do
    books:insert(code, BATCH, "ID", {
      BatchNumber = ("LOT-%d"):format(number), Item = made["BATCH-1"].ID, ItemCode = "BATCH-1", AvailableQuantity = 10 * money.ONE, IsBlocked = 0,
    })
    books:insert(code, SERIAL, "ID", {
      SerialNumber = ("SN-%d"):format(number), Item = made["SERIAL-1"].ID, ItemCode = "SERIAL-1", Available = 1, IsBlocked = 0,
      Warehouse = main.ID, WarehouseCode = "1",
    })
  end
end

-- An order that a person gave a supplier: buying is not ours.
function stock.seed_purchase(books, code)
  local main = books:find(code, "inventory/Warehouses", "Code", "1")
  local item = books:find(code, "logistics/Items", "Code", "STOCK-1")
  local supplier = books:find(code, "crm/Accounts", "Code", "1")
  local order = books:insert(code, "purchaseorder/PurchaseOrders", "PurchaseOrderID", {
    OrderNumber = books:number(code, "purchase_order", 26800001), OrderStatus = 10, ReceiptStatus = 10, InvoiceStatus = 10, ApprovalStatus = 1,
    Supplier = supplier.ID, SupplierCode = supplier.Code, SupplierName = supplier.Name, OrderDate = 1767225600, Currency = "EUR",
    Warehouse = main.ID, WarehouseCode = "1", DropShipment = false, AmountFC = 50 * money.ONE, AmountDC = 50 * money.ONE,
  })
  books:insert(code, "purchaseorder/PurchaseOrderLines", "ID", {
    PurchaseOrderID = order.PurchaseOrderID, LineNumber = 1, Item = item.ID, ItemCode = item.Code, Quantity = 10 * money.ONE,
    QuantityInPurchaseUnits = 10 * money.ONE, ReceivedQuantity = 0, InvoicedQuantity = 0, Unit = "pc", UnitPrice = 5 * money.ONE,
    NetPrice = 5 * money.ONE, AmountFC = 50 * money.ONE, VATCode = "8",
  })
end

return stock
