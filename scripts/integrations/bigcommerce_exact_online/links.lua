-- Which customer of a shop is which account of the books: kept once known, from either side, with what both sides held when
-- they were last equal (which is how our own writes are known again when they come back as events).

local echoes, time = require "shared.records.echoes", require "time"

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

-- What we wrote to an account, of what would go to the shop: our own change is known again by it when it comes back.
local COMPARED = { "Name", "Email", "Phone" }
-- A webhook may come before the answer that it follows from, and long after it: until the poll of the hour has been.
local ECHO_SECONDS, EARLY_SECONDS = 3600, 60
local POLLED_SECONDS = 7200   -- by then the poll of the hour has told of our write

local function text(value) return value ~= nil and tostring(value):match "^%s*(.-)%s*$" or "" end

-- `made` is the whole account where it is one that we made.
function links.wrote(job, books, sent, account_id, fields, made)
  if sent.state == "shadow" then return end
  local kept = { at = job:now(), account = made }
  for _, field in ipairs(COMPARED) do kept[field] = text(fields[field]) end
  job.kv.set(("wrote/%s/%s"):format(books:connection(), account_id), kept)
end

-- An account that we made within the hour, as we made it: the order that follows its buyer's registration need not read it. What a
-- person did to it meanwhile is seen an hour later, or when the books refuse the document. Nil when it has to be read.
function links.as_made(job, books, account_id)
  local wrote = job.kv.get(("wrote/%s/%s"):format(books:connection(), account_id))
  if not wrote or not wrote.account or time.compare(job:now(), time.add(wrote.at, ECHO_SECONDS)) >= 0 then return nil end
  wrote.account.ID = account_id
  return wrote.account
end

-- Whether an event of an account is our own write coming back. `row` is what a poll found; a webhook brings none, and then
-- only the time tells that it came, however long its job waited: what a person changed in this hour is found by the poll, which
-- asks for all that changed in one call. A call for each webhook would cost as many calls again as there are new customers.
function links.is_echo(job, books, account_id, row)
  local key = ("wrote/%s/%s"):format(books:connection(), account_id)
  local wrote, came = job.kv.get(key), echoes.came(job)
  if not wrote then return false end
  if not row then
    return time.compare(came, time.add(wrote.at, -EARLY_SECONDS)) >= 0 and time.compare(came, time.add(wrote.at, ECHO_SECONDS)) < 0
  end
  local is_ours = time.compare(came, time.add(wrote.at, POLLED_SECONDS)) < 0
  for _, field in ipairs(COMPARED) do is_ours = is_ours and text(row[field]) == wrote[field] end
  -- Somebody has changed it since: who changes it back has changed it again.
  if not is_ours then job.kv.set(key, nil) end
  return is_ours
end

return links
