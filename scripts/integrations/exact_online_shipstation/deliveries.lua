-- What was shipped becomes a goods delivery with the tracking number on it (XS7, XS11): exactly the lines and quantities that were in the
-- parcel. A voided label takes its delivery back, a further label without goods adds its number to the order's delivery.

local decimal = require "decimal"
local charges, confirming, known, matching, sales, seen = require "charges", require "confirming", require "orders_known", require "matching",
  require "sales", require "seen"
local packing, parcels = require "shared.shipstation.packing", require "shared.shipstation.parcels"

local deliveries = {}

local STATE = "1"

local function exact(value) return decimal(value ~= nil and tostring(value) or "0") end

local function refuse(job, parcel, order, sentence, cause, fix)
  return job:refuse(("%s of order %s: %s"):format(parcels.told(parcel), tostring(order.number), sentence),
    { cause = cause, concern = "warehouse", fix = fix .. " Then release this case." })
end

local function quantity_of(job, station, parcel, order, entry)
  return packing.units(entry, function() return station.shipments.list { orderId = parcel.order_id } end, parcel.id, function(why, cause)
    return refuse(job, parcel, order, why, cause, "Deliver it in Exact Online by hand and cancel this job.")
  end)
end

-- What is still open in the books of an order of which nothing says what was in the parcel.
local function open_lines(books, order)
  local _, id = known.parse(order.key)
  local stands, out = sales.read(books, id), {}
  for _, line in ipairs(stands and stands.lines or {}) do
    for _, each in ipairs(order.lines) do
      local open = each.id == line.ID and exact(line.Quantity) - exact(line.QuantityDelivered)
      if open and open:sign() > 0 then out[#out + 1] = { line = each, open = open } end
    end
  end
  return out
end

-- { line_id, quantity } of the goods of one order in the parcel.
local function goods_of(job, station, books, parcel, order)
  local out = {}
  local entries = parcel.kind == "label" and matching.lines(order, parcel) or open_lines(books, order)
  for _, entry in ipairs(entries) do
    local line = entry.line
    if line.is_batch or line.is_serial then
      refuse(job, parcel, order, ("item %s needs %s, which ShipStation does not know."):format(line.sku, line.is_batch and "batch numbers" or "serial numbers"),
        "numbers " .. line.sku, "Deliver it in Exact Online with its numbers and cancel this job.")
    end
    local quantity = entry.open or quantity_of(job, station, parcel, order, entry)
    if quantity:sign() > 0 then out[#out + 1] = { line_id = line.id, quantity = quantity } end
  end
  return out
end

local function method_of(settings, parcel)
  local methods = settings.delivery_methods
  return parcel.carrier and (methods[parcel.carrier .. "/" .. (parcel.service or "")] or methods[parcel.carrier]) or nil
end

-- The numbers as they fit into the field; what does not stands in the remarks.
local function written(settings, numbers)
  local all = table.concat(numbers, ", ")
  local most = settings.tracking_length
  if most == 0 or #all <= most then return all end
  return #numbers[1] <= most and numbers[1] or "see remarks"
end

local function remarks_of(list)
  local out = {}
  for index, each in ipairs(list) do out[index] = each end
  return table.concat(out, "\n")
end

local function place_of(job, parcel, order) return known.delivery_place(parcels.reference(job, parcel), order.key) end

local function reference_of(job, parcel, order) return ("%s order %s"):format(parcels.reference(job, parcel), tostring(order.number)) end

-- The order's labels as they stand now, of which a number or a void may have to be told.
local function labels_of(station, parcel)
  local out = {}
  for _, row in ipairs(station.shipments.list { orderId = parcel.order_id }) do
    local label = parcels.of_shipment(row)
    if not label.is_return then out[#out + 1] = label end
  end
  return out
end

-- All numbers of labels that stand go onto the delivery of the first of them that has one; nil when none has.
local function tell_numbers(job, books, order, labels)
  local id
  local numbers, told = {}, {}
  for _, label in ipairs(labels) do
    if not label.voided and label.tracking then
      numbers[#numbers + 1], told[#told + 1] = label.tracking, parcels.told(label)
      id = id or job.kv.get(place_of(job, label, order))
    end
  end
  if not id then return nil end
  job:send("numbers", books.goods_deliveries.update(id, { TrackingNumber = written(job.settings, numbers), Remarks = remarks_of(told) }),
    { version = job:now(), entity = "numbers of " .. id })
  return id
end

local function refused(job, parcel, order, why)
  if type(why) ~= "table" or why.code ~= "rejected" then error(why, 0) end
  local said = why.cause or why.message or "nothing more"
  return refuse(job, parcel, order, "Exact Online did not take the delivery: " .. said, "refused: " .. said, "Mend in Exact Online what it names.")
end

-- Carrier and number on the order's open invoices (XS7): those that there are when the label comes.
local function tell_invoices(job, books, parcel, order)
  local _, id = known.parse(order.key)
  local met = {}
  for _, line in ipairs(books.sales_invoice_lines.list { ["$filter"] = ("SalesOrder eq guid'%s'"):format(id) }) do
    if not met[line.InvoiceID] then
      met[line.InvoiceID] = true
      local invoice, told = books.sales_invoices.get(line.InvoiceID), parcels.told(parcel)
      local remarks = invoice.Remarks or ""
      if invoice.Status == 50 then
        job:note(("invoice %s is processed: %s is not told on it"):format(tostring(invoice.InvoiceNumber or invoice.InvoiceID), told))
      elseif not remarks:find(told, 1, true) then
        local update = books.sales_invoices.update(line.InvoiceID, { Remarks = remarks == "" and told or remarks .. "\n" .. told })
        job:send("tracking on invoice " .. line.InvoiceID, update, { version = job:now(), entity = "remarks " .. line.InvoiceID })
      end
    end
  end
end

local function wanted_key(order) return "numbers wanted:" .. known.base(order.key) end

-- A further parcel of which no goods are told: its number joins those on the order's delivery. When that is not made yet, whoever makes it
-- tells this number too: it is asked for before it is looked whether the delivery is there, and it looks after that is.
local function add_number(job, station, books, parcel, order)
  job.kv.set(wanted_key(order), true)
  local id = tell_numbers(job, books, order, labels_of(station, parcel))
  if id then return { delivery = id, added = true } end
  return { waits = "its number is told with the order's delivery" }
end

-- Deliveries can't be deleted, so their lines go down to nothing.
local function take_back(job, books, label, order, id)
  local stands, why = try(books.goods_deliveries.whole, id)
  confirming.forget(job, reference_of(job, label, order))
  if not stands then
    if why.code ~= "not_found" then error(why, 0) end
    return nil
  end
  local lines = stands.GoodsDeliveryLines
  for _, line in ipairs(lines and (lines.results or lines) or {}) do
    if not exact(line.QuantityDelivered):is_zero() then
      local done, refusal = try(job.send, job, "undo " .. line.ID, books.goods_delivery_lines.update(line.ID, { QuantityDelivered = 0 }),
        { version = job:now(), entity = "delivery line " .. line.ID })
      if not done then return refused(job, label, order, refusal) end
    end
  end
  job:send("undo delivery " .. id, books.goods_deliveries.update(id, { TrackingNumber = null, Remarks = "Voided: " .. parcels.told(label) }),
    { version = job:now(), entity = "delivery " .. id })
  job.kv.set(place_of(job, label, order), nil)
  return id
end

-- A label that is bought again is often told of before the void of the one before, whose goods would then be delivered twice.
local function voids_first(job, station, books, parcel, order)
  local taken = false
  for _, label in ipairs(labels_of(station, parcel)) do
    local id = label.voided and job.kv.get(place_of(job, label, order))
    if id then taken = take_back(job, books, label, order, id) ~= nil or taken end
  end
  return taken
end

-- The order that the label names comes first; the others are those that were combined with it.
local function effect_of(orders, order) return order == orders[1] and "delivery" or ("delivery of %s"):format(tostring(order.number)) end

local function deliver(job, station, books, parcel, orders, order)
  local goods = goods_of(job, station, books, parcel, order)
  local reference = reference_of(job, parcel, order)
  if order == orders[1] then charges.add(job, books, order, parcel) end
  if #goods == 0 then
    if parcel.kind == "label" and #parcel.items > 0 then return { waits = "its kits are not complete yet" } end
    if parcel.kind ~= "label" then return { nothing = "all of it is delivered" } end
    return add_number(job, station, books, parcel, order)
  end
  local _, id = known.parse(order.key)
  if parcel.kind == "label" and known.is_shipped(job, id) then voids_first(job, station, books, parcel, order) end
  known.set_shipped(job, id)
  local numbers, told = { parcel.tracking }, { parcels.told(parcel) }
  local target = job:map("delivery", {
    reference = reference, shipped_on = parcel.ship_date or parcel.created:sub(1, 10), goods = goods, method = method_of(job.settings, parcel),
    tracking_number = parcel.tracking and written(job.settings, numbers), remarks = remarks_of(told),
  })
  local lines = target.GoodsDeliveryLines
  local before = confirming.begin(job, reference, "delivery", lines)
  local effect = effect_of(orders, order)
  local function send() return try(job.send, job, effect, books.goods_deliveries.create(target), { version = STATE }) end
  local sent, why = send()
  -- The delivery of the label before was made while this one was on its way: its goods are open again once it is taken back.
  if not sent and type(why) == "table" and why.code == "rejected" and parcel.kind == "label" and voids_first(job, station, books, parcel, order) then
    sent, why = send()
  end
  if not sent then return refused(job, parcel, order, why) end
  if sent.state ~= "shadow" then
    job.kv.set(place_of(job, parcel, order), sent.id)
    seen.delivered(job, id)
    confirming.expect(job, books, sent, {
      reference = reference, posting = "delivery", told = parcels.told(parcel), lines = before and sent.earlier and before or lines,
    })
    if job.kv.get(wanted_key(order)) then tell_numbers(job, books, order, labels_of(station, parcel)) end
  end
  if job.settings.invoice_tracking and parcel.tracking then tell_invoices(job, books, parcel, order) end
  return { delivery = sent.id, number = sent.number }
end

-- The label was voided: nothing of it left the house.
local function undo(job, station, books, parcel)
  local orders = matching.orders(job, station, parcel)
  local taken = {}
  for _, order in ipairs(orders) do
    local posted = job:withhold(effect_of(orders, order), { role = "books", connection = order.books, version = STATE })
    -- Gone from its place: the label that came after this one has taken it back.
    if posted and job.kv.get(place_of(job, parcel, order)) then
      taken[#taken + 1] = take_back(job, books:at(order.books), parcel, order, posted.id)
    end
  end
  if orders[1] then charges.take_back(job, books:at(orders[1].books), orders[1], parcel) end
  if #taken > 0 then return { undone = taken } end
  -- A further label without goods: its number goes from the order's delivery.
  local at = orders[1] and books:at(orders[1].books)
  local told = at and #parcel.items == 0 and tell_numbers(job, at, orders[1], labels_of(station, parcel))
  if told then return { taken_off = told } end
  return job:skip "voided before anything was delivered"
end

function deliveries.run(job, station, books)
  -- What was delivered before is taken back, whatever the settings say now: a list of voids brings its rows with it.
  if not job.settings.deliveries and not (job.event and job.event.record) then return job:skip "deliveries is off" end
  local parcel, several = parcels.of_job(job, station)
  if not parcel then return { labels = several } end
  parcels.note(job, parcel)
  if parcel.is_return then return job:skip "a return label: nothing was delivered by it" end
  if parcel.voided then return undo(job, station, books, parcel) end
  if not job.settings.deliveries then return job:skip "deliveries is off" end
  job:dated(parcels.made(parcel))
  local orders = matching.orders(job, station, parcel)
  if #orders == 0 then return matching.unknown(job, parcel, parcel.kind == "label" and "The label" or "The parcel") end
  local out = {}
  for _, order in ipairs(orders) do
    if #orders == 1 or parcel.kind ~= "label" or #matching.lines(order, parcel) > 0 then
      out[#out + 1] = deliver(job, station, books:at(order.books), parcel, orders, order)
    end
  end
  return { deliveries = out }
end

return deliveries
