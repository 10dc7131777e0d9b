-- Division 123456 packs in two warehouses, each with a label printer of its own. Small orders travel by Standard, heavy ones are insured, and
-- whatever leaves the customs union has its invoice data.

zone = "Europe/Amsterdam"

connections = {
  books = connection "exact_online" { grant = "exact_nl", division = 123456 },
  ups = connection "ups" { region = "production", account = "A1B2C3" },
}

instances = {
  labels = use "exact_online_ups" {
    bind = { books = "books", ups = "ups" },
    settings = {
      account = "A1B2C3",
      sender = {
        company = "Zuid Groothandel BV", lines = { "Dorpsstraat 1" }, postcode = "3511 AA", city = "Utrecht", country = "NL", phone = "030 123 45 67",
        eori = "NL123456789", vat = "NL123456789B01",
      },
      default_phone = "+31301234567",
      boxes = {
        { box = "small", item = "STOCK-2", pieces = 10, length = 30, width = 20, height = 15, empty_kg = "0.15" },
        { box = "large", most_kg = "20", length = 60, width = 40, height = 40, empty_kg = "0.6" },
      },
      services = {
        { method = "PICKUP", skip = true },
        { country = "US", service = "65", incoterm = "DAP" },
        { over_kg = "15", service = "11", insurance = "value", signature = "any" },
        { service = "11" },
      },
      origin = "NL",
      hs_codes = { ["STOCK-2"] = "691200" },
      references = { "order", "cost_centre" },
      alerts = "registered",
      alert_url = "https://hooks.zuid.example/hooks/zuid/ups",
      delivered_as = "remarks",
      scan_zone = "Europe/Amsterdam",
    },
  },
}
