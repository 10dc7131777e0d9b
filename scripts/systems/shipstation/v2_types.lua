-- Records of V2 (fact sheet, section 6), with ShipEngine's names of an address. Their names begin with V2: the two APIs call different
-- things by one word. Times are UTC; a ship date is sent as midnight UTC.

local record = require "record"

local function v2(fields) return record({}, fields) end

return {
  V2Shipment = v2 {
    shipment_id = "text read", external_shipment_id = "text", shipment_number = "text", carrier_id = "text", service_code = "text",
    ship_date = "instant", created_at = "instant read", modified_at = "instant read", shipment_status = "text read", ship_to = "record:V2Address",
    warehouse_id = "text", store_id = "text", sales_order_id = "text read", items = "list:V2Item", tags = "list:V2Tag", hold_until_date = "date",
    notes_from_buyer = "text", internal_notes = "text", amount_paid = "record:V2Money", shipping_paid = "record:V2Money", tax_paid = "record:V2Money",
    errors = "list:V2Fault read",
  },
  -- Only with create_sales_order does it show among the orders.
  V2NewShipment = v2 {
    create_sales_order = "boolean", external_shipment_id = "text", shipment_number = "text", ship_to = "record:V2Address must", items = "list:V2Item",
    notes_from_buyer = "text", internal_notes = "text", service_code = "text", carrier_code = "text", packages = "list:V2Package",
  },
  V2NewShipments = v2 { shipments = "list:V2NewShipment must" },
  V2ShipmentsResult = v2 { has_errors = "boolean read", shipments = "list:V2Shipment read" },
  V2Item = v2 {
    sales_order_item_id = "text read", external_order_item_id = "text", sku = "text", name = "text must", quantity = "integer must", unit_price = "decimal",
  },
  V2Address = v2 {
    name = "text must", company_name = "text", address_line1 = "text must", address_line2 = "text", address_line3 = "text", city_locality = "text must",
    state_province = "text", postal_code = "text must", country_code = "text must", phone = "text", address_residential_indicator = "text",
  },
  V2Tag = v2 { name = "text" },
  V2Money = v2 { currency = "text", amount = "decimal" },
  V2Fault = v2 { error_source = "text read", error_type = "text read", error_code = "text read", message = "text read" },
  V2Weight = v2 { value = "decimal must", unit = "text must" },
  V2Package = v2 { package_code = "text", tracking_number = "text read", sequence = "integer read", weight = "record:V2Weight" },
  V2Label = v2 {
    label_id = "text read", shipment_id = "text read", status = "text read", tracking_number = "text read", tracking_status = "text read",
    shipment_cost = "record:V2Money read", insurance_cost = "record:V2Money read", carrier_code = "text read", service_code = "text read",
    package_code = "text read", ship_date = "instant read", created_at = "instant read", voided = "boolean read", voided_at = "instant read",
    is_return_label = "boolean read", label_format = "text read", label_download = "record:V2Download read", packages = "list:V2Package read",
  },
  V2Download = v2 { href = "text read" },
  V2NewLabel = v2 { shipment = "record:V2NewShipment must" },
  V2ShipmentLabel = v2 { carrier_code = "text", service_code = "text", packages = "list:V2Package" },
  V2Voided = v2 { approved = "boolean read", message = "text read", reason_code = "text read" },
  V2Tracking = v2 { tracking_number = "text read", status_code = "text read", carrier_code = "text read", events = "list:V2Scan read" },
  V2Scan = v2 { occurred_at = "instant read", status_code = "text read", description = "text read" },
  V2Fulfillment = v2 {
    fulfillment_id = "text read", shipment_id = "text read", shipment_number = "text read", tracking_number = "text read", carrier_code = "text read",
    fulfillment_provider_code = "text read", ship_date = "instant read", created_at = "instant read", fulfillment_fee = "record:V2Money read",
    order_source_notified = "boolean read", error_message = "text read",
  },
  -- Mails and marketplace notices go out only when they are asked for.
  V2NewFulfillment = v2 {
    shipment_id = "text must", tracking_number = "text must", carrier_code = "text", notify_customer = "boolean", notify_order_source = "boolean",
  },
  V2NewFulfillments = v2 { fulfillments = "list:V2NewFulfillment must" },
  V2FulfillmentsResult = v2 { has_errors = "boolean read", fulfillments = "list:V2Fulfillment read" },
  V2Product = v2 {
    product_id = "text read", sku = "text read", name = "text read", price = "record:V2Money read", active = "boolean read", created_at = "instant read",
    modified_at = "instant read",
  },
  V2Warehouse = v2 {
    warehouse_id = "text read", name = "text read", is_default = "boolean read", created_at = "instant read", origin_address = "record:V2Address read",
    return_address = "record:V2Address read",
  },
  V2User = v2 { user_id = "text read", name = "text read", username = "text read" },
  V2Stock = v2 { sku = "text read", on_hand = "integer read", allocated = "integer read", available = "integer read" },
  V2RateRequest = v2 { shipment_id = "text must", packages = "list:V2Package" },
  V2Rate = v2 { carrier_code = "text read", service_code = "text read", shipping_amount = "record:V2Money read" },
  V2Hook = v2 { webhook_id = "text read", name = "text", event = "text must", url = "text must", headers = "list:V2Header", store_id = "text" },
  V2Header = v2 { key = "text must", value = "text must" },
}
