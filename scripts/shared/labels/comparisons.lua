-- What `reconcile` holds against each other (C9), as data: parcels against the deliveries that bear their numbers, and deliveries against their labels.
-- A carrier can't be asked for the labels of a month: what was bought and what was typed in is what the instance keeps (known.lua). Nothing here has
-- an amount, as nobody posts what a label costs.
--
-- `numbers` are expressions for numbers of the carrier: `kept` as they are kept, `told` as they stand on a delivery.

local function during(field) return ("%s ge datetime'{from}T00:00:00' and %s lt datetime'{to}T00:00:00'"):format(field, field) end

local DELIVERIES = {
  role = "books", noun = "delivery", operation = "goods_deliveries.list", number = "DeliveryNumber", date = "DeliveryDate", filter_param = "$filter",
  filter = during "DeliveryDate",
  arguments = { query = { ["$select"] = "EntryID,DeliveryNumber,DeliveryDate,Division,TrackingNumber,Remarks" } },
}

local KEPT = { role = "books", kept = { keys = "label:", by = "books" }, date = { "date", "ship_date" } }

local function side(common, own)
  local out = {}
  for _, fields in ipairs { common, own } do
    for name, value in pairs(fields) do out[name] = value end
  end
  return out
end

return function(numbers)
  local bearing = side(DELIVERIES, { key = "TrackingNumber|Remarks", match = numbers.told, only = { field = "TrackingNumber" } })
  return {
    {
      name = "parcels", flow = "tell",
      left = side(KEPT, {
        noun = "parcel", key = "numbers", match = numbers.kept, job = "{base}", day_ends = true,
        sold = { field = "state", values = { "bought", "foreign" } },
      }),
      right = bearing,
    },
    {
      name = "deliveries", when = { ships = "deliveries" }, flow = "deliveries",
      left = side(DELIVERIES, { key = "{Division}-D{DeliveryNumber}", job = "{EntryID}", day_ends = true }),
      right = side(KEPT, {
        noun = "label", key = "base", number = { "master", "typed" }, state = "state", states = { bought = "bought", foreign = "typed in" },
        only = { field = "state", values = { "bought", "foreign" } },
      }),
    },
  }
end
