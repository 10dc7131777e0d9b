-- The simulated FedEx keeps the rules of apis/fedex.md: tokens, limits, entitlement, and what is asked beside labels.

local root = ...
local FedEx, json, service = require "fedex_caller", require "json", require "service"

local ACCOUNT, shipment = FedEx.ACCOUNT, FedEx.shipment
local function start() return FedEx.start(root) end

return {
  ["XF3: credentials travel in the form's body and the token says its life as an integer"] = function()
    local fedex = start()
    local answer = fedex:token(fedex:own_form())
    assert(answer.json.token_type == "bearer" and answer.json.expires_in == 3600 and answer.json.scope == "CXS")
    local form = fedex:own_form()
    form.client_secret = nil
    assert(fedex:token(form, { headers = { authorization = "Basic eDp5" } }).status == 401)
    assert(fedex:token(fedex:own_form(), { headers = { ["content-type"] = "application/json" } }).status == 400)
    form = fedex:own_form()
    form.grant_type = "password"
    assert(fedex:token(form).status == 400)
  end,
  ["an integrator's token needs the child's key, with a capital K, and reaches the child's account alone"] = function()
    local fedex = start()
    local form = fedex:own_form()
    form.grant_type, form.child_key, form.child_secret = "csp_credentials", fedex.credentials.child_key, fedex.credentials.child_secret
    assert(fedex:token(form).status == 401)
    form.child_Key, form.child_key = form.child_key, nil
    fedex:log_in(form):ship()
    local body = shipment()
    body.accountNumber.value = fedex.credentials.other_account_number
    fedex:refused(body, "SHIPMENT.ACCOUNTNUMBER.UNAUTHORIZED")
  end,
  ["XF3: a token lives an hour; after that, and without one, an API answers 401 without the caller's id"] = function()
    local fedex = start():log_in()
    fedex:ship()
    service.pass(3600)
    local late = fedex:call("POST", "/ship/v1/shipments", shipment(), { ["x-customer-transaction-id"] = "t-1" })
    assert(late.status == 401 and late.json.errors[1].code == "NOT.AUTHORIZED.ERROR" and late.json.transactionId)
    assert(late.json.customerTransactionId == nil)
    fedex:log_in():ship()
    fedex:control("POST", "seed", { revoke = true })
    assert(fedex:call("POST", "/ship/v1/shipments", shipment()).status == 401)
  end,
  ["XF3: three token calls a second for five seconds hold the address for ten minutes, whoever asks"] = function()
    local fedex = start()
    for call = 1, 14 do
      assert(fedex:token(fedex:own_form()).status == 200)
      if call % 3 == 0 then service.pass(1) end
    end
    assert(fedex:token(fedex:own_form()).json.errors[1].code == "FORBIDDEN.ERROR")
    assert(fedex:token(fedex:own_form "track_").status == 403, "another project behind the same address")
    assert(fedex:token(fedex:own_form(), { peer = "192.0.2.7:40000" }).status == 200, "another address")
    assert(fedex:violations().token_burst == 1 and fedex:violations().token_while_held == 1)
    service.pass(601)
    assert(fedex:token(fedex:own_form()).status == 200)
  end,
  ["XF3: trying on makes the hold longer"] = function()
    local fedex = start()
    for _ = 1, 15 do fedex:token(fedex:own_form()) end
    service.pass(590)
    assert(fedex:token(fedex:own_form()).status == 403)
    service.pass(590)
    assert(fedex:token(fedex:own_form()).status == 403)
    fedex:switch { trying_extends_hold = false }
    service.pass(599)
    assert(fedex:token(fedex:own_form()).status == 403)
    service.pass(1)
    assert(fedex:token(fedex:own_form()).status == 200)
  end,
  ["XF3: a token call a second for two minutes is too many as well"] = function()
    local fedex = start()
    for _ = 1, 119 do
      assert(fedex:token(fedex:own_form()).status == 200)
      service.pass(1)
    end
    assert(fedex:token(fedex:own_form()).status == 403 and fedex:violations().token_average == 1)
  end,
  ["XF3: an API that the project may not use answers 403, and the token goes on working"] = function()
    local fedex = start():log_in()
    fedex:switch { missing_apis = json.array { "track" } }
    local answer = fedex:call("POST", "/track/v1/trackingnumbers", {}, { ["x-customer-transaction-id"] = "t-1" })
    assert(answer.status == 403 and answer.json.errors[1].code == "FORBIDDEN.ERROR" and not answer.json.customerTransactionId)
    fedex:ship()
  end,
  ["Track may need a project of its own"] = function()
    local fedex = start():log_in()
    fedex:switch { separate_track_project = true }
    assert(fedex:call("POST", "/track/v1/trackingnumbers", {}).status == 403)
    fedex:log_in(fedex:own_form "track_")
    assert(fedex:call("POST", "/track/v1/trackingnumbers", {}).status == 400)
    assert(fedex:call("POST", "/ship/v1/shipments", shipment()).status == 403)
  end,
  ["XF6: 1,400 transactions fit into a window of ten seconds, then 429 until it ends"] = function()
    local fedex = start():log_in()
    assert(fedex:switch({}).transactions == 1400 and fedex:switch({}).track_day == 100000)
    fedex:switch { transactions = 3 }
    service.pass(10 - service.now_ms // 1000 % 10)
    for _ = 1, 3 do fedex:ship() end
    local over = fedex:call("POST", "/ship/v1/shipments", shipment())
    assert(over.status == 429 and over.json.errors[1].message:find "short duration" and not over.headers["Retry-After"])
    assert(fedex:violations().transactions == 1)
    service.pass(9)
    assert(fedex:call("POST", "/ship/v1/shipments", shipment()).status == 429)
    service.pass(1)
    fedex:ship()
  end,
  ["XF6: the day's quota of Track and of the organisation says so in other words and ends at midnight GMT"] = function()
    local fedex = start():log_in()
    service.pass(86400 - service.now_ms // 1000 % 86400)
    fedex:log_in():switch { track_day = 2, retry_after = true }
    for _, path in ipairs { "tcn", "notifications" } do fedex:call("POST", "/track/v1/" .. path, {}) end
    local over = fedex:call("POST", "/track/v1/trackingnumbers", {})
    assert(over.status == 429 and over.json.errors[1].message:find "daily quota" and over.headers["Retry-After"] == "86400")
    fedex:ship()
    fedex:switch { organisation_day = 3 }
    assert(fedex:call("POST", "/ship/v1/shipments", shipment()).json.errors[1].message:find "daily quota")
    service.pass(86400)
    fedex:log_in():ship()
    assert(fedex:violations().track_day == 1 and fedex:violations().organisation_day == 1)
  end,
  ["XF6: a day's quota of Ship is not documented: a switch sets one"] = function()
    local fedex = start():log_in()
    fedex:switch { ship_day = 1 }
    fedex:ship()
    assert(fedex:call("POST", "/ship/v1/shipments", shipment()).json.errors[1].message:find "daily quota")
    assert(fedex:call("POST", "/track/v1/trackingnumbers", {}).status == 400 and fedex:violations().ship_day == 1)
  end,
  ["L8: a pickup is made for each request, and cancelled by code, account and day"] = function()
    local fedex = start():log_in()
    local function pickup(more)
      local body = {
        associatedAccountNumber = { value = ACCOUNT }, carrierCode = "FDXE", originDetail = {
          pickupLocation = FedEx.party("Voorbeeld BV", "Dorpsstraat 1", "Utrecht", "3511AA", "NL"),
          readyDateTimestamp = "2026-01-06T14:00:00Z", customerCloseTime = "17:00:00",
        },
      }
      for name, value in pairs(more or {}) do body[name] = value end
      return fedex:call("POST", "/pickup/v1/pickups", body)
    end
    local code = pickup().json.output.pickupConfirmationCode
    assert(pickup().json.output.pickupConfirmationCode ~= code, "nothing is de-duplicated")
    assert(pickup({ carrierCode = "DHL" }).status == 400 and pickup({ originDetail = {} }).status == 400)
    local function cancel(day)
      return fedex:call("PUT", "/pickup/v1/pickups/cancel", {
        associatedAccountNumber = { value = ACCOUNT }, pickupConfirmationCode = code, scheduledDate = day,
      })
    end
    assert(cancel("2026-01-07").status == 400 and cancel("2026-01-06").status == 200)
    local pickups = fedex:control("GET", "state").pickups.list
    assert(#pickups == 2 and pickups[1].cancelled and not pickups[2].cancelled)
    local options = fedex:call("POST", "/pickup/v1/pickups/availabilities", {
      pickupAddress = { postalCode = "3511AA", countryCode = "NL" }, pickupRequestType = json.array { "SAME_DAY" },
      carriers = json.array { "FDXE", "FDXG" }, countryRelationship = "DOMESTIC",
    })
    assert(#options.json.output.options == 2 and options.json.output.options[2].carrier == "FDXG")
  end,
  ["L8: Ground's close lists what was shipped by Ground since the last"] = function()
    local fedex = start():log_in()
    local function close(method)
      return fedex:call(method or "PUT", "/ship/v1/endofday/", {
        accountNumber = { value = ACCOUNT }, closeReqType = "GCDR", groundServiceCategory = "GROUND",
      })
    end
    fedex:ship()
    assert(close().status == 400 and close("POST").status == 400, "Express is not closed")
    local ground = { serviceType = "FEDEX_GROUND", recipients = json.array { FedEx.party("B", "Dam 1", "Amsterdam", "1012JS", "NL") } }
    fedex:ship(shipment(ground))
    local part = close().json.output.closeDocuments[1].parts[1]
    assert(FedEx.unbase64(part.image):find("CLOSED 1", 1, true))
    assert(close().status == 400 and close("POST").status == 200)
    fedex:ship(shipment(ground))
    assert(close().status == 200 and fedex:control("GET", "state").pickups.closes == 2)
  end,
  ["rates are of the account, by service or all that go there, and what is asked is what is charged"] = function()
    local fedex = start():log_in()
    local function quote(service_type, to)
      return fedex:call("POST", "/rate/v1/rates/quotes", {
        accountNumber = { value = ACCOUNT }, requestedShipment = {
          shipper = { address = { postalCode = "3511AA", countryCode = "NL" } },
          recipient = { address = { postalCode = "10115", countryCode = to or "DE" } }, serviceType = service_type, pickupType = "USE_SCHEDULED_PICKUP",
          requestedPackageLineItems = json.array { { weight = { units = "KG", value = 2 } } },
        },
      })
    end
    local all = quote().json.output.rateReplyDetails
    assert(#all == 3 and all[1].serviceType == "FEDEX_REGIONAL_ECONOMY")
    local one = quote("FEDEX_INTERNATIONAL_PRIORITY").json.output.rateReplyDetails
    assert(#one == 1 and tostring(one[1].ratedShipmentDetails[1].totalNetCharge) == "34.80")
    assert(tostring(quote("FEDEX_INTERNATIONAL_PRIORITY", "NO").json.output.rateReplyDetails[1].ratedShipmentDetails[1].totalNetCharge) == "48.80")
    assert(quote("FEDEX_GROUND").status == 400)
  end,
  ["addresses are told as FedEx knows them"] = function()
    local fedex = start():log_in()
    local function resolve(lines)
      local address = { streetLines = lines, city = "Berlin", postalCode = "10115", countryCode = "DE" }
      return fedex:call("POST", "/address/v1/addresses/resolve", { addressesToValidate = json.array { { address = address } } })
    end
    local known = resolve(json.array { "Hauptstr. 5" }).json.output.resolvedAddresses[1]
    assert(known.classification == "BUSINESS" and known.streetLinesToken[1] == "HAUPTSTR. 5" and known.attributes.Resolved == "true")
    assert(resolve(json.array { "Hauptstr." }).json.output.resolvedAddresses[1].classification == "UNKNOWN")
    assert(fedex:call("POST", "/address/v1/addresses/resolve", {}).status == 400)
  end,
  ["a body that is no JSON, another content type and an unknown path are refused in the same form"] = function()
    local fedex = start():log_in()
    local headers = { authorization = "Bearer " .. fedex.access, ["content-type"] = "application/json" }
    local text = service.call("POST", fedex.url .. "/ship/v1/shipments", { body = "{", headers = headers })
    assert(text.status == 400 and text.json.errors[1].code == "INVALID.INPUT.EXCEPTION")
    headers["content-type"] = "text/plain"
    assert(service.call("POST", fedex.url .. "/ship/v1/shipments", { body = "{}", headers = headers }).status == 400)
    assert(fedex:call("POST", "/ship/v1/nothing", {}).json.errors[1].code == "NOT.FOUND.ERROR")
    assert(fedex:call("POST", "/freight/v1/shipments", {}).status == 404)
  end,
}
