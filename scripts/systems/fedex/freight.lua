-- Freight LTL: goods on pallets in the US, Canada and Mexico (fact sheet, section 4; FedEx's own file of the API). There is no call that takes
-- a shipment back: FedEx Freight does it by phone.

local DETAIL = "freightRequestedShipment.freightShipmentDetail"
local PICKUPS = "/pickup/v1/freight/pickups/"

return {
  -- Nothing de-duplicates. A lost answer is looked for by the bill of lading's number, the first printed reference. That Track shows a shipment by
  -- it, each handling unit as a row, is not said in so many words: what it does not show so is a person's to judge. What is found has no labels and
  -- no bill of lading.
  ["freight.create"] = {
    POST = "/ship/v1/freight/shipments", takes = "FreightRequest", gives = "ShipmentAnswer", create = true, deadline = "60s",
    id = "output.transactionShipments.0.masterTrackingNumber", number = "transactionId",
    effect = look_up {
      "track.references", by = DETAIL .. ".printedReferences.0.value", quiet = "2m", absent = "person", within = "1h", first = false,
      asks = { body = {
        includeDetailedScans = false,
        referencesInformation = { type = "BILL_OF_LADING", value = "{reference}", accountNumber = "{body.accountNumber.value}" },
      } },
      parts = "freightRequestedShipment.requestedPackageLineItems", field = "trackResults.*.additionalTrackingInfo.packageIdentifiers.*.value",
      found = "trackResults.0.latestStatusDetail.code",
      id = "trackingNumber", gone = { field = "trackResults.*.latestStatusDetail.code", values = { "CA" } },
    },
  },
  ["freight.quote"] = {
    POST = "/rate/v1/freight/rates/quotes", reads = true, pages = { rows = { "output.rateReplyDetails" } }, takes = "FreightRateRequest",
    gives = "FreightRate",
  },
  -- Two requests are two lorries, and there is no list to look in.
  ["freight_pickups.create"] = {
    POST = PICKUPS, takes = "FreightPickupRequest", gives = "PickupAnswer", create = true, id = "output.pickupConfirmationCode",
    number = "transactionId", effect = { kind = "D" },
  },
  ["freight_pickups.cancel"] = {
    PUT = PICKUPS .. "cancel/", takes = "FreightPickupCancelRequest", gives = "PickupAnswer", effect = { kind = "D", may_repeat = true },
  },
}
