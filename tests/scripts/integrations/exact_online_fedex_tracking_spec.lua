-- Parcels of the simulated FedEx on their way: XF4, L7.

local root = ...
local Courier, json = require "courier", require "json"

local tests = {}

local ONE = { { item = "STOCK-1", quantity = "1", price = "12.50" } }
local HOME = { AddressLine1 = "Keizersgracht 1", Postcode = "1015 CJ", City = "Amsterdam", Country = "NL" }

-- So many labels of FedEx's own, followed; gives their numbers.
local function sent(count, settings, switches)
  local courier = Courier.start(root, settings)
  if switches then courier:switch("carrier", switches) end
  for _ = 1, count do courier:packed { address = HOME, lines = ONE } end
  local deliveries = courier:booked().deliveries
  for _, delivery in ipairs(deliveries) do courier.all_well(courier:through("deliveries", delivery.id)) end
  courier.pass(300)
  local numbers = {}
  for index, each in ipairs(courier:shipments()) do numbers[index] = each.master end
  assert(#numbers == count, #numbers)
  return courier, numbers
end

local looks = 0
local function look(courier)
  looks = looks + 1
  return courier:through("track", "look " .. looks, { source = "schedule" })
end

local function refusals(outcomes)
  local out = {}
  for _, each in ipairs(outcomes) do
    if each.refused then out[#out + 1] = each.refused end
  end
  return out
end

tests["XF4 numbers are asked about in batches of thirty, each with its ship dates and, once known, its unique id"] = function()
  local courier, numbers = sent(31)
  courier:seed("carrier", { journey = "in_transit" })
  local outcomes = courier.all_well(look(courier))
  local asked, batches = {}, 0
  for _, each in ipairs(outcomes) do
    if each.flow == "track" and each.result.asked then
      batches, asked[#asked + 1] = batches + 1, each.result.asked
      assert(each.fedex_calls == 1)
    end
  end
  table.sort(asked)
  assert(batches == 2 and asked[1] == 1 and asked[2] == 30)
  for _, number in ipairs(numbers) do
    assert(courier.kv["tracked:" .. number].state.status == "in_transit" and courier.kv["parcel:" .. number].unique:find(number, 1, true))
  end
  -- Nothing new: no job but the looks, and nothing written.
  outcomes = courier.all_well(look(courier))
  assert(#outcomes == 3 and Courier.calls(outcomes, "books") == 0)
  assert(courier:control("carrier", "events").violations[1] == nil)
end

tests["XF4 scans stand in one document of the order when the parcel arrives; the order's own data stays"] = function()
  local courier, numbers = sent(1, { scan_zone = "Europe/Amsterdam" })
  local before = json.encode(courier.books:call("sales_orders.list", { ["$filter"] = "OrderNumber eq 1001" })[1].Modified)
  courier:seed("carrier", { journey = "delivered" })
  courier.all_well(look(courier))
  local documents = courier:booked().documents
  assert(#documents == 1 and documents[1].order == 1001 and documents[1].subject == "Tracking of delivery 1", json.encode(documents))
  local body = documents[1].body
  assert(body:find(numbers[1], 1, true) and body:find "Picked up" and body:find "Delivered, received by A.BAKKER, AMSTERDAM NL", body)
  assert(select(2, body:gsub("\n", "\n")) == 5, body)
  assert(before == json.encode(courier.books:call("sales_orders.list", { ["$filter"] = "OrderNumber eq 1001" })[1].Modified))
end

tests["XF4 scans join the document that the label has"] = function()
  local courier = sent(1, { label_document = true })
  courier:seed("carrier", { journey = "delivered" })
  courier.all_well(look(courier))
  local documents = courier:booked().documents
  assert(#documents == 1 and #documents[1].files == 1 and documents[1].body:find "fedextrack" and documents[1].body:find "Delivered", json.encode(documents))
end

tests["XF4 a number that was another parcel's before is told apart, at first by its ship date, then by its unique id"] = function()
  local courier, numbers = sent(1)
  courier:seed("carrier", { reuse = { numbers[1] } })
  courier:seed("carrier", { journey = "in_transit", parcels = { numbers[1] } })
  courier.all_well(look(courier))
  local kept = courier.kv["tracked:" .. numbers[1]]
  assert(kept.state.status == "in_transit" and kept.unique == courier:shipments()[1].parcels[1].unique, json.encode(kept.state))
end

tests["XF4 a new label that FedEx does not know yet stays open, and is found later; the order of scans does not matter"] = function()
  for _, order in ipairs { "newest_first", "oldest_first" } do
    local courier, numbers = sent(1, {}, { track_delay_seconds = 3000, scan_order = order })
    local outcomes = courier.all_well(look(courier))
    assert(#outcomes == 2 and outcomes[2].result.unknown == 1)
    courier:seed("carrier", { journey = "two_attempts" })
    courier.all_well(look(courier))
    assert(courier.kv["tracked:" .. numbers[1]].state.status == "delivered")
  end
end

tests["L7 each journey ends as it should: delivered closes, what comes back is a case, and nothing else asks anybody"] = function()
  local asks = { returned = "came back to the sender", returned_after_delivered = "after it was delivered", refused = "on its way back" }
  for _, journey in ipairs {
    "delivered", "at_once", "exception", "collected", "customs_delay", "delay", "two_attempts", "unknown_code", "returned", "refused",
    "returned_after_delivered",
  } do
    local courier, numbers = sent(1)
    courier:seed("carrier", { journey = journey })
    local said = refusals(look(courier))
    local kept = courier.kv["tracked:" .. numbers[1]].state
    if asks[journey] then
      assert(#said == 1 and said[1]:find(asks[journey], 1, true) and said[1]:find("order 1001", 1, true), journey .. ": " .. table.concat(said, "; "))
    else
      assert(#said == 0 and kept.status == "delivered" and kept.closed, journey .. " " .. kept.status .. table.concat(said))
    end
  end
end

tests["L7 the client's table of codes stands over FedEx's"] = function()
  local courier, numbers = sent(1, { status_codes = { AR = "held" }, tracking_cases = { "held" } })
  courier:seed("carrier", { journey = "in_transit" })
  local said = refusals(look(courier))
  assert(#said == 1 and said[1]:find "waits to be collected" and courier.kv["tracked:" .. numbers[1]].state.status == "held")
end

tests["L7 a parcel that nobody scans for three business days is a case; one cancelled at FedEx too"] = function()
  local courier, numbers = sent(2)
  courier:seed("carrier", { journey = "lost", parcels = { numbers[1] } })
  assert(#refusals(look(courier)) == 0)
  courier.pass(2 * 86400)
  assert(#refusals(look(courier)) == 0)
  courier.pass(86400 + 7200)
  local said = table.concat(refusals(look(courier)), "; ")
  assert(said:find("Parcel " .. numbers[1] .. " of order 1001 was last scanned on 2026-01-05", 1, true), said)
  assert(said:find("Parcel " .. numbers[2] .. " of order 1002 has a label of 2026-01-05, and was never scanned", 1, true), said)
  assert(#refusals(look(courier)) == 0, "asked once")
  courier.fedex:call("shipments.cancel", { accountNumber = { value = Courier.ACCOUNT }, trackingNumber = numbers[2], deletionControl = "DELETE_ALL_PACKAGES" })
  said = table.concat(refusals(look(courier)), "; ")
  assert(said:find "was cancelled at the carrier, not here" and not courier.kv["parcel:" .. numbers[2]], said)
end

tests["C9 labels are held against deliveries and statuses against FedEx's: what differs is a case, asked once"] = function()
  local courier, numbers = sent(4)
  local runs = 0
  local function compared()
    runs = runs + 1
    local outcomes = courier:through("compare", "day " .. runs, { source = "schedule" })
    for _, each in ipairs(courier:through("check", "day " .. runs, { source = "schedule" })) do outcomes[#outcomes + 1] = each end
    local agreed = 0
    for _, each in ipairs(outcomes) do agreed = agreed + (each.result and each.result.agreed or 0) end
    return table.concat(refusals(outcomes), "; "), agreed
  end
  local said, agreed = compared()
  assert(said == "" and agreed == 4, said)
  local deliveries = courier:booked().deliveries
  courier:change({ id = deliveries[1].id }, { tracking = "somebody else's" })
  courier.fedex:call("shipments.cancel", { accountNumber = { value = Courier.ACCOUNT }, trackingNumber = numbers[2], deletionControl = "DELETE_ALL_PACKAGES" })
  courier:seed("carrier", { journey = "delivered", parcels = { numbers[3] } })
  courier:packed { address = HOME, lines = ONE }
  said, agreed = compared()
  assert(said:find("Label " .. numbers[1] .. " is of delivery 1, which bears somebody else's", 1, true), said)
  assert(said:find("Parcel " .. numbers[2] .. " of delivery 2 is cancelled at FedEx, and stands here", 1, true), said)
  assert(not said:find("has no label", 1, true) and agreed == 2, "it may be on its way still: " .. said)
  -- A scan that was missed is looked at, and is no difference.
  assert(courier.kv["tracked:" .. numbers[3]].state.status == "delivered")
  courier.pass(5 * 3600)
  said = compared()
  assert(said:find("Delivery 5 of 2026-01-05 has no label", 1, true) and not said:find("cancelled", 1, true), "asked once: " .. said)
  said = compared()
  assert(not said:find("has no label", 1, true) and not said:find("cancelled", 1, true), "asked once: " .. said)
end

tests["XF4 one parcel is looked at when a person names it"] = function()
  local courier, numbers = sent(2)
  courier:seed("carrier", { journey = "delivered" })
  courier.all_well(courier:through("track", numbers[2]))
  assert(courier.kv["tracked:" .. numbers[2]].state.closed and not courier.kv["tracked:" .. numbers[1]].state)
end

return tests
