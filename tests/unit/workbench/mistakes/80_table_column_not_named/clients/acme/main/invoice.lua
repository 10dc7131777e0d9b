local order, invoice = layer "invoice"

invoice.Lines.product.CostCenter = order.billing_address.country:lookup "countries"
