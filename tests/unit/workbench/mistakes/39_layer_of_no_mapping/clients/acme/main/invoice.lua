local order, invoice = layer "invoise"
invoice.Remarks = order.note
