-- LTL freight between the simulated Exact Online and FedEx: XF1, XF5, L1, L5, L6. Its switch is off unless it is set.

local root = ...
local Courier, decimal, json = require "courier", require "decimal", require "json"

local tests = {}

local SENDER = {
  company = "Acme Inc", lines = { "200 Congress Ave" }, postcode = "78701", city = "Austin", state = "TX", country = "US", phone = "512 555 0100",
}
local DUTCH = {
  company = "Z", lines = { "Dorpsstraat 1" }, postcode = "3511 AA", city = "Utrecht", country = "NL", phone = "0301234567", eori = "NL123456789",
}
local MEMPHIS = { AddressLine1 = "1 Dock Rd", Postcode = "38118", City = "Memphis", State = "TN", Country = "US", Phone = "901 555 0100" }
local TORONTO = { AddressLine1 = "1 King St", Postcode = "M5H 1A1", City = "Toronto", State = "ON", Country = "CA", Phone = "416 555 0100" }
local MONTERREY = { AddressLine1 = "Av. Uno 1", Postcode = "64000", City = "Monterrey", State = "NL", Country = "MX", Phone = "81 5555 0100" }
local BERLIN = { AddressLine1 = "Hauptstr. 5", Postcode = "10115", City = "Berlin", Country = "DE", Phone = "030 123456" }
local ONE = { { item = "STOCK-1", quantity = "4", price = "12.50", cost_center = "NL" } }
local TWO = { { item = "STOCK-1", quantity = "4", price = "12.50" }, { item = "STOCK-2", quantity = "2", price = "8" } }
local PALLET = { remarks = "1x 450kg 120x100x150" }
local ACCOUNT = { number = "641902733", lines = { "450 Depot St" }, city = "Denver", state = "CO", postcode = "80216", country = "US" }

-- What a company has that ships freight, and parcels beside it.
local function settings(more)
  local out = {
    freight = true, freight_account = ACCOUNT, freight_class = "85", freight_classes = { ["STOCK-2"] = "92.5" }, sender = SENDER, origin = "US",
    station = "dock", services = {
      { over_kg = "68", service = "FEDEX_FREIGHT_ECONOMY" }, { country = "US", service = "FEDEX_GROUND" }, { service = "FEDEX_INTERNATIONAL_PRIORITY" },
    },
  }
  for name, value in pairs(more or {}) do out[name] = value end
  return out
end

local function bought(more, draft, delivery)
  local courier = Courier.start(root, settings(more))
  local packed = courier:packed(draft or { address = MEMPHIS, lines = ONE }, delivery or PALLET)
  return courier, packed, courier:label(packed)
end

local function sent_of(outcomes, operation)
  for _, outcome in ipairs(outcomes) do
    for _, sent in ipairs(outcome.sent) do
      if sent.operation == operation then return sent.arguments[1], sent.arguments[2] end
    end
  end
end

local function refusal(outcomes)
  for _, each in ipairs(outcomes) do
    if each.refused then return each.refused, each end
  end
end

tests["XF1 L5 switched on, a heavy delivery goes on pallets: class, units, account and billing address; its numbers reach the delivery"] = function()
  local courier, delivery, outcomes = bought(nil, { address = MEMPHIS, lines = ONE }, { remarks = "2x 450kg 120x100x150" })
  courier.all_well(outcomes)
  local body, options = sent_of(outcomes, "freight.create")
  local shipment = body.freightRequestedShipment
  local detail = shipment.freightShipmentDetail
  assert(body.accountNumber.value == Courier.ACCOUNT and options.headers["x-customer-transaction-id"] == "123456-D1-1")
  assert(detail.role == "SHIPPER" and detail.totalHandlingUnits == 2 and #detail.lineItem == 2 and #shipment.requestedPackageLineItems == 2)
  assert(detail.fedExFreightAccountNumber.value == ACCOUNT.number and detail.fedExFreightBillingContactAndAddress.address.city == "Denver")
  assert(shipment.shippingChargesPayment.payor.responsibleParty.accountNumber.value == ACCOUNT.number)
  local line, unit = detail.lineItem[2], shipment.requestedPackageLineItems[2]
  assert(line.freightClass == "CLASS_085" and line.subPackagingType == "PALLET" and line.pieces == 1 and unit.associatedFreightLineItems[1].id == line.id)
  assert(unit.dimensions.height == 150 and decimal(tostring(unit.weight.value)) == decimal "450", tostring(unit.weight.value))
  assert(detail.printedReferences[1].value == "123456-D1" and detail.printedReferences[1].printedReferenceType == "BILL_OF_LADING")
  -- XF2: whose cost it is stands on the bill.
  local last = detail.printedReferences[#detail.printedReferences]
  assert(last.printedReferenceType == "SHIPPER_ID_NUMBER" and last.value == "NL", json.encode(detail.printedReferences))
  local made = courier:shipments()[1]
  assert(#courier:shipments() == 1 and made.freight and #made.parcels == 2 and made.service == "FEDEX_FREIGHT_ECONOMY")
  local stands = courier:delivery(delivery.id)
  for _, parcel in ipairs(made.parcels) do
    assert(stands.tracking:find(parcel.number, 1, true) and stands.remarks:find("trknbr=" .. parcel.number, 1, true), stands.tracking)
    assert(courier.kv["parcel:" .. parcel.number], "it is not followed")
  end
  -- Coming back to it changes nothing and costs nothing.
  assert(Courier.calls(courier:label(delivery), "fedex") == 0 and #courier:shipments() == 1)
  assert(not courier:violations(), courier:violations())
end

tests["XF1 switched off, which is the default, the same delivery is refused with a sentence, and nothing of it reaches FedEx"] = function()
  local courier = Courier.start(root)
  assert(courier.integration.settings.freight.default == false)
  for _, off in ipairs { { freight = false }, { freight = false, freight_account = {} } } do
    local here, _, outcomes = bought(off)
    local said, case = refusal(outcomes)
    assert(said == "123456-D1: service FEDEX_FREIGHT_ECONOMY is LTL freight, which is switched off." and case.fix:find "freight = true", said)
    assert(#here:shipments() == 0 and Courier.calls(outcomes, "fedex") == 0)
  end
end

tests["XF1 in both positions of the switch what is light goes as a parcel, by the same request"] = function()
  local asked = {}
  for _, on in ipairs { true, false } do
    local courier, _, outcomes = bought({ freight = on }, nil, { remarks = "2x 4.5kg 40x30x20" })
    courier.all_well(outcomes)
    assert(not courier:shipments()[1].freight and courier:shipments()[1].service == "FEDEX_GROUND")
    asked[#asked + 1] = json.encode(sent_of(outcomes, "shipments.create").requestedShipment.requestedPackageLineItems)
    courier, _, outcomes = bought({ freight = on, parcel_text = "none", boxes = { { item = "*", pieces = 2, length = 30, width = 20, height = 10 } } })
    courier.all_well(outcomes)
    assert(#courier:shipments()[1].parcels == 2, #courier:shipments()[1].parcels)
  end
  assert(asked[1] == asked[2])
end

tests["XF1 L5 a sales order that is ready goes as freight too, and its goods delivery is made with the numbers of its pallets"] = function()
  local courier = Courier.start(root, settings {
    ships = "orders", services = { { service = "FEDEX_FREIGHT_ECONOMY" } }, freight_units = { { pieces = 2, length = 120, width = 100, height = 90 } },
  })
  local order = courier:seed("exact", { orders = { { address = MEMPHIS, lines = ONE } } }).orders[1]
  courier.all_well(courier:through("orders", order.id))
  local made, deliveries = courier:shipments()[1], courier:booked().deliveries
  assert(made.freight and #made.parcels == 2 and made.parcels[1].references.BILL_OF_LADING:find "^123456%-O" and #deliveries == 1)
  for _, parcel in ipairs(made.parcels) do assert(deliveries[1].tracking:find(parcel.number, 1, true)) end
end

tests["XF1 goods are put on pallets by freight_units, in the highest class of what stands on each, with whole pieces"] = function()
  local more = {
    parcel_text = "none", services = { { service = "FEDEX_FREIGHT_PRIORITY" } }, nmfc_codes = { ["STOCK-2"] = "115030-02" },
    freight_units = { { item = "*", pieces = 4, length = 120, width = 100, height = 90, empty_kg = 20 } },
  }
  local courier, _, outcomes = bought(more, { address = MEMPHIS, lines = TWO }, {})
  courier.all_well(outcomes)
  local lines = sent_of(outcomes, "freight.create").freightRequestedShipment.freightShipmentDetail.lineItem
  assert(#lines == 2 and lines[1].freightClass == "CLASS_085" and lines[1].pieces == 4 and not lines[1].nmfcCode, json.encode(lines))
  assert(lines[2].freightClass == "CLASS_092_5" and lines[2].pieces == 2 and lines[2].nmfcCode == "115030-02")
  -- Together on one pallet, or where nobody knows what stands where, the highest counts for all of it.
  more.freight_units[1].pieces = 10
  _, _, outcomes = bought(more, { address = MEMPHIS, lines = TWO }, {})
  lines = sent_of(outcomes, "freight.create").freightRequestedShipment.freightShipmentDetail.lineItem
  assert(#lines == 1 and lines[1].freightClass == "CLASS_092_5" and lines[1].pieces == 6, json.encode(lines))
  _, _, outcomes = bought(nil, { address = MEMPHIS, lines = TWO }, { remarks = "2x 450kg 120x100x150" })
  lines = sent_of(outcomes, "freight.create").freightRequestedShipment.freightShipmentDetail.lineItem
  assert(lines[1].freightClass == "CLASS_092_5" and lines[2].freightClass == "CLASS_092_5")
end

tests["XF1 the bill of lading is kept as a document of the order, and printed like the labels (L1), wherever FedEx puts it"] = function()
  for _, switches in ipairs { {}, { freight_labels = "shipment", freight_bill_called = "kind" } } do
    for _, station in ipairs { "dock", "office" } do
      local courier = Courier.start(root, settings { freight_station = station ~= "dock" and station or nil })
      courier:switch("carrier", switches)
      courier.all_well(courier:label(courier:packed({ address = MEMPHIS, lines = ONE }, PALLET)))
      local number = courier:shipments()[1].master
      local papers = courier:booked().documents[1]
      assert(papers.subject == "FedEx papers 123456-D1" and #papers.files == 1 and papers.files[1].name:find "bill_of_lading%.pdf$", json.encode(papers))
      assert(#courier.printed == 2)
      for _, each in ipairs(courier.printed) do
        local is_bill = each.event.name:find "bill_of_lading" ~= nil
        assert(each.event.station == (is_bill and station or "dock") and #each.event.content > 100 and (each.event.number == number) == is_bill)
      end
    end
  end
end

tests["XF1 L4 to Canada and Mexico freight has customs data in words that FedEx knows, and its invoice beside the bill"] = function()
  for _, address in ipairs { TORONTO, MONTERREY } do
    local courier, _, outcomes = bought({ services = { { service = "FEDEX_FREIGHT_ECONOMY", insurance = "value" } } }, { address = address, lines = ONE })
    courier.all_well(outcomes)
    local shipment = sent_of(outcomes, "freight.create").freightRequestedShipment
    assert(shipment.customsClearanceDetail.commercialInvoice.shipmentPurpose == "SOLD" and #shipment.customsClearanceDetail.commodities == 1)
    assert(decimal(tostring(shipment.freightShipmentDetail.liabilityCoverageDetail.coverageAmount.amount)) == decimal "50")
    assert(#courier:booked().documents[1].files == 2, json.encode(courier:booked().documents))
  end
end

tests["XF1 what freight lacks is refused with what and where, and nothing is bought"] = function()
  local function without(name)
    local out = {}
    for key, value in pairs(ACCOUNT) do out[key] = value end
    out[name] = nil
    return out
  end
  local mexico = { AddressLine1 = "Av. Uno 1", Postcode = "64000", City = "Monterrey", State = "NLE", Country = "MX", Phone = "81 5555 0100" }
  for _, case in ipairs {
    { {}, BERLIN, "carries within and between the United States, Canada and Mexico, and this goes from US to DE" },
    { { sender = DUTCH }, MEMPHIS, "goes from NL to US" },
    { {}, mexico, "the delivery address has the state" },
    { { freight_class = false }, MEMPHIS, "item STOCK%-1 has no freight class" },
    { { freight_class = "86" }, MEMPHIS, "freight class '86', there are 50, 55" },
    { {}, MEMPHIS, "pallet 1 has no length, width and height", { remarks = "1x 450kg" } },
    { {}, MEMPHIS, "takes 40 pallets at once, it has 41", { remarks = "41x 450kg 120x100x150" } },
    { { freight_account = without "number" }, MEMPHIS, "account of division 123456 has no number" },
    { { freight_account = without "lines" }, MEMPHIS, "account of division 123456 has no lines" },
    { { freight_account = without "number", freight_accounts = { ["123456"] = { number = "12345678901" } } }, MEMPHIS, "at most 9 digits" },
    { { services = { { service = "FEDEX_FREIGHT_ECONOMY", signature = "adult" } } }, MEMPHIS, "no option of signature" },
    { { services = { { service = "FEDEX_FREIGHT_ECONOMY", payer = "receiver" } } }, MEMPHIS, "no FedEx account of theirs is given" },
    -- What only FedEx knows comes with its own words.
    { { freight_accounts = { ["123456"] = { number = "740561073" } } }, MEMPHIS, "refused by FedEx.*A valid FedEx Freight account" },
    { { freight_accounts = { ["123456"] = { number = "641902741" } } }, MEMPHIS, "refused by FedEx.*The billing address is not" },
  } do
    local courier, _, outcomes = bought(case[1], { address = case[2], lines = ONE }, case[4])
    local said, asked = refusal(outcomes)
    assert(said and said:find(case[3]) and asked.fix, ("%s: %s"):format(case[3], tostring(said)))
    assert(#courier:shipments() == 0)
  end
end

tests["XF5 after a lost answer no second freight shipment is made: a person ends it, or a phone call and then another"] = function()
  local courier = Courier.start(root, settings())
  local delivery = courier:packed({ address = MEMPHIS, lines = ONE }, PALLET)
  courier.lose = 1
  local said, asked = refusal(courier:label(delivery))
  local first = courier:shipments()[1].master
  assert(said:find("made shipment " .. first, 1, true) and said:find "bill of lading was lost" and asked.fix:find "phone FedEx Freight", said)
  courier.pass(300)
  assert(refusal(courier:through("deliveries", delivery.id, { attempt = 2 })) == said and #courier:shipments() == 1, "released too early")
  courier:seed("carrier", { phone = { first } })
  courier.all_well(courier:through("deliveries", delivery.id, { attempt = 3 }))
  local shipments = courier:shipments()
  assert(#shipments == 2 and shipments[1].cancelled and not shipments[2].cancelled and #courier:state().doubled == 0)
  assert(shipments[2].parcels[1].references.BILL_OF_LADING == "123456-D1R2" and courier:delivery(delivery.id).tracking == shipments[2].master)
end

tests["L6 XF1 a void of freight is a case that says to phone, never a silent success; FedEx's word or a person's ends it"] = function()
  for _, case in ipairs { { hours = 24, way = "word" }, { hours = 0, way = "word" }, { hours = 24, way = "shown" }, { hours = 24, way = "theirs" } } do
    local courier, delivery, outcomes = bought { void_within_hours = case.hours }
    courier.all_well(outcomes)
    local number = courier:shipments()[1].master
    local function stands() return courier.kv["label:delivery:" .. delivery.id].state == "bought" and courier:delivery(delivery.id).tracking == number end
    courier.pass(300)
    courier:change(delivery, { quantity = { ["STOCK-1"] = "3" } })
    outcomes = courier:label(delivery)
    if case.hours == 0 then
      -- What a person says of the changed delivery is no word about a phone call.
      assert(refusal(outcomes):find "was changed in its lines")
      outcomes = { courier:run("deliveries", delivery.id, { attempt = 2, decision = "ours" }) }
      assert(outcomes[1].result.came == "asked" and outcomes[1].emitted[1].flow == "void")
      outcomes = courier:through("void", number, { event = outcomes[1].emitted[1].payload })
    end
    local said, asked = refusal(outcomes)
    assert(said:find("Phone FedEx Freight, have shipment " .. number, 1, true) and asked.decidable and asked.flow == "void", said)
    assert(not sent_of(outcomes, "shipments.cancel") and stands())
    local event = { what = "was changed in its lines or quantities" }
    -- Released without a word, it is asked again.
    assert(refusal(courier:through("void", number, { attempt = 2, event = event })) == said and stands())
    if case.way == "theirs" then
      courier.all_well(courier:through("void", number, { attempt = 3, event = event, decision = "theirs" }))
      assert(stands() and not refusal(courier:label(delivery)))
    else
      if case.way == "shown" then courier:seed("carrier", { phone = { number } }) end
      courier.all_well(courier:through("void", number, { attempt = 3, event = event, decision = case.way == "word" and "ours" or nil }))
      local shipments = courier:shipments()
      -- What it says now gets a shipment of its own, as with parcels.
      assert(#shipments == 2 and shipments[2].parcels[1].references.BILL_OF_LADING == "123456-D1-2" and not courier.kv["parcel:" .. number])
      assert(courier:delivery(delivery.id).tracking == shipments[2].master, courier:delivery(delivery.id).tracking)
    end
  end
end

tests["XF1 L7 pallets are followed in the same batches as parcels, until the last of them is delivered"] = function()
  local courier, _, outcomes = bought(nil, nil, { remarks = "2x 450kg 120x100x150" })
  courier.all_well(outcomes)
  courier.pass(300)
  courier:seed("carrier", { journey = "delivered" })
  outcomes = courier.all_well(courier:through("track", "now", { source = "schedule" }))
  for _, parcel in ipairs(courier:shipments()[1].parcels) do assert(courier.kv["tracked:" .. parcel.number].state.status == "delivered") end
  assert(outcomes[1].result.calls == 1)
end

return tests
