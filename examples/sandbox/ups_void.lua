-- Voids and label recovery of the simulated UPS (section 4).

local answers, fields, host, labels, wire = require "ups_answers", require "ups_fields", require "host", require "ups_labels", require "wire"

local MOST_NUMBERS = 20

local void = {}

local function void_fault(world, shipment, numbers)
  if #numbers > MOST_NUMBERS then return answers.invalid "trackingnumber names more than 20 parcels." end
  for _, number in ipairs(numbers) do
    local parcel = world.parcels.by_number[number]
    if not parcel or parcel.shipment ~= shipment then return answers.invalid("trackingnumber " .. number .. " is not of this shipment.") end
  end
  local hours = world.switches.void_hours
  if hours and host.now() - shipment.created > hours * 3600 then
    return answers.error(400, "SIM190", "The time for voiding has expired.")
  end
end

-- A parcel that was handed over can't be voided; voiding one that is voided does no harm.
local function void_one(world, parcel)
  for _, event in ipairs(parcel.events) do
    if event.what ~= "label" and event.what ~= "voided" then return false end
  end
  world.parcels:void(parcel)
  return true
end

-- The numbers of ?trackingnumber=["1Z…","1Z…"], or of a bare one.
local function numbers_of(query)
  local out = {}
  for number in (query.trackingnumber or ""):gmatch "%w+" do out[#out + 1] = number end
  return out
end

-- DELETE /api/shipments/{version}/void/cancel/{shipment}.
function void.cancel(world, request, version, id)
  if request.method ~= "DELETE" then return answers.no_method() end
  local shipment = world.parcels.by_shipment[id]
  if not shipment or shipment.account ~= world.account then
    return answers.error(400, "SIM191", "The shipment identification number is unknown.")
  end
  local numbers = numbers_of(wire.query(request))
  local bad = void_fault(world, shipment, numbers)
  if bad then return bad end
  local wanted = {}
  for _, number in ipairs(numbers) do wanted[number] = true end
  local rows, voided, all = {}, 0, true
  for _, parcel in ipairs(shipment.parcels) do
    if #numbers == 0 or wanted[parcel.number] then
      local done = void_one(world, parcel)
      if done then voided = voided + 1 end
      rows[#rows + 1] = { TrackingNumber = parcel.number, Status = { Code = done and "1" or "0", Description = done and "Voided" or "Not Voided" } }
    end
    all = all and parcel.voided or false
  end
  if voided == 0 then return answers.error(400, "SIM192", "No parcel of the shipment can be voided any more.") end
  local cie = world.switches.cie
  local out = {
    Response = answers.success(nil),
    SummaryResult = { Status = { Code = all and "1" or "0", Description = (cie and "&#xD;" or "") .. (all and "Voided" or "Partially Voided") } },
  }
  -- The test environment has been seen to write the name in the singular.
  out[cie and "PackageLevelResult" or "PackageLevelResults"] = answers.list(rows, world.lists_alone(version))
  return answers.json(200, { VoidShipmentResponse = out })
end

local function wanted_shipment(world, asked)
  local number = asked.TrackingNumber
  if type(number) == "string" then
    local parcel = world.parcels.by_number[number]
    local seen = parcel and host.now() - parcel.shipment.created >= world.switches.seen_after_seconds
    return seen and parcel.shipment or nil, seen and parcel or nil
  end
  local values = type(asked.ReferenceValues) == "table" and asked.ReferenceValues
  local fault = fields.table(values, "LabelRecoveryRequest.TrackingNumber or ReferenceValues")
  fault = fault or fields.table(values.ReferenceNumber, "ReferenceValues.ReferenceNumber")
    or fields.must(values.ReferenceNumber, "ReferenceValues.ReferenceNumber", "Value", 35) or fields.must(values, "ReferenceValues", "ShipperNumber", 6)
  if fault then return nil, nil, fault end
  if values.ShipperNumber ~= world.account then return nil end
  local found = world.parcels:with_reference(values.ReferenceNumber.Value, world.switches.seen_after_seconds)
  for index = #found, 1, -1 do
    local voided = true
    for _, parcel in ipairs(found[index].parcels) do voided = voided and parcel.voided or false end
    if not voided then return found[index] end
  end
end

-- POST /api/labels/{version}/recovery: the labels of a shipment that exists; of several with one reference the latest.
function void.recover(world, request)
  if request.method ~= "POST" then return answers.no_method() end
  local body = wire.json(request)
  local asked = body and body.LabelRecoveryRequest
  if type(asked) ~= "table" then return answers.invalid "Missing or invalid LabelRecoveryRequest." end
  local shipment, only, fault = wanted_shipment(world, asked)
  if fault then return answers.invalid(fault) end
  if not shipment or shipment.account ~= world.account then
    return answers.error(400, "SIM301", "No label was found for the tracking or reference number.")
  end
  local said = asked.LabelSpecification
  local format = type(said) == "table" and type(said.LabelImageFormat) == "table" and said.LabelImageFormat.Code or shipment.format or "GIF"
  if not labels.RECOVERY[format] then return answers.invalid "Missing or invalid LabelImageFormat.Code." end
  local rows = {}
  for _, parcel in ipairs(shipment.parcels) do
    if not only or only == parcel then
      rows[#rows + 1] = {
        TrackingNumber = parcel.number,
        LabelImage = { LabelImageFormat = { Code = format }, GraphicImage = labels.image(format, parcel.number, shipment.to_name) },
      }
    end
  end
  return answers.json(200, {
    LabelRecoveryResponse = {
      Response = answers.success(asked.Request), ShipmentIdentificationNumber = shipment.id, LabelResults = answers.list(rows, world.switches.single_as_object),
    },
  })
end

return void
