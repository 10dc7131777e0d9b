-- Settings of tracking that every carrier's integration has: require "shared.tracking.settings"(own) adds them to its own.

local SETTINGS = {
  status_codes = {
    "table", default = {},
    doc = "Codes of the carrier to statuses, laid over its own table: label, collected, in_transit, out_for_delivery, held, delivered, exception, "
      .. "refused, returning, returned, lost, or information, which changes nothing.",
  },
  tracking_cases = {
    "list", default = { "refused", "returning", "returned", "lost" }, doc = "Statuses that a person is asked about.",
  },
  silent_days = {
    "integer", default = 3, doc = "Business days without a scan after which a parcel is a case; 0: never.",
  },
  holidays = { "list", default = {}, doc = "Dates that are no business days, as 2026-12-25." },
  watch_days = {
    "integer", default = 5, doc = "So many days after its delivery a parcel is looked at once a day: one that comes back is a case.",
  },
  scan_notes = {
    "text", default = "document", one_of = { "document", "lines", "none" },
    doc = "Where scans are kept in Exact Online: a document of the order, the notes of the delivery's lines, or nowhere. The order itself stays as it is.",
  },
  scan_statuses = {
    "list", default = { "held", "delivered", "exception", "refused", "returning", "returned", "lost" },
    doc = "Statuses at which the scans so far are written, one call each time; any: whenever there are new ones.",
  },
  scan_document_type = { "integer", default = 55, doc = "Type of the document that keeps the scans: 55 is miscellaneous." },
  scan_zone = { "text", default = "UTC", doc = "Zone of the times that are written with scans, for example Europe/Amsterdam." },
  delivered_as = {
    "text", default = "none", one_of = { "none", "remarks" },
    doc = "What else is told when all parcels of a delivery have arrived: nothing, or a line in the delivery's remarks.",
  },
}

return function(own)
  for name, field in pairs(SETTINGS) do own[name] = field end
  return own
end
