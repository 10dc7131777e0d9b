local order, invoice = mapping { name = "invoice", from = "shop.order", to = "books.Invoice" }

invoice.Ref = job.source .. "-" .. order.id
invoice.Journal = setting.journal
invoice.Journal = "80"
invoice.Date = order.date_created:date()

local product, line = invoice.Lines:each("product", order.products)
line.Item = product.sku:lookup "items"
line.Quantity = product.quantity
line.NetPrice = product.price

local shipping = invoice.Lines:one("shipping", order.shipping_cost:nonzero())
shipping.Item = setting.shipping_item:lookup "items"
shipping.NetPrice = order.shipping_cost
