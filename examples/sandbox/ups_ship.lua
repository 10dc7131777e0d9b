-- Shipping of the simulated UPS (section 4): shipments are bought, each time one is asked for.

local answers, customs, fields, host, labels, money, places, rates, wire = require "ups_answers", require "ups_customs", require "ups_fields",
  require "host", require "ups_labels", require "money", require "ups_places", require "ups_rates", require "wire"

local PAYERS = { "BillShipper", "BillReceiver", "BillThirdParty", "ConsigneeBilledIndicator" }
local DOMESTIC_AT_PACKAGE = { US = true, PR = true }

local ship = {}

local function payment_fault(payment, account)
  local charges = fields.list(type(payment) == "table" and payment.ShipmentCharge)
  local transport = false
  for _, charge in ipairs(charges) do
    if charge.Type ~= "01" and charge.Type ~= "02" and charge.Type ~= "03" then return "ShipmentCharge.Type must be 01, 02 or 03." end
    local payers = 0
    for _, payer in ipairs(PAYERS) do
      if not wire.is_null(charge[payer]) then payers = payers + 1 end
    end
    if payers ~= 1 then return "ShipmentCharge must name one payer." end
    if charge.BillShipper and charge.BillShipper.AccountNumber ~= account then
      return "BillShipper.AccountNumber is not the shipper's account."
    end
    transport = transport or charge.Type == "01"
  end
  if not transport then return "Missing or invalid PaymentInformation.ShipmentCharge of type 01." end
end

-- References belong to the package inside the USA and inside Puerto Rico, to the shipment everywhere else (section 4).
local function misplaced_reference(shipment, packages)
  local from, to = (shipment.ShipFrom or shipment.Shipper).Address.CountryCode, shipment.ShipTo.Address.CountryCode
  local at_package = from == to and DOMESTIC_AT_PACKAGE[from] == true
  if at_package then return #fields.list(shipment.ReferenceNumber) > 0 end
  for _, package in ipairs(packages) do
    if #fields.list(package.ReferenceNumber) > 0 then return true end
  end
  return false
end

local function package_fault(package, switches)
  local fault = fields.table(package, "Package") or fields.table(package.Packaging, "Package.Packaging")
  fault = fault or fields.must(package.Packaging, "Package.Packaging", "Code", 2)
  if fault then return fault end
  if package.Dimensions ~= nil then
    for _, side in ipairs { "Length", "Width", "Height" } do
      local _, why = fields.amount(package.Dimensions[side], "Package.Dimensions." .. side)
      if why then return why end
    end
    local unit = package.Dimensions.UnitOfMeasurement
    if type(unit) ~= "table" or unit.Code ~= "CM" and unit.Code ~= "IN" then return "Missing or invalid Package.Dimensions.UnitOfMeasurement.Code." end
  end
  local weight = package.PackageWeight
  if weight == nil then return switches.weight_needed and "Missing or invalid Package.PackageWeight." or nil end
  local _, why = fields.amount(weight.Weight, "Package.PackageWeight.Weight")
  if why then return why end
  local unit = weight.UnitOfMeasurement
  if type(unit) ~= "table" or unit.Code ~= "KGS" and unit.Code ~= "LBS" then return "Missing or invalid Package.PackageWeight.UnitOfMeasurement.Code." end
end

local function label_fault(label)
  if label == nil then return nil end
  local format = type(label) == "table" and label.LabelImageFormat
  if type(format) ~= "table" or not labels.SHIPPING[format.Code] then return "Missing or invalid LabelSpecification.LabelImageFormat.Code." end
  local size = label.LabelStockSize
  return fields.table(size, "LabelSpecification.LabelStockSize") or fields.must(size, "LabelStockSize", "Height", 3)
    or fields.must(size, "LabelStockSize", "Width", 3)
end

local function reference_fault(holder, path)
  for _, reference in ipairs(fields.list(holder.ReferenceNumber)) do
    local fault = fields.table(reference, path .. ".ReferenceNumber") or fields.must(reference, path .. ".ReferenceNumber", "Value", 35)
    if fault then return fault end
  end
end

-- The code and the sentence of what is wrong with a request, or nil.
local function fault_of(world, asked)
  local request, shipment = asked.Request, asked.Shipment
  local fault = fields.table(request, "ShipmentRequest.Request") or fields.table(shipment, "ShipmentRequest.Shipment")
  if fault then return "SIM400", fault end
  local option = request.RequestOption
  if option ~= "nonvalidate" and option ~= "validate" then return "SIM400", "Request.RequestOption must be nonvalidate or validate." end
  if request.SubVersion ~= nil and not tostring(request.SubVersion):match "^%d%d%d%d$" then return "SIM400", "Request.SubVersion must be YYMM." end
  fault = fields.may(shipment, "Shipment", "Description", 50) or fields.party(shipment.Shipper, "Shipper", { number = true })
    or fields.party(shipment.ShipTo, "ShipTo") or shipment.ShipFrom and fields.party(shipment.ShipFrom, "ShipFrom")
  if fault then return "SIM400", fault end
  if shipment.Shipper.ShipperNumber ~= world.account then return "SIM400", "Shipper.ShipperNumber is none of this user's accounts." end
  for _, name in ipairs { "Shipper", "ShipTo", "ShipFrom" } do
    fault = shipment[name] and places.fault(shipment[name].Address, name .. ".Address", option == "validate" or asked.with_city)
    if fault then return "SIM400", fault end
  end
  local service = type(shipment.Service) == "table" and shipment.Service.Code
  if not rates.name(service) then return "SIM400", "Missing or invalid Shipment.Service.Code." end
  if shipment.PaymentInformation ~= nil or not world.switches.payment_optional then
    fault = payment_fault(shipment.PaymentInformation, world.account)
    if fault then return "SIM400", fault end
  end
  local packages = fields.list(shipment.Package)
  if #packages == 0 then return "SIM400", "Missing or invalid Shipment.Package." end
  for _, package in ipairs(packages) do
    fault = package_fault(package, world.switches) or reference_fault(package, "Package")
    if fault then return "SIM400", fault end
  end
  fault = reference_fault(shipment, "Shipment") or label_fault(asked.LabelSpecification) or customs.fault(shipment, world.switches.customs_needed)
  if fault then return "SIM400", fault end
  if misplaced_reference(shipment, packages) then return "120541", "The reference number is not allowed at this level." end
end

local function values_of(holder)
  local out = {}
  for index, reference in ipairs(fields.list(holder.ReferenceNumber)) do out[index] = reference.Value end
  return out
end

local function place(party) return { city = party.Address.City, country = party.Address.CountryCode, postcode = party.Address.PostalCode } end

local function bought(world, shipment, format)
  local weight, parcels = 0, {}
  for index, package in ipairs(fields.list(shipment.Package)) do
    weight = weight + rates.billed_weight(package)
    parcels[index] = { weight = package.PackageWeight, dimensions = package.Dimensions, references = values_of(package) }
  end
  local from = shipment.ShipFrom or shipment.Shipper
  local price = rates.price(shipment.Service.Code, weight, from.Address.CountryCode, shipment.ShipTo.Address.CountryCode, #parcels)
  return world.parcels:add {
    references = values_of(shipment), service = shipment.Service.Code, from = place(from), to = place(shipment.ShipTo),
    to_name = shipment.ShipTo.Name, format = format, price = price, weight = weight, parcels = parcels,
    customs = type(shipment.ShipmentServiceOptions) == "table" and shipment.ShipmentServiceOptions.InternationalForms or nil,
  }
end

local function results(world, shipment, asked, version)
  local alone, packages, itemised = world.lists_alone(version), {}, (asked.Request.SubVersion or "0000") >= "1601"
  for index, parcel in ipairs(shipment.parcels) do
    packages[index] = {
      TrackingNumber = parcel.number,
      ServiceOptionsCharges = rates.amount(0),
      ShippingLabel = shipment.format and {
        ImageFormat = { Code = shipment.format, Description = shipment.format },
        GraphicImage = labels.image(shipment.format, parcel.number, shipment.to_name),
      },
    }
  end
  local charges = {
    TransportationCharges = rates.amount(shipment.price.transport), ServiceOptionsCharges = rates.amount(shipment.price.fuel),
    TotalCharges = rates.amount(shipment.price.total),
  }
  if itemised then
    local fuel = rates.amount(shipment.price.fuel)
    fuel.Code = "375"
    charges.ItemizedCharges = answers.list({ fuel }, alone)
  end
  return {
    ShipmentIdentificationNumber = shipment.id, ShipmentCharges = charges, PackageResults = answers.list(packages, alone),
    BillingWeight = { UnitOfMeasurement = { Code = "KGS", Description = "Kilograms" }, Weight = money.text(shipment.weight, 1) },
  }
end

-- POST /api/shipments/{version}/ship.
function ship.buy(world, request, version)
  if request.method ~= "POST" then return answers.no_method() end
  local check = wire.query(request).additionaladdressvalidation
  if check ~= nil and check ~= "city" then return answers.invalid "additionaladdressvalidation must be city." end
  local body = wire.json(request)
  local asked = body and body.ShipmentRequest
  if type(asked) ~= "table" then return answers.invalid "Missing or invalid ShipmentRequest." end
  asked.with_city = check == "city"
  local code, fault = fault_of(world, asked)
  if code then return answers.error(400, code, fault) end
  local label = asked.LabelSpecification
  local shipment = bought(world, asked.Shipment, label and label.LabelImageFormat.Code)
  local out, alerts = results(world, shipment, asked, version), host.json.array {}
  local rating = asked.Shipment.ShipmentRatingOptions
  if type(rating) == "table" and rating.NegotiatedRatesIndicator then
    if world.switches.negotiated_rates then
      out.NegotiatedRateCharges = { TotalCharge = rates.amount(rates.negotiated(shipment.price)) }
    else
      alerts[1] = { Code = "SIM120", Description = "User Id and Shipper Number combination is not qualified to receive negotiated rates." }
    end
  end
  return answers.json(200, { ShipmentResponse = { Response = answers.success(asked.Request, alerts), ShipmentResults = out } })
end

return ship
