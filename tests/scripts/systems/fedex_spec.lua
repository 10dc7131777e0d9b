-- The connector of FedEx against the simulation, which was written apart from it.

local root = ...
local asked = require "asked"
local World, freight, json, service = require "fedex_world", require "freight_requests", require "json", require "service"

local ACCOUNT = World.ACCOUNT

local function at_path(value, path)
  for step in path:gmatch "[^.]+" do
    if type(value) ~= "table" then return nil end
    value = value[step:find "^%d+$" and math.tointeger(step) + 1 or step]
  end
  return value
end

local function numbers_request(...)
  local list = json.array {}
  for _, number in ipairs { ... } do
    list[#list + 1] = { trackingNumberInfo = { trackingNumber = number }, shipDateBegin = "2026-01-01", shipDateEnd = "2026-01-31" }
  end
  return { includeDetailedScans = true, trackingInfo = list }
end

local function search(reference)
  return { referencesInformation = {
    type = "CUSTOMER_REFERENCE", value = reference, accountNumber = ACCOUNT, shipDateBegin = "2026-01-04", shipDateEndDate = "2026-01-06",
  } }
end

local function quote()
  return {
    accountNumber = { value = ACCOUNT }, requestedShipment = {
      shipper = { address = World.party("A", "Dorpsstraat 1", "Utrecht", "3511AA", "NL").address },
      recipient = { address = World.party("B", "Hauptstr. 5", "Berlin", "10115", "DE").address }, pickupType = "USE_SCHEDULED_PICKUP",
      requestedPackageLineItems = json.array { { weight = { units = "KG", value = 2 } } },
    },
  }
end

local function resolve() return { addressesToValidate = json.array { { address = World.party("B", "Hauptstr. 5", "Berlin", "10115", "DE").address } } } end

local function cancel(number) return { accountNumber = { value = ACCOUNT }, trackingNumber = number, deletionControl = "DELETE_ALL_PACKAGES" } end

local function many(reference)
  local body = World.shipment(reference)
  body.requestedShipment.requestedPackageLineItems[1].groupPackageCount, body.processingOptionType = 41, "ALLOW_ASYNCHRONOUS"
  return body
end

local function pickup()
  return {
    associatedAccountNumber = { value = ACCOUNT }, carrierCode = "FDXE", originDetail = {
      pickupLocation = World.party("Voorbeeld BV", "Dorpsstraat 1", "Utrecht", "3511AA", "NL"), readyDateTimestamp = "2026-01-06T14:00:00Z",
      customerCloseTime = "17:00:00",
    },
  }
end

-- What each operation is given; `number` is of a label that was delivered.
local function bodies(number, job)
  local account = { value = ACCOUNT }
  local close = { accountNumber = account, closeReqType = "GCDR", groundServiceCategory = "GROUND" }
  return {
    ["freight.create"] = freight.shipment(), ["freight.quote"] = freight.quote(), ["freight_pickups.create"] = freight.pickup(),
    ["freight_pickups.cancel"] = freight.pickup_cancelled "20260106DEN000001",
    ["shipments.create_later"] = many "EO-8", ["ground.close"] = close, ["ground.reprint"] = close, ["pickups.create"] = pickup(),
    ["pickups.cancel"] = { associatedAccountNumber = account, pickupConfirmationCode = "0001", scheduledDate = "2026-01-06" },
    ["pickups.availability"] = {
      pickupAddress = World.party("A", "Dorpsstraat 1", "Utrecht", "3511AA", "NL").address, pickupRequestType = json.array { "SAME_DAY" },
      carriers = json.array { "FDXG" }, countryRelationship = "DOMESTIC",
    },
    ["shipments.create"] = World.export "EO-2", ["shipments.validate"] = World.shipment "EO-3", ["shipments.cancel"] = cancel(number),
    ["shipments.results"] = { accountNumber = { value = ACCOUNT }, jobId = job }, ["track.numbers"] = numbers_request(number),
    ["track.references"] = search "EO-1", ["rates.quote"] = quote(), ["addresses.resolve"] = resolve(),
    ["track.associated"] = { masterTrackingNumberInfo = { trackingNumberInfo = { trackingNumber = number } }, associatedType = "STANDARD_MPS" },
    ["track.documents"] = {
      trackDocumentDetail = { documentType = "SIGNATURE_PROOF_OF_DELIVERY", documentFormat = "PDF" },
      trackDocumentSpecification = json.array { { trackingNumberInfo = { trackingNumber = number } } },
    },
  }
end

-- Fields that no type names: what FedEx writes as text or list, and what nobody reads.
local UNTYPED = { alerts = true, ["ValidationAnswer.output"] = true }

local function each_known(types, name, value, path)
  for field, part in pairs(value) do
    local declared = types[name].fields[field]
    assert(declared or UNTYPED[field] or UNTYPED[name .. "." .. field], ("%s: %s has no field %s"):format(path, name, field))
    if declared and declared.type == "record" and type(part) == "table" and part ~= json.null then
      each_known(types, declared.of, part, path .. "." .. field)
    elseif declared and declared.type == "list" and types[declared.of] then
      for _, item in ipairs(part) do each_known(types, declared.of, item, path .. "." .. field) end
    end
  end
end

return {
  ["XF1 every operation is understood, and every field of its answer is one of its type's"] = function()
    local world = World.start(root)
    local made = world:call("shipments.create", World.shipment "EO-1").output.transactionShipments[1]
    local later = world:call("shipments.create_later", many "EO-9")
    local ground = World.shipment "EO-7"
    ground.requestedShipment.serviceType = "FEDEX_GROUND"
    ground.requestedShipment.recipients = json.array { World.party("B", "Dam 1", "Amsterdam", "1012JS", "NL") }
    world:call("shipments.create", ground)
    world:call("pickups.create", pickup())
    world:call("freight_pickups.create", freight.pickup())
    service.pass(200)
    world:control("POST", "seed", { journey = "delivered", parcels = json.array { made.masterTrackingNumber } })
    local given = bodies(made.masterTrackingNumber, later.output.jobId)
    local names = {}
    for name in pairs(world.system.operations) do
      if not name:find "^ping%." then names[#names + 1] = name end
    end
    table.sort(names)   -- what is made comes before what is made of it: create before cancel, close before reprint
    for _, name in ipairs(names) do
      local operation, body = world.system.operations[name], given[name]
      assert(body, name .. " is tried nowhere")
      local answer = world:call(name, body)
      local rows = operation.pages and answer or { answer }
      assert(#rows > 0, name)
      for _, row in ipairs(rows) do each_known(world.system.types, operation.gives, row, name) end
    end
    assert(next(world:control("GET", "events").violation_counts) == nil)
  end,
  ["XF1, XF5: what was bought says its number, both transaction ids, labels and cost, in the types that are declared"] = function()
    local world = World.start(root)
    world.transaction = "eo-84211-1"
    local create = world.system.operations["shipments.create"]
    local answer = world:call("shipments.create", World.export "EO-84211")
    assert(at_path(answer, create.id):find "^%d+$" and at_path(answer, create.number) == answer.transactionId)
    assert(answer.customerTransactionId == "eo-84211-1")
    local shipment = answer.output.transactionShipments[1]
    assert(shipment.pieceResponses[1].netChargeAmount:text() == "48.80" and #shipment.pieceResponses[1].packageDocuments[1].encodedLabel > 100)
    assert(shipment.shipmentDocuments[1].contentType == "COMMERCIAL_INVOICE")
    local later = world:call("shipments.create_later", many "EO-1")
    assert(at_path(later, world.system.operations["shipments.create_later"].id) == later.output.jobId)
  end,
  ["XF5: buying is not declared as something that may be repeated, whatever the transaction id"] = function()
    local world = World.start(root)
    world.transaction = "once"
    world:call("shipments.create", World.shipment "EO-1")
    world:call("shipments.create", World.shipment "EO-1")
    assert(world:control("GET", "state").doubled[1] == "EO-1", "the simulation de-duplicates, so this proves nothing")
    for _, name in ipairs { "shipments.create", "shipments.create_later", "pickups.create", "freight.create", "freight_pickups.create" } do
      local effect = world.system.operations[name].effect
      assert(effect.kind == (name:find "pickups" and "D" or "C") and not effect.may_repeat and not effect.may_skip, name)
      assert(effect.kind == "D" or effect.absent == "person", "that Track does not see a label proves nothing")
    end
  end,
  ["XF5: after a lost answer the declared look-up finds every parcel of the shipment, no other's, and no cancelled one"] = function()
    for _, matched in ipairs { "exact", "prefix" } do
      local world = World.start(root)
      world:control("POST", "switches", { reference_match = matched })
      local effect, body = world.system.operations["shipments.create"].effect, World.shipment "EO-118"
      local line = body.requestedShipment.requestedPackageLineItems
      line[2] = line[1]
      world:call("shipments.create", World.shipment "EO-1189")
      local reference = asked.reference(effect, body)
      local function look() return asked.ours(effect, reference, world:call(effect.look_up, asked.arguments(effect.asks, reference, body).body)) end
      service.pass(120)
      assert(reference == "EO-118" and #look() == 0)
      world:control("POST", "faults", { match = { path = "/ship/" }, kind = "lost_answer", count = 1 })
      pcall(world.call, world, "shipments.create", body)
      service.pass(120)
      local found = look()
      assert(#found == #asked.texts(body, effect.parts .. ".*.weight.value") and #found == 2)
      local master = asked.texts(found[1], effect.id)[1]
      assert(master == world:control("GET", "state").shipments[2].master)
      world:call("shipments.cancel", cancel(master))
      assert(#look() == 0, "what was cancelled is none")
    end
  end,
  ["XF5: a freight shipment whose answer was lost is found by its bill of lading, and a cancelled one is none; nothing found proves nothing"] = function()
    local world = World.start(root)
    local operation = world.system.operations["freight.create"]
    local effect, body = operation.effect, freight.shipment()
    local reference = asked.reference(effect, body)
    local function look() return asked.ours(effect, reference, world:call(effect.look_up, asked.arguments(effect.asks, reference, body).body)) end
    assert(reference == "EO-84211" and effect.kind == "C" and effect.absent == "person" and #look() == 0)
    world:control("POST", "faults", { match = { path = "/ship/v1/freight/" }, kind = "lost_answer", count = 1 })
    pcall(world.call, world, "freight.create", body)
    service.pass(120)
    local master = asked.texts(look()[1], effect.id)[1]
    assert(#look() == #asked.texts(body, effect.parts .. ".*.weight.value") and #look() == 1 and master == world:control("GET", "state").shipments[1].master)
    world:control("POST", "seed", { phone = { master } })
    assert(#look() == 0, "what was cancelled is none")
    -- What the answer says stands where the operation looks for it.
    local answer = world:call("freight.create", body)
    assert(at_path(answer, operation.id) == world:control("GET", "state").shipments[2].master and at_path(answer, operation.number) == answer.transactionId)
  end,
  ["XF4: results are told apart and have instants, scans and the fault of their own number"] = function()
    local world = World.start(root)
    local number = world:call("shipments.create", World.shipment "EO-1").output.transactionShipments[1].masterTrackingNumber
    service.pass(60)
    world:control("POST", "seed", { journey = "delivered", parcels = json.array { number } })
    world:control("POST", "seed", { reuse = json.array { number } })
    local rows = world:call("track.numbers", numbers_request(number, "123456789012"))
    assert(#rows == 2 and #rows[1].trackResults == 1 and rows[2].trackResults[1].error.code == "TRACKING.TRACKINGNUMBER.NOTFOUND")
    local result = rows[1].trackResults[1]
    assert(result.latestStatusDetail.code == "DL" and result.trackingNumberInfo.trackingNumberUniqueId and #result.scanEvents == 5)
    assert(result.scanEvents[1].date:find "^2026%-01%-.*Z$", result.scanEvents[1].date)
    assert(result.additionalTrackingInfo.packageIdentifiers[2].value == "KP-310")
  end,
  ["L6: cancelling says in the body whether it was done, and asking again does no harm"] = function()
    local world = World.start(root)
    local number = world:call("shipments.create", World.shipment "EO-1").output.transactionShipments[1].masterTrackingNumber
    assert(world:call("shipments.cancel", cancel(number)).output.cancelledShipment == true)
    assert(world:call("shipments.cancel", cancel(number)).output.cancelledShipment == false)
    service.pass(60)
    assert(world:call("track.numbers", numbers_request(number))[1].trackResults[1].latestStatusDetail.code == "CA")
  end,
  ["XF3: token calls at the most that is declared hold nobody, and one refusal holds them long enough"] = function()
    local world = World.start(root)
    local calls, hold = {}, nil
    for _, rule in ipairs(world.system.auth.limits) do
      if rule.calls then
        assert(not rule.scope, "the address is shared by every connection")
        calls[#calls + 1] = { calls = rule.calls, seconds = math.tointeger(rule.per:match "%d+") * (rule.per:find "m" and 60 or 1) }
      elseif rule.count then
        hold = rule
      end
    end
    assert(hold.errors == 1 and hold.count[1] == 403 and not hold.scope and math.tointeger(hold.per:match "%d+") > 10 and hold.per:find "m$")
    local made = {}
    for second = 121, 121 + 600 do
      local function allowed()
        for _, rule in ipairs(calls) do
          local used = 0
          for _, at in ipairs(made) do if at > second - rule.seconds then used = used + 1 end end
          if used >= rule.calls then return false end
        end
        return true
      end
      service.pass(second == 121 and 121 or 1)
      while allowed() do
        made[#made + 1] = second
        assert(world:token().status == 200, ("held after %d calls"):format(#made))
      end
    end
    assert(#made > 250)
  end,
  ["XF6: the limit of transactions is the remote's, by application"] = function()
    local world = World.start(root)
    local rule = world.system.limits[1]
    assert(rule.calls == world:control("GET", "switches").transactions and rule.per == "10s" and rule.scope[1] == "app" and #rule.scope == 1)
  end,
  ["the words of a refusal are found where the connector looks"] = function()
    local world = World.start(root)
    local body = World.shipment "EO-1"
    body.requestedShipment.serviceType = "FEDEX_MOON"
    local answer = service.call("POST", world.url .. "/ship/v1/shipments", { json = body, headers = { authorization = "Bearer " .. world.access } })
    assert(answer.status == 400 and at_path(answer.json, world.system.errors.message[1]):find "FEDEX_MOON")
  end,
}
