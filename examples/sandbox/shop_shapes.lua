-- How the simulated BigCommerce shows its records, after apis/bigcommerce.md sections 4 to 6: V2 money as text with any
-- number of places or, now and then, as a number; V3 money as numbers.

local calendar, catalogue, host, money = require "calendar", require "catalogue", require "host", require "money"

local shapes = {}

local STATUS = {
  [0] = "Incomplete", "Pending", "Shipped", "Partially Shipped", "Refunded", "Cancelled", "Declined", "Awaiting Payment",
  "Awaiting Pickup", "Awaiting Shipment", "Completed", "Awaiting Fulfillment", "Manual Verification Required", "Disputed",
  "Partially Refunded",
}
shapes.STATUS = STATUS

local function short(amount) return (money.text(amount):gsub("0+$", ""):gsub("%.$", "")) end

-- V2 writes 40 as "40.0000", "40" or 40; which of them follows from the amount, so that an order always looks the same.
local function v2_money(amount)
  local form = amount // 100 % 7
  if form == 3 then return short(amount) end
  if form == 5 then return host.number(short(amount)) end
  return money.text(amount)
end

-- A V3 amount.
function shapes.number(amount) return host.number(short(amount)) end

-- For the state report.
function shapes.plain(amount) return money.text(amount, 2) end

local function v3_money(amount) return host.number(short(amount)) end

local function put_amounts(out, name, amount)
  out[name .. "_ex_tax"], out[name .. "_tax"], out[name .. "_inc_tax"] = v2_money(amount.ex), v2_money(amount.tax), v2_money(amount.inc)
end

local function link(base, order, name)
  return { url = ("%s/v2/orders/%d/%s"):format(base, order.id, name), resource = ("/orders/%d/%s"):format(order.id, name) }
end

-- The shop has no field for a VAT number: merchants ask for it in a form field of their own.
local function form_fields(order)
  local out = host.json.array {}
  if order.vat_number then out[1] = { name = "VAT number", value = order.vat_number } end
  return out
end

local function address_of(order)
  local person = order.person
  return {
    first_name = person.first, last_name = person.last, company = person.company, street_1 = person.street, street_2 = order.street_2,
    city = person.city, state = "", zip = person.zip, country = catalogue.countries[person.country], country_iso2 = person.country,
    phone = "", email = order.email, form_fields = form_fields(order),
  }
end

function shapes.order(order, base, include)
  local items = 0
  for _, line in ipairs(order.lines) do items = items + line.quantity end
  local out = {
    id = order.id, customer_id = order.customer_id, date_created = calendar.rfc2822(order.created),
    date_modified = calendar.rfc2822(order.modified), date_shipped = "", status_id = order.status_id, status = STATUS[order.status_id],
    custom_status = "Own: " .. STATUS[order.status_id], discount_amount = v2_money(order.discount),
    coupon_discount = v2_money(order.coupon_discount), store_credit_amount = v2_money(order.store_credit), refunded_amount = "0",
    gift_certificate_amount = v2_money(order.gift_certificate), is_tax_inclusive_pricing = order.tax_inclusive, items_total = items,
    items_shipped = 0, order_is_digital = order.digital, payment_method = order.payment_method, payment_provider_id = "",
    payment_status = order.payment_status,
    currency_code = order.currency, currency_id = 1, currency_exchange_rate = "1.0000000000", default_currency_code = order.currency,
    store_default_currency_code = "EUR", store_default_to_transactional_exchange_rate = "1", customer_locale = "nl",
    customer_message = "", staff_notes = order.staff_notes or host.json.null, order_source = "www", channel_id = order.channel_id,
    external_order_id = order.external_order_id or "", external_merchant_id = order.external_merchant_id or host.json.null,
    external_id = host.json.null, is_deleted = order.deleted, shipping_address_count = order.digital and 0 or 1,
    shipping_cost_tax_class_id = 0, tax_provider_id = "BasicTaxProvider",
    cart_id = ("7d1e0000-0000-4000-8000-%012d"):format(order.id),
    billing_address = address_of(order), products = link(base, order, "products"),
    shipping_addresses = link(base, order, "shippingaddresses"), coupons = link(base, order, "coupons"),
  }
  put_amounts(out, "subtotal", order.subtotal)
  put_amounts(out, "shipping_cost", order.costs.shipping)
  put_amounts(out, "handling_cost", order.costs.handling)
  put_amounts(out, "wrapping_cost", order.costs.wrapping)
  put_amounts(out, "total", order.total)
  -- Whether means of payment lower the total is not documented.
  if order.total_lowered then out.total_inc_tax = v2_money(order.total.inc - order.gift_certificate - order.store_credit) end
  if include.fees then out.fees = shapes.fees(order) end
  return out
end

function shapes.products(order)
  local out = host.json.array {}
  for index, line in ipairs(order.lines) do
    local product = line.product
    local shown = {
      id = line.id, order_id = order.id, product_id = product.id or 0, variant_id = product.id and product.id + 4000 or 0,
      order_address_id = order.digital and 0 or order.address_id, name = product.name, sku = product.sku, type = line.type or "physical",
      quantity = line.quantity, applied_discounts = host.json.array {}, parent_order_product_id = line.parent_id or host.json.null,
      is_refunded = line.refunded > 0, quantity_refunded = line.refunded, refund_amount = "0.0000", wrapping_cost_ex_tax = "0.0000",
      product_options = host.json.array {},
      discounted_total_inc_tax = v2_money(line.paid.inc),
    }
    for number, option in ipairs(line.options or {}) do shown.product_options[number] = option end
    put_amounts(shown, "price", line.unit)
    put_amounts(shown, "total", line.full)
    out[index] = shown
  end
  return out
end

function shapes.shipping_addresses(order)
  local out = host.json.array {}
  if order.digital then return out end
  local address = address_of(order)
  address.id, address.order_id, address.items_total, address.shipping_method = order.address_id, order.id, #order.lines, "Flat Rate"
  out[1] = address
  return out
end

function shapes.coupons(order)
  local out = host.json.array {}
  if order.coupon then
    out[1] = {
      id = order.coupon_id, coupon_id = 7, order_id = order.id, code = order.coupon.code, type = order.coupon.type,
      amount = v3_money(order.coupon_discount), discount = v3_money(order.coupon_discount),
    }
  end
  return out
end

function shapes.fees(order)
  local out = host.json.array {}
  if order.fee then
    out[1] = {
      id = order.fee_id, type = "custom_fee", name = order.fee.name, display_name = order.fee.name, source = "AA",
    }
    put_amounts(out[1], "cost", order.costs.fee)
  end
  return out
end

local function tax_line(order, id, kind, percent, amount, product)
  return {
    id = id, order_id = order.id, order_product_id = product or host.json.null, order_address_id = order.address_id, tax_rate_id = 1,
    sales_tax_id = percent, name = "BTW", class = "Default Tax Class", rate = ("%d.0000"):format(percent), priority = 1,
    priority_amount = v2_money(amount), line_amount = v2_money(amount), line_item_type = kind,
  }
end

function shapes.taxes(order)
  local out = host.json.array {}
  for _, line in ipairs(order.lines) do
    if line.product.tax > 0 then
      out[#out + 1] = tax_line(order, 100000 + line.id, "item", line.product.tax, line.paid.tax, line.id)
    end
  end
  for kind, name in pairs { shipping = "shipping", handling = "handling", wrapping = "gift-wrapping" } do
    if order[kind] > 0 then out[#out + 1] = tax_line(order, 100000 * #kind + order.id, name, 21, order.costs[kind].tax) end
  end
  return out
end

local EVENTS = { authorized = "authorization", captured = "purchase", pending = "pending" }

function shapes.transactions(order)
  local out = host.json.array {}
  if order.status_id == 0 or order.payment_status == "" then return out end
  local function add(event, amount)
    out[#out + 1] = {
      id = order.id * 10 + #out, order_id = tostring(order.id), event = event, method = "custom", amount = v3_money(amount),
      currency = order.currency, gateway = order.payment_method, gateway_transaction_id = "tr_" .. order.id, status = "ok",
      date_created = calendar.iso(order.created) .. "+00:00", test = false, fraud_review = false,
    }
  end
  local paid = order.total.inc - order.gift_certificate - order.store_credit
  add(order.was_authorized and "authorization" or EVENTS[order.payment_status] or "purchase", paid)
  if order.was_authorized and order.payment_status == "captured" then add("capture", paid) end
  for _, refund in ipairs(order.refunds) do add("refund", refund.total) end
  return out
end

function shapes.refunds(order)
  local out = host.json.array {}
  for index, refund in ipairs(order.refunds) do
    local items = host.json.array {}
    for number, item in ipairs(refund.items) do
      items[number] = {
        item_type = item.item_type, item_id = item.item_id, quantity = item.quantity, requested_amount = v3_money(item.amount), reason = "",
      }
    end
    out[index] = {
      id = refund.id, order_id = order.id, user_id = 1, created = calendar.iso(refund.created) .. "+00:00", reason = "",
      total_amount = v3_money(refund.total), total_tax = v3_money(refund.tax), items = items,
      payments = host.json.array { {
        id = refund.id, provider_id = "custom", amount = v3_money(refund.total), offline = true, is_declined = false,
        declined_message = "",
      } },
    }
  end
  return out
end

function shapes.customer(customer)
  local person = customer.person
  return {
    id = customer.id, email = customer.email, first_name = person.first, last_name = person.last, company = person.company, phone = "",
    notes = "", tax_exempt_category = "", customer_group_id = 0, date_created = calendar.iso(customer.made) .. "Z",
    date_modified = calendar.iso(customer.made) .. "Z", form_fields = host.json.array {},
    addresses = host.json.array { {
      id = customer.id * 10, customer_id = customer.id, first_name = person.first, last_name = person.last, company = person.company,
      address1 = person.street, address2 = "", city = person.city, state_or_province = "", postal_code = person.zip,
      country_code = person.country, phone = "", address_type = "residential",
    } },
  }
end

return shapes
