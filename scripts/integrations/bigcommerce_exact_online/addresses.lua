-- Places that goods go to, as addresses of an account: each once, however often and in whatever spelling it comes (BC6).

local letters, odata, shopper = require "text", require "odata", require "shopper"

local addresses = {}

local DELIVERY = 4

local function text(value) return value and letters.lower(tostring(value)):gsub("[%s%.,]+", " "):match "^%s*(.-)%s*$" or "" end

local LINES = { "AddressLine1", "AddressLine2", "AddressLine3", "City", "Country" }

local function same(a, b)
  for _, field in ipairs(LINES) do
    if text(a[field]) ~= text(b[field]) then return false end
  end
  return text(a.Postcode):gsub(" ", "") == text(b.Postcode):gsub(" ", "")
end

-- The ID of the account's delivery address for a place: the one that we or a person made before, else a new one.
function addresses.keep(job, books, place, account)
  local entity = account .. "|" .. shopper.place_key(place)
  local known = job:sent("address", { role = "books", entity = entity })
  if known then return known.id end
  local wanted = job:map("address", place, { account = account })
  local there = books.addresses.list {
    ["$filter"] = odata.all { odata.compare("Account", "eq", account, "guid"), odata.compare("Type", "eq", DELIVERY, "integer") },
  }
  for _, address in ipairs(there) do
    if same(address, wanted) then return address.ID end
  end
  return job:send("address", books.addresses.create(wanted), { entity = entity }).id
end

return addresses
