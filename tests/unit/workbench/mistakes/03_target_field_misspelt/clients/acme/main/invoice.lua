local order, invoice = layer "invoice"

invoice.Remark = order.note
