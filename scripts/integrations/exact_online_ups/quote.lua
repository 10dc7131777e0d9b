-- Where a price that was asked for is written: the order's remarks, unless a layer says otherwise.

---@type from.exact_online.OrderQuote, to.exact_online.OrderNote
local quote, note = mapping { name = "quote", from = "exact_online.OrderQuote", to = "exact_online.OrderNote" }

note.Remarks = quote.all_remarks
