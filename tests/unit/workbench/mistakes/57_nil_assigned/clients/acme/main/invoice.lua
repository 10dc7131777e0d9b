local order, invoice = layer "invoice"

invoice.Remarks = nil
