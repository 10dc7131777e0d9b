local order, invoice = layer "invoice"

invoice.Final = order.note ~= nil
