-- The customer's account in the books: found by e-mail, case ignored, else created; and the address to deliver to.

local odata = require "odata"

local customer = {}

local BLOCKED_OR_PROSPECT = "Unblock it, or make it a customer, in Exact Online, then release this case."

-- Exact compares by its database's rules, which are not documented: both spellings are asked for and the answer is
-- compared here.
local function with_email(books, email)
  local lower = email:lower()
  local spellings = lower == email and { email } or { email, lower }
  local found = {}
  for _, account in ipairs(books.accounts.list(odata.equals("Email", spellings))) do
    if account.Email and account.Email:lower() == lower then found[#found + 1] = account end
  end
  return found
end

local function usable(job, order, account)
  local trouble = account.Blocked and "is blocked" or account.Status ~= "C" and "is no customer"
  if not trouble then return end
  job:refuse(("Order %d: account %s (%s) %s."):format(order.id, account.Name, (account.Code or ""):gsub("^%s+", ""), trouble),
    { cause = "account " .. account.ID, concern = "finance", fix = BLOCKED_OR_PROSPECT })
end

-- The ID of the order's account.
function customer.account(job, books, order)
  local email = order.billing_address.email
  if not email then
    job:refuse(("Order %d has no e-mail address to find its customer by."):format(order.id),
      { cause = "no_email", concern = "finance" })
  end
  local found = with_email(books, email)
  if #found > 1 then
    job:refuse(("Order %d: %d accounts in Exact Online have the e-mail address %s."):format(order.id, #found, email),
      { cause = "email " .. email:lower(), concern = "finance", fix = "Leave the address on one of them." })
  end
  if found[1] then
    usable(job, order, found[1])
    return found[1].ID
  end
  local account = job:map("account", order)
  return job:send("account", books.accounts.create(account)).id
end

local COMPARED = { "company", "first_name", "last_name", "street_1", "street_2", "zip", "city", "country_iso2" }

local function same_place(a, b)
  for _, field in ipairs(COMPARED) do
    if (a[field] or "") ~= (b[field] or "") then return false end
  end
  return true
end

-- The ID of the address to deliver to, or nil when that is the account's own. Exact answers a second POST of the same
-- address with the first one's ID, so addresses do not multiply.
function customer.delivery_address(job, books, order, account)
  local shipping = order.shipping_addresses[1]
  if not shipping or same_place(shipping, order.billing_address) then return nil end
  local address = job:map("address", shipping, { account = account })
  local place = table.concat({
    account, address.AddressLine1 or "", address.AddressLine2 or "", address.Postcode or "", address.City or "", address.Country or "",
  }, "|"):lower()
  return job:send("address", books.addresses.create(address), { entity = place }).id
end

return customer
