-- Records of the simulated ShipStation as V1 shows them (sheet, sections 2, 3 and 5).

local answers, clock, host, money = require "shipstation_answers", require "shipstation_clock", require "host", require "money"

local null, or_null = host.json.null, answers.or_null

local shapes = {}

local function number(units) return units and answers.number(money.text(units)) or null end
local function at(utc_ms) return utc_ms and clock.text(clock.wall(utc_ms)) or null end
local function short(utc_ms) return clock.short_text(clock.wall(utc_ms)) end
local function wall(wall_ms) return wall_ms and clock.text(wall_ms) or null end
local function date(wall_ms) return wall_ms and clock.date(wall_ms) or null end
shapes.number, shapes.at = number, at

local function texts(source, names)
  local out = {}
  for name in names:gmatch "%S+" do out[name] = or_null(source[name]) end
  return out
end

function shapes.address(address)
  if not address then return null end
  local out = texts(address, "name company street1 street2 street3 city state postalCode country phone residential")
  out.addressVerified = "Address not yet validated"
  return out
end

local function weight(value)
  return value and { value = number(value.value), units = value.units } or null
end

local function dimensions(value)
  if not value then return null end
  return { length = number(value.length), width = number(value.width), height = number(value.height), units = value.units }
end

local function insurance(value)
  value = value or {}
  return { provider = or_null(value.provider), insureShipment = value.insureShipment or false, insuredValue = number(value.insuredValue or 0) }
end

local function international(value)
  value = value or {}
  local items = host.json.array {}
  for index, item in ipairs(value.customsItems or {}) do
    items[index] = texts(item, "description quantity harmonizedTariffCode countryOfOrigin")
    items[index].value = number(item.value)
  end
  return { contents = or_null(value.contents), customsItems = value.customsItems and items or null, nonDelivery = or_null(value.nonDelivery) }
end

local function item_shape(item)
  local out = texts(item, "lineItemKey sku name imageUrl quantity warehouseLocation productId fulfillmentSku upc")
  out.orderItemId, out.weight, out.adjustment = item.id, weight(item.weight), item.adjustment or false
  out.unitPrice, out.taxAmount, out.shippingAmount = number(item.unitPrice or 0), number(item.taxAmount), number(item.shippingAmount)
  out.options = host.json.array {}
  for index, option in ipairs(item.options or {}) do out.options[index] = texts(option, "name value") end
  out.createDate, out.modifyDate = short(item.created), short(item.modified)
  return out
end

local function advanced(order)
  local given = order.fields.advancedOptions or {}
  local out = texts(given, "customField1 customField2 customField3 source billToParty billToAccount billToPostalCode billToCountryCode billToMyOtherAccount")
  for _, name in ipairs { "nonMachinable", "saturdayDelivery", "containsAlcohol" } do out[name] = given[name] or false end
  out.storeId, out.warehouseId = order.store, order.warehouse
  out.mergedOrSplit, out.mergedIds, out.parentId = order.merged_or_split or false, host.json.array {}, or_null(order.parent)
  for index, id in ipairs(order.merged_ids) do out.mergedIds[index] = id end
  return out
end

function shapes.order(order)
  local fields = order.fields
  local out = texts(fields, "orderNumber orderStatus customerUsername customerEmail customerNotes internalNotes giftMessage paymentMethod "
    .. "requestedShippingService carrierCode serviceCode packageCode")
  out.orderId, out.orderKey, out.customerId = order.id, order.key, or_null(order.customer)
  out.orderDate, out.paymentDate = wall(fields.orderDate), wall(fields.paymentDate)
  out.shipByDate, out.shipDate = wall(fields.shipByDate), date(fields.shipDate)
  out.createDate, out.modifyDate, out.holdUntilDate = at(order.created), at(order.modified), date(order.hold_until)
  out.billTo, out.shipTo = shapes.address(fields.billTo), shapes.address(fields.shipTo)
  out.items = host.json.array {}
  for index, item in ipairs(order.items) do out.items[index] = item_shape(item) end
  out.orderTotal, out.amountPaid = number(order.total), number(fields.amountPaid or 0)
  out.taxAmount, out.shippingAmount = number(fields.taxAmount or 0), number(fields.shippingAmount or 0)
  out.gift, out.confirmation = fields.gift or false, fields.confirmation or "none"
  out.weight, out.dimensions = weight(fields.weight), dimensions(fields.dimensions)
  out.insuranceOptions, out.internationalOptions, out.advancedOptions =
    insurance(fields.insuranceOptions), international(fields.internationalOptions), advanced(order)
  out.tagIds = null
  if order.tags and #order.tags > 0 then
    out.tagIds = host.json.array {}
    for index, id in ipairs(order.tags) do out.tagIds[index] = id end
  end
  out.userId, out.externallyFulfilled, out.externallyFulfilledBy = or_null(order.user), order.external_by ~= nil, or_null(order.external_by)
  return out
end

local function shipped_item(part)
  local out = texts(part.item, "lineItemKey sku name imageUrl warehouseLocation productId fulfillmentSku upc")
  out.orderItemId, out.quantity, out.unitPrice, out.weight, out.options =
    part.item.id, part.quantity, number(part.item.unitPrice or 0), weight(part.item.weight), null
  return out
end

-- Items are null unless they were asked for; the label's data only comes with its purchase.
function shapes.shipment(shipment, with_items, label_data)
  local order = shipment.order
  local out = {
    shipmentId = shipment.id, orderId = order and order.id or null, orderKey = order and order.key or null,
    orderNumber = order and order.fields.orderNumber or null, userId = "0d35a1c6-0000-4000-8000-000000000001",
    customerEmail = order and or_null(order.fields.customerEmail) or null, createDate = at(shipment.created), shipDate = date(shipment.ship_date),
    shipmentCost = number(shipment.cost), insuranceCost = number(shipment.insurance), trackingNumber = shipment.tracking,
    isReturnLabel = shipment.is_return, batchNumber = or_null(shipment.batch), carrierCode = shipment.carrier, serviceCode = shipment.service,
    packageCode = shipment.package, confirmation = shipment.confirmation, warehouseId = shipment.warehouse, voided = shipment.voided ~= nil,
    voidDate = at(shipment.voided), marketplaceNotified = false, notifyErrorMessage = null, shipTo = shapes.address(shipment.ship_to),
    weight = weight(shipment.weight), dimensions = dimensions(shipment.dimensions), insuranceOptions = insurance(nil),
    advancedOptions = { storeId = shipment.store ~= 0 and shipment.store or null, billToParty = "my_account" }, shipmentItems = null,
    labelData = or_null(label_data), formData = null,
  }
  if with_items then
    out.shipmentItems = host.json.array {}
    for index, part in ipairs(shipment.items) do out.shipmentItems[index] = shipped_item(part) end
  end
  return out
end

function shapes.fulfillment(fulfillment)
  local order = fulfillment.order
  return {
    fulfillmentId = fulfillment.id, orderId = order.id, orderNumber = order.fields.orderNumber, userId = null,
    customerEmail = or_null(order.fields.customerEmail), trackingNumber = fulfillment.tracking, createDate = at(fulfillment.created),
    shipDate = wall(fulfillment.ship_date), voidDate = null, deliveryDate = null, carrierCode = or_null(fulfillment.carrier),
    fulfillmentProviderCode = or_null(fulfillment.provider), fulfillmentServiceCode = null,
    fulfillmentFee = number(fulfillment.fee), voidRequested = false, voided = false, marketplaceNotified = fulfillment.notice,
    notifyErrorMessage = null, shipTo = shapes.address(fulfillment.ship_to),
  }
end

function shapes.warehouse(warehouse)
  return {
    warehouseId = warehouse.warehouseId, warehouseName = warehouse.warehouseName, originAddress = shapes.address(warehouse.originAddress),
    returnAddress = shapes.address(warehouse.returnAddress or warehouse.originAddress), createDate = at(warehouse.created),
    isDefault = warehouse.isDefault or false,
  }
end

function shapes.product(product)
  local out = texts(product, "productId sku name internalNotes fulfillmentSku upc warehouseLocation customsDescription customsTariffNo "
    .. "customsCountryCode active")
  out.defaultCost = number(product.defaultCost)
  out.price, out.weightOz = number(product.price), number(product.weight.value)
  out.createDate, out.modifyDate = short(product.created), short(product.modified)
  return out
end

function shapes.customer(customer)
  local out = shapes.address(customer.address)
  if out == null then out = {} end
  out.customerId, out.customerUsername, out.email = customer.customerId, customer.customerUsername, or_null(customer.email)
  out.createDate, out.modifyDate = short(customer.created), short(customer.modified)
  return out
end

return shapes
