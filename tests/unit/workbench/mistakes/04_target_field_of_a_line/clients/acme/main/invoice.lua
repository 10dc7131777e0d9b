local order, invoice = layer "invoice"

invoice.Lines.product.CostCentre = "NL"
