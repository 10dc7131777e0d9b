-- What only asks: prices, days in transit, addresses (section 8).

local RATED = { "RateResponse.RatedShipment.0", "RateResponse.RatedShipment" }
local ALL_RATED = { rows = { "RateResponse.RatedShipment" } }
local RATING = "/api/rating/v2409/"

return {
  ["rates.get"] = { POST = RATING .. "Rate", reads = true, takes = "RateBody", gives = "RatedShipment", unwrap = RATED },
  ["rates.get_with_days"] = { POST = RATING .. "Ratetimeintransit", reads = true, takes = "RateBody", gives = "RatedShipment", unwrap = RATED },
  ["rates.list"] = { POST = RATING .. "Shop", reads = true, takes = "RateBody", gives = "RatedShipment", pages = ALL_RATED },
  ["rates.list_with_days"] = {
    POST = RATING .. "Shoptimeintransit", reads = true, takes = "RateBody", gives = "RatedShipment", pages = ALL_RATED,
  },
  ["transit_times.list"] = {
    POST = "/api/shipments/v1/transittimes", reads = true, takes = "TransitQuestion", gives = "TransitTime",
    pages = { rows = { "emsResponse.services" } },
  },
  -- 3: validated and classified. Streets are known in the USA and Puerto Rico; elsewhere there may be no candidate.
  ["addresses.check"] = {
    POST = "/api/addressvalidation/v2/3", reads = true, takes = "AddressBody", gives = "CheckedAddress", unwrap = { "XAVResponse" },
  },
}
