-- Prices, days in transit and pickups for a sales order (XU6), asked for by a person (sync CLIENT INSTANCE rates --record 1001) and written where the
-- mappings `quote` and `pickup` say.

local decimal, json = require "decimal", require "json"
local carrier, consignment, known, reading = require "carrier", require "shared.labels.consignment", require "shared.labels.known",
  require "shared.labels.reading"

local quotes = {}

local COMPANY, CONTACT = 27, 22   -- what a pickup takes of a name

local function order_of(job, books)
  local id = job.key
  if not known.is_id(id) then
    if not id:find "^%d+$" then return job:skip(("'%s' is no order number"):format(id)) end
    id = reading.by_number(books, "order", id)[1]
    if not id then return job:skip(("order %s is not in Exact Online"):format(job.key)) end
  end
  local source = reading.one(books, "order", id)
  if not source then return job:skip(("order %s is not in Exact Online"):format(job.key)) end
  local wanted, why = consignment.of(job, source, { limits = carrier.limits })
  if not wanted then return job:skip(why) end
  return source, wanted
end

local function packages(shipment)
  local out = json.array {}
  for index, each in ipairs(shipment.Package) do
    out[index] = { PackagingType = each.Packaging, PackageWeight = each.PackageWeight, Dimensions = each.Dimensions }
  end
  return out
end

local function days_of(rated)
  local summary = rated.TimeInTransit and rated.TimeInTransit.ServiceSummary
  local arrival = summary and summary.EstimatedArrival
  return arrival and arrival.BusinessDaysInTransit, arrival and arrival.Arrival and arrival.Arrival.Date
end

local function cost_of(rated)
  return rated.NegotiatedRateCharges and rated.NegotiatedRateCharges.TotalCharge or rated.TotalCharges
end

local function write(job, books, source, mapping, record, effect)
  local note = job:map(mapping, record)
  local changes = {}
  for _, field in ipairs { "Remarks", "Description", "YourRef" } do
    if note[field] ~= nil and note[field] ~= source[field:lower()] then changes[field] = note[field] end
  end
  if pairs(changes)(changes) == nil then return end
  job:send(effect, books.sales_orders.update(source.id, changes), { version = job:now(), entity = "order " .. source.id })
end

-- The service that the settings choose, and the cheapest of all that UPS offers.
function quotes.rates(job, books, ups)
  local source, wanted = order_of(job, books)
  local shipment = carrier.request(job, wanted).ShipmentRequest.Shipment
  local rows = ups.rates.list_with_days { RateRequest = {
    Request = { TransactionReference = { CustomerContext = wanted.reference } },
    Shipment = {
      Shipper = shipment.Shipper, ShipTo = shipment.ShipTo, Package = packages(shipment), ShipmentRatingOptions = shipment.ShipmentRatingOptions,
      DeliveryTimeInformation = { PackageBillType = "03", Pickup = { Date = wanted.ship_date:gsub("-", "") } },
    },
  } }
  local chosen, cheapest
  for _, rated in ipairs(rows) do
    local cost = cost_of(rated)
    if cost and rated.Service and rated.Service.Code == (wanted.service or "11") then chosen = rated end
    if cost and (not cheapest or cost.MonetaryValue < cost_of(cheapest).MonetaryValue) then cheapest = rated end
  end
  if not cheapest then return job:skip "UPS offers no service there" end
  local best = chosen or cheapest
  local days, date = days_of(best)
  local cost = cost_of(best)
  local quote = {
    order = source.number, remarks = source.remarks, service = best.Service.Code, amount = cost.MonetaryValue, currency = cost.CurrencyCode, days = days,
    arrives = date and date:gsub("^(%d%d%d%d)(%d%d)(%d%d)$", "%1-%2-%3") or nil, cheapest_service = cheapest.Service.Code,
    cheapest_amount = cost_of(cheapest).MonetaryValue,
    text = ("UPS %s: %s %s%s"):format(best.Service.Code, cost.MonetaryValue:text(), cost.CurrencyCode, days and (", %d business days"):format(days) or ""),
  }
  quote.all_remarks = source.remarks and source.remarks .. "\n" .. quote.text or quote.text
  write(job, books, source, "quote", quote, "quote")
  return { service = quote.service, amount = decimal(tostring(quote.amount)):text(), currency = quote.currency, days = days, offers = #rows }
end

local function short(job, name, value, most)
  if value and utf8.len(value) <= most then return value end
  return job:refuse(("A pickup takes %d characters of the %s; '%s' has more."):format(most, name, value or ""), {
    cause = "pickup " .. name, concern = "operator", fix = ("Set pickup.%s in the client's file, then release this case."):format(name),
  })
end

-- A driver comes for an order's parcels, once: the request is kept by the order and its day.
function quotes.pickup(job, books, ups)
  local source, wanted = order_of(job, books)
  local settings, from = job.settings.pickup, wanted.from
  local service = ("%03d"):format(tonumber(wanted.service or "11") or 11)
  local body = { PickupCreationRequest = {
    Request = { TransactionReference = { CustomerContext = wanted.reference } }, RatePickupIndicator = "Y",
    Shipper = { Account = { AccountNumber = carrier.account(job.settings, wanted.division), AccountCountryCode = from.country } },
    PickupDateInfo = { ReadyTime = settings.ready or "1400", CloseTime = settings.close or "1700", PickupDate = wanted.ship_date:gsub("-", "") },
    PickupAddress = {
      CompanyName = short(job, "company", settings.company or from.company, COMPANY),
      ContactName = short(job, "contact", settings.contact or from.person or from.company, CONTACT),
      AddressLine = json.array(from.lines), City = from.city, StateProvince = from.state, PostalCode = from.postcode and from.postcode:gsub(" ", ""),
      CountryCode = from.country, ResidentialIndicator = "N", Phone = { Number = (from.phone or ""):gsub("%D", "") },
    },
    AlternateAddressIndicator = "N", PaymentMethod = "01", ReferenceNumber = wanted.reference,
    PickupPiece = json.array { {
      ServiceCode = service, Quantity = tostring(#wanted.parcels), DestinationCountryCode = wanted.to.country, ContainerCode = "01",
    } },
  } }
  local sent, why = try(job.send, job, "pickup " .. wanted.ship_date, ups.pickups.create(body),
    { version = wanted.ship_date, entity = "pickup of " .. source.id })
  if not sent then
    if why.code ~= "rejected" then error(why, 0) end
    return job:refuse(("UPS takes no pickup for order %s: %s"):format(tostring(source.number), why.cause or why.message), {
      cause = "pickup refused", concern = "warehouse", fix = "Correct the setting pickup or the day, then release this case.",
    })
  end
  if sent.state == "shadow" then return { shadow = wanted.ship_date } end
  local price = sent.record and sent.record.RateResult
  local text = ("UPS pickup %s on %s"):format(sent.id, wanted.ship_date)
  write(job, books, source, "pickup", {
    order = source.number, remarks = source.remarks, number = sent.id, day = wanted.ship_date, amount = price and price.GrandTotalOfAllCharge,
    currency = price and price.CurrencyCode, text = text, all_remarks = source.remarks and source.remarks .. "\n" .. text or text,
  }, "pickup told")
  return { pickup = sent.id, day = wanted.ship_date }
end

return quotes
