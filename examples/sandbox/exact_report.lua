-- What /_sandbox/exact_online/state tells: counts, all documents with their references and amounts, and what is doubled.

local calendar, dispatch, host, money = require "calendar", require "exact_dispatch", require "host", require "money"

local INVOICES, ENTRIES, ORDERS = "salesinvoice/SalesInvoices", "salesentry/SalesEntries", "salesorder/SalesOrders"
local LINES = {
  [INVOICES] = "salesinvoice/SalesInvoiceLines", [ENTRIES] = "salesentry/SalesEntryLines", [ORDERS] = "salesorder/SalesOrderLines",
}
local KEYS = { [INVOICES] = "InvoiceID", [ENTRIES] = "EntryID", [ORDERS] = "OrderID" }
local LINE_PATH = LINES[INVOICES]

local function line_of(books, division, line)
  local account = line.GLAccount and books:get(division, "financial/GLAccounts", line.GLAccount)
  return {
    item = line.ItemCode, quantity = money.text(line.Quantity), net_price = money.text(line.NetPrice or 0),
    amount = money.text(line.AmountFC, 2), vat_code = line.VATCode, vat = money.text(line.VATAmountFC, 2), cost_center = line.CostCenter,
    cost_unit = line.CostUnit, account = account and account.Code, notes = line.Notes, description = line.Description,
  }
end

local function document_of(books, division, path, row, with_lines)
  local account = books:get(division, "crm/Accounts", row.OrderedBy or row.Customer)
  local place = row.DeliverToAddress or row.DeliveryAddress
  local address = place and books:get(division, "crm/Addresses", place)
  local lines = books:lines(division, LINES[path], KEYS[path], row[KEYS[path]])
  local date = row.EntryDate or row.OrderDate
  local out = {
    id = row[KEYS[path]], your_ref = row.YourRef, status = row.Status, number = row.InvoiceNumber or row.EntryNumber or row.OrderNumber,
    journal = row.Journal, type = row.Type, currency = row.Currency, order_date = date and calendar.date(date),
    invoice_date = row.InvoiceDate and calendar.date(row.InvoiceDate), lines = #lines, amount = money.text(row.AmountFC, 2),
    net = money.text(row.AmountFCExclVat, 2), vat = money.text(row.VATAmountFC, 2), account_email = account and account.Email,
    account_name = account and account.Name, delivery_city = address and address.City, payment_condition = row.PaymentCondition,
    payment_reference = row.PaymentReference, remarks = row.Remarks, description = row.Description,
  }
  if with_lines then
    out.line_list = host.json.array {}
    for index, line in ipairs(lines) do out.line_list[index] = line_of(books, division, line) end
  end
  return out
end

local CREDIT = 8021

local function documents(books, division, path, query, wanted)
  local out = host.json.array {}
  for row in books:each(division, path) do
    if (not query.your_ref or row.YourRef == query.your_ref) and (not wanted or wanted(row)) then
      out[#out + 1] = document_of(books, division, path, row, query.lines == "1" or query.your_ref ~= nil)
    end
  end
  return out
end

-- Values of `field` (folded to small letters) that more than one row bears.
local function doubles(books, division, path, field)
  local seen, out = {}, host.json.array {}
  for row in books:each(division, path) do
    local value = row[field] and row[field]:lower()
    if value and value ~= "" then
      seen[value] = (seen[value] or 0) + 1
      if seen[value] == 2 then out[#out + 1] = row[field] end
    end
  end
  return out
end

local function count(books, division, path)
  return #books:table_of(division, path).order
end

local SHOWN = {
  "ID", "Code", "Name", "Status", "Email", "Phone", "VATNumber", "SearchCode", "Language", "PaymentConditionSales", "AddressLine1",
  "AddressLine2", "Postcode", "City", "Country", "Blocked",
}

-- All accounts with their addresses and contacts, for `accounts=1`.
local function accounts_of(books, division)
  local out, by_id = host.json.array {}, {}
  for row in books:each(division, "crm/Accounts") do
    local shown = { addresses = host.json.array {}, contacts = host.json.array {} }
    for _, name in ipairs(SHOWN) do shown[name] = row[name] end
    out[#out + 1], by_id[row.ID] = shown, shown
  end
  for row in books:each(division, "crm/Addresses") do
    local of = by_id[row.Account]
    if of then of.addresses[#of.addresses + 1] = { type = row.Type, line = row.AddressLine1, name = row.AddressLine3, city = row.City } end
  end
  for row in books:each(division, "crm/Contacts") do
    local of = by_id[row.Account]
    if of then of.contacts[#of.contacts + 1] = { first = row.FirstName, last = row.LastName, email = row.Email } end
  end
  return out
end

-- What documents come to, and how many there are in each status.
local function sum(books, division, path, wanted)
  local total, rows, by_status = 0, 0, {}
  for row in books:each(division, path) do
    if wanted(row) then
      local status = tostring(row.Status)
      total, rows, by_status[status] = total + row.AmountFC, rows + 1, (by_status[status] or 0) + 1
    end
  end
  return { total = money.text(total, 2), count = rows, by_status = by_status }
end

local function is_credit(row) return row.Type == CREDIT end
local function is_no_credit(row) return row.Type ~= CREDIT end

return function(books, query)
  local divisions, listed = {}, query.documents ~= "0" or nil
  for code, division in pairs(books.divisions) do
    if not query.division or query.division == tostring(code) then
      divisions[tostring(code)] = {
        name = division.facts.Description,
        counts = {
          sales_orders = count(books, code, ORDERS),
          accounts = count(books, code, "crm/Accounts"), addresses = count(books, code, "crm/Addresses"),
          items = count(books, code, "logistics/Items"), invoices = count(books, code, "salesinvoice/SalesInvoices"),
          invoice_lines = count(books, code, LINE_PATH), sales_entries = count(books, code, "salesentry/SalesEntries"),
          subscriptions = count(books, code, "webhooks/WebhookSubscriptions"),
        },
        mails = division.mails or 0,
        doubled_invoices = doubles(books, code, "salesinvoice/SalesInvoices", "YourRef"),
        doubled_accounts = doubles(books, code, "crm/Accounts", "Email"),
        invoiced = sum(books, code, INVOICES, is_no_credit), credited = sum(books, code, INVOICES, is_credit),
        invoices = listed and documents(books, code, INVOICES, query, is_no_credit),
        credit_invoices = listed and documents(books, code, INVOICES, query, is_credit),
        sales_entries = listed and documents(books, code, ENTRIES, query), sales_orders = listed and documents(books, code, ORDERS, query),
        accounts = query.accounts and accounts_of(books, code) or nil, dispatch = query.dispatch and dispatch.report(books, code) or nil,
      }
    end
  end
  return divisions
end
