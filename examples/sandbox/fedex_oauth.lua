-- OAuth of the simulated FedEx, after apis/fedex.md sections 2 and 3: client credentials in a form's body, tokens of an hour,
-- and a throttle by public address that every project behind it shares.

local answers, host, wire = require "fedex_answers", require "host", require "wire"

local TOKEN_LIFE, HOLD_MS, BURST_MS, AVERAGE_MS = 3600, 600 * 1000, 5 * 1000, 120 * 1000
local CHILD_GRANTS = { csp_credentials = true, client_pc_credentials = true }

local OAuth = {}
OAuth.__index = OAuth

-- `projects` are { client_id, client_secret, child_key, child_secret, name }.
function OAuth.new(projects, journal, switches)
  return setmetatable({
    projects = projects, journal = journal, switches = switches, tokens = {}, addresses = {},
    counts = { issued = 0, refused = 0, throttled = 0 },
  }, OAuth)
end

local function address_of(request) return request.peer:match "^(.*):%d+$" or request.peer end

-- Why the address may not ask now, as the kind of violation; nil when it may.
function OAuth:throttled(request)
  local address, now = address_of(request), host.now_ms()
  local known = self.addresses[address] or { calls = {}, held_until = 0 }
  self.addresses[address] = known
  if now < known.held_until then
    if self.switches.trying_extends_hold then known.held_until = now + HOLD_MS end
    return "token_while_held"
  end
  local kept, burst = {}, 1
  for _, at in ipairs(known.calls) do
    if at > now - AVERAGE_MS then
      kept[#kept + 1] = at
      if at > now - BURST_MS then burst = burst + 1 end
    end
  end
  kept[#kept + 1] = now
  known.calls = kept
  local kind = burst >= self.switches.token_burst and "token_burst" or #kept >= self.switches.token_average and "token_average"
  if not kind then return nil end
  known.calls, known.held_until = {}, now + HOLD_MS
  return kind
end

function OAuth:project_of(form)
  for _, project in ipairs(self.projects) do
    if project.client_id == form.client_id and project.client_secret == form.client_secret then return project end
  end
end

function OAuth:refuse(request, status, code, message)
  self.counts.refused = self.counts.refused + 1
  return answers.error(request, status, code, message)
end

function OAuth:token(request)
  local throttled = self:throttled(request)
  if throttled then
    self.counts.throttled = self.counts.throttled + 1
    self.journal:violation(throttled, address_of(request))
    return answers.error(request, 403, "FORBIDDEN.ERROR", "We could not authorize your credentials. Please check your permissions and try again.")
  end
  if not (request.headers["content-type"] or ""):find("application/x-www-form-urlencoded", 1, true) then
    return self:refuse(request, 400, "BAD.REQUEST.ERROR", "The request is not application/x-www-form-urlencoded.")
  end
  local form = wire.pairs_of(request.body)
  local child = CHILD_GRANTS[form.grant_type]
  if form.grant_type ~= "client_credentials" and not child then
    return self:refuse(request, 400, "BAD.REQUEST.ERROR", "Missing or unknown grant_type.")
  end
  -- Credentials travel in the body alone.
  local project = self:project_of(form)
  if not project or child and not (project.child_key and form.child_Key == project.child_key and form.child_secret == project.child_secret) then
    self.journal:violation("wrong_client", form.client_id or "-")
    return self:refuse(request, 401, "NOT.AUTHORIZED.ERROR", "The given client credentials were not valid. Please modify your request and try again.")
  end
  local token = "eyJ" .. host.token(48)
  self.tokens[token] = { project = project, child = child or false, ends = host.now() + TOKEN_LIFE }
  self.counts.issued = self.counts.issued + 1
  return {
    status = 200, headers = { ["content-type"] = "application/json" },
    body = host.json.encode { access_token = token, token_type = "bearer", expires_in = TOKEN_LIFE, scope = "CXS" },
  }
end

-- The project that the request's token belongs to, or nil.
function OAuth:caller(request)
  local token = self.tokens[(request.headers.authorization or ""):match "^[Bb]earer (.+)$" or ""]
  if token and host.now() < token.ends then return token.project, token.child end
end

-- What was issued is worth nothing any more, as after a change of keys.
function OAuth:revoke() self.tokens = {} end

function OAuth:report()
  local held = {}
  for address, known in pairs(self.addresses) do
    if host.now_ms() < known.held_until then held[address] = (known.held_until - host.now_ms()) // 1000 end
  end
  return { issued = self.counts.issued, refused = self.counts.refused, throttled = self.counts.throttled, held_seconds = held }
end

return OAuth
