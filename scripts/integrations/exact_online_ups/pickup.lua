-- Where a pickup that was ordered is written.

---@type from.exact_online.OrderPickup, to.exact_online.OrderNote
local pickup, note = mapping { name = "pickup", from = "exact_online.OrderPickup", to = "exact_online.OrderNote" }

note.Remarks = pickup.all_remarks
