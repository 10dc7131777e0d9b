-- A customer of the shop as an account of the books (BC6): found or made, then kept current with what the shop owns, its
-- addresses with it.

local addresses, customer, links, owners, rules, shopper = require "addresses", require "customer", require "links",
  require "owners", require "account_rules", require "shopper"

local customers = {}

local function fetch(job, shop)
  local found = shop.customers.list { ["id:in"] = job.key }
  local record = found[1]
  if not record then return nil end
  -- The list stops at ten addresses of a customer (fact sheet, section 6).
  if #(record.addresses or {}) >= 10 then record.addresses = shop.customers.addresses { ["customer_id:in"] = job.key } end
  return record
end

local function keep_addresses(job, books, record, account)
  for index, address in ipairs(record.addresses or {}) do
    local place = shopper.place(address)
    -- The first one is the account's own.
    if index > 1 and (place.street_1 or place.city) then addresses.keep(job, books, place, account) end
  end
end

function customers.run(job, shop, books)
  local record = fetch(job, shop)
  if not record then
    -- A customer that is deleted in the shop stays in the books: documents stand on the account.
    return job:skip("customer " .. job.key .. " is no longer in the shop")
  end
  local what = "Customer " .. record.id
  local who = shopper.of_customer(job, record)
  shopper.check_vat_number(job, who, what)
  local known = links.account(job, books, who.own_key)
  if job.settings.customers == "buyers" and not known then return job:skip "has not ordered yet" end
  if job.settings.collective_for == "all" and not known and (job.settings.collective_accounts.otherwise or
    job.settings.collective_accounts[who.place.country_iso2 or ""]) then
    return job:skip "orders go on the collective account"
  end

  local account = customer.find(job, books, who, what)
  if not account then
    local id = customer.create(job, books, who, what)
    keep_addresses(job, books, record, id)
    return { account = id, made = true }
  end
  if account.Blocked then return job:skip(("account %s is blocked"):format(rules.told(account))) end
  local wanted = job:map("account", who)
  -- Our key stands only where nothing did: people use search codes too.
  local changes = owners.for_books(job.settings, wanted, account)
  if wanted.SearchCode and not account.SearchCode then
    changes = changes or {}
    changes.SearchCode = wanted.SearchCode
  end
  if changes then
    local sent = job:send("change account", books.accounts.update(account.ID, changes), { version = job:now(), entity = account.ID })
    links.wrote(job, books, sent, account.ID, owners.merged(account, changes))
  end
  keep_addresses(job, books, record, account.ID)
  if not changes then return job:skip(("account %s holds what the shop says"):format(rules.told(account))) end
  return { account = account.ID }
end

return customers
