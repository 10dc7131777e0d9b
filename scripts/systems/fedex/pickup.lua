-- The end of a day: somebody comes for the parcels, and Ground is closed.

local PICKUPS = "/pickup/v1/pickups"

return {
  -- Two requests are two visits, and there is no list to look in.
  ["pickups.create"] = {
    POST = PICKUPS, takes = "PickupRequest", gives = "PickupAnswer", create = true, id = "output.pickupConfirmationCode",
    number = "transactionId", effect = { kind = "D" },
  },
  ["pickups.availability"] = {
    POST = PICKUPS .. "/availabilities", reads = true, takes = "AvailabilityRequest", gives = "AvailabilityAnswer",
  },
  ["pickups.cancel"] = {
    PUT = PICKUPS .. "/cancel", takes = "PickupCancelRequest", gives = "PickupAnswer", effect = { kind = "D", may_repeat = true },
  },
  -- Closes what has been shipped by Ground so far; a second one closes what came since.
  ["ground.close"] = { PUT = "/ship/v1/endofday/", takes = "CloseRequest", gives = "CloseAnswer", effect = { kind = "D", may_repeat = true } },
  ["ground.reprint"] = { POST = "/ship/v1/endofday/", reads = true, takes = "CloseRequest", gives = "CloseAnswer" },
}
