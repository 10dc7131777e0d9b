-- Nordwind sells in a Dutch and a British shop. Both have the same chart of accounts, so one instance serves both: the route says
-- whose orders go into which books. Order 118 of one shop and order 118 of the other never meet: what is kept, sent and looked up
-- carries the shop and the books.

zone = "Europe/Amsterdam"

connections = {
  shop_nl = connection "bigcommerce" { store_hash = "abc123" },
  shop_uk = connection "bigcommerce" { store_hash = "def456" },
  books_nl = connection "exact_online" { grant = "exact_nl", division = 123456 },
  books_uk = connection "exact_online" { grant = "exact_uk", division = 345678, zone = "Europe/London" },
}

instances = {
  shops = use "bigcommerce_exact_online" {
    bind = { shop = { "shop_nl", "shop_uk" }, books = { "books_nl", "books_uk" } },
    route = { books = { shop_nl = "books_nl", shop_uk = "books_uk" } },
    settings = {
      journal = "70",
      vat_codes = { ["21"] = "4", ["9"] = "2", ["0"] = "0" },
      fallback_item = "UNKNOWN",
      shipping_item = "SHIPPING",
      handling_item = "HANDLING",
      wrapping_item = "WRAPPING",
      fee_item = "FEE",
      discount_item = "DISCOUNT",
      payment_condition = "00",
      cost_center = "NL",
      prospects = "raise",
    },
  },
}
