-- The simulated ShipStation keeps the rules of apis/shipstation.md.

local root = ...
local digest, json, service = require "digest", require "json", require "service"

local HOOK = "https://localhost:9/hooks/acme/warehouse"

local World = {}
World.__index = World

-- `at`: the Unix second that it is; a Monday noon in Los Angeles otherwise.
local function start(at)
  service.now_ms = (at or 1767643200) * 1000   -- 2026-01-05T20:00:00Z
  local systems = assert(loadfile(root .. "/examples/sandbox/init.lua")) { only = { "shipstation" } }.systems
  service.timers, service.callbacks = {}, {}
  return setmetatable({ url = systems.shipstation.url, v2_url = systems.shipstation_v2.url, account = systems.shipstation.credentials }, World)
end

function World:call(method, path, body, headers)
  local all = { authorization = "Basic " .. digest.base64(self.account.username .. ":" .. self.account.password) }
  for name, value in pairs(headers or {}) do all[name] = value end
  return service.call(method, self.url .. path, { json = body, headers = all })
end

function World:v2(method, path, body, headers)
  return service.call(method, self.v2_url .. "/v2" .. path, { json = body, headers = headers or { ["api-key"] = self.account.api_key } })
end

function World:control(what, body) return service.call(body and "POST" or "GET", self.url .. "/_sandbox/shipstation/" .. what, { json = body }).json end
function World:switch(switches) return self:control("switches", switches) end
function World:violations(kind) return self:control("events").violation_counts[kind] or 0 end

function World:done(acts)
  local answer = self:control("seed", acts)
  assert(answer.done, answer.error)
  return answer.done
end

local function order(more)
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

function World:put(more)
  local answer = self:call("POST", "/orders/createorder", order(more))
  assert(answer.status == 200, answer.body)
  return answer.json
end

-- Deliveries to HOOK from now on.
local function deliveries(answer)
  local seen = {}
  service.callbacks = {}
  service.callbacks[HOOK] = function(request)
    seen[#seen + 1] = { body = json.decode(request.body), raw = request.body, headers = request.headers }
    return { status = answer and answer(#seen) or 200 }
  end
  return seen
end

function World:hook(event, more)
  local body = { target_url = HOOK, event = event }
  for name, value in pairs(more or {}) do body[name] = value end
  local answer = self:call("POST", "/webhooks/subscribe", body)
  assert(answer.status == 201, answer.body)
  return answer.json
end

local function path_of(url) return url:match "^https://[^/]+(/.*)$" end

local tests = {}

-- Basics.

tests["V1 wants the key and secret as Basic; anything else is 401"] = function()
  local world = start()
  assert(world:call("GET", "/carriers").status == 200)
  local refused = world:call("GET", "/carriers", nil, { authorization = "Basic " .. digest.base64(world.account.username .. ":wrong") })
  assert(refused.status == 401 and refused.json.message)
  assert(service.call("GET", world.url .. "/carriers").status == 401)
  assert(world:violations "wrong_credentials" == 2)
end

tests["forty calls a minute, told in headers, then 429 until the reset"] = function()
  local world = start()
  for left = 39, 0, -1 do
    local headers = world:call("GET", "/warehouses").headers
    assert(headers["X-Rate-Limit-Limit"] == "40" and headers["X-Rate-Limit-Remaining"] == tostring(left))
  end
  local over = world:call("GET", "/warehouses")
  assert(over.status == 429 and over.json.message == "Too Many Requests" and over.headers["Retry-After"] == nil)
  assert(world:violations "v1_limit" == 1)
  service.pass(math.tointeger(tonumber(over.headers["X-Rate-Limit-Reset"])))
  assert(world:call("GET", "/warehouses").status == 200)
end

tests["being throttled may come as 200 with the same body"] = function()
  local world = start()
  world:switch { v1_limit = 1, throttled_status = 200 }
  world:call("GET", "/users")
  local over = world:call("GET", "/users")
  assert(over.status == 200 and over.json.message == "Too Many Requests")
end

tests["a wrong method is 405, an unknown path 404, a body without its type 415"] = function()
  local world = start()
  assert(world:call("POST", "/orders", order()).status == 405)
  assert(world:call("PUT", "/webhooks/1", {}).status == 405, "there is no update call")
  assert(world:call("GET", "/carriers/getservices").status == 404)
  assert(world:call("POST", "/orders/createorder", order(), { ["content-type"] = "text/plain" }).status == 415)
end

-- Time.

tests["V1 times are Pacific wall-clock times without an offset, with seven digits, items with three"] = function()
  local made = start():put()
  assert(made.createDate == "2026-01-05T12:00:00.0000000", made.createDate)
  assert(made.items[1].createDate == "2026-01-05T12:00:00.000", made.items[1].createDate)
  assert(made.orderDate == "2026-01-05T09:15:00.0000000")
end

tests["on DST nights wall time skips in March and repeats in November"] = function()
  for _, case in ipairs {
    { 1772963999, "2026-03-08T01:59:59" }, { 1772964000, "2026-03-08T03:00:00" },      -- 10:00 UTC on 8 March
    { 1793519999, "2026-11-01T00:59:59" }, { 1793521800, "2026-11-01T01:30:00" }, { 1793525400, "2026-11-01T01:30:00" },
    { 1793527200, "2026-11-01T02:00:00" }, { 1785542399, "2026-07-31T16:59:59" },
  } do
    local made = start(case[1]):put()
    assert(made.createDate:sub(1, 19) == case[2], case[1] .. ": " .. made.createDate)
  end
end

tests["filters compare wall times, so the hour that repeats is one hour"] = function()
  local world = start(1793525400)   -- the second 01:30 of the night
  world:put()
  assert(world:call("GET", "/orders?modifyDateStart=2026-11-01T01:45:00").json.total == 0)
  assert(world:call("GET", "/orders?modifyDateStart=2026-11-01T01:30:00").json.total == 1)
end

tests["dates come in with a blank or a T, and without an offset"] = function()
  local world = start()
  assert(world:put({ orderDate = "2026-01-05T09:15:00.1234567" }).orderDate == "2026-01-05T09:15:00.1230000")
  local refused = world:call("POST", "/orders/createorder", order { orderDate = "2026-01-05T09:15:00Z" })
  assert(refused.status == 400 and refused.json.message:find("orderDate", 1, true), refused.body)
  assert(world:call("GET", "/orders?modifyDateStart=yesterday").status == 400)
  world:switch { zone_in_dates = "ignored" }
  assert(world:put({ orderDate = "2026-01-05T09:15:00Z" }).orderDate == "2026-01-05T09:15:00.0000000")
end

-- Creating and updating orders.

tests["each required field is asked for, in the documented and in the observed form"] = function()
  local world = start()
  for _, name in ipairs { "orderNumber", "orderDate", "orderStatus", "billTo", "shipTo" } do
    local refused = world:call("POST", "/orders/createorder", order { [name] = "absent" })
    assert(refused.status == 400 and refused.json.message == name .. ": is required", refused.body)
  end
  world:switch { bad_input = "500" }
  local observed = world:call("POST", "/orders/createorder", order { orderNumber = "absent" })
  assert(observed.status == 500 and observed.json.ExceptionMessage and observed.json.ExceptionType == "System.ArgumentException")
end

tests["values that do not fit their field are refused by its path"] = function()
  local world = start()
  for path, more in pairs {
    ["orderStatus"] = { orderStatus = "open" }, ["orderNumber"] = { orderNumber = ("x"):rep(51) }, ["shipTo.country"] = { shipTo = { country = "USA" } },
    ["items[0].name"] = { items = { { sku = "W", quantity = 1 } } }, ["items[0].quantity"] = { items = { { name = "W", quantity = json.decode "1.5" } } },
    ["weight.units"] = { weight = { value = 1, units = "kilograms" } }, ["confirmation"] = { confirmation = "yes" }, ["items"] = { items = "W" },
    ["advancedOptions.storeId"] = { advancedOptions = { storeId = 1 } }, ["amountPaid"] = { amountPaid = "1.00" },
  } do
    local refused = world:call("POST", "/orders/createorder", order(more))
    assert(refused.status == 400 and refused.json.message:sub(1, #path) == path, path .. ": " .. refused.body)
  end
  assert(world:control "state".counts.orders == 0)
end

tests["an unknown field is left out and told, or refused by a switch; what answers add may be sent back"] = function()
  local world = start()
  local made = world:put { trackingUrl = "x" }
  assert(world:violations "unknown_field" == 1)
  assert(world:call("POST", "/orders/createorder", made).status == 200)
  assert(world:violations "unknown_field" == 1, json.encode(world:control "events".violations))
  world:switch { unknown_fields = "refused" }
  assert(world:call("POST", "/orders/createorder", order { trackingUrl = "x" }).status == 400)
end

tests["the same orderKey updates, another creates, none always creates"] = function()
  local world = start()
  local first = world:put()
  local again = world:put { customerNotes = "ring twice" }
  assert(again.orderId == first.orderId and again.customerNotes == "ring twice")
  assert(world:put({ orderKey = "exact:1:2" }).orderId ~= first.orderId)
  local one, other = world:put { orderKey = "absent" }, world:put { orderKey = "absent" }
  assert(one.orderId ~= other.orderId and one.orderKey ~= other.orderKey and one.orderKey ~= "")
  assert(world:control "state".doubled_numbers[1] == "SO-1")
end

tests["an update replaces the whole order; lines with their key keep their id"] = function()
  local world = start()
  local first = world:put { customerNotes = "ring", taxAmount = 2 }
  assert(tostring(first.orderTotal) == "32", tostring(first.orderTotal))
  local again = world:put { items = { { lineItemKey = "1-20", name = "Gadget", quantity = 1, unitPrice = 4 } } }
  assert(again.customerNotes == json.null and #again.items == 1 and again.items[1].orderItemId == first.items[2].orderItemId)
  assert(tostring(again.orderTotal) == "4")
  world:switch { omitted_fields = "kept" }
  world:put { customerNotes = "ring" }
  assert(world:put({ customerNotes = "absent" }).customerNotes == "ring")
end

tests["orderId is refused on create and guards an update"] = function()
  local world = start()
  assert(world:call("POST", "/orders/createorder", order { orderId = 5 }).status == 400)
  local made = world:put()
  assert(world:call("POST", "/orders/createorder", order { orderId = made.orderId + 1 }).status == 400)
  assert(world:put({ orderId = made.orderId }).orderId == made.orderId)
end

tests["only open orders can be updated; by a switch a locked one is answered 200 and stays"] = function()
  local world = start()
  for number, status in ipairs { "awaiting_payment", "awaiting_shipment", "on_hold", "pending_fulfillment", "shipped", "cancelled" } do
    local key = { orderKey = "k" .. number, orderNumber = "N" .. number, orderStatus = status }
    world:put(key)
    local again = world:call("POST", "/orders/createorder", order(key))
    assert((again.status == 200) == (number <= 3), status .. ": " .. again.body)
    local bulk = world:call("POST", "/orders/createorders", { order(key) }).json.results[1]
    assert(bulk.success == (number <= 4), status)
  end
  world:switch { locked_update = "ignored" }
  local kept = world:put { orderKey = "k5", orderNumber = "N5", customerNotes = "late" }
  assert(kept.orderStatus == "shipped" and kept.customerNotes == json.null)
end

tests["cancelling by createorder works while open, and is a switch"] = function()
  local world = start()
  world:put()
  assert(world:put({ orderStatus = "cancelled" }).orderStatus == "cancelled")
  world:switch { cancel_by_createorder = false }
  assert(world:call("POST", "/orders/createorder", order { orderKey = "other", orderStatus = "cancelled" }).status == 400)
end

tests["an own key is shortened without a word"] = function()
  local world = start()
  local made = world:put { orderKey = ("k"):rep(60) }
  assert(#made.orderKey == 50 and world:violations "key_shortened" == 1)
  assert(world:put({ orderKey = ("k"):rep(61) }).orderId == made.orderId)
end

tests["the store is set once, by default the first manual one"] = function()
  local world = start()
  assert(world:put().advancedOptions.storeId == 12345)
  assert(world:put({ orderKey = "b", advancedOptions = { storeId = 12346 } }).advancedOptions.storeId == 12346)
  assert(world:put({ orderKey = "b", advancedOptions = { storeId = 12345 } }).advancedOptions.storeId == 12346)
end

tests["a customer record comes with customerUsername alone"] = function()
  local world = start()
  assert(world:put().customerId == json.null)
  local made = world:put { orderKey = "b", customerUsername = "buyer-1", customerEmail = "b@example.org" }
  assert(world:call("GET", "/customers/" .. made.customerId).json.email == "b@example.org")
  assert(world:call("GET", "/customers").json.total == 1)
end

tests["createorders takes a hundred, answers each, and 200 although some failed"] = function()
  local world = start()
  local many = {}
  for number = 1, 100 do many[number] = order { orderNumber = "M" .. number, orderKey = "m" .. number } end
  many[7].shipTo = nil
  local answer = world:call("POST", "/orders/createorders", many)
  assert(answer.status == 200 and answer.json.hasErrors and #answer.json.results == 100)
  local failed, fine = answer.json.results[7], answer.json.results[8]
  assert(not failed.success and failed.orderId == 0 and failed.orderKey == "m7" and failed.errorMessage == "shipTo: is required")
  assert(fine.success and fine.orderId > 0 and fine.errorMessage == json.null)
  many[101] = order { orderNumber = "M101", orderKey = "m101" }
  assert(world:call("POST", "/orders/createorders", many).status == 400 and world:violations "too_many_orders" == 1)
  assert(world:call("POST", "/orders/createorders", json.array {}).status == 400)
  assert(world:control "state".counts.orders == 99)
end

tests["deleting hides an order"] = function()
  local world = start()
  local id = world:put().orderId
  assert(world:call("DELETE", "/orders/" .. id).status == 200)
  assert(world:call("GET", "/orders/" .. id).status == 404 and world:call("GET", "/orders").json.total == 0)
  assert(world:control "state".counts.by_status.inactive == 1)
end

tests["hold, restore, tag and assign"] = function()
  local world = start()
  local id = world:put().orderId
  assert(world:call("POST", "/orders/holduntil", { orderId = id, holdUntilDate = "2026-02-01" }).status == 200)
  local held = world:call("GET", "/orders/" .. id).json
  assert(held.orderStatus == "on_hold" and held.holdUntilDate == "2026-02-01")
  assert(world:call("POST", "/orders/restorefromhold", { orderId = id }).status == 200)
  assert(world:call("POST", "/orders/restorefromhold", { orderId = id }).status == 400)
  local tag = world:call("GET", "/accounts/listtags").json[1].tagId
  assert(world:call("POST", "/orders/addtag", { orderId = id, tagId = tag }).status == 200)
  assert(world:call("GET", "/orders/listbytag?orderStatus=awaiting_shipment&tagId=" .. tag).json.total == 1)
  assert(world:call("POST", "/orders/addtag", { orderId = id, tagId = 1 }).status == 400)
  assert(world:call("POST", "/orders/removetag", { orderId = id, tagId = tag }).status == 200)
  assert(world:call("GET", "/orders/listbytag?orderStatus=awaiting_shipment&tagId=" .. tag).json.total == 0)
end

tests["whether quiet edits move modifyDate is a switch"] = function()
  for _, quiet in ipairs { false, true } do
    local world = start()
    local made = world:put()
    world:switch { quiet_edits = quiet }
    service.pass(5)
    world:call("POST", "/orders/holduntil", { orderId = made.orderId, holdUntilDate = "2026-02-01" })
    assert((world:call("GET", "/orders/" .. made.orderId).json.modifyDate == made.modifyDate) == quiet)
  end
end

tests["markasshipped makes a fulfillment and no shipment, and mails only when told to"] = function()
  local world = start()
  local id = world:put().orderId
  local answer = world:call("POST", "/orders/markasshipped", { orderId = id, carrierCode = "dhl", trackingNumber = "JD1", shipDate = "2026-01-05" })
  assert(answer.json.orderId == id and answer.json.orderNumber == "SO-1")
  assert(world:call("GET", "/shipments").json.total == 0)
  local found = world:call("GET", "/fulfillments?orderId=" .. id).json.fulfillments[1]
  assert(found.trackingNumber == "JD1" and found.carrierCode == "dhl")
  local shipped = world:call("GET", "/orders/" .. id).json
  assert(shipped.orderStatus == "shipped" and shipped.externallyFulfilled)
  assert(world:control "state".mails == 0)
  local other = world:put({ orderKey = "b" }).orderId
  world:call("POST", "/orders/markasshipped", { orderId = other, carrierCode = "dhl", notifyCustomer = true })
  assert(world:control "state".mails == 1)
  assert(world:call("POST", "/orders/markasshipped", { orderId = other, carrierCode = "dhl" }).status == 400)
end

-- Lists.

tests["pages count from one, end by total, and may say there are none"] = function()
  local world = start()
  world:done { orders = 7 }
  local page = world:call("GET", "/orders?pageSize=3&page=3").json
  assert(#page.orders == 1 and page.total == 7 and page.page == 3 and page.pages == 3)
  assert(#world:call("GET", "/orders?pageSize=3&page=4").json.orders == 0)
  assert(world:call("GET", "/orders?page=0").status == 400)
  world:switch { page_size = 2, pages_zero = true }
  local sample = world:call("GET", "/orders").json
  assert(#sample.orders == 2 and sample.pages == 0 and sample.total == 7)
  world:call("GET", "/orders?pageSize=501")
  assert(world:violations "page_size" == 1)
end

tests["orderNumber matches from its beginning, and there is no filter on orderKey"] = function()
  local world = start()
  for _, number in ipairs { "10", "100", "1000", "210" } do world:put { orderNumber = number, orderKey = "k" .. number } end
  assert(world:call("GET", "/orders?orderNumber=10").json.total == 3)
  assert(world:call("GET", "/orders?orderKey=k10").json.total == 4 and world:violations "unknown_parameter" == 1)
end

tests["orders are filtered and sorted as asked"] = function()
  local world = start()
  local first = world:put { orderKey = "a", orderNumber = "A", orderDate = "2026-01-03" }
  service.pass(10)
  world:put { orderKey = "b", orderNumber = "B", orderDate = "2026-01-02", orderStatus = "awaiting_payment" }
  service.pass(10)
  world:put { orderKey = "a", orderNumber = "A", orderDate = "2026-01-03" }
  local function numbers(query)
    local answer = world:call("GET", "/orders?" .. query)
    assert(answer.status == 200, answer.body)
    local out = {}
    for index, row in ipairs(answer.json.orders) do out[index] = row.orderNumber end
    return table.concat(out)
  end
  assert(numbers "" == "AB" and numbers "sortBy=ModifyDate&sortDir=ASC" == "BA" and numbers "sortBy=OrderDate" == "BA")
  assert(numbers "sortBy=CreateDate&sortDir=DESC" == "BA" and numbers "orderStatus=awaiting_payment" == "B" and numbers "itemKeyword=gadget" == "AB")
  assert(numbers "modifyDateStart=2026-01-05%2012:00:15" == "A" and numbers "orderDateEnd=2026-01-02" == "B" and numbers "storeId=1" == "")
  assert(numbers("createDateStart=" .. first.createDate) == "AB")
  world:switch { start_inclusive = false }
  assert(numbers("createDateStart=" .. first.createDate) == "B")
  assert(world:call("GET", "/orders?sortBy=Price").status == 400 and world:call("GET", "/orders?orderStatus=open").status == 400)
end

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

-- Webhooks.

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

-- V2.

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
