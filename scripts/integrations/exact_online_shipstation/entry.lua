-- What a label cost as a general journal entry: freight and insurance shared among the order's lines, against what is owed to the carrier.
-- The first line's notes bear the reference that the entry is found by.

---@type from.exact_online.CostToBook, to.exact_online.GeneralJournalEntry
local cost, entry = mapping { name = "entry", from = "exact_online.CostToBook", to = "exact_online.GeneralJournalEntry" }

entry.JournalCode = setting.journal
entry.Currency = setting.currency

local part, line = entry.GeneralJournalEntryLines:each("part", cost.parts)
line.GLAccount = part.account:lookup "gl_accounts"
line.AmountFC = part.amount
line.Date = cost.booked_on
line.Description = part.description
line.Notes = part.notes
line.CostCenter = part.cost_center
line.CostUnit = part.cost_unit
line.Project = part.project
-- Of what is owed: how many labels it is for, less than nothing where they were voided.
line.Quantity = part.labels
