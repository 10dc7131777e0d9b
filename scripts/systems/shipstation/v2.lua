-- V2 of the same account: other host, other authentication, other words. V1's order is a shipment here, V1's shipment a label; ids are
-- V1's with "se-" before them (fact sheet, section 6). What is of V2 is called v2_….

local HOST = "api.shipstation.com"

local function pages(name) return { rows = { name }, param = "page", size_param = "page_size", size = 100, first = 1, last = "pages" } end

-- Lists are newest first unless asked otherwise; a poll reads upwards.
local function since(param, field)
  return { param = param .. "_start", field = field, format = "rfc3339", query = { sort_by = field, sort_dir = "asc" } }
end
local function period(param, field) return { from = param .. "_start", to = param .. "_end", field = field } end

local operations = {
  ["ping.v2_shipments"] = { GET = "/v2/shipments", query = { page_size = "1" } },
  ["ping.v2_webhooks"] = { GET = "/v2/environment/webhooks" },

  ["v2_shipments.list"] = {
    GET = "/v2/shipments", pages = pages "shipments", gives = "V2Shipment", id = "shipment_id", number = "shipment_number",
    since = since("modified_at", "modified_at"), period = period("created_at", "created_at"),
  },
  ["v2_shipments.get"] = { GET = "/v2/shipments/{shipment_id}", gives = "V2Shipment", id = "shipment_id", number = "shipment_number" },
  ["v2_shipments.by_external_id"] = {
    GET = "/v2/shipments/external_shipment_id/{external_shipment_id}", gives = "V2Shipment", id = "shipment_id", number = "shipment_number",
  },
  -- 200 although some failed: each says its errors. A second external_shipment_id is refused, so repeating doubles nothing; an id of
  -- more than 50 characters is cut without a word.
  ["v2_shipments.create_many"] = { POST = "/v2/shipments", takes = "V2NewShipments", gives = "V2ShipmentsResult", effect = { kind = "D", may_repeat = true } },
  ["v2_shipments.cancel"] = { PUT = "/v2/shipments/{shipment_id}/cancel", effect = { kind = "D", may_repeat = true } },
  ["v2_shipments.add_tag"] = { POST = "/v2/shipments/{shipment_id}/tags/{tag}", effect = { kind = "D", may_repeat = true } },
  ["v2_shipments.remove_tag"] = { DELETE = "/v2/shipments/{shipment_id}/tags/{tag}", effect = { kind = "D", may_repeat = true } },

  -- No filter on changes: voids are found by label_status.
  ["v2_labels.list"] = {
    GET = "/v2/labels", pages = pages "labels", gives = "V2Label", id = "label_id", number = "tracking_number",
    since = since("created_at", "created_at"), period = period("created_at", "created_at"),
  },
  -- What a notification points to.
  ["v2_labels.follow"] = {
    GET = "/v2/labels", pages = pages "labels", gives = "V2Label", id = "label_id", number = "tracking_number", link_hosts = { HOST },
  },
  ["v2_labels.get"] = { GET = "/v2/labels/{label_id}", gives = "V2Label", id = "label_id", number = "tracking_number" },
  ["v2_labels.track"] = { GET = "/v2/labels/{label_id}/track", gives = "V2Tracking" },
  -- Buying is not idempotent, and a shipment may have several: a lost answer is for a person.
  ["v2_labels.create"] = {
    POST = "/v2/labels", takes = "V2NewLabel", gives = "V2Label", id = "label_id", number = "tracking_number", create = true,
    effect = { kind = "D" }, deadline = "2m",
  },
  ["v2_labels.create_for_shipment"] = {
    POST = "/v2/labels/shipment/{shipment_id}", takes = "V2ShipmentLabel", gives = "V2Label", id = "label_id", number = "tracking_number", create = true,
    effect = { kind = "D" }, deadline = "2m",
  },
  ["v2_labels.create_return"] = {
    POST = "/v2/labels/{label_id}/return", gives = "V2Label", id = "label_id", number = "tracking_number", create = true,
    effect = { kind = "D" }, deadline = "2m",
  },
  -- 200 also when the carrier refuses: `approved` says it.
  ["v2_labels.void"] = { PUT = "/v2/labels/{label_id}/void", gives = "V2Voided", effect = { kind = "D", may_repeat = true } },

  ["v2_fulfillments.list"] = {
    GET = "/v2/fulfillments", pages = pages "fulfillments", gives = "V2Fulfillment", id = "fulfillment_id", since = since("created_at", "created_at"),
  },
  ["v2_fulfillments.create_many"] = { POST = "/v2/fulfillments", takes = "V2NewFulfillments", gives = "V2FulfillmentsResult", effect = { kind = "D" } },

  ["v2_products.list"] = { GET = "/v2/products", pages = pages "products", gives = "V2Product", id = "product_id", number = "sku" },
  ["v2_warehouses.list"] = { GET = "/v2/warehouses", pages = pages "warehouses", gives = "V2Warehouse", id = "warehouse_id" },
  ["v2_users.list"] = { GET = "/v2/users", pages = pages "users", gives = "V2User", id = "user_id" },
  ["v2_inventory.list"] = { GET = "/v2/inventory", pages = pages "inventory", gives = "V2Stock" },
  ["v2_rates.list"] = { POST = "/v2/rates", takes = "V2RateRequest", gives = "V2Rate", reads = true, pages = { rows = { "rate_response.rates" } } },

  ["v2_webhooks.list"] = { GET = "/v2/environment/webhooks", pages = { rows = { "" } }, gives = "V2Hook", id = "webhook_id" },
  ["v2_webhooks.get"] = { GET = "/v2/environment/webhooks/{webhook_id}", gives = "V2Hook", id = "webhook_id" },
  -- One event has one webhook of an address: a second is refused as webhook_event_type_conflict.
  ["v2_webhooks.create"] = {
    POST = "/v2/environment/webhooks", takes = "V2Hook", gives = "V2Hook", id = "webhook_id", create = true, effect = { kind = "D", may_repeat = true },
    rejects = { 409 },
  },
  ["v2_webhooks.update"] = {
    PUT = "/v2/environment/webhooks/{webhook_id}", takes = "V2Hook", effect = { kind = "A", key = "webhook_id", read = "v2_webhooks.get" },
  },
  ["v2_webhooks.delete"] = { DELETE = "/v2/environment/webhooks/{webhook_id}", effect = { kind = "D", may_repeat = true } },
}

for _, operation in pairs(operations) do operation.access = "v2" end

-- The keys that deliveries are signed with stand at another host, for everybody.
operations["v2_signing_keys.get"] = { GET = "/jwks", access = "keys" }
operations["ping.v2_signing_keys"] = { GET = "/jwks", access = "keys", expect = { rows = { "keys" } } }

-- Every account's deliveries are signed with the same keys, so a signature proves that ShipStation sent it, not that it is of this
-- account: that the secret in the address does. Of the events only those that are followed.
local TIME = "x-shipengine-timestamp"
local webhooks = {
  verify = {
    rsa = "pkcs1-sha256", over = { { header = TIME }, ".", "body" }, given = { header = "x-shipengine-rsa-sha256-signature", as = "base64" },
    key = { header = "x-shipengine-rsa-sha256-key-id" }, time = { header = TIME, tolerance = "5m" }, keys = "v2_signing_keys.get",
    path_token = true,
  },
  topic = "resource_type",
  topics = { LABEL_CREATED_V2 = "label_created_v2" },
  subscribe = {
    list = "v2_webhooks.list", create = "v2_webhooks.create", delete = "v2_webhooks.delete",
    body = { name = "ml-connector", url = "{url}", event = "{topic}" },
    same = { topic = "event", url = "url" }, id = "webhook_id",
  },
}

return {
  operations = operations,
  access = {
    v2 = {
      base_url = "https://" .. HOST,
      auth = { kind = "api_key", send = { { header = "API-Key", value = "{api_key}" } } },
      -- Raised on request; a 429 says Retry-After, which is always read.
      limits = { { calls = 200, per = "1m", scope = { "grant" } }, { in_flight = 6, scope = { "grant" } } },
      errors = { message = { "errors.0.message" } },
      webhooks = webhooks,
    },
    keys = {
      base_url = "https://api.shipengine.com", auth = { kind = "none" }, with = "v2",
      limits = { { calls = 10, per = "1m", scope = { "connection" } } },
    },
  },
}
