local order, invoice = layer "invoice"

invoice.Amount = order.total:default("none")
