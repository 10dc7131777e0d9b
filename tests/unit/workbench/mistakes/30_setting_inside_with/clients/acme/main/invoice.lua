local order, invoice = layer "invoice"

invoice.Remarks = with(order, function(o)
  return setting.journal .. o.note
end)
