-- Which customer of a shop is which account of the books: kept once known, from either side, with what both sides held when
-- they were last equal (which is how our own writes are known again when they come back as events).

local links = {}

local function of_customer(books, own_key) return ("link/%s/%s"):format(books:connection(), own_key) end
local function of_account(books, id) return ("account/%s/%s"):format(books:connection(), id) end

-- The account's id of a customer, or nil.
function links.account(job, books, own_key)
  local known = own_key and job.kv.get(of_customer(books, own_key))
  return known and known.account
end

-- The own key ("shop_nl-4711") of the customer of an account, or nil.
function links.customer(job, books, account_id)
  local known = job.kv.get(of_account(books, account_id))
  return known and known.customer
end

function links.join(job, books, own_key, account_id)
  if not own_key or links.account(job, books, own_key) == account_id then return end
  job.kv.set(of_customer(books, own_key), { account = account_id })
  job.kv.set(of_account(books, account_id), { customer = own_key })
end

return links
