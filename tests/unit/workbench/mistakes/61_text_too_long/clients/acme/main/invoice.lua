local order, invoice = layer "invoice"

invoice.Journal = "SALES"
