local order, invoice = layer "invoice"

local gift, line = invoice.Lines:each("gift", order.billing_address)
line.Item = setting.shipping_item:lookup "items"
