-- An order as one sales entry, for books without items: each line is an amount without tax on an account, and its tax to the
-- cent. Each line's Notes name what it came from, so that a changed order finds its lines again.

---@type from.bigcommerce.order, to.exact_online.SalesEntry
local order, entry = mapping { name = "entry", from = "bigcommerce.order", to = "exact_online.SalesEntry" }
local reference = job.source .. "-" .. order.id

entry.YourRef = reference
entry.Journal = setting.journal
entry.Customer = given "account"
entry.EntryDate = order.booked:date()
entry.Currency = order.default_currency_code
entry.Description = setting.description .. " " .. order.id .. ", " .. order.payment.summary
entry.PaymentCondition = order.payment.condition

local lines = entry.SalesEntryLines

local product, line = lines:each("product", order.products)
line.AmountFC = product.net
line.VATAmountFC = product.tax
line.VATCode = product.vat_code
line.GLAccount = product.account:default(setting.revenue_account):lookup "gl_accounts"
line.CostCenter = product.cost_center:default(setting.cost_center)
line.CostUnit = product.cost_unit:default(setting.cost_unit)
line.Quantity = product.quantity
line.Notes = reference .. "/" .. product.id
line.Description = with(product, function(p)
  local text = p.name or p.sku or "Item"
  for _, option in ipairs(p.product_options or {}) do
    text = ("%s, %s: %s"):format(text, option.display_name or option.name, option.display_value or option.value)
  end
  return text
end)

local shipping = lines:one("shipping", order.shipping_cost_ex_tax:nonzero())
shipping.AmountFC = order.shipping.net
shipping.VATAmountFC = order.shipping.tax
shipping.VATCode = order.shipping.vat_code
shipping.GLAccount = order.shipping.account:default(setting.shipping_account):or_else(setting.revenue_account):lookup "gl_accounts"
shipping.CostCenter = order.shipping.cost_center:default(setting.cost_center)
shipping.CostUnit = order.shipping.cost_unit:default(setting.cost_unit)
shipping.Description = "Shipping"
shipping.Notes = reference .. "/shipping"

local handling = lines:one("handling", order.handling_cost_ex_tax:nonzero())
handling.AmountFC = order.handling.net
handling.VATAmountFC = order.handling.tax
handling.VATCode = order.handling.vat_code
handling.GLAccount = order.handling.account:default(setting.shipping_account):or_else(setting.revenue_account):lookup "gl_accounts"
handling.CostCenter = order.handling.cost_center:default(setting.cost_center)
handling.CostUnit = order.handling.cost_unit:default(setting.cost_unit)
handling.Description = "Handling"
handling.Notes = reference .. "/handling"

local wrapping = lines:one("wrapping", order.wrapping_cost_ex_tax:nonzero())
wrapping.AmountFC = order.wrapping.net
wrapping.VATAmountFC = order.wrapping.tax
wrapping.VATCode = order.wrapping.vat_code
wrapping.GLAccount = order.wrapping.account:default(setting.revenue_account):lookup "gl_accounts"
wrapping.CostCenter = order.wrapping.cost_center:default(setting.cost_center)
wrapping.CostUnit = order.wrapping.cost_unit:default(setting.cost_unit)
wrapping.Description = "Gift wrapping"
wrapping.Notes = reference .. "/wrapping"

local fee, fee_line = lines:each("fee", order.fees)
fee_line.AmountFC = fee.net
fee_line.VATAmountFC = fee.tax
fee_line.VATCode = fee.vat_code
fee_line.GLAccount = fee.account:default(setting.revenue_account):lookup "gl_accounts"
fee_line.CostCenter = fee.cost_center:default(setting.cost_center)
fee_line.CostUnit = fee.cost_unit:default(setting.cost_unit)
fee_line.Description = fee.display_name
fee_line.Notes = reference .. "/fee-" .. fee.id

local discount, discount_line = lines:each("discount", order.discounts)
discount_line.AmountFC = discount.net
discount_line.VATAmountFC = discount.tax
discount_line.VATCode = discount.vat_code
discount_line.GLAccount = discount.account:default(setting.discount_account):or_else(setting.revenue_account):lookup "gl_accounts"
discount_line.CostCenter = discount.cost_center:default(setting.cost_center)
discount_line.CostUnit = discount.cost_unit:default(setting.cost_unit)
discount_line.Description = discount.description
discount_line.Notes = reference .. "/discount-" .. discount.vat_code:default "all"

-- A gift certificate sold is owed, not earned: no tax, and an account of the balance sheet, which takes no cost center.
local certificate, sold = lines:each("gift_certificate", order.gift_certificates)
sold.AmountFC = certificate.net
sold.VATCode = certificate.vat_code
sold.GLAccount = setting.gift_certificate_account:lookup "gl_accounts"
sold.Description = certificate.name
sold.Notes = reference .. "/" .. certificate.id

local redeemed = lines:one("redeemed", order.redeemed.price)
redeemed.AmountFC = order.redeemed.net
redeemed.VATCode = order.redeemed.vat_code
redeemed.GLAccount = setting.gift_certificate_account:lookup "gl_accounts"
redeemed.Description = "Paid by gift certificate or store credit"
redeemed.Notes = reference .. "/redeemed"

local rounding = lines:one("rounding", order.rounding.price)
rounding.AmountFC = order.rounding.net
rounding.VATCode = order.rounding.vat_code
rounding.GLAccount = setting.rounding_account:default(setting.revenue_account):lookup "gl_accounts"
rounding.CostCenter = setting.cost_center
rounding.CostUnit = setting.cost_unit
rounding.Description = "Rounding"
rounding.Notes = reference .. "/rounding"
