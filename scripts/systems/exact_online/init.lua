-- Exact Online: divisions of a region's installation, OAuth by authorization code with a strict, rotating refresh token.

local operations = {}
for _, area in ipairs {
  require "crm", require "sales", require "master", require "logistics", require "stock", require "finance", require "changes", require "ping",
} do
  for _, group in ipairs(area) do
    for name, operation in pairs(group) do operations[name] = operation end
  end
end

local types = {}
for _, part in ipairs { require "types", require "trade_types", require "stock_types", require "shipping_types" } do
  for name, declared in pairs(part) do types[name] = declared end
end

return system {
  name = "exact_online",
  base_url = {
    nl = "https://start.exactonline.nl", be = "https://start.exactonline.be", de = "https://start.exactonline.de",
    fr = "https://start.exactonline.fr", es = "https://start.exactonline.es", uk = "https://start.exactonline.co.uk",
    us = "https://start.exactonline.com",
  },
  headers = { Accept = "application/json", Prefer = "return=representation" },

  auth = {
    kind = "authorization_code",
    authorize_path = "/api/oauth2/auth", token_path = "/api/oauth2/token",
    client = "body", pkce = false,
    -- A token lives 600 s and may be renewed from 570 s on; reuse of an old refresh token kills the chain (section 1).
    -- An unused refresh token dies after 30 days (section 1).
    renew = { not_before = "570s", rotates = true, strict = true, refresh_life = "30d" },
    errors = { too_early = { error = "access_denied" }, dead = { "invalid_grant", "unauthorized_client", "invalid_request" } },
    send = { header = "Authorization", value = "Bearer {access_token}" },
  },

  limits = {
    {
      calls = 60, per = "1m", scope = { "app", "division" },
      learn = {
        left = "X-RateLimit-Minutely-Remaining", limit = "X-RateLimit-Minutely-Limit", reset_ms = "X-RateLimit-Minutely-Reset",
      },
    },
    {
      calls = 5000, per = "1d", scope = { "app", "division" },
      learn = { left = "X-RateLimit-Remaining", limit = "X-RateLimit-Limit", reset_ms = "X-RateLimit-Reset" },
    },
    { errors = 10, per = "1h", scope = { "app", "user", "division", "endpoint" }, count = { 400, 401, 403, 404 } },
  },

  -- Business validation arrives as 500 with the error block; a real fault says "A problem has occurred" (section 4).
  errors = {
    message = { "error.message.value", "error_description" },
    refusal_like = { status = { 500 }, path = "error.message.value", unless_prefix = { "A problem has occurred" } },
  },

  webhooks = {
    verify = {
      mac = "hmac-sha256",
      over = { between = { '{"Content":', ',"HashCode":' }, last = true },
      given = { json = "HashCode", as = "hex-upper" },
      secret = "webhook_secret",
    },
    empty_post = 200,
    topic = "Content.Topic",
    match = { path = "Content.Division", equals = "{division}" },
    subscribe = {
      list = "webhook_subscriptions.list", create = "webhook_subscriptions.create", delete = "webhook_subscriptions.delete",
      body = { Topic = "{topic}", CallbackURL = "{url}" },
      same = { topic = "Topic", url = "CallbackURL" }, id = "ID",
    },
  },

  operations = operations,
  types = types,
}
