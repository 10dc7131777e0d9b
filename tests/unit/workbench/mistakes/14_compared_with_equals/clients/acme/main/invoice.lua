local order, invoice = layer "invoice"

invoice.Final = order.status_id == 10
