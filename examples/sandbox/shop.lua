-- The simulated BigCommerce store, written from apis/bigcommerce.md and from nothing of the connector.

local Catalog, Customers, Deliveries, Hooks, Journal, Orders, Window = require "shop_catalog", require "shop_customers",
  require "shop_deliveries", require "shop_hooks", require "journal", require "shop_orders", require "window"
local answers, calendar, facts, host, needs_scope, shapes, wire = require "shop_answers", require "calendar", require "shop_facts",
  require "host", require "shop_scopes", require "shop_shapes", require "wire"

local shipments = require "shop_shipments"

local QUOTA_WINDOW_MS, MOST_A_PAGE, USUAL_A_PAGE, REPORTED_ORDERS = 30 * 1000, 250, 50, 5000

local function switches()
  return {
    quota = 150, port_443 = false, retries_signed_anew = true, delay_seconds = 1, lost_percent = 0, duplicate_percent = 0,
    missing_scopes = host.json.array {}, unknown_store = 401,
    reordered_percent = 0, reordered_seconds = 30, list_limit = MOST_A_PAGE, certificates_lower_total = false, later_seconds = 120,
    empty_lists = "204", sparse = false,
  }
end

local Shop = {}
Shop.__index = Shop

-- Page and limit of a query, as positions in a list.
local function page_of(query, most)
  local page = math.max(1, math.tointeger(tonumber(query.page)) or 1)
  local limit = math.max(1, math.min(most, math.tointeger(tonumber(query.limit)) or USUAL_A_PAGE))
  return (page - 1) * limit + 1, limit, page
end

local function slice(list, query, most)
  local from, limit = page_of(query, most)
  local out = host.json.array {}
  for index = from, math.min(#list, from + limit - 1) do out[#out + 1] = list[index] end
  return out
end

-- With nothing in it: a 204, or an empty array by the switch.
function Shop:v2_list(rows)
  if #rows == 0 and self.switches.empty_lists == "204" then return answers.none() end
  return answers.json(200, rows)
end

local function instant(text) return calendar.parse_iso(text) or calendar.parse_rfc2822(text) end

-- A test over orders for the filters of the list, or nil and the 400.
local function order_filter(query)
  local bounds = {}
  for _, name in ipairs { "min_date_modified", "max_date_modified", "min_date_created", "max_date_created" } do
    if query[name] then
      bounds[name] = instant(query[name])
      if not bounds[name] then return nil, answers.v2_error(400, "The field '" .. name .. "' is not a date.") end
    end
  end
  local function number(name) return math.tointeger(tonumber(query[name])) end
  return function(order)
    return order.modified >= (bounds.min_date_modified or 0) and order.modified <= (bounds.max_date_modified or math.maxinteger)
      and order.created >= (bounds.min_date_created or 0) and order.created <= (bounds.max_date_created or math.maxinteger)
      and order.id >= (number "min_id" or 0) and order.id <= (number "max_id" or math.maxinteger)
      and order.status_id == (number "status_id" or order.status_id) and order.customer_id == (number "customer_id" or order.customer_id)
      and (not query.email or query.email:lower() == order.email:lower())
  end
end

-- By the switch `sparse` as stores of other versions show it: what is nothing is null or absent, and there is what nobody knows.
function Shop:shown(order, include)
  local out = shapes.order(order, self.base, include)
  if not self.switches.sparse then return out end
  for name, value in pairs(out) do
    if value == "" or (name:find "^handling" or name:find "^wrapping") and tostring(value):find "^0%.?0*$" then out[name] = nil end
  end
  for _, name in ipairs { "store_credit_amount", "gift_certificate_amount", "coupon_discount", "discount_amount" } do
    if tostring(out[name]):find "^0%.?0*$" then out[name] = host.json.null end
  end
  out.from_next_year = { of = host.json.array {}, price = host.number "1.5" }
  return out
end

function Shop:matching(query)
  local test, bad = order_filter(query)
  if not test then return nil, bad end
  local out = {}
  for _, order in ipairs(self.orders.rows) do
    if not order.deleted and test(order) then out[#out + 1] = order end
  end
  local field, direction = (query.sort or "id:asc"):match "^([%a_]+):?(%a*)$"
  local key = ({ id = "id", date_modified = "modified", date_created = "created" })[field]
  if not key then return nil, answers.v2_error(400, "The field 'sort' is invalid.") end
  table.sort(out, function(a, b)
    if a[key] ~= b[key] then
      if direction == "desc" then return a[key] > b[key] end
      return a[key] < b[key]
    end
    return a.id < b.id
  end)
  return out
end

function Shop:list(query)
  local orders, bad = self:matching(query)
  if not orders then return bad end
  local rows = slice(orders, query, self.switches.list_limit)
  for index, order in ipairs(rows) do rows[index] = self:shown(order, {}) end
  return self:v2_list(rows)
end

local PARTS = {
  products = shapes.products, shipping_addresses = shapes.shipping_addresses, shippingaddresses = shapes.shipping_addresses,
  coupons = shapes.coupons, fees = shapes.fees, taxes = shapes.taxes, consignments = function(order)
    return { pickups = host.json.array {}, shipping = shapes.shipping_addresses(order), downloads = host.json.array {},
      email = { gift_certificates = host.json.array {} } }
  end,
}

local function includes(query)
  local out = {}
  for name in (query.include or ""):gmatch "[^,]+" do out[name] = true end
  return out
end

local CHANGEABLE = { status_id = true, external_order_id = true, staff_notes = true, external_merchant_id = true }

-- PUT of an order takes its status, references and notes only: the real one would clear lines' discounts and fees with more.
function Shop:put_order(order, request)
  local body = wire.json(request)
  if not body then return answers.v2_error(400, "The body is not JSON.") end
  for name in pairs(body) do
    if not CHANGEABLE[name] then return answers.v2_error(400, "The field '" .. name .. "' is not supported here.") end
  end
  if body.external_merchant_id and order.external_merchant_id and body.external_merchant_id ~= order.external_merchant_id then
    return answers.v2_error(400, "The field 'external_merchant_id' can't be changed.")   -- written once
  end
  for _, name in ipairs { "external_order_id", "staff_notes", "external_merchant_id" } do
    if body[name] ~= nil and type(body[name]) ~= "string" then return answers.v2_error(400, "The field '" .. name .. "' is invalid.") end
    order[name] = body[name] or order[name]
  end
  if body.status_id then
    if not shapes.STATUS[body.status_id] then return answers.v2_error(400, "The field 'status_id' is invalid.") end
    self:change(order, "status", body.status_id)
  end
  return answers.json(200, self:shown(order, {}))
end

function Shop:v2(request, path)
  local query = wire.query(request)
  local fact = facts.v2(self.account, request, path)
  if fact then return fact end
  if path == "orders" and request.method == "GET" then return self:list(query) end
  if path == "orders/count" then
    local orders, bad = self:matching(query)
    return bad or answers.json(200, { count = #orders })
  end
  local id, part, rest = path:match "^orders/(%d+)/?([%a_]*)/?(%w*)$"
  local order = id and self.orders.by_id[math.tointeger(id)]
  if not order or rest ~= "" and part ~= "shipments" then return answers.v2_error(404, "The requested resource was not found.") end
  if part == "" and request.method == "PUT" then return self:put_order(order, request) end
  if part == "shipments" then
    return shipments.handle(order, request, rest, function(status) self:change(order, "status", status) end,
      function(scope, data) self.deliveries:event(scope, data) end, function(rows, of) return slice(rows, of, MOST_A_PAGE) end)
  end
  if request.method ~= "GET" then return answers.v2_error(405, "The method is not allowed.") end
  if part == "" then return answers.json(200, self:shown(order, includes(query))) end
  if not PARTS[part] and part ~= "messages" then return answers.v2_error(404, "The requested resource was not found.") end
  if part == "messages" then return answers.none() end
  if part == "consignments" then return answers.json(200, PARTS[part](order)) end
  return self:v2_list(slice(PARTS[part](order), query, MOST_A_PAGE))
end

-- V3 lists: pages by number, or by a cursor, which is the position it ends at; `page` is ignored with one.
local function v3_page(rows, query)
  local from, limit, page = page_of(query, MOST_A_PAGE)
  if query.after then from = (math.tointeger(tonumber(query.after)) or 0) + 1 end
  local out = host.json.array {}
  for index = from, math.min(#rows, from + limit - 1) do out[#out + 1] = rows[index] end
  return answers.json(200, {
    data = out,
    meta = {
      pagination = {
        total = #rows, count = #out, per_page = limit, current_page = page, total_pages = (#rows + limit - 1) // limit,
      },
      cursor_pagination = { count = #out, per_page = limit, end_cursor = #out == limit and tostring(from + #out - 1) or nil },
    },
  })
end

function Shop:all_refunds(query)
  local from, rows = query["created:min"] and instant(query["created:min"]) or 0, {}
  local to = query["created:max"] and instant(query["created:max"]) or math.maxinteger
  for _, order in ipairs(self.orders.rows) do
    for index, shown in ipairs(shapes.refunds(order)) do
      local created = order.refunds[index].created
      if created >= from and created <= to then rows[#rows + 1] = shown end
    end
  end
  table.sort(rows, function(a, b) return a.id < b.id end)
  return v3_page(rows, query)
end

-- What giving these lines back would come to.
function Shop:refund_quote(order, request)
  local body = wire.json(request)
  if not order then return answers.v3_error(404, "Not found") end
  if not body or type(body.items) ~= "table" then return answers.v3_error(422, "Invalid items", { items = "error.path.missing" }) end
  local total, tax = self.orders.quote(order, body.items)
  if not total then return answers.v3_error(422, "Invalid items", { items = tax }) end
  return answers.json(200, { data = {
    order_id = order.id, total_refund_amount = shapes.number(total), total_refund_tax_amount = shapes.number(tax), rounding = 0, adjustment = 0,
    is_tax_included = true, refund_methods = host.json.array {},
  }, meta = {} })
end

function Shop:v3(request, path)
  if path == "hooks/admin" and request.method == "GET" then return self.hooks:admin() end
  local hook = path:match "^hooks/(%d+)$"
  if path == "hooks" or hook then return self.hooks:handle(request, math.tointeger(hook or "")) end
  local of_customers = self.customers:handle(request, path)
  if of_customers then return of_customers end
  local other = self.catalog:handle(request, path) or facts.v3(request, path, v3_page)
  if other then return other end
  local quoted = path:match "^orders/(%d+)/payment_actions/refund_quotes$"
  if quoted and request.method == "POST" then return self:refund_quote(self.orders.by_id[math.tointeger(quoted)], request) end
  if path == "orders/payment_actions/refunds" and request.method == "GET" then return self:all_refunds(wire.query(request)) end
  if request.method ~= "GET" then return answers.v3_error(405, "Method not allowed") end
  local id, part = path:match "^orders/(%d+)/([%a_/]+)$"
  local order = id and self.orders.by_id[math.tointeger(id)]
  if not order then return answers.v3_error(404, "Not found") end
  if part == "transactions" then
    local rows = shapes.transactions(order)
    if #rows == 0 then return answers.none() end
    return answers.json(200, { data = slice(rows, wire.query(request), USUAL_A_PAGE), meta = { pagination = { total = #rows } } })
  end
  if part == "payment_actions/refunds" then return answers.json(200, { data = shapes.refunds(order), meta = { pagination = {} } }) end
  return answers.v3_error(404, "Not found")
end

function Shop:quota_headers()
  self.window:roll(host.now_ms())
  return {
    ["X-Rate-Limit-Requests-Quota"] = tostring(self.switches.quota),
    ["X-Rate-Limit-Requests-Left"] = tostring(self.window:left(self.switches.quota)),
    ["X-Rate-Limit-Time-Window-Ms"] = tostring(QUOTA_WINDOW_MS),
    ["X-Rate-Limit-Time-Reset-Ms"] = tostring(self.window:ends_at() - host.now_ms()),
  }
end

function Shop:too_many(version)
  local answer = answers.error(version, 429, "Too many requests")
  for name, value in pairs(self:quota_headers()) do answer.headers[name] = value end
  return answer
end

function Shop:handle(request)
  local store, version, path = request.path:match "^/stores/(%w+)/(v[23])/(.+)$"
  if not store then return answers.v3_error(404, "Not found") end
  -- What the real one says to a store that it does not know is not documented.
  if store ~= self.account.store_hash and self.switches.unknown_store ~= 401 then
    self.journal:violation("wrong_token", request.path)
    return answers.error(version, self.switches.unknown_store, "The requested resource was not found.")
  end
  if store ~= self.account.store_hash or request.headers["x-auth-token"] ~= self.account.access_token then
    self.journal:violation("wrong_token", request.path)
    return answers.error(version, 401, "No credentials were supplied in the request, or they are invalid.")
  end
  self.window:roll(host.now_ms())
  if self.window:left(self.switches.quota) == 0 then
    self.journal:violation("quota", request.path)
    return self:too_many(version)
  end
  self.window:take()
  local answer
  if needs_scope(self.switches.missing_scopes, version, path, request.method) then
    answer = answers.error(version, 403, "You don't have a required scope to access the endpoint")
  elseif request.body ~= "" and not (request.headers["content-type"] or ""):find("application/json", 1, true) then
    answer = answers.error(version, 415, "Unsupported media type")
  else
    answer = version == "v2" and self:v2(request, path) or self:v3(request, path)
  end
  for name, value in pairs(self:quota_headers()) do answer.headers[name] = value end
  if version == "v2" and not (request.headers.accept or ""):find("application/json", 1, true) then
    self.journal:violation("no_accept", request.path)
    return answers.xml(answer)
  end
  return answer
end

function Shop:told(scope, order, more)
  local data = { type = "order", id = order.id }
  for name, value in pairs(more or {}) do data[name] = value end
  self.deliveries:event(scope, data)
end

function Shop:change(order, what, value)
  local before, why = self.orders:change(order, what, value)
  if not before then return nil, why end
  if what == "archive" then
    self:told("store/order/archived", order)
    return true
  end
  self:told("store/order/updated", order)
  if what == "refund" then
    self:told("store/order/refund/created", order, { refund = { refund_id = order.refunds[#order.refunds].id } })
  end
  if before ~= order.status_id then
    self:told("store/order/statusUpdated", order, { status = { previous_status_id = before, new_status_id = order.status_id } })
  end
  return true
end

-- What a kind of order has in store for it: soon after with events, at once without.
function Shop:let_happen(order, events)
  local later = order.later
  if not later then return end
  local function happen() self:change(order, later.what, later.value) end
  if not events then
    self.orders:change(order, later.what, later.value)
    return
  end
  self.to_come = self.to_come + 1
  host.timers.after(host.random.int(1, math.max(1, self.switches.later_seconds)), function()
    happen()
    self.to_come = self.to_come - 1
  end)
end

function Shop:place(kind, events, country)
  local order = self.orders:create(kind, country)
  order.total_lowered = self.switches.certificates_lower_total
  order.was_authorized = order.payment_status == "authorized"
  if events then
    self:told("store/order/created", order)
    if order.status_id ~= 0 then
      self:told("store/order/statusUpdated", order, { status = { previous_status_id = 0, new_status_id = order.status_id } })
    end
  end
  self:let_happen(order, events)
  return order
end

local function brief(order)
  local refunded, refunds = 0, host.json.array {}
  for index, refund in ipairs(order.refunds) do
    refunded = refunded + refund.total
    refunds[index] = { id = refund.id, total = shapes.plain(refund.total), created = calendar.iso(refund.created) .. "Z" }
  end
  return {
    refunds = refunds, refunded = shapes.plain(refunded), payment_status = order.payment_status,
    id = order.id, kind = order.kind, expect = order.expect, status_id = order.status_id, changes = order.changes or 0,
    email = order.email, lines = #order.lines, deleted = order.deleted, created = calendar.iso(order.created) .. "Z",
    total_ex_tax = shapes.plain(order.total.ex), total_inc_tax = shapes.plain(order.total.inc), total_tax = shapes.plain(order.total.tax),
  }
end

-- {"orders": N, "kinds": […], "country": "FR", "events": true, "over": seconds, "first_id": "9007199254740993"}, {"change": ids or N, "what": …, "value": …}
function Shop:seed(body)
  if body.customers or body.change_customers then return self.customers:seed(body) end
  if body.change then
    local chosen = body.change
    if math.type(chosen) == "integer" then
      local count = chosen
      chosen = {}
      for _ = 1, count do chosen[#chosen + 1] = host.pick(self.orders.rows).id end
    end
    local changed = host.json.array {}
    for _, id in ipairs(chosen) do
      local order = self.orders.by_id[id]
      if not order then return nil, "no order " .. tostring(id) end
      local ok, why = self:change(order, body.what or "touch", body.value)
      if not ok then return nil, why end
      changed[#changed + 1] = id
    end
    return { changed = changed }
  end
  local made, count, events = host.json.array {}, body.orders or 1, body.events ~= false
  if body.first_id then self.orders.next_id = math.tointeger(body.first_id) - 1 end
  if body.country and not Orders.knows_country(body.country) then return nil, "nobody lives in " .. tostring(body.country) end
  for index = 1, count do
    local kind = body.kinds and body.kinds[(index - 1) % #body.kinds + 1]
    if body.over and body.over ~= 0 then
      host.timers.after(tonumber(tostring(body.over)) * index / count, function() self:place(kind, events, body.country) end)
    else
      made[#made + 1] = brief(self:place(kind, events, body.country))
    end
  end
  return { orders = made, scheduled = count - #made }
end

function Shop:state(query)
  local list, by_kind, by_status, expected = host.json.array {}, {}, {}, {}
  local sold, refunded, after = 0, 0, math.tointeger(tonumber(query.after)) or 0
  for _, order in ipairs(self.orders.rows) do
    by_kind[order.kind] = (by_kind[order.kind] or 0) + 1
    local status = tostring(order.status_id)
    by_status[status] = (by_status[status] or 0) + 1
    expected[order.expect] = (expected[order.expect] or 0) + 1
    if order.expect == "invoice" then sold = sold + order.total.inc end
    for _, refund in ipairs(order.refunds) do refunded = refunded + refund.total end
    local wanted = order.id > after and (not query.id or query.id == tostring(order.id))
    if wanted and #list < REPORTED_ORDERS then list[#list + 1] = brief(order) end
  end
  return {
    counts = {
      orders = #self.orders.rows, customers = #self.orders.customers, by_kind = by_kind, by_status = by_status, expected = expected,
      to_come = self.to_come, sold = shapes.plain(sold), refunded = shapes.plain(refunded),
    },
    customers = query.customers and self.customers:report() or nil, customer_mails = self.customers.mails or 0,
    orders = list, hooks = self.hooks:report(), deliveries = self.deliveries:report(),
  }
end

return function(config)
  local account = {
    store_hash = config.store_hash or "abc123", access_token = host.token(16), client_id = host.token(16), client_secret = host.token(32),
  }
  local self = setmetatable({
    account = account, switches = switches(), journal = Journal.new(), orders = Orders.new(), window = Window.new(QUOTA_WINDOW_MS),
    to_come = 0,
  }, Shop)
  self.hooks = Hooks.new(account, self.switches)
  self.deliveries = Deliveries.new(config, account, self.hooks, self.switches)
  self.catalog = Catalog.new(function(scope, data) self.deliveries:event(scope, data) end, v3_page)
  self.customers = Customers.new(self.orders, function(scope, data) self.deliveries:event(scope, data) end, v3_page)
  return {
    name = config.name or "bigcommerce", journal = self.journal, switches = self.switches, credentials = account,
    handle = function(request) return self:handle(request) end,
    fault = function(kind, request)
      local version = request.path:match "^/stores/%w+/(v[23])/" or "v3"
      if kind == "429" then return self:too_many(version) end
      return answers.error(version, math.tointeger(kind), "Something went wrong")
    end,
    seed = function(body) return self:seed(body) end,
    state = function(query) return self:state(query) end,
    started = function(url) self.base = url .. "/stores/" .. account.store_hash end,
  }
end
