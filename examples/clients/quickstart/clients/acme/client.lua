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
      vat_codes_inclusive = { ["21"] = "1", ["9"] = "3" },
      fallback_item = "UNKNOWN",
      shipping_item = "SHIPPING",
      handling_item = "HANDLING",
      wrapping_item = "WRAPPING",
      fee_item = "FEE",
      discount_item = "DISCOUNT",
      rounding_item = "ROUNDING",
      gift_certificate_item = "GIFTCARD",
      refund_item = "REFUND",
      shipping_account = "8010",
      discount_account = "8020",
      rounding_account = "8090",
      gift_certificate_account = "1500",
      gift_certificate_vat_code = "0",
      payment_condition = "00",
      cost_center = "NL",
    },
  },
}
