local order, invoice = layer "invoice"

local product, line = invoice.Lines:each("product", order.products)
line.Item = product.sku:lookup "items"
