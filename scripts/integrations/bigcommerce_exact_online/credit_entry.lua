-- What was given back as a sales entry with negative amounts. It names the entry that it credits.

---@type from.bigcommerce.credit, to.exact_online.SalesEntry
local credit, entry = mapping { name = "credit_entry", from = "bigcommerce.credit", to = "exact_online.SalesEntry" }

entry.YourRef = credit.reference
entry.Journal = credit.journal
entry.Customer = credit.customer
entry.EntryDate = credit.created:date()
entry.Currency = credit.currency
entry.Description = "Credit of " .. credit.original .. ", " .. setting.description .. " " .. credit.order_id .. ", " .. credit.reason
entry.PaymentCondition = credit.condition

local source, line = entry.SalesEntryLines:each("credit", credit.lines)
line.AmountFC = source.net
line.VATAmountFC = source.tax
line.VATCode = source.vat_code
line.GLAccount = source.account
line.CostCenter = source.cost_center
line.CostUnit = source.cost_unit
line.Description = source.description
line.Notes = source.notes
