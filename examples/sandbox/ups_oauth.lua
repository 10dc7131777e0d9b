-- Tokens of the simulated UPS by client credentials (section 2): Basic, a form, every scalar of the answer a text, so many
-- requests a day.

local Window, answers, host, wire = require "window", require "ups_answers", require "host", require "wire"

local DAY_MS = 86400 * 1000
local FORGOTTEN = -1   -- ended before its time, which is nobody's fault

local OAuth = {}
OAuth.__index = OAuth

-- `app` is { client_id, client_secret }.
function OAuth.new(app, journal, switches)
  return setmetatable({
    app = app, journal = journal, switches = switches, tokens = {}, day = Window.new(DAY_MS), counts = { requests = 0, issued = 0, refused = 0 },
  }, OAuth)
end

function OAuth:refuse(status, code, message)
  self.counts.refused = self.counts.refused + 1
  return answers.error(status, code, message)
end

function OAuth:over_budget()
  local limit = self.switches.token_requests_a_day
  if not limit then return false end
  self.day:roll(host.now_ms())
  if self.day:left(limit) == 0 then return true end
  self.day:take()
  return false
end

function OAuth:token(request)
  if request.method ~= "POST" then return answers.no_method() end
  self.counts.requests = self.counts.requests + 1
  if self:over_budget() then
    self.journal:violation("token_budget", self.app.client_id)
    return self:refuse(429, "10429", "Too Many Requests")
  end
  local expected = "Basic " .. host.crypto.base64(self.app.client_id .. ":" .. self.app.client_secret)
  if request.headers.authorization ~= expected then
    self.journal:violation("wrong_client", request.path)
    return self:refuse(401, "250002", "Invalid Authentication Information.")
  end
  if self.switches.blocked_merchant then return self:refuse(403, "SIM403", "Blocked Merchant") end
  if not (request.headers["content-type"] or ""):find("application/x-www-form-urlencoded", 1, true) then
    return self:refuse(400, "SIM400", "The body must be a form.")
  end
  if wire.pairs_of(request.body).grant_type ~= "client_credentials" then
    return self:refuse(400, "SIM400", "grant_type must be client_credentials.")
  end
  local merchant = request.headers["x-merchant-id"]
  if merchant and not merchant:match "^%w%w%w%w%w%w$" then
    return self:refuse(400, "SIM400", "x-merchant-id must be an account number of six characters.")
  end
  local token, life = "eyJ" .. host.token(48), self.switches.token_seconds
  self.tokens[token] = host.now() + life
  self.counts.issued = self.counts.issued + 1
  return answers.json(200, {
    token_type = "Bearer", issued_at = tostring(host.now_ms()), client_id = self.app.client_id, access_token = token, scope = "",
    expires_in = tostring(life), refresh_count = "0", status = "approved",
  })
end

-- Why a call may not pass, or nil.
function OAuth:fault(request)
  local token = (request.headers.authorization or ""):match "^Bearer (.+)$"
  local ends = token and self.tokens[token]
  if ends == FORGOTTEN then return answers.error(401, "UJ0001", "The access token is invalid or absent.") end
  if not ends then
    self.journal:violation("no_token", request.path)
    return answers.error(401, "UJ0001", "The access token is invalid or absent.")
  end
  if host.now() >= ends then
    self.journal:violation("expired_token", request.path)
    return answers.error(401, "251004", "The access token has expired.")
  end
end

-- Tokens die before their time; what is done about a 401 can be seen.
function OAuth:forget()
  for token in pairs(self.tokens) do self.tokens[token] = FORGOTTEN end
end

function OAuth:report() return self.counts end

return OAuth
