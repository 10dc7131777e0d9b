-- FedEx's status codes (fact sheet, section 5). What is not here is information. A CA is a cancelled shipment; DE is raised for harmless
-- redirects too, so it ends nothing.

local codes = {}

local GROUPS = {
  label = "OC OX EP CA", collected = "PU PX AP OF",
  in_transit = "IT IX AA AC AF AR AX DP EA EO FD LO PF PL PM SF TR Ow CC CP DD DY PD CD",
  out_for_delivery = "OD ED AD", held = "HL HP", delivered = "DL", exception = "DE SE", returning = "RS",
}
for status, list in pairs(GROUPS) do
  for code in list:gmatch "%a+" do codes[code] = status end
end

return codes
