local order, invoice = layer "invoice"

invoice.Remarks = with(order, function(o)
  if o.paid then return order.note end
end)
