-- The head of a shipment that parcels left with. Prices of freight are not ours to write.

---@type from.acumatica.ShipmentThatLeft, to.acumatica.Shipment
local left, shipment = mapping { name = "shipped", from = "acumatica.ShipmentThatLeft", to = "acumatica.Shipment" }

shipment.ShipmentNbr = given "number"
-- The day that the label names, wherever the label was made.
shipment.ShipmentDate = left.shipped_on
shipment.ShipVia = left.ship_via
shipment.FreightCost = left.freight
