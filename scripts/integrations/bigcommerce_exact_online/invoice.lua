-- An order as one sales invoice: a line for each product, and lines for shipping, handling, wrapping, fees and
-- discounts. Each line's Notes name what it came from, so that a changed order finds its lines again.

---@type from.bigcommerce.order, to.exact_online.SalesInvoice
local order, invoice = mapping { name = "invoice", from = "bigcommerce.order", to = "exact_online.SalesInvoice" }
local reference = job.source .. "-" .. order.id

invoice.YourRef = reference
invoice.Journal = setting.journal
invoice.OrderedBy = given "account"
invoice.DeliverToAddress = given "address"
invoice.OrderDate = order.date_created:date()
invoice.Currency = order.default_currency_code
invoice.Description = setting.description .. " " .. order.id
invoice.PaymentCondition = setting.payment_condition

local lines = invoice.SalesInvoiceLines

local product, line = lines:each("product", order.products)
line.Item = product.sku:lookup("items"):default(setting.fallback_item:lookup "items")
line.Quantity = product.quantity
line.NetPrice = product.price_ex_tax
line.VATCode = product.vat_code
line.GLAccount = setting.revenue_account:lookup "gl_accounts"
line.CostCenter = setting.cost_center
line.CostUnit = setting.cost_unit
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
shipping.NetPrice = order.shipping_cost_ex_tax
shipping.VATCode = order.shipping_vat_code
shipping.GLAccount = setting.shipping_account:lookup "gl_accounts"
shipping.CostCenter = setting.cost_center
shipping.CostUnit = setting.cost_unit
shipping.Notes = reference .. "/shipping"

local handling = lines:one("handling", order.handling_cost_ex_tax:nonzero())
handling.Item = setting.handling_item:lookup "items"
handling.Quantity = 1
handling.NetPrice = order.handling_cost_ex_tax
handling.VATCode = order.handling_vat_code
handling.CostCenter = setting.cost_center
handling.CostUnit = setting.cost_unit
handling.Notes = reference .. "/handling"

local wrapping = lines:one("wrapping", order.wrapping_cost_ex_tax:nonzero())
wrapping.Item = setting.wrapping_item:lookup "items"
wrapping.Quantity = 1
wrapping.NetPrice = order.wrapping_cost_ex_tax
wrapping.VATCode = order.wrapping_vat_code
wrapping.CostCenter = setting.cost_center
wrapping.CostUnit = setting.cost_unit
wrapping.Notes = reference .. "/wrapping"

local fee, fee_line = lines:each("fee", order.fees)
fee_line.Item = setting.fee_item:lookup "items"
fee_line.Quantity = 1
fee_line.NetPrice = fee.cost_ex_tax
fee_line.VATCode = fee.vat_code
fee_line.CostCenter = setting.cost_center
fee_line.CostUnit = setting.cost_unit
fee_line.Description = fee.display_name
fee_line.Notes = reference .. "/fee-" .. fee.id

local discount, discount_line = lines:each("discount", order.discounts)
discount_line.Item = setting.discount_item:lookup "items"
discount_line.Quantity = 1
discount_line.NetPrice = discount.amount_ex_tax:negate()
discount_line.VATCode = discount.vat_code
discount_line.GLAccount = setting.discount_account:lookup "gl_accounts"
discount_line.CostCenter = setting.cost_center
discount_line.CostUnit = setting.cost_unit
discount_line.Description = discount.description
discount_line.Notes = reference .. "/discount-" .. discount.vat_code:default "all"
