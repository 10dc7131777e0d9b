-- A shop whose orders a warehouse packs. Orders become sales orders of division 234567; ShipStation's warehouse packs them, its labels make goods
-- deliveries and cost entries, and FedEx is asked until each parcel has arrived. What is sold by telephone lies in warehouse 2 and goes
-- by UPS: label, printer, number, all from here.

zone = "Europe/Amsterdam"

connections = {
  shop = connection "bigcommerce" {
    store_hash = "@STORE_HASH_2@", base_url = "@SHOP_2_URL@", ca_file = "@CA_FILE@", allow_loopback = true,
  },
  books = connection "exact_online" {
    grant = "exact_nl", division = 234567, base_url = "@EXACT_URL@", ca_file = "@CA_FILE@", allow_loopback = true,
  },
  station = connection "shipstation" { base_url = "@STATION_URL@", ca_file = "@CA_FILE@", allow_loopback = true },
  fedex = connection "fedex" { region = "production", base_url = "@FEDEX_URL@", ca_file = "@CA_FILE@", allow_loopback = true },
  ups = connection "ups" { region = "production", account = "@UPS_ACCOUNT@", base_url = "@UPS_URL@", ca_file = "@CA_FILE@", allow_loopback = true },
  packing_table = connection "printer" { base_url = "folder://@LABELS@" },
}

local sender = {
  company = "Noord Handel BV", lines = { "Dorpsstraat 1" }, postcode = "3511 AA", city = "Utrecht", country = "NL", phone = "030 123 45 67",
}

instances = {
  webshop = use "bigcommerce_exact_online" {
    bind = { shop = "shop", books = "books" },
    settings = {
      document = "sales_order",
      warehouse = "1",
      journal = "70",
      vat_codes = { ["21"] = "4", ["9"] = "2", ["0"] = "0" },
      fallback_item = "UNKNOWN", shipping_item = "SHIPPING", handling_item = "HANDLING", wrapping_item = "WRAPPING", fee_item = "FEE",
      discount_item = "DISCOUNT",
      payment_condition = "00",
      cost_center = "NL",
    },
  },
  dispatch = use "exact_online_shipstation" {
    bind = { books = "books", station = "station" },
    settings = {
      ready_warehouses = { "1" },
      goods = "all",
      not_shipped = { "SHIPPING", "HANDLING", "WRAPPING", "FEE", "DISCOUNT" },
      cost_account = "4500", insurance_account = "4510", accrual_account = "1600", cost_center = "SHIP",
      allocate_by = "value",
    },
  },
  tracking = use "exact_online_fedex" {
    bind = { books = "books", fedex = "fedex" },
    settings = { account = "@FEDEX_ACCOUNT@", sender = sender, ready_warehouses = { "1" }, delivered_as = "remarks" },
  },
  labels = use "exact_online_ups" {
    bind = { books = "books", ups = "ups", printers = "packing_table" },
    settings = {
      account = "@UPS_ACCOUNT@", sender = sender, ships = "orders", ready_warehouses = { "2" }, default_phone = "+31301234567",
      delivered_as = "remarks",
      station = "packing_table",
      services = { { country = { "NL", "BE", "DE", "FR" }, service = "11" } },
    },
  },
}
