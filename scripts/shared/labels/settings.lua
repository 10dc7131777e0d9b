-- Settings that say what is shipped, from where, in what and how, alike for every carrier. A carrier's integration adds its own.

local SETTINGS = {
  ships = {
    "text", default = "deliveries", one_of = { "deliveries", "orders" },
    doc = "What becomes a shipment: goods deliveries as they are made, or sales orders that are ready, whose goods delivery is then made.",
  },
  approval_statuses = {
    "list", default = { 1, 2 }, doc = "For ships = orders: approval statuses of orders that go out: 0 awaiting, 1 automatic, 2 approved.",
  },
  ready_warehouses = { "list", default = {}, doc = "Codes of the Exact warehouses whose goods go out by this instance. Empty: of all of them." },
  ready_mark = {
    "text", doc = "A word that has to stand in the remarks or the description before a label is bought, for example READY. Unset: none has to.",
  },
  goods = {
    "text", default = "stock", one_of = { "stock", "all" },
    doc = "Lines that are in the parcel: stock (items that are kept in stock) or all (whatever has an item). Text lines never are.",
  },
  not_shipped = { "list", default = {}, doc = "Codes of items that are never in a parcel, for example of services; a * at the end stands for anything." },

  sender = {
    "table", default = {},
    doc = "Who sends: { company, person, lines = { … }, postcode, city, state, country, phone, email, eori, vat }.",
  },
  senders = { "table", default = {}, doc = "Code of an Exact warehouse to what differs from `sender` there." },
  default_phone = { "text", doc = "The consignee's phone where Exact Online knows none and the carrier wants one." },
  countries_of_phones = { "table", default = {}, doc = "Code of a country to the one whose form a phone without country code has. Unset: the address's." },

  weight = { "text", default = "gross", one_of = { "net", "gross" }, doc = "Which weight of an item counts: net or gross; the other where it has none." },
  weight_unit = { "text", default = "kg", one_of = { "kg", "g", "lb", "oz" }, doc = "The unit that weights of items are kept in; the item's own goes first." },
  parcel_text = {
    "text", default = "remarks", one_of = { "remarks", "description", "none" },
    doc = "Where a delivery says its parcels, as '2x 4.5kg 40x30x20; 1.2kg': weight each, then length x width x height in cm.",
  },
  boxes = {
    "list", default = {},
    doc = "Rows { box, item, pieces, most_kg, length, width, height, empty_kg }: goods of an item (* at its end: anything; unset: all) fill boxes of this row.",
  },
  most_kg = { "decimal", default = "30", doc = "The most a parcel may weigh where no row of boxes says it." },

  services = {
    "list", default = {},
    doc = "Rows { method, country, customer, warehouse, over_kg, up_to_kg, service, packaging, payer, account, payer_postcode, payer_country, duties, "
      .. "insurance, signature, incoterm, residential, skip }: the first that fits says how it goes. Without one it does not go by this carrier.",
  },
  origins = { "table", default = {}, doc = "Code of an item to the country it was made in." },
  origin = { "text", doc = "The country goods were made in that `origins` does not name. Unset: they are refused for export." },
  hs_codes = { "table", default = {}, doc = "Code of an item to its commodity code, where Exact Online's statistical code is another one." },
  customs_names = { "table", default = {}, doc = "Code of an item to what customs are told that it is. Unset: its description." },
  export_reason = { "text", default = "SALE", doc = "Why goods leave the customs union, as the carrier's form wants it." },
  incoterm = { "text", default = "DAP", doc = "Terms of shipment abroad where neither the row of services nor the order says any." },
  ioss = { "text", doc = "Number of the import one-stop shop, told for parcels into the EU of up to 150 euros." },
  duties = {
    "text", default = "receiver", one_of = { "receiver", "shipper", "third" }, doc = "Who pays duties and taxes where the row of services does not say it.",
  },

  stations = { "table", default = {}, doc = "Code of an Exact warehouse to the connection of the printer that its labels come out of." },
  station = { "text", doc = "The connection of the printer of all other labels." },

  tell_lines = {
    "text", default = "always", one_of = { "always", "several", "never" },
    doc = "Whether tracking numbers are written on a delivery's lines: always, several (only when there are several parcels) or never.",
  },
  label_document = { "boolean", default = true, doc = "Whether label and number become a document of the order in Exact Online." },
  document_type = { "integer", default = 55, doc = "Type of that document; 55 is miscellaneous." },
  invoice_tracking = { "boolean", default = false, doc = "Whether carrier and number are added to the remarks of the order's open invoices." },
  tracking_length = { "integer", default = 0, doc = "The most characters of a delivery's tracking number; 0 is any. What does not fit stands in the remarks." },

  gather_after = {
    "integer", default = 300,
    doc = "So many of a day's deliveries are read at once, each as it comes; those after them wait for others (gather_seconds). 0: all wait.",
  },
  gather_seconds = {
    "integer", default = 60,
    doc = "Seconds that a delivery of a busy day waits, up to an hour, so that many are read in the calls of one. What is told waits 40 at most.",
  },
  check_days = { "integer", default = 3, doc = "Labels of so many days are held against their deliveries every night." },
  void_within_hours = {
    "integer", default = 0,
    doc = "A label whose delivery is deleted, emptied or changed within so many hours, before hand-over, is voided without asking. 0: a person is asked.",
  },
}

return function(own)
  local all = {}
  for _, fields in ipairs { SETTINGS, own } do
    for name, field in pairs(fields) do all[name] = field end
  end
  return all
end
