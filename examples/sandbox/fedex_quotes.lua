-- What the simulated FedEx answers before a shipment is made: rates for an account, and addresses as it knows them.

local Ship, answers, calendar, check, host, money, wire = require "fedex_ship", require "fedex_answers", require "calendar",
  require "fedex_check", require "host", require "money", require "wire"

local given = answers.given
local MOST_ADDRESSES = 100

local quotes = {}

local function bad(request, code, message) return answers.error(request, 400, code, message) end

local function kilos_of(body)
  local lines, sum = given(body, "requestedShipment.requestedPackageLineItems"), 0
  if type(lines) ~= "table" or #lines == 0 then return nil end
  for _, line in ipairs(lines) do
    local value, units = given(line, "weight.value"), given(line, "weight.units")
    value = type(value) ~= "string" and value ~= nil and money.parse(value)
    if not value or value <= 0 or (units ~= "KG" and units ~= "LB") then return nil end
    local count = given(line, "groupPackageCount")
    sum = sum + (units == "LB" and money.times(value, money.parse "0.4536") or value) * (math.type(count) == "integer" and count or 1)
  end
  return sum
end

-- POST /rate/v1/rates/quotes: the service that is asked for, or all that go there, the cheapest first.
function quotes.rates(world, request, child)
  local body = wire.json(request)
  if not body then return bad(request, "INVALID.INPUT.EXCEPTION", "The request is no JSON.") end
  local account, faults = check.account(body, world.accounts, child, world.switches)
  if not account then return answers.refuse(request, 400, faults) end
  local from, to = given(body, "requestedShipment.shipper.address.countryCode"), given(body, "requestedShipment.recipient.address.countryCode")
  for _, party in ipairs { "shipper", "recipient" } do
    if not given(body, "requestedShipment." .. party .. ".address.postalCode") then
      return bad(request, party:upper() .. ".POSTALCODE.MISSING", party .. ".address.postalCode is missing.")
    end
  end
  if not from or not to then return bad(request, "COUNTRYCODE.MISSING", "The countries of shipper and recipient are missing.") end
  if not given(body, "requestedShipment.pickupType") then return bad(request, "PICKUPTYPE.MISSING", "pickupType is missing.") end
  local kilos, wanted = kilos_of(body), given(body, "requestedShipment.serviceType")
  if not kilos then return bad(request, "PACKAGES.WEIGHT.INVALID", "requestedPackageLineItems needs weights.") end
  local rows = host.json.array {}
  for name, service in pairs(check.SERVICES) do
    if check.carries(service, from, to) and (not wanted or wanted == name) then
      rows[#rows + 1] = { name = name, service = service, sum = Ship.price(service, kilos, from, to) }
    end
  end
  if #rows == 0 then return bad(request, "SERVICE.UNAVAILABLE", "There is no service between these addresses.") end
  table.sort(rows, function(a, b) return a.sum < b.sum or a.sum == b.sum and a.name < b.name end)
  local details = host.json.array {}
  for index, row in ipairs(rows) do
    details[index] = {
      serviceType = row.name, serviceName = row.service.name, packagingType = "YOUR_PACKAGING",
      ratedShipmentDetails = host.json.array { { rateType = "ACCOUNT", totalNetCharge = host.number(money.text(row.sum, 2)), currency = account.currency } },
    }
  end
  return (answers.ok(request, {
    rateReplyDetails = details, quoteDate = calendar.date(host.now()), isEncoded = false, alerts = answers.alerts(world.switches, {}),
  }))
end

-- POST /address/v1/addresses/resolve: upper case, and what sort of place it is.
function quotes.addresses(world, request)
  local body = wire.json(request)
  local list = body and given(body, "addressesToValidate")
  if type(list) ~= "table" or #list == 0 then return bad(request, "ADDRESSESTOVALIDATE.MISSING", "addressesToValidate is missing.") end
  if #list > MOST_ADDRESSES then return bad(request, "ADDRESSESTOVALIDATE.TOOMANY", "At most 100 addresses can be asked for at once.") end
  local out = host.json.array {}
  for index, each in ipairs(list) do
    local address = given(each, "address") or {}
    local country, lines = given(address, "countryCode"), given(address, "streetLines")
    if type(country) ~= "string" then return bad(request, "COUNTRYCODE.MISSING", "countryCode is missing.") end
    local tokens, text = host.json.array {}, ""
    for position, line in ipairs(type(lines) == "table" and lines or {}) do
      tokens[position] = tostring(line):upper()
      text = text .. tokens[position]
    end
    -- A house has a number; what has none can't be delivered to.
    local resolved = text:find "%d" ~= nil and given(address, "city") ~= nil
    out[index] = {
      clientReferenceId = given(each, "clientReferenceId"), streetLinesToken = tokens, city = (given(address, "city") or ""):upper(),
      postalCode = given(address, "postalCode"), countryCode = country,
      classification = not resolved and "UNKNOWN" or text:find "APT" and "RESIDENTIAL" or "BUSINESS",
      attributes = { Resolved = tostring(resolved), DPV = tostring(resolved), Matched = tostring(resolved) },
    }
  end
  return (answers.ok(request, { resolvedAddresses = out, alerts = answers.alerts(world.switches, {}) }))
end

return quotes
