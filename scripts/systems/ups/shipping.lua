-- Shipments, voids and labels (section 4).

local VERSION = "v2409"

return {
  -- Each call buys: nothing de-duplicates. A lost answer is resolved by looking for our reference (tracking.by_reference,
  -- labels.recover), never by sending again, and as the shipment is found by a path and not by a filter, a person or the
  -- flow decides.
  ["shipments.create"] = {
    POST = "/api/shipments/" .. VERSION .. "/ship", takes = "ShipmentBody", gives = "ShipmentResults",
    unwrap = { "ShipmentResponse.ShipmentResults" }, id = "ShipmentIdentificationNumber", number = "PackageResults.0.TrackingNumber",
    create = true, effect = { kind = "D", duplicates = "each call is a shipment, and paid for", undo = "shipments.void" }, deadline = "60s",
  },
  -- Voiding what is voided answers as the first time did: repeating does no harm. `trackingnumber` voids some of the parcels.
  ["shipments.void"] = {
    DELETE = "/api/shipments/" .. VERSION .. "/void/cancel/{id}", gives = "VoidResult", unwrap = { "VoidShipmentResponse" },
    effect = { kind = "D", may_repeat = true }, deadline = "60s",
  },
  -- The label of a number or of our reference, while UPS keeps it; also as PDF, which shipping does not give.
  ["labels.recover"] = {
    POST = "/api/labels/v1/recovery", reads = true, takes = "RecoveryBody", gives = "RecoveredLabels", unwrap = { "LabelRecoveryResponse" },
    id = "ShipmentIdentificationNumber",
  },
}
