local order, invoice = layer "invoice"

invoice.Copies = #order.products
