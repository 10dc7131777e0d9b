-- The simulated ShipStation V2, and faults of both.

local root = ...
local Warehouse, service = require "warehouse", require "service"

local HOOK, deliveries = Warehouse.HOOK, Warehouse.deliveries

local function start(at) return Warehouse.start(root, at) end

local tests = {}

tests["V2 wants its own key, answers errors with their source, and has its own limit"] = function()
  local world = start()
  local refused = world:v2("GET", "/shipments", nil, { ["api-key"] = "wrong" })
  assert(refused.status == 401 and refused.json.errors[1].error_code == "unauthorized" and refused.json.request_id)
  world:switch { v2_limit = 2 }
  assert(world:v2("GET", "/shipments").status == 200 and world:v2("GET", "/labels").status == 200)
  local over = world:v2("GET", "/shipments")
  assert(over.status == 429 and over.headers["Retry-After"] and over.json.errors[1].error_code == "rate_limit_exceeded")
  assert(world:call("GET", "/users").status == 200, "V1 counts by itself")
  service.pass(math.tointeger(tonumber(over.headers["Retry-After"])))
  world:switch { v2_allowed = false }
  assert(world:v2("GET", "/shipments").status == 403)
end

tests["V1's order is V2's shipment, V1's shipment V2's label; times are UTC"] = function()
  local world = start()
  local id = world:put().orderId
  local shipment = world:v2("GET", "/shipments/se-" .. id).json
  assert(shipment.external_shipment_id == "exact:1:1" and shipment.shipment_number == "SO-1" and shipment.created_at == "2026-01-05T20:00:00.000Z")
  assert(world:v2("GET", "/shipments/external_shipment_id/exact%3A1%3A1").json.shipment_id == "se-" .. id)
  local label_id = world:done({ ship = { { order = id, cost = "7.5" } } }).ship[1]
  local label = world:v2("GET", "/labels?shipment_id=se-" .. id).json.labels[1]
  assert(label.label_id == "se-" .. label_id and tostring(label.shipment_cost.amount) == "7.5" and label.shipment_cost.currency == "usd")
  assert(label.ship_date == "2026-01-05T00:00:00Z" and world:v2("GET", "/shipments?shipment_status=label_purchased").json.total == 1)
  assert(world:v2("PUT", "/labels/" .. label.label_id .. "/void", {}).json.approved)
  assert(world:call("GET", "/shipments?orderId=" .. id).json.shipments[1].voided)
end

tests["V2 takes a list of shipments with a fault each; an external id is unique"] = function()
  local world = start()
  local function shipment(more)
    local out = { create_sales_order = true, external_shipment_id = "x-1", shipment_number = "N1", ship_to = {
      name = "A", address_line1 = "1 Main St", city_locality = "Austin", state_province = "TX", postal_code = "78701", country_code = "US" },
      items = { { name = "Widget", sku = "W-1", quantity = 2, unit_price = 9 } } }
    for name, value in pairs(more or {}) do out[name] = value end
    return out
  end
  local answer = world:v2("POST", "/shipments", { shipments = { shipment(), shipment(), shipment { external_shipment_id = "x-2", ship_to = { name = "A" } },
    shipment { external_shipment_id = "x-3", create_sales_order = false } } }).json
  assert(answer.has_errors and answer.shipments[2].errors[1].error_code == "identifier_conflict")
  assert(answer.shipments[3].errors[1].error_code == "field_value_required" and #answer.shipments[1].errors == 0)
  assert(world:call("GET", "/orders").json.total == 1, "without create_sales_order V1 does not know it")
  assert(world:v2("GET", "/shipments").json.total == 2)
  world:switch { v2_number_unique = true }
  local doubled = world:v2("POST", "/shipments", { shipments = { shipment { external_shipment_id = "x-9" } } }).json
  assert(doubled.shipments[1].errors[1].error_code == "identifier_conflict")
  local id = answer.shipments[1].shipment_id
  assert(world:v2("PUT", "/shipments/" .. id .. "/cancel").status == 204)
  local again = world:v2("PUT", "/shipments/" .. id .. "/cancel")
  assert(again.status == 409 and again.json.errors[1].error_code == "invalid_status")
end

tests["V2 pages by twenty-five, newest first, with links"] = function()
  local world = start()
  world:done { orders = 30 }
  local page = world:v2("GET", "/shipments").json
  assert(#page.shipments == 25 and page.pages == 2 and page.shipments[1].shipment_number == "W-1030" and not page.links.prev.href)
  local next_page = service.call("GET", page.links.next.href, { headers = { ["api-key"] = world.account.api_key } }).json
  assert(#next_page.shipments == 5 and next_page.page == 2)
  assert(world:v2("GET", "/shipments?sort_dir=asc&page_size=1").json.shipments[1].shipment_number == "W-1001")
  assert(world:v2("GET", "/shipments?modified_at_start=2026-01-05T20:00:01Z").json.total == 0)
  assert(world:v2("GET", "/shipments?sort_by=price").status == 400)
end

tests["V2 webhooks are signed by RSA over time and body, with the key that /jwks shows; track carries its data"] = function()
  local world, rsa = start(), require "shipstation_rsa"
  local seen = deliveries()
  local hook = world:v2("POST", "/environment/webhooks", { name = "hub", event = "label_created_v2", url = HOOK, headers = { { key = "X-Own", value = "1" } } })
  assert(hook.status == 200 and hook.json.webhook_id, hook.body)
  assert(world:v2("POST", "/environment/webhooks", { event = "label_created_v2", url = HOOK }).json.errors[1].error_code == "webhook_event_type_conflict")
  assert(world:v2("POST", "/environment/webhooks", { event = "made_up", url = HOOK }).status == 400)
  world:v2("POST", "/environment/webhooks", { event = "track_event_v2", url = HOOK })
  local id = world:put().orderId
  local shipment = world:done({ ship = { id } }).ship[1]
  service.pass(5)
  local headers = seen[1].headers
  assert(seen[1].body.resource_type == "LABEL_CREATED_V2" and headers["X-Own"] == "1")
  local list = service.call("GET", seen[1].body.resource_url, { headers = { ["api-key"] = world.account.api_key } }).json
  assert(list.labels[1].label_id == "se-" .. shipment)
  local keys = service.call("GET", world.v2_url .. "/jwks").json.keys
  assert(keys[1].kid == headers["x-shipengine-rsa-sha256-key-id"] and keys[1].e == "AQAB" and #keys[1].n == 342)
  local function is_signed(delivery)
    local signature = delivery.headers["x-shipengine-rsa-sha256-signature"]:gsub("=", "")
    local bytes = {}
    for index = 1, #signature, 4 do
      local bits, chunk = 0, signature:sub(index, index + 3)
      for char in chunk:gmatch "." do
        bits = bits << 6 | ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"):find(char, 1, true) - 1
      end
      bits = bits << 6 * (4 - #chunk)
      bytes[#bytes + 1] = (">I3"):pack(bits):sub(1, #chunk - 1)
    end
    local which = delivery.headers["x-shipengine-rsa-sha256-key-id"] == "sandbox-1" and 1 or 2
    return rsa.verify(which, delivery.headers["x-shipengine-timestamp"] .. "." .. delivery.raw, table.concat(bytes))
  end
  assert(is_signed(seen[1]))
  world:switch { signing_key = 2 }
  world:done { scan = { { shipment = shipment, status = "DE" } } }
  service.pass(5)
  assert(seen[2].body.resource_type == "API_TRACK" and seen[2].body.data.status_code == "DE" and not seen[2].body.resource_url and is_signed(seen[2]))
  assert(service.call("GET", world.v2_url .. "/jwks").json.keys[1].kid == "sandbox-2")
  seen[2].raw = seen[2].raw .. " "
  assert(not is_signed(seen[2]))
  assert(world:v2("DELETE", "/environment/webhooks/" .. hook.json.webhook_id).status == 204)
end

tests["V2 buys labels, makes return labels and tells of scans"] = function()
  local world = start()
  local id = "se-" .. world:put().orderId
  local body = { carrier_code = "ups", service_code = "ups_ground", packages = { { weight = { value = 1, unit = "pound" } } } }
  local label = world:v2("POST", "/labels/shipment/" .. id, body).json
  assert(label.status == "completed" and label.label_download.href:find "base64,JVBER")
  assert(world:v2("POST", "/labels/" .. label.label_id .. "/return", {}).json.is_return_label)
  world:done { scan = { { shipment = math.tointeger(tonumber(label.label_id:sub(4))), status = "IT" } } }
  assert(world:v2("GET", "/labels/" .. label.label_id .. "/track").json.status_code == "IT")
  assert(world:v2("POST", "/labels/shipment/" .. id, { service_code = "nope" }).status == 400)
  assert(#world:v2("POST", "/rates", { shipment_id = id, packages = body.packages }).json.rate_response.rates == 4)
end

tests["faults meet either server in its own form"] = function()
  local world = start()
  world:control("faults", { match = { path = "/orders" }, kind = "500", count = 1 })
  assert(world:call("GET", "/orders").status == 500 and world:call("GET", "/orders").status == 200)
  local second = world.v2_url .. "/_sandbox/shipstation_v2/faults"
  service.call("POST", second, { json = { match = { path = "/v2/labels" }, kind = "429", count = 1 } })
  assert(world:v2("GET", "/labels").json.errors[1].error_code == "rate_limit_exceeded")
end

return tests
