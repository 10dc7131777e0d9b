local order, invoice = layer "invoice"

local product = invoice.Lines:group "product"
invoice.Lines.shipping.Notes = product.name
