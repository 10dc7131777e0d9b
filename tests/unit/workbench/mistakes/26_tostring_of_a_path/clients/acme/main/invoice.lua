local order, invoice = layer "invoice"

invoice.Remarks = tostring(order.id)
