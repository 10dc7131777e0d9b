-- A wholesaler in the United States whose orders are in Acumatica and whose parcels leave by an account of ShipStation's of its own.

zone = "America/Los_Angeles"

connections = {
  erp = connection "acumatica" {
    base_url = "@ACUMATICA_URL@", endpoint = "Default", version = "24.200.001", branch = "MAIN", ca_file = "@CA_FILE@", allow_loopback = true,
  },
  station = connection "shipstation" { base_url = "@STATION_2_URL@", ca_file = "@CA_FILE@", allow_loopback = true },
}

instances = {
  packing = use "acumatica_shipstation" {
    bind = { erp = "erp", station = "station" },
    settings = {
      units = { CASE = 12 },
      ship_vias = { ["ups/ups_ground"] = "UPSGROUND", fedex = "FEDEXGRND", stamps_com = "USPS" },
      services = { { ship_via = "UPSGROUND", carrier = "ups", service = "ups_ground" } },
      warehouses = { MAIN = 14265, EAST = 14266 },
    },
  },
}
