local order, invoice = layer "invoice"

invoice.Lines.shiping = remove
