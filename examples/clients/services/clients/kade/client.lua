-- Studio Kade sells courses, appointments and a few books in its web shop. Its books have no items: every order becomes a sales
-- entry, an amount on an account. All private buyers stand on one account; who gives a VAT number has an own one.

zone = "Europe/Amsterdam"

connections = {
  shop = connection "bigcommerce" { store_hash = "kd4s1x" },
  books = connection "exact_online" { grant = "exact_nl", division = 123456 },
}

instances = {
  booking = use "bigcommerce_exact_online" {
    bind = { shop = "shop", books = "books" },
    settings = {
      document = "sales_entry",
      journal = "70",
      vat_codes = { ["21"] = "4", ["9"] = "2", ["0"] = "0" },
      revenue_account = "8000",
      shipping_account = "8010",
      discount_account = "8020",
      rounding_account = "8090",
      gift_certificate_account = "1500",
      gift_certificate_vat_code = "0",
      -- What low VAT is on are the books; the rest is courses.
      bookings = { { rate = "9", account = "8030", cost_center = "SHIP" } },
      cost_unit = "WEB",
      description = "Booking",
      payment_condition = "00",
      collective_accounts = { otherwise = "1" },
      collective_for = "consumers",
      customers = "buyers",
    },
  },
}
