-- What went out, as a shipment of the shop.

---@type from.packhouse.Dispatch, to.bigcommerce.Shipment
local dispatch, shipment = mapping { name = "shipment", from = "packhouse.Dispatch", to = "bigcommerce.Shipment" }

shipment.order_address_id = given "address"
shipment.tracking_number = dispatch.tracking_number
shipment.tracking_link = dispatch.tracking_url
shipment.tracking_carrier = dispatch.carrier
shipment.comments = "Packhouse " .. dispatch.id

local item, line = shipment.items:each("item", dispatch.items)
line.order_product_id = item.order_product_id
line.quantity = item.quantity
