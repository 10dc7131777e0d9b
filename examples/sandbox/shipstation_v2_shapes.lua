-- Records of the simulated ShipStation as V2 shows them (sheet, section 6): V1's order is a shipment, V1's shipment a label; ids
-- are V1's with "se-" before them. Addresses have ShipEngine's names.

local answers, calendar, clock, host, money = require "shipstation_answers", require "calendar", require "shipstation_clock", require "host", require "money"

local null, or_null = host.json.null, answers.or_null

local shapes = {}

local function at(utc_ms) return utc_ms and ("%s.%03dZ"):format(calendar.iso(utc_ms // 1000), utc_ms % 1000) or null end
local function ship_date(wall_ms) return wall_ms and clock.date(wall_ms) .. "T00:00:00Z" or null end
local function amount(units) return { currency = "usd", amount = answers.number(money.text(units or 0)) } end

local NAMES = {
  name = "name", company = "company_name", street1 = "address_line1", street2 = "address_line2", street3 = "address_line3", city = "city_locality",
  state = "state_province", postalCode = "postal_code", country = "country_code", phone = "phone",
}

local function address(given)
  if not given then return null end
  local out = { address_residential_indicator = given.residential == true and "yes" or given.residential == false and "no" or "unknown" }
  for here, there in pairs(NAMES) do out[there] = or_null(given[here]) end
  return out
end

-- V1's names for what a V2 body calls an address.
function shapes.address_of(given)
  local out = {}
  for here, there in pairs(NAMES) do
    if type(given[there]) == "string" then out[here] = given[there] end
  end
  return out
end

function shapes.status(order)
  local status = order.fields.orderStatus
  if status == "shipped" then return "label_purchased" end
  if status == "cancelled" or order.deleted then return "cancelled" end
  return status == "pending_fulfillment" and "processing" or "pending"
end

function shapes.shipment(order)
  local fields = order.fields
  local items, tags = host.json.array {}, host.json.array {}
  for index, item in ipairs(order.items) do
    items[index] = {
      sales_order_item_id = tostring(item.id), external_order_item_id = or_null(item.lineItemKey), sku = or_null(item.sku), name = item.name,
      quantity = item.quantity, unit_price = answers.number(money.text(item.unitPrice or 0)),
    }
  end
  for index, name in ipairs(order.v2_tags or {}) do tags[index] = { name = name } end
  return {
    shipment_id = "se-" .. order.id, external_shipment_id = order.key, shipment_number = fields.orderNumber, carrier_id = or_null(fields.carrierCode),
    service_code = or_null(fields.serviceCode), ship_date = ship_date(fields.shipDate or fields.orderDate), created_at = at(order.created),
    modified_at = at(order.modified), shipment_status = shapes.status(order), ship_to = address(fields.shipTo),
    warehouse_id = "se-" .. order.warehouse, store_id = "se-" .. order.store, sales_order_id = not order.only_v2 and "se-" .. order.id or null, items = items,
    tags = tags, hold_until_date = order.hold_until and clock.date(order.hold_until) or null, notes_from_buyer = or_null(fields.customerNotes),
    internal_notes = or_null(fields.internalNotes), amount_paid = amount(fields.amountPaid), shipping_paid = amount(fields.shippingAmount),
    tax_paid = amount(fields.taxAmount),
  }
end

function shapes.label(shipment, data)
  return {
    label_id = "se-" .. shipment.id, shipment_id = shipment.order and "se-" .. shipment.order.id or null, status = shipment.voided and "voided" or "completed",
    tracking_number = shipment.tracking, tracking_status = shipment.scans and shipment.scans[#shipment.scans].status or "in_transit",
    shipment_cost = amount(shipment.cost), insurance_cost = amount(shipment.insurance), carrier_code = shipment.carrier, service_code = shipment.service,
    package_code = shipment.package, ship_date = ship_date(shipment.ship_date), created_at = at(shipment.created), voided = shipment.voided ~= nil,
    voided_at = at(shipment.voided), is_return_label = shipment.is_return, label_format = "pdf",
    label_download = { href = data and "data:application/pdf;base64," .. data or null }, packages = host.json.array { {
      package_code = shipment.package, tracking_number = shipment.tracking, sequence = 1,
      weight = { value = answers.number(money.text(shipment.weight.value)), unit = (shipment.weight.units:gsub("s$", "")) },
    } },
  }
end

function shapes.fulfillment(fulfillment)
  return {
    fulfillment_id = "se-" .. fulfillment.id, shipment_id = "se-" .. fulfillment.order.id, tracking_number = fulfillment.tracking,
    carrier_code = or_null(fulfillment.carrier), fulfillment_provider_code = or_null(fulfillment.provider), ship_date = ship_date(fulfillment.ship_date),
    created_at = at(fulfillment.created), fulfillment_fee = amount(fulfillment.fee), order_source_notified = fulfillment.notice,
    shipment_number = fulfillment.order.fields.orderNumber,
  }
end

function shapes.warehouse(warehouse)
  return {
    warehouse_id = "se-" .. warehouse.warehouseId, name = warehouse.warehouseName, is_default = warehouse.isDefault or false,
    created_at = at(warehouse.created),
    origin_address = address(warehouse.originAddress), return_address = address(warehouse.returnAddress or warehouse.originAddress),
  }
end

function shapes.product(product)
  return {
    product_id = "se-" .. product.productId, sku = product.sku, name = product.name, price = amount(product.price), active = product.active,
    created_at = at(product.created), modified_at = at(product.modified),
  }
end

return shapes
