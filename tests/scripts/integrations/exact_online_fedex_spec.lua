-- Labels between the simulated Exact Online and FedEx: L1 to L6, XF1, XF2, XF5, XF8.

local root = ...
local Courier, decimal, json = require "courier", require "decimal", require "json"

local tests = {}

local HOME = { AddressLine1 = "Keizersgracht 1", Postcode = "1015 CJ", City = "Amsterdam", Country = "NL", Phone = "020 123 45 67" }
local AWAY = { AddressLine1 = "1 Main St", Postcode = "78701", City = "Austin", State = "TX", Country = "US", Phone = "(512) 555-0100" }
local BERLIN = { AddressLine1 = "Hauptstr. 5", Postcode = "10115", City = "Berlin", Country = "DE", Phone = "030 123456" }
local ONE = { { item = "STOCK-1", quantity = "1", price = "12.50", cost_center = "NL" } }

local function bought(settings, draft, delivery)
  local courier = Courier.start(root, settings)
  local packed = courier:packed(draft or { address = HOME, lines = ONE }, delivery)
  return courier, packed, courier:label(packed)
end

-- What was asked of FedEx, of the label that was bought first; the body and the options of the call.
local function request(outcomes)
  for _, outcome in ipairs(outcomes) do
    for _, sent in ipairs(outcome.sent) do
      if sent.operation == "shipments.create" then return sent.arguments[1].requestedShipment, sent.arguments[2] end
    end
  end
end

local function refusal(outcomes)
  for _, each in ipairs(outcomes) do
    if each.refused then return each.refused, each end
  end
  return nil
end

local function reference(package, kind)
  for _, each in ipairs(package.customerReferences) do
    if each.customerReferenceType == kind then return each.value end
  end
end

tests["XF1 L5 a delivery becomes a label; number and link stand on the delivery, and the parcel is followed"] = function()
  local courier, delivery, outcomes = bought()
  courier.all_well(outcomes)
  local shipments = courier:shipments()
  assert(#shipments == 1 and shipments[1].service == "FEDEX_PRIORITY" and shipments[1].account == Courier.ACCOUNT)
  local number = shipments[1].master
  local stands = courier:delivery(delivery.id)
  assert(stands.tracking == number and stands.remarks == "FedEx " .. number .. " https://www.fedex.com/fedextrack/?trknbr=" .. number)
  assert(courier.kv["parcel:" .. number].books == "books" and courier.kv["tracked:" .. number].delivery.id == delivery.id)
  -- Coming back to it changes nothing and costs nothing at FedEx.
  local again = courier:label(delivery)
  assert(#courier:shipments() == 1 and Courier.calls(again, "fedex") == 0)
end

tests["XF1 a sales order that is ready is shipped, and its goods delivery is made with the number on it"] = function()
  local courier = Courier.start(root, { ships = "orders" })
  local order = courier:seed("exact", { orders = { { address = HOME, lines = ONE } } }).orders[1]
  courier.all_well(courier:through("orders", order.id))
  local deliveries = courier:booked().deliveries
  assert(#deliveries == 1 and deliveries[1].tracking == courier:shipments()[1].master and #deliveries[1].lines == 1)
end

tests["XF2 the account is that of the division, and the cost centre stands as department on each parcel"] = function()
  local courier, _, outcomes = bought { account = "999999999", accounts = { ["123456"] = "510087020" } }
  courier.all_well(outcomes)
  assert(courier:shipments()[1].account == "510087020")
  local parcel = request(outcomes).requestedPackageLineItems[1]
  assert(reference(parcel, "DEPARTMENT_NUMBER") == "NL" and reference(parcel, "CUSTOMER_REFERENCE") == "123456-D1")
  local _, _, named = bought { departments = { NL = "KP-310" } }
  assert(reference(request(named).requestedPackageLineItems[1], "DEPARTMENT_NUMBER") == "KP-310")
  local _, _, mixed = bought({ default_department = "MIXED" }, { address = HOME, lines = {
    { item = "STOCK-1", quantity = "1", cost_center = "NL" }, { item = "STOCK-2", quantity = "1", cost_center = "FR" },
  } })
  assert(reference(request(mixed).requestedPackageLineItems[1], "DEPARTMENT_NUMBER") == "MIXED")
  local _, _, none = bought { department_from = "none" }
  assert(not reference(request(none).requestedPackageLineItems[1], "DEPARTMENT_NUMBER"))
  local _, _, refused = bought { departments = { NL = ("X"):rep(31) } }
  assert(refusal(refused):find "31 characters, FedEx takes 30", refusal(refused))
  _, _, refused = bought { account = "" }
  assert(refusal(refused) == "123456-D1: there is no FedEx account for division 123456.", refusal(refused))
end

tests["L4 outside the customs union goods have codes, origin and values that sum to what is declared"] = function()
  local courier, _, outcomes = bought({}, { address = AWAY, lines = {
    { item = "STOCK-1", quantity = "3", price = "12.35" }, { item = "STOCK-2", quantity = "2", price = "0.10" },
  } })
  courier.all_well(outcomes)
  local shipment = request(outcomes)
  local customs, sum = shipment.customsClearanceDetail, decimal "0"
  for _, each in ipairs(customs.commodities) do
    sum = sum + decimal(tostring(each.customsValue.amount))
    assert(each.harmonizedCode and each.countryOfManufacture == "NL" and math.type(each.quantity) == "integer")
  end
  assert(#customs.commodities == 2 and sum == decimal "37.25" and decimal(tostring(customs.totalCustomsValue.amount)) == sum)
  assert(customs.commercialInvoice.termsOfSale == "DAP" and customs.commercialInvoice.customerReferences[1].value == "123456-D1")
  local eori = shipment.shipper.tins[1]
  assert(eori.number == "NL123456789" and eori.tinType == "BUSINESS_UNION", json.encode(shipment.shipper.tins))
  assert(shipment.shippingDocumentSpecification.shippingDocumentTypes[1] == "COMMERCIAL_INVOICE")
  local papers = courier:booked().documents[1]
  assert(papers.subject == "FedEx papers 123456-D1" and papers.files[1].name:find "commercial_invoice%.pdf$" and papers.order, json.encode(papers))
  -- The phone has its country's code, the state its two letters.
  local recipient = shipment.recipients[1]
  assert(recipient.contact.phoneNumber == "15125550100" and recipient.address.stateOrProvinceCode == "TX")
  -- Inside the union nothing of it is told.
  local _, _, inside = bought({}, { address = BERLIN, lines = ONE })
  assert(not (request(inside).customsClearanceDetail or {}).commodities)
end

tests["L4 what customs lack is refused naming item and field, before anything is bought"] = function()
  local sender = { company = "Z", lines = { "Dorpsstraat 1" }, postcode = "3511 AA", city = "Utrecht", country = "NL", phone = "0301234567" }
  for _, case in ipairs {
    { { hs_codes = {} }, "item STOCK%-2 has no commodity code", "STOCK-2" }, { { origin = false }, "item STOCK%-1 has no country of origin", "STOCK-1" },
    { { sender = sender }, "no EORI", "STOCK-1" },
  } do
    local courier, _, outcomes = bought(case[1], { address = AWAY, lines = { { item = case[3], quantity = "1", price = "5" } } }, { remarks = "1kg" })
    local said = refusal(outcomes)
    assert(said and said:find(case[2]) and #courier:shipments() == 0, tostring(said))
  end
end

tests["L4 payer, signature, insurance and packaging come from the row of services"] = function()
  local _, _, outcomes = bought { services = { { method = "UPS", skip = true }, {
    service = "FEDEX_PRIORITY", packaging = "FEDEX_BOX", signature = "adult", insurance = "value", payer = "third", account = "802255209",
  } } }
  local shipment = request(outcomes)
  assert(shipment.packagingType == "FEDEX_BOX" and shipment.shippingChargesPayment.paymentType == "THIRD_PARTY")
  assert(shipment.shippingChargesPayment.payor.responsibleParty.accountNumber.value == "802255209")
  assert(shipment.requestedPackageLineItems[1].packageSpecialServices.signatureOptionType == "ADULT")
  assert(decimal(tostring(shipment.totalDeclaredValue.amount)) == decimal "12.50")
  local _, _, refused = bought { services = { { service = "FEDEX_PRIORITY", payer = "receiver" } } }
  assert(refusal(refused):find "the receiver pays, but no FedEx account", refusal(refused))
end

tests["L2 several parcels are one shipment, each with its own number, label and references"] = function()
  local courier, delivery, outcomes = bought({ label_document = true }, nil, { remarks = "2x 4.5kg 40x30x20; 1.2kg" })
  courier.all_well(outcomes)
  local shipment = courier:shipments()[1]
  assert(#shipment.parcels == 3 and #courier:shipments() == 1)
  local asked = request(outcomes)
  local packages = asked.requestedPackageLineItems
  assert(#packages == 3 and packages[1].groupPackageCount == 1 and packages[1].dimensions.length == 40 and not packages[3].dimensions)
  assert(decimal(tostring(asked.totalWeight)) == decimal "10.20" and asked.totalPackageCount == 3, tostring(asked.totalWeight))
  local stands = courier:delivery(delivery.id)
  for _, parcel in ipairs(shipment.parcels) do
    assert(stands.tracking:find(parcel.number, 1, true) and parcel.references.CUSTOMER_REFERENCE == "123456-D1")
    assert(courier.kv["parcel:" .. parcel.number])
  end
  -- L5: the order's document has a file for each label; a line bears the numbers where there are several.
  local document = courier:booked().documents[1]
  assert(#document.files == 3 and document.order == delivery.order.number, json.encode(document))
  assert(stands.lines[1].tracking, json.encode(stands.lines))
end

tests["L3 letters beyond ASCII, long lines and phones without country code are made to fit; what can't be is named"] = function()
  local abroad = { { service = "FEDEX_INTERNATIONAL_PRIORITY" } }
  local courier, _, outcomes = bought({ label_letters = "ascii", services = abroad }, { lines = ONE, address = {
    Country = "DE", City = "Köln", Postcode = "50667", AddressLine1 = "Straße der Vereinten Nationen und Freunde", AddressLine2 = "112b", Phone = "0221 123456",
  } })
  courier.all_well(outcomes)
  local recipient = courier:shipments()[1].recipient
  assert(recipient.city == "Koln" and table.concat(recipient.lines, " "):find "112b", json.encode(recipient))
  for _, line in ipairs(recipient.lines) do assert(utf8.len(line) <= 35) end
  assert(request(outcomes).recipients[1].contact.phoneNumber == "49221123456")
  courier, _, outcomes = bought({ services = abroad }, { lines = ONE, address = {
    Country = "PL", City = "Łódź", Postcode = "90-004", AddressLine1 = ("Przedsiębiorstwo Handlowo-Usługowe Rodziny Kowalskich w Łodzi"):rep(2),
    AddressLine2 = ("ulica Księdza Biskupa Wincentego Tymienieckiego wejście od tyłu"):rep(2), AddressLine3 = "104", Phone = "42 123 45 67",
  } })
  assert(refusal(outcomes):find "the delivery address" and #courier:shipments() == 0, refusal(outcomes))
  courier, _, outcomes = bought({ services = abroad }, { lines = ONE, address = {
    Country = "JP", City = "東京", Postcode = "100-0001", AddressLine1 = "丸の内 1", Phone = "0312345678",
  } })
  assert(refusal(outcomes):find "the delivery address" and #courier:shipments() == 0, refusal(outcomes))
end

tests["L3 both positions of what FedEx prints: plain letters where its labels take no others"] = function()
  local address = { Country = "DE", City = "Köln", Postcode = "50667", AddressLine1 = "Straße 1", Phone = "0221123456" }
  for letters, works in pairs { ascii = true, latin1 = false } do
    local courier = Courier.start(root, { label_letters = letters, services = { { service = "FEDEX_INTERNATIONAL_PRIORITY" } } })
    courier:switch("carrier", { label_text = "ascii" })
    local said = refusal(courier:label(courier:packed { address = address, lines = ONE }))
    assert((said == nil) == works, tostring(said))
    if said then assert(said:find "refused by FedEx" and said:find("can't be printed", 1, true), said) end
  end
end

tests["L4 where FedEx wants customs data inside the union too, that is a case with its words"] = function()
  local courier = Courier.start(root, { services = { { service = "FEDEX_INTERNATIONAL_PRIORITY" } } })
  courier:switch("carrier", { customs_within_union = true })
  local said = refusal(courier:label(courier:packed { address = BERLIN, lines = ONE }))
  assert(said:find "customsClearanceDetail is needed", tostring(said))
end

tests["XF5 transaction ids of both sides are kept, and a replay finds the stored shipment"] = function()
  local courier, delivery, outcomes = bought()
  courier.all_well(outcomes)
  local _, options = request(outcomes)
  local shipment = courier:shipments()[1]
  assert(options.headers["x-customer-transaction-id"] == "123456-D1-1")
  local kept = courier.kv["label:delivery:" .. delivery.id]
  assert(kept.transactions.fedex == shipment.transaction and kept.transactions.ours, json.encode(kept.transactions))
  assert(Courier.calls(courier:through("deliveries", delivery.id, { attempt = 2 }), "fedex") == 0 and #courier:shipments() == 1)
end

tests["XF5 after a lost answer the shipment that stands is cancelled, and one label is bought in its place"] = function()
  for _, second in ipairs { "not_done", "done", "refused" } do
    for lost = 1, 2 do
      local courier = Courier.start(root)
      courier:switch("carrier", { second_cancel = second })
      local delivery = courier:packed { address = HOME, lines = ONE }
      courier.lose = lost
      courier.all_well(courier:label(delivery))
      local state = courier:state()
      assert(#state.shipments == lost + 1 and state.counts.cancelled == lost and #state.doubled == 0, json.encode(state.counts))
      assert(courier:delivery(delivery.id).tracking == state.shipments[lost + 1].master)
    end
  end
end

tests["XF5 a lost label is a person's to decide where that is set, or where FedEx has the parcel already"] = function()
  local courier = Courier.start(root, { lost_label = "ask" })
  local delivery = courier:packed { address = HOME, lines = ONE }
  courier.lose = 1
  local said = refusal(courier:label(delivery))
  assert(said:find "its answer with the label was lost" and #courier:shipments() == 1, said)
  courier.all_well(courier:through("deliveries", delivery.id, { attempt = 2 }))
  assert(courier:state().counts.cancelled == 1 and courier:delivery(delivery.id).tracking)
  courier = Courier.start(root, { lost_label = "ask" })
  delivery = courier:packed { address = HOME, lines = ONE }
  courier.lose = 1
  assert(refusal(courier:label(delivery)))
  courier:seed("carrier", { journey = "picked_up" })
  said = refusal(courier:through("deliveries", delivery.id, { attempt = 2 }))
  assert(said:find "could not be cancelled" and #courier:shipments() == 1, said)
end

tests["L6 a delivery that carries a number gets no label, and the number is tracked like ours"] = function()
  local courier = Courier.start(root)
  local made = courier:seed("carrier", { ship = { { reference = "BY HAND" } } }).made[1]
  local outcomes = courier:label(courier:packed({ address = HOME, lines = ONE }, { tracking = made }))
  assert(#courier:shipments() == 1 and not refusal(outcomes))
  assert(courier.kv["tracked:" .. made].typed and courier.kv["parcel:" .. made])
  courier.pass(300)
  courier:seed("carrier", { journey = "delivered", parcels = { made } })
  courier.all_well(courier:through("track", "now", { source = "schedule" }))
  assert(courier.kv["tracked:" .. made].state.status == "delivered")
end

tests["L6 a delivery that changes after its label is a case with the void ready, or voided at once; the number goes from Exact Online"] = function()
  local courier, delivery, outcomes = bought()
  courier.all_well(outcomes)
  local number = courier:shipments()[1].master
  courier.pass(200)
  courier:change(delivery, { quantity = { ["STOCK-1"] = "0" } })
  local said, asked = refusal(courier:label(delivery))
  assert(said:find(number, 1, true) and said:find "was emptied" and asked.decidable, said)
  courier.all_well(courier:through("deliveries", delivery.id, { decision = "ours", attempt = 2 }))
  assert(courier:shipments()[1].cancelled and not courier:delivery(delivery.id).tracking, json.encode(courier:delivery(delivery.id)))
  assert(not courier.kv["parcel:" .. number])
  -- Within so many hours nobody is asked.
  courier, delivery, outcomes = bought { void_within_hours = 2 }
  courier.all_well(outcomes)
  courier.pass(200)
  courier:change(delivery, { address = { AddressLine1 = "Prinsengracht 2" } })
  courier.all_well(courier:label(delivery))
  local state = courier:state()
  assert(#state.shipments == 2 and state.shipments[1].cancelled and not state.shipments[2].cancelled, json.encode(state.shipments))
  assert(state.shipments[2].parcels[1].references.CUSTOMER_REFERENCE == "123456-D1-2")
  assert(courier:delivery(delivery.id).tracking == state.shipments[2].master)
end

tests["L6 what FedEx has in hand is not voided"] = function()
  local courier, delivery, outcomes = bought { void_within_hours = 24 }
  courier.all_well(outcomes)
  courier.pass(200)
  courier:seed("carrier", { journey = "picked_up" })
  courier:change(delivery, { quantity = { ["STOCK-1"] = "0" } })
  local said = refusal(courier:label(delivery))
  assert(said:find "can't be voided" and not courier:shipments()[1].cancelled, said)
end

tests["XF7 notifications buy labels at once where that is set; else the sweep finds the same delivery"] = function()
  for _, set in ipairs { true, false } do
    local courier = Courier.start(root, { webhooks = set })
    local delivery = courier:packed { address = HOME, lines = ONE }
    local notice = { topic = "GoodsDeliveries", body = json.encode { Content = { Topic = "GoodsDeliveries", Key = delivery.id, Action = "Create" } } }
    local outcomes = courier:through("deliveries", delivery.id, { event = notice })
    assert((#courier:shipments() == 1) == set and (Courier.calls(outcomes, "books") == 0) == not set)
    courier.all_well(courier:label(delivery))
    assert(#courier:shipments() == 1)
  end
end

tests["XF1 what FedEx refuses is a case with its words, and nothing is bought"] = function()
  local courier, _, outcomes = bought { account = "613787919" }
  local said = refusal(outcomes)
  assert(said:find "refused by FedEx" and said:find "not authorized for shipping" and #courier:shipments() == 0, said)
end

tests["XF8 twenty deliveries cost at most four calls of Exact Online each, from reading them to the scans"] = function()
  local courier = Courier.start(root)
  local deliveries, outcomes = {}, {}
  for index = 1, 20 do
    local place = { AddressLine1 = "Gracht " .. index, Postcode = "1015 CJ", City = "Amsterdam", Country = "NL" }
    deliveries[index] = courier:packed { lines = ONE, address = place }
  end
  courier.looked_up = {}
  local function add(list)
    for _, each in ipairs(courier.all_well(list)) do outcomes[#outcomes + 1] = each end
  end
  add(courier:sweep(deliveries))
  assert(#courier:shipments() == 20)
  courier.pass(300)
  courier:seed("carrier", { journey = "delivered" })
  add(courier:through("track", "hour", { source = "schedule" }))
  local lookups = 0
  for _ in pairs(courier.looked_up) do lookups = lookups + 1 end
  -- In plain Lua a look-up of 20 keys counts as 20 calls: the host asks for them in one, of accounts, addresses, items and methods. And before
  -- it makes a document it looks for it, which nobody does here.
  local documents = #courier:booked().documents
  local asked = Courier.calls(outcomes, "books") - lookups + 4 + documents
  assert(documents == 20 and asked / 20 <= 4, ("%d calls, %d look-ups"):format(asked, lookups))
end

-- Master data is known: its look-ups are kept for an hour.
tests["XF8 one that comes alone costs four calls of Exact Online until its number stands there"] = function()
  local courier = Courier.start(root)
  local delivery = courier:packed { lines = ONE }
  courier.looked_up = {}
  local outcomes, lookups = courier.all_well(courier:sweep { delivery }), 0
  for _ in pairs(courier.looked_up) do lookups = lookups + 1 end
  local asked = Courier.calls(outcomes, "books") - lookups
  assert(#courier:shipments() == 1 and asked <= 4, ("%d calls, %d look-ups"):format(asked, lookups))
end

return tests
