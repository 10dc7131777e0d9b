local order, invoice = layer "invoice"

invoice:check { order.total }
