-- Orders of the simulated BigCommerce store: made from drafts, totalled, changed. Amounts are ten-thousandths. The store
-- takes its prices without tax, and taxes each line, after discounts, to the cent.

local catalogue, host, kinds, money = require "catalogue", require "host", require "shop_kinds", require "money"

local SHIPPING_TAX, AWAITING_FULFILLMENT = 21, 11

local Orders = {}
Orders.__index = Orders

function Orders.new()
  return setmetatable({ rows = {}, by_id = {}, customers = {}, by_email = {}, next_id = 100, next_part = 500 }, Orders)
end

local function tax_on(amount, percent) return money.cents(amount, percent * money.ONE // 100) end

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
  line.price = money.parse(product.price)
  line.reduction = (line.discount or 0) + (line.coupon or 0)
end

-- Everything that follows from the lines and costs.
function Orders.total(order)
  local subtotal, subtotal_tax, discount, coupon, tax = 0, 0, 0, 0, 0
  for _, line in ipairs(order.lines) do
    line.total = line.price * line.quantity
    line.reduction = math.min(line.reduction, line.total)
    line.tax = tax_on(line.total - line.reduction, line.product.tax)
    line.full_tax = tax_on(line.total, line.product.tax)
    subtotal, subtotal_tax, tax = subtotal + line.total, subtotal_tax + line.full_tax, tax + line.tax
    if line.coupon then coupon = coupon + line.reduction else discount = discount + line.reduction end
  end
  local costs = order.shipping + order.handling + order.wrapping + (order.fee and order.fee.cost or 0)
  order.costs_tax = {
    shipping = tax_on(order.shipping, SHIPPING_TAX), handling = tax_on(order.handling, SHIPPING_TAX),
    wrapping = tax_on(order.wrapping, SHIPPING_TAX), fee = tax_on(order.fee and order.fee.cost or 0, SHIPPING_TAX),
  }
  for _, amount in pairs(order.costs_tax) do tax = tax + amount end
  order.subtotal, order.subtotal_tax, order.discount, order.coupon_discount = subtotal, subtotal_tax, discount, coupon
  order.total_ex = subtotal - discount - coupon + costs
  order.total_tax, order.total_inc = tax, order.total_ex + tax
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
  local now = host.now()
  local order = {
    id = self.next_id, kind = kind.name, expect = kind.expect, person = person, lines = draft.lines, shipping = draft.shipping,
    handling = draft.handling, wrapping = draft.wrapping, fee = draft.fee, coupon = draft.coupon, digital = draft.digital or false,
    street_2 = draft.street_2 or "", status_id = draft.status_id or AWAITING_FULFILLMENT, currency = draft.currency or "EUR",
    tax_inclusive = draft.tax_inclusive or false, gift_certificate = draft.gift_certificate or 0, created = now, modified = now,
    email = draft.email or ("order%d@%s.example.org"):format(self.next_id, person.country:lower()), deleted = false,
    address_id = self:part_id(), coupon_id = self:part_id(), fee_id = self:part_id(),
  }
  -- A quarter of the registered customers come back, in another spelling of their address.
  if not country and not draft.guest and not draft.email and #self.customers > 0 and host.chance(25) then
    local known = host.pick(self.customers)
    order.person, order.email = known.person, host.chance(50) and known.email:upper() or known.email
  end
  order.customer_id = draft.guest and 0 or self:customer(order.person, order.email).id
  for _, line in ipairs(order.lines) do place_line(self, line) end
  Orders.total(order)
  self.rows[#self.rows + 1] = order
  self.by_id[order.id] = order
  return order
end

-- Changes that happen to an order: touch, price, quantity, add_line, remove_line, shipping, address, status.
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
  archive = function(_, order) order.deleted = true end,
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
