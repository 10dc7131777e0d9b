-- What people in the simulated books do with orders that goods are sent for, and what came of it: orders are taken, changed, approved
-- and cancelled; deliveries, entries and charges are told.

local calendar, entities, host, money, packing, write = require "calendar", require "exact_fields", require "host", require "money", require "exact_packing",
  require "exact_write"

local dispatch = {}

local ORDERS, LINES, ADDRESSES, ACCOUNTS = "salesorder/SalesOrders", "salesorder/SalesOrderLines", "crm/Addresses", "crm/Accounts"
local CANCELLED = 45
local DELIVERY = 4

local PLACES = {
  { AddressLine1 = "Keizersgracht 1", Postcode = "1015 CJ", City = "Amsterdam", Country = "NL" },
  { AddressLine1 = "ulica Piotrkowska 104", AddressLine2 = "m. 12", Postcode = "90-004", City = "Łódź", Country = "PL" },
  { AddressLine1 = "Königstraße 7", Postcode = "70173", City = "Stuttgart", Country = "DE" },
  { AddressLine1 = "1 Main St", Postcode = "78701", City = "Austin", State = "TX", Country = "US" },
}

local function by_code(world, path, code) return code and (world.books:find(world.division, path, "Code", code) or {}).ID end

local function account_of(world, name)
  return world.books:find(world.division, ACCOUNTS, "Email", name or "An.Smit@Example.org") or world.books:find(world.division, ACCOUNTS, "Name", name)
end

local function address_of(world, account, given, count)
  local row = { Account = account.ID, Type = DELIVERY, Main = false }
  for name, value in pairs(given or PLACES[count % #PLACES + 1]) do row[name] = value end
  world.books:insert(world.division, ADDRESSES, "ID", row)
  return row.ID
end

local function lines_of(world, given, count)
  local lines = host.json.array {}
  for index, line in ipairs(given or { { item = "STOCK-1", quantity = tostring(count % 3 + 1) }, { item = "STOCK-2", quantity = "1" } }) do
    lines[index] = {
      Item = by_code(world, "logistics/Items", line.item), Quantity = host.number(line.quantity or "1"), NetPrice = host.number(line.price or "10"),
      Description = line.description, CostCenter = line.cost_center, CostUnit = line.cost_unit, UnitCode = line.unit, Notes = line.notes,
      Project = by_code(world, "project/Projects", line.project),
    }
  end
  return lines
end

-- { account = e-mail or name, lines = { { item =, quantity =, price =, … } }, address = {…}, shipping_method =, warehouse =, approval =,
--   date =, your_ref =, currency = }, all of it optional; gives the order's row.
function dispatch.take(world, draft)
  local count = world.books:number(world.division, "taken", 1)
  local account = account_of(world, draft.account)
  if draft.advice then account.DeliveryAdvice = draft.advice end
  local body = {
    OrderedBy = account.ID, DeliverTo = account.ID, DeliveryAddress = address_of(world, account, draft.address, count),
    ShippingMethod = by_code(world, "sales/ShippingMethods", draft.shipping_method), WarehouseID = by_code(world, "inventory/Warehouses", draft.warehouse),
    ApprovalStatus = draft.approval, YourRef = draft.your_ref, OrderDate = draft.date, Remarks = draft.remarks, Currency = draft.currency,
    SalesOrderLines = lines_of(world, draft.lines, count),
  }
  local answer = write.create(world, ORDERS, entities[ORDERS],
    { method = "POST", headers = { ["content-type"] = "application/json" }, body = host.json.encode(body) })
  if answer.status ~= 201 then return nil, answer.body end
  local order = world.books:find(world.division, ORDERS, "DeliveryAddress", body.DeliveryAddress)
  if draft.number then order.OrderNumber = draft.number end
  return order
end

local acts = {}

-- { id =, status = 45 } cancels; approval =, shipping_method =, remarks =; quantity = { ["STOCK-1"] = "3" }; add = { item =, … };
-- remove = "STOCK-2"; address = { City = … }.
function acts.order(world, change)
  local row = world.books:get(world.division, ORDERS, change.id)
  if not row then return false end
  local lines = world.books:lines(world.division, LINES, "OrderID", change.id)
  for _, line in ipairs(lines) do
    local quantity = change.quantity and change.quantity[line.ItemCode]
    if quantity then
      line.Quantity = money.parse(quantity)
      line.AmountFC = money.cents(line.Quantity, line.NetPrice)
    end
    if change.remove == line.ItemCode then world.books:delete(world.division, LINES, line.ID) end
    if quantity or change.remove == line.ItemCode then world.changed(LINES, line.ID, "Update") end
  end
  if change.add then
    local line = lines_of(world, { change.add }, 1)[1]
    line.OrderID = change.id
    write.create(world, LINES, entities[LINES],
      { method = "POST", headers = { ["content-type"] = "application/json" }, body = host.json.encode(line) })
  end
  if change.status == CANCELLED then
    row.Status, row.DeliveryStatus = CANCELLED, CANCELLED
    for _, line in ipairs(lines) do line.OrderStatus, line.DeliveryStatus = CANCELLED, CANCELLED end
  end
  if change.approval then row.ApprovalStatus = change.approval end
  if change.remarks then row.Remarks = change.remarks end
  if change.shipping_method then row.ShippingMethod = by_code(world, "sales/ShippingMethods", change.shipping_method) end
  local address = change.address and world.books:get(world.division, ADDRESSES, row.DeliveryAddress)
  for name, value in pairs(address and change.address or {}) do address[name] = value end
  row.Modified = host.now()
  world.changed(ORDERS, change.id, "Update")
  return true
end

-- A name: somebody who is bought from, carriers for example.
function acts.suppliers(world, name)
  world.books:insert(world.division, ACCOUNTS, "ID", {
    Code = tostring(world.books:number(world.division, "account", 1)), Name = name, Status = "A", Country = "NL", IsSupplier = true, Blocked = false,
  })
  return true
end
dispatch.acts = acts

local function account_code(books, division, id)
  local row = id and books:get(division, "financial/GLAccounts", id)
  return row and row.Code
end

local function entry_lines(books, division, path, id)
  local out, sum = host.json.array {}, 0
  for index, line in ipairs(books:lines(division, path, "EntryID", id)) do
    sum = sum + (line.AmountFC or 0)
    out[index] = {
      account = account_code(books, division, line.GLAccount), amount = money.text(line.AmountFC or 0, 2), cost_center = line.CostCenter,
      cost_unit = line.CostUnit, project = line.Project, description = line.Description, notes = line.Notes, vat_code = line.VATCode,
      relation = line.Account, date = line.Date and calendar.date(line.Date),
    }
  end
  return out, money.text(sum, 2)
end

-- References that more than one document bears.
local function doubles(list)
  local seen, out = {}, host.json.array {}
  for _, each in ipairs(list) do
    local reference = each.reference
    if reference then
      seen[reference] = (seen[reference] or 0) + 1
      if seen[reference] == 2 then out[#out + 1] = reference end
    end
  end
  return out
end

-- For `dispatch=1` of the state.
function dispatch.report(books, division)
  local deliveries, journal, purchases = host.json.array {}, host.json.array {}, host.json.array {}
  for row in books:each(division, "salesorder/GoodsDeliveries") do
    local lines = host.json.array {}
    for index, line in ipairs(books:lines(division, "salesorder/GoodsDeliveryLines", "EntryID", row.EntryID)) do
      lines[index] = { item = line.ItemCode, quantity = money.text(line.QuantityDelivered), order = line.SalesOrderNumber, tracking = line.TrackingNumber }
    end
    deliveries[#deliveries + 1] = {
      id = row.EntryID, number = row.DeliveryNumber, reference = row.Description, tracking = row.TrackingNumber, method = row.ShippingMethodCode,
      date = calendar.date(row.DeliveryDate), remarks = row.Remarks, document = row.Document, address = row.DeliveryAddress, lines = lines,
    }
  end
  for row in books:each(division, "generaljournalentry/GeneralJournalEntries") do
    local lines, sum = entry_lines(books, division, "generaljournalentry/GeneralJournalEntryLines", row.EntryID)
    journal[#journal + 1] = {
      id = row.EntryID, number = row.EntryNumber, journal = row.JournalCode, currency = row.Currency, reference = lines[1] and lines[1].notes, sum = sum,
      lines = lines,
    }
  end
  for row in books:each(division, "purchaseentry/PurchaseEntries") do
    local lines = entry_lines(books, division, "purchaseentry/PurchaseEntryLines", row.EntryID)
    purchases[#purchases + 1] = {
      id = row.EntryID, number = row.EntryNumber, reference = row.YourRef, supplier = row.SupplierName, amount = money.text(row.AmountFC, 2),
      date = row.EntryDate and calendar.date(row.EntryDate), lines = lines,
    }
  end
  local charges = host.json.array {}
  for _, path in ipairs { "salesorder/SalesOrderOrderChargeLines", "salesinvoice/SalesInvoiceOrderChargeLines" } do
    for row in books:each(division, path) do
      charges[#charges + 1] = {
        order = row.OrderID, invoice = row.InvoiceID, reference = row.OrderChargesLineDescription, amount = money.text(row.AmountFCExclVAT or 0, 2),
        is_shipping = row.IsShippingCost,
      }
    end
  end
  local papers = packing.documents(books, division)
  return {
    documents = papers,
    deliveries = deliveries, journal_entries = journal, purchase_entries = purchases, charges = charges,
    doubled = {
      documents = doubles(papers), deliveries = doubles(deliveries), journal_entries = doubles(journal), purchase_entries = doubles(purchases),
      charges = doubles(charges),
    },
  }
end

return dispatch
