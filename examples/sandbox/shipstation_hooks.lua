-- Webhooks of both APIs of the simulated ShipStation (sheet, sections 4 and 6): subscriptions, and deliveries that only point to
-- what happened. V1 signs nothing; V2 signs `<timestamp>.<body>` by RSA with a key that /jwks shows. How deliveries are repeated
-- is not documented: switches.

local answers, callback, fields, host, orders, rsa, wire = require "shipstation_answers", require "callback", require "shipstation_fields",
  require "host", require "shipstation_orders", require "shipstation_rsa", require "wire"

local RETRY_SECONDS = 300

local V1_EVENTS, V2_EVENTS = {}, {}
for name in ("ORDER_NOTIFY ITEM_ORDER_NOTIFY SHIP_NOTIFY ITEM_SHIP_NOTIFY FULFILLMENT_SHIPPED FULFILLMENT_REJECTED"):gmatch "%S+" do
  V1_EVENTS[name] = true
end
for name in ([[batch carrier_connected order_source_refresh_complete rate report_complete sales_orders_imported track track_event_v2
  shipment_created_v2 label_created_v2 fulfillment_shipped_v2 fulfillment_rejected_v2 batch_processed_v2 fulfillment_created_v2
  fulfillment_updated_v2 fulfillment_canceled_v2]]):gmatch "%S+" do
  V2_EVENTS[name] = true
end

local Hooks = {}
Hooks.__index = Hooks

function Hooks.new(config, account, switches)
  return setmetatable({
    config = config, account = account, switches = switches, v1 = {}, v2 = {}, next_id = 123455, latest = {},
    counts = { sent = 0, accepted = 0, failed = 0, lost = 0, duplicated = 0, given_up = 0 },
  }, Hooks)
end

local function shown(hook)
  return {
    IsLabelAPIHook = false, WebHookID = hook.id, SellerID = 100001, StoreID = answers.or_null(hook.store), HookType = hook.event, MessageFormat = "Json",
    Url = hook.url, Name = answers.or_null(hook.name), BulkCopyBatchID = host.json.null, BulkCopyRecordID = host.json.null, Active = true,
    WebhookLogs = host.json.array {}, Seller = host.json.null, Store = host.json.null,
  }
end

local function subscribe(call, site)
  local given, why = orders.checked(fields.hook, call.body, site)
  local function bad(text) return answers.bad(site.switches.bad_input, text) end
  if not given then return bad(why) end
  if not V1_EVENTS[given.event] then return bad(("event: '%s' is not known"):format(given.event)) end
  local fault = callback.fault(given.target_url, site.switches.port_443)
  if fault then return bad("target_url: " .. fault) end
  if given.store_id and not site.account:store(given.store_id) then return bad "store_id: there is no such store" end
  local hooks = site.hooks
  hooks.next_id = hooks.next_id + 1
  local hook = { id = hooks.next_id, event = given.event, url = given.target_url, store = given.store_id, name = given.friendly_name }
  hooks.v1[#hooks.v1 + 1] = hook
  if site.switches.subscribe_answer == "id" then return answers.json(201, { id = hook.id }) end
  return answers.json(201, { WebHookID = hook.id, HookType = hook.event, Url = hook.url, Name = answers.or_null(hook.name) })
end

local function list(_, site)
  local out = host.json.array {}
  for index, hook in ipairs(site.hooks.v1) do out[index] = shown(hook) end
  return answers.json(200, { webhooks = out })
end

local function remove(rows, id)
  for index, hook in ipairs(rows) do
    if tostring(hook.id) == id then return table.remove(rows, index) end
  end
end

local function unsubscribe(call, site)
  if not remove(site.hooks.v1, call.ids[1]) then return answers.message(404, "The webhook does not exist.") end
  return answers.empty(200)
end

Hooks.routes = { { "GET", "webhooks", list }, { "POST", "webhooks/subscribe", subscribe }, { "DELETE", "webhooks/(%d+)", unsubscribe } }

-- V2's own subscriptions.

local function v2_shown(hook)
  local headers = host.json.array {}
  for index, header in ipairs(hook.headers) do headers[index] = { key = header.key, value = header.value } end
  return { webhook_id = hook.id, name = hook.name, event = hook.event, url = hook.url, headers = headers, store_id = answers.or_null(hook.store) }
end

-- What a body says, as a hook; or nil and the answer.
local function v2_checked(body, site)
  for _, name in ipairs { "event", "url" } do
    if type(body[name]) ~= "string" then return nil, answers.v2_invalid("field_value_required", name .. " is required.") end
  end
  if not V2_EVENTS[body.event] then return nil, answers.v2_invalid("invalid_field_value", ("event '%s' is not known."):format(body.event)) end
  local fault = callback.fault(body.url, site.switches.port_443)
  if fault then return nil, answers.v2_invalid("invalid_field_value", "url " .. fault .. ".") end
  local headers = {}
  for _, header in ipairs(wire.is_null(body.headers) and {} or body.headers) do
    if type(header) ~= "table" or type(header.key) ~= "string" or type(header.value) ~= "string" then
      return nil, answers.v2_invalid("invalid_field_value", "headers must be a list of keys with values.")
    end
    headers[#headers + 1] = header
  end
  local name = not wire.is_null(body.name) and tostring(body.name) or body.event
  local store = not wire.is_null(body.store_id) and math.tointeger(tonumber(tostring(body.store_id))) or nil
  return { name = name, event = body.event, url = body.url, headers = headers, store = store }
end

local function v2_create(call, site)
  local hook, bad = v2_checked(call.body, site)
  if not hook then return bad end
  for _, each in ipairs(site.hooks.v2) do
    if each.event == hook.event and each.url == hook.url then
      return answers.v2_error(409, "business_rules", "webhook_event_type_conflict", "A webhook of this event with this url exists already.")
    end
  end
  site.hooks.next_id = site.hooks.next_id + 1
  hook.id = "se-" .. site.hooks.next_id
  site.hooks.v2[#site.hooks.v2 + 1] = hook
  return answers.json(200, v2_shown(hook))
end

local function v2_list(_, site)
  local out = host.json.array {}
  for index, hook in ipairs(site.hooks.v2) do out[index] = v2_shown(hook) end
  return answers.json(200, out)
end

local function v2_one(call, site)
  local rows = site.hooks.v2
  for _, hook in ipairs(rows) do
    if hook.id == call.ids[1] then
      if call.method == "GET" then return answers.json(200, v2_shown(hook)) end
      if call.method == "DELETE" then
        remove(rows, hook.id)
        return answers.empty(204)
      end
      local body = { event = hook.event, url = hook.url, name = hook.name, headers = hook.headers, store_id = hook.store }
      for name, value in pairs(call.body) do body[name] = value end
      local changed, bad = v2_checked(body, site)
      if not changed then return bad end
      for name, value in pairs(changed) do hook[name] = value end
      return answers.empty(204)
    end
  end
  return answers.v2_missing "The webhook"
end

Hooks.v2_routes = {
  { "GET", "environment/webhooks", v2_list }, { "POST", "environment/webhooks", v2_create }, { "GET", "environment/webhooks/(se%-%d+)", v2_one },
  { "PUT", "environment/webhooks/(se%-%d+)", v2_one }, { "DELETE", "environment/webhooks/(se%-%d+)", v2_one },
}

-- Deliveries.

function Hooks:try(hooks, hook, body, headers, try)
  local subscribed = false
  for _, each in ipairs(hooks) do subscribed = subscribed or each == hook end
  if not subscribed then return end
  self.counts.sent = self.counts.sent + 1
  local sent = headers(body)
  self.latest[hooks == self.v2 and "v2" or "v1"] = { url = hook.url, headers = sent, body = body }
  local status = callback.post(self.config, hook.url, sent, body)
  if status and status >= 200 and status <= 299 then
    self.counts.accepted = self.counts.accepted + 1
  elseif try < self.switches.tries then
    self.counts.failed = self.counts.failed + 1
    host.timers.after(RETRY_SECONDS * try, function() self:try(hooks, hook, body, headers, try + 1) end)
  else
    self.counts.given_up = self.counts.given_up + 1
  end
end

function Hooks:deliver(hooks, hook, body, headers)
  if host.chance(self.switches.lost_percent) then
    self.counts.lost = self.counts.lost + 1
    return
  end
  local copies = host.chance(self.switches.duplicate_percent) and 2 or 1
  self.counts.duplicated = self.counts.duplicated + copies - 1
  for copy = 1, copies do
    host.timers.after(self.switches.notify_seconds * copy, function() self:try(hooks, hook, body, headers, 1) end)
  end
end

local function unsigned() return { ["content-type"] = "application/json" } end

local function signed(switches, hook)
  return function(body)
    local timestamp = tostring(host.now() + switches.signature_skew)
    local signature, key_id = rsa.sign(switches.signing_key, timestamp .. "." .. body)
    local headers = {
      ["content-type"] = "application/json", ["x-shipengine-rsa-sha256-key-id"] = key_id,
      ["x-shipengine-rsa-sha256-signature"] = host.crypto.base64(signature), ["x-shipengine-timestamp"] = timestamp,
    }
    for _, header in ipairs(hook.headers) do headers[header.key] = header.value end
    return headers
  end
end

-- What each kind of change is told as, and where it points to.
local KINDS = {
  order = {
    v1 = { ORDER_NOTIFY = "orders?importBatch=%d", ITEM_ORDER_NOTIFY = "orders?importBatch=%d" },
    v2 = { shipment_created_v2 = "shipments?batch_id=%d" },
  },
  shipment = {
    v1 = { SHIP_NOTIFY = "shipments?batchId=%d&includeShipmentItems=False", ITEM_SHIP_NOTIFY = "shipments?batchId=%d&includeShipmentItems=True" },
    v2 = { label_created_v2 = "labels?batch_id=%d" },
  },
  fulfillment = { v1 = { FULFILLMENT_SHIPPED = "fulfillments?batchId=%d" }, v2 = { fulfillment_shipped_v2 = "fulfillments?batch_id=%d" } },
  rejection = { v1 = { FULFILLMENT_REJECTED = "fulfillments?batchId=%d" }, v2 = { fulfillment_rejected_v2 = "fulfillments?batch_id=%d" } },
}

-- Records of one kind that one action made: a delivery for each hook that listens, by store where it asks for one. Return labels are
-- no news (SHIP_NOTIFY fires for outbound ones).
function Hooks:changed(kind, records)
  local function of_store(store)
    local out = {}
    for _, record in ipairs(records) do
      if not record.is_return and (not store or record.store == store) then out[#out + 1] = record end
    end
    return out
  end
  for _, hook in ipairs(self.v1) do
    local path, chosen = KINDS[kind].v1[hook.event], of_store(hook.store)
    if path and #chosen > 0 then
      local host_name = self.switches.resource_host ~= "" and self.switches.resource_host or self.base
      local url = host_name .. "/" .. path:format(self.account:batch(chosen))
      self:deliver(self.v1, hook, host.json.encode { resource_url = url, resource_type = hook.event }, unsigned)
    end
  end
  for _, hook in ipairs(self.v2) do
    local path, chosen = KINDS[kind].v2[hook.event], of_store(hook.store)
    if path and #chosen > 0 then
      local body = { resource_url = self.v2_base .. "/v2/" .. path:format(self.account:batch(chosen)), resource_type = hook.event:upper() }
      self:deliver(self.v2, hook, host.json.encode(body), signed(self.switches, hook))
    end
  end
end

-- A scan of a parcel: the only delivery of V2 that carries its data.
function Hooks:tracked(shipment, event)
  for _, hook in ipairs(self.v2) do
    if hook.event == "track" or hook.event == "track_event_v2" then
      local body = host.json.encode {
        resource_type = "API_TRACK",
        data = { label_url = host.json.null, tracking_number = shipment.tracking, status_code = event.status_code, carrier_code = shipment.carrier,
          events = host.json.array { event } },
      }
      self:deliver(self.v2, hook, body, signed(self.switches, hook))
    end
  end
end

function Hooks:report()
  local v1, v2 = host.json.array {}, host.json.array {}
  for index, hook in ipairs(self.v1) do v1[index] = shown(hook) end
  for index, hook in ipairs(self.v2) do v2[index] = v2_shown(hook) end
  -- The latest delivery of each, as whoever listened on the way would have it.
  return { v1 = v1, v2 = v2, counts = self.counts, latest = self.latest }
end

return Hooks
