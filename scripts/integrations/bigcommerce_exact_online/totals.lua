-- The shopper's total is the truth (BC13): the lines must come to what was paid. What rounding leaves goes on a line of its
-- own up to the limit; more than that is refused, naming the line that does not add up (C8).

local currencies, decimal, orders, parts, vat = require "currencies", require "decimal", require "orders", require "parts", require "vat"

local totals = {}

local NONE = decimal "0"
local BOOKED_DECIMALS = 2

local function exact(number) return decimal(tostring(number)) end
local function tolerance(job, order) return currencies.limit(exact(job.settings.tolerance), order.default_currency_code) end

-- Means of payment that the shop counts apart: certificates and store credit (BC14).
local function paid_otherwise(order) return order.gift_certificate_amount + order.store_credit_amount end

local function sum_of(order)
  local sum = NONE
  for _, each in ipairs(parts.each(order)) do sum = sum + each.part.net + each.part.tax end
  return sum
end

-- What the document must come to, and what of it is paid in money. Whether certificates lower the shop's total is not documented; the lines tell, as the
-- two readings lie further apart than rounding can.
function totals.expected(job, order, untaxed)
  local decided = vat.decides(job.settings)
  local total = decided and order.total_inc_tax - untaxed or (order.is_tax_inclusive_pricing and order.total_inc_tax or order.total_ex_tax)
  local otherwise = paid_otherwise(order)
  if otherwise:is_zero() then return total, total end
  local lines = sum_of(order)
  if order.redeemed then lines = lines + otherwise end
  local lowered = (lines - total - otherwise):abs() <= tolerance(job, order)
  local whole = lowered and total + otherwise or total
  return order.redeemed and whole - otherwise or whole, whole - otherwise
end

-- The line whose price times quantity is furthest from what the shop says of it.
local function suspect(order)
  local side = order.is_tax_inclusive_pricing and "total_inc_tax" or "total_ex_tax"
  local price = order.is_tax_inclusive_pricing and "price_inc_tax" or "price_ex_tax"
  local worst, by = nil, NONE
  for _, product in ipairs(order.products) do
    local told = product[side]
    local apart = told and ((product[price] * product.quantity):round(2) - told):abs() or NONE
    if apart > by then worst, by = product, apart end
  end
  if not worst then return "" end
  return (" The line %s is %s times %s, but the shop says %s."):format(worst.name or worst.sku or tostring(worst.id), worst.quantity:compact(),
    worst[price]:text(), worst[side]:text())
end

local function refuse(job, shop, order, expected, found)
  return orders.refuse(job, shop, order, ("Order %d comes to %s, but its lines to %s: a difference of %s.%s"):format(order.id, expected:text(), found:text(),
    (found - expected):text(), suspect(order)), { cause = "totals", concern = "finance" })
end

-- Sets order.rounding where a cent or two are left over. Gives what the document must come to, and what is paid in money.
function totals.round(job, shop, order, untaxed)
  local found = sum_of(order)
  local expected, in_money = totals.expected(job, order, untaxed)
  if not (expected:round(BOOKED_DECIMALS) - expected):is_zero() then
    job:refuse(("Order %d comes to %s %s: Exact Online keeps two decimals of an amount."):format(order.id, expected:text(),
      order.default_currency_code or ""), { cause = "decimals " .. (order.default_currency_code or ""), concern = "finance",
      fix = "Book it in Exact Online by hand and cancel this job." })
  end
  local difference = expected - found
  if difference:abs() > tolerance(job, order) then return refuse(job, shop, order, expected, found) end
  if difference:is_zero() then return expected, in_money end
  if not job.settings.rounding_item and job.settings.document ~= "sales_entry" then
    job:refuse(("Order %d: rounding leaves %s, and no item is set to book it on."):format(order.id, difference:text()),
      { cause = "rounding_item", concern = "finance", fix = "Set rounding_item, then release this case." })
  end
  order.rounding = { kind = "rounding", price = difference, net = difference, tax = NONE, vat_code = job.settings.vat_codes["0"] }
  return expected, in_money
end

-- What Exact will make of a document's lines, with tax where the codes are ours.
local function of_lines(job, order, kind, lines)
  local net, tax = NONE, NONE
  for _, line in ipairs(lines) do
    if kind.net_lines then
      net, tax = net + exact(line.AmountFC), tax + exact(line.VATAmountFC or 0)
    elseif line.VATCode and vat.decides(job.settings) then
      local fraction, holds_tax = vat.code_in_books(job, order, line.VATCode)
      local line_net, line_tax = vat.split(exact(line.Quantity) * exact(line.NetPrice), fraction, holds_tax)
      net, tax = net + line_net, tax + line_tax
    else
      net = net + (exact(line.Quantity) * exact(line.NetPrice)):round(2)
    end
  end
  return net + tax
end

-- What the mapping made must still come to it: a client's layer may have changed prices, codes or lines.
function totals.check(job, shop, order, kind, document, expected)
  local found = of_lines(job, order, kind, document[kind.lines])
  if not (found - expected):is_zero() then return refuse(job, shop, order, expected, found) end
end

return totals
