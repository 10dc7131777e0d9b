-- A simulated ShipStation on its own, for specs in plain Lua: calls of both APIs, what its people do, and what it delivers.

local digest, json, service = require "digest", require "json", require "service"

local HOOK = "https://localhost:9/hooks/acme/warehouse"

local Warehouse = { HOOK = HOOK }
Warehouse.__index = Warehouse

-- `at`: the Unix second that it is; a Monday noon in Los Angeles otherwise.
function Warehouse.start(root, at)
  service.now_ms = (at or 1767643200) * 1000   -- 2026-01-05T20:00:00Z
  local systems = assert(loadfile(root .. "/examples/sandbox/init.lua")) { only = { "shipstation" } }.systems
  service.timers, service.callbacks = {}, {}
  return setmetatable({
    url = systems.shipstation.url, v2_url = systems.shipstation_v2.url, account = systems.shipstation.credentials,
  }, Warehouse)
end

function Warehouse:basic(password)
  return { authorization = "Basic " .. digest.base64(self.account.username .. ":" .. (password or self.account.password)) }
end

function Warehouse:call(method, path, body, headers)
  local all = self:basic()
  for name, value in pairs(headers or {}) do all[name] = value end
  return service.call(method, self.url .. path, { json = body, headers = all })
end

function Warehouse:v2(method, path, body, headers)
  return service.call(method, self.v2_url .. "/v2" .. path, { json = body, headers = headers or { ["api-key"] = self.account.api_key } })
end

function Warehouse:control(what, body)
  return service.call(body and "POST" or "GET", self.url .. "/_sandbox/shipstation/" .. what, { json = body }).json
end
function Warehouse:switch(switches) return self:control("switches", switches) end
function Warehouse:violations(kind)
  local counts = self:control("events").violation_counts
  if kind then return counts[kind] or 0 end
  return counts
end

function Warehouse:done(acts)
  local answer = self:control("seed", acts)
  assert(answer.done, answer.error)
  return answer.done
end

-- An order as V1 takes it; fields of `more` instead, "absent" without.
function Warehouse.order(more)
  local out = {
    orderNumber = "SO-1", orderKey = "exact:1:1", orderDate = "2026-01-05 09:15:00", orderStatus = "awaiting_shipment", billTo = { name = "A. Buyer" },
    shipTo = { name = "A. Buyer", street1 = "1 Main St", city = "Austin", state = "TX", postalCode = "78701", country = "US" },
    items = {
      { lineItemKey = "1-10", sku = "W-1", name = "Widget", quantity = 2, unitPrice = 9 },
      { lineItemKey = "1-20", sku = "W-2", name = "Gadget", quantity = 3, unitPrice = 4 },
    },
  }
  for name, value in pairs(more or {}) do
    if value == "absent" then out[name] = nil else out[name] = value end
  end
  return out
end

function Warehouse:put(more)
  local answer = self:call("POST", "/orders/createorder", Warehouse.order(more))
  assert(answer.status == 200, answer.body)
  return answer.json
end

-- Deliveries to HOOK from now on; `answer` gives their status.
function Warehouse.deliveries(answer)
  local seen = {}
  service.callbacks = {}
  service.callbacks[HOOK] = function(request)
    seen[#seen + 1] = { body = json.decode(request.body), raw = request.body, headers = request.headers }
    return { status = answer and answer(#seen) or 200 }
  end
  return seen
end

function Warehouse:hook(event, more)
  local body = { target_url = HOOK, event = event }
  for name, value in pairs(more or {}) do body[name] = value end
  local answer = self:call("POST", "/webhooks/subscribe", body)
  assert(answer.status == 201, answer.body)
  return answer.json
end

function Warehouse.path_of(url) return url:match "^https://[^/]+(/.*)$" end

return Warehouse
