-- VAT codes, totals and means of payment: what an order comes to in the books.

local root = ...
local decimal, World = require "decimal", require "world"

local tests = {}

local function rules_case(rows, more)
  local settings = { vat_rules = rows }
  for name, value in pairs(more or {}) do settings[name] = value end
  return World.start(root, settings)
end

tests["BC12: a row by country, part and channel decides before the rate does"] = function()
  local world = rules_case { { part = "shipping", code = "4" }, { country = { "NL", "BE", "EU", "outside EU" }, channel = 1, rate = "21", code = "4" } }
  local order, invoice = world:posted("mixed_tax")
  assert(invoice.amount == order.total_inc_tax)
end

tests["BC12: a rate that is not the code's in Exact is refused naming both, before anything is written"] = function()
  local world = rules_case({}, { vat_codes = { ["21"] = "2", ["9"] = "2", ["0"] = "0" } })
  local outcome = world:run(world:order "registered".id)
  assert(outcome.cause:find "^vat_rate" and outcome.refused:find("charged 21 %", 1, true) and outcome.refused:find("is 9 %", 1, true), outcome.refused)
  assert(#outcome.sent == 0)
end

tests["BC12, C15: a blocked VAT code is one case for all orders, and not one write goes out"] = function()
  local world = rules_case({ { rate = "21", code = "5" } })
  local causes = {}
  for _, order in ipairs(world:orders("registered", "registered", "digital", "guest")) do
    local outcome = world:run(order.id)
    if outcome.refused then causes[outcome.cause] = (causes[outcome.cause] or 0) + 1 end
    assert(order.kind == "digital" or #outcome.sent == 0)
  end
  assert((causes["VAT code 5 is blocked"] or 0) >= 1 and next(causes, next(causes)) == nil)
end

tests["BC12: reverse charge with a VAT number, and tax that a marketplace collects, are no tax of ours"] = function()
  local world = rules_case({ { vat_number = true, code = "6", without_tax = true } })
  local order = world:order "with_vat_number"
  local outcome = world:run(order.id)
  assert(not outcome.refused, outcome.refused)
  local invoice = world:invoice(order.id)
  assert(invoice.vat == "0.00" and invoice.amount == order.total_ex_tax, invoice.amount)
  local other = world:posted("registered")
  assert(world:invoice(other.id).amount == other.total_inc_tax)
end

tests["BC13: a tax-inclusive store posts gross with inclusive codes"] = function()
  local world = World.start(root)
  local order, invoice = world:posted("refunded_inclusive")
  assert(invoice.amount == order.total_inc_tax)
  for _, line in ipairs(invoice.line_list) do assert(line.vat_code == "1" or line.vat_code == "3" or line.notes:find "rounding", line.vat_code) end
  assert(World.line(invoice, "shipping").net_price == "5.0000" and World.line(invoice, "shipping").amount == "4.13")
end

tests["BC13: an exclusive code for prices with tax is refused"] = function()
  local world = World.start(root, { vat_codes_inclusive = { ["21"] = "4", ["9"] = "2" } })
  local outcome = world:run(world:order "tax_inclusive".id)
  assert(outcome.cause:find "^vat_type" and outcome.refused:find("without tax, but the prices of this shop are with tax", 1, true), outcome.refused)
end

tests["BC14: a gift certificate sold is a liability without VAT"] = function()
  local world = World.start(root)
  local _, invoice = world:posted("gift_certificate")
  for _, line in ipairs(invoice.line_list) do
    if line.item == "GIFTCARD" then
      assert(line.account == "1500" and line.vat == "0.00" and line.vat_code == "0" and line.amount == "25.00" and line.cost_center == nil)
      return
    end
  end
  error "no line for the certificate"
end

tests["BC14: certificates and store credit are payments, whether or not the shop's total is lowered by them"] = function()
  for _, lowered in ipairs { false, true } do
    local world = World.start(root)
    world:switch("store", { certificates_lower_total = lowered })
    for kind, words in pairs { paid_with_gift_certificate = "10.00 by gift certificate", paid_with_store_credit = "5.00 by store credit" } do
      local order, invoice = world:posted(kind)
      assert(invoice.amount == order.total_inc_tax and invoice.remarks:find(words, 1, true), invoice.remarks)
    end
  end
end

tests["BC14: by setting they lower what is due, on the account that certificates are owed on"] = function()
  local world = World.start(root, { redeemed = "line" })
  local order, invoice = world:posted("paid_with_gift_certificate")
  local line = World.line(invoice, "redeemed")
  assert(line.amount == "-10.00" and line.vat == "0.00" and line.account == "1500")
  assert((decimal(invoice.amount) - decimal(order.total_inc_tax) + decimal "10"):is_zero(), invoice.amount)
end

return tests
