local order, invoice = layer "invoice"

for _, product in ipairs(order.products) do
  invoice.Remarks = product.name
end
