local order, invoice = layer "invoice"

invoice.Remarks = order.note
invoice.Lines.product.CostCenter = order.billing_address.country:pick { DE = "D1", otherwise = "NL" }
