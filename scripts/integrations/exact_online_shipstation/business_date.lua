-- The business date of an instant, in the client's zone: made once, and never shifted after that.

---@type from.exact_online.MomentToBook, to.exact_online.MomentToBook
local moment, booked = mapping { name = "business_date", from = "exact_online.MomentToBook", to = "exact_online.MomentToBook" }

booked.day = moment.instant:date()
