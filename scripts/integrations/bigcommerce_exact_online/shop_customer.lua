-- An account as a customer of the shop: what a new one is made of, and of what the books own, what a known one gets.

---@type from.exact_online.Account, to.bigcommerce.Customer
local account, customer = mapping { name = "shop_customer", from = "exact_online.Account", to = "bigcommerce.Customer" }

customer.email = account.Email:lower()
customer.company = account.Name
customer.phone = account.Phone
customer.first_name = with(account, function(of) return of.Name:match "^(%S+)%s+%S" or of.Name end)
customer.last_name = with(account, function(of) return of.Name:match "^%S+%s+(.+)$" or of.Name end)
customer.customer_group_id = setting.customer_group
