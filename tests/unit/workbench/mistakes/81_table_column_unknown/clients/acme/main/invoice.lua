local order, invoice = layer "invoice"

invoice.Lines.product.VATCode = order.billing_address.country:lookup("countries", "vta")
