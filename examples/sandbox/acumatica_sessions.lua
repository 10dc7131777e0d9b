-- Sign-in by cookie and the seats of the simulated Acumatica's licence (sheet, sections 2 and 3): so many sessions at a time, each
-- held until it is logged out or ten minutes idle.

local answers, host, wire = require "acumatica_answers", require "host", require "wire"

local IDLE_SECONDS = 600

local Sessions = {}
Sessions.__index = Sessions

-- `site` has tenants, users, journal and switches.
function Sessions.new(site)
  return setmetatable({ site = site, open = {}, by_cookie = {}, most = 0, counts = { logins = 0, logouts = 0, forgotten = 0, refused = 0 } }, Sessions)
end

-- Ends what has been idle too long; a session that somebody should have logged out is a violation.
function Sessions:sweep()
  local now = host.now()
  for index = #self.open, 1, -1 do
    local session = self.open[index]
    if now - session.used >= (session.idle or IDLE_SECONDS) then
      table.remove(self.open, index)
      if session.cookie then
        self.by_cookie[session.cookie] = nil
        self.counts.forgotten = self.counts.forgotten + 1
        self.site.journal:violation("session_forgotten", session.user)
      end
    end
  end
end

local function count(open, user)
  local own = 0
  for _, session in ipairs(open) do own = own + (session.user == user and 1 or 0) end
  return #open, own
end

function Sessions:index(session)
  for index, each in ipairs(self.open) do
    if each == session then return index end
  end
end

-- Takes a seat for the session, or gives the answer that refuses it.
function Sessions:seat(session)
  self:sweep()
  session.used = host.now()
  if self:index(session) then return nil end
  local switches = self.site.switches
  local all, own = count(self.open, session.user)
  if switches.api_users and all >= switches.api_users or switches.user_sessions and own >= switches.user_sessions then
    self.counts.refused = self.counts.refused + 1
    self.site.journal:violation("login_limit", session.user)
    if switches.login_limit_status == 429 and not switches.login_limit_json then
      return answers.text(429, "The custom error module does not recognize this error. API Login Limit")
    end
    return answers.exception("API Login Limit", nil, switches.login_limit_status)
  end
  self.open[#self.open + 1] = session
  self.most = math.max(self.most, all + 1)
  return nil
end

function Sessions:leave(session)
  local index = self:index(session)
  if index then table.remove(self.open, index) end
  if session.cookie then self.by_cookie[session.cookie] = nil end
end

-- The tenant that a sign-in lands in, by the name it gave; nil when several are there and none is called that.
function Sessions:tenant_of(name)
  local tenants, switches = self.site.tenants, self.site.switches
  if not switches.several_tenants or name == nil or name == "" then return tenants[1] end
  for _, tenant in ipairs(tenants) do
    if tenant.name == name then return tenant end
  end
end

function Sessions:login(request)
  if request.method ~= "POST" then return answers.message(405, "The requested resource does not support http method '" .. request.method .. "'.") end
  local kind, given = request.headers["content-type"] or "", nil
  if kind:find("json", 1, true) then given = wire.json(request) elseif kind:find("form", 1, true) then given = wire.pairs_of(request.body) end
  if not given then return answers.bad "name and password are expected as JSON or as a form." end
  if given.tenant ~= nil and given.company ~= nil then
    self.site.journal:violation("company_and_tenant", "login")
    return answers.bad "Either tenant or company, never both."
  end
  if self.site.users[given.name or ""] == nil or self.site.users[given.name].password ~= given.password then
    self.site.journal:violation("wrong_credentials", tostring(given.name))
    return answers.exception "Invalid credentials. Please try again."
  end
  local tenant = self:tenant_of(given.tenant or given.company)
  if not tenant then
    return answers.exception(("Company '%s' cannot be found."):format(tostring(given.tenant or given.company)), "PX.Data.PXUndefinedCompanyException")
  end
  local branch = given.branch
  if branch ~= nil and branch ~= "" and not tenant.branches[branch] then
    return answers.exception(("'Branch' '%s' cannot be found in the system."):format(branch))
  end
  local session = { user = given.name, tenant = tenant, branch = branch ~= "" and branch or tenant.branch, id = host.uuid(),
    cookie = host.token(24), ticket = host.token(48) }
  local refused = self:seat(session)
  if refused then return refused end
  self.by_cookie[session.cookie] = session
  self.counts.logins = self.counts.logins + 1
  return answers.empty(204, { ["set-cookie"] = {
    "ASP.NET_SessionId=" .. session.cookie .. "; path=/; HttpOnly; SameSite=Lax", ".ASPXAUTH=" .. session.ticket .. "; path=/; secure; HttpOnly",
    "UserBranch=" .. session.id:sub(1, 8) .. "; path=/",
  } })
end

local function cookies_of(request)
  local out = {}
  for name, value in (request.headers.cookie or ""):gmatch "%s*([^=;]+)=([^;]*)" do out[name] = value end
  return out
end

-- The session of a request's cookies: all of those that it was given have to come back.
function Sessions:of(request)
  self:sweep()
  local cookies = cookies_of(request)
  local session = self.by_cookie[cookies["ASP.NET_SessionId"] or ""]
  if session and session.ticket == cookies[".ASPXAUTH"] and cookies.UserBranch == session.id:sub(1, 8) then
    session.used = host.now()
    return session
  end
end

function Sessions:logout(request, bearer)
  if request.method ~= "POST" then return answers.message(405, "The requested resource does not support http method '" .. request.method .. "'.") end
  if not request.headers["content-length"] then return answers.text(411, "Length Required") end
  local session = self:of(request) or bearer
  if session then
    self:leave(session)
    self.counts.logouts = self.counts.logouts + 1
  end
  return answers.empty(204)
end

-- Everybody is out, without a word (a restart of the site).
function Sessions:drop()
  self.open, self.by_cookie = {}, {}
  return true
end

function Sessions:report()
  self:sweep()
  return { open = #self.open, most = self.most, counts = self.counts }
end

return Sessions
