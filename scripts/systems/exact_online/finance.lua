-- Entries of the general ledger and of purchases, and what the ledger holds. Transaction lines are read only: costs are posted
-- by entries (fact sheet, section 6).

local entity = require "entity"

local PAGES = { rows = { "d.results", "d" }, next = "d.__next" }

local function bulk(path, type_name, select)
  -- 1,000 rows a page; few fields can be filtered on.
  return { GET = "/api/v1/{division}/" .. path, pages = PAGES, gives = type_name, find = { param = "$filter", format = "odata" },
    query = { ["$select"] = select } }
end

local TRANSACTION = "ID,EntryID,EntryNumber,LineNumber,Date,FinancialYear,FinancialPeriod,JournalCode,GLAccount,GLAccountCode,"
  .. "AmountDC,AmountFC,AmountVATFC,VATCode,CostCenter,CostUnit,Account,YourRef,Description,Status,Type"

return {
  entity "generaljournalentry/GeneralJournalEntries" {
    name = "journal_entries", type = "GeneralJournalEntry", id = "EntryID", number = "EntryNumber",
    select = "EntryID,EntryNumber,JournalCode,Currency,ExchangeRate,FinancialYear,FinancialPeriod,Reversal,Status,Type",
    -- No reference on the header and no PUT: an entry is corrected by deleting or reversing it. Lost answers are for a person.
    writes = { create = { kind = "D" }, delete = true },
  },
  entity "generaljournalentry/GeneralJournalEntryLines" {
    name = "journal_entry_lines", type = "GeneralJournalEntryLine", id = "ID",
    select = "ID,EntryID,LineNumber,GLAccount,AmountFC,Date,Description,CostCenter,CostUnit,Project,Account,VATCode,Notes",
    writes = { create = { kind = "D" } },
  },
  entity "purchaseentry/PurchaseEntries" {
    name = "purchase_entries", type = "PurchaseEntry", id = "EntryID", number = "EntryNumber",
    select = "EntryID,EntryNumber,Supplier,Journal,EntryDate,DueDate,InvoiceNumber,YourRef,Currency,Description,Status,AmountFC",
    writes = { create = look_up { "purchase_entries.list", by = "YourRef", quiet = "3m" }, update = true, delete = true },
  },
  entity "purchaseentry/PurchaseEntryLines" {
    name = "purchase_entry_lines", type = "PurchaseEntryLine", id = "ID",
    select = "ID,EntryID,LineNumber,AmountFC,GLAccount,VATCode,VATAmountFC,CostCenter,CostUnit,Project,Description,Notes",
    writes = { create = look_up { "purchase_entry_lines.list", by = "Notes", quiet = "3m" }, update = true, delete = true },
  },
  {
    ["transaction_lines.list"] = {
      GET = "/api/v1/{division}/financialtransaction/TransactionLines", pages = PAGES, gives = "TransactionLine",
      find = { param = "$filter", format = "odata" }, query = { ["$select"] = TRANSACTION },
    },
    ["transaction_lines.bulk"] = bulk("bulk/Financial/TransactionLines", "TransactionLine", TRANSACTION),

    -- Changes since a row version; deletions stand in a list of their own, kept for two months (section 4).
    ["items.changed"] = {
      GET = "/api/v1/{division}/sync/Logistics/Items", pages = PAGES, gives = "Item",
      query = { ["$select"] = "ID,Code,Description,IsSalesItem,EndDate,Timestamp" },
      since = { param = "$filter", field = "Timestamp", format = "odata_number", sorted = true },
    },
    ["sales_invoices.changed"] = {
      GET = "/api/v1/{division}/sync/SalesInvoice/SalesInvoices", pages = PAGES, gives = "SalesInvoice",
      query = { ["$select"] = "InvoiceID,InvoiceNumber,Status,YourRef,Timestamp" },
      since = { param = "$filter", field = "Timestamp", format = "odata_number", sorted = true },
    },
    ["deleted.list"] = {
      GET = "/api/v1/{division}/sync/Deleted", pages = PAGES, gives = "Deleted",
      query = { ["$select"] = "ID,EntityType,EntityKey,DeletedDate,Timestamp" },
      since = { param = "$filter", field = "Timestamp", format = "odata_number", sorted = true },
    },
  },
}
