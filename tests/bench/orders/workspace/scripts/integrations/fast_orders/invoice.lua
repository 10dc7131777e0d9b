local order, invoice = mapping { name = "invoice", from = "fast_shop.Order", to = "fast_books.Invoice" }
local reference = job.source .. "-" .. order.id

invoice.YourRef = reference
invoice.Journal = setting.journal
invoice.OrderedBy = given "account"
invoice.OrderDate = order.created:date()
invoice.Currency = order.currency

local lines = invoice.Lines

local product, line = lines:each("product", order.lines)
line.Item = product.sku
line.Description = product.name
line.Quantity = product.quantity
line.NetPrice = product.price
line.Notes = reference .. "/" .. product.id

local shipping = lines:one("shipping", order.shipping:nonzero())
shipping.Item = "SHIPPING"
shipping.Description = "Shipping"
shipping.Quantity = 1
shipping.NetPrice = order.shipping
shipping.Notes = reference .. "/shipping"
