local order, invoice = layer "invoice"

invoice.Remarks = order.addresses[0].city
