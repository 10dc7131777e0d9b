-- An order as one sales invoice: a line for each product, and lines for shipping, handling, wrapping, fees, discounts, gift
-- certificates and rounding. Each line's Notes name what it came from, so that a changed order finds its lines again.
--
-- Prices are in the store's own terms, with tax or without, and the VAT code is of the same kind. What is worked out before
-- the mapping runs (parts.lua) are codes, and the few prices that are not the shop's: discounts, rounding, and where somebody
-- else collects the tax. The cost center of a line is that of the first fitting row of `bookings`, else the setting's; a layer may say otherwise.

---@type from.bigcommerce.order, to.exact_online.SalesInvoice
local order, invoice = mapping { name = "invoice", from = "bigcommerce.order", to = "exact_online.SalesInvoice" }
local reference = job.source .. "-" .. order.id
local with_tax = order.is_tax_inclusive_pricing:default(false)

invoice.YourRef = reference
invoice.Journal = setting.journal
invoice.OrderedBy = given "account"
invoice.DeliverToAddress = given "address"
invoice.OrderDate = order.booked:date()
invoice.Currency = order.default_currency_code
invoice.Description = setting.description .. " " .. order.id
invoice.PaymentCondition = order.payment.condition
invoice.PaymentReference = order.payment.reference
invoice.Remarks = order.payment.summary

local lines = invoice.SalesInvoiceLines

local product, line = lines:each("product", order.products)
line.Item = product.sku:lookup("items"):default(product.item)
line.Quantity = product.quantity
line.NetPrice = product.price:default(with_tax:when(product.price_inc_tax, product.price_ex_tax))
line.VATCode = product.vat_code
line.GLAccount = product.account:default(setting.revenue_account):lookup "gl_accounts"
line.CostCenter = product.cost_center:default(setting.cost_center)
line.CostUnit = product.cost_unit:default(setting.cost_unit)
line.Notes = reference .. "/" .. product.id
line.Description = with(product, function(p)
  local text = p.name or p.sku or "Item"
  for _, option in ipairs(p.product_options or {}) do
    text = ("%s, %s: %s"):format(text, option.display_name or option.name, option.display_value or option.value)
  end
  return text
end)

local shipping = lines:one("shipping", order.shipping_cost_ex_tax:nonzero())
shipping.Item = setting.shipping_item:lookup "items"
shipping.Quantity = 1
shipping.NetPrice = order.shipping.price:default(with_tax:when(order.shipping_cost_inc_tax, order.shipping_cost_ex_tax))
shipping.VATCode = order.shipping.vat_code
shipping.GLAccount = order.shipping.account:default(setting.shipping_account):lookup "gl_accounts"
shipping.CostCenter = order.shipping.cost_center:default(setting.cost_center)
shipping.CostUnit = order.shipping.cost_unit:default(setting.cost_unit)
shipping.Notes = reference .. "/shipping"

local handling = lines:one("handling", order.handling_cost_ex_tax:nonzero())
handling.Item = setting.handling_item:lookup "items"
handling.Quantity = 1
handling.NetPrice = order.handling.price:default(with_tax:when(order.handling_cost_inc_tax, order.handling_cost_ex_tax))
handling.VATCode = order.handling.vat_code
handling.GLAccount = order.handling.account:lookup "gl_accounts"
handling.CostCenter = order.handling.cost_center:default(setting.cost_center)
handling.CostUnit = order.handling.cost_unit:default(setting.cost_unit)
handling.Notes = reference .. "/handling"

local wrapping = lines:one("wrapping", order.wrapping_cost_ex_tax:nonzero())
wrapping.Item = setting.wrapping_item:lookup "items"
wrapping.Quantity = 1
wrapping.NetPrice = order.wrapping.price:default(with_tax:when(order.wrapping_cost_inc_tax, order.wrapping_cost_ex_tax))
wrapping.VATCode = order.wrapping.vat_code
wrapping.GLAccount = order.wrapping.account:lookup "gl_accounts"
wrapping.CostCenter = order.wrapping.cost_center:default(setting.cost_center)
wrapping.CostUnit = order.wrapping.cost_unit:default(setting.cost_unit)
wrapping.Notes = reference .. "/wrapping"

local fee, fee_line = lines:each("fee", order.fees)
fee_line.Item = setting.fee_item:lookup "items"
fee_line.Quantity = 1
fee_line.NetPrice = fee.price:default(with_tax:when(fee.cost_inc_tax, fee.cost_ex_tax))
fee_line.VATCode = fee.vat_code
fee_line.GLAccount = fee.account:lookup "gl_accounts"
fee_line.CostCenter = fee.cost_center:default(setting.cost_center)
fee_line.CostUnit = fee.cost_unit:default(setting.cost_unit)
fee_line.Description = fee.display_name
fee_line.Notes = reference .. "/fee-" .. fee.id

local discount, discount_line = lines:each("discount", order.discounts)
discount_line.Item = setting.discount_item:lookup "items"
discount_line.Quantity = 1
discount_line.NetPrice = discount.price
discount_line.VATCode = discount.vat_code
discount_line.GLAccount = discount.account:default(setting.discount_account):lookup "gl_accounts"
discount_line.CostCenter = discount.cost_center:default(setting.cost_center)
discount_line.CostUnit = discount.cost_unit:default(setting.cost_unit)
discount_line.Description = discount.description
discount_line.Notes = reference .. "/discount-" .. discount.vat_code:default "all"

-- A gift certificate sold is owed, not earned: no tax, and an account of the balance sheet, which takes no cost center.
local certificate, sold = lines:each("gift_certificate", order.gift_certificates)
sold.Item = setting.gift_certificate_item:lookup "items"
sold.Quantity = certificate.quantity
sold.NetPrice = certificate.price
sold.VATCode = certificate.vat_code
sold.GLAccount = setting.gift_certificate_account:lookup "gl_accounts"
sold.Description = certificate.name
sold.Notes = reference .. "/" .. certificate.id

local redeemed = lines:one("redeemed", order.redeemed.price)
redeemed.Item = setting.gift_certificate_item:lookup "items"
redeemed.Quantity = 1
redeemed.NetPrice = order.redeemed.price
redeemed.VATCode = order.redeemed.vat_code
redeemed.GLAccount = setting.gift_certificate_account:lookup "gl_accounts"
redeemed.Notes = reference .. "/redeemed"

local rounding = lines:one("rounding", order.rounding.price)
rounding.Item = setting.rounding_item:lookup "items"
rounding.Quantity = 1
rounding.NetPrice = order.rounding.price
rounding.VATCode = order.rounding.vat_code
rounding.GLAccount = setting.rounding_account:lookup "gl_accounts"
rounding.CostCenter = setting.cost_center
rounding.CostUnit = setting.cost_unit
rounding.Notes = reference .. "/rounding"
