local order, invoice = layer "invoice"

invoice.Ref = null
