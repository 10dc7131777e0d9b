-- The day that it is in the division's zone at an instant: parcels leave on it.

---@type from.exact_online.MomentToBook, to.exact_online.MomentToBook
local moment, booked = mapping { name = "business_date", from = "exact_online.MomentToBook", to = "exact_online.MomentToBook" }

booked.day = moment.instant:date()
