-- Records of BigCommerce (fact sheet, sections 4 to 7). `order` is the composite that integrations map from: the bare
-- V2 order with its sub-resources read and put in place of their links. V2 money comes as text or number, V3 money as
-- number; both are read as exact decimals.

local record = require "record"

-- V2 sends "" where there is nothing.
local BLANKS = { text = { blank = "missing" }, instant = { blank = "missing" } }
local UNIX = { instant = { wire = "unix_seconds" } }

local function v2(fields, totals) return record(BLANKS, fields, totals) end
local function v3(fields) return record(BLANKS, fields) end

return {
  order = v2({
    id = "integer read", customer_id = "integer", status_id = "integer", status = "text read", custom_status = "text",
    date_created = "instant read", date_modified = "instant read", date_shipped = "instant read",
    subtotal_ex_tax = "decimal", subtotal_inc_tax = "decimal", subtotal_tax = "decimal",
    shipping_cost_ex_tax = "decimal", shipping_cost_inc_tax = "decimal", shipping_cost_tax = "decimal",
    handling_cost_ex_tax = "decimal", handling_cost_inc_tax = "decimal", handling_cost_tax = "decimal",
    wrapping_cost_ex_tax = "decimal", wrapping_cost_inc_tax = "decimal", wrapping_cost_tax = "decimal",
    total_ex_tax = "decimal", total_inc_tax = "decimal", total_tax = "decimal",
    discount_amount = "decimal", coupon_discount = "decimal", store_credit_amount = "decimal",
    gift_certificate_amount = "decimal", refunded_amount = "decimal read", is_tax_inclusive_pricing = "boolean read",
    items_total = "integer", items_shipped = "integer", order_is_digital = "boolean", is_deleted = "boolean",
    payment_method = "text", payment_provider_id = "text", payment_status = "text",
    currency_code = "text", default_currency_code = "text", store_default_currency_code = "text",
    currency_exchange_rate = "decimal", customer_locale = "text", customer_message = "text", staff_notes = "text",
    order_source = "text", channel_id = "integer", external_order_id = "text", external_id = "text",
    shipping_address_count = "integer", tax_provider_id = "text", cart_id = "text", shipping_cost_tax_class_id = "integer",
    store_default_to_transactional_exchange_rate = "decimal", external_merchant_id = "text", external_source = "text",
    billing_address = "record:Address",
    products = "list:OrderProduct", shipping_addresses = "list:ShippingAddress", coupons = "list:Coupon",
    fees = "list:Fee", taxes = "list:Tax", transactions = "list:Transaction", refunds = "list:Refund",
    -- Not of BigCommerce: worked out by an integration. Costs are parts that are there only when they are more than nothing.
    shipping = "record:Part", handling = "record:Part", wrapping = "record:Part", discounts = "list:Part",
    gift_certificates = "list:OrderProduct", redeemed = "record:Part", rounding = "record:Part", payment = "record:Payment", booked = "instant",
  }, { net = "total_ex_tax", gross = "total_inc_tax" }),
  OrderProduct = v2 {
    id = "integer read", order_id = "integer", product_id = "integer", variant_id = "integer",
    order_address_id = "integer", name = "text", sku = "text", type = "text", quantity = "decimal",
    price_ex_tax = "decimal", price_inc_tax = "decimal", price_tax = "decimal",
    total_ex_tax = "decimal", total_inc_tax = "decimal", total_tax = "decimal", discounted_total_inc_tax = "decimal",
    wrapping_cost_ex_tax = "decimal", wrapping_cost_inc_tax = "decimal", wrapping_cost_tax = "decimal", refund_amount = "decimal read",
    applied_discounts = "list:AppliedDiscount", parent_order_product_id = "integer", is_refunded = "boolean",
    quantity_refunded = "decimal", product_options = "list:ProductOption",
    -- Worked out, as in Part; `item` is the id of the item for a SKU that the books do not know.
    price = "decimal", net = "decimal", tax = "decimal", vat_code = "text", item = "guid", account = "text", cost_center = "text",
    cost_unit = "text",
  },
  -- Already in `discounted_total_inc_tax`: never taken off again (section 5).
  AppliedDiscount = v2 { id = "text", amount = "decimal", name = "text", code = "text", target = "text" },
  ProductOption = v2 { display_name = "text", display_value = "text", name = "text", value = "text" },
  Address = v2 {
    first_name = "text", last_name = "text", company = "text", street_1 = "text", street_2 = "text", city = "text",
    state = "text", zip = "text", country = "text", country_iso2 = "text", phone = "text", email = "text",
    form_fields = "list:FormField",
  },
  ShippingAddress = v2 {
    id = "integer read", order_id = "integer", first_name = "text", last_name = "text", company = "text",
    street_1 = "text", street_2 = "text", city = "text", state = "text", zip = "text", country = "text",
    country_iso2 = "text", phone = "text", email = "text", items_total = "decimal", shipping_method = "text",
    form_fields = "list:FormField",
  },
  -- What becomes a line beside the products. `price` is there where the shop's own is not the line's; net and tax are what
  -- comes of it, to the cent.
  Part = v2 {
    kind = "text", price = "decimal", net = "decimal", tax = "decimal", vat_code = "text", account = "text", cost_center = "text",
    cost_unit = "text", description = "text",
  },
  Payment = v2 { condition = "text", reference = "text", status = "text", method = "text", amount = "decimal", summary = "text" },
  -- What is given back: a refund, or a whole sale that was cancelled. Its lines are parts of the document that was posted.
  credit = v2 {
    reference = "text", order_id = "integer", created = "instant", customer = "guid", journal = "text", currency = "text",
    condition = "text", reason = "text", original = "text", lines = "list:CreditLine",
  },
  CreditLine = v2 {
    item = "guid", quantity = "decimal", price = "decimal", net = "decimal", tax = "decimal", vat_code = "text", account = "guid",
    cost_center = "text", cost_unit = "text", description = "text", notes = "text",
  },
  FormField = v2 { name = "text", value = "text" },
  Coupon = v2 {
    id = "integer read", coupon_id = "integer", order_id = "integer", code = "text", type = "integer",
    amount = "decimal", discount = "decimal",
  },
  Fee = v2 {
    id = "integer read", type = "text", name = "text", display_name = "text", source = "text",
    cost_ex_tax = "decimal", cost_inc_tax = "decimal", cost_tax = "decimal",
    price = "decimal", net = "decimal", tax = "decimal", vat_code = "text", account = "text", cost_center = "text", cost_unit = "text",
  },
  Tax = v2 {
    id = "integer read", order_id = "integer", order_product_id = "integer", sales_tax_id = "integer", name = "text",
    class = "text", line_item_type = "text", rate = "decimal", line_amount = "decimal",
  },
  Transaction = v3 {
    id = "integer read", order_id = "text", event = "text", method = "text", amount = "decimal", currency = "text",
    gateway = "text", gateway_transaction_id = "text", status = "text", date_created = "instant",
  },
  Refund = v3 {
    id = "integer read", order_id = "integer", created = "instant", reason = "text", total_amount = "decimal",
    total_tax = "decimal", items = "list:RefundItem", payments = "list:RefundPayment",
  },
  RefundPayment = v3 {
    id = "integer read", provider_id = "text", amount = "decimal", offline = "boolean", is_declined = "boolean", declined_message = "text",
  },
  RefundItem = v3 { item_type = "text", item_id = "integer", quantity = "decimal", requested_amount = "decimal" },
  Customer = v3 {
    id = "integer read", email = "text must", first_name = "text must", last_name = "text must", company = "text",
    phone = "text", customer_group_id = "integer", tax_exempt_category = "text", notes = "text",
    date_created = "instant read", date_modified = "instant read", addresses = "list:CustomerAddress",
    form_fields = "list:FormField", trigger_account_created_notification = "boolean",
  },
  CustomerGroup = v2 { id = "integer read", name = "text must", is_default = "boolean" },
  Attribute = v3 { id = "integer read", name = "text read", type = "text read" },
  -- Read as attribute_value, written as value.
  AttributeValue = v3 {
    id = "integer read", customer_id = "integer must", attribute_id = "integer must", attribute_value = "text", value = "text",
  },
  FormFieldValue = v3 { customer_id = "integer", address_id = "integer", name = "text must", value = "text" },
  CustomerAddress = v3 {
    id = "integer read", customer_id = "integer", first_name = "text", last_name = "text", company = "text",
    address1 = "text", address2 = "text", city = "text", state_or_province = "text", postal_code = "text",
    country_code = "text", phone = "text", address_type = "text", form_fields = "list:FormField",
  },
  -- Not of BigCommerce: who buys and where goods go, in one shape for orders and customers; made by an integration.
  Shopper = v2 {
    from = "text", id = "integer", key = "text", own_key = "text", email = "text", name = "text", first_name = "text",
    last_name = "text", company = "text", phone = "text", vat_number = "text", vat_number_trouble = "text", language = "text",
    group_id = "integer", tax_exempt_category = "text", place = "record:Place", form_fields = "list:FormField",
  },
  Place = v2 {
    first_name = "text", last_name = "text", company = "text", recipient = "text", street_1 = "text", street_2 = "text",
    city = "text", state = "text", zip = "text", country_iso2 = "text", phone = "text",
  },
  Shipment = v2 {
    id = "integer read", order_id = "integer read", order_address_id = "integer must", tracking_number = "text", tracking_link = "text",
    shipping_provider = "text", tracking_carrier = "text", comments = "text", date_created = "instant read",
    items = "list:ShipmentItem must", shipping_method = "text", customer_id = "integer read", merchant_shipping_cost = "decimal",
  },
  ShipmentChange = v2 {
    order_address_id = "integer", tracking_number = "text", tracking_link = "text", shipping_provider = "text", tracking_carrier = "text",
    shipping_method = "text", comments = "text",
  },
  Consignments = v2 { shipping = "list:ShippingAddress read" },
  Count = v2 { count = "integer read" },
  OrderStatus = v2 {
    id = "integer read", name = "text read", system_label = "text read", custom_label = "text read", system_description = "text read",
  },
  OrderMessage = v2 {
    id = "integer read", order_id = "integer read", customer_id = "integer read", staff_id = "integer read", type = "text read",
    subject = "text read", message = "text read", status = "text read", is_flagged = "boolean read", date_created = "instant read",
  },
  RefundQuoteRequest = v3 { items = "list:RefundQuoteItem", tax_adjustment_amount = "decimal" },
  RefundQuoteItem = v3 { item_type = "text must", item_id = "integer must", quantity = "integer", amount = "decimal", reason = "text" },
  RefundQuote = v3 {
    order_id = "integer read", total_refund_amount = "decimal read", total_refund_tax_amount = "decimal read", rounding = "decimal read",
    adjustment = "decimal read", is_tax_included = "boolean read",
  },
  ShipmentItem = v2 { order_product_id = "integer must", quantity = "decimal must" },
  -- Any other field in a PUT of an order may clear what stands there (section 4).
  OrderChange = v2 { status_id = "integer", external_order_id = "text", staff_notes = "text" },
  Store = record({}, {
    id = "text read", store_id = "integer read", name = "text read", domain = "text read", secure_url = "text read", status = "text read",
    plan_name = "text read", plan_level = "text read", language = "text read", default_channel_id = "integer read",
    weight_units = "text read", dimension_units = "text read", currency = "text read", country_code = "text read",
    decimal_places = "integer read", is_price_entered_with_tax = "boolean read", timezone = "record:Timezone",
  }),
  Timezone = record({}, { name = "text read", raw_offset = "integer read", dst_offset = "integer read" }),
  Time = record(UNIX, { time = "instant read" }),
  Hook = record(UNIX, {
    id = "integer read", client_id = "text read", store_hash = "text read", scope = "text must",
    destination = "text must", is_active = "boolean", events_history_enabled = "boolean", created_at = "instant read", updated_at = "instant read",
  }),
}
