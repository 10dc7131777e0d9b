-- Reading bodies of the simulated UPS: each check gives a sentence or nothing. Numbers travel as texts, indicators are empty
-- texts that are there or not (section 4).

local money, wire = require "money", require "wire"

local fields = {}

function fields.length(text)
  return utf8.len(text) or #text
end

local function text_fault(value, name, most)
  if type(value) ~= "string" then return name .. " must be a text." end
  if most and fields.length(value) > most then return ("%s is longer than %d characters."):format(name, most) end
end

-- `record[name]` must be there, as a text of at most so many characters.
function fields.must(record, path, name, most)
  local value = record[name]
  if wire.is_null(value) or value == "" then return ("Missing or invalid %s.%s."):format(path, name) end
  return text_fault(value, path .. "." .. name, most)
end

function fields.may(record, path, name, most)
  if wire.is_null(record[name]) then return nil end
  return text_fault(record[name], path .. "." .. name, most)
end

function fields.indicator(record, path, name)
  if wire.is_null(record[name]) then return nil end
  return text_fault(record[name], path .. "." .. name)
end

function fields.table(value, path)
  if type(value) ~= "table" then return "Missing or invalid " .. path .. "." end
end

-- A number that travels as a text and is more than nothing; gives its units, or nil and the sentence.
function fields.amount(value, path)
  if type(value) ~= "string" then return nil, path .. " must be a number as text." end
  local units = money.parse(value)
  if not units or units <= 0 then return nil, path .. " must be more than 0." end
  return units
end

-- A list, whether it came as one or as its only element.
function fields.list(value)
  if type(value) ~= "table" then return {} end
  if value[1] ~= nil or next(value) == nil then return value end
  return { value }
end

-- Name, number, contact and address of shipper, receiver or sender.
function fields.party(party, path, options)
  options = options or {}
  local fault = fields.table(party, path)
  if fault then return fault end
  fault = (options.nameless and fields.may or fields.must)(party, path, "Name", 35) or fields.may(party, path, "AttentionName", 35)
    or options.number and fields.must(party, path, "ShipperNumber", 6)
  if fault then return fault end
  if party.Phone ~= nil then
    fault = fields.table(party.Phone, path .. ".Phone") or fields.must(party.Phone, path .. ".Phone", "Number", 15)
    if fault then return fault end
  end
  local address, at = party.Address, path .. ".Address"
  fault = fields.table(address, at)
  if fault then return fault end
  local lines = type(address.AddressLine) == "string" and { address.AddressLine } or address.AddressLine
  if type(lines) ~= "table" or #lines == 0 then return "Missing or invalid " .. at .. ".AddressLine." end
  if #lines > 3 then return at .. ".AddressLine has more than three lines." end
  for _, line in ipairs(lines) do
    fault = text_fault(line, at .. ".AddressLine", 35)
    if fault then return fault end
  end
  return fields.must(address, at, "City", 30) or fields.must(address, at, "CountryCode", 2) or fields.may(address, at, "PostalCode", 9)
    or fields.may(address, at, "StateProvinceCode", 5) or fields.indicator(address, at, "ResidentialAddressIndicator")
end

return fields
