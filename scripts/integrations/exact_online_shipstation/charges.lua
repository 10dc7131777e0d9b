-- Shipping that the customer pays (XS10): a charge line on the order as long as it takes one, else on its open invoice. A processed
-- invoice is told of. Without a VAT code of its own the charge has that of the shipping costs in Exact Online.

local decimal = require "decimal"
local known, ledger, parcels = require "orders_known", require "ledger", require "shared.shipstation.parcels"
local decimals = require "shared.records.currencies".decimals
local trimmed = require "shared.records.values".trimmed

local charges = {}

local STATE = "1"
local UNKNOWN = "unknown"
local NONE = decimal "0"

local function exact(value) return decimal(value ~= nil and tostring(value) or "0") end

-- Decimals of an amount; Exact Online keeps two at most, whatever the currency.
local function places(currency) return math.min(decimals(currency), 2) end

-- What the customer pays for this parcel, and the reference of the line: a fixed amount once an order, the others for each label.
function charges.of(job, order, parcel)
  local settings = job.settings
  if settings.charge == "none" then return NONE end
  if settings.charge == "fixed" then return exact(settings.charge_fixed), ("Shipping of order %s"):format(tostring(order.number)) end
  local cost = parcel.cost + parcel.insurance
  if settings.charge == "markup" then cost = (cost * (decimal "1" + exact(settings.charge_markup):div("100", 6))):round(places(settings.currency)) end
  return cost, ("Shipping %s"):format(parcels.reference(job, parcel))
end

-- ShipStation names no currency: what the setting says, else the division's; nil where nobody knows.
local function currency_of(job, books, order)
  if job.settings.currency then return job.settings.currency end
  local division = known.parse(order.key)
  local place = ("currency of:%s"):format(tostring(division))
  local kept = job.kv.get(place)
  if kept then return kept ~= UNKNOWN and kept or nil end
  -- This list of divisions needs no scope.
  local rows, why = try(books.hrm_divisions.list, { ["$filter"] = ("Code eq %s"):format(tostring(division)) })
  if not rows and why.retryable then error(why, 0) end
  local found
  for _, row in ipairs(rows or {}) do
    if tostring(row.Code) == tostring(division) then found = trimmed(row.Currency) end
  end
  job.kv.set(place, found or UNKNOWN)
  return found
end

-- What the label was paid in where the order is in another currency; nil when they are the same.
local function other_currency(job, books, order)
  if job.settings.charge == "fixed" or not trimmed(order.currency) then return nil end
  local paid = currency_of(job, books, order)
  return paid ~= trimmed(order.currency) and paid or nil
end

local function line(job, amount, reference)
  return {
    IsShippingCost = true, AmountFCExclVAT = amount, VATCode = job.settings.charge_vat_code, OrderChargesLineDescription = reference,
  }
end

-- Before the delivery, which an order takes no charge after. What the order does not take is tried on its invoice by a job of its own.
function charges.add(job, books, order, parcel)
  local amount, reference = charges.of(job, order, parcel)
  if amount:is_zero() then return end
  local _, id = known.parse(order.key)
  local event = { order = id, books = order.books, number = tostring(order.number), amount = amount:text(), reference = reference }
  local function hand_on() job:emit("charges", parcels.reference(job, parcel), event) end
  local paid = other_currency(job, books, order)
  if paid then
    event.amount, event.paid, event.currency = amount:round(places(paid)):text(), paid, trimmed(order.currency)
    return hand_on()
  end
  -- What is wrong with the charge alone keeps no delivery back.
  if ledger.vat_fault(job, job.settings.charge_vat_code) then return hand_on() end
  local body = line(job, amount, reference)
  body.OrderID = id
  local sent, why = try(job.send, job, "charge", books.order_charge_lines.create(body), { version = STATE })
  if sent then return sent.id end
  if why.code ~= "rejected" then error(why, 0) end
  job:note(("order %s takes no charge: %s"):format(tostring(order.number), why.cause or why.message))
  hand_on()
end

-- The label was voided: its own charge goes, a fixed one stays with the order.
function charges.take_back(job, books, order)
  if job.settings.charge == "none" or job.settings.charge == "fixed" then return end
  local posted = job:withhold("charge", { role = "books", connection = order.books, version = STATE })
  if not posted then return end
  local done, why = try(job.send, job, "charge taken back", books.order_charge_lines.delete(posted.id), { version = job:now(), entity = posted.id })
  if done then return end
  if why.code ~= "rejected" then error(why, 0) end
  job:note(("the charge on order %s stays: %s"):format(tostring(order.number), why.cause or why.message))
end

local OPEN = { [10] = true, [20] = true }

-- The charge of an order that is delivered already, on its open invoice.
function charges.run(job, _, books)
  local event = job.event
  if not event or not event.order then return job:skip "charges come of labels" end
  if event.paid then
    return job:refuse(("Shipping of %s %s can't be charged on order %s, which is in %s."):format(event.amount, event.paid, event.number, event.currency), {
      cause = ("charge_currency %s %s"):format(event.paid, event.currency), concern = "finance",
      fix = "Charge it in Exact Online by hand and cancel this job; with the setting charge = fixed the amount is in the order's own currency.",
    })
  end
  books = books:at(event.books)
  ledger.check_vat(job, job.settings.charge_vat_code, "charge_vat_code")
  local seen, processed = {}, nil
  for _, each in ipairs(books.sales_invoice_lines.list { ["$filter"] = ("SalesOrder eq guid'%s'"):format(event.order) }) do
    if not seen[each.InvoiceID] then
      seen[each.InvoiceID] = true
      local invoice = books.sales_invoices.get(each.InvoiceID)
      if OPEN[invoice.Status] then
        local body = line(job, exact(event.amount), event.reference)
        body.InvoiceID = each.InvoiceID
        return { charge = job:send("charge", books.invoice_charge_lines.create(body), { version = STATE }).id, invoice = each.InvoiceID }
      end
      processed = tostring(invoice.InvoiceNumber or each.InvoiceID)
    end
  end
  return job:refuse(("Shipping of %s can't be charged on order %s: %s."):format(event.amount, event.number,
    processed and ("its invoice %s is processed"):format(processed) or "it is delivered, and has no invoice yet"), {
    cause = processed and "charge_processed" or "charge_no_invoice", concern = "finance",
    fix = processed and "Invoice it in Exact Online by hand and cancel this job." or "When the order has an invoice, release this case.",
  })
end

return charges
