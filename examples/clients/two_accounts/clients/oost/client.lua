-- Two divisions in the Netherlands ship by two accounts of one FedEx project, and share an instance: the table `accounts` says whose shipment it is.
-- The American company has a project of its own, packs in pounds, and is an instance of its own.

zone = "Europe/Amsterdam"

connections = {
  trade = connection "exact_online" { grant = "exact_nl", division = 123456 },
  parts = connection "exact_online" { grant = "exact_nl", division = 234567 },
  america = connection "exact_online" { grant = "exact_us", division = 456789, zone = "America/Chicago" },
  fedex = connection "fedex" { region = "production" },
  fedex_us = connection "fedex" { region = "production" },
}

instances = {
  labels = use "exact_online_fedex" {
    bind = { books = { "trade", "parts" }, fedex = "fedex" },
    settings = {
      accounts = { ["123456"] = "740561073", ["234567"] = "510087020" },
      departments = { NL = "KP-100", FR = "KP-200", EXPORT = "KP-310" },
      default_department = "KP-900",
      sender = {
        company = "Oost Groothandel BV", lines = { "Dorpsstraat 1" }, postcode = "3511 AA", city = "Utrecht", country = "NL", phone = "030 123 45 67",
        eori = "NL123456789", vat = "NL123456789B01",
      },
      default_phone = "+31301234567",
      services = {
        { method = "PICKUP", skip = true },
        { country = "NL", service = "FEDEX_PRIORITY" },
        { country = "US", service = "FEDEX_INTERNATIONAL_PRIORITY", insurance = "value", incoterm = "DAP" },
        { service = "FEDEX_REGIONAL_ECONOMY" },
      },
      origin = "NL",
      hs_codes = { ["STOCK-2"] = "691200" },
      scan_zone = "Europe/Amsterdam",
      holidays = { "2026-12-25" },
    },
  },
  -- Labels at the end of the day, for the driver who comes at six.
  labels_us = use "exact_online_fedex" {
    bind = { books = "america", fedex = "fedex_us" },
    schedule = { deliveries = "16:30", track = "2h" },
    settings = {
      account = "802255209",
      sender = {
        company = "Oost America Inc", lines = { "200 Congress Ave" }, postcode = "78701", city = "Austin", state = "TX", country = "US", phone = "512 555 0100",
      },
      default_phone = "+15125550100",
      weight_unit = "lb",
      label_format = "ZPLII",
      label_stock = "STOCK_4X6",
      services = {
        { country = "US", up_to_kg = "30", service = "FEDEX_GROUND" },
        { country = "US", service = "FEDEX_2_DAY", signature = "adult" },
        { service = "FEDEX_INTERNATIONAL_PRIORITY" },
      },
      origin = "US",
      hs_codes = { ["STOCK-2"] = "691200" },
      scan_zone = "America/Chicago",
    },
  },
}
