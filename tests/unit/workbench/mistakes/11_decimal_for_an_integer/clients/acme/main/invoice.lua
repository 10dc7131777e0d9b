local order, invoice = layer "invoice"

invoice.Copies = order.total
