-- A delivery's (or an order's) way to its labels, alike for every carrier: complete and checked, then bought once, kept, handed to the printer
-- and told in Exact Online by jobs of their own. What comes after the label is after.lua's.
--
-- A carrier is { name, limits, is_number(text), buy(job, remote, consignment, effect), void(job, remote, kept) }; `buy` gives
-- { master, parcels = { { tracking, link, label = { format, type, content } } }, cost, transactions }, or nil and "shadow", or nil and why it was
-- refused. Optional: packs(job, source, goods, row), as consignment.lua has it; by_phone(kept), whether a label can only
-- be voided by a person; collects = true where the integration has the flows `collect`
-- (collecting.lua) and `tell_together` (together.lua), follow(job, number, connection) for each parcel.

local decimal, followed = require "decimal", require "shared.tracking.tracking"
local addresses, after, collecting, consignment, known, reading = require "shared.labels.addresses", require "shared.labels.after",
  require "shared.labels.collecting", require "shared.labels.consignment", require "shared.labels.known", require "shared.labels.reading"
local echoes, telling = require "shared.records.echoes", require "shared.labels.telling"
local contains = require "shared.records.values".contains

local buying = {}

local OPEN = { [12] = true, [20] = true }
local CANCELLED = 45

local function kind_of(job) return job.settings.ships == "orders" and "order" or "delivery" end

local function is_empty(source)
  for _, line in ipairs(source.lines) do
    if line.item and decimal(line.quantity):sign() > 0 then return false end
  end
  return true
end

-- Why it does not go out yet; nil when it does.
local function not_ready(job, source)
  local settings = job.settings
  if #settings.ready_warehouses > 0 and not contains(settings.ready_warehouses, source.warehouse) then
    return ("of warehouse %s, which is not in ready_warehouses"):format(source.warehouse or "none")
  end
  local mark = settings.ready_mark
  if mark and not ((source.remarks or ""):find(mark, 1, true) or (source.description or ""):find(mark, 1, true)) then
    return ("not marked %s"):format(mark)
  end
  if source.kind == "order" then
    if not OPEN[source.delivery_status] then return "delivered in full, or in no state to be delivered" end
    if not contains(settings.approval_statuses, source.approval) then return "not approved" end
  end
end

-- Which of the printers a label comes out of; nil where nobody said.
function buying.station(job, warehouse) return job.settings.stations[warehouse or ""] or job.settings.station end

local function hand_on(job, carrier, kept, source, bought, wanted)
  local id = source.id
  local station = buying.station(job, source.warehouse)
  for index, parcel in ipairs(bought.parcels) do
    local label = parcel.label
    if station and label then
      local name = ("%s.%s"):format(parcel.tracking, label.format)
      job:emit("print", parcel.tracking, { name = name, type = label.type, content = label.content, station = station })
    end
    followed.open(job, {
      number = parcel.tracking, carrier = kept.carrier, books = kept.books, order = kept.order, account_id = kept.account_id, reference = kept.reference,
      delivery = kept.kind == "delivery" and { id = id, number = kept.number } or nil, ship_date = kept.ship_date, unique = parcel.unique, link = parcel.link,
      weight = wanted.parcels[index] and tostring(wanted.parcels[index].weight_kg) or nil, held = wanted.parcels[index] and wanted.parcels[index].items,
    })
    if carrier.follow then carrier.follow(job, parcel.tracking, kept.carrier) end
    job:note(("%s %s, parcel %d of %d"):format(carrier.name, parcel.tracking, index, #bought.parcels), { number = parcel.tracking })
  end
  local told = {}
  for index, parcel in ipairs(bought.parcels) do
    told[index] = { tracking = parcel.tracking, link = parcel.link, label = parcel.label, lines = kept.parcels[index] and kept.parcels[index].lines }
  end
  job:emit("tell", kept.base, {
    kind = kept.kind, id = id, carrier = carrier.name, reference = kept.reference, base = kept.base, together = carrier.collects,
    books = kept.books, parcels = told, account_id = kept.account_id,
    order = kept.order, number = kept.number, remarks = source.remarks, lines = source.lines, ship_date = kept.ship_date, generation = kept.generation,
    method = source.method, read_at = source.read_at, their_document = source.document,
  })
end

local function lines_of(items)
  local out = {}
  for _, item in ipairs(items or {}) do out[#out + 1] = item.line end
  return out
end

-- The day that the delivery itself says, which need not be the day it leaves.
local function day_of(source) return source.date and tostring(source.date):sub(1, 10) or nil end

local function effect_of(generation) return generation > 1 and "label " .. generation or "label" end

-- A consignment that is complete becomes labels. `kept`: what is known of an earlier one that was voided.
local function purchase(job, remote, carrier, source, kept)
  local generation = kept and (kept.generation or 0) + 1 or 1
  local wanted, why = consignment.of(job, source, {
    limits = carrier.limits, packs = carrier.packs, generation = generation, anew = kept ~= nil,
  })
  if not wanted then return job:skip(why) end
  local bought, refusal = carrier.buy(job, remote, wanted, effect_of(generation))
  if not bought then
    if refusal == "shadow" then return { shadow = wanted.reference } end
    local said = refusal.cause or refusal.message or "nothing more"
    return job:refuse(("%s was refused by %s: %s"):format(source.told, carrier.name, said), {
      cause = "refused: " .. said, concern = "warehouse", fix = "Mend in Exact Online or in the settings what it names, then release this case.",
    })
  end
  local parcels = {}
  for index, parcel in ipairs(bought.parcels) do
    local planned = wanted.parcels[index]
    parcels[index] = { tracking = parcel.tracking, link = parcel.link, lines = planned and lines_of(planned.items) or nil }
  end
  job.kv.set("asked:" .. source.id, nil)
  if kept then source.remarks = telling.without(source.remarks, kept.numbers or {}) end
  kept = known.keep(job, source.kind, source.id, {
    state = "bought", generation = generation, reference = wanted.reference, base = consignment.reference(source, 1), master = bought.master,
    numbers = known.numbers(bought), parcels = parcels,
    lines = known.lines(source), place = known.place(wanted.to), bought_at = job:now(), books = job.source, carrier = remote:connection(), kind = source.kind,
    address_id = source.address_id or false, person = source.person or false, company = source.company or false, number = source.number,
    order = wanted.order, account_id = source.account_id, division = source.division,
    ship_date = wanted.ship_date, date = day_of(source) or wanted.ship_date, document = false,
    delivery = source.kind == "delivery" and source.id or false, accepted = false, service = wanted.service,
    cost = bought.cost and { amount = tostring(bought.cost.amount), currency = bought.cost.currency } or false, transactions = bought.transactions or false,
  })
  hand_on(job, carrier, kept, source, bought, wanted)
  return { label = bought.master, parcels = #bought.parcels, reference = wanted.reference, cost = kept.cost }
end

-- A number that somebody typed in, or that another program wrote: it is tracked like ours, and no label is bought.
local function foreign(job, source, carrier, remote)
  local numbers = {}
  for number in source.tracking:gmatch "[^%s,;]+" do
    if carrier.is_number(number) then numbers[#numbers + 1] = number end
  end
  local before = known.get(job, source.kind, source.id)
  known.keep(job, source.kind, source.id, {
    state = "foreign", kind = source.kind, number = source.number, typed = source.tracking, generation = before and before.generation or 0,
    numbers = numbers, base = consignment.reference(source, 1), books = job.source, date = day_of(source),
    delivery = source.kind == "delivery" and source.id or false,
  })
  for _, number in ipairs(numbers) do
    followed.open(job, {
      number = number, carrier = remote:connection(), books = job.source, delivery = { id = source.id, number = source.number },
      order = source.order and { id = source.order.id, number = source.order.number } or nil, account_id = source.account_id,
      ship_date = day_of(source), typed = true,
    })
    if carrier.follow then carrier.follow(job, number, remote:connection()) end
  end
  return job:skip(("it carries the tracking number %s already"):format(source.tracking))
end

local function same_numbers(kept, typed) return known.bears(typed, kept.numbers or {}) end

-- What of a delivery is not as it was when the label was bought; nil when all is.
local function difference(job, source, carrier, kept)
  if source.is_cancelled then return "was cancelled" end
  if is_empty(source) and source.kind == "delivery" then return "was emptied" end
  if source.tracking and not same_numbers(kept, source.tracking) then return ("carries the tracking number %s now"):format(source.tracking) end
  if source.kind == "delivery" and kept.lines ~= known.lines(source) then return "was changed in its lines or quantities" end
  source.told = consignment.told(source)
  local to = addresses.consignee(job, source, carrier.limits, true)
  if kept.place ~= known.place(to) then return "goes to another address now" end
end

-- Kept before names were: it is not known.
local function is_same_name(kept, said) return kept == nil or (reading.trimmed(said) or false) == kept end

-- Of a row that a poll found: whether it says nothing but what we know of the delivery. Until we have told its number it bears none.
local function says_nothing_new(kept, row, is_told)
  if row.TrackingNumber and not same_numbers(kept, row.TrackingNumber) then return false end
  if row.QuantityDelivered ~= nil then
    local line = ("%s=%s"):format(row.SalesOrderLineID, decimal(tostring(row.QuantityDelivered)):compact())
    return (" " .. kept.lines .. " "):find(" " .. line .. " ", 1, true) ~= nil
  end
  if row.OrderID and (row.Status == CANCELLED or row.DeliveryStatus == CANCELLED) then return false end
  if not (row.OrderID or row.TrackingNumber ~= nil or not is_told) then return false end
  local person, company = row.DeliveryContactPersonFullName or row.DeliverToContactPersonFullName, row.DeliveryAccountName or row.DeliverToName
  return (row.DeliveryAddress or false) == kept.address_id and is_same_name(kept.person, person) and is_same_name(kept.company, company)
end

-- What comes of a delivery that we have just read, or written: our own writes come back as changes. They cost no call.
local function is_echo(job, kept)
  if job.decision or job.attempt > 1 then return false end
  local row = job.event and job.event.record
  if row then return says_nothing_new(kept, row, echoes.is_written(job, kept.reference)) end
  local event = job.event or {}
  if not (event.topic or event.of_line) then return false end
  -- No list of changes would tell a deletion again.
  local said = reading.message(job)
  if said and said.Content and said.Content.Action == "Delete" then return false end
  return echoes.is_fresh(job, kept.reference) or collecting.just_read(job)
end

local function by_number(job, books, kind, number)
  if not number:find "^%d+$" then return job:skip(("'%s' is no number of a delivery or an order"):format(number)) end
  local ids = reading.by_number(books, kind, number)
  if #ids == 0 then return job:skip(("%s %s is not in Exact Online"):format(kind, number)) end
  for _, id in ipairs(ids) do
    job.kv.set("asked:" .. id, true)   -- of one whose label was voided: it is to have another
    job:emit(job.flow, id, {})
  end
  return { found = #ids }
end

-- One that was voided is bought anew when it stands, but not again and again: only when something else is to be sent.
local function again(job, remote, carrier, source, kept)
  local why = not_ready(job, source) or is_empty(source) and "emptied" or source.is_cancelled and "cancelled"
  if why then return job:skip(why) end
  return purchase(job, remote, carrier, source, kept)
end

function buying.run(job, books, remote, carrier)
  local kind, id = kind_of(job), job.key
  if not known.is_id(id) then return by_number(job, books, kind, id) end
  local kept = known.get(job, kind, id)
  local event = job.event or {}
  local is_new = not (kept and kept.state == "bought")
  if not is_new and is_echo(job, kept) then return job:skip "our own writes" end
  if not is_new and event.told_again then return job:skip "its label is bought, and the list of changes says what changes" end
  -- A delivery of before the start, as far as its row says so: it need not be read.
  local day = not kept and event.record and event.record.DeliveryNumber and reading.day(event.record.DeliveryDate)
  if day then job:dated(day) end
  if carrier.collects and is_new and not event.read and job.attempt == 1 then return collecting.wait(job, kind) end
  local source
  if job.attempt == 1 and (event.read or event.source) then source = collecting.source(event) else source = reading.one(books, kind, id) end
  if source then source.read_at = source.read_at or job:now() end
  if kept and kept.state == "bought" then
    local what = source and difference(job, source, carrier, kept) or not source and "was deleted" or nil
    if not what then return job:skip "its label is bought" end
    local came = after.changed(job, remote, carrier, kept, id, source, what)
    if came ~= "voided" or not source or source.tracking and not same_numbers(kept, source.tracking) then return { label = kept.master, came = came } end
    source.tracking = nil
    return again(job, remote, carrier, source, known.get(job, kind, id))
  end
  if not source then return job:skip(("%s %s is not in Exact Online"):format(kind, id)) end
  if kept and kept.state == "voided" then
    if source.tracking and not same_numbers(kept, source.tracking) then return foreign(job, source, carrier, remote) end
    if kept.voided_lines == known.lines(source) and not job.kv.get("asked:" .. id) then
      return job:skip "its label was voided: it gets another one when it changes, or when a person asks for it by number"
    end
    source.tracking = nil
    return again(job, remote, carrier, source, kept)
  end
  if source.tracking then
    if kept and kept.typed == source.tracking then return job:skip "its number is followed" end
    return foreign(job, source, carrier, remote)
  end
  if source.is_cancelled or is_empty(source) then return job:skip "there is nothing to ship in it" end
  local why = not_ready(job, source)
  if why then return job:skip(why) end
  job:dated(source.taken or source.date)
  return purchase(job, remote, carrier, source, kept)
end

return buying
