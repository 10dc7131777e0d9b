-- The simulated ShipStation, written from apis/shipstation.md and from nothing of the connector: V1 on a server of its own, V2 on
-- another, one account behind both.

local Account, Hooks, Journal, People, Window = require "shipstation_account", require "shipstation_hooks", require "journal", require "shipstation_people",
  require "window"
local answers, host, money, shapes, v2, wire = require "shipstation_answers", require "host", require "money", require "shipstation_shapes",
  require "shipstation_v2", require "wire"

local MINUTE_MS, REPORTED = 60 * 1000, 5000

-- What the sheet calls not verified, and what a client can be tried with.
local function switches()
  return {
    v1_limit = 40, v2_limit = 200, throttled_status = 429, page_size = 100, v2_page_size = 500, pages_zero = false, start_inclusive = true,
    zone_in_dates = "refused", bad_input = "400", unknown_fields = "ignored", omitted_fields = "emptied", locked_update = "refused",
    cancel_by_createorder = true, quiet_edits = false, key_length = 50, void_refused = false, void_reopens = true, split_numbers = "same",
    merge_makes_new = false, mark_fires = false, subscribe_answer = "full", resource_host = "", tries = 1, port_443 = false, notify_seconds = 1,
    lost_percent = 0, duplicate_percent = 0, signing_key = 1, signature_skew = 0, v2_allowed = true,
    v2_number_unique = false, customs_kept = true,
  }
end

local V1 = {}
for _, area in ipairs { "shipstation_orders", "shipstation_labels", "shipstation_rest", "shipstation_hooks" } do
  for _, route in ipairs(require(area).routes) do V1[#V1 + 1] = route end
end

local function unescape(text) return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)) end

local Site = {}
Site.__index = Site

-- The route of a request with what its path names, or nil and whether the path is there with another method.
local function find(routes, method, path)
  local there = false
  for _, route in ipairs(routes) do
    local ids = { path:match("^" .. route[2] .. "$") }
    if ids[1] then
      if route[1] == method then
        for index, id in ipairs(ids) do ids[index] = unescape(id) end
        return route[3], ids
      end
      there = true
    end
  end
  return nil, there
end

-- What a handler is given, or nil and why the body is none.
local function call_of(request, path, ids)
  local call = { method = request.method, path = path, query = wire.query(request), ids = ids, body = {} }
  if request.method == "POST" or request.method == "PUT" then
    if request.body == "" then return call end
    if not (request.headers["content-type"] or ""):find("application/json", 1, true) then return nil, "content_type" end
    call.body = wire.json(request)
    if not call.body then return nil, "json" end
  end
  return call
end

local function raw_path(request) return (request.raw_path or request.path):match "^/?([^?]*)" end

function Site:v1_headers()
  self.v1_window:roll(host.now_ms())
  return {
    ["X-Rate-Limit-Limit"] = tostring(self.switches.v1_limit), ["X-Rate-Limit-Remaining"] = tostring(self.v1_window:left(self.switches.v1_limit)),
    ["X-Rate-Limit-Reset"] = tostring((self.v1_window:ends_at() - host.now_ms() + 999) // 1000),
  }
end

local function with_headers(response, headers)
  for name, value in pairs(headers) do response.headers[name] = value end
  return response
end

function Site:v1_throttled() return with_headers(answers.message(self.switches.throttled_status, "Too Many Requests"), self:v1_headers()) end

function Site:v1(request)
  local c = self.credentials
  if request.headers.authorization ~= "Basic " .. host.crypto.base64(c.username .. ":" .. c.password) then
    self.journal:violation("wrong_credentials", request.path)
    return answers.message(401, "Authorization has been denied for this request.")
  end
  self.v1_window:roll(host.now_ms())
  if self.v1_window:left(self.switches.v1_limit) == 0 then
    self.journal:violation("v1_limit", request.path)
    return self:v1_throttled()
  end
  self.v1_window:take()
  return with_headers(self:v1_answer(request), self:v1_headers())
end

function Site:v1_answer(request)
  local path = raw_path(request)
  local handler, ids = find(V1, request.method, path)
  if not handler then
    if ids then return answers.message(405, "The requested resource does not support http method '" .. request.method .. "'.") end
    return answers.message(404, "No HTTP resource was found that matches the request URI.")
  end
  local call, why = call_of(request, path, ids)
  if why == "content_type" then
    self.journal:violation("content_type", request.path)
    return answers.message(415, "The request entity's media type is not supported for this resource.")
  end
  if not call then return answers.bad(self.switches.bad_input, "The request body is not JSON.") end
  return handler(call, self)
end

function Site:v2_throttled()
  self.v2_window:roll(host.now_ms())
  local answer = answers.v2_error(429, "business_rules", "rate_limit_exceeded", "The rate limit was exceeded.")
  return with_headers(answer, { ["Retry-After"] = tostring((self.v2_window:ends_at() - host.now_ms() + 999) // 1000) })
end

function Site:v2(request)
  local path = raw_path(request)
  if path == "jwks" and request.method == "GET" then return v2.jwks(self) end
  if request.headers["api-key"] ~= self.credentials.api_key then
    self.journal:violation("wrong_credentials", request.path)
    return answers.v2_error(401, "security", "unauthorized", "The API key is missing or not valid.")
  end
  if not self.switches.v2_allowed then
    return answers.v2_error(403, "account_status", "subscription_inactive", "The plan of this account has no access to API V2.")
  end
  self.v2_window:roll(host.now_ms())
  if self.v2_window:left(self.switches.v2_limit) == 0 then
    self.journal:violation("v2_limit", request.path)
    return self:v2_throttled()
  end
  self.v2_window:take()
  local inner = path:match "^v2/(.+)$"
  if not inner then return answers.v2_missing "The resource" end
  local handler, ids = find(v2.routes, request.method, inner)
  if not handler then
    if ids then return answers.v2_error(405, "validation", "method_not_allowed", "The method is not allowed.") end
    return answers.v2_missing "The resource"
  end
  local call, why = call_of(request, inner, ids)
  if why == "content_type" then return answers.v2_error(415, "validation", "invalid_content_type", "The body must be application/json.") end
  if not call then return answers.v2_invalid("invalid_field_value", "The body is not JSON.") end
  return handler(call, self)
end

local function plain(units) return answers.number(money.text(units or 0)) end

local function brief(order)
  local lines = host.json.array {}
  for index, item in ipairs(order.items) do lines[index] = { id = item.id, key = item.lineItemKey, sku = item.sku, quantity = item.quantity } end
  return {
    id = order.id, key = order.key, number = order.fields.orderNumber, status = order.fields.orderStatus, store = order.store, source = order.source,
    total = plain(order.total), lines = lines, deleted = order.deleted or false, merged_into = order.merged_into, parent = order.parent,
    country = (order.fields.shipTo or {}).country, modified = shapes.at(order.modified), customer = order.customer,
  }
end

local function label_brief(shipment)
  return {
    id = shipment.id, order = shipment.order and shipment.order.id, number = shipment.order and shipment.order.fields.orderNumber, cost = plain(shipment.cost),
    insurance = plain(shipment.insurance), tracking = shipment.tracking, carrier = shipment.carrier, service = shipment.service,
    voided = shipment.voided ~= nil, is_return = shipment.is_return, items = #shipment.items, warehouse = shipment.warehouse,
  }
end

-- Numbers that several orders of a store have which nobody split: what a repeated create without a key leaves behind.
local function doubled(orders)
  local seen, out = {}, host.json.array {}
  for _, order in ipairs(orders) do
    if not order.deleted and not order.merged_or_split then
      local name = order.store .. " " .. order.fields.orderNumber
      seen[name] = (seen[name] or 0) + 1
      if seen[name] == 2 then out[#out + 1] = order.fields.orderNumber end
    end
  end
  return out
end

function Site:state(query)
  local account = self.account
  local orders, shipments, fulfillments, by_status = host.json.array {}, host.json.array {}, host.json.array {}, {}
  local after, cost, insurance, voided = math.tointeger(tonumber(query.after)) or 0, 0, 0, 0
  local function wanted(order)
    return order == nil or order.id > after and (not query.order or tostring(order.id) == query.order)
      and (not query.number or order.fields.orderNumber == query.number)
  end
  for _, order in ipairs(account.orders) do
    local status = order.deleted and "inactive" or order.merged_into and "merged" or order.fields.orderStatus
    by_status[status] = (by_status[status] or 0) + 1
    if wanted(order) and #orders < REPORTED then orders[#orders + 1] = brief(order) end
  end
  for _, shipment in ipairs(account.shipments) do
    if shipment.voided then voided = voided + 1 else cost, insurance = cost + shipment.cost, insurance + shipment.insurance end
    if wanted(shipment.order) and #shipments < REPORTED then shipments[#shipments + 1] = label_brief(shipment) end
  end
  for _, fulfillment in ipairs(account.fulfillments) do
    if wanted(fulfillment.order) then
      fulfillments[#fulfillments + 1] = {
        id = fulfillment.id, order = fulfillment.order.id, tracking = fulfillment.tracking, carrier = fulfillment.carrier, fee = plain(fulfillment.fee),
      }
    end
  end
  return {
    counts = {
      orders = #account.orders, by_status = by_status, shipments = #account.shipments, voided = voided, fulfillments = #account.fulfillments,
      to_come = self.people.to_come, customers = #account.customers, cost = plain(cost), insurance = plain(insurance),
    },
    orders = orders, shipments = shipments, fulfillments = fulfillments, doubled_numbers = doubled(account.orders), mails = #account.mails,
    marketplace_notices = #account.notices, hooks = self.hooks:report(),
  }
end

return function(config)
  local journal, kept = Journal.new(), switches()
  local account = Account.new(kept, journal)
  local hooks = Hooks.new(config, account, kept)
  local site = setmetatable({
    switches = kept, journal = journal, account = account, hooks = hooks, v1_window = Window.new(MINUTE_MS), v2_window = Window.new(MINUTE_MS),
    credentials = { username = host.token(16), password = host.token(16), api_key = host.token(24) },
  }, Site)
  account.told = function(kind, records) hooks:changed(kind, records) end
  local people = People.new(account, hooks)
  site.people = people
  local function seed(body) return people:act(body) end
  local function state(query) return site:state(query) end
  return {
    name = config.name or "shipstation", journal = journal, switches = kept,
    credentials = { username = site.credentials.username, password = site.credentials.password, api_key = site.credentials.api_key },
    handle = function(request) return site:v1(request) end,
    fault = function(kind)
      if kind == "429" then return site:v1_throttled() end
      return with_headers(answers.message(math.tointeger(kind), "An error has occurred."), site:v1_headers())
    end,
    seed = seed, state = state,
    started = function(url) hooks.base = url end,
    -- The second server, on the account of the first; its controls are the same.
    beside = {
      name = (config.name or "shipstation") .. "_v2", journal = journal, switches = kept, credentials = { api_key = site.credentials.api_key },
      handle = function(request) return site:v2(request) end,
      fault = function(kind)
        if kind == "429" then return site:v2_throttled() end
        return answers.v2_error(math.tointeger(kind), "system", "unspecified", "Something went wrong.")
      end,
      seed = seed, state = state,
      started = function(url) hooks.v2_base, site.v2_base = url, url end,
    },
  }
end
