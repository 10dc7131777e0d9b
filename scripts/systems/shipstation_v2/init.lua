-- ShipStation V2: V1's order is a shipment here, V1's shipment a label; ids are V1's with "se-" before them (fact sheet, section 6).
--
-- Its webhooks are signed by RSA with a key of /jwks, which no `verify` says: the system declares no `webhooks`, so nothing takes
-- one in.

local function pages(name) return { rows = { name }, param = "page", size_param = "page_size", size = 100, first = 1, last = "pages" } end

-- Lists are newest first unless asked otherwise; a poll reads upwards.
local function since(param, field)
  return { param = param .. "_start", field = field, format = "rfc3339", query = { sort_by = field, sort_dir = "asc" } }
end
local function period(param, field) return { from = param .. "_start", to = param .. "_end", field = field } end

return system {
  name = "shipstation_v2",
  base_url = "https://api.shipstation.com",
  headers = { Accept = "application/json" },

  auth = { kind = "api_key", send = { { header = "API-Key", value = "{api_key}" } } },

  -- Raised on request; a 429 says Retry-After, which is always read.
  limits = { { calls = 200, per = "1m", scope = { "grant" } }, { in_flight = 6, scope = { "grant" } } },

  errors = { message = { "errors.0.message" } },

  operations = {
    ["ping.shipments"] = { GET = "/v2/shipments", query = { page_size = "1" } },
    ["ping.webhooks"] = { GET = "/v2/environment/webhooks" },

    ["shipments.list"] = {
      GET = "/v2/shipments", pages = pages "shipments", gives = "Shipment", id = "shipment_id", number = "shipment_number",
      since = since("modified_at", "modified_at"), period = period("created_at", "created_at"),
    },
    ["shipments.get"] = { GET = "/v2/shipments/{shipment_id}", gives = "Shipment", id = "shipment_id", number = "shipment_number" },
    ["shipments.by_external_id"] = {
      GET = "/v2/shipments/external_shipment_id/{external_shipment_id}", gives = "Shipment", id = "shipment_id", number = "shipment_number",
    },
    -- 200 although some failed: each says its errors. A second external_shipment_id is refused, so repeating doubles nothing; an id of
    -- more than 50 characters is cut without a word.
    ["shipments.create_many"] = { POST = "/v2/shipments", takes = "NewShipments", gives = "ShipmentsResult", effect = { kind = "D", may_repeat = true } },
    ["shipments.cancel"] = { PUT = "/v2/shipments/{shipment_id}/cancel", effect = { kind = "D", may_repeat = true } },
    ["shipments.add_tag"] = { POST = "/v2/shipments/{shipment_id}/tags/{tag}", effect = { kind = "D", may_repeat = true } },
    ["shipments.remove_tag"] = { DELETE = "/v2/shipments/{shipment_id}/tags/{tag}", effect = { kind = "D", may_repeat = true } },

    -- No filter on changes: voids are found by label_status.
    ["labels.list"] = {
      GET = "/v2/labels", pages = pages "labels", gives = "Label", id = "label_id", number = "tracking_number",
      since = since("created_at", "created_at"), period = period("created_at", "created_at"),
    },
    ["labels.get"] = { GET = "/v2/labels/{label_id}", gives = "Label", id = "label_id", number = "tracking_number" },
    ["labels.track"] = { GET = "/v2/labels/{label_id}/track", gives = "Tracking" },
    -- Buying is not idempotent, and a shipment may have several: a lost answer is for a person.
    ["labels.create"] = {
      POST = "/v2/labels", takes = "NewLabel", gives = "Label", id = "label_id", number = "tracking_number", create = true,
      effect = { kind = "D" }, deadline = "2m",
    },
    ["labels.create_for_shipment"] = {
      POST = "/v2/labels/shipment/{shipment_id}", takes = "ShipmentLabel", gives = "Label", id = "label_id", number = "tracking_number", create = true,
      effect = { kind = "D" }, deadline = "2m",
    },
    ["labels.create_return"] = {
      POST = "/v2/labels/{label_id}/return", gives = "Label", id = "label_id", number = "tracking_number", create = true,
      effect = { kind = "D" }, deadline = "2m",
    },
    -- 200 also when the carrier refuses: `approved` says it.
    ["labels.void"] = { PUT = "/v2/labels/{label_id}/void", gives = "Voided", effect = { kind = "D", may_repeat = true } },

    ["fulfillments.list"] = {
      GET = "/v2/fulfillments", pages = pages "fulfillments", gives = "Fulfillment", id = "fulfillment_id", since = since("created_at", "created_at"),
    },
    ["fulfillments.create_many"] = { POST = "/v2/fulfillments", takes = "NewFulfillments", gives = "FulfillmentsResult", effect = { kind = "D" } },

    ["products.list"] = { GET = "/v2/products", pages = pages "products", gives = "Product", id = "product_id", number = "sku" },
    ["warehouses.list"] = { GET = "/v2/warehouses", pages = pages "warehouses", gives = "Warehouse", id = "warehouse_id" },
    ["users.list"] = { GET = "/v2/users", pages = pages "users", gives = "User", id = "user_id" },
    ["inventory.list"] = { GET = "/v2/inventory", pages = pages "inventory", gives = "Stock" },
    ["rates.list"] = { POST = "/v2/rates", takes = "RateRequest", gives = "Rate", reads = true, pages = { rows = { "rate_response.rates" } } },

    ["webhooks.list"] = { GET = "/v2/environment/webhooks", pages = { rows = { "" } }, gives = "Hook", id = "webhook_id" },
    ["webhooks.get"] = { GET = "/v2/environment/webhooks/{webhook_id}", gives = "Hook", id = "webhook_id" },
    -- One event has one webhook of an address: a second is refused as webhook_event_type_conflict.
    ["webhooks.create"] = {
      POST = "/v2/environment/webhooks", takes = "Hook", gives = "Hook", id = "webhook_id", create = true, effect = { kind = "D", may_repeat = true },
      rejects = { 409 },
    },
    ["webhooks.update"] = {
      PUT = "/v2/environment/webhooks/{webhook_id}", takes = "Hook", effect = { kind = "A", key = "webhook_id", read = "webhooks.get" },
    },
    ["webhooks.delete"] = { DELETE = "/v2/environment/webhooks/{webhook_id}", effect = { kind = "D", may_repeat = true } },
  },
  types = require "types",
}
