-- Prices and days of the simulated UPS: /api/rating, /api/shipments/v1/transittimes and the charges of shipments. The tariff is
-- made up; what a shipment is rated at is what it costs.

local answers, calendar, fields, host, money, places, wire = require "ups_answers", require "calendar", require "ups_fields",
  require "host", require "money", require "ups_places", require "wire"

local DAY = 86400
local POUND = 4536   -- ten-thousandths of a kilogram
local CURRENCY = "EUR"

-- Base price, price a kilogram (both in cents), business days, hour of delivery.
local SERVICES = {
  ["07"] = { "UPS Express", 2400, 310, 1, "10:30:00" }, ["08"] = { "UPS Expedited", 1600, 180, 3, "23:30:00" },
  ["11"] = { "UPS Standard", 820, 90, 2, "23:30:00" }, ["54"] = { "UPS Express Plus", 4100, 420, 1, "09:00:00" },
  ["65"] = { "UPS Saver", 1900, 240, 1, "23:30:00" }, ["70"] = { "UPS Access Point Economy", 610, 70, 3, "23:30:00" },
  ["74"] = { "UPS Express 12:00", 2100, 270, 1, "12:00:00" }, ["96"] = { "UPS Worldwide Express Freight", 9900, 260, 2, "23:30:00" },
}
local ORDER = { "07", "08", "11", "54", "65", "70", "74", "96" }

local rates = {}

function rates.name(service) return SERVICES[service] and SERVICES[service][1] end

-- A package's weight for pricing, in ten-thousandths of a kilogram: by scales or by volume (5,000 cubic centimetres a
-- kilogram), whichever is more.
function rates.billed_weight(package)
  local weight = 0
  local said = package.PackageWeight
  if type(said) == "table" and money.parse(said.Weight) then
    weight = money.parse(said.Weight)
    if type(said.UnitOfMeasurement) == "table" and said.UnitOfMeasurement.Code == "LBS" then weight = money.times(weight, POUND) end
  end
  local size = package.Dimensions
  if type(size) == "table" and type(size.UnitOfMeasurement) == "table" and size.UnitOfMeasurement.Code == "CM" then
    local length, width, height = money.parse(size.Length), money.parse(size.Width), money.parse(size.Height)
    if length and width and height then
      weight = math.max(weight, money.divide(money.times(money.times(length, width), height), 5000))
    end
  end
  return weight
end

-- What a shipment costs with a service, in units.
function rates.price(service, weight, from, to, pieces)
  local tariff = SERVICES[service]
  local abroad = from == to and 0 or 300
  local base = (tariff[2] + abroad + 150 * (pieces - 1)) * 100
  local transport = money.round(base + money.times(tariff[3] * 100, weight), 2)
  local fuel = money.round(money.divide(transport * 12, 100), 2)
  return { transport = transport, fuel = fuel, total = transport + fuel }
end

function rates.amount(units) return { CurrencyCode = CURRENCY, MonetaryValue = money.text(units, 2) } end

function rates.negotiated(price) return money.round(money.divide(price.total * 69, 100), 2) end

local function business_day_after(date, days)
  local day = date // DAY
  while days > 0 do
    day = day + 1
    local weekday = (day + 4) % 7
    if weekday ~= 0 and weekday ~= 6 then days = days - 1 end
  end
  return day * DAY
end

function rates.delivery_day(service, shipped) return business_day_after(shipped, SERVICES[service][4]) end

local function rated(world, service, shipment, weight, options)
  local packages = fields.list(shipment.Package)
  local price = rates.price(service, weight, shipment.Shipper.Address.CountryCode, shipment.ShipTo.Address.CountryCode, #packages)
  local out = {
    Service = { Code = service, Description = "" },
    BillingWeight = { UnitOfMeasurement = { Code = "KGS", Description = "Kilograms" }, Weight = money.text(weight, 1) },
    TransportationCharges = rates.amount(price.transport), ServiceOptionsCharges = rates.amount(price.fuel),
    TotalCharges = rates.amount(price.total),
  }
  local wanted = type(shipment.ShipmentRatingOptions) == "table" and shipment.ShipmentRatingOptions.NegotiatedRatesIndicator
  if wanted and world.switches.negotiated_rates then
    out.NegotiatedRateCharges = { TotalCharge = rates.amount(rates.negotiated(price)) }
  end
  if options.transit then
    local arrives = rates.delivery_day(service, host.now() // DAY * DAY)
    out.TimeInTransit = {
      ServiceSummary = {
        Service = { Description = rates.name(service) },
        EstimatedArrival = {
          Arrival = { Date = calendar.date(arrives):gsub("-", ""), Time = SERVICES[service][5]:gsub(":", "") },
          BusinessDaysInTransit = tostring(SERVICES[service][4]),
        },
      },
    }
    out.GuaranteedDelivery = { BusinessDaysInTransit = tostring(SERVICES[service][4]) }
  end
  return out
end

local OPTIONS = { rate = {}, shop = { all = true }, ratetimeintransit = { transit = true }, shoptimeintransit = { all = true, transit = true } }

-- POST /api/rating/{version}/{option}: one service's price, or that of all.
function rates.rate(world, request, version, option)
  if request.method ~= "POST" then return answers.no_method() end
  local options = OPTIONS[option:lower()]
  if not options then return answers.invalid "The request option must be Rate, Shop, Ratetimeintransit or Shoptimeintransit." end
  if wire.query(request).additionalinfo == "timeintransit" then options = { all = options.all, transit = true } end
  local body = wire.json(request)
  local asked = body and body.RateRequest
  local shipment = type(asked) == "table" and asked.Shipment
  local fault = fields.table(shipment, "RateRequest.Shipment")
  if not fault then
    fault = fields.party(shipment.Shipper, "Shipper", { nameless = true }) or fields.party(shipment.ShipTo, "ShipTo", { nameless = true })
  end
  if not fault then
    fault = places.fault(shipment.Shipper.Address, "Shipper.Address") or places.fault(shipment.ShipTo.Address, "ShipTo.Address")
  end
  if fault then return answers.invalid(fault) end
  local weight, packages = 0, fields.list(shipment.Package)
  if #packages == 0 then return answers.invalid "Missing or invalid Shipment.Package." end
  for _, package in ipairs(packages) do weight = weight + rates.billed_weight(package) end
  if weight == 0 then return answers.invalid "Missing or invalid Package.PackageWeight.Weight." end
  local services = ORDER
  if not options.all then
    local service = type(shipment.Service) == "table" and shipment.Service.Code
    if not SERVICES[service] then return answers.invalid "Missing or invalid Shipment.Service.Code." end
    services = { service }
  end
  local out = {}
  for index, service in ipairs(services) do out[index] = rated(world, service, shipment, weight, options) end
  return answers.json(200, {
    RateResponse = { Response = answers.success(asked.Request), RatedShipment = answers.list(out, world.lists_alone(version)) },
  })
end

local WEEKDAYS = { "THU", "FRI", "SAT", "SUN", "MON", "TUE", "WED" }   -- of days since 1970-01-01

-- POST /api/shipments/v1/transittimes.
function rates.transit_times(_, request)
  if request.method ~= "POST" then return answers.no_method() end
  local body = wire.json(request)
  if not body then return answers.invalid "The body is not JSON." end
  local fault = fields.must(body, "request", "originCountryCode", 2) or fields.must(body, "request", "destinationCountryCode", 2)
  local domestic = body.originCountryCode == body.destinationCountryCode
  if not fault and domestic then
    fault = fields.must(body, "request", "originPostalCode", 10) or fields.must(body, "request", "destinationPostalCode", 10)
  elseif not fault then
    if wire.is_null(body.weight) then fault = "weight is required for international requests." end
    fault = fault or fields.must(body, "request", "weightUnitOfMeasure", 3) or fields.must(body, "request", "billType", 2)
  end
  if fault then return answers.invalid(fault) end
  local shipped = body.shipDate == nil and host.now() // DAY * DAY or calendar.parse_iso(body.shipDate)
  if not shipped then return answers.invalid "shipDate must be a date." end
  local services = host.json.array {}
  for index, service in ipairs(ORDER) do
    local facts, arrives = SERVICES[service], rates.delivery_day(service, shipped)
    services[index] = {
      serviceLevel = service, serviceLevelDescription = facts[1], shipDate = calendar.date(shipped), deliveryDate = calendar.date(arrives),
      commitTime = facts[5], deliveryTime = facts[5], deliveryDayOfWeek = WEEKDAYS[arrives // DAY % 7 + 1], nextDayPickupIndicator = "0",
      saturdayPickupIndicator = "0", guaranteeIndicator = facts[4] == 1 and "1" or "0", businessTransitDays = facts[4],
      totalTransitDays = (arrives - shipped) // DAY,
    }
  end
  return answers.json(200, {
    emsResponse = {
      shipDate = calendar.date(shipped):gsub("-", ""), shipTime = "1200", serviceLevel = "A", billType = body.billType or "03",
      residentialIndicator = body.residentialIndicator or "02", originCountryCode = body.originCountryCode,
      destinationCountryCode = body.destinationCountryCode, guaranteeSuspended = false, numberOfServices = #services, services = services,
    },
  })
end

return rates
