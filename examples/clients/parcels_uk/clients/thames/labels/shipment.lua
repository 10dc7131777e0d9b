-- The order's own reference is what the warehouse sorts by: it stands where UPS prints the description.
local consignment, shipment = layer "shipment"

shipment.Description = consignment.order.your_ref:default(consignment.description):limit(50)
