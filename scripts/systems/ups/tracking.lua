-- Tracking (section 5) and Quantum View (section 7). Tracking wants a transId of its own in each call's headers, which each read gets.

-- What is not found is a 200 with a warning, TW0001. Lists of one can come as the one.
local FOUND = { "trackResponse.shipment.0", "trackResponse.shipment" }

return {
  ["tracking.get"] = {
    GET = "/api/track/v1/details/{number}", gives = "TrackShipment", unwrap = FOUND, id = "inquiryNumber", query = { locale = "en_US" },
  },
  -- All parcels of the shipment that a number belongs to.
  ["tracking.shipment"] = {
    GET = "/api/track/v1/shipment/details/{number}", gives = "TrackPackage",
    pages = { rows = { "trackResponse.shipment.0.package" }, offset = "offset", size_param = "count", size = 50 },
  },
  -- By our own reference; without fromPickUpDate and toPickUpDate the last 14 days are searched.
  ["tracking.by_reference"] = {
    GET = "/api/track/v1/reference/details/{reference}", gives = "TrackShipment", pages = { rows = { "trackResponse.shipment" } },
    query = { locale = "en_US" },
  },
  -- Files of events, each given once unless a range of dates asks for it: so they are asked for by DateTimeRange, at most
  -- seven days back, and an answer that got lost can be asked for again. A failure can be a 200 with status 0.
  ["events.list"] = {
    POST = "/api/quantumview/v3/events", reads = true, optional = "Quantum View", takes = "EventsBody", gives = "QuantumView",
    unwrap = { "QuantumViewResponse" },
  },
}
