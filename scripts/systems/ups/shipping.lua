-- Shipments, voids and labels (section 4).

local VERSION = "v2409"

-- Where our reference stands: at the parcel inside the USA and Puerto Rico, else at the shipment (error 120541).
local SHIPMENT = "ShipmentRequest.Shipment."
local REFERENCE = { SHIPMENT .. "ReferenceNumber.0.Value", SHIPMENT .. "Package.0.ReferenceNumber.0.Value" }
local SHIPPER = "{body." .. SHIPMENT .. "Shipper.ShipperNumber}"

return {
  -- Each call buys: nothing de-duplicates. A lost answer is resolved by looking for our reference, never by sending again: how soon
  -- tracking sees a shipment is not documented, so a person decides about one that it does not. The record of one that is found is what
  -- labels.recover gives of it: all its labels, in LabelResults.
  ["shipments.create"] = {
    POST = "/api/shipments/" .. VERSION .. "/ship", takes = "ShipmentBody", gives = "ShipmentResults",
    unwrap = { "ShipmentResponse.ShipmentResults" }, id = "ShipmentIdentificationNumber", number = "PackageResults.0.TrackingNumber",
    create = true, deadline = "60s",
    effect = look_up {
      "tracking.by_reference", by = REFERENCE, quiet = "2m", absent = "person", within = "1h",
      asks = { path = { reference = "{reference}" }, query = { shipperNum = SHIPPER } },
      field = "package.*.referenceNumber.*.number", found = "package.0.trackingNumber", id = "package.0.trackingNumber",
      number = "package.0.trackingNumber",
      -- Voided parcels are none any more.
      gone = { field = "package.*.currentStatus.type", values = { "MV" } },
      fetch = {
        "labels.recover",
        asks = { body = { LabelRecoveryRequest = {
          LabelSpecification = { LabelImageFormat = { Code = "{body.ShipmentRequest.LabelSpecification.LabelImageFormat.Code?}" } },
          ReferenceValues = { ReferenceNumber = { Value = "{reference}" }, ShipperNumber = SHIPPER },
        } } },
      },
    },
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
