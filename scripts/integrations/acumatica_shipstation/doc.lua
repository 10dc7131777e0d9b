-- A shipment of Acumatica as it stands, and what is written to it: packages, its head, its confirmation. Nothing else of Acumatica is
-- written to (AS8). What Acumatica refuses becomes a case with its reason (AS11).

local decimal = require "decimal"
local packing, parcels, sales = require "shared.shipstation.packing", require "shared.shipstation.parcels", require "sales"

local doc = {}

local function exact(value) return decimal(value ~= nil and tostring(value) or "0") end

local REASONS = {
  { words = { "insufficient quantity", "will go negative", "exceeds the available" }, cause = "short_stock",
    fix = "Receive or move the stock in Acumatica, or ship less by hand." },
  { words = { "lot or serial", "Lot/Serial", "lot/serial" }, cause = "lot_serial",
    fix = "Enter the lot or serial numbers on the shipment in Acumatica (form SO302000)." },
  { words = { "Credit Hold", "credit limit" }, cause = "credit_hold", fix = "Release the order from credit hold in Acumatica (form SO301000)." },
  { words = { "not all packages are confirmed" }, cause = "boxes", fix = "Confirm the packages in Acumatica, or take that rule off the Ship Via." },
  { words = { "has been updated", "Invoiced", "Completed" }, cause = "invoiced",
    fix = "Correct the shipment in Acumatica by hand: its documents of inventory and finance are not touched from here." },
}

-- Acumatica's own words.
local function words_of(why)
  local said = tostring(why.cause or why.message or "nothing more")
  return said:match "the remote answered %d+: (.+)$" or said
end

-- The case that a refusal is.
function doc.refused(job, told, why, after, decide)
  if type(why) ~= "table" or why.code ~= "rejected" then error(why, 0) end
  local said = words_of(why)
  local cause, fix = "refused: " .. said, "Mend in Acumatica what it names."
  for _, reason in ipairs(REASONS) do
    for _, word in ipairs(reason.words) do
      if said:find(word, 1, true) then cause, fix = reason.cause .. ": " .. said, reason.fix end
    end
  end
  return job:refuse(("%s: Acumatica %s: %s"):format(told, after or "did not take its shipment", said), {
    cause = cause, concern = "warehouse", decide = decide,
    fix = fix .. " Then release this case" .. (decide and ", or leave Acumatica as it is (keep theirs), by jobs settle." or "."),
  })
end

local function lines_of(record)
  local out, by_id = {}, {}
  for _, row in ipairs(record.Details or {}) do
    local id = sales.line_id(row.OrderType, row.OrderNbr, row.OrderLineNbr)
    if not by_id[id] then
      by_id[id] = { id = id, units = decimal "0", item = row.InventoryID }
      out[#out + 1] = by_id[id]
    end
    by_id[id].units = by_id[id].units + exact(row.ShippedQty)
  end
  return out
end

local function day(value) return type(value) == "string" and value:sub(1, 10) or value ~= nil and tostring(value):sub(1, 10) or nil end

local function of_record(record)
  return {
    number = record.ShipmentNbr, status = record.Status, warehouse = record.WarehouseID, description = record.Description, via = record.ShipVia,
    date = day(record.ShipmentDate), freight = record.FreightCost, lines = lines_of(record), packages = record.Packages or {}, type = record.Type, on = {},
  }
end

-- The shipment as it stands; nil when it is not there.
function doc.read(erp, number)
  local record, why = try(erp.shipments.get, number)
  if record then return of_record(record) end
  if why.code ~= "not_found" then error(why, 0) end
end

local function again(erp, shipment)
  local stands = doc.read(erp, shipment.number)
  for _, field in ipairs { "status", "packages", "lines", "date", "via", "freight" } do shipment[field] = stands and stands[field] end
  return stands ~= nil
end

local function send(job, told, effect, write, after, decide)
  local sent, why = try(job.send, job, effect, write, { version = job:now() })
  if not sent then return doc.refused(job, told, why, after, decide) end
  return sent
end

-- An action counts by how the shipment stands after it: one whose answer was lost may end after it was looked for, and the next is then
-- refused because it is done.
local function act(job, erp, told, shipment, action, status, after, decide)
  local write = erp.shipments[action] { entity = { ShipmentNbr = shipment.number }, parameters = {} }
  local done, why = try(job.send, job, action .. " " .. shipment.number, write, { version = job:now() })
  if not done and (type(why) ~= "table" or why.code ~= "rejected") then error(why, 0) end
  again(erp, shipment)
  if not done and shipment.status ~= status then return doc.refused(job, told, why, after:format(shipment.number), decide) end
end

-- A new one of exactly these goods; nil in shadow. `goods`: { id, units } each.
function doc.make(job, erp, told, slot, label, goods, reference)
  local lines = {}
  for index, each in ipairs(goods) do
    local kind, number, line = sales.parse_line(each.id)
    lines[index] = { order_type = kind, order_number = number, line = line, quantity = each.units }
  end
  local body = job:map("shipment", {
    reference = reference, customer = slot.customer, warehouse = slot.warehouse, shipped_on = label.ship_date, ship_via = doc.via_of(job, label), goods = lines,
  })
  local sent, why = try(job.send, job, "shipment", erp.shipments.create(body))
  if not sent then return doc.refused(job, told, why) end
  if sent.state == "shadow" then return nil end
  local made = doc.read(erp, sent.number)
  if not made then
    return job:refuse(("%s: its shipment %s is not in Acumatica any more."):format(told, tostring(sent.number)), {
      cause = "shipment_gone " .. tostring(sent.number), concern = "warehouse",
      fix = "Somebody deleted it: ship the goods in Acumatica by hand, with the tracking number, and cancel this job.",
    })
  end
  return made
end

-- What stands on it as it was asked for; else a case that names the line (C12).
function doc.check(job, told, shipment, goods)
  for _, each in ipairs(goods) do
    local units = decimal "0"
    for _, line in ipairs(shipment.lines) do
      if line.id == each.id then units = line.units end
    end
    if units < each.units then
      return job:refuse(("%s: Acumatica put %s of line %s on shipment %s, of %s that left."):format(told, units:compact(), each.id,
        shipment.number, each.units:compact()), {
        cause = "short_stock: " .. each.id, concern = "warehouse",
        fix = "Correct the quantity on the shipment in Acumatica (form SO302000), then release this case.",
      })
    end
  end
end

-- Opens a confirmed one, where Acumatica lets it (AS15).
function doc.open(job, erp, told, shipment)
  if shipment.status == "Open" then return end
  if shipment.status == "On Hold" then
    return job:refuse(("%s: its shipment %s is on hold in Acumatica."):format(told, shipment.number), {
      cause = "on_hold " .. shipment.number, concern = "warehouse", fix = "Take the hold off the shipment (form SO302000), then release this case.",
    })
  end
  act(job, erp, told, shipment, "correct", "Open", "does not let shipment %s be corrected", true)
end

local WEIGHTS = { pounds = "lb", ounces = "oz", grams = "g" }

local function weight_of(settings, label)
  local unit = settings.package_weight_unit
  if unit == "none" or not label.weight or not WEIGHTS[label.weight.units] then return nil end
  local grams = packing.grams({ value = label.weight.value, unit = WEIGHTS[label.weight.units] }, 1, "g")
  return grams and require "units".convert(grams, "g", unit, { decimals = 3, rounding = "up" }) or nil
end

local function package_of(job, label)
  local settings = job.settings
  return job:map("package", {
    reference = label.reference, tracking = label.tracking, carrier = label.carrier, service = label.service, shipped_on = label.ship_date,
    box = label.package and settings.boxes[label.package] or settings.box, weight = weight_of(settings, label),
  })
end

local function find(shipment, test)
  for _, row in ipairs(shipment.packages) do
    if test(row) then return row end
  end
end

-- Opens the reference of a package whose parcel was voided.
local OFF = "off "

local function is_empty(row)
  local reference = row.CustomRefNbr1 or ""
  return (row.TrackingNbr == nil or row.TrackingNbr == "") and (reference == "" or reference:sub(1, #OFF) == OFF)
end

local TRIES = 3

-- Changes the package that `test` finds. Its id is of the session that it was read in, so another session has to read it again.
local function change(job, erp, told, shipment, effect, test, make)
  for count = 1, TRIES do
    local row = find(shipment, test)
    if not row then return false end
    local body = make(row)
    body.id = row.id
    -- Of the shipment, as its confirmation is: while it is not known what became of one, nothing else is written to it.
    local sent, why = try(job.send, job, effect, erp.packages.mark(shipment.number, { Packages = { body } }),
      { version = job:now(), entity = shipment.number })
    if sent then
      again(erp, shipment)
      return true
    end
    if type(why) ~= "table" or why.code ~= "rejected" or count == TRIES or not tostring(why.cause or why.message):find "cannot be found" then
      return doc.refused(job, told, why, "did not take the package")
    end
    again(erp, shipment)
  end
end

-- What of a package is written over one that is there: its box was chosen with it.
local function written(body)
  return { TrackingNbr = body.TrackingNbr, Weight = body.Weight, CustomRefNbr1 = body.CustomRefNbr1, CustomRefNbr2 = body.CustomRefNbr2 }
end

-- The parcel as a package of its own (AS13): the one that Acumatica made ready, else another. Nothing when it is there.
function doc.put(job, erp, told, shipment, label)
  if find(shipment, function(row) return row.CustomRefNbr1 == label.reference end) then return end
  local body = package_of(job, label)
  local filled = change(job, erp, told, shipment, "package " .. label.reference, function(row)
    return is_empty(row)
  end, function()
    local out = written(body)
    if label.package and job.settings.boxes[label.package] then out.BoxID = body.BoxID end
    return out
  end)
  if filled then return end
  local sent, why = try(job.send, job, "package of " .. shipment.number, erp.packages.add(shipment.number, { Packages = { body } }))
  if not sent then return doc.refused(job, told, why, "did not take the package") end
  again(erp, shipment)
end

-- A re-label takes the place of the one before (AS15).
function doc.replace(job, erp, told, shipment, before, label)
  local body = package_of(job, label)
  return change(job, erp, told, shipment, "package " .. label.reference, function(row) return row.CustomRefNbr1 == before.reference end, function()
    local out = written(body)
    out.TrackingNbr = out.TrackingNbr or null
    return out
  end)
end

-- The parcel is off: its package is emptied, and then goes.
function doc.drop(job, erp, told, shipment, label)
  local effect, off = "package off " .. label.reference, OFF .. label.reference
  change(job, erp, told, shipment, effect, function(row) return row.CustomRefNbr1 == label.reference end, function()
    return { TrackingNbr = null, CustomRefNbr1 = off }
  end)
  local row = find(shipment, function(each) return each.CustomRefNbr1 == off end)
  if not row then return end
  local _, why = try(job.send, job, "package gone " .. label.reference, erp.packages.remove(shipment.number, { Packages = { { id = row.id, delete = true } } }),
    { version = job:now(), entity = shipment.number })
  if why and why.code ~= "rejected" then error(why, 0) end
  again(erp, shipment)
end

function doc.delete(job, erp, told, shipment)
  local done, why = try(job.send, job, "shipment off " .. shipment.number, erp.shipments.delete(shipment.number), { version = job:now() })
  if done then return true end
  if type(why) ~= "table" or why.code ~= "rejected" then error(why, 0) end
  job:note(("%s: shipment %s stays open, as Acumatica does not let it be deleted: %s"):format(told, shipment.number, words_of(why)))
end

function doc.via_of(job, label)
  local vias = job.settings.ship_vias
  return label.carrier and (vias[label.carrier .. "/" .. (label.service or "")] or vias[label.carrier]) or nil
end

-- Ship date and Ship Via of the last parcel; freight only where that is set.
function doc.head(job, erp, told, shipment, labels)
  local last, cost = labels[#labels], decimal "0"
  for _, label in ipairs(labels) do cost = cost + exact(label.cost) end
  local via, freight = doc.via_of(job, last), job.settings.freight == "cost" and cost or nil
  local is_same = (not last.ship_date or last.ship_date == shipment.date) and (not via or via == shipment.via)
    and (not freight or (freight - exact(shipment.freight)):is_zero())
  if is_same then return end
  local body = job:map("shipped", { shipped_on = last.ship_date, ship_via = via, freight = freight }, { number = shipment.number })
  send(job, told, "head " .. shipment.number, erp.shipments.update(body), "did not take ship date and Ship Via")
  shipment.date, shipment.via = last.ship_date or shipment.date, via or shipment.via
end

-- Confirmed, and found so: the package stands on it with its number (C12).
function doc.confirm(job, erp, told, shipment, labels)
  act(job, erp, told, shipment, "confirm", "Confirmed", "does not confirm shipment %s")
  for _, label in ipairs(labels) do
    local row = find(shipment, function(each) return each.CustomRefNbr1 == label.reference end)
    if label.tracking and not (row and row.TrackingNbr == label.tracking) then
      return job:refuse(("%s: shipment %s is confirmed, and Acumatica shows %s where %s was written."):format(told, shipment.number,
        row and row.TrackingNbr or "no package", label.tracking), {
        cause = "not_kept " .. shipment.number, concern = "warehouse", fix = "Look at the shipment in Acumatica; when it is right, cancel this job.",
      })
    end
  end
end

function doc.told(slot, label) return ("%s of order %s"):format(parcels.told(label), slot.number) end

return doc
