local order, invoice = layer "invoice"

invoice.Amount = remove
