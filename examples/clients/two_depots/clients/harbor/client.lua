-- Shipments are made by people in Acumatica, and it is these that are packed: one ShipStation order each. The account is shared with a
-- web shop, so numbers have a prefix and labels of others are left alone.

zone = "America/Los_Angeles"

connections = {
  erp = connection "acumatica" {
    base_url = "https://erp.harbor.example/Live", auth = "session", tenant = "Company", branch = "MAIN", endpoint = "Default", version = "24.200.001",
  },
  station = connection "shipstation" {},
}

instances = {
  depots = use "acumatica_shipstation" {
    bind = { erp = "erp", station = "station" },
    settings = {
      push = "shipments",
      number_prefix = "H-",
      foreign_orders = "skip",
      withdrawn = "hold",
      freight = "cost",
      ship_vias = { ups = "UPSGROUND", fedex = "FEDEXGRND", stamps_com = "USPS" },
      warehouses = { MAIN = 14265, EAST = 14266 },
    },
  },
}
