-- Master data of a division of the simulated Exact Online.

local calendar, catalogue, host, money, stock, trade = require "calendar", require "catalogue", require "host", require "money",
  require "exact_stock", require "exact_trade"

local seed = {}

local VAT = {
  { Code = "0", Description = "No VAT", Percentage = "0", Type = "B" },
  { Code = "1", Description = "VAT 21% inclusive", Percentage = "0.21", Type = "I" },
  { Code = "2", Description = "VAT 9%", Percentage = "0.09", Type = "E" },
  { Code = "3", Description = "VAT 9% inclusive", Percentage = "0.09", Type = "I" },
  { Code = "4", Description = "VAT 21%", Percentage = "0.21", Type = "E" },
  { Code = "5", Description = "VAT 19% (blocked)", Percentage = "0.19", Type = "E", IsBlocked = true },
  { Code = "6", Description = "EU, reverse charge", Percentage = "0", Type = "B" },
  { Code = "7", Description = "Export", Percentage = "0", Type = "B" },
  { Code = "51", Description = "OSS Germany 19%", Percentage = "0.19", Type = "E" },
  { Code = "52", Description = "OSS Germany 19% inclusive", Percentage = "0.19", Type = "I" },
  { Code = "8", Description = "Purchase VAT 21%", Percentage = "0.21", Type = "E", VATTransactionType = "P" },
}

local GL_ACCOUNTS = {
  { Code = "8000", Description = "Revenue", UseCostcenter = 0 }, { Code = "8010", Description = "Shipping revenue", UseCostcenter = 0 },
  { Code = "8020", Description = "Discounts given", UseCostcenter = 0 },
  { Code = "8090", Description = "Rounding differences", UseCostcenter = 0 },
  { Code = "1500", Description = "Gift certificates not yet redeemed", UseCostcenter = 2, Type = 55, BalanceType = "B" },
  { Code = "8030", Description = "Revenue by cost center", UseCostcenter = 1 },
  { Code = "8040", Description = "Revenue without cost center", UseCostcenter = 2 },
  { Code = "4500", Description = "Freight out", UseCostcenter = 0, BalanceSide = "D" },
  { Code = "4510", Description = "Freight insurance", UseCostcenter = 0, BalanceSide = "D" },
  { Code = "4520", Description = "Freight out, by cost center", UseCostcenter = 1, BalanceSide = "D" },
  { Code = "1600", Description = "Freight to be invoiced", UseCostcenter = 2, Type = 22, BalanceType = "B" },
  { Code = "1610", Description = "UPS to be invoiced", UseCostcenter = 2, Type = 22, BalanceType = "B" },
  { Code = "8099", Description = "Closed revenue account", UseCostcenter = 0, IsBlocked = true },
}

local JOURNALS = {
  { Code = "70", Description = "Sales", Type = 20, AllowVAT = true },
  { Code = "71", Description = "Sales (blocked)", Type = 20, IsBlocked = true },
  { Code = "60", Description = "Purchases", Type = 22, AllowVAT = true }, { Code = "90", Description = "General", Type = 90 },
}

-- Calendar months as periods; which journals are open in them follows from the switch closed_until.
local FIRST_YEAR, LAST_YEAR = 2024, 2028

local function insert(books, division, path, rows, defaults)
  for _, row in ipairs(rows) do
    local copy = {}
    for name, value in pairs(defaults or {}) do copy[name] = value end
    for name, value in pairs(row) do copy[name] = value end
    books:insert(division, path, "ID", copy)
  end
end

local function items(books, division, revenue)
  local defaults = { IsSalesItem = true, IsStockItem = false, Unit = "pc", GLRevenue = revenue }
  local rows = {}
  for _, product in ipairs(catalogue.products) do
    rows[#rows + 1] = {
      Code = product.sku, Description = product.name, StandardSalesPrice = money.parse(product.price),
      SalesVatCode = product.tax == 9 and "2" or "4",
    }
  end
  for _, item in ipairs(catalogue.service_items) do
    rows[#rows + 1] = { Code = item.code, Description = item.description, StandardSalesPrice = 0, SalesVatCode = "4" }
  end
  insert(books, division, "logistics/Items", rows, defaults)
end

local ACCOUNTS = {
  { Name = "An Smit", Email = "An.Smit@Example.org", Status = "C", Country = "NL", City = "Amsterdam", Postcode = "1012JS" },
  { Name = "Blocked GmbH", Email = "blocked@example.org", Status = "C", Country = "DE", Blocked = true },
  { Name = "Prospect BV", Email = "prospect@example.org", Status = "P", Country = "NL" },
}

function seed.division(books, code, name, country)
  books:add_division(code, { Description = name, Currency = "EUR", Country = country })
  local vat = {}
  for index, row in ipairs(VAT) do
    vat[index] = {
      Code = row.Code, Description = row.Description, Percentage = money.parse(row.Percentage), Type = row.Type,
      VATTransactionType = row.VATTransactionType or "S", IsBlocked = row.IsBlocked or false,
    }
  end
  insert(books, code, "vat/VATCodes", vat)
  insert(books, code, "financial/GLAccounts", GL_ACCOUNTS, {
    Type = 110, BalanceSide = "C", BalanceType = "W", IsBlocked = false, UseCostunit = 0,
  })
  insert(books, code, "financial/Journals", JOURNALS, { AllowVAT = false, IsBlocked = false, Currency = "EUR" })
  insert(books, code, "hrm/Costcenters", {
    { Code = "NL", Description = "Netherlands" }, { Code = "FR", Description = "France" },
    { Code = "EXPORT", Description = "Abroad" }, { Code = "SHIP", Description = "Shipping" },
  })
  insert(books, code, "hrm/Costunits", { { Code = "WEB", Description = "Web shop" }, { Code = "B2B", Description = "Wholesale" } })
  insert(books, code, "cashflow/PaymentConditions", {
    { Code = "00", Description = "Paid online" }, { Code = "30", Description = "30 days" },
  })
  for year = FIRST_YEAR, LAST_YEAR do
    for month = 1, 12 do
      local start = calendar.parse_iso(("%04d-%02d-01"):format(year, month))
      local next_month = calendar.parse_iso(("%04d-%02d-01"):format(month == 12 and year + 1 or year, month % 12 + 1))
      books:insert(code, "financial/FinancialPeriods", "ID", {
        FinYear = year, FinPeriod = month, StartDate = start, EndDate = next_month - 86400,
      })
    end
  end
  insert(books, code, "salesinvoice/Layouts", { { Subject = "Invoice", Type = 1 }, { Subject = "Invoice e-mail", Type = 2 } })
  trade.seed(books, code)
  items(books, code, books:find(code, "financial/GLAccounts", "Code", "8000").ID)
  for _, account in ipairs(ACCOUNTS) do
    local row = { Code = tostring(books:number(code, "account", 1)), Blocked = false }
    for field, value in pairs(account) do row[field] = value end
    books:insert(code, "crm/Accounts", "ID", row)
  end
  stock.seed_purchase(books, code)
end

-- More accounts, for back-fills and paging.
function seed.accounts(books, code, count)
  for _ = 1, count do
    local person = host.pick(catalogue.people)
    local number = books:number(code, "account", 1)
    books:insert(code, "crm/Accounts", "ID", {
      Code = tostring(number), Name = person.first .. " " .. person.last, Email = ("account%d@example.org"):format(number),
      Status = "C", Country = person.country, City = person.city, Postcode = person.zip, Blocked = false,
    })
  end
end

return seed
