-- What a label cost as a purchase entry on the carrier's account.

---@type from.exact_online.CostToBook, to.exact_online.PurchaseEntry
local cost, entry = mapping { name = "purchase", from = "exact_online.CostToBook", to = "exact_online.PurchaseEntry" }

entry.Journal = setting.purchase_journal
entry.Supplier = given "supplier"
entry.EntryDate = cost.booked_on
entry.YourRef = cost.reference
entry.Currency = setting.currency
entry.Description = cost.description

local part, line = entry.PurchaseEntryLines:each("part", cost.parts)
line.GLAccount = part.account:lookup "gl_accounts"
line.AmountFC = part.amount
line.VATCode = setting.purchase_vat_code
line.Description = part.description
line.Notes = part.notes
line.CostCenter = part.cost_center
line.CostUnit = part.cost_unit
line.Project = part.project
