local order, invoice = layer "invoice"

invoice.Remarks = order.paid and "paid" or "open"
