local order, invoice = layer "invoice"

order.note = "x"
