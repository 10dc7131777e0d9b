-- Sales orders of the simulated Acumatica: what a written one must have, its totals, its status, and the actions on it but for
-- shipping. A fault in a field is told in `errors` (field name -> sentence), one of the business is raised as { refused = sentence }.

local host, money, values = require "host", require "money", require "acumatica_values"

local orders = {}

local function refuse(text) error({ refused = text }, 0) end

local EDITABLE = { ["On Hold"] = true, Open = true, ["Credit Hold"] = true, ["Pending Approval"] = true, ["Back Order"] = true, Shipping = true }
local SHIPPED_TYPES = { SO = true, TR = true, RM = true }

local function missing(what, text) return ("'%s' cannot be found in the system."):format(what), text end

function orders.total(order)
  local total, quantity = 0, 0
  for _, line in ipairs(order.Details) do
    line.ExtendedPrice = money.cents(line.OrderQty, line.FreeItem and 0 or line.UnitPrice) - (line.DiscountAmount or 0)
    total, quantity = total + line.ExtendedPrice, quantity + line.OrderQty
  end
  order.TaxTotal, order.OrderTotal, order.OrderedQty = 0, total, quantity
  order.Totals = { LineTotalAmount = total, TaxTotal = 0, OrderTotal = total }
end

-- The status that follows from holds, credit, approval and what has been shipped.
function orders.decide(company, order)
  if order.canceled then order.Status = "Canceled" return end
  local open, on_shipments, active = 0, 0, false
  for _, line in ipairs(order.Details) do
    line.OpenQty = math.max(0, line.OrderQty - line.shipped)
    line.Completed = line.OpenQty == 0 and line.shipped > 0
    line.QtyOnShipments = line.on_shipments
    open, on_shipments = open + line.OpenQty, on_shipments + line.on_shipments
  end
  for _, shipment in ipairs(order.Shipments) do active = active or shipment.Status == "Open" or shipment.Status == "On Hold" end
  if order.Hold then order.Status = "On Hold"
  elseif order.CreditHold then order.Status = "Credit Hold"
  elseif company.switches.approval_needed and not order.Approved then order.Status = "Pending Approval"
  elseif active then order.Status = "Shipping"
  elseif open == 0 and #order.Details > 0 and on_shipments > 0 then order.Status = "Completed"
  elseif on_shipments > 0 then order.Status = "Back Order"
  else order.Status = "Open" end
end

local function copy(record)
  local out = {}
  for name, value in pairs(record or {}) do out[name] = value end
  return out
end

local PLAIN = { "LocationID", "Date", "RequestedOn", "Hold", "CustomerOrder", "ExternalRef", "Description", "ShipVia", "Branch", "note",
  "ShipToAddressOverride", "ShipToContactOverride", "BillToAddressOverride", "BillToContactOverride", "WillCall" }
local PARTS = { ShipToAddress = "ShipToAddressOverride", ShipToContact = "ShipToContactOverride", BillToAddress = "BillToAddressOverride",
  BillToContact = "BillToContactOverride", ShippingSettings = false }

local function take_customer(company, order, given, errors)
  local customer = company:find("Customer", given.CustomerID or "")
  if not customer then errors.CustomerID = missing "Customer" return end
  order.CustomerID = customer.CustomerID
  for part, source in pairs { ShipToAddress = "ShippingContact", BillToAddress = "MainContact" } do order[part] = copy(customer[source].Address) end
  for part, source in pairs { ShipToContact = "ShippingContact", BillToContact = "MainContact" } do
    local from = customer[source]
    order[part] = { Attention = from.Attention, BusinessName = from.BusinessName, Email = from.Email, Phone1 = from.Phone1 }
  end
  order.ShipVia, order.CurrencyID = order.ShipVia or customer.ShipVia, order.CurrencyID or customer.CurrencyID
  if customer.Status == "Credit Hold" then order.CreditHold = true end
end

local function take_parts(order, given)
  for part, override in pairs(PARTS) do
    if given[part] then
      -- Another address than the customer's is kept only where the order says that it has one of its own.
      if not override or order[override] then
        order[part] = order[part] or {}
        for name in pairs(given[part].given) do order[part][name] = given[part][name] end
      end
    end
  end
end

local function take_line(company, order, line, given, errors)
  if given.given.InventoryID then
    local item = company:find("StockItem", given.InventoryID or "")
    if not item then errors.InventoryID = missing "Inventory ID" return end
    if item.ItemStatus == "Inactive" then errors.InventoryID = "The inventory item is Inactive." return end
    line.InventoryID, line.LineDescription, line.UOM, line.UnitPrice = item.InventoryID, item.Description, item.SalesUOM, item.DefaultPrice
    line.LineType = "Goods for Inventory"
  elseif not line.InventoryID then
    errors.InventoryID = "'Inventory ID' cannot be empty."
    return
  end
  if given.given.WarehouseID and not company.warehouses[given.WarehouseID or ""] then errors.WarehouseID = missing "Warehouse" return end
  if given.given.UOM and given.UOM ~= line.UOM then errors.UOM = missing "UOM" return end
  if given.given.OrderQty and (given.OrderQty or 0) < 0
    then errors.OrderQty = "Incorrect value. The value to be entered must be greater than or equal to 0." return end
  if given.given.OrderQty and given.OrderQty < line.on_shipments then errors.OrderQty = "The quantity is less than the quantity on shipments." return end
  for name in pairs(given.given) do
    if name ~= "InventoryID" then line[name] = given[name] end
  end
  line.WarehouseID, line.OrderQty = line.WarehouseID or "MAIN", line.OrderQty or 0
  line.ShipOn = line.ShipOn or order.RequestedOn or order.Date
end

local function new_line(order)
  local highest = 0
  for _, line in ipairs(order.Details) do highest = math.max(highest, line.LineNbr) end
  return { LineNbr = highest + 1, NoteID = host.uuid(), shipped = 0, on_shipments = 0, FreeItem = false, DiscountAmount = 0, MarkForPO = false,
    Allocations = {} }
end

local function take_lines(company, order, given, errors, session)
  for index, row in ipairs(given) do
    local line, at
    if row.id then line, at = values.row_of(order.Details, row.id, session) end
    if row.id and not line then refuse "The line with this id cannot be found." end
    if row.delete then
      if not line then refuse "delete is for a line with an id." end
      if line.on_shipments > 0 then refuse "The line cannot be deleted: it is on a shipment." end
      table.remove(order.Details, at)
    else
      local faults = {}
      local added = not line and new_line(order) or nil
      take_line(company, order, line or added, row, faults)
      if next(faults) then errors.Details = errors.Details or {} errors.Details[index] = faults
      elseif added then order.Details[#order.Details + 1] = added end
    end
  end
end

-- Puts what was written into a record; a new one comes as a table without lines.
function orders.apply(company, order, given, errors, session)
  if order.id and not EDITABLE[order.Status] then
    if given.given.Hold == nil or given.Details then refuse(("The %s order cannot be changed."):format(order.Status)) end
  end
  if given.given.OrderType and not company.order_types[given.OrderType or ""] then errors.OrderType = missing "Order Type" end
  if given.given.CustomerID or not order.CustomerID then
    if not given.CustomerID then errors.CustomerID = "'Customer' cannot be empty."
    elseif order.CustomerID ~= given.CustomerID then take_customer(company, order, given, errors) end
  end
  if given.given.ShipVia and given.ShipVia and not company.ship_vias[given.ShipVia] then errors.ShipVia = missing "Ship Via" end
  if given.given.Branch and not company.branches[given.Branch or ""] then errors.Branch = missing "Branch" end
  if next(errors) then return end
  for _, name in ipairs(PLAIN) do
    if given.given[name] or name == "note" and given.note then order[name] = given[name] end
  end
  take_parts(order, given)
  for path, value in pairs(given.attributes) do
    order.attributes = order.attributes or {}
    order.attributes[path] = value
  end
  if given.Details then take_lines(company, order, given.Details, errors, session) end
  if next(errors) then return end
  orders.total(order)
  orders.decide(company, order)
end

function orders.blank(company, given, branch)
  local kind = given.OrderType or "SO"
  return {
    OrderType = kind, Date = given.Date or company:date(), RequestedOn = given.RequestedOn or company:date(),
      Hold = company.switches.new_on_hold, CreditHold = false,
    Approved = not company.switches.approval_needed, Branch = branch, LocationID = "MAIN", Details = {}, Shipments = {}, Payments = {}, TaxDetails = {},
    ShippingSettings = { ShippingTerms = nil, ScheduledShipmentDate = given.RequestedOn or company:date(), ShippingRule = "Back Order Allowed",
      FreightPrice = 0 },
    ShipToAddressOverride = false, ShipToContactOverride = false, BillToAddressOverride = false, BillToContactOverride = false, WillCall = false,
  }
end

orders.actions = {}

function orders.actions.CancelSalesOrder(company, order)
  for _, shipment in ipairs(order.Shipments) do
    if shipment.Status ~= "Canceled" then refuse "The order cannot be canceled: it has shipments." end
  end
  if order.Status == "Completed" or order.Status == "Canceled"
    then refuse(("The CancelOrder action is not available for the order in the %s status."):format(order.Status)) end
  order.canceled = true
  orders.decide(company, order)
end

function orders.actions.ReopenSalesOrder(company, order)
  if order.Status ~= "Canceled" then refuse(("The ReopenOrder action is not available for the order in the %s status."):format(order.Status)) end
  order.canceled = nil
  orders.decide(company, order)
end

function orders.actions.OpenSalesOrder(company, order)
  if order.Status ~= "On Hold" then refuse(("The OpenOrder action is not available for the order in the %s status."):format(order.Status)) end
  order.Hold = false
  orders.decide(company, order)
end

function orders.actions.ReleaseFromCreditHoldSalesOrder(company, order)
  if order.Status ~= "Credit Hold" then refuse(("The ReleaseFromCreditHold action is not available for the order in the %s status."):format(order.Status)) end
  order.CreditHold = false
  orders.decide(company, order)
end

function orders.actions.PrepareSalesInvoice(company, order)
  local billed = false
  for _, shipment in ipairs(order.Shipments) do
    if shipment.Status == "Confirmed" and not shipment.InvoiceNbr then
      shipment.InvoiceNbr, billed = "INV" .. company:number "Invoice", true
      company.invoices = company.invoices + 1
    end
  end
  if not billed then refuse "There are no documents to be invoiced." end
end

-- May this order be shipped now? Raises why not.
function orders.shippable(order)
  if not SHIPPED_TYPES[order.OrderType] then refuse(("Orders of the %s type are not shipped."):format(order.OrderType)) end
  if order.Status == "Credit Hold"
    then refuse "The Create Shipment action is not available for the order in the Credit Hold status: the customer exceeds the credit limit." end
  if order.Status ~= "Open" and order.Status ~= "Back Order" and order.Status ~= "Shipping" then
    refuse(("The Create Shipment action is not available for the order in the %s status."):format(order.Status))
  end
end

return orders
