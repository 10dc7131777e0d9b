local order, invoice = layer "invoice"

invoice.Amount = order.note
