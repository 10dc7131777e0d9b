-- Track of the simulated FedEx keeps the rules of apis/fedex.md.

local root = ...
local FedEx, json, service = require "fedex_caller", require "json", require "service"

local ACCOUNT, package, shipment, unbase64 = FedEx.ACCOUNT, FedEx.package, FedEx.shipment, FedEx.unbase64
local function start() return FedEx.start(root) end

return {
  ["XF4: Track takes thirty numbers, answers in their order and tells what it does not know inside a success"] = function()
    local fedex = start():log_in()
    local numbers = {}
    for index = 1, 29 do numbers[index] = fedex:ship().masterTrackingNumber end
    numbers[30] = "123456789012"
    assert(fedex:track(numbers)[1].trackResults[1].error.code == "TRACKING.TRACKINGNUMBER.NOTFOUND", "a new label is unknown for a while")
    service.pass(60)
    local results = fedex:track(numbers)
    for index, number in ipairs(numbers) do assert(results[index].trackingNumber == number) end
    assert(results[1].trackResults[1].latestStatusDetail.code == "OC" and #results[1].trackResults[1].scanEvents == 0)
    assert(results[30].trackResults[1].error.code == "TRACKING.TRACKINGNUMBER.NOTFOUND")
    numbers[31] = numbers[1]
    local list = json.array {}
    for index, number in ipairs(numbers) do list[index] = { trackingNumberInfo = { trackingNumber = number } } end
    assert(fedex:call("POST", "/track/v1/trackingnumbers", { trackingInfo = list }).status == 400 and fedex:violations().track_batch == 1)
    assert(fedex:call("POST", "/track/v1/trackingnumbers", { trackingInfo = json.array {} }).status == 400)
  end,
  ["XF4: numbers are used again; range of days and unique id tell the parcels apart"] = function()
    local fedex = start():log_in()
    local number = fedex:ship().masterTrackingNumber
    service.pass(200)
    fedex:control("POST", "seed", { reuse = json.array { number } })
    local both = fedex:track({ number })[1].trackResults
    local unique = both[2].trackingNumberInfo.trackingNumberUniqueId
    assert(#both == 2 and both[2].latestStatusDetail.code == "DL" and both[1].trackingNumberInfo.trackingNumberUniqueId ~= unique)
    local ours = fedex:track({ number }, { shipDateBegin = "2026-01-01", shipDateEnd = "2026-12-30" })[1].trackResults
    assert(#ours == 1 and ours[1].latestStatusDetail.code == "OC")
    local older = fedex:track({ number }, { trackingNumberInfo = { trackingNumber = number, trackingNumberUniqueId = unique } })[1].trackResults
    assert(#older == 1 and older[1].latestStatusDetail.code == "DL")
    for _, range in ipairs { { shipDateBegin = "2026-13-01" }, { shipDateBegin = "2026-02-01", shipDateEnd = "2026-01-01" } } do
      range.trackingNumberInfo = { trackingNumber = number }
      assert(fedex:call("POST", "/track/v1/trackingnumbers", { trackingInfo = json.array { range } }).status == 400)
    end
  end,
  ["XF4: a journey leaves scans with place, zone and who signed"] = function()
    local fedex = start():log_in()
    local number = fedex:ship().masterTrackingNumber
    fedex:control("POST", "seed", { journey = "two_attempts", parcels = json.array { number }, over = 500 })
    service.pass(250)
    local early = fedex:track({ number })[1].trackResults[1]
    assert(early.latestStatusDetail.code == "OD" and early.deliveryDetails.receivedByName == nil)
    service.pass(300)
    local result = fedex:track({ number })[1].trackResults[1]
    assert(result.latestStatusDetail.code == "DL" and result.deliveryDetails.receivedByName and result.deliveryDetails.deliveryAttempts == "1")
    local scans = result.scanEvents
    assert(#scans == 6 and scans[1].eventType == "DL" and scans[1].date:find "T.*%+01:00$" and scans[1].scanLocation.countryCode == "DE")
    assert(scans[3].eventType == "DE" and scans[3].exceptionCode == "08" and scans[6].scanLocation.city == "UTRECHT")
    fedex:switch { scan_order = "oldest_first" }
    assert(fedex:track({ number })[1].trackResults[1].scanEvents[1].eventType == "PU")
    assert(result.additionalTrackingInfo.packageIdentifiers[1].value == "EO-84211")
  end,
  ["L7: parcels are lost, held, sent back and come back after delivery; late scans stand at their own time"] = function()
    local fedex = start():log_in()
    for journey, code in pairs {
      delivered = "DL", exception = "DL", refused = "RS", returned = "DL", returned_after_delivered = "RS", lost = "DP", held = "HL",
      customs_delay = "DL", delay = "DL", collected = "DL", picked_up = "PU", in_transit = "AR", unknown_code = "DL",
    } do
      local number = fedex:ship().masterTrackingNumber
      fedex:control("POST", "seed", { journey = journey, parcels = json.array { number } })
      assert(fedex:track({ number })[1].trackResults[1].latestStatusDetail.code == code, journey)
    end
    local number = fedex:ship().masterTrackingNumber
    local function scan(more)
      more.parcel = number
      fedex:control("POST", "seed", { scans = json.array { more } })
    end
    scan { code = "DL", where = "consignee" }
    scan { code = "IT", at = "2026-01-01T10:00:00Z" }
    local result = fedex:track({ number })[1].trackResults[1]
    assert(result.latestStatusDetail.code == "DL" and result.scanEvents[2].eventType == "IT")
    local bad = service.call("POST", fedex.url .. "/_sandbox/fedex/seed", { json = { journey = "nowhere" } })
    assert(bad.status == 400 and bad.json.error == "no journey nowhere")
  end,
  ["labels travel by themselves when the switch says so"] = function()
    local fedex = start():log_in()
    fedex:switch { travel = "delivered" }
    fedex:ship()
    service.pass(601)
    assert(fedex:control("GET", "state").counts.by_status.DL == 1)
  end,
  ["XF5: a lost label is found by reference, account and days; the exact one, and not at once"] = function()
    local fedex = start():log_in()
    local function order(reference) return shipment { requestedPackageLineItems = json.array { package(reference) } } end
    local number = fedex:ship(order "EO-118").masterTrackingNumber
    fedex:ship(order "EO-1180")
    assert(fedex:by_reference("EO-118")[1].trackResults[1].error.code == "TRACKING.REFERENCENUMBER.NOTFOUND")
    service.pass(120)
    local found = fedex:by_reference "EO-118"
    assert(#found == 1 and found[1].trackingNumber == number)
    assert(#fedex:by_reference("KP-310", { type = "DEPARTMENT" }) == 2)
    assert(fedex:by_reference("EO-118", { accountNumber = fedex.credentials.other_account_number })[1].trackResults[1].error)
    assert(fedex:by_reference("EO-118", { shipDateBegin = "2026-02-01", shipDateEndDate = "2026-02-28" })[1].trackResults[1].error)
    fedex:switch { reference_match = "prefix" }
    assert(#fedex:by_reference "EO-118" == 2)
    fedex:switch { reference_match = "exact", reference_not_found = "404" }
    assert(fedex:by_reference("EO-999").status == 404)
    service.pass(31 * 86400)
    fedex:log_in()
    assert(fedex:by_reference("EO-118").status == 404, "thirty days back are the usual range")
    assert(#fedex:by_reference("EO-118", { shipDateBegin = "2026-01-01", shipDateEndDate = "2026-12-31" }) == 1)
    service.pass(60 * 86400)
    fedex:log_in()
    assert(fedex:track({ number })[1].trackResults[1].error, "nothing is kept for ever")
    fedex:switch { track_days = 200 }
    assert(fedex:track({ number })[1].trackResults[1].latestStatusDetail.code == "OC")
  end,
  ["a reference is asked for with the account, or with country and postal code of where it goes"] = function()
    local fedex = start():log_in()
    fedex:ship()
    service.pass(120)
    local function ask(information)
      information.type, information.value = information.type or "CUSTOMER_REFERENCE", "EO-84211"
      return fedex:call("POST", "/track/v1/referencenumbers", { referencesInformation = information })
    end
    assert(ask({}).status == 400 and ask({ destinationCountryCode = "DE" }).status == 400)
    assert(#ask({ destinationCountryCode = "DE", destinationPostalCode = "10115" }).json.output.completeTrackResults == 1)
    assert(ask({ accountNumber = ACCOUNT, type = "COLOUR" }).status == 400)
  end,
  ["parcels of one shipment are found together, a proof after delivery alone, and mails are counted"] = function()
    local fedex = start():log_in()
    local made = fedex:ship(shipment { requestedPackageLineItems = json.array { package "A", package "A" } })
    service.pass(120)
    local function ask(path, body) return fedex:call("POST", "/track/v1/" .. path, body) end
    local info = { trackingNumberInfo = { trackingNumber = made.masterTrackingNumber } }
    local pieces = ask("associatedshipments", { masterTrackingNumberInfo = info, associatedType = "STANDARD_MPS" })
    assert(#pieces.json.output.completeTrackResults == 2)
    local proof = {
      trackDocumentSpecification = json.array { info }, trackDocumentDetail = { documentType = "SIGNATURE_PROOF_OF_DELIVERY", documentFormat = "PDF" },
    }
    assert(ask("trackingdocuments", proof).status == 400)
    fedex:control("POST", "seed", { journey = "at_once" })
    assert(unbase64(ask("trackingdocuments", proof).json.output.document[1]):find "^%%PDF")
    assert(ask("notifications", info).status == 200 and fedex:control("GET", "state").customer_mails == 1)
    assert(ask("tcn", { tcnInfo = { value = "X" } }).json.output.completeTrackResults[1].trackResults[1].error)
  end,
  ["a label that somebody made elsewhere can be tracked and is not ours"] = function()
    local fedex = start():log_in()
    local number = fedex:control("POST", "seed", { ship = json.array { { reference = "TYPED" } } }).made[1]
    assert(fedex:track({ number })[1].trackResults[1].latestStatusDetail.code == "OC")
    assert(fedex:control("GET", "state").shipments[1].foreign and fedex:control("GET", "state").counts.parcels == 0)
  end,
}
