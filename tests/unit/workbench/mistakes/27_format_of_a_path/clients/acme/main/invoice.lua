local order, invoice = layer "invoice"

invoice.Remarks = ("order %d"):format(order.id)
