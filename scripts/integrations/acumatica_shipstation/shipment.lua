-- What was in a parcel as a shipment of its warehouse: exactly those lines and quantities. The reference is what tells ours.

---@type from.acumatica.ShipmentToMake, to.acumatica.Shipment
local parcel, shipment = mapping { name = "shipment", from = "acumatica.ShipmentToMake", to = "acumatica.Shipment" }

shipment.CustomerID = parcel.customer
shipment.WarehouseID = parcel.warehouse
shipment.Description = parcel.reference
shipment.ShipmentDate = parcel.shipped_on
shipment.ShipVia = parcel.ship_via

local goods, line = shipment.Details:each("goods", parcel.goods)
line.OrderType = goods.order_type
line.OrderNbr = goods.order_number
line.OrderLineNbr = goods.line
line.ShippedQty = goods.quantity
