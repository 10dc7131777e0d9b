local order, invoice = layer "invoice"

invoice.Remarks = ordr.note
