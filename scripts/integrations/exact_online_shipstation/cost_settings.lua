-- Settings that say what becomes of what a label costs. Added to those of orders.

return function(settings)
  local own = {
    posting = {
      "text", default = "journal", one_of = { "journal", "purchase", "none" },
      doc = "What a label's cost becomes: journal (an entry that accrues it until the carrier bills), purchase (an entry on the carrier's account) or none.",
    },
    entries = {
      "text", default = "shipment", one_of = { "shipment", "day" },
      doc = "An entry for each shipment, or one for each day, carrier and cost centre with the list of its labels: made when the day is over.",
    },
    journal = { "text", default = "90", doc = "Code of the general journal that entries are made in." },
    purchase_journal = { "text", default = "60", doc = "Code of the purchase journal, for posting = purchase." },
    cost_account = { "text", doc = "Code of the G/L account that freight is booked on." },
    insurance_account = { "text", doc = "Code of the G/L account for insurance. Unset: the freight's." },
    return_account = { "text", doc = "Code of the G/L account for return labels. Unset: the freight's." },
    accrual_account = { "text", doc = "Code of the G/L account that freight is owed on until the carrier's bill clears it." },
    accruals = { "table", default = {}, doc = "Code of a carrier in ShipStation to the account that its freight is owed on, where that is another one." },
    suppliers = { "table", default = {}, doc = "Code of a carrier to the code of its account in Exact Online, for posting = purchase." },
    purchase_vat_code = { "text", doc = "VAT code of purchase entries' lines. Unset: the account's own." },
    cost_bookings = {
      "list", default = {},
      doc = "Rows { carrier, service, warehouse, country, project, account, cost_center, cost_unit }: the first that fits a line decides what it names.",
    },
    cost_center = { "text", doc = "Code of the cost centre of lines whose order line has none, and that no row of cost_bookings decides on." },
    cost_unit = { "text", doc = "Code of the cost unit, in the same way." },
    allocate_by = {
      "text", default = "value", one_of = { "value", "weight", "quantity" },
      doc = "By what a label's cost is shared among the lines that are in the parcel: value, weight or quantity.",
    },
    currency = { "text", doc = "Currency of ShipStation's amounts, which it does not name. Unset: the division's." },
    accounting_date = {
      "text", default = "shipped", one_of = { "shipped", "bought" },
      doc = "The date a cost is booked on: shipped (the ship date, as it stands) or bought (when the label was made, in the client's zone).",
    },
    closed_period = {
      "text", default = "park", one_of = { "park", "next" },
      doc = "When the period of that date is not open: park asks a person, next books on the next open day and notes the true date.",
    },
    no_cost = {
      "text", default = "none", one_of = { "none", "table", "rates" },
      doc = "A label that ShipStation knows no cost of (own carrier account, 3PL, marked by hand): none, table (rate_table) or rates (asks ShipStation).",
    },
    rate_table = {
      "list", default = {},
      doc = "Rows { carrier, service, country, up_to, amount } for labels without a cost; up_to is in kg. The first that fits counts.",
    },
    foreign_orders = {
      "text", default = "park", one_of = { "park", "skip" },
      doc = "A label of an order that did not come from Exact Online: park asks a person, skip leaves it to whoever made the order.",
    },
    charge = {
      "text", default = "none", one_of = { "none", "actual", "markup", "fixed" },
      doc = "Shipping that the customer pays, on the order or its open invoice: none, actual (what the label cost), markup (and charge_markup) or fixed.",
    },
    charge_markup = { "decimal", default = "0", doc = "Percent on top of what the label cost, for charge = markup." },
    charge_fixed = { "decimal", default = "0", doc = "Amount without VAT that each order pays once, for charge = fixed." },
    charge_vat_code = { "text", doc = "VAT code of the charge. Unset: that of the shipping costs in Exact Online." },
    deliveries = {
      "boolean", default = true, doc = "Whether what was shipped becomes a goods delivery in Exact Online, with the tracking number on it.",
    },
    delivery_methods = {
      "table", default = {},
      doc = "'carrier/service' or carrier to the code of a shipping method for the delivery, for example { ups = 'UPS' }.",
    },
    tracking_length = {
      "integer", default = 0, doc = "The most characters of a delivery's tracking number; 0 is any. What does not fit stands in the remarks.",
    },
    invoice_tracking = { "boolean", default = false, doc = "Whether carrier and tracking number are added to the remarks of the order's open invoices." },
  }
  for name, field in pairs(settings) do own[name] = field end
  return own
end
