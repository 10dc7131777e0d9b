-- Facts of the store itself: settings, clock, channels and tax classes.

local V2, V3 = "/stores/{store_hash}/v2", "/stores/{store_hash}/v3"

return {
  ["store.get"] = { GET = V2 .. "/store", gives = "Store" },
  ["time.get"] = { GET = V2 .. "/time", gives = "Time" },
  ["tax_classes.list"] = {
    GET = V2 .. "/tax_classes", gives = "TaxClass", pages = { rows = { "" }, param = "page", size_param = "limit", size = 250, first = 1 },
  },
  ["channels.list"] = {
    GET = V3 .. "/channels", gives = "Channel", pages = { rows = { "data" }, param = "page", size_param = "limit", size = 250, first = 1 },
  },
  ["channels.get"] = { GET = V3 .. "/channels/{id}", gives = "Channel", unwrap = { "data" }, id = "id" },
}
