zone = "Europe/Amsterdam"

connections = {
  shop = connection "bigcommerce" { store_hash = "abc123" },
  warehouse = connection "packhouse" { site = "NL1" },
}

instances = {
  bigcommerce_packhouse = use "bigcommerce_packhouse" {
    bind = { shop = "shop", warehouse = "warehouse" },
    settings = {
      statuses = { 9, 11 },   -- awaiting shipment too
      note = "Fragile: use the double-walled boxes.",
    },
  },
}
