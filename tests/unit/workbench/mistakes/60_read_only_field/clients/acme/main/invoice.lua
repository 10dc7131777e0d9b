local order, invoice = layer "invoice"

invoice.Status = 20
