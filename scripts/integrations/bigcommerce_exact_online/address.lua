-- The address that an order is delivered to, beside the account's own.

---@type from.bigcommerce.ShippingAddress, to.exact_online.Address
local place, address = mapping { name = "address", from = "bigcommerce.ShippingAddress", to = "exact_online.Address" }

local DELIVERY = 4

address.Account = given "account"
address.Type = DELIVERY
address.AddressLine1 = place.street_1
address.AddressLine2 = place.street_2
address.AddressLine3 = place.company
address.Postcode = place.zip
address.City = place.city
address.Country = place.country_iso2
address.Phone = place.phone
