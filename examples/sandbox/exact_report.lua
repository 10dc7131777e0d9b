-- What /_sandbox/exact_online/state tells: counts, all invoices with their references and amounts, and what is doubled.

local calendar, host, money = require "calendar", require "host", require "money"

local LINE_PATH = "salesinvoice/SalesInvoiceLines"

local function invoice_line(line)
  return {
    item = line.ItemCode, quantity = money.text(line.Quantity), net_price = money.text(line.NetPrice or 0),
    amount = money.text(line.AmountFC, 2), vat_code = line.VATCode, vat = money.text(line.VATAmountFC, 2), cost_center = line.CostCenter,
    notes = line.Notes, description = line.Description,
  }
end

local function invoice_of(books, division, row, with_lines)
  local account = books:get(division, "crm/Accounts", row.OrderedBy)
  local address = row.DeliverToAddress and books:get(division, "crm/Addresses", row.DeliverToAddress)
  local lines = books:lines(division, LINE_PATH, "InvoiceID", row.InvoiceID)
  local out = {
    id = row.InvoiceID, your_ref = row.YourRef, status = row.Status, number = row.InvoiceNumber, journal = row.Journal,
    currency = row.Currency, order_date = row.OrderDate and calendar.date(row.OrderDate), lines = #lines,
    amount = money.text(row.AmountFC, 2), net = money.text(row.AmountFCExclVat, 2), vat = money.text(row.VATAmountFC, 2),
    account_email = account and account.Email, account_name = account and account.Name, delivery_city = address and address.City,
    payment_condition = row.PaymentCondition,
  }
  if with_lines then
    out.line_list = host.json.array {}
    for index, line in ipairs(lines) do out.line_list[index] = invoice_line(line) end
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

return function(books, query)
  local divisions = {}
  for code, division in pairs(books.divisions) do
    if not query.division or query.division == tostring(code) then
      local invoices = host.json.array {}
      for row in books:each(code, "salesinvoice/SalesInvoices") do
        if not query.your_ref or row.YourRef == query.your_ref then
          invoices[#invoices + 1] = invoice_of(books, code, row, query.lines == "1" or query.your_ref ~= nil)
        end
      end
      divisions[tostring(code)] = {
        name = division.facts.Description,
        counts = {
          accounts = count(books, code, "crm/Accounts"), addresses = count(books, code, "crm/Addresses"),
          items = count(books, code, "logistics/Items"), invoices = count(books, code, "salesinvoice/SalesInvoices"),
          invoice_lines = count(books, code, LINE_PATH), sales_entries = count(books, code, "salesentry/SalesEntries"),
          subscriptions = count(books, code, "webhooks/WebhookSubscriptions"),
        },
        doubled_invoices = doubles(books, code, "salesinvoice/SalesInvoices", "YourRef"),
        doubled_accounts = doubles(books, code, "crm/Accounts", "Email"),
        invoices = invoices, accounts = query.accounts and accounts_of(books, code) or nil,
      }
    end
  end
  return divisions
end
