-- OAuth 2.0 of the simulated Acumatica (sheet, section 2.2): discovery, authorization code, refresh tokens that rotate, resource
-- owner password; the client id names the tenant.

local answers, host, wire = require "acumatica_answers", require "host", require "wire"

local CODE_LIFE, ACCESS_LIFE = 300, 3600
local SCOPES = { api = true, offline_access = true, openid = true, profile = true, email = true }

local OAuth = {}
OAuth.__index = OAuth

-- `app` is { client_id, client_secret, tenant }.
function OAuth.new(site, app)
  return setmetatable({
    site = site, app = app, codes = {}, access = {}, refresh = {}, chains = {},
    counts = { codes = 0, grants = 0, renewals = 0, refused = 0, revoked = 0 },
  }, OAuth)
end

local function page(status, text) return { status = status, headers = { ["content-type"] = "text/html; charset=utf-8" }, body = text } end

function OAuth:refuse(code, description)
  self.counts.refused = self.counts.refused + 1
  return answers.json(400, { error = code, error_description = description })
end

local function scope_set(text)
  local out = {}
  for word in (text or ""):gmatch "%S+" do
    if not SCOPES[word] then return nil end
    out[word] = true
  end
  return out
end

function OAuth:discovery()
  local base = self.site.url .. "/identity"
  return answers.json(200, {
    issuer = base, authorization_endpoint = base .. "/connect/authorize", token_endpoint = base .. "/connect/token",
    scopes_supported = host.json.array { "openid", "api", "offline_access" },
    grant_types_supported = host.json.array { "authorization_code", "refresh_token", "password", "implicit" },
  })
end

function OAuth:authorize(request)
  local query = wire.query(request)
  if query.client_id ~= self.app.client_id then return page(400, "Unknown client or client not enabled") end
  local redirect = query.redirect_uri
  if not redirect or not redirect:match "^https?://" then return page(400, "Invalid redirect_uri") end
  self.app.redirect_uri = self.app.redirect_uri or redirect
  if redirect ~= self.app.redirect_uri then return page(400, "Invalid redirect_uri: it is not the registered one") end
  if query.response_type ~= "code" then return page(400, "Invalid response_type") end
  local scopes = scope_set(query.scope)
  if not scopes or not scopes.api then return page(400, "invalid_scope: api is needed") end
  if not query.user then
    local links = {}
    for name in pairs(self.site.users) do
      local href = (request.path .. "?" .. request.raw_query .. "&user=" .. wire.escape(name)):gsub("&", "&amp;")
      links[#links + 1] = ('<li><a href="%s">Allow as %s</a></li>'):format(href, name)
    end
    table.sort(links)
    return page(200, "<!doctype html><title>Acumatica (simulated)</title><h1>Allow access?</h1><ul>" .. table.concat(links) .. "</ul>")
  end
  if not self.site.users[query.user] then return page(400, "Unknown user") end
  local code = host.token(32)
  self.codes[code] = { user = query.user, redirect_uri = redirect, scopes = scopes, scope = query.scope, made = host.now(), challenge = query.code_challenge }
  self.counts.codes = self.counts.codes + 1
  local target = redirect .. (redirect:find("?", 1, true) and "&" or "?") .. "code=" .. code .. "&scope=" .. wire.escape(query.scope)
  if query.state then target = target .. "&state=" .. wire.escape(query.state) end
  return answers.empty(302, { location = target })
end

function OAuth:issue(chain)
  local token, now = host.token(48), host.now()
  chain.issued = now
  self.access[token] = { chain = chain, ends = now + ACCESS_LIFE }
  local refresh
  if chain.scopes.offline_access then
    refresh = host.token(32)
    chain.current = refresh
    self.refresh[refresh] = chain
  end
  return answers.json(200, { access_token = token, expires_in = ACCESS_LIFE, token_type = "Bearer", refresh_token = refresh, scope = chain.scope })
end

function OAuth:chain(user, scopes, scope)
  local chain = {
    user = user, scopes = scopes, scope = scope, began = host.now(),
    session = { user = user, tenant = self.app.tenant, branch = self.app.tenant.branch, id = host.uuid(), used = host.now(),
      -- Without offline_access the seat is taken until the token expires.
      idle = not scopes.offline_access and ACCESS_LIFE or nil },
  }
  self.chains[#self.chains + 1] = chain
  self.counts.grants = self.counts.grants + 1
  return chain
end

function OAuth:by_code(form)
  local code = self.codes[form.code or ""]
  if not code or code.used or host.now() - code.made > CODE_LIFE then
    if code and code.used then self.site.journal:violation("code_reused", code.user) end
    return self:refuse "invalid_grant"
  end
  if form.redirect_uri ~= code.redirect_uri then return self:refuse("invalid_grant", "redirect_uri differs") end
  code.used = true
  return self:issue(self:chain(code.user, code.scopes, code.scope))
end

function OAuth:by_refresh(form)
  local chain = self.refresh[form.refresh_token or ""]
  if not chain or chain.revoked then return self:refuse "invalid_grant" end
  if chain.current ~= form.refresh_token then
    self.site.journal:violation("refresh_token_reused", chain.user)
    if self.site.switches.old_refresh_token ~= "works" then return self:refuse "invalid_grant" end
  end
  local from = self.site.switches.refresh_slides and chain.issued or chain.began
  if host.now() - from > self.site.switches.refresh_days * 86400 then return self:refuse "invalid_grant" end
  self.counts.renewals = self.counts.renewals + 1
  return self:issue(chain)
end

function OAuth:by_password(form)
  local user = self.site.users[form.username or ""]
  if not user or user.password ~= form.password then return self:refuse("invalid_grant", "invalid_username_or_password") end
  local scopes = scope_set(form.scope)
  if not scopes or not scopes.api then return self:refuse "invalid_scope" end
  return self:issue(self:chain(form.username, scopes, form.scope))
end

function OAuth:token(request)
  if request.method ~= "POST" then return answers.message(405, "POST is expected") end
  if not (request.headers["content-type"] or ""):find("application/x-www-form-urlencoded", 1, true) then return self:refuse("invalid_request",
    "The body must be a form") end
  local form = wire.pairs_of(request.body)
  if form.client_id ~= self.app.client_id or form.client_secret ~= self.app.client_secret then
    self.site.journal:violation("wrong_client", form.client_id or "-")
    return self:refuse "invalid_client"
  end
  if form.grant_type == "authorization_code" then return self:by_code(form) end
  if form.grant_type == "refresh_token" then return self:by_refresh(form) end
  if form.grant_type == "password" then return self:by_password(form) end
  return self:refuse "unsupported_grant_type"
end

-- The session of a bearer token, or nil.
function OAuth:session_of(request)
  local token = (request.headers.authorization or ""):match "^Bearer (.+)$"
  local access = token and self.access[token]
  if not access or access.chain.revoked or host.now() >= access.ends then return nil end
  return access.chain.session
end

-- An administrator takes back what a user agreed to.
function OAuth:revoke(user)
  local count = 0
  for _, chain in ipairs(self.chains) do
    if chain.user == user and not chain.revoked then chain.revoked, count = true, count + 1 end
  end
  self.counts.revoked = self.counts.revoked + count
  return count
end

function OAuth:report() return { counts = self.counts, redirect_uri = self.app.redirect_uri } end

return OAuth
