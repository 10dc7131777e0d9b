-- Webhooks of the simulated ShipStation V1.

local root = ...
local Warehouse, json, service = require "warehouse", require "json", require "service"

local HOOK, deliveries, path_of = Warehouse.HOOK, Warehouse.deliveries, Warehouse.path_of

local function start(at) return Warehouse.start(root, at) end

local tests = {}

tests["SHIP_NOTIFY points to a list without items; one action is one delivery"] = function()
  local world = start()
  local answer = world:hook "SHIP_NOTIFY"
  assert(answer.WebHookID and answer.HookType == "SHIP_NOTIFY" and answer.Url == HOOK)
  world:put()
  world:put { orderKey = "b", orderNumber = "B" }
  local seen = deliveries()
  world:done { ship = { "SO-1", "B" }, together = true }
  service.pass(5)
  assert(#seen == 1 and seen[1].body.resource_type == "SHIP_NOTIFY" and next(seen[1].headers, "content-type") == nil)
  local url = seen[1].body.resource_url
  assert(#url <= 200 and url:find "includeShipmentItems=False" and url:sub(1, #world.url) == world.url, url)
  local list = world:call("GET", path_of(url)).json
  assert(list.total == 2 and list.shipments[1].shipmentItems == json.null and list.shipments[1].batchNumber == list.shipments[2].batchNumber)
  assert(world:call("GET", (path_of(url):gsub("=False", "=True"))).json.shipments[1].shipmentItems[1])
  world:done { ["return"] = { "SO-1" } }
  service.pass(5)
  assert(#seen == 1, "a return label is no news")
end

tests["ORDER_NOTIFY comes for new orders but those that await payment, and when they leave it, not for edits"] = function()
  local world = start()
  world:hook "ORDER_NOTIFY"
  local seen = deliveries()
  world:put { orderStatus = "awaiting_payment" }
  service.pass(5)
  assert(#seen == 0)
  world:put()
  service.pass(5)
  assert(#seen == 1 and world:call("GET", path_of(seen[1].body.resource_url)).json.orders[1].orderNumber == "SO-1")
  world:put { customerNotes = "edited" }
  world:done { cancel = { "SO-1" } }
  service.pass(5)
  assert(#seen == 1, "no event for edits and cancels")
  world:done { orders = 5 }
  service.pass(5)
  assert(#seen == 2 and world:call("GET", path_of(seen[2].body.resource_url)).json.total == 5)
  world:put { orderKey = "p", orderStatus = "awaiting_payment" }
  world:put { orderKey = "p", orderStatus = "cancelled" }
  service.pass(5)
  assert(#seen == 2)
end

tests["subscriptions are listed and deleted, checked, and may be of one store"] = function()
  local world = start()
  for _, bad in ipairs { { event = "SHIPPED" }, { target_url = "http://localhost/x" }, { store_id = 1 }, { event = "absent" } } do
    local body = { target_url = HOOK, event = "SHIP_NOTIFY" }
    for name, value in pairs(bad) do body[name] = value ~= "absent" and value or nil end
    assert(world:call("POST", "/webhooks/subscribe", body).status == 400)
  end
  local hook = world:hook("ORDER_NOTIFY", { store_id = 12346, friendly_name = "hub" })
  local listed = world:call("GET", "/webhooks").json.webhooks[1]
  assert(listed.WebHookID == hook.WebHookID and listed.Name == "hub" and listed.StoreID == 12346 and listed.Active)
  local seen = deliveries()
  world:put()
  service.pass(5)
  assert(#seen == 0, "of another store")
  world:done { orders = 1 }
  service.pass(5)
  assert(#seen == 1)
  assert(world:call("DELETE", "/webhooks/" .. hook.WebHookID).status == 200)
  assert(#world:call("GET", "/webhooks").json.webhooks == 0 and world:call("DELETE", "/webhooks/" .. hook.WebHookID).status == 404)
  world:switch { subscribe_answer = "id" }
  assert(world:hook("SHIP_NOTIFY").id and not world:hook("SHIP_NOTIFY").WebHookID)
end

tests["links may lead to a host that is not ShipStation's"] = function()
  local world = start()
  world:hook "ORDER_NOTIFY"
  world:switch { resource_host = "https://ssapi6.shipstation.com" }
  local seen = deliveries()
  world:put()
  service.pass(5)
  assert(seen[1].body.resource_url:find("^https://ssapi6%.shipstation%.com/orders%?"))
end

tests["deliveries are lost, doubled and repeated as switches say"] = function()
  local world = start()
  world:hook "ORDER_NOTIFY"
  world:switch { duplicate_percent = 100 }
  local seen = deliveries()
  world:put()
  service.pass(5)
  assert(#seen == 2)
  world:switch { duplicate_percent = 0, tries = 3 }
  seen = deliveries(function(number) return number < 3 and 500 or 200 end)
  world:put { orderKey = "b" }
  service.pass(2000)
  assert(#seen == 3)
  world:switch { lost_percent = 100 }
  world:put { orderKey = "c" }
  service.pass(2000)
  assert(#seen == 3 and world:control "state".hooks.counts.lost == 1)
end

tests["FULFILLMENT events are a provider's; markasshipped tells only by a switch"] = function()
  local world = start()
  world:hook "FULFILLMENT_SHIPPED"
  local seen = deliveries()
  world:call("POST", "/orders/markasshipped", { orderId = world:put().orderId, carrierCode = "dhl" })
  service.pass(5)
  assert(#seen == 0)
  world:put { orderKey = "b", orderNumber = "B" }
  world:done { fulfil = { "B" } }
  service.pass(5)
  assert(#seen == 1 and world:call("GET", path_of(seen[1].body.resource_url)).json.total == 1)
  world:switch { mark_fires = true }
  world:call("POST", "/orders/markasshipped", { orderId = world:put({ orderKey = "c" }).orderId, carrierCode = "dhl" })
  service.pass(5)
  assert(#seen == 2)
end

return tests
