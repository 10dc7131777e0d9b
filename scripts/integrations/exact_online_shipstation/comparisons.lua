-- What `reconcile` holds against each other (C9), as data: what labels cost against what is owed to carriers. The first line of an entry is
-- what is owed, and bears the label's reference in its notes; what was voided after it was booked has a second entry that turns it.

local LABELS = {
  role = "station", noun = "label", operation = "shipments.list", number = "shipmentId", job = "{shipmentId}", date = "shipDate",
  total = { "shipmentCost", "insuranceCost" }, from = "shipDateStart", to = "shipDateEnd", sold = { gone = "voided", gone_name = "voided" },
}

local OWED = {
  role = "books", operation = "journal_entry_lines.list", key = "Notes", number = "EntryNumber", date = "Date", total = "AmountFC", absolute = true,
  note = "Description", filter_param = "$filter", filter = "Date ge datetime'{from}T00:00:00' and Date lt datetime'{to}T00:00:00'",
  find = { param = "$filter", each = "Notes eq '{key}'" },
  arguments = { query = { ["$select"] = "ID,EntryID,EntryNumber,GLAccount,AmountFC,Quantity,Date,Description,Notes" } },
}

local function side(common, own)
  local out = {}
  for _, fields in ipairs { common, own } do
    for name, value in pairs(fields) do out[name] = value end
  end
  return out
end

-- By the line of what is owed the entry is known, and whether it books a label or turns one.
local BOOKED, TURNED = { field = "Quantity", values = { "1", "1.0", "1.0000" } }, { field = "Quantity", values = { "-1", "-1.0", "-1.0000" } }

return {
  {
    name = "costs", when = { posting = "journal" }, flow = "costs", effect = "cost", undone = { by = "voids", suffix = "-V" },
    left = side(LABELS, { key = "{source}-{shipmentId}" }), right = side(OWED, { noun = "entry", sign = "negative", only = BOOKED }),
  },
  {
    name = "voids", when = { posting = "journal" }, flow = "costs", effect = "cost reversed",
    left = side(LABELS, { noun = "void", key = "{source}-{shipmentId}-V", sold = { field = "voided", values = { "true" } } }),
    right = side(OWED, { noun = "reversing entry", only = TURNED }),
  },
}
