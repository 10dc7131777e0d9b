-- What `reconcile` holds against each other (C9), as data: parcels of ShipStation against packages on Acumatica's shipments, by the
-- reference that a package keeps of its parcel. Packages that people made by hand have none, and are theirs. A combined parcel has a
-- package on the shipment of each of its orders, under one reference.

local PACKAGES = {
  role = "erp", noun = "package", operation = "shipments.list", key = "Packages[].CustomRefNbr1",
  arguments = { query = { ["$expand"] = "Packages" } },
  number = { "TrackingNbr", "ShipmentNbr" }, date = { "CustomRefNbr2", "ShipmentDate" }, state = "Status", filter_param = "$filter",
  filter = "ShipmentDate ge datetimeoffset'{from}T00:00:00Z' and ShipmentDate lt datetimeoffset'{to}T00:00:00Z'",
}

local function parcels(left)
  return { name = "parcels", flow = "shipments", effect = "package", left = left, right = PACKAGES }
end

return {
  parcels {
    role = "station", noun = "parcel", operation = "shipments.list", key = "{source}-{shipmentId}", number = "trackingNumber", job = "{orderNumber}",
    date = "shipDate", from = "shipDateStart", to = "shipDateEnd",
    sold = { field = "isReturnLabel", values = { "false" }, names = { ["true"] = "a return label" }, gone = "voided", gone_name = "voided" },
  },
  -- Shipped without a label: only what has a number has a package.
  parcels {
    role = "station", noun = "parcel", operation = "fulfillments.list", key = "{source}-F{fulfillmentId}", number = "trackingNumber",
    job = "{orderNumber}", only = { field = "trackingNumber" }, date = "shipDate", from = "shipDateStart", to = "shipDateEnd",
    sold = { gone = "voided", gone_name = "voided" },
  },
}
