-- Which account a shopper belongs to (BC16): by the shop's own key, the VAT number or the e-mail address, in the order that
-- the setting `match` gives. The first way that finds one decides; two by one way are a question for a person, never merged.

local odata, vat_number = require "odata", require "vat_number"

local matching = {}

local FIX = {
  key = "Leave the search code on one of them, then release this case.",
  vat_number = "Leave the VAT number on one of them, or take vat_number out of the setting match; then release this case.",
  email = "Leave the e-mail address on one of them, then release this case.",
}
local SAID = { key = "the search code", vat_number = "the VAT number", email = "the e-mail address" }

local function same_email(account, email) return account.Email ~= nil and account.Email:lower() == email end

local WAYS = {
  key = {
    value = function(who) return who.key end,
    asks = function(key) return { odata.compare("SearchCode", "eq", key) } end,
    fits = function(account, key) return account.SearchCode ~= nil and account.SearchCode:match "^(.-)%s*$" == key end,
  },
  vat_number = {
    value = function(who) return who.vat_number end,
    -- People write them with blanks and dots; Exact compares texts, so the two usual spellings are asked for.
    asks = function(number) return { odata.compare("VATNumber", "eq", number) } end,
    fits = function(account, number) return vat_number.plain(account.VATNumber, account.Country) == number end,
  },
  email = {
    value = function(who) return who.email end,
    fits = same_email,
  },
}

-- Exact compares by its database's rules, which are not documented: the address is asked for as it was typed and in
-- small letters, and the answer is compared here.
function WAYS.email.asks(email, typed)
  local asked = { odata.compare("Email", "eq", email) }
  if typed and typed ~= email then asked[2] = odata.compare("Email", "eq", typed) end
  return asked
end

-- One call for all ways; gives the account and the way it was found by, or nil.
function matching.find(job, books, who, what, typed_email)
  local conditions, ways = {}, {}
  for _, name in ipairs(job.settings.match) do
    local way = WAYS[name]
    if not way then
      job:refuse(("The setting match has '%s'; it knows key, vat_number and email."):format(tostring(name)),
        { cause = "setting match", concern = "operator" })
    end
    local value = way.value(who)
    if value then
      ways[#ways + 1] = { name = name, value = value, fits = way.fits }
      for _, condition in ipairs(way.asks(value, typed_email)) do conditions[#conditions + 1] = condition end
    end
  end
  if #conditions == 0 then return nil end
  local candidates = books.accounts.list { ["$filter"] = odata.any(conditions) }
  for _, way in ipairs(ways) do
    local found = {}
    for _, account in ipairs(candidates) do
      if way.fits(account, way.value) then found[#found + 1] = account end
    end
    if #found > 1 then
      job:refuse(("%s: %d accounts in Exact Online have %s %s."):format(what, #found, SAID[way.name], way.value),
        { cause = way.name .. " " .. way.value, concern = "finance", fix = FIX[way.name] })
    end
    if found[1] then return found[1], way.name, #candidates > 1 end
  end
end

-- Whether that looked by the e-mail address too, by which a create is looked up.
function matching.looked_by_email(job)
  for _, name in ipairs(job.settings.match) do
    if name == "email" then return true end
  end
  return false
end

return matching
