--- VAT numbers: one spelling for what people type, and whether it has its country's form. Only the form is judged: whether a
--- number is registered, the VIES service of the European Commission knows.

local vat_number = {}

-- Forms by the country's letters in the number (European Commission, VIES: structure of VAT numbers; GB by HMRC, CH and NO
-- by their tax offices). "." is a letter or a digit.
local FORMS = {
  AT = "U%d%d%d%d%d%d%d%d", BE = "[01]%d%d%d%d%d%d%d%d%d", BG = "%d%d%d%d%d%d%d%d%d%d?", CY = "%d%d%d%d%d%d%d%d%u",
  CZ = "%d%d%d%d%d%d%d%d%d?%d?", DE = "%d%d%d%d%d%d%d%d%d", DK = "%d%d%d%d%d%d%d%d", EE = "%d%d%d%d%d%d%d%d%d",
  EL = "%d%d%d%d%d%d%d%d%d", ES = "%w%d%d%d%d%d%d%d%w", FI = "%d%d%d%d%d%d%d%d", FR = "%w%w%d%d%d%d%d%d%d%d%d",
  HR = "%d%d%d%d%d%d%d%d%d%d%d", HU = "%d%d%d%d%d%d%d%d", IE = "%d%w%d%d%d%d%d%u%u?", IT = "%d%d%d%d%d%d%d%d%d%d%d",
  LT = "%d%d%d%d%d%d%d%d%d%d?%d?%d?", LU = "%d%d%d%d%d%d%d%d", LV = "%d%d%d%d%d%d%d%d%d%d%d", MT = "%d%d%d%d%d%d%d%d",
  NL = "%d%d%d%d%d%d%d%d%dB%d%d", PL = "%d%d%d%d%d%d%d%d%d%d", PT = "%d%d%d%d%d%d%d%d%d", RO = "%d%d?%d?%d?%d?%d?%d?%d?%d?%d?",
  SE = "%d%d%d%d%d%d%d%d%d%d01", SI = "%d%d%d%d%d%d%d%d", SK = "%d%d%d%d%d%d%d%d%d%d", XI = "%d%d%d%d%d%d%d%d%d",
  GB = "%d%d%d%d%d%d%d%d%d", CH = "E%d%d%d%d%d%d%d%d%d", NO = "%d%d%d%d%d%d%d%d%d",
}

-- Letters of the number where they are not the country's code.
local PREFIX = { GR = "EL" }
-- What stands behind the number proper and is left away.
local TAIL = { CH = "MWST$", NO = "MVA$" }

--- The number in one spelling: big letters, no blanks, dots or dashes, the country's letters first.
---@param text string as it was typed
---@param country? string ISO code, for a number typed without its letters
---@return string? number nil when there is nothing
---
--- ```lua
--- local vat_number = require "vat_number"
--- assert(vat_number.plain("nl 8044.95.208.b01") == "NL804495208B01")
--- assert(vat_number.plain("123456789", "DE") == "DE123456789")
--- assert(vat_number.plain(" - ") == nil)
--- ```
function vat_number.plain(text, country)
  local plain = tostring(text or ""):upper():gsub("[^%w]", "")
  if plain == "" then return nil end
  local prefix = country and (PREFIX[country] or country)
  local letters = plain:match "^%u%u"
  if letters == "GR" then plain = "EL" .. plain:sub(3) end
  -- The first two may belong to the number itself, as in France and Spain: then the country says whose it is.
  local own = letters and FORMS[PREFIX[letters] or letters] and (not prefix or letters == country or letters == prefix
    or not plain:find("^" .. (FORMS[prefix] or "%.") .. "$"))
  if not own and prefix and FORMS[prefix] then plain = prefix .. plain end
  local tail = TAIL[plain:sub(1, 2)]
  return tail and (plain:gsub(tail, "")) or plain
end

--- Whether a number has the form of the country whose letters it begins with.
---@param number string as `plain` gives it
---@return boolean
---@return string? why a sentence, when it has not
---
--- ```lua
--- local vat_number = require "vat_number"
--- assert(vat_number.is_formed "NL804495208B01")
--- local ok, why = vat_number.is_formed "NL12"
--- assert(not ok and why == "'NL12' has not the form of a VAT number of NL")
--- assert(not vat_number.is_formed "ZZ1")
--- ```
function vat_number.is_formed(number)
  local country = number:sub(1, 2)
  local form = FORMS[country]
  if not form then return false, ("'%s' does not begin with the letters of a country that has VAT numbers"):format(number) end
  if number:sub(3):find("^" .. form .. "$") then return true end
  return false, ("'%s' has not the form of a VAT number of %s"):format(number, country)
end

--- The number from what people typed into one of several fields, and why there is none that counts.
---@param fields { name: string, value: any }[] form fields of an order, an address or a customer
---@param names string[] names that the number may stand under, case ignored
---@param country? string ISO code of the address
---@return string? number in one spelling, when it has the form of its country
---@return string? why a sentence, when something was typed that is no VAT number
---
--- ```lua
--- local vat_number = require "vat_number"
--- local typed = { { name = "Company size", value = "3" }, { name = "VAT Number", value = "de 123 456 789" } }
--- assert(vat_number.among(typed, { "vat number" }, "DE") == "DE123456789")
--- local none, why = vat_number.among({ { name = "VAT", value = "n/a" } }, { "VAT" }, "NL")
--- assert(none == nil and why:find "NLNA")
--- ```
function vat_number.among(fields, names, country)
  for _, field in ipairs(fields or {}) do
    local name = tostring(field.name or ""):lower()
    for _, wanted in ipairs(names) do
      local number = name == wanted:lower() and vat_number.plain(field.value, country)
      if number then
        local formed, why = vat_number.is_formed(number)
        return formed and number or nil, why
      end
    end
  end
end

return vat_number
