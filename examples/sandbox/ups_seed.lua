-- What happens in the simulated UPS without us: parcels travel, are weighed, strangers ship, somebody fills in the portal.

local calendar, host, money, rates = require "calendar", require "host", require "money", require "ups_rates"

local acts = {}

local function wanted(world, chosen)
  if chosen ~= "all" then return chosen end
  local out = {}
  for _, shipment in ipairs(world.parcels.shipments) do
    for _, parcel in ipairs(shipment.parcels) do
      if #parcel.events == 1 and not parcel.voided then out[#out + 1] = parcel.number end
    end
  end
  return out
end

local function place_of(each)
  if each.city or each.country then return { city = each.city or "", country = each.country or "NL" } end
end

-- {"happen": [{"number": "1Z…", "what": "delivered", "at": "2026-01-05T10:00:00Z", "city": …, "country": …, "corrected": {…}}]}
function acts.happen(world, body)
  for _, each in ipairs(body.happen) do
    local parcel = world.parcels.by_number[each.number]
    if not parcel then return nil, "no parcel " .. tostring(each.number) end
    if not world.parcels.EVENTS[each.what] then return nil, "nothing is called " .. tostring(each.what) end
    local at = each.at and calendar.parse_iso(each.at)
    if each.at and not at then return nil, "at: expected an instant" end
    world.parcels:happen(parcel, each.what, { at = at, place = place_of(each), corrected = each.corrected })
  end
  return #body.happen
end

-- {"travel": ["1Z…"] or "all", "ends": "delivered", "over": 600}: a whole journey, spread over so many seconds.
function acts.travel(world, body)
  local journey, numbers = world.parcels.JOURNEYS[body.ends or "delivered"], wanted(world, body.travel)
  if not journey then return nil, "no journey ends as " .. tostring(body.ends) end
  if type(numbers) ~= "table" then return nil, 'travel: expected numbers or "all"' end
  local over = tonumber(tostring(body.over or 0))
  for _, number in ipairs(numbers) do
    local parcel = world.parcels.by_number[number]
    if not parcel then return nil, "no parcel " .. tostring(number) end
    parcel.scheduled = rates.delivery_day(parcel.shipment.service, host.now())
    for step, what in ipairs(journey) do
      if over == 0 then
        world.parcels:happen(parcel, what)
      else
        world.to_come = world.to_come + 1
        host.timers.after(over * step / #journey, function()
          world.to_come = world.to_come - 1
          if not parcel.voided then world.parcels:happen(parcel, what) end
        end)
      end
    end
  end
  return #numbers
end

-- {"measure": [{"number": "1Z…", "weight": "3.2", "length": "40", "width": "30", "height": "20"}]}: what the scales say.
function acts.measure(world, body)
  for _, each in ipairs(body.measure) do
    local parcel = world.parcels.by_number[each.number]
    if not parcel then return nil, "no parcel " .. tostring(each.number) end
    if each.weight and not money.parse(each.weight) then return nil, "weight: expected a number" end
    parcel.measured = each.weight
    if each.length then parcel.measured_size = { unitOfDimension = "CM", length = each.length, width = each.width, height = each.height } end
  end
  return #body.measure
end

local NUMBER = "^1Z(%w%w%w%w%w%w)%w%w%w%w%w%w%w%w%w%w$"

local function shipment_of(reference, city, country)
  local sender, receiver = { city = "Utrecht", country = "NL" }, { city = city or "Amsterdam", country = country or "NL" }
  return {
    references = { reference }, service = "11", from = sender, to = receiver, to_name = "Somebody", weight = money.ONE,
    price = rates.price("11", money.ONE, sender.country, receiver.country, 1),
    parcels = { { weight = { UnitOfMeasurement = { Code = "KGS" }, Weight = "1" }, references = {} } },
  }
end

-- {"others": 2}: shipments of another account, and {"by_hand": 1, "reference": "…"}: of ours, made on the website.
function acts.others(world, body)
  local numbers = host.json.array {}
  for index = 1, body.others do numbers[index] = world.parcels:add(shipment_of(body.reference, body.city, body.country), "Z9Z9Z9").id end
  return numbers
end

function acts.by_hand(world, body)
  local numbers = host.json.array {}
  for index = 1, body.by_hand do numbers[index] = world.parcels:add(shipment_of(body.reference, body.city, body.country)).id end
  return numbers
end

-- {"portal": {"url": …}} with x-api-key, or with "token_url", "client_id" and "client_secret" of our own token endpoint.
function acts.portal(world, body)
  local said = body.portal
  if type(said.url) ~= "string" then return nil, "portal.url: expected an address" end
  world.alerts.portal = { url = said.url, token_url = said.token_url, client_id = said.client_id, client_secret = said.client_secret }
  return said.url
end

-- {"forget_tokens": true}: every token that was issued dies now.
function acts.forget_tokens(world)
  world.oauth:forget()
  return true
end

local seed = {}

-- Any of the above in one body; gives what came of each.
function seed.run(world, body)
  local out, done = {}, 0
  for name, act in pairs(acts) do
    if body[name] ~= nil then
      local result, why = act(world, body)
      if result == nil then return nil, why end
      out[name], done = result, done + 1
    end
  end
  if done == 0 then return nil, "expected happen, travel, measure, others, by_hand, portal or forget_tokens" end
  return out
end

-- One of the numbers of the test environment, made at its first use.
function seed.test_parcel(world, number)
  local parcel = world.parcels.by_number[number]
  if parcel then return parcel end
  local shipment = world.parcels:add(shipment_of("CIE"), number:match(NUMBER))
  parcel = shipment.parcels[1]
  world.parcels.by_number[parcel.number], world.parcels.by_shipment[shipment.id] = nil, nil
  parcel.number, shipment.id = number, number
  world.parcels.by_number[number], world.parcels.by_shipment[number] = parcel, shipment
  return parcel
end

return seed
