-- Acumatica (also MYOB Acumatica): the contract-based REST API of contract 4, on the instance of the client. `base_url` is the address of
-- the instance with its site's name; settings of a connection:
--
--     acumatica = connection "acumatica" {
--       base_url = "https://erp.example.com/Site", endpoint = "Default", version = "24.200.001",
--       auth = "oauth",                      -- or "session"
--       tenant = "Company", branch = "MAIN", -- tenant for the session only: with OAuth the client id names it
--     }
--
-- Secrets: client_id (with its @Tenant) and client_secret, or username and password of a user for the session; push_secret where push
-- notifications are set up. Values are wrapped there ({"value": …}) and plain here; an unset field is nil.

local operations = {}
for _, area in ipairs { require "ping", require "orders", require "shipments", require "master" } do
  for name, operation in pairs(area) do operations[name] = operation end
end

return system {
  name = "acumatica",
  base_url = {},
  headers = { Accept = "application/json", ["PX-CbApiBranch"] = "{branch}" },

  auth = {
    usual = "oauth",
    ways = {
      -- One session of the licence, used on over renewals, without a logout (sheet, section 2.2).
      oauth = {
        kind = "authorization_code", authorize_path = "/identity/connect/authorize", token_path = "/identity/connect/token",
        scope = "api offline_access", renew = { rotates = true, refresh_life = "30d" },
      },
      -- `locale` is reserved; tenant and company are never sent both.
      session = {
        kind = "session",
        login = {
          POST = "/entity/auth/login",
          body = { name = "{username}", password = "{password}", ["tenant?"] = "{setting.tenant}", ["branch?"] = "{setting.branch}" },
        },
        logout = { POST = "/entity/auth/logout" },
        idle = "10m",
        errors = {
          full = { "API Login Limit" },
          dead = { "Invalid credentials", "PXUndefinedCompanyException", "cannot be found in the system" },
          message = { "exceptionMessage", "message" },
        },
        limits = { { calls = 120, per = "1h", scope = { "grant" } } },
      },
    },
  },

  -- An action that runs disturbs other calls of its session (section 5), so calls go one after the other. How many a minute the licence
  -- allows is the tenant's own number, and above half of it answers only come later (section 3); a connection that knows it gives `limits`.
  limits = { { in_flight = 1, scope = { "grant" } } },

  values = { field = "value", bare = { "id", "rowNumber", "delete", "custom", "endpoints", "acumaticaBuildVersion", "databaseVersion" } },

  -- 500 is also what the business refuses (section 4.4). The stack trace stays in the record of the call.
  errors = {
    message = { "innerException.exceptionMessage", "exceptionMessage", "message" },
    fields = "error",
    refusal_like = { status = { 500 }, path = "exceptionMessage", unless_prefix = { "Timeout", "Execution Timeout", "Transaction" } },
    means = {
      { is = "not_found", status = { 500 }, path = "exceptionType", has = "NoEntitySatisfiesTheConditionException" },
      { is = "busy", has = "API Login Limit", wait = "20s" },
      { is = "busy", status = { 500 }, path = "exceptionMessage", has = "Another process has updated", wait = "2s" },
      -- An action whose answer was lost still runs (section 5 says that this fails; the words are those of the program).
      { is = "busy", status = { 500 }, path = "exceptionMessage", has = "previous operation has not been completed", wait = "5s" },
    },
    hints = {
      ["404"] = "the instance may not have the endpoint {endpoint}/{version}: ml-connector ping {client} {connection} names those that it has",
      ["302"] = "the metadata of the endpoint {endpoint}/{version} may be broken: ml-connector ping {client} {connection}",
    },
  },

  -- Push notifications, set up there by a person with one static header (section 7). The topic is the name of the query; a push is a
  -- hint, of which the first row counts, and the polls are the truth.
  webhooks = { verify = { token = { header = "X-Push-Secret", secret = "push_secret" } }, topic = "Query" },

  operations = operations,
  types = require "types",
}
