-- The simulated UPS keeps the rules of apis/ups.md: tracking, alerts, event files.

local root = ...
local digest, service, Ups = require "digest", require "service", require "ups_client"

local code_of, shipment, pushes, HOOK = Ups.code_of, Ups.shipment, Ups.pushes, Ups.HOOK

local EVENTS = { RequestAction = "QVEvents" }
local function views(fields) return { json = { QuantumViewRequest = fields } } end

local function start() return Ups.start(root) end

return {
  ["XU5: tracking tells activities newest first, in local time, and what is delivered"] = function()
    local ups = start()
    local number = ups:buy("EO-1").ShipmentIdentificationNumber
    assert(ups:track(number).package[1].currentStatus.type == "M")
    ups:happen(number, "picked_up", { at = "2026-01-05T08:00:00Z" })
    ups:happen(number, "delivered", { at = "2026-07-01T09:15:00Z" })
    local package = ups:track(number).package[1]
    local newest = package.activity[1]
    assert(#package.activity == 3 and newest.status.type == "D" and newest.status.statusCode == "011")
    assert(newest.date == "20260701" and newest.time == "111500" and newest.gmtTime == "091500" and newest.gmtOffset == "+02:00")
    assert(package.activity[2].time == "090000" and package.activity[2].gmtOffset == "+01:00")
    assert(package.deliveryDate[1].type == "DEL" and package.deliveryTime.endTime == "111500")
  end,
  ["XU5: older events come late and stand where they belong"] = function()
    local ups = start()
    local number = ups:buy("EO-1").ShipmentIdentificationNumber
    ups:happen(number, "delivered", { at = "2026-01-06T09:00:00Z" })
    ups:happen(number, "on_the_way", { at = "2026-01-05T20:00:00Z" })
    assert(ups:track(number).package[1].currentStatus.type == "D")
  end,
  ["local time follows the clocks of the place on the night they change"] = function()
    local ups = start()
    local number = ups:buy("EO-1").ShipmentIdentificationNumber
    for _, at in ipairs { "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-10-25T00:59:59Z", "2026-10-25T01:00:00Z" } do
      ups:happen(number, "on_the_way", { at = at })
    end
    local offsets = {}
    for index, each in ipairs(ups:track(number).package[1].activity) do offsets[index] = each.gmtOffset end
    assert(table.concat(offsets, " ") == "+01:00 +02:00 +02:00 +01:00 +01:00", table.concat(offsets, " "))
  end,
  ["what is not found is 200 with TW0001, also after 120 days"] = function()
    local ups = start()
    assert(ups:track("1ZA1B2C39999999999").warnings[1].code == "TW0001")
    local number = ups:buy("EO-1").ShipmentIdentificationNumber
    service.pass(121 * 86400)
    ups.token = nil
    assert(ups:track(number).warnings[1].code == "TW0001")
    assert(ups:call("GET", "/api/track/v1/details/123456").status == 400)
  end,
  ["a shipment's parcels come in pages"] = function()
    local ups = start()
    local packages = {}
    for index = 1, 5 do packages[index] = shipment().Package[1] end
    local id = ups:buy("EO-1", { Package = packages }).ShipmentIdentificationNumber
    local page = ups:call("GET", "/api/track/v1/shipment/details/" .. id .. "?offset=3&count=50").json.trackResponse.shipment[1]
    assert(#page.package == 2 and page.package[1].packageCount == 5)
  end,
  ["where the numeric code stands and leading zeros are switches"] = function()
    local ups = start()
    local number = ups:buy("EO-1").ShipmentIdentificationNumber
    ups:switch { numeric_status_in_code = true, times_lose_zeros = true }
    ups:happen(number, "delivered", { at = "2026-01-06T08:05:00Z" })
    local newest = ups:track(number).package[1].activity[1]
    assert(newest.status.code == "011" and newest.status.statusCode == "FS" and newest.gmtTime == "80500")
  end,
  ["XU4: v1 pushes the credential that was registered, and says the event as the sheet does"] = function()
    local ups, seen = start(), pushes()
    local number = ups:buy("EO-1").ShipmentIdentificationNumber
    local answer = ups:subscribe { number, "nonsense" }
    assert(answer.status == 200 and answer.json.validTrackingNumbers[1] == number and answer.json.invalidTrackingNumbers[1] == "nonsense")
    ups:happen(number, "delivered", { at = "2026-01-06T09:15:00Z" })
    service.pass(2)
    local push = seen[1]
    assert(#seen == 1 and push.headers.credential == "s3cret" and push.headers["user-agent"] == "UPSPubSubTrackingService")
    assert(push.json.trackingNumber == number and push.json.activityStatus.type == "D" and push.json.activityStatus.descriptionCode == "011")
    assert(push.json.gmtOffset == "+01.00" and push.json.localActivityTime == "101500" and push.json.actualDeliveryDate == "20260106")
    assert(push.json.deliveryPhoto == "" and push.json.activityLocation.stateProvince == "", "what is not said is an empty text")
  end,
  ["XU4: v2 takes no destination and pushes where the portal says, with the client id"] = function()
    local ups, seen = start(), pushes()
    local number = ups:buy("EO-1").ShipmentIdentificationNumber
    assert(ups:subscribe({ number }, { version = "v2" }).status == 200)
    ups:happen(number, "picked_up")
    service.pass(2)
    assert(#seen == 0, "nobody filled in the portal")
    ups:control("POST", "seed", { portal = { url = HOOK } })
    ups:happen(number, "on_the_way")
    service.pass(2)
    assert(#seen == 1 and seen[1].headers["x-api-key"] == ups.account.client_id and not seen[1].headers.credential)
    local with = ups:call("POST", "/api/track/v2/subscription/standard/package", { json = {
      locale = "en_US", countryCode = "NL", trackingNumberList = { number }, destination = { url = HOOK },
    } })
    assert(with.status == 400 and code_of(with) == "VSS000")
  end,
  ["XU4: v2 fetches a token from us where the portal says so"] = function()
    local ups, seen = start(), pushes()
    local number = ups:buy("EO-1").ShipmentIdentificationNumber
    local asked
    service.callbacks["https://localhost:9/oauth/token/acme/ups"] = function(given)
      asked = given
      return { status = 200, body = '{"access_token":"t0k3n"}' }
    end
    ups:control("POST", "seed", { portal = { url = HOOK, token_url = "https://localhost:9/oauth/token/acme/ups", client_id = "ups", client_secret = "pw" } })
    ups:subscribe({ number }, { version = "v2" })
    ups:happen(number, "picked_up")
    service.pass(2)
    assert(seen[1].headers.authorization == "Bearer t0k3n")
    assert(asked.body == "grant_type=client_credentials" and asked.headers.authorization == "Basic " .. digest.base64 "ups:pw")
  end,
  ["XU4: enhanced subscriptions tell only what is preferred"] = function()
    local ups, seen = start(), pushes()
    local number = ups:buy("EO-1").ShipmentIdentificationNumber
    ups:control("POST", "seed", { portal = { url = HOOK } })
    assert(ups:subscribe({ number }, { version = "v2", kind = "enhanced", preferences = { "D", "X" } }).status == 200)
    for _, what in ipairs { "picked_up", "exception", "delivered" } do ups:happen(number, what) end
    service.pass(2)
    assert(#seen == 2 and seen[1].json.activityStatus.type == "X" and seen[2].json.activityStatus.type == "D")
    assert(code_of(ups:subscribe({ number }, { version = "v2", preferences = { "D" } })) == "VSS000")
    assert(code_of(ups:subscribe({ number }, { version = "v1", kind = "enhanced" })) == "VSS930")
  end,
  ["XU4: one subscription can be for the whole account"] = function()
    local ups, seen = start(), pushes()
    ups:control("POST", "seed", { portal = { url = HOOK } })
    local path, body = "/api/track/v2/subscription/standard/account", { shipperAccountNumber = "A1B2C3", subAccountType = { "Outbound" } }
    assert(ups:call("POST", path, { json = body }).status == 200)
    ups:buy "EO-1"
    ups:control("POST", "seed", { others = 1 })
    service.pass(2)
    assert(#seen == 1 and seen[1].json.activityStatus.type == "M", "ours, from its label on")
    assert(ups:call("DELETE", path, { json = body }).status == 200)
    ups:buy "EO-2"
    service.pass(2)
    assert(#seen == 1)
    assert(ups:call("POST", path, { json = { shipperAccountNumber = "ZZZZZZ", subAccountType = { "Outbound" } } }).status == 400)
  end,
  ["XU4: a submission has at most 100 numbers, at least one of them good"] = function()
    local ups = start()
    local numbers = {}
    for index = 1, 100 do numbers[index] = ("1ZA1B2C3%010d"):format(index) end
    assert(#ups:subscribe(numbers).json.validTrackingNumbers == 100)
    numbers[101] = "1ZA1B2C30000000101"
    assert(code_of(ups:subscribe(numbers)) == "VSS220")
    assert(ups:control("GET", "state").alerts.counts.subscribed == 100, "the whole of it failed")
    assert(code_of(ups:subscribe {}) == "VSS200" and code_of(ups:subscribe { "1Z" }) == "VSS210")
    assert(ups:control("GET", "events").violation_counts.over_100_numbers == 1)
  end,
  ["XU4: what a submission lacks has its own code"] = function()
    local ups = start()
    local numbers = { "1ZA1B2C30000000001" }
    assert(code_of(ups:subscribe(numbers, { headers = { transid = false } })) == "VSS002")
    assert(code_of(ups:subscribe(numbers, { headers = { transactionsrc = false } })) == "VSS004")
    assert(code_of(ups:subscribe(numbers, { locale = "nl_NL" })) == "VSS310")
    assert(code_of(ups:subscribe(numbers, { kind = "special", version = "v2" })) == "VSS930")
    assert(code_of(ups:subscribe(numbers, { credential = "" })) == "VSS700")
    local function destination(fields)
      return code_of(ups:call("POST", "/api/track/v1/subscription/standard/package", { json = {
        locale = "en_US", trackingNumberList = numbers, destination = fields,
      } }))
    end
    assert(destination(nil) == "VSS500" and destination { url = "" } == "VSS600")
    assert(destination { url = "https://localhost/" .. ("x"):rep(2048), credential = "a", credentialType = "b" } == "VSS610")
    assert(destination { url = HOOK, credential = "a" } == "VSS800")
    assert(destination { url = "http://localhost:9/", credential = "a", credentialType = "b" } == "VSS600", "https only")
  end,
  ["XU4: a subscription ends after 14 days, and one anew goes on"] = function()
    local ups, seen = start(), pushes()
    local number = ups:buy("EO-1").ShipmentIdentificationNumber
    ups:subscribe { number }
    service.pass(14 * 86400)
    ups.token = nil
    ups:happen(number, "picked_up")
    service.pass(2)
    assert(#seen == 0 and ups:control("GET", "state").alerts.subscriptions[1].over)
    ups:subscribe { number }
    ups:happen(number, "on_the_way")
    service.pass(2)
    assert(#seen == 1, "and what happened before is not told")
  end,
  ["XU4: a push that nobody takes is lost unless a switch says otherwise"] = function()
    local ups, seen = start(), pushes(function(count) return count == 1 and 503 or 200 end)
    local number = ups:buy("EO-1").ShipmentIdentificationNumber
    ups:subscribe { number }
    ups:happen(number, "picked_up")
    service.pass(3600)
    assert(#seen == 1)
    ups:switch { alert_tries = 2 }
    seen = pushes(function(count) return count == 1 and 202 or 200 end)
    ups:happen(number, "on_the_way")
    service.pass(3600)
    assert(#seen == 2, "only 200 is taken for an answer")
  end,
  ["pushes are lost, doubled and out of order as switches say"] = function()
    local ups, seen = start(), pushes()
    local number = ups:buy("EO-1").ShipmentIdentificationNumber
    ups:subscribe { number }
    ups:switch { lost_percent = 100 }
    ups:happen(number, "picked_up")
    service.pass(5)
    assert(#seen == 0)
    ups:switch { lost_percent = 0, duplicate_percent = 100, leading_blank = true }
    ups:happen(number, "on_the_way")
    service.pass(5)
    assert(#seen == 2 and seen[1].body == seen[2].body and seen[1].json.trackingNumber == " " .. number)
    ups:switch { duplicate_percent = 0, reordered_percent = 100 }
    ups:happen(number, "out_for_delivery")
    ups:switch { reordered_percent = 0 }
    ups:happen(number, "delivered")
    service.pass(60)
    assert(seen[3].json.activityStatus.type == "D" and seen[4].json.activityStatus.type == "I")
  end,
  ["the test environment takes its own numbers only, and they trigger events a second apart"] = function()
    local ups, seen = start(), pushes()
    ups:switch { cie = true }
    assert(code_of(ups:subscribe { "1ZA1B2C30000000001" }) == "VSS215")
    assert(ups:subscribe({ "1ZCIETST0111111114" }).status == 200)
    service.pass(10)
    assert(#seen == 4 and seen[4].json.activityStatus.type == "D")
  end,
  ["L7: a parcel travels, comes back, gets lost"] = function()
    local ups = start()
    local function ends(how)
      local number = ups:buy("EO-" .. how).ShipmentIdentificationNumber
      ups:control("POST", "seed", { travel = { number }, ends = how, over = 600 })
      service.pass(601)
      return ups:track(number).package[1].currentStatus
    end
    assert(ends("delivered").statusCode == "011" and ends("lost").statusCode == "005")
    local back = ends "returned"
    assert(back.type == "D" and back.statusCode == "034", "delivered, but to the sender")
    assert(ups:control("GET", "state").counts.to_come == 0)
  end,
  ["what a seed does not know is refused with a sentence"] = function()
    local ups = start()
    for _, body in ipairs { {}, { travel = { "1Z" } }, { happen = { { number = "1Z", what = "x" } } }, { travel = "all", ends = "well" } } do
      assert(ups:control("POST", "seed", body).error)
    end
  end,
  ["L6: numbers made by hand on the website are tracked like ours"] = function()
    local ups = start()
    local made = ups:control("POST", "seed", { by_hand = 1, reference = "EO-7", others = 1 })
    assert(ups:track(made.by_hand[1]).package and ups:track(made.others[1]).package)
    assert(ups:control("GET", "state?reference=EO-7").shipments[1].id)
  end,
  ["XU4: Quantum View gives what is unread once"] = function()
    local ups = start()
    local number = ups:buy("EO-1").ShipmentIdentificationNumber
    ups:happen(number, "picked_up")
    ups:happen(number, "exception", { corrected = { StreetName = "HAUPTSTRASSE" } })
    ups:happen(number, "delivered")
    local path = "/api/quantumview/v3/events"
    local answer = ups:call("POST", path, views { Request = EVENTS }).json.QuantumViewResponse
    local file = answer.QuantumViewEvents.SubscriptionEvents[1].SubscriptionFile[1]
    assert(answer.Response.ResponseStatusCode == "1" and file.StatusType.Code == "U" and file.FileName:match "^%d%d%d%d%d%d_%d%d%d%d%d%d%d%d%d$")
    assert(#file.Manifest == 1 and #file.Origin == 1 and file.Delivery[1].TrackingNumber == number)
    assert(file.Exception[1].UpdatedAddress.StreetName == "HAUPTSTRASSE" and file.Exception[1].ShipmentReferenceNumber[1].Value == "EO-1")
    local again = ups:call("POST", path, views { Request = EVENTS }).json.QuantumViewResponse
    assert(not again.QuantumViewEvents.SubscriptionEvents[1].SubscriptionFile and not again.Bookmark)
    local range = { { Name = "OutboundXML", DateTimeRange = { BeginDateTime = "20260105000000", EndDateTime = "20260106000000" } } }
    local read = ups:call("POST", path, views { Request = EVENTS, SubscriptionRequest = range }).json.QuantumViewResponse
    assert(read.QuantumViewEvents.SubscriptionEvents[1].SubscriptionFile[1].StatusType.Code == "R", "by date it comes again")
  end,
  ["XU4: Quantum View's bookmark leads on until none comes, from where a switch says"] = function()
    local ups = start()
    for index = 1, 3 do
      ups:buy("EO-" .. index)
      service.pass(3600)
      ups.token = nil
    end
    ups:switch { files_an_answer = 2 }
    local path = "/api/quantumview/v3/events"
    local function ask(fields)
      fields.Request = EVENTS
      return ups:call("POST", path, views(fields)).json.QuantumViewResponse
    end
    local first = ask {}
    assert(#first.QuantumViewEvents.SubscriptionEvents[1].SubscriptionFile == 2 and first.Bookmark)
    local second = ask { Bookmark = first.Bookmark }
    assert(#second.QuantumViewEvents.SubscriptionEvents[1].SubscriptionFile == 1 and not second.Bookmark)
    ups:switch { bookmark_inside = true }
    local inside = ask { SubscriptionRequest = { { Bookmark = first.Bookmark } } }
    assert(#inside.QuantumViewEvents.SubscriptionEvents[1].SubscriptionFile == 1)
  end,
  ["XU4: Quantum View fails at 200 with status 0"] = function()
    local ups = start()
    local path = "/api/quantumview/v3/events"
    local function ask(range)
      return ups:call("POST", path, views { Request = EVENTS, SubscriptionRequest = { { Name = "OutboundXML", DateTimeRange = range } } })
    end
    local old = ask { BeginDateTime = "20251201000000", EndDateTime = "20251202000000" }
    assert(old.status == 200 and old.json.QuantumViewResponse.Response.ResponseStatusCode == "0")
    assert(old.json.QuantumViewResponse.Response.Error[1].ErrorCode)
    ups:switch { quantum_view = false }
    assert(ask({ BeginDateTime = "20260104000000" }).json.QuantumViewResponse.Response.ResponseStatusCode == "0")
    assert(ups:call("POST", path, views { Request = {} }).status == 400)
  end,
}
