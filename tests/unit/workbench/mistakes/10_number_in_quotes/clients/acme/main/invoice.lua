local order, invoice = layer "invoice"

invoice.Amount = "19.99"
