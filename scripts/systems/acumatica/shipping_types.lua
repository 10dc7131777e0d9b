-- Records that integrations make of what Acumatica says on the way to a warehouse and back: an order with all that it takes to ship it,
-- and a parcel as it is to stand on a shipment.

local record = require "record"

local DATES = { date = { wire = "iso_midnight" } }

local function plain(fields) return record(DATES, fields) end

return {
  -- What goes out from one warehouse: of an order, or of a shipment.
  OrderToShip = plain {
    number = "text", order_type = "text", order_number = "text", warehouse = "text", date = "date", ship_by = "date", customer = "text",
    customer_order = "text", description = "text", ship_via = "text", currency = "text", country = "text", bill_to = "record:Address",
    bill_contact = "record:Contact", ship_to = "record:Address", ship_contact = "record:Contact", notes = "text",
    service = "record:ServiceToShip", goods = "list:GoodsToShip", grams = "decimal",
  },
  GoodsToShip = plain {
    key = "text", sku = "text", name = "text", quantity = "integer", price = "decimal", grams = "decimal",
  },
  ServiceToShip = plain { carrier = "text", service = "text", package = "text", confirmation = "text" },
  -- What was in a parcel, as a shipment that is to be made.
  ShipmentToMake = plain {
    reference = "text", customer = "text", warehouse = "text", shipped_on = "date", ship_via = "text", goods = "list:LineShipped",
  },
  LineShipped = plain { order_type = "text", order_number = "text", line = "integer", quantity = "decimal" },
  -- The head of a shipment that parcels left with.
  ShipmentThatLeft = plain { shipped_on = "date", ship_via = "text", freight = "decimal" },
  ParcelToPack = plain {
    reference = "text", tracking = "text", box = "text", weight = "decimal", carrier = "text", service = "text",
    shipped_on = "date",
  },
}
