local order, invoice = layer "invoice"

invoice.Final = order.total < 100
