local order, invoice = layer "invoice"

invoice.Lines.product.Notes = order.id
