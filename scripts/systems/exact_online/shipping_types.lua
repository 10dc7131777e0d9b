-- Not of Exact Online: a consignment as scripts/shared/labels/consignment.lua makes it, the source of each carrier's mapping.

local record = require "record"

local function plain(fields) return record({}, fields) end

return {
  Consignment = plain {
    reference = "text", delivery = "record:ConsignmentOf", order = "record:ConsignmentOf", account_id = "guid", address_id = "guid", customer = "text",
    ship_date = "date", from = "record:ConsignmentPlace", to = "record:ConsignmentPlace", parcels = "list:ConsignmentParcel",
    service = "text", packaging = "text",
    payer = "record:ConsignmentPayer", duties = "text", insurance = "record:ConsignmentAmount", signature = "text", residential = "boolean",
    incoterm = "text", cost_centre = "text", project = "text", description = "text", currency = "text", customs = "record:ConsignmentCustoms",
    method = "text", warehouse = "text", division = "integer",
  },
  -- A price or a pickup that was asked for, and where it may be written on the order.
  OrderQuote = plain {
    order = "integer", remarks = "text", service = "text", amount = "decimal", currency = "text", days = "integer", arrives = "date", cheapest_service = "text",
    cheapest_amount = "decimal", text = "text", all_remarks = "text",
  },
  OrderPickup = plain {
    order = "integer", remarks = "text", number = "text", day = "date", amount = "decimal", currency = "text", text = "text", all_remarks = "text",
  },
  OrderNote = plain { Remarks = "text", Description = "text", YourRef = "text" },
  ConsignmentOf = plain { id = "guid", number = "integer", your_ref = "text" },
  ConsignmentPlace = plain {
    company = "text", person = "text", lines = "list:text", postcode = "text", city = "text", state = "text", country = "text", phone = "text",
    extension = "text", email = "text", eori = "text", vat = "text",
  },
  ConsignmentParcel = plain {
    weight_kg = "decimal", length_cm = "integer", width_cm = "integer", height_cm = "integer", value = "decimal", box = "text",
    items = "list:ConsignmentItem", freight = "record:ConsignmentFreight",
  },
  -- What stands on a pallet, where it goes as freight.
  ConsignmentFreight = plain { id = "text", class = "text", nmfc = "text", description = "text", pieces = "integer" },
  ConsignmentItem = plain { line = "guid", item = "guid", code = "text", quantity = "decimal" },
  ConsignmentPayer = plain { kind = "text", account = "text", postcode = "text", country = "text" },
  ConsignmentAmount = plain { amount = "decimal", currency = "text" },
  ConsignmentCustoms = plain {
    reason = "text", currency = "text", total = "decimal", lines = "list:ConsignmentCommodity", eori = "text", vat = "text", ioss = "text",
    invoice_number = "text", invoice_date = "date",
  },
  ConsignmentCommodity = plain {
    description = "text", quantity = "decimal", unit = "text", unit_value = "decimal", value = "decimal", weight_kg = "decimal", hs = "text",
    origin = "text", code = "text", line = "guid",
  },
}
