-- Shipments of the simulated Acumatica: made from orders, edited, packed, confirmed, corrected. Faults as in acumatica_orders.lua.

local host, orders, values = require "host", require "acumatica_orders", require "acumatica_values"

local shipments = { actions = {} }

local function refuse(text) error({ refused = text }, 0) end

-- The rows of the orders that tell of a shipment.
local function tell_orders(company, shipment)
  for _, row in ipairs(shipment.Orders) do
    local order = company:find("SalesOrder", row.OrderType, row.OrderNbr)
    for _, told in ipairs(order.Shipments) do
      if told.ShipmentNbr == shipment.ShipmentNbr then
        told.Status, told.ShipmentDate, told.ShippedQty = shipment.Status, shipment.ShipmentDate, row.ShippedQty
      end
    end
    local before = order.Status
    orders.decide(company, order)
    if company.switches.order_moves_with_shipment or order.Status ~= before and company.switches.status_moves_order then company:touch(order) end
  end
end

local function sum(shipment)
  local by_order, all = {}, 0
  for _, line in ipairs(shipment.Details) do
    local key = line.OrderType .. "\0" .. line.OrderNbr
    by_order[key], all = (by_order[key] or 0) + line.ShippedQty, all + line.ShippedQty
  end
  for _, row in ipairs(shipment.Orders) do row.ShippedQty = by_order[row.OrderType .. "\0" .. row.OrderNbr] or 0 end
  shipment.ShippedQty, shipment.PackageCount = all, #shipment.Packages
  local weight = 0
  for _, package in ipairs(shipment.Packages) do weight = weight + (package.Weight or 0) end
  shipment.PackageWeight = weight
end

-- More (or less) of a line goes out: the order's line and the stock follow.
local function change_quantity(company, shipment, line, units)
  local order_line, more = line.of, units - line.ShippedQty
  if more > order_line.OrderQty - order_line.on_shipments then refuse "The shipped quantity is greater than the open quantity of the order line." end
  if more > company:on_hand(line.InventoryID, shipment.WarehouseID) then
    refuse(("Inventory quantity for %s in warehouse '%s' will go negative."):format(line.InventoryID, shipment.WarehouseID))
  end
  order_line.on_shipments, line.ShippedQty = order_line.on_shipments + more, units
  company:move(line.InventoryID, shipment.WarehouseID, -more)
end

local function add_line(company, shipment, order, order_line, wanted)
  local open = order_line.OrderQty - order_line.on_shipments
  local quantity = math.min(wanted or open, company:on_hand(order_line.InventoryID, shipment.WarehouseID))
  if quantity <= 0 then return end
  local line = {
    LineNbr = #shipment.Details + 1, OrderType = order.OrderType, OrderNbr = order.OrderNbr, OrderLineNbr = order_line.LineNbr, of = order_line,
    InventoryID = order_line.InventoryID, OrderedQty = open, ShippedQty = 0, UOM = order_line.UOM, LocationID = "R1S1", WarehouseID = shipment.WarehouseID,
    Allocations = {},
  }
  shipment.Details[#shipment.Details + 1] = line
  change_quantity(company, shipment, line, quantity)
  if company.lots[line.InventoryID] == "auto" then
    line.LotSerialNbr = "LOT000001"
    line.Allocations[1] = { LineNbr = 1, LotSerialNbr = line.LotSerialNbr, Qty = quantity, LocationID = "R1S1", UOM = line.UOM }
  end
end

local function blank(company, order, warehouse, date)
  local shipment = {
    ShipmentNbr = company:number "Shipment", Type = order.OrderType == "TR" and "Transfer" or "Shipment", Status = "Open", Hold = false,
      CustomerID = order.CustomerID,
    LocationID = order.LocationID, WarehouseID = warehouse, ShipmentDate = date or company:date(), ShipVia = order.ShipVia, FreightCost = 0, FreightPrice = 0,
    FreightAmount = 0, OverrideFreightPrice = false, Details = {}, Packages = {}, Orders = {}, CreateNewShipmentForEveryOrder = false,
    ShippingSettings = { ShipToAddress = {}, ShipToContact = {}, ShipToAddressOverride = false, ShipToContactOverride = false },
  }
  for _, part in ipairs { "ShipToAddress", "ShipToContact" } do
    for name, value in pairs(order[part] or {}) do shipment.ShippingSettings[part][name] = value end
  end
  return shipment
end

local function short(item, warehouse)
  refuse(("The document cannot be shipped: item %s has insufficient quantity available in warehouse '%s'."):format(item, warehouse))
end

-- Puts the open lines of an order that the warehouse has into a shipment; `wanted` is { [LineNbr] = units } or nil for all.
local function put_order(company, shipment, order, wanted)
  orders.shippable(order)
  local before, first = #shipment.Details, nil
  for _, line in ipairs(order.Details) do
    local drop_ship = line.MarkForPO and line.POSource == "Drop-Ship"
    if line.WarehouseID == shipment.WarehouseID and not drop_ship and line.OrderQty > line.on_shipments and (not wanted or wanted[line.LineNbr]) then
      first = first or line.InventoryID
      add_line(company, shipment, order, line, wanted and wanted[line.LineNbr])
    end
  end
  if #shipment.Details == before then
    if first then short(first, shipment.WarehouseID) end
    refuse(("The order %s %s does not contain items planned for shipment from warehouse '%s'."):format(order.OrderType, order.OrderNbr, shipment.WarehouseID))
  end
  shipment.Orders[#shipment.Orders + 1] = { OrderType = order.OrderType, OrderNbr = order.OrderNbr }
end

local function keep(company, shipment)
  if company.switches.auto_packages then
    shipment.Packages[1] = { BoxID = "MEDIUM", Weight = 10000, UOM = "KG", Confirmed = false, DeclaredValue = 0, LineNbr = 1,
      NoteID = host.uuid(), PackageContents = {} }
  end
  sum(shipment)
  company:add("Shipment", shipment)
  for _, row in ipairs(shipment.Orders) do
    local order = company:find("SalesOrder", row.OrderType, row.OrderNbr)
    order.Shipments[#order.Shipments + 1] = { ShipmentNbr = shipment.ShipmentNbr, ShipmentType = shipment.Type }
  end
  tell_orders(company, shipment)
  return shipment
end

-- The action SalesOrderCreateShipment: one order, one warehouse.
function orders.actions.SalesOrderCreateShipment(company, order, given)
  orders.shippable(order)
  local warehouse = given.WarehouseID
  if warehouse == nil then
    for _, line in ipairs(order.Details) do
      if line.OrderQty > line.on_shipments then
        if warehouse and warehouse ~= line.WarehouseID then refuse "Error: 'Warehouse' cannot be empty." end
        warehouse = line.WarehouseID
      end
    end
  end
  if not company.warehouses[warehouse or "MAIN"] then refuse "'Warehouse' cannot be found in the system." end
  local date = given.ShipmentDate and values.parse_instant(given.ShipmentDate, company.switches.zone_minutes)
  local shipment = blank(company, order, warehouse or "MAIN", date and values.date_of(date, company.switches.zone_minutes))
  put_order(company, shipment, order)
  keep(company, shipment)
end

-- PUT of a new shipment: Details name orders, or single lines of them with their quantities.
function shipments.create(company, given)
  if not given.CustomerID then refuse "Error: 'Customer' cannot be empty." end
  if not given.WarehouseID then refuse "Error: 'Warehouse' cannot be empty." end
  if not company.warehouses[given.WarehouseID] then refuse "'Warehouse' cannot be found in the system." end
  local wanted, sequence = {}, {}
  for _, row in ipairs(given.Details or {}) do
    local order = company:find("SalesOrder", row.OrderType or "SO", row.OrderNbr or "")
    if not order then refuse "'Order Nbr.' cannot be found in the system." end
    if order.CustomerID ~= given.CustomerID then refuse "The order belongs to another customer." end
    if not wanted[order] then wanted[order], sequence[#sequence + 1] = { any = false, lines = {} }, order end
    if row.OrderLineNbr then
      wanted[order].any = true
      local order_line
      for _, line in ipairs(order.Details) do
        if line.LineNbr == row.OrderLineNbr then order_line = line end
      end
      if not order_line then refuse(("The order has no line %d."):format(row.OrderLineNbr)) end
      local units = row.ShippedQty or order_line.OrderQty - order_line.on_shipments
      if units > order_line.OrderQty - order_line.on_shipments then refuse "The shipped quantity is greater than the open quantity of the order line." end
      if units > company:on_hand(order_line.InventoryID, given.WarehouseID) then short(order_line.InventoryID, given.WarehouseID) end
      wanted[order].lines[row.OrderLineNbr] = units
    end
  end
  if #sequence == 0 then refuse "The shipment has no lines." end
  local made, shipment = {}, nil
  local ok, raised = pcall(function()
    for _, order in ipairs(sequence) do
      if not shipment or given.CreateNewShipmentForEveryOrder then
        shipment = blank(company, order, given.WarehouseID, given.ShipmentDate)
        made[#made + 1] = shipment
        for _, name in ipairs { "ShipVia", "Description" } do shipment[name] = given[name] or shipment[name] end
      end
      put_order(company, shipment, order, wanted[order].any and wanted[order].lines or nil)
    end
  end)
  for _, each in ipairs(made) do
    if ok then keep(company, each) end
    for _, line in ipairs(not ok and each.Details or {}) do change_quantity(company, each, line, 0) end
  end
  if not ok then error(raised, 0) end
  return made[1]
end

local function take_lines(company, shipment, rows, session)
  for _, row in ipairs(rows) do
    local line, at = nil, nil
    if row.id then line, at = values.row_of(shipment.Details, row.id, session) end
    if not line then
      for index, each in ipairs(shipment.Details) do
        if row.OrderNbr == each.OrderNbr and row.OrderLineNbr == each.OrderLineNbr and row.OrderNbr then line, at = each, index end
      end
    end
    if not line then refuse "The shipment line cannot be found." end
    if row.delete then
      change_quantity(company, shipment, line, 0)
      table.remove(shipment.Details, at)
    else
      if row.given.ShippedQty then change_quantity(company, shipment, line, row.ShippedQty or 0) end
      if row.given.LotSerialNbr then line.LotSerialNbr = row.LotSerialNbr end
      if row.given.LocationID then line.LocationID = row.LocationID end
      for _, allocation in ipairs(row.Allocations or {}) do
        line.Allocations[#line.Allocations + 1] = { LineNbr = #line.Allocations + 1, LotSerialNbr = allocation.LotSerialNbr,
          Qty = allocation.Qty or 0, UOM = line.UOM }
      end
    end
  end
end

local PACKAGE = { "BoxID", "TrackingNbr", "Weight", "Confirmed", "DeclaredValue", "Length", "Width", "Height", "CustomRefNbr1", "CustomRefNbr2",
  "PackageContents" }
local BOXES = { SMALL = true, MEDIUM = true, LARGE = true }

local function take_packages(shipment, rows, session)
  for _, row in ipairs(rows) do
    local package, at
    if row.id then package, at = values.row_of(shipment.Packages, row.id, session) end
    if row.id and not package then refuse "The package with this id cannot be found." end
    if row.delete then
      if package then table.remove(shipment.Packages, at) end
    else
      if not package then
        if not row.BoxID then refuse "Error: 'Box ID' cannot be empty." end
        local highest = 0
        for _, each in ipairs(shipment.Packages) do highest = math.max(highest, each.LineNbr) end
        package = { UOM = "KG", Weight = 0, Confirmed = false, DeclaredValue = 0, LineNbr = highest + 1, NoteID = host.uuid(), PackageContents = {} }
        shipment.Packages[#shipment.Packages + 1] = package
      end
      if row.given.BoxID and not BOXES[row.BoxID or ""] then refuse "'Box ID' cannot be found in the system." end
      for _, name in ipairs(PACKAGE) do
        if row.given[name] then package[name] = row[name] end
      end
    end
  end
end

local function only_tracking(given)
  for name in pairs(given.given) do
    if name ~= "ShipmentNbr" and name ~= "Packages" then return false end
  end
  for _, row in ipairs(given.Packages or {}) do
    for name in pairs(row.given) do
      if name ~= "TrackingNbr" and name ~= "CustomRefNbr1" and name ~= "CustomRefNbr2" then return false end
    end
    if row.delete or not row.id then return false end
  end
  return true
end

function shipments.apply(company, shipment, given, errors, session)
  if shipment.Status ~= "Open" and shipment.Status ~= "On Hold" then
    if company.switches.tracking_after_confirm ~= "allowed" or shipment.Status ~= "Confirmed" or not only_tracking(given) then
      refuse(("The shipment %s in the %s status cannot be changed."):format(shipment.ShipmentNbr, shipment.Status))
    end
  end
  if given.given.ShipVia and given.ShipVia and not company.ship_vias[given.ShipVia] then errors.ShipVia = "'Ship Via' cannot be found in the system." end
  if given.given.WarehouseID and given.WarehouseID ~= shipment.WarehouseID
    then errors.WarehouseID = "The warehouse of a shipment with lines cannot be changed." end
  if next(errors) then return end
  for _, name in ipairs { "ShipmentDate", "ShipVia", "Hold", "FreightCost", "OverrideFreightPrice", "Description" } do
    if given.given[name] then shipment[name] = given[name] end
  end
  -- Business logic wins: the price of freight is worked out unless the shipment says that it is overridden.
  if given.given.FreightPrice and shipment.OverrideFreightPrice then shipment.FreightPrice = given.FreightPrice end
  shipment.Status = shipment.Status == "Confirmed" and "Confirmed" or shipment.Hold and "On Hold" or "Open"
  for path, value in pairs(given.attributes) do
    shipment.attributes = shipment.attributes or {}
    shipment.attributes[path] = value
  end
  if given.Details then take_lines(company, shipment, given.Details, session) end
  if given.Packages then take_packages(shipment, given.Packages, session) end
  sum(shipment)
  tell_orders(company, shipment)
end

-- Takes a shipment that was not confirmed away again.
function shipments.delete(company, shipment)
  if shipment.Status == "Confirmed" then refuse "The confirmed shipment cannot be deleted." end
  for _, line in ipairs(shipment.Details) do change_quantity(company, shipment, line, 0) end
  for _, row in ipairs(shipment.Orders) do
    local order = company:find("SalesOrder", row.OrderType, row.OrderNbr)
    for index, told in ipairs(order.Shipments) do
      if told.ShipmentNbr == shipment.ShipmentNbr then table.remove(order.Shipments, index) break end
    end
    orders.decide(company, order)
  end
  company:remove(shipment)
end

local function not_in_status(action, shipment)
  refuse(("The %s action is not available for the shipment in the %s status."):format(action, shipment.Status))
end

function shipments.actions.ConfirmShipment(company, shipment)
  if shipment.Status ~= "Open" then not_in_status("Confirm Shipment", shipment) end
  if shipment.ShippedQty <= 0 then refuse "Unable to confirm zero shipment." end
  for _, line in ipairs(shipment.Details) do
    local assigned = 0
    for _, allocation in ipairs(line.Allocations) do assigned = assigned + (allocation.LotSerialNbr and allocation.Qty or 0) end
    if company.lots[line.InventoryID] and line.ShippedQty > 0 and not line.LotSerialNbr and assigned < line.ShippedQty then
      refuse(("One or more lines for item '%s' have unassigned lot or serial numbers."):format(line.InventoryID))
    end
  end
  for _, package in ipairs(shipment.Packages) do
    if company.switches.box_confirm_needed and not package.Confirmed then refuse "The shipment cannot be confirmed: not all packages are confirmed." end
  end
  shipment.Status = "Confirmed"
  for _, line in ipairs(shipment.Details) do line.of.shipped = line.of.shipped + line.ShippedQty end
  tell_orders(company, shipment)
end

function shipments.actions.CorrectShipment(company, shipment)
  if shipment.Status ~= "Confirmed" then not_in_status("Correct Shipment", shipment) end
  if shipment.released then refuse "The shipment cannot be corrected: inventory has been updated." end
  shipment.Status = "Open"
  for _, line in ipairs(shipment.Details) do line.of.shipped = line.of.shipped - line.ShippedQty end
  tell_orders(company, shipment)
end

function shipments.actions.UpdateIN(_, shipment)
  if shipment.Status ~= "Confirmed" then not_in_status("Update IN", shipment) end
  shipment.released = true
end

function shipments.actions.PrepareInvoice(company, shipment)
  if shipment.Status ~= "Confirmed" then not_in_status("Prepare Invoice", shipment) end
  company.invoices = company.invoices + 1
  local number = "INV" .. company:number "Invoice"
  for _, row in ipairs(shipment.Orders) do row.InvoiceNbr = number end
  shipment.Status = "Invoiced"
  tell_orders(company, shipment)
end

return shipments
