-- The account of an order's buyer, and the address to deliver to: what documents are posted on.

local addresses, links, matching, odata, owners, rules, shopper = require "addresses", require "links", require "matching",
  require "odata", require "owners", require "account_rules", require "shopper"

local customer = {}

-- Keys of the places that accounts of this run have as their own: no address of theirs is needed for them.
local own_places = {}

local CODE_WIDTH = 18   -- Exact keeps codes of accounts right-aligned and compares them so

-- The code of the collective account for this buyer, or nil when the buyer has an own one.
local function collective_code(job, who)
  local codes, kind = job.settings.collective_accounts, job.settings.collective_for
  local code = codes[who.place.country_iso2 or ""] or codes.otherwise
  if not code then return nil end
  local applies = kind == "all" or kind == "guests" and not who.id or kind == "consumers" and not who.vat_number
  return applies and tostring(code) or nil
end

local function collective(job, books, code, what)
  local padded = (" "):rep(CODE_WIDTH - #code) .. code
  local found = books.accounts.list { ["$filter"] = odata.any { odata.compare("Code", "eq", padded), odata.compare("Code", "eq", code) } }
  if found[1] then return found[1] end
  job:refuse(("%s: the collective account %s is not in Exact Online."):format(what, code), {
    cause = "collective_account " .. code, concern = "finance",
    fix = "Make the account in Exact Online, or correct the setting collective_accounts; then release this case.",
  })
end

local function gone(job, who, what)
  job:refuse(("%s: the account of customer %s is no longer in Exact Online."):format(what, who.email or who.own_key), {
    cause = "account_gone " .. (who.email or who.own_key), concern = "finance",
    fix = "Make an account with this e-mail address in Exact Online, then release this case.",
  })
end

-- An account that is not there yet; its contact with it.
local function create(job, books, who, what)
  if job.settings.new_accounts == "park" then
    job:refuse(("%s: there is no account for %s in Exact Online."):format(what, who.name or who.email), {
      cause = "no_account " .. (who.email or what), concern = "finance",
      fix = "Make an account with this e-mail address or VAT number, or set new_accounts to create; then release this case.",
    })
  end
  local wanted = job:map("account", who)
  local looked = matching.looked_by_email(job) and "accounts.list" or nil
  local sent = job:send("account", books.accounts.create(wanted), { entity = who.email, looked = looked })
  -- In shadow there is no account that could be kept: a later job, live by then, would look for it.
  if sent.state ~= "shadow" then links.join(job, books, who.own_key, sent.id) end
  links.wrote(job, books, sent, sent.id, wanted, wanted)
  own_places[sent.id] = shopper.place_key(who.place)
  if job.settings.contacts == "always" or job.settings.contacts == "companies" and who.company then
    local contact = job:map("contact", who, { account = sent.id })
    if contact.FirstName or contact.LastName then
      job:send("contact", books.contacts.create(contact), { entity = "contact " .. who.email })
    end
  end
  return sent.id
end

-- The account that a shopper is known to have, or is found by: the record, or nil and whether it is to be made.
function customer.find(job, books, who, what, typed_email)
  local linked = links.account(job, books, who.own_key)
  -- An account that another order of the same buyer has made is known by its ID: a look by e-mail may have been before it.
  if not linked and who.email then
    local sent = job:sent("account", { role = "books", entity = who.email })
    linked = sent and sent.id
  end
  if linked then
    local made = job.attempt == 1 and links.as_made(job, books, linked)
    if made then return made end
    local account, why = try(books.accounts.get, linked)
    if account then return account end
    if why.code ~= "not_found" then error(why, 0) end
  end
  local account, way, several = matching.find(job, books, who, what, typed_email)
  if account then
    if several then job:note(("several accounts could be meant; %s decided for %s"):format(way, rules.told(account))) end
    links.join(job, books, who.own_key, account.ID)
    return account
  end
  if linked then gone(job, who, what) end
end

-- The ID of the account that an order is posted on.
function customer.account(job, books, order)
  local what = "Order " .. order.id
  local who = shopper.of_order(job, order)
  shopper.check_vat_number(job, who, what)
  local code = collective_code(job, who)
  local account
  if code then
    account = collective(job, books, code, what)
  else
    if not who.email and not who.own_key and not who.vat_number then
      job:refuse(what .. " has no e-mail address to find its customer by.", {
        cause = "no_email", concern = "finance",
        fix = "Add an e-mail address to the order in the shop, or name collective_accounts for guests; then release this case.",
      })
    end
    account = customer.find(job, books, who, what, order.billing_address.email)
    if not account then
      if not who.email then
        job:refuse(what .. " has no e-mail address; an account can't be made without one.", {
          cause = "no_email", concern = "finance", fix = "Add an e-mail address to the order in the shop, then release this case.",
        })
      end
      return create(job, books, who, what)
    end
  end
  rules.check(job, books, account, what)
  own_places[account.ID] = shopper.place_key(shopper.place_of_account(account))
  -- What an order tells only fills what the books lack: the customer's own record says what changed.
  if not code then
    local changes = owners.for_books(job.settings, job:map("account", who), account, true)
    if changes then
      local sent = job:send("fill account", books.accounts.update(account.ID, changes), { version = job:now(), entity = account.ID })
      links.wrote(job, books, sent, account.ID, owners.merged(account, changes))
    end
  end
  return account.ID
end

-- The ID of the address to deliver to, or nil when that is the account's own, or when nothing is delivered. On a collective
-- account, whose own address is nobody's, the buyer's address stands in for one.
function customer.delivery_address(job, books, order, account)
  local shared = collective_code(job, shopper.of_order(job, order)) ~= nil
  local shipping = order.shipping_addresses[1] or shared and order.billing_address
  if not shipping then return nil end
  local place = shopper.place(shipping)
  if not (place.street_1 or place.city) or not shared and shopper.place_key(place) == own_places[account] then return nil end
  return addresses.keep(job, books, place, account)
end

customer.create = create

return customer
