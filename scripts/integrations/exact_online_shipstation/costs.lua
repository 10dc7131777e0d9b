-- What a label cost on its way into the ledger (XS4, XS5, XS8, XS9, XS14): once, balanced to the cent, reversed when it is voided; as an
-- entry of its own, or with the others of its day (XS16).

local decimal = require "decimal"
local amounts, booking, days, matching, sharing = require "amounts", require "booking", require "days", require "matching", require "sharing"
local parcels = require "shared.shipstation.parcels"

local costs = {}

local NONE = decimal "0"

local function exact(value) return decimal(tostring(value)) end

local function describe(parcel, order) return ("%s order %s"):format(parcels.told(parcel), tostring(order or "")) end

local function with_notes(parts, reference)
  for index, part in ipairs(parts) do part.notes = index == 1 and reference or ("%s/%d"):format(reference, index) end
end

-- Makes the entry of these parts, which are the cost side.
local function book(job, books, cost, parcel, posting)
  local total = NONE
  cost.description = describe(parcel, cost.order)
  for _, part in ipairs(cost.parts) do
    total = total + part.amount
    part.description = describe(parcel, part.order or cost.order)
  end
  if posting == "journal" then
    -- What is owed comes first: by its line the whole entry is found, and reconciled.
    table.insert(cost.parts, 1, {
      account = booking.owed_account(job.settings, parcel.carrier), amount = -total, description = cost.description, labels = 1,
    })
  end
  with_notes(cost.parts, cost.reference)
  local sent = booking.post(job, books, "cost", cost, {
    posting = posting, supplier = posting == "purchase" and booking.supplier(job, parcel.carrier) or nil,
  })
  return { entry = sent.id, number = sent.number, amount = total:text() }
end

-- The entry of a label that was voided, with every sign turned. What stands in the books is turned, whatever the settings say now.
local function reverse(job, books, parcel, booked)
  books = books:at(booked.books)
  local posted = job:withhold("cost", { role = "books", connection = booked.books, version = booking.STATE })
  if not posted then return job:skip "voided before anything was booked" end
  local posting = booked.posting
  local stands, why = try(books[booking.kinds[posting].group].whole, posted.id)
  if not stands then
    if why.code ~= "not_found" then error(why, 0) end
    return job:skip(("its entry %s was deleted in Exact Online, so nothing is left to reverse"):format(posted.number or posted.id))
  end
  local reference = parcels.reference(job, parcel)
  local cost = {
    reference = reference .. "-V", description = "Voided: " .. parcels.told(parcel), parts = {},
    booked_on = amounts.day_of(job, parcel.void_date or parcel.created),
  }
  local of = parcel.ship_date and parcel.ship_date ~= cost.booked_on and ", of " .. parcel.ship_date or ""
  for _, line in ipairs(booking.lines_of(stands, posting)) do
    local is_owed = posting == "journal" and line.Notes ~= nil and tostring(line.Notes):match "^%s*(.-)%s*$" == reference
    table.insert(cost.parts, is_owed and 1 or #cost.parts + 1, {
      account = line.GLAccountCode, amount = -exact(line.AmountFC), cost_center = line.CostCenter, cost_unit = line.CostUnit, project = line.Project,
      description = "Voided: " .. (line.Description or parcels.told(parcel)) .. of, labels = is_owed and -1 or nil,
    })
  end
  with_notes(cost.parts, cost.reference)
  local sent = booking.post(job, books, "cost reversed", cost, { posting = posting, supplier = stands.Supplier, checked = false })
  return { reversed = posted.id, entry = sent.id }
end

local function voided(job, books, parcel, reference)
  local booked = job.kv.get("booked:" .. reference)
  if not booked then
    -- A job that still holds the label as it was, parked for example, must not book it any more.
    job.kv.set("voided:" .. reference, true)
    return job:skip "voided before anything was booked"
  end
  if booked.per == "day" then return days.void(job, books, parcel, booked) end
  return reverse(job, books, parcel, booked)
end

function costs.run(job, station, books)
  local is_off = job.settings.posting == "none"
  -- A list of voids brings its rows with it: what was booked before is reversed, whatever the settings say now.
  if is_off and not (job.event and job.event.record) then return job:skip "posting is none" end
  local parcel, several = parcels.of_job(job, station)
  if not parcel then return { labels = several } end
  parcels.note(job, parcel)
  local reference = parcels.reference(job, parcel)
  if parcel.voided then return voided(job, books, parcel, reference) end
  if is_off then return job:skip "posting is none" end
  local booked = job.kv.get("booked:" .. reference)
  if booked and booked.per == "day" then return job:skip(("it counts with the entry of %s"):format(days.told(booked))) end
  if job.kv.get("voided:" .. reference) then return job:skip "it was voided" end
  job:dated(parcels.made(parcel))
  local orders = matching.orders(job, station, parcel)
  if #orders == 0 then return matching.unknown(job, parcel, "The label") end
  local freight, insurance = amounts.of(job, station, parcel)
  if (freight + insurance):is_zero() then return job:skip "it costs nothing" end
  local entries = sharing.lines(job, orders, parcel)
  if #entries == 0 then
    return job:refuse(("Order %s has no lines that the cost of %s could be shared among."):format(tostring(orders[1].number), parcels.told(parcel)),
      { cause = "no_lines", concern = "finance", fix = "Book it in Exact Online by hand and cancel this job." })
  end
  local cost = {
    reference = reference, order = orders[1].number, booked_on = amounts.date_of(job, parcel),
    parts = sharing.parts(job, entries, parcel, freight, insurance),
  }
  -- What was begun as an entry of its own stays one, whatever the setting says now.
  local per, posting = booked and "shipment" or job.settings.entries, booked and booked.posting or job.settings.posting
  if per == "day" then return days.add(job, orders[1].books, cost, parcel) end
  -- Where the void of this label will look for its entry.
  job.kv.set("booked:" .. reference, { books = orders[1].books, posting = posting })
  return book(job, books:at(orders[1].books), cost, parcel, posting)
end

return costs
