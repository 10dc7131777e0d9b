local order, invoice = layer "invoice"

invoice.Remarks = function(o) return o.note end
