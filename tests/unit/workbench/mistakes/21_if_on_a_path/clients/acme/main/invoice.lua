local order, invoice = layer "invoice"

if order.paid then
  invoice.Remarks = "paid"
end
