-- The simulated ShipStation V1 keeps the rules of apis/shipstation.md: basics, times, orders and lists.

local root = ...
local Warehouse, json, service = require "warehouse", require "json", require "service"

local order = Warehouse.order

local function start(at) return Warehouse.start(root, at) end

local tests = {}

-- Basics.

tests["V1 wants the key and secret as Basic; anything else is 401"] = function()
  local world = start()
  assert(world:call("GET", "/carriers").status == 200)
  local refused = world:call("GET", "/carriers", nil, world:basic "wrong")
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

return tests
