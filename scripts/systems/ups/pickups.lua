-- Pickups (section 8). The account of pending ones is the header AccountNumber, the number of the one to cancel the header Prn.

local PICKUP = "/api/shipments/v2409/pickup/"

return {
  ["pickups.rate"] = {
    POST = PICKUP .. "oncall", reads = true, takes = "PickupRateBody", gives = "PickupRate", unwrap = { "PickupRateResponse.RateResult" },
  },
  -- Each call is a pickup: a lost answer is resolved by looking at the pending ones.
  ["pickups.create"] = {
    POST = "/api/pickupcreation/v2409/pickup", takes = "PickupBody", gives = "Pickup", unwrap = { "PickupCreationResponse" }, id = "PRN",
    create = true, effect = { kind = "D", duplicates = "each call is a pickup", undo = "pickups.cancel" },
  },
  ["pickups.list"] = {
    GET = PICKUP .. "oncall", gives = "PendingPickup", pages = { rows = { "PickupPendingStatusResponse.PendingStatus" } },
  },
  ["pickups.cancel"] = { DELETE = PICKUP .. "02", effect = { kind = "D", may_repeat = true } },
}
