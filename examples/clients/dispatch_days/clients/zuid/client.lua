-- Several hundred parcels a day: their costs are one entry for each day, carrier and cost centre. The account's V2 key is held beside the
-- key and secret of V1.

zone = "Europe/Amsterdam"

connections = {
  books = connection "exact_online" { grant = "exact_nl", division = 123456 },
  station = connection "shipstation" { access = { v2 = {} } },
}

instances = {
  dispatch = use "exact_online_shipstation" {
    bind = { books = "books", station = "station" },
    schedule = { days = "02:30" },
    settings = {
      entries = "day",
      cost_account = "4500",
      insurance_account = "4510",
      accrual_account = "1600",
      accruals = { ups = "1610" },
      cost_center = "SHIP",
    },
  },
}
