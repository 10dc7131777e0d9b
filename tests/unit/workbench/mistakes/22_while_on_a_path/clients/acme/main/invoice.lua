local order, invoice = layer "invoice"

while order.paid do end
