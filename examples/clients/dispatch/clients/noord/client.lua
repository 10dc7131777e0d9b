-- Orders of division 123456 are packed in one warehouse; boxes hold twelve pieces.

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
      services = { { method = "UPS", carrier = "ups", service = "ups_ground" } },
    },
  },
}
