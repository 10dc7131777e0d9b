-- ShipStation: orders, shipments (labels) and fulfillments of one account. V1 is what a connection means: API key and secret as Basic.
-- V2 is another access to the same account, for connections that name it (access = { v2 = {} }) and hold its key: v2.lua.
--
-- Instants of V1 are wall-clock times of the US Pacific coast without an offset (fact sheet, section 1.1), which no field type says:
-- they are texts here, read with time.from_local(text, "America/Los_Angeles") and written as "2026-03-02 09:15:00".

local v2 = require "v2"

local operations = {
  -- What `ping` reads: the key pair, and that each thing that flows need is within its reach.
  ["ping.stores"] = { GET = "/stores" },
  ["ping.orders"] = { GET = "/orders", query = { pageSize = "1" } },
  ["ping.webhooks"] = { GET = "/webhooks" },
}
for _, area in ipairs { require "orders", require "labels", require "account", require "hooks", v2.operations } do
  for name, operation in pairs(area) do operations[name] = operation end
end

local types = {}
for _, of in ipairs { require "types", require "v2_types" } do
  for name, record in pairs(of) do types[name] = record end
end

return system {
  name = "shipstation",
  base_url = "https://ssapi.shipstation.com",
  headers = { Accept = "application/json" },

  -- Secrets `username` (the API key) and `password` (its secret), or `basic`: both in base64, as some are given them.
  auth = { kind = "basic" },

  limits = {
    -- Per key pair, and shared with whoever else has it, so it is learnt from every answer. X-Rate-Limit-Reset is in whole
    -- seconds from now, as Retry-After is, which V1 does not send.
    {
      calls = 40, per = "1m", scope = { "grant" },
      learn = { left = "X-Rate-Limit-Remaining", limit = "X-Rate-Limit-Limit", retry_after = "X-Rate-Limit-Reset" },
    },
    { in_flight = 4, scope = { "grant" } },
  },

  -- Bad input comes as 400, and also as 500 with the words of an ASP.NET exception (section 5.1).
  errors = {
    message = { "message", "ExceptionMessage", "Message" },
    refusal_like = { status = { 500 }, path = "ExceptionMessage", unless_prefix = { "Timeout", "Execution Timeout", "Transaction" } },
  },

  -- Equal pointers are the same event: what a batch or an import holds does not change. Edits, holds, cancels and voids tell nobody.
  webhooks = {
    verify = { path_token = true },
    topic = "resource_type",
    topics = { "ORDER_NOTIFY", "ITEM_ORDER_NOTIFY", "SHIP_NOTIFY", "ITEM_SHIP_NOTIFY", "FULFILLMENT_SHIPPED", "FULFILLMENT_REJECTED" },
    subscribe = {
      list = "webhooks.list", create = "webhooks.subscribe", delete = "webhooks.delete",
      body = { target_url = "{url}", event = "{topic}", friendly_name = "ml-connector" },
      same = { topic = "HookType", url = "Url" }, id = "WebHookID", active = "Active",
    },
  },

  operations = operations,
  access = v2.access,
  types = types,
}
