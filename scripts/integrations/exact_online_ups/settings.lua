-- Settings of UPS's own, beside those of labels and of tracking.

local settings = {
  account = { "text", doc = "The shipper's account number at UPS, six characters." },
  accounts = { "table", default = {}, doc = "Number of an Exact division, as a text, to the account that its parcels go by. Unset: account." },
  label_format = {
    "text", default = "zpl", one_of = { "zpl", "epl", "spl", "gif", "pdf" },
    doc = "What labels are: zpl, epl or spl for label printers, gif or pdf for others. A pdf is fetched after the purchase, as UPS sells none.",
  },
  label_height = { "text", default = "6", doc = "Height of the label in inches: 6 or 8." },
  label_width = { "text", default = "4", doc = "Width of the label in inches." },
  check_city = { "boolean", default = false, doc = "Whether UPS is asked to refuse a city that does not belong to the postcode." },
  references = {
    "list", default = { "order" }, one_of = nil,
    doc = "What else is told as a reference on the label: order, your_ref, cost_centre, project. UPS takes two on a parcel inside the USA, five elsewhere.",
  },
  negotiated_rates = { "boolean", default = true, doc = "Whether the cost is asked for that was negotiated with UPS, where the account has one." },
  customs_unit = { "text", default = "PCS", doc = "The unit that customs count goods in, as UPS's list of codes has it." },
  declaration = { "text", doc = "The statement above the signature of a commercial invoice." },
  alerts = {
    "text", default = "none", one_of = { "none", "portal", "registered" },
    doc = "Who tells where parcels are: none (they are looked at), portal (Track Alert as the portal has it) or registered (Track Alert to alert_url).",
  },
  alert_url = { "text", doc = "Address of this connection's webhooks, for alerts = registered: <public_url>/hooks/<client>/<connection>." },
  alert_country = { "text", doc = "Country told with subscriptions. Unset: the sender's." },
  look_minutes = { "integer", default = 60, doc = "Minutes between two looks at a parcel that UPS does not tell of; the others are looked at once a day." },
  quantum_view = { "text", doc = "Name of the Quantum View subscription that is read when Track Alert fails. Unset: none." },
  measured = {
    "text", default = "report", one_of = { "report", "items" },
    doc = "A weight that UPS measured: report tells it in the parcel's story, items also writes it to an item that was alone in its parcel.",
  },
  measured_within = { "decimal", default = "0.5", doc = "Kilograms by which it may differ from what was declared." },
  address_check = {
    "text", default = "none", one_of = { "none", "report", "write", "refuse" },
    doc = "What becomes of what UPS says about an address: nothing is asked, it is told in the story, also written to Exact Online, or a case.",
  },
  pickup = { "table", default = {}, doc = "For pickups that are asked for: { ready = '1400', close = '1700', company, contact }." },
  tracking_url = { "text", default = "https://www.ups.com/track?tracknum={number}", doc = "The link that is told with a number, {number} in it." },
}

return require "shared.labels.settings"(require "shared.tracking.settings"(settings))
