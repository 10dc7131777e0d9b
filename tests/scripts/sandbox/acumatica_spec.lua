-- The simulated Acumatica keeps the rules of apis/acumatica.md: sign-in, endpoints, reading and writing, limits.

local root = ...
local service, Acumatica = require "service", require "acumatica_client"

local function start() return Acumatica.start(root) end
local function said(answer) return answer.json.exceptionMessage end

-- The grant of a user who agrees, by authorization code.
local function agree(acu, scope)
  local query = ("client_id=%s&redirect_uri=https%%3A%%2F%%2Flocalhost%%2Fcb&response_type=code&scope=%s&state=s1&user=api"):format(
    acu.account.client_id:gsub("@", "%%40"), scope or "api%20offline_access")
  local page = service.call("GET", acu.url .. "/identity/connect/authorize?" .. query)
  return page.headers and page.headers.location and page.headers.location:match "code=(%w+)", page
end

local function token(acu, fields)
  local body = ("client_id=%s&client_secret=%s"):format(acu.account.client_id:gsub("@", "%%40"), fields.secret or acu.account.client_secret)
  for _, name in ipairs { "grant_type", "code", "refresh_token", "redirect_uri", "username", "password", "scope" } do
    if fields[name] then body = ("%s&%s=%s"):format(body, name, fields[name]) end
  end
  return service.call("POST", acu.url .. "/identity/connect/token", { headers = { ["content-type"] = "application/x-www-form-urlencoded" }, body = body })
end

local function granted(acu)
  return token(acu, { grant_type = "authorization_code", code = agree(acu), redirect_uri = "https%3A%2F%2Flocalhost%2Fcb" })
end

local SECONDS_A_DAY = 86400

return {
  ["AS2: a session is all of its cookies, and ends with the logout"] = function()
    local acu = start()
    assert(acu:login().status == 204 and acu.jar["ASP.NET_SessionId"] and acu.jar[".ASPXAUTH"])
    assert(acu:call("GET", "/Customer?$top=1").status == 200)
    local missing = acu:another()
    missing.jar = { ["ASP.NET_SessionId"] = acu.jar["ASP.NET_SessionId"] }
    assert(missing:send("GET", acu.base .. "/Customer?$top=1").status == 401)
    assert(acu:send("POST", "/entity/auth/logout").status == 411, "without a length IIS does not take it")
    assert(acu:logout().status == 204)
    assert(acu:control("state").sessions.open == 0)
    assert(acu:send("GET", acu.base .. "/Customer?$top=1").status == 401)
  end,
  ["AS2: login takes JSON or a form, tenant or company, never both"] = function()
    local acu = start()
    local form = ("name=api&password=%s&company=Company"):format(acu.account.password)
    assert(acu:send("POST", "/entity/auth/login", form, { ["content-type"] = "application/x-www-form-urlencoded" }).status == 204)
    assert(acu:another():login({ company = "Company" }).status == 400)
    assert(acu:violations "company_and_tenant" == 1)
  end,
  ["AS1: wrong credentials are a 500 that says so"] = function()
    local acu = start()
    local answer = acu:login { password = "wrong" }
    assert(answer.status == 500 and said(answer):find "Invalid credentials" and answer.json.exceptionType == "PX.Data.PXException")
  end,
  ["AS1: an unknown tenant is named only where there are several; an empty one lands on the default"] = function()
    local acu = start()
    local answer = acu:login { tenant = "Nowhere" }
    assert(answer.status == 500 and answer.json.exceptionType == "PX.Data.PXUndefinedCompanyException")
    assert(acu:login { tenant = "" }.status == 204 and acu:get("/Customer?$top=1")[1])
    acu:logout()
    assert(acu:login { tenant = "Other" }.status == 204 and #acu:get "/Customer?$top=1" == 0, "another tenant's company is empty")
    acu:logout()
    acu:switch { several_tenants = false }
    assert(acu:login { tenant = "Nowhere" }.status == 204 and acu:get("/Customer?$top=1")[1])
  end,
  ["AS2 AS9: one session too many is the API login limit, by status or text"] = function()
    local acu = start()
    acu:login()
    acu:another():login()
    local third = acu:another()
    local answer = third:login()
    assert(answer.status == 429 and answer.body:find "API Login Limit" and not answer.json)
    acu:switch { login_limit_status = 500, login_limit_json = true }
    answer = third:login()
    assert(answer.status == 500 and said(answer) == "API Login Limit")
    acu:logout()
    assert(third:login().status == 204)
    assert(acu:violations "login_limit" == 2)
  end,
  ["AS2: a session that nobody logs out holds its seat for ten minutes"] = function()
    local acu = start()
    acu:switch { api_users = 1 }
    acu:login()
    service.pass(599)
    assert(acu:another():login().status == 429)
    service.pass(1)
    assert(acu:another():login().status == 204 and acu:violations "session_forgotten" == 1)
  end,
  ["AS2: OAuth by code: the client id names the tenant, the refresh token rotates"] = function()
    local acu = start()
    local answer = granted(acu)
    assert(answer.status == 200 and answer.json.expires_in == 3600 and answer.json.token_type == "Bearer" and answer.json.scope == "api offline_access")
    acu.token = answer.json.access_token
    assert(acu:get("/Customer?$top=1")[1])
    local renewed = token(acu, { grant_type = "refresh_token", refresh_token = answer.json.refresh_token })
    assert(renewed.status == 200 and renewed.json.refresh_token ~= answer.json.refresh_token)
    local again = token(acu, { grant_type = "refresh_token", refresh_token = answer.json.refresh_token })
    assert(again.status == 400 and again.json.error == "invalid_grant" and acu:violations "refresh_token_reused" == 1)
    acu.token = renewed.json.access_token
    acu:get "/Customer?$top=1"
    assert(acu:control("state").sessions.open == 1, "one session is reused across refreshes")
  end,
  ["AS2: OAuth refuses a wrong secret, a code used twice, a scope without api; tokens end"] = function()
    local acu = start()
    assert(token(acu, { grant_type = "refresh_token", refresh_token = "x", secret = "wrong" }).json.error == "invalid_client")
    local code = agree(acu)
    local fields = { grant_type = "authorization_code", code = code, redirect_uri = "https%3A%2F%2Flocalhost%2Fcb" }
    local answer = token(acu, fields)
    assert(answer.status == 200 and token(acu, fields).json.error == "invalid_grant")
    assert(not agree(acu, "offline_access"))
    acu.token = answer.json.access_token
    service.pass(3600)
    assert(acu:call("GET", "/Customer?$top=1").status == 401)
    service.pass(31 * SECONDS_A_DAY)
    assert(token(acu, { grant_type = "refresh_token", refresh_token = answer.json.refresh_token }).json.error == "invalid_grant")
  end,
  ["AS2: a grant that is taken back is worth nothing; by password a user grants at once"] = function()
    local acu = start()
    acu.token = granted(acu).json.access_token
    acu:seed { revoke = "api" }
    assert(acu:call("GET", "/Customer?$top=1").status == 401)
    local own = token(acu, { grant_type = "password", username = "api", password = acu.account.password, scope = "api" })
    assert(own.status == 200 and not own.json.refresh_token)
  end,
  ["AS1: GET /entity names the versions, signed in also the tenant's own endpoints"] = function()
    local acu = start()
    local out = acu:send("GET", "/entity").json
    assert(#out.endpoints == 5 and out.version.acumaticaBuildVersion and out.endpoints[1].name == "Default")
    acu:login()
    local inside = acu:send("GET", "/entity").json.endpoints
    assert(#inside == 6 and inside[6].name == "Hub" and inside[6].version == "24.200.001")
    acu:switch { entity_list = "array" }
    assert(acu:send("GET", "/entity").json[1].version == "20.200.001")
    assert(acu:send("GET", "/entity/Hub/24.200.001/Customer?$top=1").status == 200)
  end,
  ["AS1: a version that is not there answers as the instance does"] = function()
    local acu = start()
    acu:login()
    acu.base = "/entity/Default/25.300.001"
    for _, status in ipairs { 404, 500, 302 } do
      acu:switch { unknown_endpoint = status }
      assert(acu:call("GET", "/Customer").status == status)
    end
  end,
  ["AS1: a form without rights is a 403"] = function()
    local acu = start()
    acu:switch { missing_rights = { "Shipment" } }
    assert(acu:call("GET", "/Shipment").status == 403 and acu:call("GET", "/SalesOrder").status == 200)
  end,
  ["AS3: every field is an object with value; an unset one as the switch says; nothing nested unless expanded"] = function()
    local acu = start()
    local number = acu:orders "plain"
    local order = acu:get("/SalesOrder/SO/" .. number)
    assert(order.OrderNbr.value == number and order.Status.value == "Open" and tostring(order.OrderTotal.value) == "40.0000")
    assert(order.id and order.rowNumber == 1 and order.custom and order.ExternalRef.value == nil and order.ExternalRef ~= nil)
    assert(not order.Details and not order.ShipToAddress)
    acu:switch { unset_as = "missing" }
    order = acu:get("/SalesOrder/SO|" .. number .. "?$expand=Details,ShipToAddress")
    assert(order.ExternalRef == nil and order.Details[1].InventoryID.value == "MUG-1" and order.ShipToAddress.City.value == "Seattle")
    assert(acu:get("/SalesOrder/" .. order.id).OrderNbr.value == number)
  end,
  ["AS1: fields follow the version of the endpoint"] = function()
    local acu = start()
    local shipment = acu:ship((acu:orders "plain"))
    assert(acu:get("/Shipment/" .. shipment).FreightPrice and not acu:get("/Shipment/" .. shipment).FreightAmount)
    acu.base = "/entity/Default/20.200.001"
    assert(acu:get("/Shipment/" .. shipment).FreightAmount and not acu:get("/Shipment/" .. shipment).FreightPrice)
  end,
  ["a record that is not there is a 500 of its own type"] = function()
    local acu = start()
    local answer = acu:call("GET", "/SalesOrder/SO/999999")
    assert(answer.status == 500 and answer.json.exceptionType:find "NoEntitySatisfiesTheCondition")
  end,
  ["lists: filter, select, top, skip; a bare array"] = function()
    local acu = start()
    acu:orders("plain", "on_hold", "plain")
    local open = acu:get "/SalesOrder?$filter=Status%20eq%20'Open'%20and%20OrderType%20eq%20'SO'&$select=OrderNbr,Status"
    assert(#open == 2 and open[1].OrderNbr and not open[1].CustomerID)
    assert(#acu:get "/SalesOrder?$top=2&$skip=2" == 1)
    assert(#acu:get "/Customer?$filter=substringof('Wójcik',CustomerName)%20or%20startswith(CustomerName,'Zo')" == 1)
    assert(#acu:get "/Customer?$filter=CustomerName%20eq%20'Alan%20O''Hara'" == 1)
    assert(#acu:get "/SalesOrder?$filter=not%20(Hold%20eq%20true)" == 2)
    assert(#acu:get "/StockItem?$filter=DefaultPrice%20gt%20148.75" == 2)
  end,
  ["filters say what they can't: details, unknown fields, wrong literals, a bare date"] = function()
    local acu = start()
    local wrong = {
      ["Details/OrderQty eq 1"] = "detail", ["Colour eq 'red'"] = "Could not find a property", ["OrderTotal eq 'x'"] = "incompatible",
      ["LastModified gt 2026-01-05T00:00:00Z"] = "datetimeoffset", ["Status eq 'Open"] = "unterminated", ["Status eq 'Open' Hold"] = "Syntax",
    }
    for text, part in pairs(wrong) do
      local answer = acu:call("GET", "/SalesOrder?$filter=" .. text:gsub(" ", "%%20"))
      assert(answer.status == 500 and said(answer):find(part), text .. ": " .. answer.body)
    end
    assert(acu:call("GET", "/SalesOrder?$expand=Nothing").status == 500)
  end,
  ["AS12: LastModified carries the server's offset; a plus has to be escaped"] = function()
    local acu = start()
    local first = acu:orders "plain"
    service.pass(60)
    acu:orders "plain"
    assert(acu:get("/SalesOrder/SO/" .. first).LastModified.value == "2026-01-05T12:00:00.000-08:00")
    assert(acu:get("/SalesOrder/SO/" .. first).Date.value == "2026-01-05T00:00:00-08:00")
    local since = "/SalesOrder?$filter=LastModified%20gt%20datetimeoffset'2026-01-05T20:00:30Z'"
    assert(#acu:get(since) == 1)
    assert(#acu:get(since:gsub("20:00:30Z", "21:00:30%%2B01:00")) == 1)
    assert(acu:call("GET", (since:gsub("20:00:30Z", "21:00:30+01:00"))).status == 500, "a bare + is a blank")
    assert(#acu:get "/Shipment?$filter=LastModifiedDateTime%20gt%20datetimeoffset'2020-01-01T00:00:00Z'" == 0)
    assert(acu:call("GET", "/Shipment?$filter=LastModified%20gt%20datetimeoffset'2020-01-01T00:00:00Z'").status == 500)
  end,
  ["some lists can't be optimized and name the fields"] = function()
    local acu = start()
    acu:switch { not_optimized = { "Shipments" } }
    local answer = acu:call("GET", "/SalesOrder?$expand=Details,Shipments")
    assert(answer.status == 500 and said(answer):find "The following fields cause the error: Shipments")
    assert(acu:call("GET", "/SalesOrder?$expand=Details").status == 200)
  end,
  ["PUT creates with a number of its own, and twice when it is sent twice"] = function()
    local acu = start()
    local body = {
      OrderType = { value = "SO" }, CustomerID = { value = "C000000001" }, ExternalRef = { value = "hub-42" }, Hold = { value = false },
      Details = { { InventoryID = { value = "MUG-1" }, OrderQty = { value = 2 }, UOM = { value = "EA" }, WarehouseID = { value = "MAIN" } } },
    }
    local made = acu:call("PUT", "/SalesOrder?$expand=Details", body)
    assert(made.status == 200 and made.json.OrderNbr.value == "000001" and made.json.Details[1].LineNbr.value == 1)
    local short = acu:call("PUT", "/SalesOrder", body)
    assert(short.json.OrderNbr.value == "000002" and not short.json.Details and not short.json.OrderTotal, "answers have what was sent")
    assert(acu:control("state").doubled[1] == "hub-42")
    assert(acu:call("POST", "/SalesOrder", body).status == 406 and acu:violations "post_to_entity" == 1)
  end,
  ["PUT finds by keys, id or filter; If-Match and If-None-Match; PATCH never inserts"] = function()
    local acu = start()
    local number = acu:orders "plain"
    local keys = { OrderType = { value = "SO" }, OrderNbr = { value = number }, Description = { value = "by keys" } }
    assert(acu:call("PUT", "/SalesOrder", keys).json.OrderNbr.value == number)
    local id = acu:get("/SalesOrder/SO/" .. number).id
    assert(acu:call("PUT", "/SalesOrder", { id = id, Description = { value = "by id" } }).status == 200)
    local by_filter = acu:call("PUT", "/SalesOrder?$filter=CustomerOrder%20eq%20'PO-1001'", { Description = { value = "by filter" } })
    assert(by_filter.status == 200 and acu:get("/SalesOrder/SO/" .. number).Description.value == "by filter")
    assert(acu:call("PUT", "/SalesOrder", keys, { ["if-none-match"] = "*" }).status == 412)
    local other = { OrderType = { value = "SO" }, OrderNbr = { value = "000777" }, CustomerID = { value = "C000000001" } }
    assert(acu:call("PUT", "/SalesOrder", other, { ["if-match"] = "*" }).status == 412)
    assert(acu:call("PATCH", "/SalesOrder", other).status == 404)
    assert(acu:control("state").counts.orders == 1)
  end,
  ["a bare value is a 400, a wrong one a 422 with the error in its field, and nothing is kept"] = function()
    local acu = start()
    local bare = acu:call("PUT", "/SalesOrder", { CustomerID = "C000000001" })
    assert(bare.status == 400 and said(bare):find 'object with "value"')
    local wrong = acu:call("PUT", "/SalesOrder", { CustomerID = { value = "NOBODY" } })
    assert(wrong.status == 422 and wrong.json.CustomerID.error == "'Customer' cannot be found in the system.")
    local number = acu:orders "plain"
    local keys = { OrderType = { value = "SO" }, OrderNbr = { value = number } }
    keys.Details = { { InventoryID = { value = "MUG-2" }, OrderQty = { value = 1 } }, { InventoryID = { value = "NO-SUCH" }, OrderQty = { value = 1 } } }
    local line = acu:call("PUT", "/SalesOrder", keys)
    assert(line.status == 422 and line.json.Details[2].InventoryID.error and #acu:control("state").orders[1].lines == 1)
    acu:switch { outer_exceptions = true }
    local refused = acu:call("PUT", "/Shipment", { CustomerID = { value = "C000000001" } })
    assert(refused.json.exceptionType == "PX.Data.PXOuterException" and refused.json.innerException.exceptionMessage:find "Warehouse")
  end,
  ["what can't be written is taken and not kept; unknown fields are noted"] = function()
    local acu = start()
    local number = acu:orders "plain"
    local answer = acu:call("PUT", "/SalesOrder", { OrderType = { value = "SO" }, OrderNbr = { value = number },
      Status = { value = "Completed" }, Colour = { value = "red" } })
    assert(answer.status == 200 and acu:get("/SalesOrder/SO/" .. number).Status.value == "Open" and acu:violations "unknown_field" == 1)
    acu:switch { unknown_fields = "refused" }
    assert(acu:call("PUT", "/SalesOrder", { OrderNbr = { value = number }, Colour = { value = "red" } }).status == 500)
  end,
  ["details are merged: by id changed, without added, delete removes; ids live in one session"] = function()
    local acu = start()
    local number = acu:orders "several_lines"
    local lines = acu:get("/SalesOrder/SO/" .. number .. "?$expand=Details").Details
    local answer = acu:call("PUT", "/SalesOrder?$expand=Details", {
      OrderType = { value = "SO" }, OrderNbr = { value = number },
      Details = { { id = lines[1].id, OrderQty = { value = 7 } }, { id = lines[2].id, delete = true }, { InventoryID = { value = "MUG-2" },
        OrderQty = { value = 1 } } },
    })
    assert(#answer.json.Details == 3 and tostring(answer.json.Details[1].OrderQty.value) == "7.0000" and answer.json.Details[3].InventoryID.value == "MUG-2")
    local other = acu:another()
    local late = other:call("PUT", "/SalesOrder", { OrderType = { value = "SO" }, OrderNbr = { value = number }, Details = { { id = lines[1].id,
      OrderQty = { value = 9 } } } })
    assert(late.status == 500 and said(late):find "cannot be found")
  end,
  ["custom fields are written with their type and read when asked for"] = function()
    local acu = start()
    local number = acu:orders "plain"
    local custom = { Document = { AttributeCHANNEL = { type = "CustomStringField", value = "web" } } }
    acu:call("PUT", "/SalesOrder", { OrderType = { value = "SO" }, OrderNbr = { value = number }, custom = custom })
    local order = acu:get("/SalesOrder/SO/" .. number .. "?$custom=Document.AttributeCHANNEL")
    assert(order.custom.Document.AttributeCHANNEL.value == "web" and next(acu:get("/SalesOrder/SO/" .. number).custom) == nil)
    assert(acu:get("/SalesOrder/$adHocSchema").custom.Document.AttributeCHANNEL.type == "CustomStringField")
    assert(acu:send("GET", acu.base .. "/swagger.json?company=Company").json.openapi == "3.0.1")
  end,
  ["an address of the order's own needs its override flag"] = function()
    local acu = start()
    local number = acu:orders "plain"
    local keys = { OrderType = { value = "SO" }, OrderNbr = { value = number }, ShipToAddress = { City = { value = "Oslo" } } }
    acu:call("PUT", "/SalesOrder", keys)
    assert(acu:get("/SalesOrder/SO/" .. number .. "?$expand=ShipToAddress").ShipToAddress.City.value == "Seattle")
    keys.ShipToAddressOverride = { value = true }
    acu:call("PUT", "/SalesOrder", keys)
    assert(acu:get("/SalesOrder/SO/" .. number .. "?$expand=ShipToAddress").ShipToAddress.City.value == "Oslo")
  end,
  ["AS9: from half of the minute's requests each is delayed; only a long queue is declined"] = function()
    local acu = start()
    acu:login()
    acu:switch { requests_a_minute = 10 }
    for _ = 1, 5 do assert(not acu:call("GET", "/Customer?$top=1").delay) end
    assert(acu:call("GET", "/Customer?$top=1").delay == 12, "60 s left over 5 requests")
    assert(acu:call("GET", "/Customer?$top=1").delay == 15)
    local answer
    for _ = 1, 30 do answer = acu:call("GET", "/Customer?$top=1") end
    assert(answer.status == 429 and not answer.json and not answer.headers["retry-after"])
    assert(acu:control("state").load.declined == 12 and acu:violations "declined" == 12)
    assert(not acu:logout().delay, "a logout does not wait")
  end,
  ["AS9: requests above the concurrent ones wait their turn"] = function()
    local acu = start()
    acu:login()
    acu:switch { concurrent_requests = 2, request_ms = 1000 }
    assert(acu:call("GET", "/Customer?$top=1").delay == 1 and acu:call("GET", "/Customer?$top=1").delay == 1)
    assert(acu:call("GET", "/Customer?$top=1").delay == 2)
  end,
  ["AS1: a header chooses the branch of one request"] = function()
    local acu = start()
    local body = { CustomerID = { value = "C000000001" }, Details = { { InventoryID = { value = "MUG-1" }, OrderQty = { value = 1 } } } }
    acu:call("PUT", "/SalesOrder", body, { ["px-cbapibranch"] = "EAST" })
    assert(acu:control("state").orders[1].branch == "EAST")
    assert(acu:call("GET", "/SalesOrder", nil, { ["px-cbapibranch"] = "WEST" }).status == 500)
    assert(acu:another():login({ branch = "WEST" }).status == 500)
  end,
  ["DELETE takes keys and answers 204"] = function()
    local acu = start()
    local number = acu:orders "plain"
    assert(acu:call("DELETE", "/SalesOrder/SO/" .. number).status == 204 and acu:call("DELETE", "/SalesOrder/SO/" .. number).status == 500)
  end,
}
