local order, invoice = layer "invoice"

invoice.Amount = math.floor(order.total)
