-- The way back into Exact Online (L5): tracking number and link on the delivery and its lines, the order's document with the labels, the
-- invoice where that is set; and out of it again when a label is voided. The order's own data stays as it is.

local decimal, echoes, known, parcels = require "decimal", require "shared.records.echoes", require "shared.labels.known",
  require "shared.tracking.parcels"
local reading, time = require "shared.labels.reading", require "time"

local telling = {}

local STATE = "1"
local PROCESSED = 50
-- Seconds for which a delivery stands as it was read, alone or with others that are told first: later a person may have written something.
local FRESH, FRESH_IN_BATCH = 10, 120

-- A date as Exact Online takes it.
local function midnight(date) return date and date:sub(1, 10) .. "T00:00:00" end

-- The numbers as they fit into the field; what does not stands in the remarks.
local function written(settings, numbers)
  local all, most = table.concat(numbers, ", "), settings.tracking_length
  if most == 0 or #all <= most then return all end
  return #numbers[1] <= most and numbers[1] or "see remarks"
end

local function told(event)
  local out = {}
  for index, parcel in ipairs(event.parcels) do out[index] = ("%s %s%s"):format(event.carrier, parcel.tracking, parcel.link and " " .. parcel.link or "") end
  return out
end

-- What people wrote, and below it what we say.
local function remarks_of(before, lines)
  local out = {}
  if before and before ~= "" then out[1] = before end
  for _, line in ipairs(lines) do
    if not (before and before:find(line, 1, true)) then out[#out + 1] = line end
  end
  return table.concat(out, "\n")
end

-- Remarks without the lines that bear one of the numbers.
function telling.without(before, numbers)
  local out = {}
  for line in ((before or "") .. "\n"):gmatch "(.-)\r?\n" do
    local ours = line == ""
    for _, number in ipairs(numbers) do ours = ours or line:find(number, 1, true) ~= nil end
    if not ours then out[#out + 1] = line end
  end
  return table.concat(out, "\n")
end

local function refused(job, event, what, why)
  if type(why) ~= "table" or why.code ~= "rejected" or event.gently then error(why, 0) end
  local said = why.cause or why.message or "nothing more"
  return job:refuse(("%s of %s %s: Exact Online did not take it: %s"):format(what, event.kind, tostring(event.number), said), {
    cause = "refused: " .. said, concern = "warehouse",
    fix = "Mend in Exact Online what it names, then release this case. The label itself is bought and safe.",
  })
end

local function send(job, event, what, name, write, options)
  local sent, why = try(job.send, job, name, write, options)
  if not sent then return refused(job, event, what, why) end
  return sent
end

function telling.subject(event) return ("%s %s"):format(event.carrier, event.reference) end
local function file_name(parcel) return ("%s.%s"):format(parcel.tracking, parcel.label.format) end

local function is_over(job, at, seconds) return not at or time.compare(time.add(at, seconds), job:now()) <= 0 end

-- Whether what was read of the delivery may have changed since; and what a batch has seen of deliveries at a moment.
function telling.is_old(job, event) return is_over(job, event.read_at, FRESH) end
function telling.is_seen_long_ago(job, at) return is_over(job, at, FRESH_IN_BATCH) end

-- One document of the order for each shipment, with a file for each label. `looked`: what a batch has seen.
local function document(job, books, event, looked)
  if not job.settings.label_document then return nil end
  local none_there = looked and looked.document == false and "documents.list" or nil
  local entity = "document of " .. event.reference
  local sent = send(job, event, "The document with the label", "document " .. event.reference, books.documents.create {
    Subject = telling.subject(event), Type = job.settings.document_type, Account = event.account_id,
    SalesOrderNumber = event.order and event.order.number, DocumentDate = midnight(event.ship_date), Body = table.concat(told(event), "\n"),
  }, { version = STATE, entity = entity, looked = none_there })
  if sent.state == "shadow" then return sent.id end
  for _, parcel in ipairs(event.parcels) do
    local label = parcel.label
    if label then
      send(job, event, "The file with the label", "file " .. parcel.tracking, books.document_attachments.create {
        Document = sent.id, FileName = file_name(parcel), Attachment = label.content,
      }, { version = STATE, entity = "file of " .. parcel.tracking, looked = none_there })
    end
  end
  return sent.id
end

-- Numbers of the parcels that hold a line; all of them where nobody knows.
local function numbers_of_line(event, line)
  local out, all = {}, {}
  for index, parcel in ipairs(event.parcels) do
    all[index] = parcel.tracking
    for _, id in ipairs(parcel.lines or {}) do
      if id == line.id then out[#out + 1] = parcel.tracking end
    end
  end
  return #out > 0 and out or all
end

local function all_numbers(event)
  local out = {}
  for index, parcel in ipairs(event.parcels) do out[index] = parcel.tracking end
  return out
end

-- What people have written into the delivery: remarks, document. Nil where its own job has to ask about it: it is gone, or bears a number of theirs.
local function theirs(job, books, event, looked)
  if not telling.is_old(job, event) then return event.remarks, event.their_document, true end
  local stands = looked and looked.delivery
  if not stands or telling.is_seen_long_ago(job, looked.at) then stands = reading.headers(books, { event.id })[event.id] end
  local typed = stands and reading.trimmed(stands.TrackingNumber)
  if not stands or typed and not known.bears(typed, all_numbers(event)) then return nil, nil, false end
  return reading.trimmed(stands.Remarks), stands.Document, true
end

-- What people wrote since it was read stays (C17). `looked`: what a batch has seen of it.
local function on_delivery(job, books, event, id, file, looked)
  local version, settings = job:now(), job.settings
  local remarks, document_there, is_ours = theirs(job, books, event, looked)
  if not is_ours then return job:emit("deliveries", id, {}) end
  send(job, event, "The tracking number", "tracking " .. id, books.goods_deliveries.update(id, {
    TrackingNumber = written(settings, all_numbers(event)), Remarks = remarks_of(remarks, told(event)), Document = not document_there and file or nil,
  }), { version = version, entity = "delivery " .. id })
  if settings.tell_lines == "never" or settings.tell_lines == "several" and #event.parcels < 2 then return end
  for _, line in ipairs(event.lines) do
    if line.item then
      send(job, event, "The tracking number", "tracking " .. line.id, books.goods_delivery_lines.update(line.id, {
        TrackingNumber = written(settings, numbers_of_line(event, line)),
      }), { version = version, entity = "delivery line " .. line.id })
    end
  end
end

-- An order that was shipped: its goods delivery is made, with exactly what was in the parcels.
local function make_delivery(job, books, event, file)
  local lines = {}
  for _, line in ipairs(event.lines) do
    if line.item and decimal(line.quantity):sign() > 0 then
      local number = written(job.settings, numbers_of_line(event, line))
      lines[#lines + 1] = { SalesOrderLineID = line.id, QuantityDelivered = decimal(line.quantity), TrackingNumber = number }
    end
  end
  return send(job, event, "The goods delivery", "delivery " .. event.reference, books.goods_deliveries.create {
    DeliveryDate = midnight(event.ship_date), Description = event.reference, TrackingNumber = written(job.settings, all_numbers(event)),
    Remarks = remarks_of(nil, told(event)), ShippingMethod = event.method, Document = file, GoodsDeliveryLines = lines,
  }, { version = STATE, entity = "delivery of " .. event.reference })
end

-- Open invoices of the order that there are by now.
local function on_invoices(job, books, event)
  local seen, lines = {}, told(event)
  for _, line in ipairs(event.order and books.sales_invoice_lines.list { ["$filter"] = ("SalesOrder eq guid'%s'"):format(event.order.id) } or {}) do
    if not seen[line.InvoiceID] then
      seen[line.InvoiceID] = true
      local invoice = books.sales_invoices.get(line.InvoiceID)
      local remarks = remarks_of(invoice.Remarks, lines)
      if invoice.Status == PROCESSED then
        job:note(("invoice %s is processed: %s is not told on it"):format(tostring(invoice.InvoiceNumber or invoice.InvoiceID), lines[1]))
      elseif remarks ~= (invoice.Remarks or "") then
        send(job, event, "The tracking number", "invoice " .. line.InvoiceID, books.sales_invoices.update(line.InvoiceID, { Remarks = remarks }),
          { version = job:now(), entity = "remarks of " .. line.InvoiceID })
      end
    end
  end
end

-- One shipment. `looked`: what a batch has seen of it: { at, delivery, document = false where there is none }.
function telling.one(job, books, event, looked)
  local kept = known.get(job, event.kind, event.id)
  if not kept or kept.state ~= "bought" or kept.generation ~= event.generation then return false end
  local at = books:at(event.books)
  echoes.wrote(job, event.reference)
  local file = document(job, at, event, looked)
  local delivery = event.id
  if event.kind == "order" then
    local made = make_delivery(job, at, event, file)
    delivery = made.state ~= "shadow" and made.id or nil
    if delivery then parcels.delivered_as(job, all_numbers(event), delivery) end
  else
    on_delivery(job, at, event, event.id, file, looked)
  end
  if job.settings.invoice_tracking then on_invoices(job, at, event) end
  kept = known.keep(job, event.kind, event.id, { document = file or false, delivery = delivery or false })
  echoes.wrote(job, event.reference)
  -- Voided while it was being told: it goes again.
  if kept.state ~= "bought" then
    job:emit("tell", event.base, {
      kind = event.kind, id = event.id, delivery = delivery, numbers = all_numbers(event), document = file, books = event.books, order = event.order,
      reference = event.reference, number = event.number,
    })
  end
  return true, delivery, file
end

local function taken_off_delivery(job, at, event, is_ours)
  local stands, why = try(at.goods_deliveries.whole, event.delivery)
  if not stands then
    if why.code ~= "not_found" then error(why, 0) end
    return
  end
  local version = job:now()
  if is_ours(stands.TrackingNumber) or is_ours(stands.Remarks) then
    send(job, event, "The voided number", "untold " .. event.reference, at.goods_deliveries.update(event.delivery, {
      TrackingNumber = is_ours(stands.TrackingNumber) and null or stands.TrackingNumber, Remarks = telling.without(stands.Remarks, event.numbers),
      Document = stands.Document ~= event.document and stands.Document or null,
    }), { version = version, entity = "delivery " .. event.delivery })
  end
  local lines = stands.GoodsDeliveryLines
  for _, line in ipairs(lines and (lines.results or lines) or {}) do
    local change = {}
    if is_ours(line.TrackingNumber) then change.TrackingNumber = null end
    -- We made the delivery of an order; as deliveries can't be deleted, it goes down to nothing.
    if event.kind == "order" then change.QuantityDelivered = 0 end
    if pairs(change)(change) ~= nil then
      send(job, event, "The voided number", "untold " .. line.ID, at.goods_delivery_lines.update(line.ID, change),
        { version = version, entity = "delivery line " .. line.ID })
    end
  end
end

local function taken_off_invoices(job, at, event, is_ours)
  local seen = {}
  for _, line in ipairs(at.sales_invoice_lines.list { ["$filter"] = ("SalesOrder eq guid'%s'"):format(event.order.id) }) do
    local invoice = not seen[line.InvoiceID] and at.sales_invoices.get(line.InvoiceID)
    seen[line.InvoiceID] = true
    if invoice and invoice.Status ~= PROCESSED and is_ours(invoice.Remarks) then
      local write = at.sales_invoices.update(line.InvoiceID, { Remarks = telling.without(invoice.Remarks, event.numbers) })
      send(job, event, "The voided number", "untold " .. line.InvoiceID, write, { version = job:now(), entity = "remarks of " .. line.InvoiceID })
    end
  end
end

-- The voided label's number goes from wherever it was written; what people wrote beside it stays.
local function take_back(job, books, event)
  local at = books:at(event.books)
  local function is_ours(text)
    for _, number in ipairs(event.numbers) do
      if text and text:find(number, 1, true) then return true end
    end
    return text == "see remarks"
  end
  echoes.wrote(job, event.reference)
  if event.delivery then taken_off_delivery(job, at, event, is_ours) end
  if event.document then
    send(job, event, "The voided label's document", "document gone " .. event.reference, at.documents.delete(event.document),
      { version = job:now(), entity = "document of " .. event.reference })
  end
  if job.settings.invoice_tracking and event.order then taken_off_invoices(job, at, event, is_ours) end
  echoes.wrote(job, event.reference)
  return { taken_back = #event.numbers }
end

-- The job of a label, or of a void: those of one delivery run one after the other.
function telling.run(job, books)
  local event = job.event
  if event and event.numbers then return take_back(job, books, event) end
  if not event or not event.parcels then return job:skip "what is told comes of labels" end
  if event.together and job.attempt == 1 then return require("shared.labels.together").wait(job, event) end
  local done, delivery, file = telling.one(job, books, event)
  if not done then return job:skip "its label was voided meanwhile" end
  return { delivery = delivery, document = file }
end

return telling
