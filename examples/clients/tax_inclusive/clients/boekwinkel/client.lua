-- Prices in the shop include VAT, so the books get gross prices with codes of the inclusive kind: what the shopper paid is what the
-- invoice comes to, to the cent. Consumers abroad pay the VAT of their country (OSS); companies abroad with a VAT number none.

zone = "Europe/Amsterdam"

connections = {
  shop = connection "bigcommerce" { store_hash = "bkw9nl" },
  books = connection "exact_online" { grant = "exact_nl", division = 123456 },
}

instances = {
  shop_nl = use "bigcommerce_exact_online" {
    bind = { shop = "shop", books = "books" },
    settings = {
      journal = "70",
      vat_codes_inclusive = { ["21"] = "1", ["9"] = "3" },
      vat_codes = { ["21"] = "4", ["9"] = "2", ["0"] = "0" },
      vat_rules = {
        -- Germany under OSS. A rate that the books have no code for is refused, naming country and rate.
        { country = "DE", rate = "19", code = "51", inclusive = "52" },
        -- Outside the union nothing is due.
        { country = "JP", rate = "0", code = "7", inclusive = "7" },
      },
      fallback_item = "UNKNOWN",
      shipping_item = "SHIPPING",
      handling_item = "HANDLING",
      wrapping_item = "WRAPPING",
      fee_item = "FEE",
      discount_item = "DISCOUNT",
      rounding_item = "ROUNDING",
      rounding_account = "8090",
      gift_certificate_item = "GIFTCARD",
      gift_certificate_account = "1500",
      gift_certificate_vat_code = "0",
      refund_item = "REFUND",
      payment_condition = "00",
      cost_center = "NL",
      prospects = "raise",
    },
  },
}
