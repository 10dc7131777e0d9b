local order, invoice = layer "invoice"

invoice.Amount = order.total // 2
