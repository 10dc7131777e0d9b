--- Addresses that fit what a carrier or an ERP takes: wrapped, never cut. What can't be made to fit comes back as an error
--- that names the field and the limit, before anything is bought or posted.

local countries, failure, text = require "countries", require "failure", require "text"

local address = {}

-- Wrapping.

-- Scripts that are written without blanks may break between any two characters.
local function is_wide(character)
  local ok, code = pcall(utf8.codepoint, character)
  return ok and code >= 0x2E80 and code < 0xFFF0
end

-- A house number belongs to the word before it: "12", "12b", "12-14", "12/3".
local function is_number(word) return word:find "^%d[%d%-/]*%a?[,.]?$" ~= nil end

-- Pieces that stay in one line, each with whether a blank stands before it.
local function pieces_of(line)
  local pieces = {}
  for word in line:gmatch "%S+" do
    local last = pieces[#pieces]
    if last and last.can_grow and is_number(word) then
      last.text = last.text .. " " .. word
    else
      local start, blank = "", true
      for _, character in ipairs(text.characters(word)) do
        if is_wide(character) then
          if start ~= "" then pieces[#pieces + 1] = { text = start, blank = blank } end
          pieces[#pieces + 1] = { text = character, blank = blank and start == "" }
          start, blank = "", false
        else
          start = start .. character
        end
      end
      if start ~= "" then pieces[#pieces + 1] = { text = start, blank = blank, can_grow = start == word } end
    end
  end
  return pieces
end

-- Words that were kept together but are longer than a line go apart again.
local function split_long(pieces, width)
  local out = {}
  for _, piece in ipairs(pieces) do
    if text.length(piece.text) <= width then
      out[#out + 1] = piece
    else
      for word in piece.text:gmatch "%S+" do out[#out + 1] = { text = word, blank = true } end
    end
  end
  return out
end

local function fill(pieces, width)
  local lines, current = {}, ""
  for _, piece in ipairs(pieces) do
    local joined = current == "" and piece.text or current .. (piece.blank and " " or "") .. piece.text
    if current ~= "" and text.length(joined) > width then
      lines[#lines + 1] = current
      current = piece.text
    else
      current = joined
    end
  end
  if current ~= "" then lines[#lines + 1] = current end
  return lines
end

local function too_long(field, message, limit) return nil, failure.new("does_not_fit", message, { field = field, limit = limit }) end

--- Lines of an address in so many lines of so many characters. Lines that fit as they are stay as they are; else all of
--- them are filled anew. A house number stays with the word before it where that fits. Nothing is ever cut.
---@param lines string|string[] empty ones are left out
---@param limits { lines: integer, width: integer, field?: string } width in characters; `field` names the field in messages ("street")
---@return string[]? lines
---@return table? err `does_not_fit`, with `field` and `limit`
---
--- ```lua
--- local address = require "address"
--- local lines = address.wrap("Burgemeester van den Broekstraat 112b", { lines = 2, width = 30 })
--- assert(lines[1] == "Burgemeester van den" and lines[2] == "Broekstraat 112b")
--- local none, err = address.wrap("Burgemeester van den Broekstraat 112b", { lines = 1, width = 30, field = "street" })
--- assert(not none and err.message == "street: needs 2 lines of 30 characters, 1 is allowed." and err.field == "street")
--- ```
function address.wrap(lines, limits)
  limits = failure.options("address.wrap", limits, { "lines", "width", "field" })
  local most, width, field = limits.lines, limits.width, limits.field or "address"
  if math.type(most) ~= "integer" or math.type(width) ~= "integer" or most < 1 or width < 1 then
    error("address.wrap: expected { lines = …, width = … } from 1", 2)
  end
  local given, all_fit = {}, true
  for _, line in ipairs(type(lines) == "table" and lines or { lines }) do
    line = text.collapse(tostring(line))
    if line ~= "" then
      given[#given + 1] = line
      all_fit = all_fit and text.length(line) <= width
    end
  end
  if all_fit and #given <= most then return given end
  local pieces = {}
  for _, line in ipairs(given) do
    for _, piece in ipairs(split_long(pieces_of(line), width)) do
      if text.length(piece.text) > width then
        return too_long(field, ("%s: the word '%s' is longer than the %d characters of a line."):format(field, piece.text, width), width)
      end
      pieces[#pieces + 1] = piece
    end
  end
  local filled = fill(pieces, width)
  if #filled > most then
    return too_long(field, ("%s: needs %d lines of %d characters, %d %s allowed."):format(field, #filled, width, most, most == 1 and "is" or "are"), most)
  end
  return filled
end

-- Phones.

local SHORTEST, LONGEST = 7, 15   -- digits of an E.164 number

--- A phone number in international form (E.164), from whatever people type.
---@param number string
---@param options { country: string, field?: string } ISO code of the country whose numbers are meant when none is said
---@return string? number "+31201234567"; nil for an empty one too
---@return string|table|nil extension digits of an extension, or an error table (`invalid_phone`)
---
--- ```lua
--- local address = require "address"
--- assert(address.phone("020 - 123 45 67", { country = "NL" }) == "+31201234567")
--- assert(address.phone("+44 (0)20 7946 0018", { country = "NL" }) == "+442079460018")
--- local number, extension = address.phone("(555) 010-9999 ext. 12", { country = "US" })
--- assert(number == "+15550109999" and extension == "12")
--- assert(select(2, address.phone("call me", { country = "NL" })).code == "invalid_phone")
--- ```
function address.phone(number, options)
  options = failure.options("address.phone", options, { "country", "field" })
  local home = countries.find(options.country)
  if not home then error(("address.phone: '%s' is no country"):format(tostring(options.country)), 2) end
  local given = text.trim(number or "")
  if given == "" then return nil end
  local function invalid(why)
    local message = ("%s: '%s' %s"):format(options.field or "phone", given, why)
    return nil, failure.new("invalid_phone", message, { field = options.field or "phone" })
  end
  local main, extension = given:match "^(.-)%s*[,;]?%s*[eE][xX][tT]?[%a]*%.?%s*:?%s*(%d+)$"
  if not main then main, extension = given:match "^(.-%d)%s*[xX#]%s*(%d+)$" end
  main = main or given
  if main:find "[^%d%s%+%-%.%(%)/]" then return invalid "has characters that are no part of a phone number." end
  local international = main:find "^%s*%(?%+" ~= nil
  if international then main = main:gsub("%(0+%)", "") end
  local digits = main:gsub("%D", "")
  if not international then
    local prefix = home.idd or "00"
    if digits:sub(1, #prefix) == prefix then
      international = true
      digits = digits:sub(#prefix + 1)
    elseif digits:sub(1, 2) == "00" then
      international = true
      digits = digits:sub(3)
    end
  end
  if not international then
    local trunk = home.trunk
    if trunk and digits:sub(1, #trunk) == trunk then
      digits = digits:sub(#trunk + 1)
    elseif #digits > 9 and digits:sub(1, #home.calling) == home.calling and not (home.calling == "1" and #digits == 10) then
      -- The calling code without its plus. Where numbers at home begin with a 0, it could also be one whose 0 was left out.
      if trunk then return invalid(("begins with %s: write +%s, or %s before it if that belongs to the number."):format(home.calling, home.calling, trunk)) end
      digits = digits:sub(#home.calling + 1)
    end
    digits = home.calling .. digits
  end
  if digits:sub(1, 1) == "0" or #digits < SHORTEST or #digits > LONGEST then
    return invalid(("has %d digits in international form, %d to %d are possible."):format(#digits, SHORTEST, LONGEST))
  end
  if digits:sub(1, 1) == "1" and #digits ~= 11 then return invalid "is no number of North America: those have ten digits." end
  return "+" .. digits, extension
end

-- Postcodes.

--- A postcode in the form that its country writes it.
---@param postcode string
---@param country string ISO code
---@param field? string name of the field in messages, "postcode" when left out
---@return string? postcode countries without known form: the text without outer blanks
---@return table? err `invalid_postcode`
---
--- ```lua
--- local address = require "address"
--- assert(address.postcode("1234ab", "NL") == "1234 AB")
--- assert(address.postcode("sw1a1aa", "GB") == "SW1A 1AA")
--- assert(address.postcode("902101234", "US") == "90210-1234")
--- assert(select(2, address.postcode("1234", "DE")).message == "postcode: '1234' is none of DE; it should look like 12345.")
--- ```
function address.postcode(postcode, country, field)
  local found = countries.find(country)
  if not found then error(("address.postcode: '%s' is no country"):format(tostring(country)), 2) end
  local given = text.trim(tostring(postcode or ""))
  local form = found.postcode
  if not form then return given end
  local bare = given:upper():gsub("[%s%-%.]", "")
  -- "NL-1234 AB" and "D-10115": the country's own code before it.
  local stripped = bare:match("^" .. found.code .. "(%d.*)$") or bare:match("^" .. found.code:sub(1, 1) .. "(%d%d%d%d+)$")
  for _, candidate in ipairs { bare, stripped } do
    for _, shape in ipairs(form) do
      local parts = { candidate:match("^" .. shape .. "$") }
      if parts[1] then return (found.prefix or "") .. table.concat(parts, form.mark or " ") end
    end
  end
  local name = field or "postcode"
  return nil, failure.new("invalid_postcode", ("%s: '%s' is none of %s; it should look like %s."):format(name, given, found.code, form.sample),
    { field = name })
end

--- A country's code in capitals, from ISO 3166 two-letter codes in any case and with blanks around ("nl ").
---@param code string
---@return string? code
---@return table? err `unknown_country`
---
--- ```lua
--- local address = require "address"
--- assert(address.country "nl " == "NL")
--- assert(select(2, address.country "Holland").code == "unknown_country")
--- ```
function address.country(code)
  local found = countries.find(code)
  if found then return found.code end
  return nil, failure.new("unknown_country", ("'%s' is no two-letter country code."):format(tostring(code)), { field = "country" })
end

-- Letters.

--- A text in letters that can be printed: `ascii` writes accents and other alphabets in plain letters, `latin1` keeps what
--- ISO 8859-1 has.
---@param value string
---@param letters "ascii"|"latin1"|"any"
---@param field? string name of the field in messages
---@return string? value
---@return table? err `not_printable`: names the character
---
--- ```lua
--- local address = require "address"
--- assert(address.printable("Łódź, Straße 5", "ascii") == "Lodz, Strasse 5")
--- assert(address.printable("Ørsted, Łódź", "latin1") == "Ørsted, Lódz")
--- assert(select(2, address.printable("東京", "ascii", "city")).message == "city: the character '東' has no form in plain letters.")
--- ```
function address.printable(value, letters, field)
  local name = field or "text"
  local function not_printable(why) return nil, failure.new("not_printable", ("%s: %s."):format(name, why), { field = name }) end
  local composed, broken = text.compose(value)
  if not composed then return not_printable(broken.message) end
  if composed:find "%c" then composed = composed:gsub("%c", " ") end
  if letters == "any" then return composed end
  if letters ~= "ascii" and letters ~= "latin1" then error(("address.printable: expected ascii, latin1 or any, got %s"):format(tostring(letters)), 2) end
  local out = {}
  for index, character in ipairs(text.characters(composed)) do
    local keep = #character == 1 or (letters == "latin1" and utf8.codepoint(character) <= 0xFF and utf8.codepoint(character) >= 0xA0)
    if keep then
      out[index] = character
    else
      local plain, why = text.ascii(character)
      if not plain then return not_printable(why.message) end
      out[index] = plain
    end
  end
  return table.concat(out)
end

-- All of it.

local FIT = { "lines", "width", "name", "company", "city", "state", "phone", "letters", "country" }

local function one_line(record, fitted, field, limit, letters)
  local value = record[field]
  if value == nil or text.trim(tostring(value)) == "" then return true end
  local printable, why = address.printable(text.collapse(tostring(value)), letters, field)
  if not printable then return nil, why end
  if limit and text.length(printable) > limit then
    return too_long(field, ("%s: '%s' has %d characters, %d are allowed."):format(field, printable, text.length(printable), limit), limit)
  end
  fitted[field] = printable
  return true
end

--- A whole address made to fit. Fields of the record: name, company, street (a text or a list of lines), postcode, city,
--- state, country, phone, email; what is absent stays absent.
---@param record table
---@param limits table lines and width of the street; name, company, city, state, phone: most characters; `letters` as in
--- `printable` ("any" when left out); `country` where the record has none
---@return table? fitted the same fields; `street` is a list of lines
---@return table? err names the field and the limit
---
--- ```lua
--- local fitted = require("address").fit({
---   name = "Zoë Ørsted", street = { "Łąkowa 5", "m. 3" }, postcode = "90562", city = "Łódź", country = "pl", phone = "42 123 45 67",
--- }, { lines = 3, width = 35, name = 35, city = 30, letters = "ascii" })
--- assert(fitted.name == "Zoe Orsted" and fitted.street[1] == "Lakowa 5" and fitted.city == "Lodz")
--- assert(fitted.postcode == "90-562" and fitted.phone == "+48421234567")
--- ```
function address.fit(record, limits)
  limits = failure.options("address.fit", limits, FIT)
  local letters = limits.letters or "any"
  local country, why = address.country(record.country or limits.country)
  if not country then return nil, why end
  local fitted = { email = record.email, country = country }
  for _, field in ipairs { "name", "company", "city", "state" } do
    local ok, unfit = one_line(record, fitted, field, limits[field], letters)
    if not ok then return nil, unfit end
  end
  local street = {}
  for index, line in ipairs(type(record.street) == "string" and { record.street } or record.street or {}) do
    street[index], why = address.printable(line, letters, "street")
    if not street[index] then return nil, why end
  end
  fitted.street, why = address.wrap(street, { lines = limits.lines, width = limits.width, field = "street" })
  if not fitted.street then return nil, why end
  if record.postcode ~= nil and record.postcode ~= "" then
    fitted.postcode, why = address.postcode(record.postcode, fitted.country)
    if not fitted.postcode then return nil, why end
  end
  if record.phone ~= nil and text.trim(record.phone) ~= "" then
    fitted.phone, why = address.phone(record.phone, { country = fitted.country })
    if not fitted.phone then return nil, why end
    if limits.phone and #fitted.phone > limits.phone then
      return too_long("phone", ("phone: '%s' has %d characters, %d are allowed."):format(fitted.phone, #fitted.phone, limits.phone), limits.phone)
    end
  end
  return fitted
end

return address
