-- Webhook subscriptions of the simulated BigCommerce, after apis/bigcommerce.md section 2.

local answers, callback, host, wire = require "shop_answers", require "callback", require "host", require "wire"

local HOOKS_A_SCOPE = 10

local SCOPES = {}
for scope in ([[store/order/created store/order/updated store/order/archived store/order/statusUpdated store/order/refund/created
  store/order/transaction/created store/order/transaction/updated store/order/message/created store/shipment/created
  store/shipment/updated store/shipment/deleted store/customer/created store/customer/updated store/customer/deleted
  store/customer/address/created store/customer/address/updated store/customer/address/deleted
  store/hook/deliveryException]]):gmatch "%S+" do
  SCOPES[scope] = true
end
for scope in ([[store/product/created store/product/updated store/product/deleted store/product/inventory/updated
  store/product/inventory/order/updated store/sku/created store/sku/updated store/sku/deleted store/sku/inventory/updated
  store/sku/inventory/order/updated store/category/created store/category/updated store/category/deleted store/channel/created
  store/channel/updated store/information/updated store/app/uninstalled]]):gmatch "%S+" do
  SCOPES[scope] = true
end
for group in ("order customer shipment product sku category"):gmatch "%a+" do SCOPES["store/" .. group .. "/*"] = true end

-- "store/channel/5/order/created" is "store/order/created" of one channel.
local function known_scope(scope)
  local of_channel = scope:match "^store/channel/%d+/(order/.+)$"
  return SCOPES[of_channel and "store/" .. of_channel or scope]
end

local Hooks = {}
Hooks.__index = Hooks

-- `account` is the API account: client id and store hash.
function Hooks.new(account, switches)
  return setmetatable({ account = account, switches = switches, list = {}, next_id = 20010 }, Hooks)
end

local function shown(hook)
  return {
    id = hook.id, client_id = hook.client_id, store_hash = hook.store_hash, scope = hook.scope, destination = hook.destination,
    headers = next(hook.headers) and hook.headers or host.json.null, is_active = hook.is_active, created_at = hook.created_at,
    updated_at = hook.updated_at,
  }
end

local function answer(hook) return answers.json(200, { data = shown(hook), meta = {} }) end

function Hooks:find(id)
  for index, hook in ipairs(self.list) do
    if hook.id == id then return hook, index end
  end
end

-- Reads what a body says into a copy of the hook; nil, answer when a rule is broken.
function Hooks:checked(hook, body)
  local out = {}
  for name, value in pairs(hook) do out[name] = value end
  for name, value in pairs(body) do
    if name == "scope" or name == "destination" then
      if type(value) ~= "string" then return nil, answers.v3_error(422, "Invalid " .. name, { [name] = "must be a string" }) end
      out[name] = value
    elseif name == "is_active" then
      if type(value) ~= "boolean" then return nil, answers.v3_error(422, "Invalid is_active", { is_active = "must be a boolean" }) end
      out.is_active = value
    elseif name == "headers" then
      out.headers = {}
      for header, text in pairs(wire.is_null(value) and {} or value) do
        if type(text) ~= "string" then return nil, answers.v3_error(422, "Invalid headers", { headers = "must be a map of strings" }) end
        out.headers[header] = text
      end
    elseif name ~= "events_history_enabled" then
      return nil, answers.v3_error(422, "Unknown property", { [name] = "is not allowed" })
    end
  end
  for _, name in ipairs { "scope", "destination" } do
    if not out[name] then return nil, answers.v3_error(422, "Missing " .. name, { [name] = "error.path.missing" }) end
  end
  if not known_scope(out.scope) then return nil, answers.v3_error(422, "Invalid scope", { scope = "is not a known scope" }) end
  local fault = callback.fault(out.destination, self.switches.port_443)
  if fault then return nil, answers.v3_error(422, "Invalid destination", { destination = fault }) end
  return out
end

function Hooks:refused(hook)
  local same_scope = 0
  for _, each in ipairs(self.list) do
    if each.id ~= hook.id and each.scope == hook.scope then
      same_scope = same_scope + 1
      if each.destination == hook.destination then return answers.v3_error(409, "The scope and destination already exist") end
    end
  end
  if same_scope >= HOOKS_A_SCOPE then return answers.v3_error(422, "Too many webhooks for this scope") end
end

function Hooks:create(body)
  local hook, bad = self:checked({ headers = {}, is_active = true }, body)
  if not hook then return bad end
  local refused = self:refused(hook)
  if refused then return refused end
  self.next_id = self.next_id + 1
  hook.id, hook.client_id, hook.store_hash = self.next_id, self.account.client_id, self.account.store_hash
  hook.created_at, hook.updated_at = host.now(), host.now()
  self.list[#self.list + 1] = hook
  return answer(hook)
end

function Hooks:list_page(query)
  local page, limit = math.tointeger(query.page or 1) or 1, math.tointeger(query.limit or 50) or 50
  local rows, total = host.json.array {}, 0
  for _, hook in ipairs(self.list) do
    local wanted = (not query.scope or query.scope == hook.scope) and (not query.destination or query.destination == hook.destination)
      and (not query.is_active or query.is_active == tostring(hook.is_active))
    if wanted then
      total = total + 1
      if total > (page - 1) * limit and #rows < limit then rows[#rows + 1] = shown(hook) end
    end
  end
  local pages = (total + limit - 1) // limit
  return answers.json(200, {
    data = rows,
    meta = { pagination = { total = total, count = #rows, per_page = limit, current_page = page, total_pages = pages } },
  })
end

function Hooks:one(request, id)
  local hook, index = self:find(id)
  if not hook then return answers.v3_error(404, "Webhook not found") end
  if request.method == "GET" then return answer(hook) end
  if request.method == "DELETE" then
    table.remove(self.list, index)
    return answer(hook)
  end
  if request.method ~= "PUT" then return answers.v3_error(405, "Method not allowed") end
  local body = wire.json(request)
  if not body then return answers.v3_error(400, "The body is not JSON") end
  local changed, bad = self:checked(hook, body)
  if not changed then return bad end
  local refused = self:refused(changed)
  if refused then return refused end
  changed.updated_at, changed.failed_since = host.now(), nil
  self.list[index] = changed
  return answer(changed)
end

function Hooks:handle(request, id)
  if id then return self:one(request, id) end
  if request.method == "GET" then return self:list_page(wire.query(request)) end
  if request.method ~= "POST" then return answers.v3_error(405, "Method not allowed") end
  local body = wire.json(request)
  if not body then return answers.v3_error(400, "The body is not JSON") end
  return self:create(body)
end

-- Notification addresses, the client's hooks with their state, blocked domains.
function Hooks:admin()
  local hooks = host.json.array {}
  for index, hook in ipairs(self.list) do
    hooks[index] = { id = hook.id, scope = hook.scope, destination = hook.destination, status = hook.is_active and "active" or "inactive" }
  end
  return answers.json(200, { data = { emails = host.json.array {}, hooks_list = hooks, blocked_domains = host.json.array {} }, meta = {} })
end

-- Active hooks that a scope goes to; "store/order/*" takes the whole group.
function Hooks:listening(scope)
  local out = {}
  for _, hook in ipairs(self.list) do
    local group = hook.scope:match "^(.*/)%*$"
    if hook.is_active and (hook.scope == scope or group and scope:sub(1, #group) == group) then out[#out + 1] = hook end
  end
  return out
end

function Hooks:report()
  local out = host.json.array {}
  for index, hook in ipairs(self.list) do out[index] = shown(hook) end
  return out
end

return Hooks
