-- Orders of the simulated BigCommerce store: made from drafts, totalled, changed, refunded. Amounts are ten-thousandths.
-- Each line is taxed, after discounts, to the cent; in a tax-inclusive store the price is what the shopper sees, and what
-- is without tax follows from it.

local catalogue, host, kinds, money = require "catalogue", require "host", require "shop_kinds", require "money"

local SHIPPING_TAX = 21
local REFUNDED, AWAITING_FULFILLMENT, PARTIALLY_REFUNDED = 4, 11, 14

local Orders = {}
Orders.__index = Orders

function Orders.new()
  return setmetatable({ rows = {}, by_id = {}, customers = {}, by_email = {}, next_id = 100, next_part = 500 }, Orders)
end

-- Decimals of a currency's amounts, where they are not two.
local PLACES = { JPY = 0, KWD = 3 }
local function places_of(order) return PLACES[order.currency] or 2 end

local function tax_on(amount, percent, places) return money.round(money.divide(amount * percent, 100), places) end

function Orders:part_id()
  self.next_part = self.next_part + 1
  return self.next_part
end

function Orders.knows_country(country) return catalogue.countries[country] ~= nil end

function Orders:customer(person, email)
  local customer = self.by_email[email:lower()]
  if not customer then
    customer = {
      id = #self.customers + 1, email = email, first_name = person.first, last_name = person.last, company = person.company,
      person = person, made = host.now(),
    }
    self.customers[#self.customers + 1] = customer
    self.by_email[email:lower()] = customer
  end
  return customer
end

local function place_line(orders, line)
  local product = line.product
  line.id = orders:part_id()
  line.refunded = 0
  line.price = money.parse(product.price)
  line.reduction = (line.discount or 0) + (line.coupon or 0)
end

-- An amount in the store's own terms as { ex, tax, inc }; tax is rounded to the coins of the currency.
local function taxed(amount, percent, inclusive, places)
  if inclusive then
    local ex = money.round(money.divide(amount * money.ONE, money.ONE + percent * money.ONE // 100), places)
    return { ex = ex, tax = amount - ex, inc = amount }
  end
  local tax = tax_on(amount, percent, places)
  return { ex = amount, tax = tax, inc = amount + tax }
end

local COSTS = { "shipping", "handling", "wrapping" }

-- Everything that follows from the lines and costs.
function Orders.total(order)
  local inclusive, places = order.tax_inclusive, places_of(order)
  local total, subtotal, discount, coupon = { ex = 0, tax = 0, inc = 0 }, { ex = 0, tax = 0, inc = 0 }, 0, 0
  local function add(to, amount) to.ex, to.tax, to.inc = to.ex + amount.ex, to.tax + amount.tax, to.inc + amount.inc end
  for _, line in ipairs(order.lines) do
    local percent = line.product.tax
    local price = inclusive and money.round(line.price + money.times(line.price, percent * money.ONE // 100), places) or line.price
    line.unit = taxed(price, percent, inclusive, places)
    line.full = taxed(price * line.quantity, percent, inclusive, places)
    line.reduction = math.min(line.reduction, price * line.quantity)
    line.paid = taxed(price * line.quantity - line.reduction, percent, inclusive, places)
    add(subtotal, line.full)
    add(total, line.paid)
    if line.coupon then coupon = coupon + line.reduction else discount = discount + line.reduction end
  end
  order.costs = {}
  for _, cost in ipairs(COSTS) do
    order.costs[cost] = taxed(order[cost], SHIPPING_TAX, inclusive, places)
    add(total, order.costs[cost])
  end
  if order.fee then
    order.costs.fee = taxed(order.fee.cost, SHIPPING_TAX, inclusive, places)
    add(total, order.costs.fee)
  end
  order.subtotal, order.total, order.discount, order.coupon_discount = subtotal, total, discount, coupon
end

local function person_of(country)
  if not country then return host.pick(catalogue.people) end
  for _, people in ipairs { catalogue.people, catalogue.people_on_request } do
    for _, person in ipairs(people) do
      if person.country == country then return person end
    end
  end
end

-- `country`: of the customer and of delivery; any when nil.
function Orders:create(kind_name, country)
  local kind = kind_name and kinds.named(kind_name) or kinds.any()
  self.next_id = self.next_id + 1
  local person = person_of(country)
  local draft = { lines = {}, shipping = money.parse "5.0000", handling = 0, wrapping = 0 }
  kind.shape(draft)
  if draft.address then
    draft.street_2 = draft.address.street_2
    person = setmetatable(draft.address, { __index = person })
  end
  local now = host.now()
  local order = {
    id = self.next_id, kind = kind.name, expect = kind.expect, person = person, lines = draft.lines, shipping = draft.shipping,
    handling = draft.handling, wrapping = draft.wrapping, fee = draft.fee, coupon = draft.coupon, digital = draft.digital or false,
    street_2 = draft.street_2 or "", status_id = draft.status_id or AWAITING_FULFILLMENT, currency = draft.currency or "EUR",
    tax_inclusive = draft.tax_inclusive or false, gift_certificate = draft.gift_certificate or 0, store_credit = draft.store_credit or 0,
    payment_method = draft.payment_method or "iDEAL", payment_status = draft.payment_status or "captured", refunds = {},
    vat_number = draft.vat_number, channel_id = draft.channel_id or 1, created = now, modified = now,
    email = draft.email or ("order%d@%s.example.org"):format(self.next_id, person.country:lower()), deleted = false,
    address_id = self:part_id(), coupon_id = self:part_id(), fee_id = self:part_id(),
    later = draft.later,
  }
  -- A quarter of the registered customers come back, in another spelling of their address.
  if not (country or draft.guest or draft.email or draft.address) and #self.customers > 0 and host.chance(25) then
    local known = host.pick(self.customers)
    order.person, order.email = known.person, host.chance(50) and known.email:upper() or known.email
  end
  order.customer_id = draft.guest and 0 or self:customer(order.person, order.email).id
  for _, line in ipairs(order.lines) do place_line(self, line) end
  for index, line in ipairs(order.lines) do
    if line.child then line.parent_id = order.lines[index - 1].id end
  end
  Orders.total(order)
  self.rows[#self.rows + 1] = order
  self.by_id[order.id] = order
  return order
end

-- A refund: { lines = { [1] = quantity }, shipping = true, amount = "5.00", everything = true, tax_only = "1.00" }. What is
-- asked for a line is its share of what was paid for it, tax included.
function Orders:refund(order, wanted)
  local items, total, tax = {}, 0, 0
  local function item(kind, id, quantity, amount, of_tax)
    items[#items + 1] = { item_type = kind, item_id = id, quantity = quantity, amount = amount }
    total, tax = total + amount, tax + of_tax
  end
  for index, line in ipairs(order.lines) do
    local quantity = wanted.everything and line.quantity - line.refunded or (wanted.lines or {})[index] or 0
    if quantity > 0 and line.paid.inc > 0 then
      local function share(amount) return money.round(money.divide(amount * quantity, line.quantity), places_of(order)) end
      item("PRODUCT", line.id, quantity, share(line.paid.inc), share(line.paid.tax))
      line.refunded = line.refunded + quantity
    end
  end
  for kind, cost in pairs { SHIPPING = "shipping", HANDLING = "handling", GIFT_WRAPPING = "wrapping", FEE = "fee" } do
    local amounts = order.costs[cost]
    if (wanted.everything or wanted[cost]) and amounts and amounts.inc > 0 then
      item(kind, cost == "fee" and order.fee_id or order.id, 1, amounts.inc, amounts.tax)
    end
  end
  if wanted.amount then item("ORDER", order.id, 1, money.parse(wanted.amount), 0) end
  if wanted.tax_only then total, tax = money.parse(wanted.tax_only), money.parse(wanted.tax_only) end
  order.refunds[#order.refunds + 1] = {
    id = self:part_id(), created = math.max(host.now(), order.modified + 1), items = items, total = total, tax = tax,
  }
  local refunded = 0
  for _, each in ipairs(order.refunds) do refunded = refunded + each.total end
  order.status_id = refunded >= order.total.inc and REFUNDED or PARTIALLY_REFUNDED
  order.payment_status = refunded >= order.total.inc and "refunded" or "partially refunded"
end

-- What giving back { item_type = "PRODUCT", item_id =, quantity = } would come to, tax included, and the tax; nil and what is wrong.
function Orders.quote(order, items)
  local total, tax = 0, 0
  for _, item in ipairs(items) do
    local found
    for _, line in ipairs(order.lines) do
      if item.item_type == "PRODUCT" and line.id == item.item_id then found = line end
    end
    if not found then return nil, "item_id does not exist" end
    if math.type(item.quantity) ~= "integer" or item.quantity < 1 or item.quantity > found.quantity - found.refunded then
      return nil, "quantity is more than what can be refunded"
    end
    total = total + money.round(money.divide(found.paid.inc * item.quantity, found.quantity), places_of(order))
    tax = tax + money.round(money.divide(found.paid.tax * item.quantity, found.quantity), places_of(order))
  end
  return total, tax
end

-- Changes that happen to an order, and what `value` says of them.
local CHANGES = {
  touch = function() end,
  price = function(_, order) order.lines[1].price = order.lines[1].price + money.ONE end,
  quantity = function(_, order) order.lines[1].quantity = order.lines[1].quantity + 1 end,
  add_line = function(orders, order)
    local line = { product = host.pick(catalogue.products), quantity = 1 }
    place_line(orders, line)
    order.lines[#order.lines + 1] = line
  end,
  remove_line = function(_, order) if #order.lines > 1 then table.remove(order.lines) end end,
  shipping = function(_, order) order.shipping = order.shipping + money.ONE end,
  address = function(_, order) order.street_2 = "Nieuw adres " .. host.random.int(1, 999) end,
  status = function(_, order, value) order.status_id = value end,
  payment = function(_, order, value) order.payment_status = value end,
  refund = function(orders, order, value) orders:refund(order, value or { everything = true }) end,
  archive = function(_, order) order.deleted = true end,
  address_back = function(_, order) order.street_2 = "" end,
  customer = function(orders, order)
    order.person, order.email = person_of("NL"), "someone.else@example.org"
    order.customer_id = orders:customer(order.person, order.email).id
  end,
}

-- Gives the previous status, or nil and why.
function Orders:change(order, what, value)
  local change = CHANGES[what]
  if not change then return nil, "unknown change " .. tostring(what) end
  local before = order.status_id
  change(self, order, value)
  Orders.total(order)
  -- Dates have whole seconds: two changes in one of them would look like one.
  order.modified = math.max(host.now(), order.modified + 1)
  order.changes = (order.changes or 0) + 1
  return before
end

return Orders
