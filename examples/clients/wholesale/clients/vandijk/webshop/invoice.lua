-- The cost centre of every line follows the country that the goods go to; regions.csv is the sales manager's. A country that is
-- not in it is refused, so that no turnover lands on a region by accident.

local order, invoice = layer "invoice"

local region = order.shipping_addresses[1].country_iso2:default(order.billing_address.country_iso2):lookup "regions"
invoice.SalesInvoiceLines.product.CostCenter = region
invoice.SalesInvoiceLines.shipping.CostCenter = region
invoice.SalesInvoiceLines.discount.CostCenter = region
invoice.SalesInvoiceLines.fee.CostCenter = region
