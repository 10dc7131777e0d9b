-- A place that goods are delivered to, beside the account's own address. Line 3 says for whom it is.

---@type from.bigcommerce.Place, to.exact_online.Address
local place, address = mapping { name = "address", from = "bigcommerce.Place", to = "exact_online.Address" }

local DELIVERY = 4

address.Account = given "account"
address.Type = DELIVERY
address.AddressLine1 = place.street_1
address.AddressLine2 = place.street_2
address.AddressLine3 = with(place, function(to)
  if has(to.company) and has(to.recipient) then return to.company .. ", " .. to.recipient end
  return to.company or to.recipient
end)
address.Postcode = place.zip
address.City = place.city
address.Country = place.country_iso2
address.Phone = place.phone
