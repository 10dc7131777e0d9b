-- Addresses that fit the carrier's fields before anything is bought (L3): wrapped and never cut, the house number stays with its street,
-- phones international, letters that its printers have. What can't be made to fit is refused, naming the field and the limit.

local address, text = require "address", require "text"
local trimmed = require("shared.labels.reading").trimmed

local addresses = {}

-- Countries whose states are part of an address, by two letters.
local WITH_STATE = { US = true, CA = true, PR = true }

local function refuse(job, source, who, why, fix)
  return job:refuse(("%s: %s, %s"):format(source.told, who.told, why), { cause = "address " .. who.key, concern = "warehouse", fix = fix })
end

-- What of a long name does not fit goes on where the address begins.
local function spread(limits, given)
  local company = given.company and address.printable(text.collapse(given.company), limits.letters, "name")
  if not company or text.length(company) <= limits.name then return given end
  local lines = address.wrap(company, { lines = limits.lines, width = limits.name, field = "name" })
  if not lines then return given end
  local out = {}
  for name, value in pairs(given) do out[name] = value end
  out.company = lines[1]
  out.street = table.move(lines, 2, #lines, 1, {})
  table.move(given.street, 1, #given.street, #out.street + 1, out.street)
  return out
end

-- `given`: { company, person, street = { … }, postcode, city, state, country, phone, email } as text from Exact Online or from the settings;
-- `limits`: { name, line, lines, city, state, postcode, phone, letters }. `who`: { told, key, fix }.
function addresses.fit(job, source, given, limits, who)
  local function fail(why) return refuse(job, source, who, why, who.fix) end
  local country, unknown = address.country(given.country)
  if not country then return fail(unknown.message) end
  if #given.street == 0 then return fail "the street is missing." end
  if not given.city then return fail "the city is missing." end
  local state = given.state and given.state:upper()
  if WITH_STATE[country] and not (state and state:find "^%u%u$") then
    return fail(("state: '%s' is none of %s; it should be its two letters."):format(given.state or "", country))
  end
  local phone, extension = nil, nil
  if given.phone then
    phone, extension = address.phone(given.phone, { country = job.settings.countries_of_phones[country] or country })
    if not phone then return fail(extension.message) end
    if limits.phone and #phone - 1 > limits.phone then
      return fail(("phone: '%s' has %d digits, %d are allowed."):format(phone, #phone - 1, limits.phone))
    end
  end
  if not given.company then given.company, given.person = given.person, nil end
  local wanted, with_state = spread(limits, given), WITH_STATE[country] == true
  local fitted, why = address.fit({
    name = wanted.person, company = wanted.company, street = wanted.street, postcode = wanted.postcode, city = wanted.city,
    state = with_state and state or wanted.state, country = country,
  }, {
    lines = limits.lines, width = limits.line, name = limits.name, company = limits.name, city = limits.city, state = with_state and limits.state or nil,
    letters = limits.letters,
  })
  if not fitted then return fail(why.message) end
  local postcode = fitted.postcode
  if postcode and text.length(postcode) > limits.postcode then postcode = postcode:gsub("[ %-]", "") end
  if postcode and text.length(postcode) > limits.postcode then
    return fail(("postcode: '%s' has %d characters, %d are allowed."):format(postcode, text.length(postcode), limits.postcode))
  end
  -- Elsewhere a state is told where it fits: nobody delivers by it.
  local tells_state = with_state or fitted.state and text.length(fitted.state) <= (limits.state or 0)
  return {
    company = fitted.company, person = fitted.name, lines = fitted.street, postcode = postcode, city = fitted.city,
    state = tells_state and fitted.state or nil, country = country, phone = phone, extension = extension, email = given.email,
  }
end

local function lines_of(record) return { trimmed(record.AddressLine1), trimmed(record.AddressLine2), trimmed(record.AddressLine3) } end

local function compact(list, most)
  local out = {}
  for index = 1, most do
    if list[index] then out[#out + 1] = list[index] end
  end
  return out
end

-- The consignee of a delivery: its address with the account's name, mail and phone. `anew`: as it stands now.
function addresses.consignee(job, source, limits, anew)
  local account = job:look_up("accounts", source.account_id)
  local key = account and trimmed(account.Code) or tostring(source.account_id)
  local who = {
    told = "the delivery address", key = key, fix = "Mend the delivery address in Exact Online (Relations, Addresses), then release this case.",
  }
  if not account then return refuse(job, source, who, "its account is not in Exact Online any more.", who.fix) end
  local place = source.address_id and job:look_up("addresses", source.address_id, { anew = anew or nil }) or account
  source.customer = key
  return addresses.fit(job, source, {
    company = source.company or trimmed(account.Name), person = source.person, street = compact(lines_of(place), 3), postcode = trimmed(place.Postcode),
    city = trimmed(place.City), state = trimmed(place.State), country = trimmed(place.Country),
    phone = trimmed(place.Phone) or trimmed(account.Phone) or job.settings.default_phone, email = trimmed(account.Email),
  }, limits, who), account
end

-- Who sends: of the settings, by warehouse.
function addresses.sender(job, source, limits)
  local given = {}
  for _, fields in ipairs { job.settings.sender, job.settings.senders[source.warehouse or ""] or {} } do
    for name, value in pairs(fields) do given[name] = value end
  end
  local fitted = addresses.fit(job, source, {
    company = given.company, person = given.person, street = given.lines or {}, postcode = given.postcode, city = given.city, state = given.state,
    country = given.country, phone = given.phone, email = given.email,
  }, limits, { told = "the sender", key = "sender", fix = "Correct the setting sender (or senders) in the client's file, then release this case." })
  fitted.eori, fitted.vat = given.eori, given.vat
  return fitted
end

return addresses
