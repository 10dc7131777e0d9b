-- Sales orders of a division in the UK region are shipped as they are approved; their goods deliveries are made with the number on them. Whatever goes to
-- the European Union crosses a customs border from here.

zone = "Europe/London"

connections = {
  books = connection "exact_online" { grant = "exact_uk", division = 654321 },
  ups = connection "ups" { region = "production", account = "X9Y8Z7" },
}

instances = {
  labels = use "exact_online_ups" {
    bind = { books = "books", ups = "ups" },
    settings = {
      ships = "orders",
      account = "X9Y8Z7",
      sender = {
        company = "Thames Trading Ltd", lines = { "1 Tooley St" }, postcode = "SE1 2TU", city = "London", country = "GB", phone = "020 7946 0018",
        eori = "GB123456789000", vat = "GB123456789",
      },
      senders = { ["2"] = { lines = { "Dock 3", "14 Leith Walk" }, postcode = "EH6 5DT", city = "Edinburgh" } },
      default_phone = "+442079460018",
      weight = "net",
      services = {
        { country = "GB", up_to_kg = "2", service = "70" },
        { country = "GB", service = "11" },
        { country = "US", service = "65", incoterm = "DDP", duties = "shipper" },
        { service = "11", signature = "any" },
      },
      origin = "GB",
      ioss = "IM2760000742",
      void_within_hours = 4,
      tell_lines = "several",
      label_format = "pdf",
      alerts = "portal",
      quantum_view = "OutboundXML",
    },
  },
}
