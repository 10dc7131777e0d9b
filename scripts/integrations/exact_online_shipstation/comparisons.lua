-- What `reconcile` holds against each other (C9), as data: what labels cost against what is owed to carriers, label by label. In an entry of
-- one label or of a day each label has its own line of what is owed, or its own lines of a purchase, with its reference in the notes; those
-- of a label that was shared among cost centres may stand in several entries. What was voided has lines that turn it.

local over = require "shared.records.values".over

local LABELS = {
  role = "station", noun = "label", operation = "shipments.list", number = "shipmentId", job = "{shipmentId}", date = "shipDate",
  total = { "shipmentCost", "insuranceCost" }, from = "shipDateStart", to = "shipDateEnd", sold = { gone = "voided", gone_name = "voided" },
}

local OWED = {
  role = "books", operation = "journal_entry_lines.list", key = "[].Notes", number = "EntryNumber", date = "Date",
  total = "AmountFC", absolute = true, note = "Description", filter_param = "$filter",
  filter = "Date ge datetime'{from}T00:00:00' and Date lt datetime'{to}T00:00:00'",
  find = { param = "$filter", each = "Notes eq '{key}'" },
  arguments = { query = { ["$select"] = "ID,EntryID,EntryNumber,GLAccount,AmountFC,Quantity,Date,Description,Notes" } },
}

local PURCHASED = {
  role = "books", operation = "purchase_entries.list", key = "PurchaseEntryLines[].Notes", again = "/", number = "EntryNumber",
  date = "EntryDate", total = "AmountFC", absolute = true, note = "Description", currency = "Currency", filter_param = "$filter",
  filter = "EntryDate ge datetime'{from}T00:00:00' and EntryDate lt datetime'{to}T00:00:00' and Journal eq '{setting.purchase_journal}'",
  find = { param = "$filter", each = "YourRef eq '{key}'" },
  arguments = { query = { ["$select"] = "EntryID,EntryNumber,EntryDate,YourRef,Currency,PurchaseEntryLines", ["$expand"] = "PurchaseEntryLines" } },
}

-- By the line of what is owed the entry is known, and whether it books a label or turns one.
local BOOKED, TURNED = { field = "Quantity", values = { "1", "1.0", "1.0000" } }, { field = "Quantity", values = { "-1", "-1.0", "-1.0000" } }

local COSTS, VOIDS = over(LABELS, { key = "{source}-{shipmentId}" }),
  over(LABELS, { noun = "void", key = "{source}-{shipmentId}-V", sold = { field = "voided", values = { "true" } } })

return {
  {
    name = "costs", when = { posting = "journal" }, flow = "costs", effect = "cost", undone = { by = "voids", suffix = "-V" },
    left = COSTS, right = over(OWED, { noun = "entry", sign = "negative", only = BOOKED }),
  },
  {
    name = "voids", when = { posting = "journal" }, flow = "costs", effect = "cost reversed",
    left = VOIDS, right = over(OWED, { noun = "reversing entry", only = TURNED }),
  },
  {
    name = "costs", when = { posting = "purchase" }, flow = "costs", effect = "cost", undone = { by = "voids", suffix = "-V" },
    left = COSTS, right = over(PURCHASED, { noun = "purchase entry", sign = "not_negative" }),
  },
  {
    name = "voids", when = { posting = "purchase" }, flow = "costs", effect = "cost reversed",
    left = VOIDS, right = over(PURCHASED, { noun = "reversing purchase entry", sign = "negative" }),
  },
}
