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

local function reference_of(job, parcel) return ("Shipping %s"):format(parcels.reference(job, parcel)) end

-- What the customer pays for this parcel, and the reference of the line: a fixed amount once an order, the others for each label.
function charges.of(job, order, parcel)
  local settings = job.settings
  if settings.charge == "none" then return NONE end
  if settings.charge == "fixed" then return exact(settings.charge_fixed), ("Shipping of order %s"):format(tostring(order.number)) end
  local cost = parcel.cost + parcel.insurance
  if settings.charge == "markup" then cost = (cost * (decimal "1" + exact(settings.charge_markup):div("100", 6))):round(places(settings.currency)) end
  return cost, reference_of(job, parcel)
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

-- A fixed charge is the order's, whichever of its labels comes first: they run beside each other. The others are each label's own.
local function shared(job, id) return job.settings.charge == "fixed" and "charge of " .. id or nil end

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
  local sent, why = try(job.send, job, "charge", books.order_charge_lines.create(body), { version = STATE, entity = shared(job, id) })
  if sent then return sent.id end
  if why.code ~= "rejected" then error(why, 0) end
  job:note(("order %s takes no charge: %s"):format(tostring(order.number), why.cause or why.message))
  hand_on()
end

local OPEN = { [10] = true, [20] = true }

local function off_key(reference) return "charge off:" .. reference end
local function charged_key(reference) return "charged:" .. reference end

-- What stands on an invoice: it goes while the invoice is open, else it is a person's to give back.
local function take_off_invoice(job, books, order, reference)
  local charged = job.kv.get(charged_key(reference))
  if not charged then return end
  local invoice = books.sales_invoices.get(charged.invoice)
  local done, why
  if OPEN[invoice.Status] then
    done, why = try(job.send, job, "charge taken off", books.invoice_charge_lines.delete(charged.id), { version = job:now(), entity = charged.id })
    if not done and why.code ~= "rejected" then error(why, 0) end
  end
  if done then return job.kv.set(charged_key(reference), nil) end
  job:note(("the charge on invoice %s for order %s stays: %s"):format(tostring(invoice.InvoiceNumber or charged.invoice), tostring(order.number),
    why and (why.cause or why.message) or "it is processed"))
end

-- The label was voided: its own charge goes, a fixed one stays with the order.
function charges.take_back(job, books, order, parcel)
  if job.settings.charge == "none" or job.settings.charge == "fixed" then return end
  local reference = reference_of(job, parcel)
  -- A job that still waits for the order's invoice must not charge it any more.
  job.kv.set(off_key(reference), true)
  take_off_invoice(job, books, order, reference)
  local posted = job:withhold("charge", { role = "books", connection = order.books, version = STATE })
  if not posted then return end
  local done, why = try(job.send, job, "charge taken back", books.order_charge_lines.delete(posted.id), { version = job:now(), entity = posted.id })
  if done then return end
  if why.code ~= "rejected" then error(why, 0) end
  job:note(("the charge on order %s stays: %s"):format(tostring(order.number), why.cause or why.message))
end

-- The charge of an order that is delivered already, on its open invoice.
function charges.run(job, _, books)
  local event = job.event
  if not event or not event.order then return job:skip "charges come of labels" end
  if job.kv.get(off_key(event.reference)) then return job:skip "its label was voided" end
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
        local sent = job:send("charge", books.invoice_charge_lines.create(body), { version = STATE, entity = shared(job, event.order) })
        if sent.state ~= "shadow" then job.kv.set(charged_key(event.reference), { id = sent.id, books = event.books, invoice = each.InvoiceID }) end
        return { charge = sent.id, invoice = each.InvoiceID }
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
