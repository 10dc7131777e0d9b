-- What a label cost on its way into the ledger (XS4, XS5, XS8, XS9, XS14): once, balanced to the cent, reversed when it is voided.

local decimal, units = require "decimal", require "units"
local ledger, matching, periods, sharing = require "ledger", require "matching", require "shared.exact.periods", require "sharing"
local parcels = require "shared.shipstation.parcels"

local costs = {}

local GENERAL, PURCHASE = 90, 22
local NONE = decimal "0"
-- A label's cost never changes: what is sent or withheld of it has but one state.
local STATE = "1"

local function exact(value) return decimal(tostring(value)) end

local function kilograms(parcel)
  local weight = parcel.weight
  local unit = weight and weight.units and units.unit(weight.units)
  return unit and units.convert(weight.value, unit, "kg", { decimals = 4 }) or nil
end

-- By the client's own table.
local function from_table(settings, parcel)
  local weight = kilograms(parcel)
  for _, row in ipairs(settings.rate_table) do
    local light = row.up_to == nil or weight ~= nil and weight <= exact(row.up_to)
    if light and (row.carrier == nil or row.carrier == parcel.carrier) and (row.service == nil or row.service == parcel.service)
      and (row.country == nil or row.country == parcel.country) then
      return exact(row.amount)
    end
  end
end

-- What ShipStation would ask for such a parcel.
local function from_rates(job, station, parcel)
  if not (parcel.warehouse and parcel.carrier and parcel.weight and parcel.weight.units and parcel.country) then return nil end
  local origin = station.warehouses.get(parcel.warehouse).originAddress
  local rates, why = try(station.rates.list, {
    carrierCode = parcel.carrier, serviceCode = parcel.service, fromPostalCode = origin.postalCode, toCountry = parcel.country,
    toPostalCode = parcel.postal_code or "", toState = parcel.state, weight = { value = exact(parcel.weight.value), units = parcel.weight.units },
  })
  if not rates then
    if why.retryable then error(why, 0) end
    job:note("ShipStation gives no rate for it: " .. tostring(why.message))
    return nil
  end
  for _, rate in ipairs(rates) do
    if rate.serviceCode == parcel.service then return exact(rate.shipmentCost or 0) + exact(rate.otherCost or 0) end
  end
end

-- Freight and insurance; where ShipStation knows of none, what the setting makes of it (XS14).
local function amounts(job, station, parcel)
  local policy = job.settings.no_cost
  if not (parcel.cost + parcel.insurance):is_zero() then return parcel.cost, parcel.insurance end
  local estimate
  if policy == "table" then estimate = from_table(job.settings, parcel) end
  if policy == "rates" then estimate = from_rates(job, station, parcel) end
  job:note(("label without cost: %s, %s"):format(parcels.told(parcel), estimate and "estimated at " .. estimate:text() or "nothing is booked"))
  if policy ~= "none" and not estimate then
    job:refuse(("%s has no cost in ShipStation, and %s."):format(parcels.told(parcel),
      policy == "table" and "no row of rate_table fits it" or "ShipStation gives no rate for it"), {
      cause = ("no rate %s %s"):format(parcel.carrier or "", parcel.service or ""), concern = "finance",
      fix = policy == "table" and "Add a row to rate_table, then release this case." or "Set no_cost to table or none, then release this case.",
    })
  end
  return estimate or NONE, NONE
end

local function day_of(job, instant) return job:map("business_date", { instant = instant }).day:sub(1, 10) end

-- The business date of a parcel, made once: the ship date as it stands, or the day it was bought in the client's zone.
local function date_of(job, parcel)
  if job.settings.accounting_date == "bought" and parcel.created then return day_of(job, parcel.created) end
  return parcel.ship_date or day_of(job, parcel.created)
end

local function describe(parcel, order) return ("%s order %s"):format(parcels.told(parcel), tostring(order or "")) end

local function with_notes(parts, reference)
  for index, part in ipairs(parts) do part.notes = index == 1 and reference or ("%s/%d"):format(reference, index) end
  return parts
end

-- Makes the entry of these parts, which are the cost side. `effect` is its name.
local function book(job, books, effect, cost, parcel)
  local settings, what = job.settings, describe(parcel, cost.order)
  local is_purchase = settings.posting == "purchase"
  local journal = is_purchase and settings.purchase_journal or settings.journal
  local total = NONE
  for _, part in ipairs(cost.parts) do total = total + part.amount end
  if not is_purchase then
    -- What is owed comes first: by its line the whole entry is found, and reconciled.
    table.insert(cost.parts, 1, {
      account = parcel.carrier and settings.accruals[parcel.carrier] or settings.accrual_account, amount = -total, description = what,
      labels = 1,
    })
  end
  ledger.check(job, cost.parts, journal, is_purchase and PURCHASE or GENERAL)
  local date, true_date = periods.date(job, books, journal, cost.booked_on, what)
  cost.booked_on, cost.description = date, what
  for _, part in ipairs(cost.parts) do
    part.description = describe(parcel, part.order or cost.order) .. (true_date and (", of " .. true_date) or "")
  end
  with_notes(cost.parts, cost.reference)
  local entry, write
  if is_purchase then
    local code = parcel.carrier and settings.suppliers[parcel.carrier]
    local supplier = code and job:look_up("suppliers", code)
    if not supplier then
      job:refuse(("There is no account in Exact Online for the carrier %s."):format(parcel.carrier or "without name"), {
        cause = "supplier " .. (parcel.carrier or ""), concern = "finance", fix = "Add it to the setting suppliers, then release this case.",
      })
    end
    entry = job:map("purchase", cost, { supplier = supplier })
    ledger.balanced(job, entry.PurchaseEntryLines, total, what)
    write = books.purchase_entries.create(entry)
  else
    entry = job:map("entry", cost)
    ledger.balanced(job, entry.GeneralJournalEntryLines, NONE, what)
    write = books.journal_entries.create(entry)
  end
  local sent, why = try(job.send, job, effect, write, { version = STATE })
  if not sent then
    if type(why) == "table" and why.code == "rejected" then periods.check(job, books, journal, date, what) end
    return ledger.refused(job, what, why)
  end
  return { entry = sent.id, number = sent.number, amount = total:text() }
end

local function lines_of(document, name)
  local lines = document[name]
  return lines and (lines.results or lines) or {}
end

-- The entry of a label that was voided, with every sign turned. What stands in the books is turned, whatever the settings say now.
local function reverse(job, books, parcel)
  local booked = job.kv.get("booked:" .. parcels.reference(job, parcel))
  if not booked then return job:skip "voided before anything was booked" end
  books = books:at(booked.books)
  local posted = job:withhold("cost", { role = "books", connection = booked.books, version = STATE })
  if not posted then return job:skip "voided before anything was booked" end
  local is_purchase = booked.posting == "purchase"
  local group, list = is_purchase and books.purchase_entries or books.journal_entries, is_purchase and "PurchaseEntryLines" or "GeneralJournalEntryLines"
  local stands, why = try(group.whole, posted.id)
  if not stands then
    if why.code ~= "not_found" then error(why, 0) end
    return job:skip(("its entry %s was deleted in Exact Online, so nothing is left to reverse"):format(posted.number or posted.id))
  end
  local cost = { reference = parcels.reference(job, parcel) .. "-V", parts = {} }
  local reference = parcels.reference(job, parcel)
  for _, line in ipairs(lines_of(stands, list)) do
    local is_owed = line.Notes ~= nil and tostring(line.Notes):match "^%s*(.-)%s*$" == reference
    table.insert(cost.parts, is_owed and 1 or #cost.parts + 1, {
      account = line.GLAccountCode, amount = -exact(line.AmountFC), cost_center = line.CostCenter, cost_unit = line.CostUnit, project = line.Project,
      description = "Voided: " .. (line.Description or parcels.told(parcel)), labels = is_owed and -1 or nil,
    })
  end
  local journal = is_purchase and job.settings.purchase_journal or job.settings.journal
  local voided = day_of(job, parcel.void_date or parcel.created)
  cost.booked_on = periods.date(job, books, journal, voided, "The void of " .. parcels.told(parcel))
  cost.description = "Voided: " .. parcels.told(parcel)
  with_notes(cost.parts, cost.reference)
  local write
  if is_purchase then
    write = books.purchase_entries.create(job:map("purchase", cost, { supplier = stands.Supplier }))
  else
    local entry = job:map("entry", cost)
    ledger.balanced(job, entry.GeneralJournalEntryLines, NONE, cost.description)
    write = books.journal_entries.create(entry)
  end
  local sent, refusal = try(job.send, job, "cost reversed", write, { version = STATE })
  if not sent then
    if type(refusal) == "table" and refusal.code == "rejected" then periods.check(job, books, journal, cost.booked_on, cost.description) end
    return ledger.refused(job, cost.description, refusal)
  end
  return { reversed = posted.id, entry = sent.id }
end

function costs.run(job, station, books)
  if job.settings.posting == "none" then return job:skip "posting is none" end
  local parcel, several = parcels.of_job(job, station)
  if not parcel then return { labels = several } end
  parcels.note(job, parcel)
  if parcel.voided then return reverse(job, books, parcel) end
  job:dated(parcels.made(parcel))
  local orders = matching.orders(job, station, parcel)
  if #orders == 0 then return matching.unknown(job, parcel, "The label") end
  local freight, insurance = amounts(job, station, parcel)
  if (freight + insurance):is_zero() then return job:skip "it costs nothing" end
  local entries = sharing.lines(job, orders, parcel)
  if #entries == 0 then
    return job:refuse(("Order %s has no lines that the cost of %s could be shared among."):format(tostring(orders[1].number), parcels.told(parcel)),
      { cause = "no_lines", concern = "finance", fix = "Book it in Exact Online by hand and cancel this job." })
  end
  local reference = parcels.reference(job, parcel)
  -- Where the void of this label will look for its entry.
  job.kv.set("booked:" .. reference, { books = orders[1].books, posting = job.settings.posting })
  local at = books:at(orders[1].books)
  return book(job, at, "cost", {
    reference = reference, order = orders[1].number, booked_on = date_of(job, parcel), parts = sharing.parts(job, entries, parcel, freight, insurance),
  }, parcel)
end

return costs
