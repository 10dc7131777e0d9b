-- BigCommerce: Orders V2, Catalog, Customers and Webhooks V3 of one store, authenticated by the API account's token.

local operations = {}
for _, area in ipairs {
  require "orders", require "customers", require "catalog", require "hooks", require "shipments", require "shop", require "ping",
} do
  for name, operation in pairs(area) do operations[name] = operation end
end

local types = {}
for _, part in ipairs { require "types", require "catalog_types" } do
  for name, declared in pairs(part) do types[name] = declared end
end

return system {
  name = "bigcommerce",
  base_url = "https://api.bigcommerce.com",
  -- Without Accept, V2 has answered in XML (fact sheet, section 1).
  headers = { Accept = "application/json" },

  auth = { kind = "header", send = { { header = "X-Auth-Token", value = "{access_token}" } } },

  limits = {
    -- The quota belongs to the store and is shared with its other apps, so it is learnt from every answer.
    {
      calls = 150, per = "30s", scope = { "store_hash" },
      learn = {
        left = "X-Rate-Limit-Requests-Left", limit = "X-Rate-Limit-Requests-Quota", reset_in_ms = "X-Rate-Limit-Time-Reset-Ms",
      },
    },
    { in_flight = 6, scope = { "store_hash" } },
  },

  errors = { message = { "0.message", "title", "data.0.title", "error" } },

  webhooks = {
    -- Standard Webhooks, but the key is the client secret's bytes as written (section 3).
    verify = {
      standard_webhooks = { key = "utf8", tolerance = "300s" }, secret = "client_secret",
      token = { header = "X-Hook-Token", secret = "hook_token" },
    },
    topic = "scope",
    match = { path = "producer", equals = "stores/{store_hash}" },
    subscribe = {
      list = "hooks.list", create = "hooks.create", revive = "hooks.update", delete = "hooks.delete",
      body = {
        scope = "{topic}", destination = "{url}", is_active = true, headers = { ["X-Hook-Token"] = "{hook_token}" },
      },
      same = { topic = "scope", url = "destination" }, id = "id", active = "is_active",
    },
  },

  operations = operations,
  types = types,
}
