-- Van Dijk Groothandel sells to shops: every buyer is a company with an account of its own, made by the credit controller. Who
-- is not known there, or is only a prospect, waits for her.

zone = "Europe/Amsterdam"

connections = {
  shop = connection "bigcommerce" { store_hash = "vd7k2m" },
  books = connection "exact_online" { grant = "exact_nl", division = 123456 },
}

instances = {
  webshop = use "bigcommerce_exact_online" {
    bind = { shop = "shop", books = "books" },
    settings = {
      journal = "70",
      payment_condition = "30",
      vat_codes = { ["21"] = "4", ["9"] = "2", ["0"] = "0" },
      shipping_item = "SHIPPING",
      discount_item = "DISCOUNT",
      fee_item = "FEE",
      cost_unit = "B2B",

      -- The VAT number says who it is, before any e-mail address: buyers of one company share the account.
      match = { "vat_number", "key", "email" },
      vat_number_fields = { "BTW-nummer", "VAT number" },
      invalid_vat_number = "park",
      new_accounts = "park",
      prospects = "park",
      contacts = "always",
      -- The books own everything that credit depends on; the shop only tells who asked for what.
      owners = { Name = "books", Email = "shop", Phone = "shop", VATNumber = "books", PaymentConditionSales = "books", Address = "books" },
    },
  },
}
