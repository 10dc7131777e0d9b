local order, invoice = layer "invoice"

invoice.Final = not order.paid
