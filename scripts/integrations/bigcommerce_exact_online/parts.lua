-- The parts of an order that become lines: products, costs, fees, discounts, gift certificates. Worked out here is what a
-- mapping can't: the price in the store's own terms, the VAT code, and the net amount and tax that come of both.
--
-- In a tax-inclusive store the amounts with tax are the real ones, elsewhere those without (fact sheet, section 4); the
-- other side is an estimate and is not used.

local decimal, json, orders, rules, taxes, vat = require "decimal", require "json", require "orders", require "rules", require "taxes", require "vat"

local parts = {}

local ONE, NONE = decimal "1", decimal "0"

local function side(order) return order.is_tax_inclusive_pricing and "_inc_tax" or "_ex_tax" end

-- A sales entry is booked net whatever the prices hold: it takes the codes for prices without tax.
local function coded_inclusive(order, settings) return order.is_tax_inclusive_pricing and settings.document ~= "sales_entry" end

-- Where a part is booked, by the first fitting row of `bookings` for each of the three.
local function book(scene, part, facts)
  for _, field in ipairs { "account", "cost_center", "cost_unit" } do
    local row = rules.first(scene.settings.bookings, facts, field)
    if row then part[field] = row[field] end
  end
end

-- VAT code, net and tax of a part, and its price where that is not the shop's own; `rate` as the shop says it, `what` names
-- the part in refusals.
local function work_out(scene, part, kind, price, quantity, rate, what, class)
  local facts = {}
  for name, value in pairs(scene.facts) do facts[name] = value end
  facts.part, facts.sku, facts.class = kind, part.sku, class
  local of_catalog = scene.catalog[tostring(part.product_id)]
  if of_catalog then facts.category, facts.brand = of_catalog.categories, of_catalog.brand_id end
  local code = vat.code(scene.job, scene.order, facts, rate, what, coded_inclusive(scene.order, scene.settings))
  local inclusive = scene.order.is_tax_inclusive_pricing
  if code then part.vat_code = code.code end
  if code and code.without_tax then
    -- Tax that somebody else collects and pays is no part of the sale.
    local fraction, whole = decimal(rate) * decimal "0.01", (price * quantity):round(2)
    if inclusive then part.price = vat.split(price, fraction, true) end
    part.net, part.tax = ((part.price or price) * quantity):round(2), NONE
    scene.untaxed = scene.untaxed + (inclusive and whole - part.net or (whole * fraction):round(2))
  elseif code then
    part.net, part.tax = vat.split(price * quantity, code.fraction, inclusive)
  else
    part.net, part.tax = (price * quantity):round(2), NONE
  end
  facts.rate = rate
  book(scene, part, facts)
  return part
end

local function is_certificate(product) return product.type == "giftcertificate" end

-- Bundle children that cost nothing only repeat what the parent says; a child with a price is money and always stays.
local function is_dropped(product, settings)
  return settings.bundle_children == "drop" and product.parent_order_product_id ~= nil and product.total_ex_tax:is_zero()
end

local function of_products(scene)
  local order, sold, certificates = scene.order, json.array {}, json.array {}
  for _, product in ipairs(order.products) do
    if is_certificate(product) then
      certificates[#certificates + 1] = product
      product.price = product["price" .. side(order)]
      product.net, product.tax, product.vat_code = (product.price * product.quantity):round(2), NONE,
        scene.settings.gift_certificate_vat_code
    elseif not is_dropped(product, scene.settings) then
      sold[#sold + 1] = product
      local entry = taxes.of_product(scene.taxes, product)
      work_out(scene, product, "product", product["price" .. side(order)], product.quantity, taxes.rate(entry), product.name or "a line",
        entry.class)
    end
  end
  order.products, order.gift_certificates = sold, certificates
end

local function of_costs(scene)
  local order = scene.order
  for _, cost in ipairs { "shipping", "handling", "wrapping" } do
    local amount = order[cost .. "_cost" .. side(order)]
    if amount and not amount:is_zero() then
      local entry = taxes.of_cost(scene.taxes, cost)
      order[cost] = work_out(scene, { kind = cost }, cost, amount, ONE, taxes.rate(entry), cost, entry.class)
    end
  end
  for _, fee in ipairs(order.fees) do
    work_out(scene, fee, "fee", fee["cost" .. side(order)], ONE, taxes.rate_of_fee(scene.taxes, fee, order.default_currency_code),
      fee.display_name or "a fee")
  end
end

-- What a line was reduced by follows from its total after all discounts and its price (fact sheet, section 5): nothing is
-- shared out by guess. Nil when the line does not say.
local function reduction_of(scene, product)
  local after = product.discounted_total_inc_tax
  if not after then return nil end
  if scene.order.is_tax_inclusive_pricing then return product.total_inc_tax - after end
  return product.total_ex_tax - (after - taxes.of_product(scene.taxes, product).amount)
end

local function described(order)
  local codes = {}
  for _, coupon in ipairs(order.coupons) do
    if coupon.code then codes[#codes + 1] = coupon.code end
  end
  return #codes > 0 and "Discount " .. table.concat(codes, ", ") or "Discount"
end

-- One discount for each tax that is reduced: rate by rate, in the order of the lines.
local function of_discounts(scene)
  local order, by_rate, rates, sum = scene.order, {}, {}, NONE
  local told = order.discount_amount + order.coupon_discount
  local unsaid, only_rate = false, nil
  for _, product in ipairs(order.products) do
    local rate = taxes.rate(taxes.of_product(scene.taxes, product))
    only_rate = (only_rate == nil or only_rate == rate) and rate
    local reduction = reduction_of(scene, product)
    unsaid = unsaid or reduction == nil
    if reduction and not reduction:is_zero() then
      if not by_rate[rate] then rates[#rates + 1] = rate end
      by_rate[rate] = (by_rate[rate] or NONE) + reduction
      sum = sum + reduction
    end
  end
  -- Lines that say nothing of their discount: with one rate in the order there is only one place for it.
  if unsaid and sum:is_zero() and not told:is_zero() and only_rate then
    rates, by_rate, sum = { only_rate }, { [only_rate] = told }, told
  end
  if not (sum - told):is_zero() then
    return orders.refuse(scene.job, scene.shop, order,
      ("Order %d has discounts of %s that its lines do not account for."):format(order.id, told:text()),
      { cause = "discount_unexplained", concern = "finance" })
  end
  order.discounts = json.array {}
  for index, rate in ipairs(rates) do
    local part = { kind = "discount", description = described(order) }
    order.discounts[index] = work_out(scene, part, "discount", -by_rate[rate], ONE, rate, "the discount")
    part.price = part.price or -by_rate[rate]
  end
end

local AMOUNTS = {
  "discount_amount", "coupon_discount", "gift_certificate_amount", "store_credit_amount", "shipping_cost_ex_tax", "shipping_cost_inc_tax",
  "handling_cost_ex_tax", "handling_cost_inc_tax", "wrapping_cost_ex_tax", "wrapping_cost_inc_tax",
}

-- Reads what the order consists of (BC2).
function parts.read(order, shop)
  local id = order.id
  -- An amount that is absent or null is none.
  for _, name in ipairs(AMOUNTS) do order[name] = order[name] or decimal "0" end
  order.products = shop.orders.products(id)
  order.shipping_addresses = order.shipping_address_count == 0 and json.array {} or shop.orders.shipping_addresses(id)
  order.coupons = order.coupon_discount:is_zero() and json.array {} or shop.orders.coupons(id)
  if not order.fees then order.fees = shop.orders.fees(id) end
  order.taxes = shop.orders.taxes(id)
end

-- What the catalog says of the products, by their id as text, where a row of the settings asks for it. A product that was made
-- up in the order (id 0) or is no longer in the catalog has no category.
local function catalog_of(job, order)
  local settings = job.settings
  if not (rules.ask_for("category", settings.bookings, settings.vat_rules) or rules.ask_for("brand", settings.bookings, settings.vat_rules)) then
    return {}
  end
  local ids = {}
  for _, product in ipairs(order.products) do
    if (product.product_id or 0) ~= 0 then ids[#ids + 1] = tostring(product.product_id) end
  end
  return #ids > 0 and job:look_up("products", ids) or {}
end

local RESULTS = {
  { "bookings", { account = true, cost_center = true, cost_unit = true } }, { "vat_rules", { code = true, inclusive = true, without_tax = true } },
}

local function check_rules(job)
  for _, each in ipairs(RESULTS) do
    local name, index = rules.unknown(job.settings[each[1]], each[2])
    if name then
      job:refuse(("Row %d of the setting %s has '%s', which is none of its names."):format(index, each[1], name), {
        cause = "setting " .. each[1], concern = "operator", fix = "Correct the row in client.lua, then release this case.",
      })
    end
  end
end

-- Works the parts out. Gives the tax that others collect, which is no part of what is booked.
function parts.work_out(job, shop, order)
  check_rules(job)
  local scene = {
    job = job, shop = shop, order = order, settings = job.settings, taxes = taxes.read(order.taxes), facts = vat.facts_of(order, job.settings),
    catalog = catalog_of(job, order), untaxed = NONE,
  }
  of_products(scene)
  of_costs(scene)
  of_discounts(scene)
  return scene.untaxed
end

-- All parts that become lines, as { { part =, name = } }.
function parts.each(order)
  local list = {}
  local function add(part, name) if part then list[#list + 1] = { part = part, name = name } end end
  for _, product in ipairs(order.products) do add(product, product.name or product.sku or "a line") end
  for _, certificate in ipairs(order.gift_certificates) do add(certificate, certificate.name or "a gift certificate") end
  for _, cost in ipairs { "shipping", "handling", "wrapping" } do add(order[cost], cost) end
  for _, fee in ipairs(order.fees) do add(fee, fee.display_name or "a fee") end
  for _, discount in ipairs(order.discounts) do add(discount, "the discount") end
  add(order.redeemed, "what was paid with certificates")
  add(order.rounding, "rounding")
  return list
end

return parts
