local order, invoice = layer "invoice"

for i = 1, order.status_id do
  invoice.Remarks = "x"
end
