-- The simulated Acumatica, written from apis/acumatica.md and from nothing of the connector: an instance with two tenants, the
-- contract-based REST API of contract 4, sign-in by cookie session and OAuth 2.0.

local Actions, Company, Journal, Load, OAuth, People, Push, Sessions = require "acumatica_actions", require "acumatica_company", require "journal",
  require "acumatica_load", require "acumatica_oauth", require "acumatica_people", require "acumatica_push", require "acumatica_sessions"
local answers, fields, host, money, records, wire = require "acumatica_answers", require "acumatica_fields", require "host", require "money",
  require "acumatica_records", require "wire"

local REPORTED = 5000
local LISTED = { "20.200.001", "22.200.001", "23.200.001", "24.200.001", "25.200.001" }
local CUSTOM_ENDPOINT = "Hub"

-- Behaviour that the fact sheet marks as not verified, or that differs between instances.
local function switches()
  return {
    api_users = 2, user_sessions = false, concurrent_requests = 6, requests_a_minute = 150, request_ms = 0, retry_after = false,
    login_limit_status = 429, login_limit_json = false, several_tenants = true, versions = host.json.array(LISTED), custom_endpoint = true,
    entity_list = "object", unknown_endpoint = 404, missing_rights = host.json.array {}, unset_as = "empty", zone_minutes = -480, unknown_fields = "ignored",
    not_optimized = host.json.array {}, outer_exceptions = false, action_seconds = 2, location = "path", poll_needs_session = true,
    order_moves_with_shipment = false, status_moves_order = true, tracking_after_confirm = "refused", box_confirm_needed = false, auto_packages = true,
    approval_needed = false, new_on_hold = false, old_refresh_token = "refused", refresh_days = 30, refresh_slides = true, push_seconds = 1,
    push_retry_seconds = 60, push_lost_percent = 0, push_duplicate_percent = 0,
  }
end

local Site = {}
Site.__index = Site

function Site:knows(name, version)
  local listed = false
  for _, each in ipairs(self.switches.versions) do listed = listed or each == version end
  return listed and (name == "Default" or name == CUSTOM_ENDPOINT and self.switches.custom_endpoint and version == "24.200.001")
end

-- GET /entity: who is signed in sees the tenant's own endpoints too.
function Site:list(signed_in)
  local endpoints = host.json.array {}
  for _, version in ipairs(self.switches.versions) do
    endpoints[#endpoints + 1] = { name = "Default", version = version, href = self.url .. "/entity/Default/" .. version .. "/" }
  end
  if signed_in and self.switches.custom_endpoint then
    endpoints[#endpoints + 1] = { name = CUSTOM_ENDPOINT, version = "24.200.001", href = self.url .. "/entity/" .. CUSTOM_ENDPOINT .. "/24.200.001/" }
  end
  if self.switches.entity_list == "array" then return answers.json(200, endpoints) end
  return answers.json(200, { version = { acumaticaBuildVersion = "25.101.0225", databaseVersion = "25.101.0225" }, endpoints = endpoints })
end

function Site:no_endpoint(what)
  local status = self.switches.unknown_endpoint
  if status == 302 then return answers.empty(302, { location = "/ui/error" }) end
  if status == 500 then return answers.exception("Endpoint metadata could not be loaded.") end
  return answers.message(status, "No HTTP resource was found that matches the request URI '" .. what .. "'.")
end

local function declined(kept)
  local answer = answers.text(429, "The custom error module does not recognize this error.")
  if kept.retry_after then answer.headers["retry-after"] = tostring(kept.retry_after) end
  return answer
end

-- Who calls, or nil and the answer that refuses them.
function Site:session(request)
  local bearer = self.oauth:session_of(request)
  local session = bearer or self.sessions:of(request)
  if not session then
    self.journal:violation("not_signed_in", request.path)
    return nil, answers.message(401, "You are not logged in.")
  end
  local refused = bearer and self.sessions:seat(session)
  if refused then return nil, refused end
  return session
end

local function company_branch(session, request)
  local name = request.headers["px-cbapibranch"]
  if not name then return session.branch end
  return session.tenant.branches[name] and name or nil, name
end

function Site:schema(call)
  local custom = { [call.entity.view] = { AttributeCHANNEL = { type = "CustomStringField" }, AttributeGIFT = { type = "CustomStringField" } } }
  return answers.json(200, { id = "00000000-0000-0000-0000-000000000000", rowNumber = 1, note = { value = "" }, custom = custom })
end

local function swagger(name, version)
  local paths = {}
  for kind in pairs(fields.entities) do paths["/" .. kind] = { get = { summary = "Retrieves records" }, put = { summary = "Creates or updates a record" } } end
  return answers.json(200, { openapi = "3.0.1", info = { title = name .. "/" .. version, version = "4" }, paths = paths })
end

function Site:entity(request, session, segments)
  local name, version, kind = segments[1], segments[2], segments[3]
  if not name or not version or not self:knows(name, version) then return self:no_endpoint(request.path) end
  if kind == "swagger.json" then return swagger(name, version) end
  local entity = fields.entities[kind or ""]
  if not entity then return self:no_endpoint(request.path) end
  for _, missing in ipairs(self.switches.missing_rights) do
    if missing == kind then return answers.message(403, "You have insufficient rights to access the form of " .. kind .. ".") end
  end
  local branch, wrong = company_branch(session, request)
  if not branch then return answers.exception(("'Branch' '%s' cannot be found in the system."):format(wrong)) end
  local call = {
    site = self, session = session, company = session.tenant, kind = kind, entity = entity, version = version, branch = branch,
    base = ("/entity/%s/%s"):format(name, version), keys = { table.unpack(segments, 4) },
  }
  if segments[5] == "status" and segments[6] then
    call.action = segments[4]
    return self.actions:status(call, segments[6])
  end
  if self.actions:busy(session, kind) then
    self.journal:violation("form_busy", request.method .. " " .. kind)
    return answers.exception "The previous operation has not been completed yet."
  end
  if segments[4] == "$adHocSchema" then return self:schema(call) end
  if request.method == "POST" then
    if not segments[4] then
      self.journal:violation("post_to_entity", kind)
      return answers.message(406, "POST is for actions; records are created with PUT.")
    end
    call.action = segments[4]
    return self.actions:start(call, request)
  end
  local query = wire.query(request)
  if request.method == "GET" then return records.get(call, query) end
  if request.method == "PUT" or request.method == "PATCH" then return records.write(call, query, request) end
  if request.method == "DELETE" then return records.delete(call) end
  return answers.message(405, "The requested resource does not support http method '" .. request.method .. "'.")
end

function Site:handle(request)
  local path = request.raw_path or request.path
  if path == "/identity/.well-known/openid-configuration" then return self.oauth:discovery() end
  if path == "/identity/connect/authorize" then return self.oauth:authorize(request) end
  if path == "/identity/connect/token" then return self.oauth:token(request) end
  if path == "/entity/auth/login" then return self.sessions:login(request) end
  -- Signing out skips the queue.
  if path == "/entity/auth/logout" then return self.sessions:logout(request, self.oauth:session_of(request)) end
  if path == "/entity" or path == "/entity/" then
    return self:list(self.oauth:session_of(request) or self.sessions:of(request))
  end
  local rest = path:match "^/entity/(.+)$"
  if not rest then return answers.text(404, "Not Found") end
  local session, refused = self:session(request)
  if not session then return refused end
  local wait = self.load:admit()
  if not wait then
    self.journal:violation("declined", path)
    return declined(self.switches)
  end
  local segments = {}
  for segment in rest:gmatch "[^/]+" do segments[#segments + 1] = wire.unescape((segment:gsub("%+", "%%2B"))) end
  local answer = self:entity(request, session, segments)
  if wait > 0 then answer.delay = wait / 1000 end
  return answer
end

local function quantity(units) return money.text(units or 0, 2) end

local function shown_order(order)
  local lines, sent = host.json.array {}, host.json.array {}
  for index, line in ipairs(order.Details) do
    lines[index] = { nbr = line.LineNbr, item = line.InventoryID, quantity = quantity(line.OrderQty), shipped = quantity(line.shipped),
      warehouse = line.WarehouseID }
  end
  for index, shipment in ipairs(order.Shipments) do sent[index] = shipment.ShipmentNbr end
  return {
    number = order.OrderNbr, type = order.OrderType, status = order.Status, customer = order.CustomerID, external = order.ExternalRef,
      total = quantity(order.OrderTotal),
    branch = order.Branch, description = order.Description, lines = lines, shipments = sent, attributes = order.attributes,
  }
end

local function shown_shipment(shipment)
  local lines, packages = host.json.array {}, host.json.array {}
  for index, line in ipairs(shipment.Details) do
    lines[index] = { order = line.OrderType .. "/" .. line.OrderNbr, line = line.OrderLineNbr, item = line.InventoryID,
      quantity = quantity(line.ShippedQty), lot = line.LotSerialNbr }
  end
  for index, package in ipairs(shipment.Packages) do
    packages[index] = { tracking = package.TrackingNbr, ref = package.CustomRefNbr1, weight = quantity(package.Weight), box = package.BoxID }
  end
  return {
    number = shipment.ShipmentNbr, status = shipment.Status, type = shipment.Type, warehouse = shipment.WarehouseID,
      date = shipment.ShipmentDate, via = shipment.ShipVia,
    quantity = quantity(shipment.ShippedQty), freight = quantity(shipment.FreightPrice), lines = lines, packages = packages,
  }
end

-- Values of a field that several records have: an order entered twice, a label kept twice.
local function doubled(rows, value_of)
  local counts, out = {}, host.json.array {}
  for _, row in ipairs(rows) do
    for _, value in ipairs(value_of(row)) do
      counts[value] = (counts[value] or 0) + 1
      if counts[value] == 2 then out[#out + 1] = value end
    end
  end
  return out
end

function Site:state(query)
  local company = self.tenants[1]
  for _, tenant in ipairs(self.tenants) do
    if tenant.name == query.tenant then company = tenant end
  end
  local sold, sent, by_status, shipped = host.json.array {}, host.json.array {}, {}, {}
  for _, order in ipairs(company.rows.SalesOrder) do
    by_status[order.Status] = (by_status[order.Status] or 0) + 1
    if #sold < REPORTED and (not query.order or query.order == order.OrderNbr) then sold[#sold + 1] = shown_order(order) end
  end
  for _, shipment in ipairs(company.rows.Shipment) do
    shipped[shipment.Status] = (shipped[shipment.Status] or 0) + 1
    if #sent < REPORTED and (not query.shipment or query.shipment == shipment.ShipmentNbr) then sent[#sent + 1] = shown_shipment(shipment) end
  end
  return {
    counts = {
      orders = #company.rows.SalesOrder, by_status = by_status, shipments = #company.rows.Shipment, shipments_by_status = shipped,
      customers = #company.rows.Customer, items = #company.rows.StockItem, invoices = company.invoices, to_come = self.people.to_come,
    },
    orders = sold, shipments = sent,
    doubled = doubled(company.rows.SalesOrder, function(order) return { order.ExternalRef } end),
    doubled_trackings = doubled(company.rows.Shipment, function(shipment)
      local out = {}
      for _, package in ipairs(shipment.Packages) do out[#out + 1] = package.TrackingNbr end
      return out
    end),
    sessions = self.sessions:report(), oauth = self.oauth:report(), operations = self.actions:report(), load = self.load.counts, push = self.push:report(),
  }
end

return function(config)
  local kept = switches()
  local site = setmetatable({
    switches = kept, journal = Journal.new(), load = Load.new(kept), push = Push.new(config, kept), url = "",
    users = { api = { password = host.token(12) }, other = { password = host.token(12) } },
  }, Site)
  local function told(company, record) site.push:changed(company, record, record.LastModified == record.CreatedDate) end
  site.tenants = { Company.new("Company", kept, told):fill(), Company.new("Other", kept, told) }
  local app = { client_id = host.uuid():upper() .. "@Company", client_secret = host.token(24), tenant = site.tenants[1] }
  site.sessions, site.actions, site.people, site.oauth = Sessions.new(site), Actions.new(site), People.new(site), OAuth.new(site, app)
  return {
    name = config.name or "acumatica", journal = site.journal, switches = kept,
    credentials = {
      client_id = app.client_id, client_secret = app.client_secret, user = "api", name = "api", password = site.users.api.password,
        tenant = "Company", branch = "MAIN",
      endpoint = "Default", version = "24.200.001",
    },
    handle = function(request) return site:handle(request) end,
    fault = function(kind)
      if kind == "429" then return declined(kept) end
      if kind == "503" then return answers.text(503, "Service Unavailable") end
      return answers.exception "An unexpected error occurred."
    end,
    seed = function(body) return site.people:act(body) end,
    state = function(query) return site:state(query) end,
    started = function(url) site.url = url end,
  }
end
