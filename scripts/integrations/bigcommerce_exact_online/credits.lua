-- Credit documents: what is given back of a document that was posted. Item, account, VAT code, cost center and cost unit
-- are those of the line it was sold on, as they stand in Exact Online, so a credit always undoes what was booked.

local allocate, currencies, decimal, documents, json = require "allocate", require "currencies", require "decimal", require "documents", require "json"
local masters, periods, vat = require "masters", require "shared.exact.periods", require "vat"

local credits = {}

local MIDNIGHT = "T00:00:00"   -- a date as documents bear it
local NONE, ONE = decimal "0", decimal "1"
local LONGEST_PRICE = 4   -- decimals that a price per piece may have

local function exact(number) return decimal(tostring(number)) end
local function trimmed(text) return text and tostring(text):match "^(.-)%s*$" or nil end

-- The lines that stand, by our reference without the document's own: "501", "shipping", "discount-4".
function credits.standing(kind, found)
  local by_part, all = {}, documents.lines(kind, found)
  for _, line in ipairs(all) do
    local part = line.Notes and trimmed(line.Notes):match "/(.+)$"
    if part then by_part[part] = line end
  end
  return by_part, all
end

function credits.rate(job, order, line)
  local code = trimmed(line.VATCode)
  if not code or code == "" then return NONE, false end
  return vat.code_in_books(job, order, code)
end

-- What a standing line comes to with tax.
function credits.gross(job, order, kind, line)
  if line.AmountFC ~= nil and line.VATAmountFC ~= nil then return exact(line.AmountFC) + exact(line.VATAmountFC) end
  local fraction, inclusive = credits.rate(job, order, line)
  local amount = kind.net_lines and exact(line.AmountFC) or exact(line.Quantity) * exact(line.NetPrice)
  local net, tax = vat.split(amount, fraction, inclusive and not kind.net_lines)
  return net + tax
end

-- A credit line of `gross` (with tax) on what `line` was booked on. Pieces are given back as pieces where the price comes
-- out even, else the amount is one.
function credits.line(job, order, kind, line, gross, quantity, description, notes)
  local fraction, inclusive = credits.rate(job, order, line)
  inclusive = inclusive and not kind.net_lines
  local amount = inclusive and gross or gross:div(fraction + ONE, 2)
  quantity = quantity or ONE
  local price = amount:div(quantity, LONGEST_PRICE)
  if not ((price * quantity):round(2) - amount):is_zero() then price, quantity = amount, ONE end
  local net, tax = vat.split(amount, fraction, inclusive)
  if kind.net_lines then tax = gross - net end
  return {
    item = line.Item, quantity = quantity, price = price, net = net, tax = tax, vat_code = trimmed(line.VATCode), account = line.GLAccount,
    cost_center = trimmed(line.CostCenter), cost_unit = trimmed(line.CostUnit), description = description, notes = notes,
  }
end

-- Shares an amount out over the VAT codes of the document, by what was sold under each: { { line =, gross = } }.
function credits.by_mix(job, order, kind, lines, amount)
  local by_code, codes, weights = {}, {}, {}
  for _, line in ipairs(lines) do
    local code = trimmed(line.VATCode) or ""
    if not by_code[code] then
      by_code[code] = { line = line, gross = NONE }
      codes[#codes + 1] = code
    end
    by_code[code].gross = by_code[code].gross + credits.gross(job, order, kind, line)
  end
  local shared = {}
  for _, code in ipairs(codes) do
    if by_code[code].gross:sign() > 0 then
      shared[#shared + 1] = by_code[code]
      weights[#weights + 1] = by_code[code].gross
    end
  end
  local parts, why = allocate.by(amount:round(2), weights)
  if not parts then return nil, why end
  local out = {}
  for index, each in ipairs(shared) do out[index] = { line = each.line, gross = parts[index] } end
  return out
end

local function service_item(job, code, setting)
  if not code then return nil end
  local id = job:look_up("items", code)
  if not id then
    job:refuse(("The item %s of the setting %s is not in Exact Online."):format(code, setting),
      { cause = "item " .. code, concern = "finance", fix = "Correct the setting, then release this case." })
  end
  return id
end
credits.service_item = service_item

local function sum_of(lines)
  local sum = NONE
  for _, line in ipairs(lines) do sum = sum + line.net + line.tax end
  return sum
end

-- Adds the cents that are left over; refuses more than that.
local function round(job, credit, total, what)
  local difference = total - sum_of(credit.lines)
  if difference:is_zero() then return end
  local item = service_item(job, job.settings.rounding_item, "rounding_item")
  if difference:abs() > currencies.limit(exact(job.settings.tolerance), credit.currency) or not item then
    job:refuse(("%s comes to %s, but its lines to %s: a difference of %s."):format(what, total:text(), sum_of(credit.lines):text(),
      (-difference):text()), { cause = "totals", concern = "finance", fix = not item and "Set rounding_item, then release this case." or nil })
  end
  credit.lines[#credit.lines + 1] = {
    item = item, quantity = ONE, price = difference, net = difference, tax = NONE, vat_code = job.settings.vat_codes["0"],
    description = "Rounding", notes = credit.reference .. "/rounding",
  }
end

-- Exact wants the lines of credit invoices with one sign; which one is a setting, as it is not documented.
local function signed(job, kind, lines)
  local positive = job.settings.credit_quantities == "positive" and not kind.net_lines
  for _, line in ipairs(lines) do
    if not positive then line.quantity, line.net, line.tax = -line.quantity, -line.net, -line.tax end
  end
  return positive
end

-- Posts `credit`, whose lines add up to `total` but for rounding. `effect` is the name of the write, `date` an instant.
function credits.post(job, books, order, posted, found, credit, total, effect, what)
  local kind = posted.kind
  credit.order_id, credit.customer = order.id, found[kind.customer]
  credit.journal, credit.currency, credit.condition = trimmed(found.Journal), trimmed(found.Currency), trimmed(found.PaymentCondition)
  round(job, credit, total, what)
  local positive = signed(job, kind, credit.lines)
  credit.original = documents.known_as { number = found[kind.number] and tostring(found[kind.number]) or "", id = found.YourRef }
  local document = job:map(kind.credit, credit)
  -- What is given back belongs to the period it is given back in; if that is closed too, to the next (BC8).
  local date, true_date = periods.date(job, books, credit.journal, document[kind.date], what, "next")
  if true_date then
    document[kind.date], document.Description = date .. MIDNIGHT, ("%s, of %s"):format(document.Description, true_date)
  end
  return masters.guarded(job, document, what, function()
    return documents.add(job, books, kind, effect, document, credit.created, positive and total or -total)
  end, function() periods.check(job, books, credit.journal, document[kind.date], what) end)
end

-- A credit of all that stands.
function credits.of_everything(job, order, posted, found, reference, reason)
  local kind = posted.kind
  local credit, total = { reference = reference, created = order.date_modified, reason = reason, lines = json.array {} }, NONE
  for _, line in ipairs(documents.lines(kind, found)) do
    local gross = credits.gross(job, order, kind, line)
    total = total + gross
    local quantity = line.Quantity and exact(line.Quantity) or ONE
    if quantity:sign() <= 0 then quantity = ONE end
    credit.lines[#credit.lines + 1] = credits.line(job, order, kind, line, gross, quantity, trimmed(line.Description),
      reference .. "/" .. (trimmed(line.Notes) or ""):gsub("^.*/", ""))
  end
  return credit, total
end

return credits
