-- A shopper as an account. The shop's key goes into SearchCode, so that the account is found by it; the code is Exact's own.

---@type from.bigcommerce.Shopper, to.exact_online.Account
local shopper, account = mapping { name = "account", from = "bigcommerce.Shopper", to = "exact_online.Account" }
local place = shopper.place

account.Name = shopper.name
account.Status = "C"
account.Email = shopper.email
account.Phone = shopper.phone
account.Language = shopper.language
account.VATNumber = shopper.vat_number
account.SearchCode = shopper.key
account.AddressLine1 = place.street_1
account.AddressLine2 = place.street_2
account.Postcode = place.zip
account.City = place.city
account.Country = place.country_iso2
account.PaymentConditionSales = setting.payment_condition
