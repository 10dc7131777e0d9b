-- Settings of FedEx's own, beside those that every carrier has.

return {
  webhooks = {
    "boolean", default = false,
    doc = "Whether Exact Online's notifications have labels bought at once. Off: by the sweep, hourly or at the times of schedule = { deliveries = … }, "
      .. "which reads 20 deliveries in a few calls.",
  },
  -- Defaults that keep a shipment at four calls of Exact Online.
  label_document = { "boolean", default = false, doc = "Whether label and number become a document of the order in Exact Online: 4 calls more." },
  tell_lines = {
    "text", default = "several", one_of = { "always", "several", "never" },
    doc = "Whether tracking numbers are written on a delivery's lines, a call each: always, several (only when there are several parcels) or never.",
  },
  account = { "text", doc = "FedEx account number that pays and is shipped under, where `accounts` names no other." },
  accounts = {
    "table", default = {},
    doc = "Exact division (or the name of its connection) to the FedEx account of its shipments, for example { [\"123456\"] = \"740561073\" }.",
  },
  departments = {
    "table", default = {}, doc = "Cost centre to what FedEx's bill says as department, where it is not the cost centre's own code.",
  },
  default_department = { "text", doc = "Department on FedEx's bill of shipments whose lines have no cost centre, or several." },
  department_from = {
    "text", default = "cost_centre", one_of = { "cost_centre", "project", "none" },
    doc = "What stands on FedEx's bill as department (DEPARTMENT_NUMBER): the lines' cost centre, their project, or nothing.",
  },
  pickup_type = {
    "text", default = "USE_SCHEDULED_PICKUP", one_of = { "USE_SCHEDULED_PICKUP", "CONTACT_FEDEX_TO_SCHEDULE", "DROPOFF_AT_FEDEX_LOCATION" },
    doc = "How parcels get to FedEx.",
  },
  label_format = {
    "text", default = "PDF", one_of = { "PDF", "PNG", "ZPLII", "EPL2" }, doc = "What labels are: for ZPLII and EPL2 the printer must speak it.",
  },
  label_stock = { "text", default = "PAPER_4X6", doc = "The paper of the label as FedEx calls it: STOCK_4X6 for printers of labels." },
  label_letters = {
    "text", default = "latin1", one_of = { "ascii", "latin1", "any" },
    doc = "Letters that names and addresses are told in: plain ones, those of western Europe, or any. Others are written in these, or refused by name.",
  },
  preferred_currency = { "text", doc = "Currency that prices are asked in. Unset: the account's." },
  recipient_email = {
    "boolean", default = false, doc = "Whether the consignee's e-mail address is told: FedEx may then write to the consignee by its own settings.",
  },
  signatures = {
    "table", default = { any = "DIRECT", indirect = "INDIRECT", adult = "ADULT" },
    doc = "`signature` of a row of services to what FedEx calls it.",
  },
  export_reason = {
    "text", default = "SOLD", one_of = { "SOLD", "NOT_SOLD", "GIFT", "SAMPLE", "REPAIR_AND_RETURN", "PERSONAL_EFFECTS" },
    doc = "Why goods leave the customs union, as FedEx's commercial invoice calls it.",
  },
  quantity_units = { "text", default = "PCS", doc = "The unit of quantities on the commercial invoice, as FedEx calls it." },
  commercial_invoice = {
    "boolean", default = true,
    doc = "Whether FedEx makes the commercial invoice of a shipment that crosses a customs border; it becomes a document of the order.",
  },
  lost_label = {
    "text", default = "cancel", one_of = { "cancel", "ask" },
    doc = "FedEx made a shipment, and its answer with the label was lost: cancel it and buy another label, or ask a person.",
  },

  freight = {
    "boolean", default = false,
    doc = "Whether deliveries whose row of services has FEDEX_FREIGHT_ECONOMY or FEDEX_FREIGHT_PRIORITY go as LTL freight, within and between the United "
      .. "States, Canada and Mexico. over_kg and up_to_kg are then the goods' own weight, or what the delivery's text says. Off: such a row is refused.",
  },
  freight_account = {
    "table", default = {},
    doc = "The FedEx Freight account and where its bills go: { number, company, person, phone, lines = { … }, city, state, postcode, country }.",
  },
  freight_accounts = { "table", default = {}, doc = "Exact division (or the name of its connection) to what differs from freight_account there." },
  freight_units = {
    "list", default = {},
    doc = "Pallets, in rows like those of boxes, with length, width and height; most_kg is 1000 where a row does not say it.",
  },
  freight_packaging = {
    "text", default = "PALLET", one_of = { "BUNDLE", "CARTON", "CRATE", "DRUM", "PAIL", "PALLET", "SKID", "OTHER" },
    doc = "What goods stand on or in, as FedEx Freight calls it.",
  },
  freight_classes = { "table", default = {}, doc = "Code of an item to its freight class, 50 to 500, for example { [\"RACK-1\"] = \"92.5\" }." },
  freight_class = { "text", doc = "The freight class of items that freight_classes does not name. Unset: they are refused." },
  nmfc_codes = { "table", default = {}, doc = "Code of an item to its NMFC code, for the bill of lading." },
  freight_station = { "text", doc = "The connection of the printer that bills of lading come out of. Unset: that of the labels." },
}
