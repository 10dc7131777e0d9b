-- Scans in Exact Online (XF4): a document of the order, or the notes of the delivery's lines. The order's own data is not written.

local echoes, parcels, time = require "shared.records.echoes", require "shared.tracking.parcels", require "time"

local notes = {}

local LINE_LONGEST = 1000   -- how much a line's notes take is nowhere said

local function stamp(job, at)
  local text = time.local_text(at, job.settings.scan_zone)
  return text:sub(1, 10) .. " " .. text:sub(12, 16) .. (job.settings.scan_zone == "UTC" and " UTC" or "")
end

local function scan_line(job, event)
  local told = event.text or event.status
  if event.place then told = told .. ", " .. event.place end
  return stamp(job, event.at) .. "  " .. told
end

-- What is known of a parcel, the latest scan last.
function notes.text(job, parcel)
  local out = {}
  for index, event in ipairs(parcel.events or {}) do out[index] = scan_line(job, event) end
  return table.concat(out, "\n")
end

-- All parcels of a delivery in one text; `parcel` as it is now.
local function text_of_all(job, parcel)
  local out, numbers = {}, parcel.delivery and parcels.of_delivery(job, parcel.delivery.id) or { parcel.number }
  for _, number in ipairs(numbers) do
    local each = number == parcel.number and parcel or parcels.get(job, number)
    if each then out[#out + 1] = ("%s\n%s"):format(each.link and ("%s %s"):format(number, each.link) or number, notes.text(job, each)) end
  end
  return table.concat(out, "\n\n")
end

-- A date as Exact Online takes it.
local function midnight(date) return date and date:sub(1, 10) .. "T00:00:00" end

local function place_of(parcel) return parcel.delivery and "delivery " .. parcel.delivery.id or "parcel " .. parcel.number end

local function subject(parcel)
  return parcel.delivery and parcel.delivery.number and ("Tracking of delivery %s"):format(tostring(parcel.delivery.number))
    or ("Tracking of parcel %s"):format(parcel.number)
end

-- One document for the parcels of a delivery: that of the label where there is one.
local function write_document(job, books, parcel)
  local place, body = place_of(parcel), text_of_all(job, parcel)
  local entity, known = "scans of " .. place, parcel.document or job.kv.get("scans in:" .. place)
  if not known then
    local sent = job:send("scan document", books.documents.create {
      Subject = subject(parcel), Type = job.settings.scan_document_type, Account = parcel.account_id, Body = body,
      SalesOrderNumber = parcel.order and parcel.order.number, DocumentDate = midnight(parcel.ship_date),
    }, { version = "1", entity = entity })
    if sent.state == "shadow" then return end
    known = sent.id
    job.kv.set("scans in:" .. place, known)
    -- Made before, by a job that was stopped or for another parcel: it has the scans of then.
    if not sent.earlier then return end
  end
  job:send("scans", books.documents.update(known, { Body = body }), { version = job:now(), entity = entity })
end

-- The last scans that fit, as the field is no book.
local function short(text)
  while #text > LINE_LONGEST do
    local _, stop = text:find("\n", 1, true)
    if not stop then return text:sub(1, LINE_LONGEST) end
    text = text:sub(stop + 1)
  end
  return text
end

local function write_lines(job, books, parcel)
  if not parcel.delivery then return end
  if parcel.reference then echoes.wrote(job, parcel.reference) end
  local text = short(parcel.number .. "\n" .. notes.text(job, parcel))
  for _, line in ipairs(books.goods_delivery_lines.list { ["$filter"] = ("EntryID eq guid'%s'"):format(parcel.delivery.id) }) do
    job:send("scans " .. line.ID, books.goods_delivery_lines.update(line.ID, { Notes = text }),
      { version = job:now(), entity = "notes of " .. line.ID })
  end
end

local function is_wanted(job, status)
  for _, each in ipairs(job.settings.scan_statuses) do
    if each == "any" or each == status then return true end
  end
  return false
end

-- Writes what was not written yet, when the status is one that the client wants to see.
function notes.write(job, books, parcel, status)
  local count = #(parcel.events or {})
  if job.settings.scan_notes == "none" or count == (parcel.written or 0) or not is_wanted(job, status) then return false end
  if job.settings.scan_notes == "lines" then
    write_lines(job, books, parcel)
  else
    write_document(job, books, parcel)
  end
  parcel.written = count
  return true
end

-- Once all parcels of a delivery have arrived (XU5): told in its remarks where that is set.
function notes.arrived(job, books, parcel)
  if job.settings.delivered_as ~= "remarks" or not parcel.delivery then return end
  local last
  for _, number in ipairs(parcels.of_delivery(job, parcel.delivery.id)) do
    local each = number == parcel.number and parcel or parcels.get(job, number)
    if not each or not each.state or each.state.status ~= "delivered" then return end
    if not last or each.state.at > last then last = each.state.at end
  end
  if not last then return end
  local delivery = books.goods_deliveries.get(parcel.delivery.id)
  local told, remarks = "Delivered " .. stamp(job, last), delivery.Remarks or ""
  if remarks:find(told, 1, true) then return end
  if parcel.reference then echoes.wrote(job, parcel.reference) end
  job:send("arrived", books.goods_deliveries.update(parcel.delivery.id, { Remarks = remarks == "" and told or remarks .. "\n" .. told }),
    { version = job:now(), entity = "remarks of " .. parcel.delivery.id })
end

return notes
