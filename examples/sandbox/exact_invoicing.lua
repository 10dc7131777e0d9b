-- InvoiceSalesOrders of the simulated Exact Online: invoices made of what was delivered or ordered, one a customer or one an
-- order, of at most 500 order lines a call (apis/exact-online.md, section 5).

local rules = require "exact_rules"

local MOST_LINES = 500
local DELIVERED, ORDERED, BY_CUSTOMER, BY_ORDER = 0, 1, 0, 1
local PARTIAL, COMPLETE = 20, 21
local INVOICES, LINES = "salesinvoice/SalesInvoices", "salesinvoice/SalesInvoiceLines"

-- What is to be invoiced of a line.
local function open_of(line, mode)
  local whole = mode == ORDERED and line.Quantity or line.QuantityDelivered or 0
  return whole - (line.QuantityInvoiced or 0)
end

local function invoice_line(order, line, quantity)
  return {
    Item = line.Item, Quantity = quantity, UnitPrice = line.UnitPrice, NetPrice = line.NetPrice, VATCode = line.VATCode,
    Description = line.Description, Notes = line.Notes, CostCenter = line.CostCenter, CostUnit = line.CostUnit, Project = line.Project,
    SalesOrder = order.OrderID, SalesOrderLine = line.ID, SalesOrderNumber = order.OrderNumber, SalesOrderLineNumber = line.LineNumber,
  }
end

local function follow_up(world, order, lines)
  local open = 0
  for _, line in ipairs(lines) do
    local invoiced = line.QuantityInvoiced or 0
    open = open + line.Quantity - invoiced
    line.InvoiceStatus = invoiced == 0 and line.InvoiceStatus or invoiced < line.Quantity and PARTIAL or COMPLETE
  end
  order.InvoiceStatus = open == 0 and COMPLETE or PARTIAL
  world.changed("salesorder/SalesOrders", order.OrderID, "Update")
end

local function lines_of(world, order) return world.books:lines(world.division, "salesorder/SalesOrderLines", "OrderID", order.OrderID) end

-- Gives nil, or why no invoice was made.
local function make(world, row, group)
  local head = group[1]
  local invoice = {
    Journal = row.JournalCode, OrderedBy = head.OrderedBy, InvoiceTo = head.InvoiceTo, DeliverTo = head.DeliverTo, Currency = head.Currency,
    YourRef = head.YourRef, PaymentCondition = head.PaymentCondition, Description = head.Description,
  }
  local lines = {}
  for _, order in ipairs(group) do
    for _, line in ipairs(lines_of(world, order)) do
      local quantity = open_of(line, row.InvoiceMode)
      if quantity > 0 then lines[#lines + 1] = invoice_line(order, line, quantity) end
    end
  end
  if #lines == 0 then return "Nothing to invoice: order " .. tostring(head.OrderNumber) end
  local broken = rules.document[INVOICES](world, invoice, lines)
  if #broken > 0 then return table.concat(broken, "\r\n") end
  world.books:insert(world.division, INVOICES, "InvoiceID", invoice)
  for number, line in ipairs(lines) do
    line.InvoiceID, line.LineNumber = invoice.InvoiceID, number
    world.books:insert(world.division, LINES, "ID", line)
    local ordered = world.books:get(world.division, "salesorder/SalesOrderLines", line.SalesOrderLine)
    ordered.QuantityInvoiced = (ordered.QuantityInvoiced or 0) + line.Quantity
  end
  for _, order in ipairs(group) do follow_up(world, order, lines_of(world, order)) end
  world.changed(INVOICES, invoice.InvoiceID, "Create")
end

-- Fills in the counts of `row`; gives a sentence when the call as a whole is refused.
return function(world, row, wanted)
  if row.InvoiceMode ~= DELIVERED and row.InvoiceMode ~= ORDERED then return "Invalid invoice mode" end
  if row.CreateMode ~= BY_CUSTOMER and row.CreateMode ~= BY_ORDER then return "Invalid create mode" end
  local groups, by_customer, count = {}, {}, 0
  for _, each in ipairs(wanted) do
    local order = world.books:get(world.division, "salesorder/SalesOrders", each.ID)
    if not order then return "Invalid reference: Sales order" end
    count = count + #lines_of(world, order)
    local group = row.CreateMode == BY_CUSTOMER and by_customer[order.OrderedBy]
    if not group then
      group = {}
      groups[#groups + 1], by_customer[order.OrderedBy] = group, group
    end
    group[#group + 1] = order
  end
  if count == 0 then return "Mandatory: Sales order IDs" end
  if count > MOST_LINES then return ("Too many sales order lines: %d, at most %d"):format(count, MOST_LINES) end
  local errors = {}
  for _, group in ipairs(groups) do errors[#errors + 1] = make(world, row, group) end
  row.ID, row.NumberOfFailedInvoices, row.NumberOfCreatedInvoices = wanted[1].ID, #errors, #groups - #errors
  row.Errors = #errors > 0 and table.concat(errors, "\r\n") or nil
end
