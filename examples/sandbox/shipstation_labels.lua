-- Shipments (labels) and fulfillments of the simulated ShipStation V1 (sheet, section 3).

local answers, clock, fields, host, lists, money, orders, shapes = require "shipstation_answers", require "shipstation_clock", require "shipstation_fields",
  require "host", require "shipstation_lists", require "money", require "shipstation_orders", require "shipstation_shapes"

local function bad(site, text) return answers.bad(site.switches.bad_input, text) end
local function wall(name) return function(row) return row[name] and clock.wall(row[name]) end end
local function order_field(name) return function(row) return row.order and row.order.fields[name] end end
local function order_id(row) return row.order and row.order.id end
local function recipient(row) return { (row.ship_to or {}).name or "" } end
local function batch(value) return function(row) return row.batches ~= nil and row.batches[value] == true end end

local shipments = {
  name = "shipments", key = function(shipment) return shipment.id end, rows = function(site) return site.account.shipments end,
  show = function(shipment, call) return shapes.shipment(shipment, (call.query.includeShipmentItems or ""):lower() == "true") end,
  sorts = { ShipDate = function(shipment) return shipment.ship_date end, CreateDate = wall "created" },
  filters = {
    recipientName = lists.has(recipient), recipientCountryCode = lists.equal(function(row) return (row.ship_to or {}).country end),
    orderNumber = lists.equal(order_field "orderNumber"), orderId = lists.number(order_id),
    carrierCode = lists.equal(function(row) return row.carrier end), serviceCode = lists.equal(function(row) return row.service end),
    trackingNumber = lists.equal(function(row) return row.tracking end), storeId = lists.number(function(row) return row.store end), batchId = batch,
    includeShipmentItems = function(value)
      if value:lower() ~= "true" and value:lower() ~= "false" then return nil, "is not true or false" end
      return function() return true end
    end,
  },
}
lists.period(shipments.filters, "createDate", wall "created")
lists.period(shipments.filters, "shipDate", function(row) return row.ship_date end)
lists.period(shipments.filters, "voidDate", wall "voided")

local fulfillments = {
  name = "fulfillments", key = function(row) return row.id end, rows = function(site) return site.account.fulfillments end, show = shapes.fulfillment,
  sorts = { ShipDate = function(row) return row.ship_date end, CreateDate = wall "created" },
  filters = {
    fulfillmentId = lists.number(function(row) return row.id end), orderId = lists.number(order_id), orderNumber = lists.equal(order_field "orderNumber"),
    trackingNumber = lists.equal(function(row) return row.tracking end), recipientName = lists.has(recipient), batchId = batch,
  },
}
lists.period(fulfillments.filters, "createDate", wall "created")
lists.period(fulfillments.filters, "shipDate", function(row) return row.ship_date end)

local CARRIERS = {
  { name = "Stamps.com", code = "stamps_com", services = {
    { code = "usps_first_class_mail", name = "USPS First Class Mail", domestic = true, international = false },
    { code = "usps_priority_mail", name = "USPS Priority Mail", domestic = true, international = false },
    { code = "usps_priority_mail_international", name = "USPS Priority Mail Intl", domestic = false, international = true },
  }, packages = { "package", "flat_rate_envelope", "medium_flat_rate_box" } },
  { name = "FedEx", code = "fedex", services = {
    { code = "fedex_ground", name = "FedEx Ground", domestic = true, international = false },
    { code = "fedex_international_economy", name = "FedEx International Economy", domestic = false, international = true },
  }, packages = { "package", "fedex_pak_onerate" } },
  { name = "UPS", code = "ups", services = {
    { code = "ups_ground", name = "UPS Ground", domestic = true, international = false },
    { code = "ups_worldwide_saver", name = "UPS Worldwide Saver", domestic = false, international = true },
  }, packages = { "package", "ups_express_pak" } },
}

local function carrier_of(code)
  for _, carrier in ipairs(CARRIERS) do
    if carrier.code == code then return carrier end
  end
end

local function service_of(carrier, code)
  for _, service in ipairs(carrier.services) do
    if service.code == code then return service end
  end
end

-- Nil, or what is wrong with the carrier and service of a body.
local function carrier_fault(given)
  local carrier = carrier_of(given.carrierCode)
  if not carrier then return ("carrierCode: '%s' is no carrier of this account"):format(given.carrierCode) end
  if given.serviceCode and not service_of(carrier, given.serviceCode) then
    return ("serviceCode: '%s' is no service of %s"):format(given.serviceCode, given.carrierCode)
  end
end

local OUNCES = { ounces = 10000, pounds = 160000, grams = 353 }   -- ten-thousandths of an ounce

-- What a parcel costs: by weight, never by chance, so that a repeated purchase is seen by its number and not by its price.
local function price(weight, carrier)
  local ounces = weight.value * OUNCES[weight.units] // (money.ONE * money.ONE) + 1
  return money.parse(carrier == "stamps_com" and "4.15" or "6.85") + ounces * money.parse "0.18"
end

local function label_data(shipment)
  local text = ("BT /F1 24 Tf 40 700 Td (%s) Tj ET"):format(shipment.tracking)
  return host.crypto.base64(("%%PDF-1.4\n1 0 obj<</Length %d>>stream\n%s\nendstream endobj\n%%%%EOF\n"):format(#text, text))
end

local function buy(order, given, site)
  local fault = carrier_fault(given)
  if fault then return bad(site, fault) end
  local weight = given.weight or order and order.fields.weight
  if not weight then return bad(site, "weight: is required") end
  local shipment = site.account:label(order, {
    carrier = given.carrierCode, service = given.serviceCode, package = given.packageCode, confirmation = given.confirmation, weight = weight,
    dimensions = given.dimensions, ship_date = given.shipDate, cost = given.testLabel and 0 or price(weight, given.carrierCode), ship_to = given.shipTo,
  })
  site.account.told("shipment", { shipment })
  return answers.json(200, shapes.shipment(shipment, false, label_data(shipment)))
end

local function buy_for_order(call, site)
  local order, given = orders.order_of(call, fields.label_of_order, site)
  if not order then return given end
  if order.fields.orderStatus == "cancelled" or order.fields.orderStatus == "awaiting_payment" or order.fields.orderStatus == "on_hold" then
    return bad(site, ("The order is %s."):format(order.fields.orderStatus))
  end
  return buy(order, given, site)
end

local function buy_alone(call, site)
  local given, why = orders.checked(fields.label, call.body, site)
  if not given then return bad(site, why) end
  if not site.account:manual_store() then
    return answers.json(500, {
      Message = "An error has occurred.", ExceptionMessage = "Object reference not set to an instance of an object.",
      ExceptionType = "System.NullReferenceException",
    })
  end
  return buy(nil, given, site)
end

local function void(call, site)
  local given, why = orders.checked(fields.void, call.body, site)
  if not given then return bad(site, why) end
  local shipment = site.account:shipment(given.shipmentId)
  if not shipment then return answers.message(404, "The shipment does not exist.") end
  local approved, message = site.account:void(shipment)
  return answers.json(200, { approved = approved, message = message })
end

local function rates(call, site)
  local given, why = orders.checked(fields.rates, call.body, site)
  if not given then return bad(site, why) end
  local fault = carrier_fault(given)
  if fault then return bad(site, fault) end
  local out = host.json.array {}
  for _, service in ipairs(carrier_of(given.carrierCode).services) do
    local fits = service.domestic == (given.toCountry == "US")
    if fits and (not given.serviceCode or given.serviceCode == service.code) then
      out[#out + 1] = {
        serviceName = service.name, serviceCode = service.code, shipmentCost = shapes.number(price(given.weight, given.carrierCode)), otherCost = 0,
      }
    end
  end
  return answers.json(200, out)
end

local function carrier_shape(carrier)
  return { name = carrier.name, code = carrier.code, accountNumber = "SS123", requiresFundedAccount = carrier.code == "stamps_com",
    balance = shapes.number(money.parse "250"), nickname = host.json.null, shippingProviderId = 80000 + #carrier.code, primary = carrier.code == "stamps_com" }
end

local function all_carriers()
  local out = host.json.array {}
  for index, carrier in ipairs(CARRIERS) do out[index] = carrier_shape(carrier) end
  return answers.json(200, out)
end

local function of_carrier(show)
  return function(call, site)
    local carrier = carrier_of(call.query.carrierCode)
    if not carrier then return bad(site, "carrierCode: is not a carrier of this account") end
    return answers.json(200, show(carrier))
  end
end

local function services(carrier)
  local out = host.json.array {}
  for index, each in ipairs(carrier.services) do
    out[index] = { carrierCode = carrier.code, code = each.code, name = each.name, domestic = each.domestic, international = each.international }
  end
  return out
end

local function packages(carrier)
  local out = host.json.array {}
  for index, code in ipairs(carrier.packages) do
    out[index] = { carrierCode = carrier.code, code = code, name = code, domestic = true, international = true }
  end
  return out
end

return {
  price = price, carrier_of = carrier_of, label_data = label_data, service_of = service_of,
  routes = {
    { "GET", "shipments", function(call, site) return lists.answer(shipments, call, site) end },
    { "GET", "fulfillments", function(call, site) return lists.answer(fulfillments, call, site) end },
    { "POST", "orders/createlabelfororder", buy_for_order }, { "POST", "shipments/createlabel", buy_alone },
    { "POST", "shipments/voidlabel", void }, { "POST", "shipments/getrates", rates },
    { "GET", "carriers", all_carriers }, { "GET", "carriers/getcarrier", of_carrier(carrier_shape) },
    { "GET", "carriers/listservices", of_carrier(services) }, { "GET", "carriers/listpackages", of_carrier(packages) },
  },
}
