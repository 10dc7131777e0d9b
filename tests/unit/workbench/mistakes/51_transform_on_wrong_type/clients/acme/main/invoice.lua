local order, invoice = layer "invoice"

invoice.Remarks = order.total:upper()
