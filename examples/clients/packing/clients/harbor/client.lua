-- One tenant, one warehouse account. A case is twelve pieces; ground parcels go by the tenant's own Ship Via codes.

zone = "America/Los_Angeles"

connections = {
  erp = connection "acumatica" {
    base_url = "https://erp.harbor.example/Live", endpoint = "Default", version = "24.200.001", branch = "MAIN",
  },
  station = connection "shipstation" {},
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
