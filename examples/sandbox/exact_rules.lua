-- The business rules of the simulated Exact Online: what a document must satisfy, and what it adds up to. A broken rule
-- is a sentence; several are joined as Exact joins them.

local calendar, charges, host, money, trade =
  require "calendar", require "exact_charges", require "host", require "money", require "exact_trade"

local rules = {}

local CUSTOMER, SALES_JOURNAL, PROCESSED, OPEN = "C", 20, 50, 12
local INVOICE, CREDIT = 8020, 8021
local TYPES = { [INVOICE] = true, [CREDIT] = true, [8023] = true, [8024] = true }
local MOST_VAT_APART = 500   -- ten-thousandths: an entry's own VAT amount may differ this much from the code's
local CURRENCIES = { EUR = true, USD = true, GBP = true, PLN = true, DKK = true, JPY = true, KWD = true }

-- `world` is { books, division, switches }.
local function found(world, path, field, value) return world.books:find(world.division, path, field, value) end

local function add(broken, sentence) broken[#broken + 1] = sentence end

local function check_account(world, broken, field, id)
  if not id then return end
  local account = world.books:get(world.division, "crm/Accounts", id)
  if not account then return add(broken, "Invalid reference: " .. field) end
  if account.Blocked then return add(broken, "Blocked: " .. field) end
  if account.Status ~= CUSTOMER then add(broken, "Account is not a customer: " .. field) end
end

local function check_journal(world, broken, code)
  if not code then return end
  local journal = found(world, "financial/Journals", "Code", code)
  if not journal or journal.Type ~= SALES_JOURNAL then
    add(broken, "Invalid journal " .. code)
  elseif journal.IsBlocked then
    add(broken, "Blocked: Journal " .. code)
  end
end

-- Why nothing can be booked on a date, or nil.
function rules.period(world, date)
  local closed = world.switches.closed_until
  closed = type(closed) == "string" and calendar.parse_iso(closed)
  if closed and date <= closed then return "Period is closed" end
  for period in world.books:each(world.division, "financial/FinancialPeriods") do
    if date >= period.StartDate and date < period.EndDate + 86400 then return nil end
  end
  return "Period does not exist"
end

local function check_document(world, broken, row)
  check_journal(world, broken, row.Journal)
  if row.Currency and not CURRENCIES[row.Currency] then add(broken, "Invalid currency " .. row.Currency) end
  if row.PaymentCondition and not found(world, "cashflow/PaymentConditions", "Code", row.PaymentCondition) then
    add(broken, "Invalid payment condition " .. row.PaymentCondition)
  end
  local date = row.EntryDate or row.OrderDate
  local wrong = date and rules.period(world, date)
  if wrong then add(broken, wrong) end
end

local function check_cost_center(world, broken, line, account)
  if line.CostCenter and not found(world, "hrm/Costcenters", "Code", line.CostCenter) then
    add(broken, "Invalid cost center " .. line.CostCenter)
  end
  if line.CostUnit and not found(world, "hrm/Costunits", "Code", line.CostUnit) then
    add(broken, "Invalid cost unit " .. line.CostUnit)
  end
  if not account then return end
  if account.UseCostunit == 1 and not line.CostUnit then add(broken, "Mandatory: Cost unit") end
  if account.UseCostunit == 2 and line.CostUnit then add(broken, "Not allowed: Cost unit") end
  if account.UseCostcenter == 1 and not line.CostCenter then add(broken, "Mandatory: Cost center") end
  if account.UseCostcenter == 2 and line.CostCenter then add(broken, "Not allowed: Cost center") end
end

local function vat_of(world, broken, code)
  local vat = code and found(world, "vat/VATCodes", "Code", code)
  if code and not vat then add(broken, "Invalid VAT code " .. code) end
  if vat and vat.IsBlocked then add(broken, "Blocked: VAT code " .. code) end
  if vat and vat.VATTransactionType == "P" then add(broken, "VAT code " .. code .. " is not for sales") end
  return vat
end

-- Fills the line's defaults and amounts; net and tax are in ten-thousandths, rounded to the cent.
local function price_line(world, broken, line)
  local item
  if line.Item then
    item = world.books:get(world.division, "logistics/Items", line.Item)
    if not item then return add(broken, "Invalid reference: Item") end
    if not item.IsSalesItem then add(broken, "Not a sales item: " .. item.Code) end
    if item.EndDate and item.EndDate < host.now() then add(broken, "Item has ended: " .. item.Code) end
    line.ItemCode, line.ItemDescription = item.Code, item.Description
    line.Description = line.Description or item.Description
    line.VATCode = line.VATCode or item.SalesVatCode
    line.GLAccount = line.GLAccount or item.GLRevenue
  end
  local account
  if line.GLAccount then
    account = world.books:get(world.division, "financial/GLAccounts", line.GLAccount)
    if not account then add(broken, "Invalid reference: G/L account") end
    if account and account.IsBlocked then add(broken, "Blocked: G/L account " .. account.Code) end
  end
  check_cost_center(world, broken, line, account)
  local vat = vat_of(world, broken, line.VATCode)
  local percentage = vat and vat.Percentage or 0

  line.Quantity = line.Quantity or money.ONE
  if item then
    line.UnitPrice = line.UnitPrice or line.NetPrice or item.StandardSalesPrice or 0
    line.NetPrice = line.NetPrice or money.times(line.UnitPrice, money.ONE - (line.Discount or 0))
  end
  line.VATPercentage = percentage
  return line, vat, percentage
end

-- Lines of invoices and orders: quantity times price; with an inclusive code the price holds the tax.
local function price_by_item(world, broken, line)
  local priced, vat, percentage = price_line(world, broken, line)
  if not priced then return end
  local gross = line.NetPrice and money.cents(line.Quantity, line.NetPrice) or line.AmountFC or 0
  if vat and vat.Type == "I" then
    line.AmountFC = money.round(money.divide(gross * money.ONE, money.ONE + percentage), 2)
    line.VATAmountFC = gross - line.AmountFC
  else
    line.AmountFC = gross
    line.VATAmountFC = money.cents(gross, percentage)
  end
  line.AmountDC = line.AmountFC
end

-- Lines of entries: the amount is without tax whatever the code; the tax may be given, to the cent that the paper says.
local function price_by_amount(world, broken, line)
  local priced, _, percentage = price_line(world, broken, line)
  if not priced then return end
  line.AmountFC = money.round(line.AmountFC, 2)
  local computed = money.cents(line.AmountFC, percentage)
  line.VATAmountFC = line.VATAmountFC and money.round(line.VATAmountFC, 2) or computed
  if math.abs(line.VATAmountFC - computed) > MOST_VAT_APART then add(broken, "VAT amount does not belong to VAT code " .. line.VATCode) end
end

local PRICED_BY = { ["salesentry/SalesEntries"] = price_by_amount }

local function price_all(world, broken, path, lines)
  for _, line in ipairs(lines) do (PRICED_BY[path] or price_by_item)(world, broken, line) end
end

local function sum(world, lines)
  local net, tax, by_rate = 0, 0, {}
  for _, line in ipairs(lines) do
    net, tax = net + line.AmountFC, tax + line.VATAmountFC
    local rate = line.VATPercentage or 0
    by_rate[rate] = (by_rate[rate] or 0) + line.AmountFC
  end
  -- Whether tax is rounded by line or by rate is not documented.
  if world.switches.vat_by == "rate" then
    tax = 0
    for rate, amount in pairs(by_rate) do tax = tax + money.cents(amount, rate) end
  end
  return net, tax
end

-- `path`: the document's, for its charges.
function rules.add_up(world, row, lines, path)
  local net, tax = sum(world, lines)
  local of = charges.OF[path]
  local more_net, more_tax = charges.sum(world, path, of and row[of.header])
  net, tax = net + more_net, tax + more_tax
  row.AmountFCExclVat, row.VATAmountFC = net, tax
  row.AmountFC, row.AmountDC = net + tax, net + tax
end

-- The sign of a credit invoice's lines is not documented; one installation takes one of them.
local function check_type(world, broken, row)
  if not TYPES[row.Type] then return add(broken, "Invalid type") end
  local signed = row.AmountFC * (world.switches.credit_signs == "negative" and -1 or 1)
  if row.Type == CREDIT and signed < 0 then add(broken, "Amount has the wrong sign for a credit invoice") end
end

-- The companions of references that Exact shows beside them.
local NAMES = {
  OrderedBy = { "OrderedByName", "crm/Accounts", "Name" }, DeliverTo = { "DeliverToName", "crm/Accounts", "Name" },
  InvoiceTo = { "InvoiceToName", "crm/Accounts", "Name" }, ShippingMethod = { "ShippingMethodDescription", "sales/ShippingMethods", "Description" },
  WarehouseID = { "WarehouseCode", "inventory/Warehouses", "Code" }, SalesChannel = { "SalesChannelCode", "sales/SalesChannels", "Code" },
}

local function name_the_parties(world, row)
  row.DeliverTo, row.InvoiceTo = row.DeliverTo or row.OrderedBy, row.InvoiceTo or row.OrderedBy
  for field, shown in pairs(NAMES) do
    local found_row = row[field] and world.books:get(world.division, shown[2], row[field])
    row[shown[1]] = found_row and found_row[shown[3]]
  end
  local person = row.DeliverToContactPerson and world.books:get(world.division, "crm/Contacts", row.DeliverToContactPerson)
  row.DeliverToContactPersonFullName = person and person.FullName
end

-- Each gets (world, row, lines) and gives a list of sentences, empty when all is well.
rules.document = {
  ["salesinvoice/SalesInvoices"] = function(world, row, lines)
    local broken = {}
    check_account(world, broken, "Ordered by", row.OrderedBy)
    check_account(world, broken, "Invoice to", row.InvoiceTo)
    check_document(world, broken, row)
    local address = row.DeliverToAddress
    if address and not world.books:get(world.division, "crm/Addresses", address) then
      add(broken, "Invalid reference: Delivery address")
    end
    if #lines == 0 then add(broken, "Mandatory: Sales invoice lines") end
    price_all(world, broken, "salesinvoice/SalesInvoices", lines)
    if #broken > 0 then return broken end
    row.Type = row.Type or INVOICE
    row.Status = row.Status or world.switches.new_invoice_status
    row.InvoiceTo, row.DeliverTo = row.InvoiceTo or row.OrderedBy, row.DeliverTo or row.OrderedBy
    row.Currency = row.Currency or world.books.divisions[world.division].facts.Currency
    row.OrderDate = row.OrderDate or host.now() // 86400 * 86400
    rules.add_up(world, row, lines, "salesinvoice/SalesInvoices")
    check_type(world, broken, row)
    return broken
  end,
  ["salesentry/SalesEntries"] = function(world, row, lines)
    local broken = {}
    check_account(world, broken, "Customer", row.Customer)
    check_document(world, broken, row)
    if #lines == 0 then add(broken, "Mandatory: Sales entry lines") end
    price_all(world, broken, "salesentry/SalesEntries", lines)
    if #broken > 0 then return broken end
    row.Status = row.Status or 20
    row.EntryNumber = row.EntryNumber or world.books:number(world.division, "entry" .. row.Journal, 26700001)
    row.EntryDate = row.EntryDate or host.now() // 86400 * 86400
    rules.add_up(world, row, lines)
    return broken
  end,
  ["salesorder/SalesOrders"] = function(world, row, lines)
    local broken = {}
    check_account(world, broken, "Ordered by", row.OrderedBy)
    check_document(world, broken, row)
    local address = row.DeliveryAddress
    if address and not world.books:get(world.division, "crm/Addresses", address) then
      add(broken, "Invalid reference: Delivery address")
    end
    for field, path in pairs { ShippingMethod = "sales/ShippingMethods", WarehouseID = "inventory/Warehouses",
      SalesChannel = "sales/SalesChannels", Document = "documents/Documents", DeliverToContactPerson = "crm/Contacts" } do
      if row[field] and not world.books:get(world.division, path, row[field]) then add(broken, "Invalid reference: " .. field) end
    end
    if row.ApprovalStatus and (row.ApprovalStatus < 0 or row.ApprovalStatus > 2) then add(broken, "Invalid approval status") end
    if #lines == 0 then add(broken, "Mandatory: Sales order lines") end
    price_all(world, broken, "salesorder/SalesOrders", lines)
    if #broken > 0 then return broken end
    row.Status, row.DeliveryStatus, row.InvoiceStatus = row.Status or OPEN, row.DeliveryStatus or OPEN, row.InvoiceStatus or OPEN
    row.ApprovalStatus = row.ApprovalStatus or 1
    row.Currency = row.Currency or world.books.divisions[world.division].facts.Currency
    row.OrderDate = row.OrderDate or host.now() // 86400 * 86400
    row.OrderNumber = row.OrderNumber or world.books:number(world.division, "order", 1001)
    for _, line in ipairs(lines) do
      line.OrderNumber, line.OrderStatus = row.OrderNumber, line.OrderStatus or OPEN
      line.DeliveryStatus, line.InvoiceStatus = line.DeliveryStatus or OPEN, line.InvoiceStatus or OPEN
    end
    name_the_parties(world, row)
    rules.add_up(world, row, lines, "salesorder/SalesOrders")
    return broken
  end,
}

-- A line of a document that is there already; `before` is the line that it takes the place of.
function rules.line(world, path, entity, header, line, before)
  if charges.OF[entity.of] and charges.OF[entity.of].path == path then return charges.check(world, line) end
  if trade.line[path] then return trade.line[path](world, header, line, before) end
  local broken = {}
  price_all(world, broken, entity.of, { line })
  local date = header.EntryDate or header.OrderDate
  local wrong = date and rules.period(world, date)
  if wrong then add(broken, wrong) end
  return broken
end

-- What a document comes to after a change of one of its lines.
function rules.total(world, path, header, lines)
  if trade.total[path] then return trade.total[path](world, header, lines) end
  rules.add_up(world, header, lines, path)
end

-- Fields that stay as they were made (fact sheet, section 5). Saying the same again does no harm.
local FIXED = {
  ["salesorder/SalesOrders"] = { "OrderedBy", "DeliverTo", "InvoiceTo" }, ["hrm/Costcenters"] = { "Code" }, ["hrm/Costunits"] = { "Code" },
}

function rules.fixed(path, row, changes)
  for _, name in ipairs(FIXED[path] or {}) do
    if changes[name] ~= nil and changes[name] ~= row[name] then return name end
  end
end

-- What can't be deleted while others name it: by entity, who may name it and in which field.
local USERS = {
  ["crm/Accounts"] = {
    { "salesinvoice/SalesInvoices", "OrderedBy" }, { "salesorder/SalesOrders", "OrderedBy" }, { "salesentry/SalesEntries", "Customer" },
    { "purchaseentry/PurchaseEntries", "Supplier" },
  },
  ["logistics/Items"] = { { "salesinvoice/SalesInvoiceLines", "Item" }, { "salesorder/SalesOrderLines", "Item" } },
  ["documents/Documents"] = { { "salesorder/GoodsDeliveries", "Document" } },
}

function rules.used(world, path, row)
  for _, user in ipairs(USERS[path] or {}) do
    if found(world, user[1], user[2], row.ID) then return user[1] end
  end
end

-- Processed invoices and entries; orders of which something was delivered or invoiced.
function rules.frozen(row)
  return row.Status == PROCESSED or (row.DeliveryStatus or OPEN) ~= OPEN or (row.InvoiceStatus or OPEN) ~= OPEN
end

-- Checks of rows that are no documents.
rules.row = {
  ["crm/Accounts"] = function(world, row)
    row.Status = row.Status or "A"
    row.Code = row.Code or tostring(world.books:number(world.division, "account", 1))
    if row.Country and not row.Country:match "^%u%u$" then return { "Invalid country " .. row.Country } end
    local same = found(world, "crm/Accounts", "Code", row.Code)
    if same and same.ID ~= row.ID then return { "Already exists: Code " .. row.Code } end
    return {}
  end,
  ["crm/Contacts"] = function(world, row)
    if not world.books:get(world.division, "crm/Accounts", row.Account) then return { "Invalid reference: Account" } end
    if not (row.FirstName or row.LastName) then return { "Mandatory: Last name" } end
    row.FullName = ((row.FirstName or "") .. " " .. (row.LastName or "")):match "^%s*(.-)%s*$"
    row.IsMainContact = row.IsMainContact or false
    return {}
  end,
  ["crm/Addresses"] = function(world, row)
    if not world.books:get(world.division, "crm/Accounts", row.Account) then return { "Invalid reference: Account" } end
    if row.Type < 1 or row.Type > 4 then return { "Invalid type" } end
    if row.Contact and not world.books:get(world.division, "crm/Contacts", row.Contact) then return { "Invalid reference: Contact" } end
    if row.Country and not row.Country:match "^%u%u$" then return { "Invalid country " .. row.Country } end
    return {}
  end,
  ["logistics/Items"] = function(world, row)
    local same = found(world, "logistics/Items", "Code", row.Code)
    if same and same.ID ~= row.ID then return { "Already exists: Code " .. row.Code } end
    for field, path in pairs { ItemGroup = "logistics/ItemGroups", GLRevenue = "financial/GLAccounts", GLCosts = "financial/GLAccounts",
      GLStock = "financial/GLAccounts" } do
      if row[field] and not world.books:get(world.division, path, row[field]) then return { "Invalid reference: " .. field } end
    end
    if row.SalesVatCode and not found(world, "vat/VATCodes", "Code", row.SalesVatCode) then return { "Invalid VAT code " .. row.SalesVatCode } end
    if row.IsBatchItem == 1 and row.IsSerialItem then return { "An item has batch numbers or serial numbers, not both" } end
    return {}
  end,
}

-- POST of an address that the account has answers with the one that is there.
function rules.existing_address(world, row)
  local fields = { "Account", "Type", "AddressLine1", "AddressLine2", "AddressLine3", "Postcode", "City", "Country" }
  for each in world.books:each(world.division, "crm/Addresses") do
    local same = true
    for _, field in ipairs(fields) do same = same and each[field] == row[field] end
    if same then return each end
  end
end

for _, path in ipairs { "hrm/Costcenters", "hrm/Costunits", "financial/GLAccounts", "financial/Journals", "vat/VATCodes",
  "cashflow/PaymentConditions" } do
  rules.row[path] = function(world, row)
    local same = found(world, path, "Code", row.Code)
    return same and same.ID ~= row.ID and { "Already exists: Code " .. row.Code } or {}
  end
end

rules.check_cost_center = check_cost_center

for path, rule in pairs(trade.document) do rules.document[path] = rule end
for path, rule in pairs(trade.row) do rules.row[path] = rule end

return rules
