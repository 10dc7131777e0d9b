-- Kinds of made-up orders, each a function that shapes a draft: { customer, lines, discount, shipping, … }. `expect`
-- says what the books should make of it: "invoice", "skip", "refuse" or "withdrawn" (no document in the end). `later`: what
-- happens to it after a while.

local catalogue, host, money = require "catalogue", require "host", require "money"

local kinds = {}

local MANY_LINES = 100

local function line(product, quantity, more)
  local out = { product = product, quantity = quantity or host.random.int(1, 4) }
  for name, value in pairs(more or {}) do out[name] = value end
  return out
end

local function any_product() return host.pick(catalogue.products) end

local function some_lines(draft, count)
  for _ = 1, count do draft.lines[#draft.lines + 1] = line(any_product()) end
end

local function kind(name, expect, weight, shape) kinds[#kinds + 1] = { name = name, expect = expect, weight = weight, shape = shape } end

kind("registered", "invoice", 20, function(draft) some_lines(draft, 1) end)
kind("guest", "invoice", 15, function(draft)
  draft.guest = true
  some_lines(draft, 2)
end)
kind("several_lines", "invoice", 15, function(draft) some_lines(draft, host.random.int(3, 8)) end)
kind("many_lines", "invoice", 2, function(draft) some_lines(draft, MANY_LINES) end)
kind("mixed_tax", "invoice", 10, function(draft)
  draft.lines = { line(catalogue.products[1]), line(catalogue.products[5]), line(catalogue.products[7]) }
end)
kind("discount", "invoice", 8, function(draft)
  draft.lines = { line(catalogue.products[1], 2), line(catalogue.products[6], 2) }
  -- Whole euros a line, so that tax by line and tax by total agree to the cent.
  draft.lines[1].discount, draft.lines[2].discount = 3 * money.ONE, 2 * money.ONE
end)
kind("coupon", "invoice", 8, function(draft)
  draft.lines = { line(catalogue.products[8], 1, { coupon = 10 * money.ONE }) }
  draft.coupon = { code = "LENTE-€10", type = 2 }
end)
kind("free_line", "invoice", 5, function(draft)
  draft.lines = { line(any_product(), 1), line(catalogue.products[12], 1) }
end)
kind("handling_and_wrapping", "invoice", 5, function(draft)
  some_lines(draft, 2)
  draft.handling, draft.wrapping = money.parse "2.5000", money.parse "4.0000"
end)
kind("fee", "invoice", 4, function(draft)
  some_lines(draft, 1)
  draft.fee = { name = "Small order fee", cost = money.parse "1.5000" }
end)
kind("digital", "invoice", 4, function(draft)
  draft.digital, draft.shipping = true, 0
  draft.lines = { line(catalogue.products[5], 1, { type = "digital" }) }
end)
kind("options", "invoice", 4, function(draft)
  draft.lines = { line(catalogue.products[3], 1, { options = { { display_name = "Colour", display_value = "Grün" } } }) }
end)
kind("unknown_sku", "invoice", 5, function(draft)
  draft.lines = { line(catalogue.unknown[1]), line(catalogue.unknown[2]), line(catalogue.products[1]) }
end)
kind("long_address", "invoice", 3, function(draft)
  some_lines(draft, 1)
  draft.street_2 = "Gebäude C, Hinterhaus, vierter Stock links, bei Familie Schmidt 128b"
end)
kind("cancelled", "skip", 4, function(draft)
  some_lines(draft, 1)
  draft.status_id = 5
end)
kind("incomplete", "skip", 4, function(draft)
  some_lines(draft, 1)
  draft.status_id = 0
end)
kind("declined", "skip", 2, function(draft)
  some_lines(draft, 1)
  draft.status_id = 6
end)

kind("gift_certificate", "invoice", 3, function(draft)
  draft.shipping = 0
  draft.lines = { line(catalogue.gift_certificate, 1, { type = "giftcertificate" }), line(catalogue.products[1], 1) }
end)
kind("paid_with_gift_certificate", "invoice", 3, function(draft)
  some_lines(draft, 1)
  draft.lines[1].product, draft.gift_certificate = catalogue.products[1], money.parse "10.0000"
end)
kind("paid_with_store_credit", "invoice", 2, function(draft)
  draft.lines = { line(catalogue.products[5], 1) }
  draft.store_credit = money.parse "5.0000"
end)
kind("tax_inclusive", "invoice", 6, function(draft)
  draft.tax_inclusive = true
  some_lines(draft, host.random.int(1, 4))
end)
kind("tax_inclusive_discount", "invoice", 3, function(draft)
  draft.tax_inclusive, draft.handling = true, money.parse "2.4900"
  draft.lines = { line(catalogue.products[1], 3), line(catalogue.products[6], 1) }
  draft.lines[1].coupon, draft.coupon = money.parse "7.3300", { code = "NAJAAR", type = 2 }
end)
kind("authorized", "invoice", 4, function(draft)
  some_lines(draft, 1)
  draft.payment_method, draft.payment_status, draft.later = "Credit Card", "authorized", { what = "payment", value = "captured" }
end)
kind("refunded", "invoice", 4, function(draft)
  some_lines(draft, 2)
  draft.later = { what = "refund", value = { everything = true } }
end)
kind("partly_refunded", "invoice", 4, function(draft)
  draft.lines = { line(catalogue.products[1], 3), line(catalogue.products[7], 2) }
  draft.later = { what = "refund", value = { lines = { 1, 2 }, shipping = true } }
end)
kind("refunded_by_amount", "invoice", 3, function(draft)
  draft.lines = { line(catalogue.products[1], 2), line(catalogue.products[5], 1) }
  draft.later = { what = "refund", value = { amount = "7.50" } }
end)
kind("refunded_inclusive", "invoice", 3, function(draft)
  draft.tax_inclusive = true
  draft.lines = { line(catalogue.products[3], 3), line(catalogue.products[7], 1) }
  draft.later = { what = "refund", value = { lines = { 2 } } }
end)
kind("cancelled_later", "withdrawn", 3, function(draft)
  some_lines(draft, 2)
  draft.later = { what = "status", value = 5 }
end)
kind("bundle", "invoice", 2, function(draft)
  draft.lines = { line(catalogue.products[8], 1), line(catalogue.products[12], 2, { child = true }) }
end)

-- Only on request.
kind("refunded_without_record", "refuse", 0, function(draft)
  some_lines(draft, 1)
  draft.status_id, draft.payment_status = 4, "refunded"
end)
kind("tax_refunded", "refuse", 0, function(draft)
  some_lines(draft, 1)
  draft.later = { what = "refund", value = { tax_only = "1.00" } }
end)
kind("bank_transfer", "skip", 0, function(draft)
  some_lines(draft, 1)
  draft.payment_method, draft.payment_status, draft.status_id = "Bank Deposit", "pending", 7
end)
kind("with_vat_number", "invoice", 0, function(draft)
  some_lines(draft, 1)
  draft.vat_number = "DE123456789"
end)
kind("foreign_currency", "invoice", 0, function(draft)
  some_lines(draft, 1)
  draft.currency = "USD"
end)
-- Currencies without a minor unit, and with three decimals; prices that the catalogue has not.
local function priced(price, tax) return { sku = "MUG-1", id = 1001, name = "Mug", price = price, tax = tax or 0 } end
kind("yen", "invoice", 0, function(draft)
  draft.currency, draft.shipping, draft.lines = "JPY", 0, { line(priced "1485.0000", 3), line(priced "20.0000", 1) }
end)
kind("yen_with_tax", "invoice", 0, function(draft)
  draft.currency, draft.shipping, draft.fee = "JPY", money.parse "503.0000", { name = "Small order fee", cost = money.parse "15.0000" }
  draft.lines = { line(priced("1485.0000", 21), 3), line(priced("33.0000", 9), 1) }
end)
kind("yen_inclusive", "invoice", 0, function(draft)
  draft.currency, draft.shipping, draft.tax_inclusive = "JPY", money.parse "503.0000", true
  draft.lines = { line(priced("1485.0000", 21), 3), line(priced("33.0000", 9), 2) }
end)
kind("dinar_with_tax", "invoice", 0, function(draft)
  draft.currency, draft.shipping, draft.lines = "KWD", 0, { line(priced("1.0000", 21), 2), line(priced("0.5000", 9), 2) }
end)
kind("dinar_with_fils_of_tax", "refuse", 0, function(draft)
  draft.currency, draft.shipping, draft.lines = "KWD", 0, { line(priced("1.2500", 21), 1) }
end)
kind("dinar", "invoice", 0, function(draft)
  draft.currency, draft.shipping, draft.lines = "KWD", 0, { line(priced "1.2500", 3), line(priced "0.1250", 2) }
end)
kind("dinar_and_a_fils", "refuse", 0, function(draft)
  draft.currency, draft.shipping, draft.lines = "KWD", 0, { line(priced "1.2510", 1) }
end)
kind("sixty", "invoice", 0, function(draft)
  draft.address = {
    company = "Vereinigte Werkstätten für Kunst im Handwerk Łódź und Co. KG",
    street = "Straße der Völkerfreundschaft und der Solidarität im Viertel",
    street_2 = "Hinterhaus, Aufgang C, vierter Stock links, Tür gegenüber 8b", city = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch M",
  }
  some_lines(draft, 1)
end)
kind("same_customer", "invoice", 0, function(draft)
  draft.email = "Twice@Example.org"
  some_lines(draft, 1)
end)

local by_name, total = {}, 0
for _, each in ipairs(kinds) do
  by_name[each.name] = each
  total = total + each.weight
end

function kinds.named(name) return by_name[name] end

-- One of the everyday kinds, by weight.
function kinds.any()
  local at = host.random.int(1, total)
  for _, each in ipairs(kinds) do
    at = at - each.weight
    if at <= 0 then return each end
  end
end

return kinds
