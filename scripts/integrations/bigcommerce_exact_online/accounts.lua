-- An account of the books as a customer of the shop (BC11): joined with the one it belongs to, which then gets what the
-- books own. What we wrote ourselves comes back as an event too: it is equal on both sides, so nothing follows.

local links, owners, rules, shopper = require "links", require "owners", require "account_rules", require "shopper"

local accounts = {}

local SALES = { C = true, P = true, S = true }

local function customer_by_key(shop, key)
  for _, name in ipairs(shop:connections()) do
    local id = shopper.id_of_key(name, key)
    if id then
      local at = shop:at(name)
      return at, at.customers.list { ["id:in"] = id }[1], key
    end
  end
end

-- By e-mail, in each shop whose orders go into these books. In two shops it is two customers: neither is ours to choose.
local function customer_by_email(job, shop, account)
  local email = account.Email and account.Email:lower():match "^%s*(.-)%s*$"
  if not email or email == "" then return nil end
  local at, record, key
  for _, name in ipairs(shop:connections()) do
    local there = shop:at(name)
    for _, customer in ipairs(there.customers.list { ["email:in"] = email }) do
      if customer.email and customer.email:lower() == email then
        if record then
          job:note(("customers of %s and %s have the e-mail address of account %s: none is joined"):format(
            key, name, rules.told(account)))
          return nil
        end
        at, record, key = there, customer, shopper.key(name, customer.id)
      end
    end
  end
  return at, record, key
end

local function make_customer(job, shop, books, account)
  local shops = shop:connections()
  if job.settings.accounts_to_shop ~= "all" or not account.Email or account.Status ~= "C" then
    return job:skip(("account %s has no customer in the shop"):format(rules.told(account)))
  end
  if #shops ~= 1 then
    return job:skip(("account %s has no customer, and %d shops could have it"):format(rules.told(account), #shops))
  end
  local wanted = job:map("shop_customer", account)
  -- The shop would greet the new customer by mail: never from here (C18).
  wanted.trigger_account_created_notification = false
  local sent = job:send("customer", shop:at(shops[1]).customers.create { wanted }, { entity = "account " .. account.ID })
  local id = sent.id
  if id and sent.state ~= "shadow" then links.join(job, books, shopper.key(shops[1], id), account.ID) end
  return { customer = id, made = true }
end

function accounts.run(job, shop, books)
  if job.settings.accounts_to_shop == "off" then return job:skip "accounts_to_shop is off" end
  -- A poll brings the account with it; a webhook only says which.
  local row = job.event and job.event.record
  if links.is_echo(job, books, job.key, row) then return job:skip "our own change came back" end
  local account, why = row, nil
  if not account then account, why = try(books.accounts.get, job.key) end
  if not account then
    if why.code ~= "not_found" then error(why, 0) end
    return job:skip("account " .. job.key .. " is no longer in Exact Online")
  end
  if not SALES[account.Status] then return job:skip(("account %s is no customer"):format(rules.told(account))) end

  local key = links.customer(job, books, account.ID) or account.SearchCode and account.SearchCode:match "^(.-)%s*$"
  local at, customer, own_key
  if key then at, customer, own_key = customer_by_key(shop, key) end
  if not customer then at, customer, own_key = customer_by_email(job, shop, account) end
  if not customer then return make_customer(job, shop, books, account) end
  links.join(job, books, own_key, account.ID)

  local changes = owners.for_shop(job.settings, job:map("shop_customer", account), customer)
  if not changes then return job:skip(("customer %s holds what account %s says"):format(own_key, rules.told(account))) end
  changes.id = customer.id
  job:send("change customer", at.customers.update { changes }, { version = job:now(), entity = "customer " .. own_key })
  return { customer = customer.id }
end

return accounts
