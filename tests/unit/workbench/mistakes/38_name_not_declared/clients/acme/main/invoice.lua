local order, invoice = layer "invoice"

remark = order.note
invoice.Remarks = order.status
