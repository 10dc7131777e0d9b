-- A new account for the customer of an order. Its e-mail is kept in small letters: that is how it is found again.

---@type from.bigcommerce.order, to.exact_online.Account
local order, account = mapping { name = "account", from = "bigcommerce.order", to = "exact_online.Account" }
local billing = order.billing_address

account.Name = with(billing, function(address)
  if has(address.company) then return address.company end
  local name = ((address.first_name or "") .. " " .. (address.last_name or "")):match "^%s*(.-)%s*$"
  return name ~= "" and name or address.email
end)
account.Status = "C"
account.Email = billing.email:lower()
account.Phone = billing.phone
account.AddressLine1 = billing.street_1
account.AddressLine2 = billing.street_2
account.Postcode = billing.zip
account.City = billing.city
account.Country = billing.country_iso2
account.PaymentConditionSales = setting.payment_condition
