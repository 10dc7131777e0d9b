-- Packhouse, after FACTS.md: one site (warehouse) of an account, authenticated by a key.

local operations = {}
for _, area in ipairs { require "orders", require "dispatches", require "hooks", require "ping" } do
  for name, operation in pairs(area) do operations[name] = operation end
end

return system {
  name = "packhouse",
  base_url = "https://api.packhouse.example",
  headers = { Accept = "application/json" },

  auth = { kind = "api_key", send = { header = "X-Packhouse-Key", value = "{api_key}" } },

  -- Of the key, so shared with whoever else has it: corrected by every answer (section 2).
  limits = {
    {
      calls = 120, per = "1m", scope = { "grant" },
      learn = { left = "RateLimit-Remaining", limit = "RateLimit-Limit", retry_after = "RateLimit-Reset" },
    },
    { in_flight = 4, scope = { "grant" } },
  },

  errors = { message = { "error.message" } },

  webhooks = {
    verify = {
      mac = "hmac-sha256", over = { { header = "Packhouse-Timestamp" }, ".", "body" },
      given = { header = "Packhouse-Signature", prefix = "sha256=", as = "hex" }, secret = "webhook_secret",
    },
    topic = "topic",
    match = { path = "site", equals = "{site}" },
    subscribe = {
      list = "webhooks.list", create = "webhooks.create", delete = "webhooks.delete",
      body = { topic = "{topic}", url = "{url}", active = true },
      same = { topic = "topic", url = "url" }, id = "id", active = "active",
    },
  },

  operations = operations,
  types = require "types",
}
