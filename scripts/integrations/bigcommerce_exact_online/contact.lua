-- The person behind an account.

---@type from.bigcommerce.Shopper, to.exact_online.Contact
local shopper, contact = mapping { name = "contact", from = "bigcommerce.Shopper", to = "exact_online.Contact" }

contact.Account = given "account"
contact.FirstName = shopper.first_name
contact.LastName = shopper.last_name:default(shopper.first_name):default(shopper.name)
contact.Email = shopper.email
contact.Phone = shopper.phone
contact.Language = shopper.language
