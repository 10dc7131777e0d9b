-- What the simulated UPS knows of places: postal codes and cities, whether an address is a business, and local time.

local answers, calendar, fields, host, wire =
  require "ups_answers", require "calendar", require "ups_fields", require "host", require "wire"

local places = {}

local POSTCODES = {
  NL = "^%d%d%d%d%s?%u%u$", BE = "^%d%d%d%d$", DE = "^%d%d%d%d%d$", FR = "^%d%d%d%d%d$", ES = "^%d%d%d%d%d$", PL = "^%d%d%-?%d%d%d$",
  DK = "^%d%d%d%d$", JP = "^%d%d%d%-?%d%d%d%d$", US = "^%d%d%d%d%d%-?%d*$", PR = "^%d%d%d%d%d%-?%d*$", GB = "^%u%u?%d[%d%u]?%s?%d%u%u$",
}

-- Postal codes whose city is known; all others pass.
local CITIES = {
  ["NL 1012JS"] = "Amsterdam", ["NL 3511AA"] = "Utrecht", ["DE 10115"] = "Berlin", ["DE 50667"] = "Köln", ["PL 90926"] = "Łódź",
  ["DK 1635"] = "København", ["BE 4000"] = "Liège", ["ES 15001"] = "A Coruña", ["FR 69002"] = "Lyon", ["US 30076"] = "Roswell",
  ["US 92656"] = "Aliso Viejo",
}

local function known_city(country, postcode)
  if type(postcode) ~= "string" then return nil end
  return CITIES[country .. " " .. postcode:gsub("[%s-]", ""):upper()]
end

-- The check of postal code and state that shipping always makes, and with `city` that of the city; neither looks at streets.
function places.fault(address, path, with_city)
  local pattern = POSTCODES[address.CountryCode]
  if pattern and not (address.PostalCode or ""):match(pattern) then return ("%s.PostalCode is none of %s."):format(path, address.CountryCode) end
  if (address.CountryCode == "US" or address.CountryCode == "PR") and not (address.StateProvinceCode or ""):match "^%u%u$" then
    return path .. ".StateProvinceCode is missing."
  end
  local city = with_city and known_city(address.CountryCode, address.PostalCode)
  if city and city:lower() ~= address.City:lower() then return ("%s.City is not that of the postal code."):format(path) end
end

-- Countries that the sheet's source has street data of; all others give no candidate.
local VALIDATED = { US = true, PR = true }

local function candidate(key, city, class)
  local shown = {}
  for name, value in pairs(key) do shown[name] = value end
  shown.PoliticalDivision2 = city:upper()
  return { AddressClassification = class, AddressKeyFormat = shown }
end

local CLASSES = {
  ["0"] = { Code = "0", Description = "UnClassified" }, ["1"] = { Code = "1", Description = "Commercial" },
  ["2"] = { Code = "2", Description = "Residential" },
}

-- What there is to say of an address: valid when its city is that of its postal code, else ambiguous with the right one.
-- An address of a company is commercial.
local function looked_at(key, option, everywhere)
  local out = {}
  local country, class = key.CountryCode, CLASSES[wire.is_null(key.ConsigneeName) and "2" or "1"]
  local city = (VALIDATED[country] or everywhere) and known_city(country, key.PostcodePrimaryLow)
  if not city then
    out.NoCandidatesIndicator = ""
    class = CLASSES["0"]
  elseif city:lower() == tostring(key.PoliticalDivision2):lower() then
    out.ValidAddressIndicator = ""
    out.Candidate = host.json.array { candidate(key, city, option ~= "1" and class or nil) }
  else
    out.AmbiguousAddressIndicator = ""
    out.Candidate = host.json.array { candidate(key, city, option ~= "1" and class or nil) }
  end
  if option ~= "1" then out.AddressClassification = class end
  return out
end

-- POST /api/addressvalidation/v2/{option}: 1 validates, 2 classifies, 3 does both.
function places.validate(world, request, _, option)
  if request.method ~= "POST" then return answers.no_method() end
  if not option:match "^[123]$" then return answers.invalid "The request option must be 1, 2 or 3." end
  local body = wire.json(request)
  local asked = body and body.XAVRequest
  local key = type(asked) == "table" and asked.AddressKeyFormat
  local fault = fields.table(key, "XAVRequest.AddressKeyFormat")
  if not fault then
    fault = fields.must(key, "AddressKeyFormat", "CountryCode", 2) or fields.may(key, "AddressKeyFormat", "ConsigneeName", 40)
      or fields.may(key, "AddressKeyFormat", "PoliticalDivision2", 30) or fields.may(key, "AddressKeyFormat", "PostcodePrimaryLow", 10)
  end
  if fault then return answers.invalid(fault) end
  local out = looked_at(key, option, world.switches.addresses_everywhere)
  out.Response = answers.success(asked.Request)
  return answers.json(200, { XAVResponse = out })
end

-- Offsets in hours, in winter; with summer time by the rule of Europe or of the USA.
local OFFSETS = { GB = 0, IE = 0, PT = 0, US = -5, PR = -4, JP = 9 }
local ALWAYS_SAME = { JP = true, PR = true }

local function sunday(year, month, which)
  local first = calendar.parse_iso(("%04d-%02d-01"):format(year, month)) // 86400
  local day = first + (7 - (first + 4) % 7) % 7
  if which > 0 then return (day + 7 * (which - 1)) * 86400 end
  local next_month = calendar.parse_iso(("%04d-%02d-01"):format(year, month + 1)) // 86400
  while day + 7 < next_month do day = day + 7 end
  return day * 86400
end

-- Hours that a country's clocks are ahead of UTC at an instant.
function places.offset(country, seconds)
  local winter = OFFSETS[country] or 1
  if ALWAYS_SAME[country] then return winter end
  local year = math.tointeger(calendar.date(seconds):sub(1, 4))
  local from, to = sunday(year, 3, 0) + 3600, sunday(year, 10, 0) + 3600
  if country == "US" then from, to = sunday(year, 3, 2) + 7 * 3600, sunday(year, 11, 1) + 6 * 3600 end
  return seconds >= from and seconds < to and winter + 1 or winter
end

return places
