-- Labels, what the warehouse does, and the rest of the simulated ShipStation V1.

local root = ...
local Warehouse, json, service = require "warehouse", require "json", require "service"

local order = Warehouse.order

local function start(at) return Warehouse.start(root, at) end

local tests = {}

-- Labels.

local function buy(world, id, more)
  local body = { orderId = id, carrierCode = "fedex", serviceCode = "fedex_ground", shipDate = "2026-01-05", weight = { value = 2, units = "pounds" } }
  for name, value in pairs(more or {}) do body[name] = value end
  return world:call("POST", "/orders/createlabelfororder", body)
end

tests["a label is bought with its PDF, costs money, and ships the order"] = function()
  local world = start()
  local id = world:put().orderId
  local label = buy(world, id).json
  assert(label.labelData:sub(1, 5) == "JVBER" and label.orderId == id and label.orderKey == "exact:1:1" and label.shipDate == "2026-01-05")
  assert(tostring(label.shipmentCost) ~= "0" and label.shipmentItems == json.null)
  assert(world:call("GET", "/orders/" .. id).json.orderStatus == "shipped")
  assert(buy(world, id, { carrierCode = "dhl" }).status == 400 and buy(world, id, { serviceCode = "ups_ground" }).status == 400)
  assert(buy(world, 1).status == 404)
  assert(world:control "state".counts.shipments == 1)
end

tests["a label without an order needs an active manual store"] = function()
  local world = start()
  local address = { name = "A", street1 = "1 Main St", city = "Austin", state = "TX", postalCode = "78701", country = "US" }
  local body = { carrierCode = "ups", serviceCode = "ups_ground", shipFrom = address, shipTo = address, weight = { value = 1, units = "pounds" } }
  assert(world:call("POST", "/shipments/createlabel", body).json.orderId == json.null)
  world:done { deactivate = { 12345 } }
  local refused = world:call("POST", "/shipments/createlabel", body)
  assert(refused.status == 500 and refused.json.ExceptionMessage:find("Object reference not set", 1, true))
end

tests["shipments have their items only when asked, no modifyDate, and voids a date of their own"] = function()
  local world = start()
  local id = world:put().orderId
  local ids = world:done({ ship = { { order = id, cost = "7.50", insurance = "1.00", items = { ["W-1"] = 2, ["1-20"] = 1 } } } }).ship
  local bare = world:call("GET", "/shipments?orderId=" .. id).json.shipments[1]
  assert(bare.shipmentItems == json.null and bare.modifyDate == nil and bare.voidDate == json.null and bare.voided == false)
  local whole = world:call("GET", "/shipments?includeShipmentItems=True&orderNumber=SO-1").json.shipments[1]
  assert(#whole.shipmentItems == 2 and whole.shipmentItems[2].quantity == 1 and whole.shipmentItems[1].lineItemKey == "1-10")
  assert(tostring(whole.shipmentCost) == "7.5" and tostring(whole.insuranceCost) == "1")
  service.pass(3600)
  local void = world:call("POST", "/shipments/voidlabel", { shipmentId = ids[1] })
  assert(void.status == 200 and void.json.approved == true)
  assert(world:call("GET", "/shipments?voidDateStart=2026-01-05T12:30:00").json.shipments[1].voided == true)
  assert(world:call("GET", "/shipments?createDateStart=2026-01-05T12:30:00").json.total == 0)
  assert(world:call("GET", "/orders/" .. id).json.orderStatus == "awaiting_shipment")
end

tests["a refused void is 200 with approved false"] = function()
  local world = start()
  local id = buy(world, world:put().orderId).json.shipmentId
  world:switch { void_refused = true }
  local refused = world:call("POST", "/shipments/voidlabel", { shipmentId = id })
  assert(refused.status == 200 and refused.json.approved == false and refused.json.message ~= "")
  world:switch { void_refused = false }
  assert(world:call("POST", "/shipments/voidlabel", { shipmentId = id }).json.approved == true)
  assert(world:call("POST", "/shipments/voidlabel", { shipmentId = id }).json.approved == false)
  assert(world:call("POST", "/shipments/voidlabel", { shipmentId = 1 }).status == 404)
end

tests["rates answer the services that fit the destination"] = function()
  local world = start()
  local rates = world:call("POST", "/shipments/getrates", {
    carrierCode = "ups", fromPostalCode = "78701", toCountry = "NL", toPostalCode = "1012JS", weight = { value = 1, units = "pounds" },
  }).json
  assert(#rates == 1 and rates[1].serviceCode == "ups_worldwide_saver")
end

-- What the warehouse does.

tests["several parcels of an order, one of no cost, one voided before anybody looked"] = function()
  local world = start()
  local id = world:put().orderId
  local made = world:done({ ship = { { order = "SO-1", parcels = {
    { items = { ["W-1"] = 2 }, cost = "6.00", carrier = "ups" }, { items = { ["W-2"] = 3 }, cost = "0" }, { items = {}, cost = "5.00" },
  } } } }).ship
  world:done { void = { made[3] } }
  local list = world:call("GET", "/shipments?orderId=" .. id).json
  assert(list.total == 3 and list.shipments[3].voided and tostring(list.shipments[2].shipmentCost) == "0")
  local counts = world:control "state".counts
  assert(tostring(counts.cost) == "6" and counts.voided == 1)
  assert(world:call("GET", "/orders/" .. id).json.orderStatus == "shipped")
end

tests["a split makes an order of its own with its parent; both want orderId from then on"] = function()
  local world = start()
  local id = world:put().orderId
  local part = world:done({ split = { { order = id, items = { ["W-1"] = 1 } } } }).split[1]
  local child, parent = world:call("GET", "/orders/" .. part).json, world:call("GET", "/orders/" .. id).json
  assert(child.advancedOptions.parentId == id and child.advancedOptions.mergedOrSplit and child.orderNumber == "SO-1" and child.orderKey ~= "exact:1:1")
  assert(parent.items[1].quantity == 1 and child.items[1].quantity == 1 and child.items[1].lineItemKey == "1-10")
  assert(world:call("POST", "/orders/createorder", order()).status == 400)
  assert(world:call("POST", "/orders/createorder", order { orderId = id }).status == 200)
  world:switch { split_numbers = "suffix" }
  local other = world:done({ split = { { order = id, items = { ["W-2"] = 1 } } } }).split[1]
  assert(world:call("GET", "/orders/" .. other).json.orderNumber == "SO-1-2")
end

tests["a merge hides orders, which the parent names"] = function()
  for _, new in ipairs { false, true } do
    local world = start()
    world:switch { merge_makes_new = new }
    local a, b = world:put().orderId, world:put({ orderKey = "b", orderNumber = "SO-2" }).orderId
    local parent = world:done({ combine = { { "SO-1", "SO-2" } } }).combine[1]
    assert((parent == a) == not new)
    local seen = world:call("GET", "/orders/" .. parent).json
    assert(#seen.items == 4 and seen.advancedOptions.mergedIds[#seen.advancedOptions.mergedIds] == b)
    assert(world:call("GET", "/orders/" .. b).status == 404 and world:call("GET", "/orders").json.total == 1)
    assert(world:call("POST", "/orders/createorder", order { orderKey = "b", orderNumber = "SO-2", orderId = b }).status == 400)
  end
end

tests["return labels, holds, edits, cancels, fulfilment by a provider"] = function()
  local world = start()
  local id = world:put().orderId
  world:done { ship = { id } }
  world:done { ["return"] = { id } }
  assert(world:call("GET", "/shipments?orderId=" .. id).json.shipments[2].isReturnLabel)
  world:put { orderKey = "b", orderNumber = "B" }
  world:done { hold = { "B" }, ["until"] = "2026-03-01" }
  world:done { edit = { { order = "B", quantity = { ["W-1"] = 5 }, address = "2 New St" } } }
  local edited = world:call("GET", "/orders?orderNumber=B").json.orders[1]
  assert(edited.orderStatus == "on_hold" and edited.items[1].quantity == 5 and edited.shipTo.street1 == "2 New St")
  world:done { cancel = { "B" } }
  world:put { orderKey = "c", orderNumber = "C", orderStatus = "pending_fulfillment" }
  world:done { fulfil = { { order = "C", fee = "3.25", tracking = "1Z1" } } }
  local done = world:call("GET", "/fulfillments?trackingNumber=1Z1").json.fulfillments[1]
  assert(tostring(done.fulfillmentFee) == "3.25" and done.fulfillmentProviderCode == "provider-1")
  assert(world:control("seed", { ship = { "nobody" } }).error:find "no order nobody")
  assert(world:control("seed", { dance = { 1 } }).error:find "dance")
end

tests["a day's work ships every order that awaits it, in all the ways that happen"] = function()
  for kind, expected in pairs {
    parcel = { 1, 0, 0 }, parcels = { 2, 0, 0 }, insured = { 1, 0, 0 }, free = { 1, 0, 0 }, by_hand = { 0, 0, 1 }, relabelled = { 2, 1, 0 },
    voided_later = { 2, 1, 0 }, returned = { 2, 0, 0 }, split = { 2, 0, 0 },
  } do
    local world = start()
    world:put()
    world:put { orderKey = "held", orderStatus = "on_hold" }
    assert(world:done({ work = { over = 60, kinds = { kind } } }).work == 1)
    assert(world:control "state".counts.to_come == 1 and world:control "state".counts.shipments == 0)
    service.pass(2000)
    local counts = world:control "state".counts
    assert(counts.shipments == expected[1] and counts.voided == expected[2] and counts.fulfillments == expected[3] and counts.to_come == 0, kind)
    assert(counts.by_status.on_hold == 1 and not counts.by_status.awaiting_shipment, kind)
    assert((tostring(counts.cost) == "0") == (kind == "free" or kind == "by_hand"), kind)
    if kind == "parcels" then   -- nothing is sent twice
      local sent = {}
      for _, shipment in ipairs(world:call("GET", "/shipments?includeShipmentItems=true").json.shipments) do
        for _, item in ipairs(shipment.shipmentItems) do sent[item.sku] = (sent[item.sku] or 0) + item.quantity end
      end
      assert(sent["W-1"] == 2 and sent["W-2"] == 3, json.encode(sent))
    end
  end
  assert(start():control("seed", { work = { kinds = { "dance" } } }).error:find "dance")
end

tests["a cancelled order is not worked on"] = function()
  local world = start()
  world:put()
  world:done { work = { over = 60 } }
  world:put { orderStatus = "cancelled" }
  service.pass(100)
  assert(world:control "state".counts.shipments == 0)
end

tests["an account that writes its own customs items overwrites those of an order abroad"] = function()
  local world = start()
  local mine = { contents = "gift", customsItems = { { description = "Mine", quantity = 1 } } }
  local abroad = { shipTo = { name = "A", country = "NL" }, internationalOptions = mine }
  assert(world:put(abroad).internationalOptions.customsItems[1].description == "Mine")
  world:switch { customs_kept = false }
  local written = world:put(abroad).internationalOptions
  assert(written.customsItems[1].description == "Widget" and written.contents == "gift")
end

-- The rest of V1.

tests["products are updated as a whole and not created"] = function()
  local world = start()
  local found = world:call("GET", "/products?sku=MUG-1").json.products[1]
  assert(found.name == "Mug" and world:call("POST", "/products", { sku = "X", name = "X" }).status == 405)
  local answer = world:call("PUT", "/products/" .. found.productId, { sku = "MUG-1", name = "Mug, white" })
  assert(answer.json.success)
  assert(world:call("GET", "/products/" .. found.productId).json.name == "Mug, white")
end

tests["warehouses, stores, carriers, services, packages and users"] = function()
  local world = start()
  local address = { name = "W", street1 = "1 Way", city = "Reno", state = "NV", postalCode = "89501", country = "US" }
  local made = world:call("POST", "/warehouses/createwarehouse", { warehouseName = "West", originAddress = address, isDefault = true }).json
  assert(world:call("GET", "/warehouses/" .. made.warehouseId).json.isDefault and not world:call("GET", "/warehouses").json[1].isDefault)
  assert(world:call("DELETE", "/warehouses/" .. made.warehouseId).status == 200)
  assert(world:call("POST", "/warehouses/createwarehouse", { warehouseName = "West" }).status == 400)
  assert(#world:call("GET", "/stores").json == 2 and world:call("GET", "/stores/12345").json.storeName == "Manual orders")
  assert(world:call("POST", "/stores/refreshstore?storeId=12346").status == 200)
  assert(world:call("GET", "/stores/getrefreshstatus?storeId=12346").json.lastRefreshAttempt ~= json.null)
  assert(world:call("GET", "/carriers/listservices?carrierCode=ups").json[1].carrierCode == "ups")
  assert(world:call("GET", "/carriers/listpackages?carrierCode=nobody").status == 400 and #world:call("GET", "/users").json == 1)
end

return tests
