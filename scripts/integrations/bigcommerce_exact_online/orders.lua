-- An order of BigCommerce with all its parts: fetched, judged, and completed with what the invoice's lines need.

local decimal, json, tax = require "decimal", require "json", require "tax"

local orders = {}

-- No setting makes a sale of these.
local NEVER_SOLD = { [0] = true, [5] = true, [6] = true }
local NAMES = {
  [0] = "incomplete", "pending", "shipped", "partially shipped", "refunded", "cancelled", "declined", "awaiting payment",
  "awaiting pickup", "awaiting shipment", "completed", "awaiting fulfillment", "waiting for manual verification",
  "disputed", "partially refunded",
}

local REFUNDED = { [4] = true, [14] = true }

local function contains(list, wanted)
  for _, each in ipairs(list) do
    if each == wanted then return true end
  end
  return false
end

-- An event may be faster than the record that it speaks of: an order that isn't there is asked for again later.
function orders.fetch(shop, id)
  local order, why = try(shop.orders.get, id, { include = "fees" })
  if order then return order end
  if why.code ~= "not_found" then error(why, 0) end
  error({ code = "not_found", message = "order " .. id .. " is not in the shop", retryable = true }, 0)
end

-- Why the order makes no invoice ("cancelled"), or nil when it does.
function orders.not_sold(order, settings)
  if order.is_deleted then return "archived" end
  local status = order.status_id
  local name = NAMES[status] or "in status " .. status
  if NEVER_SOLD[status] then return name end
  -- A refund is refused further on, not skipped: money moved.
  if REFUNDED[status] or contains(settings.statuses, status) then return nil end
  return name
end

-- Discounts by VAT code. What a line was reduced by follows from its total after all discounts, its tax and its price
-- (fact sheet, section 5): nothing is shared out by guess.
local function discounts_of(order, taxes)
  local by_code, order_of_codes, sum = {}, {}, decimal "0"
  for _, product in ipairs(order.products) do
    local discounted = product.discounted_total_inc_tax
    local reduction = discounted and product.total_ex_tax - (discounted - tax.amount_of(taxes, product)) or decimal "0"
    if not reduction:is_zero() then
      local code = product.vat_code or ""
      if not by_code[code] then
        by_code[code] = decimal "0"
        order_of_codes[#order_of_codes + 1] = code
      end
      by_code[code] = by_code[code] + reduction
      sum = sum + reduction
    end
  end
  local told = order.discount_amount + order.coupon_discount
  -- Lines that say nothing of their discount: with one rate in the order there is only one place for it.
  if sum:is_zero() and not told:is_zero() then
    local code = tax.only_code(order)
    if not code then return nil, told end
    return { { code = code, amount = told } }, told
  end
  local out = {}
  for index, code in ipairs(order_of_codes) do out[index] = { code = code, amount = by_code[code] } end
  return (sum - told):is_zero() and out or nil, told
end

local function coupon_codes(order)
  local codes = {}
  for _, coupon in ipairs(order.coupons) do
    if coupon.code then codes[#codes + 1] = coupon.code end
  end
  return #codes > 0 and "Discount " .. table.concat(codes, ", ") or "Discount"
end

local AMOUNTS = {
  "discount_amount", "coupon_discount", "shipping_cost_ex_tax", "handling_cost_ex_tax", "wrapping_cost_ex_tax",
}

-- Reads the parts (BC2) and works out what mappings can't: VAT codes by rate, and discounts by VAT code.
function orders.complete(order, shop, job)
  local id = order.id
  -- An amount that is absent or null is none.
  for _, name in ipairs(AMOUNTS) do order[name] = order[name] or decimal "0" end
  order.products = shop.orders.products(id)
  order.shipping_addresses = order.shipping_address_count == 0 and json.array {} or shop.orders.shipping_addresses(id)
  order.coupons = order.coupon_discount:is_zero() and json.array {} or shop.orders.coupons(id)
  if not order.fees then order.fees = shop.orders.fees(id) end
  local taxes = tax.read(shop.orders.taxes(id))
  order.taxes = taxes.rows

  local codes = tax.codes(job, order, taxes)
  for _, product in ipairs(order.products) do product.vat_code = codes.of_product(product) end
  for _, fee in ipairs(order.fees) do fee.vat_code = codes.of_fee(fee) end
  for _, cost in ipairs { "shipping", "handling", "wrapping" } do order[cost .. "_vat_code"] = codes.of_cost(cost) end

  local discounts, told = discounts_of(order, taxes)
  if not discounts then
    return job:refuse(("Order %d has discounts of %s that its lines do not account for."):format(id, told:text()),
      { cause = "discount_unexplained", concern = "finance" })
  end
  local lines = json.array {}
  for index, discount in ipairs(discounts) do
    lines[index] = {
      vat_code = discount.code ~= "" and discount.code or nil, amount_ex_tax = discount.amount, description = coupon_codes(order),
    }
  end
  order.discounts = lines
end

return orders
