-- An order as a sales order, where stock is kept in Exact Online: it is delivered and invoiced there. The lines are those of
-- an invoice; their accounts follow from the items, as a sales order has none.

---@type from.bigcommerce.order, to.exact_online.SalesOrder
local order, sales_order = mapping { name = "sales_order", from = "bigcommerce.order", to = "exact_online.SalesOrder" }
local reference = job.source .. "-" .. order.id
local with_tax = order.is_tax_inclusive_pricing:default(false)

sales_order.YourRef = reference
sales_order.OrderedBy = given "account"
sales_order.DeliveryAddress = given "address"
sales_order.OrderDate = order.booked:date()
sales_order.Currency = order.default_currency_code
sales_order.Description = setting.description .. " " .. order.id
sales_order.PaymentCondition = order.payment.condition
sales_order.Remarks = order.payment.summary
sales_order.WarehouseID = setting.warehouse:lookup "warehouses"

local lines = sales_order.SalesOrderLines

local product, line = lines:each("product", order.products)
line.Item = product.sku:lookup("items"):default(product.item)
line.Quantity = product.quantity
line.NetPrice = product.price:default(with_tax:when(product.price_inc_tax, product.price_ex_tax))
line.VATCode = product.vat_code
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
shipping.CostCenter = order.shipping.cost_center:default(setting.cost_center)
shipping.CostUnit = order.shipping.cost_unit:default(setting.cost_unit)
shipping.Notes = reference .. "/shipping"

local handling = lines:one("handling", order.handling_cost_ex_tax:nonzero())
handling.Item = setting.handling_item:lookup "items"
handling.Quantity = 1
handling.NetPrice = order.handling.price:default(with_tax:when(order.handling_cost_inc_tax, order.handling_cost_ex_tax))
handling.VATCode = order.handling.vat_code
handling.CostCenter = order.handling.cost_center:default(setting.cost_center)
handling.CostUnit = order.handling.cost_unit:default(setting.cost_unit)
handling.Notes = reference .. "/handling"

local wrapping = lines:one("wrapping", order.wrapping_cost_ex_tax:nonzero())
wrapping.Item = setting.wrapping_item:lookup "items"
wrapping.Quantity = 1
wrapping.NetPrice = order.wrapping.price:default(with_tax:when(order.wrapping_cost_inc_tax, order.wrapping_cost_ex_tax))
wrapping.VATCode = order.wrapping.vat_code
wrapping.CostCenter = order.wrapping.cost_center:default(setting.cost_center)
wrapping.CostUnit = order.wrapping.cost_unit:default(setting.cost_unit)
wrapping.Notes = reference .. "/wrapping"

local fee, fee_line = lines:each("fee", order.fees)
fee_line.Item = setting.fee_item:lookup "items"
fee_line.Quantity = 1
fee_line.NetPrice = fee.price:default(with_tax:when(fee.cost_inc_tax, fee.cost_ex_tax))
fee_line.VATCode = fee.vat_code
fee_line.CostCenter = fee.cost_center:default(setting.cost_center)
fee_line.CostUnit = fee.cost_unit:default(setting.cost_unit)
fee_line.Description = fee.display_name
fee_line.Notes = reference .. "/fee-" .. fee.id

local discount, discount_line = lines:each("discount", order.discounts)
discount_line.Item = setting.discount_item:lookup "items"
discount_line.Quantity = 1
discount_line.NetPrice = discount.price
discount_line.VATCode = discount.vat_code
discount_line.CostCenter = discount.cost_center:default(setting.cost_center)
discount_line.CostUnit = discount.cost_unit:default(setting.cost_unit)
discount_line.Description = discount.description
discount_line.Notes = reference .. "/discount-" .. discount.vat_code:default "all"

-- A gift certificate sold is owed, not earned: its item leads to the account, and it bears no tax and no cost center.
local certificate, sold = lines:each("gift_certificate", order.gift_certificates)
sold.Item = setting.gift_certificate_item:lookup "items"
sold.Quantity = certificate.quantity
sold.NetPrice = certificate.price
sold.VATCode = certificate.vat_code
sold.Description = certificate.name
sold.Notes = reference .. "/" .. certificate.id

local redeemed = lines:one("redeemed", order.redeemed.price)
redeemed.Item = setting.gift_certificate_item:lookup "items"
redeemed.Quantity = 1
redeemed.NetPrice = order.redeemed.price
redeemed.VATCode = order.redeemed.vat_code
redeemed.Notes = reference .. "/redeemed"

local rounding = lines:one("rounding", order.rounding.price)
rounding.Item = setting.rounding_item:lookup "items"
rounding.Quantity = 1
rounding.NetPrice = order.rounding.price
rounding.VATCode = order.rounding.vat_code
rounding.CostCenter = setting.cost_center
rounding.CostUnit = setting.cost_unit
rounding.Notes = reference .. "/rounding"
