local order, invoice = layer "invoice"

invoice.Amount = order.status * 2
