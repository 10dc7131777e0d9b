-- @NAME@: what its API is, as data. The values are those of an ordinary order service; hold each against the documentation of the
-- remote, and say where it stands there. docs/new-system.md goes through them one by one.

local operations = {}
for _, area in ipairs { require "orders", require "ping" } do
  for name, operation in pairs(area) do operations[name] = operation end
end

return system {
  name = "@NAME@",
  base_url = "https://api.example.com",
  headers = { Accept = "application/json" },

  -- Where the credential stands in a call. The secret itself comes in by: ml-connector secret set CLIENT CONNECTION api_key
  auth = { kind = "api_key", send = { header = "X-Api-Key", value = "{api_key}" } },

  -- So many calls for each key, corrected by what every answer says; and so many at a time.
  limits = {
    {
      calls = 60, per = "1m", scope = { "grant" },
      learn = { left = "X-RateLimit-Remaining", limit = "X-RateLimit-Limit", retry_after = "X-RateLimit-Reset" },
    },
    { in_flight = 4, scope = { "grant" } },
  },

  -- Where the sentence stands in an answer that refuses.
  errors = { message = { "error.message", "message" } },

  operations = operations,
  types = require "types",
}
