-- UPS: shipping, tracking, rates and pickups of one shipper's account, by client credentials of the customer's own app. The
-- test environment (CIE) is a region of its own.

local operations = {}
for _, area in ipairs { require "shipping", require "tracking", require "alerts", require "quotes", require "pickups", require "ping" } do
  for name, operation in pairs(area) do operations[name] = operation end
end

local types = {}
for _, part in ipairs { require "types", require "shipping_types", require "tracking_types" } do
  for name, declared in pairs(part) do types[name] = declared end
end

return system {
  name = "ups",
  base_url = { production = "https://onlinetools.ups.com", test = "https://wwwcie.ups.com" },
  headers = { Accept = "application/json", transactionSrc = "ml-connector", transId = "{request_id}" },

  auth = {
    kind = "client_credentials", token_path = "/security/v1/oauth/token", client = "basic",
    -- The account that is shipped for, where the app serves several (section 2).
    token_headers = { ["x-merchant-id"] = "{account?}" },
    -- A token lives an hour, so that 24 a day are needed; more than this many means that something fetches one a call (section 9).
    limits = { { calls = 250, per = "1d", scope = { "grant" } }, { errors = 8, per = "1h", scope = { "grant" } } },
    send = { header = "Authorization", value = "Bearer {access_token}" },
  },

  -- UPS publishes no limits and says nothing in its 429 (section 3): these are our own restraint, which a connection may change.
  limits = { { calls = 300, per = "1m", scope = { "app" } }, { in_flight = 4, scope = { "app" } } },

  errors = {
    message = {
      "response.errors.0.message", "response.errors.message", "QuantumViewResponse.Response.Error.0.ErrorDescription",
      "Fault.detail.Errors.ErrorDetail.PrimaryErrorCode.Description",
    },
  },

  webhooks = {
    -- Nothing is signed (section 6). v1: what we registered comes back with each push. v2, set up in the portal: the app's client id, or a
    -- token that UPS fetches at /oauth/token/<client>/<connection> with credentials that were given to the portal.
    verify = {
      { name = "Track Alert v1", token = { header = "credential", secret = "alert_credential" } },
      -- An id is no secret: it is believed only where nothing better was set up.
      {
        name = "portal key", token = { header = "x-api-key", secret = "client_id" },
        unless = { "alert_credential", "push_client_secret" },
      },
      { name = "portal token", bearer = { client_id = "push_client_id", client_secret = "push_client_secret", life = "1h" } },
    },
    -- There is no event id and no topic but the status' type: M, MV, I, X, D, U.
    topic = "activityStatus.type",
  },

  operations = operations,
  types = types,
}
