local order, invoice = layer "invoice"

invoice.Customer = order.note:lookup "itms"
