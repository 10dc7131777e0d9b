-- A label of ShipStation, or what was shipped without one, as a parcel: amounts exact, times as instants.

local decimal, time = require "decimal", require "time"

local parcels = {}

-- V1 knows no other clock (fact sheet, section 1.1). Of an hour that comes twice the earlier is meant.
local ZONE = "America/Los_Angeles"

local function instant(text) return type(text) == "string" and #text > 10 and time.from_local(text, ZONE) or nil end
local function amount(value) return decimal(value ~= nil and tostring(value) or "0") end
local function text(value) return type(value) == "string" and value ~= "" and value or nil end

local function items_of(row)
  local out = {}
  for _, item in ipairs(row.shipmentItems or {}) do
    out[#out + 1] = { key = text(item.lineItemKey), sku = text(item.sku), name = text(item.name), quantity = item.quantity }
  end
  return out
end

local function common(row)
  local to, options, weight = row.shipTo or {}, row.advancedOptions or {}, row.weight
  return {
    order_id = row.orderId, order_number = text(row.orderNumber), tracking = text(row.trackingNumber), carrier = text(row.carrierCode),
    ship_date = type(row.shipDate) == "string" and row.shipDate:sub(1, 10) or nil, created = instant(row.createDate),
    voided = row.voided == true or text(row.voidDate) ~= nil, void_date = instant(row.voidDate), country = text(to.country),
    postal_code = text(to.postalCode), state = text(to.state), store = options.storeId, merged_or_split = options.mergedOrSplit == true,
    weight = weight and weight.value ~= nil and { value = tostring(weight.value), units = text(weight.units) } or nil,
  }
end

function parcels.of_shipment(row)
  local parcel = common(row)
  parcel.kind, parcel.id, parcel.order_key = "label", row.shipmentId, text(row.orderKey)
  parcel.service, parcel.is_return, parcel.warehouse = text(row.serviceCode), row.isReturnLabel == true, row.warehouseId
  parcel.cost, parcel.insurance = amount(row.shipmentCost), amount(row.insuranceCost)
  parcel.items, parcel.package = items_of(row), text(row.packageCode)
  return parcel
end

-- Shipped by hand, by an API or a fulfilment provider: what was in it is not said.
function parcels.of_fulfillment(row)
  local parcel = common(row)
  parcel.kind, parcel.id, parcel.service = "fulfillment", row.fulfillmentId, text(row.fulfillmentServiceCode)
  parcel.carrier = parcel.carrier or text(row.fulfillmentProviderCode)
  parcel.cost, parcel.insurance, parcel.items, parcel.is_return = amount(row.fulfillmentFee), decimal "0", {}, false
  return parcel
end

-- The parcel that a job is about. Its record came with it, so that a replay asks ShipStation nothing; a person who names a tracking
-- or order number gets a job for each label of it.
function parcels.of_job(job, station)
  local row = job.event and job.event.record
  local is_label = not job.flow or not job.flow:find "^fulfillment"
  if row and row.shipmentId then return parcels.of_shipment(row) end
  if row and row.fulfillmentId then return parcels.of_fulfillment(row) end
  local list = is_label and station.shipments or station.fulfillments
  local found, id = {}, is_label and "shipmentId" or "fulfillmentId"
  for _, query in ipairs { { trackingNumber = job.key }, { orderNumber = job.key } } do
    for _, each in ipairs(list.list(query)) do
      if each.trackingNumber == job.key or each.orderNumber == job.key then found[#found + 1] = each end
    end
    if #found > 0 then break end
  end
  if #found == 0 then return job:skip("ShipStation has no label with the tracking or order number " .. job.key) end
  for _, each in ipairs(found) do job:emit(job.flow, each[id], { record = each }) end
  return nil, #found
end

-- What a parcel is called by in the ERP: the connection (the job's own, where none is named) keeps labels of two accounts apart.
function parcels.reference(job, parcel, connection)
  return ("%s-%s%s"):format(connection or job.source, parcel.kind == "label" and "" or "F", parcel.id)
end

function parcels.told(parcel)
  return ("%s %s"):format(parcel.carrier or "parcel", parcel.tracking or parcel.id)
end

-- What the parcel is found by: its tracking number.
function parcels.note(job, parcel)
  local told = ("%s of order %s%s"):format(parcels.told(parcel), parcel.order_number or "without number", parcel.voided and ", voided" or "")
  job:note(told, { number = parcel.tracking })
end

-- The instant that the parcel came into being.
function parcels.made(parcel) return parcel.created or parcel.ship_date end

return parcels
