local order, invoice = layer "invoice"

invoice.Remarks = invoice.Ref .. "!"
