local order, invoice = layer "invoice"

invoice.Date = order.date
