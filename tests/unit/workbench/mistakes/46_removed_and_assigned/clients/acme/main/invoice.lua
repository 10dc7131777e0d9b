local order, invoice = layer "invoice"

invoice.Lines.shipping.Notes = "post"
invoice.Lines.shipping = remove
