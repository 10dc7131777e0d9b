-- FedEx: Ship, Track, Rates, Address Validation and Freight LTL of one portal project. A project that may not track needs a second connection
-- with the keys of one that may (fact sheet, section 0).

local operations = {}
for _, area in ipairs { require "ship", require "track", require "quotes", require "pickup", require "freight", require "ping" } do
  for name, operation in pairs(area) do operations[name] = operation end
end

local types = {}
for _, part in ipairs { require "types", require "ship_types", require "freight_types", require "track_types" } do
  for name, declared in pairs(part) do types[name] = declared end
end

return system {
  name = "fedex",
  -- The second is FedEx's own test environment, which answers much of it from a book.
  base_url = { production = "https://apis.fedex.com", test = "https://apis-sandbox.fedex.com" },
  headers = { Accept = "application/json" },

  auth = {
    kind = "client_credentials", token_path = "/oauth/token", client = "body",
    -- Three calls a second for five seconds, or one a second for two minutes, hold the public address for ten minutes, and trying on
    -- makes it longer (section 3). A rule without a scope is shared by every connection of this installation, as the address is.
    limits = {
      { calls = 8, per = "5s" }, { calls = 60, per = "2m" },
      { errors = 1, per = "11m", count = { 403 } },
      { errors = 8, per = "1h", scope = { "grant" } },
    },
  },

  limits = {
    -- In fixed windows of ten seconds; the application is the portal project. The organisation's quota of a day is a matter of its
    -- contract: a connection that knows it gives limits of its own, which stand instead of these. FedEx names no number of calls at once.
    { calls = 1400, per = "10s", scope = { "app" } },
    { in_flight = 8, scope = { "app" } },
  },

  -- Only the words of a 429 tell the short window from the quota of the day, which begins anew at 00:00 GMT (section 3).
  errors = {
    message = { "errors.0.message", "errors.0.code" },
    means = {
      { is = "busy", status = { 429 }, path = "errors.0.message", has = "short", wait = "10s" },
      { is = "busy", status = { 429 }, path = "errors.0.message", has = "daily", wait = "day" },
      { is = "busy", status = { 429 }, path = "errors.0.message", has = "Daily", wait = "day" },
      { is = "busy", status = { 429 }, path = "errors.0.message", has = "per day", wait = "day" },
      { is = "busy", status = { 429 }, path = "errors.0.message", has = "quota", wait = "day" },
    },
  },

  operations = operations,
  types = types,
}
