local order, invoice = layer "invoice"

local product, line = invoice.Lines:group "product"
line.Notes = product.nmae
