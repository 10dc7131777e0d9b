-- Entries of the general ledger and of purchases, and what the ledger holds. Transaction lines are read only: costs are posted
-- by entries (fact sheet, section 6).

local entity = require "entity"

local PAGES = { rows = { "d.results", "d" }, next = "d.__next" }

local TRANSACTION = "ID,EntryID,EntryNumber,LineNumber,Date,FinancialYear,FinancialPeriod,JournalCode,GLAccount,GLAccountCode,"
  .. "AmountDC,AmountFC,AmountVATFC,VATCode,CostCenter,CostUnit,Account,YourRef,Description,Status,Type"

return {
  entity "generaljournalentry/GeneralJournalEntries" {
    name = "journal_entries", type = "GeneralJournalEntry", id = "EntryID", number = "EntryNumber",
    select = "EntryID,EntryNumber,JournalCode,Currency,ExchangeRate,FinancialYear,FinancialPeriod,Reversal,Status,Type",
    -- No reference on the header: the notes of the first line bear one, and of that line alone. No PUT either: an entry is corrected by
    -- deleting or reversing it.
    lines = "GeneralJournalEntryLines",
    writes = {
      create = look_up { "journal_entries.by_notes", by = "GeneralJournalEntryLines.0.Notes", field = "Notes", quiet = "3m" }, delete = true,
    },
  },
  entity "generaljournalentry/GeneralJournalEntryLines" {
    name = "journal_entry_lines", type = "GeneralJournalEntryLine", id = "ID",
    select = "ID,EntryID,LineNumber,GLAccount,AmountFC,Date,Description,CostCenter,CostUnit,Project,Account,VATCode,Notes",
    writes = { create = { kind = "D" } },
  },
  entity "purchaseentry/PurchaseEntries" {
    name = "purchase_entries", type = "PurchaseEntry", id = "EntryID", number = "EntryNumber",
    select = "EntryID,EntryNumber,Supplier,Journal,EntryDate,DueDate,InvoiceNumber,YourRef,Currency,Description,Status,AmountFC",
    lines = "PurchaseEntryLines",
    writes = { create = look_up { "purchase_entries.list", by = "YourRef", quiet = "3m" }, update = true, delete = true },
  },
  entity "purchaseentry/PurchaseEntryLines" {
    name = "purchase_entry_lines", type = "PurchaseEntryLine", id = "ID",
    select = "ID,EntryID,LineNumber,AmountFC,GLAccount,VATCode,VATAmountFC,CostCenter,CostUnit,Project,Description,Notes",
    writes = { create = look_up { "purchase_entry_lines.list", by = "Notes", quiet = "3m" }, update = true, delete = true },
  },
  {
    -- Lines with the entry that they are of, to find an entry by its first line's notes.
    ["journal_entries.by_notes"] = {
      GET = "/api/v1/{division}/generaljournalentry/GeneralJournalEntryLines", pages = PAGES, gives = "GeneralJournalEntryLine",
      find = { param = "$filter", format = "odata" }, query = { ["$select"] = "ID,EntryID,EntryNumber,Notes" }, id = "EntryID",
    },
    ["transaction_lines.list"] = {
      GET = "/api/v1/{division}/financialtransaction/TransactionLines", pages = PAGES, gives = "TransactionLine",
      find = { param = "$filter", format = "odata" }, query = { ["$select"] = TRANSACTION },
    },
  },
}
