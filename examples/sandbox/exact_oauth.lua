-- OAuth of the simulated Exact Online, after apis/exact-online.md section 1: one app, several users, codes of three
-- minutes, access tokens of 600 s, renewal from 570 s on, rotation with the whole chain revoked on reuse.

local answers, calendar, host, wire = require "exact_answers", require "calendar", require "host", require "wire"

local CODE_LIFE, ACCESS_LIFE, NOT_BEFORE, REFRESH_LIFE = 180, 600, 570, 30 * 86400

local OAuth = {}
OAuth.__index = OAuth

-- `app` is { client_id, client_secret, redirect_uri }: the first redirect URI that is used becomes the registered one.
function OAuth.new(app, users, journal, switches)
  return setmetatable({
    app = app, users = users, journal = journal, switches = switches, codes = {}, access = {}, refresh = {}, chains = {},
    counts = { codes = 0, grants = 0, renewals = 0, refused = 0, revoked = 0 },
  }, OAuth)
end

local function consent_page(request, users)
  local links = {}
  for name in pairs(users) do
    local href = (request.path .. "?" .. request.raw_query .. "&user=" .. wire.escape(name)):gsub("&", "&amp;")
    links[#links + 1] = ('<li><a href="%s">Continue as %s</a></li>'):format(href, name)
  end
  return answers.page(200, "<!doctype html><title>Exact Online (simulated)</title><h1>Allow access?</h1><ul>"
    .. table.concat(links) .. "</ul>")
end

function OAuth:authorize(request)
  local query = wire.query(request)
  if query.client_id ~= self.app.client_id then return answers.page(400, "Unknown client_id") end
  local redirect = query.redirect_uri
  if not redirect or not redirect:match "^https?://" then return answers.page(400, "redirect_uri is missing") end
  self.app.redirect_uri = self.app.redirect_uri or redirect
  if redirect ~= self.app.redirect_uri then return answers.page(400, "redirect_uri is not the registered one") end
  if query.response_type ~= "code" then return answers.page(400, "response_type must be code") end
  if not query.user then return consent_page(request, self.users) end
  if not self.users[query.user] then return answers.page(400, "Unknown user") end
  local code = "stamp" .. host.token(24) .. "!" .. host.token(4)
  self.codes[code] = { user = query.user, redirect_uri = redirect, made = host.now() }
  self.counts.codes = self.counts.codes + 1
  local target = redirect .. (redirect:find("?", 1, true) and "&" or "?") .. "code=" .. wire.escape(code)
  if query.state then target = target .. "&state=" .. wire.escape(query.state) end
  return answers.empty(302, { location = target })
end

function OAuth:revoke(chain)
  if chain.revoked then return end
  chain.revoked = true
  self.counts.revoked = self.counts.revoked + 1
end

function OAuth:take_back(user)
  local chain = self.chains[user]
  if not chain then return false end
  self:revoke(chain)
  return true
end

-- A new pair in the chain; the former refresh token becomes an old one.
function OAuth:issue(chain)
  local access, refresh = "gAAAA" .. host.token(40) .. "!", "stampNL." .. host.token(40) .. "!" .. host.token(8)
  chain.current, chain.issued = refresh, host.now()
  self.access[access] = { chain = chain, ends = host.now() + ACCESS_LIFE }
  self.refresh[refresh] = chain
  return answers.json(200, {
    access_token = access, refresh_token = refresh, token_type = "bearer",
    expires_in = self.switches.expires_in_text and tostring(ACCESS_LIFE) or ACCESS_LIFE,
  })
end

function OAuth:refuse(status, code, description, reason)
  self.counts.refused = self.counts.refused + 1
  return answers.token_error(status, code, description, reason)
end

function OAuth:first_grant(form)
  local code = self.codes[form.code or ""]
  if not code or code.used or host.now() - code.made > CODE_LIFE then
    if code and code.used then self.journal:violation("code_reused", form.code:sub(1, 8)) end
    return self:refuse(400, "invalid_grant", "Token is not allowed, because of invalid or empty chainId")
  end
  if form.redirect_uri ~= code.redirect_uri then
    return self:refuse(400, "invalid_grant", "The redirect_uri is not the one of the authorization request")
  end
  code.used = true
  -- The same user authorizing the same app again breaks the first chain.
  if self.chains[code.user] then self:revoke(self.chains[code.user]) end
  local chain = { user = code.user }
  self.chains[code.user] = chain
  self.counts.grants = self.counts.grants + 1
  return self:issue(chain)
end

function OAuth:renewal(form)
  local chain = self.refresh[form.refresh_token or ""]
  if not chain or chain.revoked then
    return self:refuse(400, "invalid_grant", "Token is not allowed, because of invalid or empty chainId")
  end
  if chain.current ~= form.refresh_token then
    self.journal:violation("refresh_token_reused", chain.user)
    self:revoke(chain)
    return self:refuse(401, "unauthorized_client", "Old refresh token used.")
  end
  local age = host.now() - chain.issued
  if age < NOT_BEFORE then
    self.journal:violation("token_too_early", ("%s after %d s"):format(chain.user, age))
    if not self.switches.too_early_keeps_token then self:revoke(chain) end
    return self:refuse(400, "access_denied", "Rate limit exceeded: access_token not expired",
      "TooEarlyToRefreshTokens: " .. NOT_BEFORE - age .. " s left")
  end
  if age > REFRESH_LIFE then
    return self:refuse(400, "invalid_request", ("The refresh token expired at %s and it is now %s."):format(
      calendar.us(chain.issued + REFRESH_LIFE), calendar.us(host.now())))
  end
  self.counts.renewals = self.counts.renewals + 1
  return self:issue(chain)
end

function OAuth:token(request)
  if not (request.headers["content-type"] or ""):find("application/x-www-form-urlencoded", 1, true) then
    return self:refuse(400, "invalid_request", "The body must be a form")
  end
  local form = wire.pairs_of(request.body)
  if form.client_id ~= self.app.client_id or form.client_secret ~= self.app.client_secret then
    self.journal:violation("wrong_client", form.client_id or "-")
    return self:refuse(401, "invalid_client", "Client authentication failed")
  end
  if form.grant_type == "authorization_code" then return self:first_grant(form) end
  if form.grant_type == "refresh_token" then return self:renewal(form) end
  return self:refuse(400, "unsupported_grant_type", "Use authorization_code or refresh_token")
end

-- The user of a call, or nil.
function OAuth:user_of(request)
  local token = (request.headers.authorization or ""):match "^[Bb]earer (.+)$"
  local access = token and self.access[token]
  if not access or access.chain.revoked or host.now() >= access.ends then return nil end
  return access.chain.user
end

function OAuth:report()
  local chains = {}
  for user, chain in pairs(self.chains) do
    chains[user] = { revoked = chain.revoked or false, age = host.now() - chain.issued }
  end
  return { counts = self.counts, chains = chains, redirect_uri = self.app.redirect_uri }
end

return OAuth
