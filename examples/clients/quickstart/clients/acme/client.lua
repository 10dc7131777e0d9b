-- A shop in the Netherlands, its books in division 123456. Rates to VAT codes, and the items that costs are invoiced on,
-- are those of the simulated division.

zone = "Europe/Amsterdam"

connections = {
  shop = connection "bigcommerce" {
    store_hash = "@STORE_HASH@", base_url = "@SHOP_URL@", ca_file = "@CA_FILE@", allow_loopback = true,
  },
  books = connection "exact_online" {
    grant = "exact_nl", division = 123456, base_url = "@EXACT_URL@", ca_file = "@CA_FILE@", allow_loopback = true,
  },
}

instances = {
  shop_nl = use "bigcommerce_exact_online" {
    bind = { shop = "shop", books = "books" },
    settings = {
      journal = "70",
      vat_codes = { ["21"] = "4", ["9"] = "2", ["0"] = "0" },
      fallback_item = "UNKNOWN",
      shipping_item = "SHIPPING",
      handling_item = "HANDLING",
      wrapping_item = "WRAPPING",
      fee_item = "FEE",
      discount_item = "DISCOUNT",
      shipping_account = "8010",
      discount_account = "8020",
      payment_condition = "00",
      cost_center = "NL",
    },
  },
}
