-- The connectors of ShipStation V1 and V2 against the simulation, which was written apart from them: every read is understood, writes
-- do what their effects say, and what answers bear is in the types.

local root = ...
local Remote, decimal, digest, flow, json, service = require "remote", require "decimal", require "digest", require "flow", require "json", require "service"

local World = {}
World.__index = World

-- The system as one of its ways in has it.
local function of_access(access)
  local system, operations = flow.load(root, "scripts/systems/shipstation"), {}
  for name, operation in pairs(system.operations) do
    if operation.access == access then operations[name] = operation end
  end
  system.operations = operations
  return system
end

local function start()
  service.now_ms = 1767643200000   -- 2026-01-05T20:00:00Z, noon in Los Angeles
  local systems = assert(loadfile(root .. "/examples/sandbox/init.lua")) { only = { "shipstation" } }.systems
  service.timers, service.callbacks = {}, {}
  local c, self = systems.shipstation.credentials, setmetatable({ url = systems.shipstation.url }, World)
  self.v1 = Remote.new(of_access(nil), systems.shipstation.url, function()
    return { authorization = "Basic " .. digest.base64(c.username .. ":" .. c.password) }
  end, {})
  self.v2 = Remote.new(of_access "v2", systems.shipstation_v2.url, function() return { ["api-key"] = c.api_key } end, {})
  return self
end

function World:control(what, body)
  return service.call(body and "POST" or "GET", self.url .. "/_sandbox/shipstation/" .. what, { json = body }).json
end
function World:done(acts)
  local answer = self:control("seed", acts)
  assert(answer.done, answer.error)
  return answer.done
end

local function order(more)
  local out = {
    orderNumber = "SO-1", orderKey = "exact:1:1", orderDate = "2026-01-05 09:15:00", orderStatus = "awaiting_shipment", billTo = { name = "Łukasz" },
    shipTo = { name = "Łukasz", street1 = "1 Main St", city = "Austin", state = "TX", postalCode = "78701", country = "US" },
    items = { { lineItemKey = "1-10", sku = "W-1", name = "Widget", quantity = 2, unitPrice = decimal "9.50" } },
    weight = { value = decimal "20", units = "ounces" },
  }
  for name, value in pairs(more or {}) do out[name] = value end
  return out
end

-- What `operation` wants in its path, from ids by name.
local function arguments(operation, ids)
  local path, out = operation.GET or operation.POST, {}
  for name in path:gmatch "{([%w_]+)}" do out[#out + 1] = ids[name] or error("no " .. name) end
  return out
end

-- Fields of a record and of all that is in it that its type does not know.
local function unknown_fields(types, name, value, out)
  for field, part in pairs(value) do
    local declared = types[name].fields[field]
    if not declared then
      out[#out + 1] = name .. "." .. field
    elseif types[declared.of] and part ~= json.null then
      for _, each in ipairs(declared.type == "list" and part or { part }) do unknown_fields(types, declared.of, each, out) end
    end
  end
  return out
end

local OF_CREATES = { ["V2Shipment.errors"] = true }

-- Fields that the type declares and the answer has not.
local function missing_fields(types, name, value, out)
  for field in pairs(types[name].fields) do
    if value[field] == nil and not OF_CREATES[name .. "." .. field] then out[#out + 1] = name .. "." .. field end
  end
  return out
end

-- An answer as it came, with its nulls: a null is a field that is there.
local function raw_rows(operation, answer)
  local name = operation.pages and operation.pages.rows[1]
  return name and name ~= "" and answer.json[name] or operation.pages and answer.json or { answer.json }
end

local tests = {}

tests["every read of V1 is answered, and answers bear no field that the types do not know"] = function()
  local world = start()
  world:control("switches", { v1_limit = 1000 })
  local id = world.v1:call("orders.create", order { customerUsername = "buyer" }).orderId
  local other = world.v1:call("orders.create", order { orderKey = "b", orderNumber = "B" }).orderId
  world:done { ship = { id }, mark = { other } }
  world.v1:call("webhooks.subscribe", { target_url = "https://localhost:9/x", event = "SHIP_NOTIFY" })
  local ids = { orderId = id, productId = 77000001, customerId = 88000001, warehouseId = 14265, storeId = 12345, carrierCode = "ups" }
  for name, operation in pairs(world.v1.system.operations) do
    if operation.GET then
      local given = arguments(operation, ids)
      given[#given + 1] = name == "orders.by_tag" and { tagId = 3001, orderStatus = "shipped" } or nil
      local method, url = world.v1:request(operation, given)
      local answer = world.v1:send(method, url)
      assert(answer.status == 200, name .. ": " .. answer.body)
      local rows = operation.pages and world.v1:rows(operation, answer) or { answer.json }
      assert(#rows > 0 or name == "orders.by_tag", name .. " found nothing")
      if operation.gives and operation.gives ~= "Hook" then   -- of hooks the sheet names a part
        local unknown = unknown_fields(world.v1.system.types, operation.gives, rows[1] or {}, {})
        assert(#unknown == 0, name .. ": " .. table.concat(unknown, ", "))
        local missing = missing_fields(world.v1.system.types, operation.gives, raw_rows(operation, answer)[1] or {}, {})
        if #rows > 0 then assert(#missing == 0, name .. " lacks " .. table.concat(missing, ", ")) end
      end
    end
  end
  assert(next(world:control "events".violation_counts) == nil, json.encode(world:control "events".violation_counts))
end

tests["every read of V2 is answered without a violation"] = function()
  local world = start()
  world:control("switches", { v2_limit = 1000 })
  local id = world.v1:call("orders.create", order()).orderId
  local shipment = world:done({ ship = { id } }).ship[1]
  local hook = world.v2:call("v2_webhooks.create", { event = "label_created_v2", url = "https://localhost:9/x", name = "x" })
  local ids = { shipment_id = "se-" .. id, label_id = "se-" .. shipment, external_shipment_id = "exact:1:1", webhook_id = hook.webhook_id }
  for name, operation in pairs(world.v2.system.operations) do
    if operation.GET then
      local method, url = world.v2:request(operation, arguments(operation, ids))
      local answer = world.v2:send(method, url)
      assert(answer.status == 200, name .. ": " .. answer.body)
      local rows = operation.pages and world.v2:rows(operation, answer) or { answer.json }
      if operation.gives and rows[1] then
        local unknown = unknown_fields(world.v2.system.types, operation.gives, rows[1], {})
        assert(#unknown == 0, name .. ": " .. table.concat(unknown, ", "))
        local missing = missing_fields(world.v2.system.types, operation.gives, raw_rows(operation, answer)[1], {})
        assert(#missing == 0, name .. " lacks " .. table.concat(missing, ", "))
      end
    end
  end
  assert(next(world:control "events".violation_counts) == nil, json.encode(world:control "events".violation_counts))
end

tests["XS1: the same key updates an order, and what comes back can be sent again"] = function()
  local world = start()
  local first = world.v1:call("orders.create", order())
  assert(first.items[1].unitPrice:text() == "9.5" and first.orderTotal:text() == "19", first.orderTotal:text())
  first.customerNotes = "ring twice"
  local types, writable = world.v1.system.types, {}
  for field, value in pairs(first) do
    if types.Order.fields[field].writable then writable[field] = value end
  end
  local again = world.v1:call("orders.create", writable)
  assert(again.orderId == first.orderId and again.customerNotes == "ring twice")
  assert(world:control "state".counts.orders == 1 and not world:control "events".violation_counts.unknown_field)
end

tests["XS1: createorders answers each order, and a repeat of all makes none twice"] = function()
  local world = start()
  local many = json.array {}
  for number = 1, 100 do many[number] = order { orderNumber = "M-" .. number, orderKey = "m" .. number } end
  many[3].shipTo = { country = "Texas" }
  for _ = 1, 2 do
    local answer = world.v1:call("orders.create_many", many)
    assert(answer.hasErrors and #answer.results == 100 and not answer.results[3].success and answer.results[4].success)
  end
  assert(world:control "state".counts.orders == 99)
end

tests["more than a page of orders is read to its end, also where the remote says that there are no pages"] = function()
  local world = start()
  world:control("switches", { pages_zero = true, v1_limit = 1000 })
  world:done { orders = 501 }
  assert(#world.v1:call "orders.changed" == 501)
end

tests["XS3: shipments come with their items and as dates say; a void is found by its own date"] = function()
  local world = start()
  local id = world.v1:call("orders.create", order()).orderId
  local shipment = world:done({ ship = { { order = id, cost = "7.50" } } }).ship[1]
  local found = world.v1:call("shipments.list", { orderId = id })[1]
  assert(found.shipmentId == shipment and found.shipmentItems[1].lineItemKey == "1-10")
  assert(found.shipmentCost:text() == "7.5" and found.shipDate == "2026-01-05")
  assert(world.v1:call("labels.void", { shipmentId = shipment }).approved)
  assert(world.v1:call("shipments.list", { voidDateStart = "2026-01-05 12:00:00" })[1].voided)
end

tests["XS6: a number that begins with another is found too, so equality is for the flow"] = function()
  local world = start()
  world.v1:call("orders.create", order { orderNumber = "10", orderKey = "k10" })
  world.v1:call("orders.create", order { orderNumber = "100", orderKey = "k100" })
  assert(#world.v1:call("orders.list", { orderNumber = "10" }) == 2)
end

tests["marking an order as shipped is found again among the fulfillments"] = function()
  local world = start()
  local id = world.v1:call("orders.create", order()).orderId
  local effect = world.v1.system.operations["orders.mark_shipped"].effect
  assert(#world.v1:call(effect.look_up, { [effect.by] = id }) == 0)
  world.v1:call("orders.mark_shipped", { orderId = id, carrierCode = "dhl", trackingNumber = "JD1" })
  assert(world.v1:call(effect.look_up, { [effect.by] = id })[1].orderId == id)
  assert(world:control "state".mails == 0, "C18: nobody is mailed unless it is asked for")
end

tests["holds, tags, labels, products, warehouses and hooks are written as the remote takes them"] = function()
  local world = start()
  world:control("switches", { v1_limit = 1000 })
  local v1 = world.v1
  local id = v1:call("orders.create", order()).orderId
  assert(v1:call("orders.hold", { orderId = id, holdUntilDate = "2026-02-01" }).success)
  assert(v1:call("orders.get", id).holdUntilDate == "2026-02-01")
  assert(v1:call("orders.restore", { orderId = id }).success)
  assert(v1:call("orders.add_tag", { orderId = id, tagId = 3001 }).success and v1:call("orders.remove_tag", { orderId = id, tagId = 3001 }).success)
  local user = v1:call("users.list")[1].userId
  assert(v1:call("orders.assign", { orderIds = json.array { id }, userId = user }).success)
  assert(v1:call("orders.unassign", { orderIds = json.array { id } }).success)
  local rates = v1:call("rates.list", { carrierCode = "ups", fromPostalCode = "78701", toCountry = "US", toPostalCode = "10001",
    weight = { value = decimal "1", units = "pounds" } })
  assert(rates[1].serviceCode == "ups_ground" and rates[1].shipmentCost:text() ~= "0")
  local label = v1:call("labels.create_for_order", { orderId = id, carrierCode = "ups", serviceCode = "ups_ground", shipDate = "2026-01-05" })
  assert(label.labelData and label.orderKey == "exact:1:1")
  local product = v1:call("products.list", { sku = "MUG-1" })[1]
  assert(v1:call("products.update", product.productId, { productId = product.productId, sku = "MUG-1", name = "Mug, white" }).success)
  local address = { name = "W", street1 = "1 Way", city = "Reno", state = "NV", postalCode = "89501", country = "US" }
  local made = v1:call("warehouses.create", { warehouseName = "West", originAddress = address })
  assert(v1:call("warehouses.update", made.warehouseId, { warehouseName = "Far west", originAddress = address }).warehouseName == "Far west")
  v1:call("warehouses.delete", made.warehouseId)
  assert(v1:call("stores.refresh", 12346).success and v1:call("stores.deactivate", { storeId = 12346 }).success)
  v1:call("webhooks.subscribe", { target_url = "https://localhost:9/x", event = "SHIP_NOTIFY", friendly_name = "hub" })
  v1:call("webhooks.delete", v1:call("webhooks.list")[1].WebHookID)
  assert(#v1:call "webhooks.list" == 0)
  assert(v1:call("orders.delete", id).success)
  assert(next(world:control "events".violation_counts) == nil, json.encode(world:control "events".violation_counts))
end

tests["V2: shipments with a fault each, labels, voids and hooks"] = function()
  local world = start()
  local v2 = world.v2
  local address = { name = "A", address_line1 = "1 Main St", city_locality = "Austin", state_province = "TX", postal_code = "78701", country_code = "US" }
  local shipment = { create_sales_order = true, external_shipment_id = "x-1", shipment_number = "N1", ship_to = address,
    items = json.array { { name = "Widget", sku = "W-1", quantity = 2, unit_price = decimal "9.50" } } }
  local made = v2:call("v2_shipments.create_many", { shipments = json.array { shipment } })
  local again = v2:call("v2_shipments.create_many", { shipments = json.array { shipment } })
  assert(not made.has_errors and again.has_errors and again.shipments[1].errors[1].error_code == "identifier_conflict")
  local id = made.shipments[1].shipment_id
  v2:call("v2_shipments.add_tag", id, "rush", {})
  local label = v2:call("v2_labels.create_for_shipment", id, { carrier_code = "ups", service_code = "ups_ground",
    packages = json.array { { weight = { value = decimal "1", unit = "pound" } } } })
  assert(label.shipment_cost.amount:text() ~= "0" and v2:call("v2_labels.void", label.label_id, {}).approved)
  assert(#v2:call("v2_labels.list", { label_status = "voided" }) == 1)
  v2:call("v2_shipments.cancel", id, {})
  assert(v2:call("v2_shipments.by_external_id", "x-1").shipment_status == "cancelled")
  assert(v2:call("v2_fulfillments.create_many", { fulfillments = json.array { { shipment_id = id, tracking_number = "JD1" } } }).has_errors)
end

tests["XS2: the limits of both are what the remotes keep"] = function()
  local world = start()
  assert(world.v1.system.limits[1].calls == 40 and world.v2.system.access.v2.limits[1].calls == 200)
  local headers = service.call("GET", world.url .. "/stores", { headers = world.v1.headers() }).headers
  for _, name in pairs(world.v1.system.limits[1].learn) do assert(headers[name], "no header " .. name) end
end

return tests
