-- The business rules of the simulated Exact Online: what a document must satisfy, and what it adds up to. A broken rule
-- is a sentence; several are joined as Exact joins them.

local calendar, host, money, trade = require "calendar", require "host", require "money", require "exact_trade"

local rules = {}

local CUSTOMER, SALES_JOURNAL, PROCESSED = "C", 20, 50
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

local function check_document(world, broken, row)
  check_journal(world, broken, row.Journal)
  if row.Currency and not CURRENCIES[row.Currency] then add(broken, "Invalid currency " .. row.Currency) end
  if row.PaymentCondition and not found(world, "cashflow/PaymentConditions", "Code", row.PaymentCondition) then
    add(broken, "Invalid payment condition " .. row.PaymentCondition)
  end
  local closed = world.switches.closed_until
  if type(closed) == "string" then
    closed = calendar.parse_iso(closed)
    local date = row.EntryDate or row.OrderDate
    if date and closed and date <= closed then add(broken, "Period is closed") end
  end
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
  local gross = line.NetPrice and money.cents(line.Quantity, line.NetPrice) or line.AmountFC
  if vat and vat.Type == "I" then
    line.AmountFC = money.round(money.divide(gross * money.ONE, money.ONE + percentage), 2)
    line.VATAmountFC = gross - line.AmountFC
  else
    line.AmountFC = gross
    line.VATAmountFC = money.cents(gross, percentage)
  end
  line.VATPercentage, line.AmountDC = percentage, line.AmountFC
end

local function sum(lines)
  local net, tax = 0, 0
  for _, line in ipairs(lines) do net, tax = net + line.AmountFC, tax + line.VATAmountFC end
  return net, tax
end

function rules.add_up(row, lines)
  local net, tax = sum(lines)
  row.AmountFCExclVat, row.VATAmountFC = net, tax
  row.AmountFC, row.AmountDC = net + tax, net + tax
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
    if row.Type and not ({ [8020] = true, [8021] = true, [8023] = true, [8024] = true })[row.Type] then
      add(broken, "Invalid type")
    end
    if #lines == 0 then add(broken, "Mandatory: Sales invoice lines") end
    for _, line in ipairs(lines) do price_line(world, broken, line) end
    if #broken > 0 then return broken end
    row.Type = row.Type or 8020
    row.Status = row.Status or world.switches.new_invoice_status
    row.InvoiceTo, row.DeliverTo = row.InvoiceTo or row.OrderedBy, row.DeliverTo or row.OrderedBy
    row.Currency = row.Currency or world.books.divisions[world.division].facts.Currency
    row.OrderDate = row.OrderDate or host.now() // 86400 * 86400
    rules.add_up(row, lines)
    return broken
  end,
  ["salesentry/SalesEntries"] = function(world, row, lines)
    local broken = {}
    check_account(world, broken, "Customer", row.Customer)
    check_document(world, broken, row)
    for _, line in ipairs(lines) do price_line(world, broken, line) end
    if #broken > 0 then return broken end
    row.Status = row.Status or 20
    row.EntryNumber = row.EntryNumber or world.books:number(world.division, "entry" .. row.Journal, 26700001)
    row.EntryDate = row.EntryDate or host.now() // 86400 * 86400
    rules.add_up(row, lines)
    return broken
  end,
  ["salesorder/SalesOrders"] = function(world, row, lines)
    local broken = {}
    check_account(world, broken, "Ordered by", row.OrderedBy)
    check_document(world, broken, row)
    for _, line in ipairs(lines) do price_line(world, broken, line) end
    if #broken > 0 then return broken end
    row.Status, row.DeliveryStatus, row.InvoiceStatus, row.ApprovalStatus = 12, 12, 12, row.ApprovalStatus or 1
    row.OrderNumber = row.OrderNumber or world.books:number(world.division, "order", 1001)
    rules.add_up(row, lines)
    return broken
  end,
}

-- A line of a document that is there already.
function rules.line(world, line)
  local broken = {}
  price_line(world, broken, line)
  return broken
end

function rules.frozen(row) return row.Status == PROCESSED end

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
    return {}
  end,
  ["crm/Addresses"] = function(world, row)
    if not world.books:get(world.division, "crm/Accounts", row.Account) then return { "Invalid reference: Account" } end
    if row.Type < 1 or row.Type > 4 then return { "Invalid type" } end
    if row.Country and not row.Country:match "^%u%u$" then return { "Invalid country " .. row.Country } end
    return {}
  end,
  ["logistics/Items"] = function(world, row)
    local same = found(world, "logistics/Items", "Code", row.Code)
    if same and same.ID ~= row.ID then return { "Already exists: Code " .. row.Code } end
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

for path, rule in pairs(trade.document) do rules.document[path] = rule end
for path, rule in pairs(trade.row) do rules.row[path] = rule end

return rules
