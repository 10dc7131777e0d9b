-- Orders of division 123456 are packed in one warehouse; boxes hold twelve pieces. Freight is accrued by carrier and shared among the
-- lines by weight.

zone = "Europe/Amsterdam"

connections = {
  books = connection "exact_online" { grant = "exact_nl", division = 123456 },
  station = connection "shipstation" {},
}

instances = {
  dispatch = use "exact_online_shipstation" {
    bind = { books = "books", station = "station" },
    settings = {
      units = { box = 12 },
      delivery_methods = { ups = "UPS" },
      cost_account = "4500",
      insurance_account = "4510",
      accrual_account = "1600",
      accruals = { ups = "1610" },
      cost_center = "SHIP",
      allocate_by = "weight",
      cost_bookings = { { country = "US", cost_center = "EXPORT" } },
      services = { { method = "UPS", carrier = "ups", service = "ups_ground" } },
    },
  },
}
