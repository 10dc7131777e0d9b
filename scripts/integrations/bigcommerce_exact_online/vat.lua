-- VAT codes of the books (BC12): by the rows of vat_rules, else by the rate alone. What the shop charged must be what the
-- code stands for in Exact Online; two rates that differ are a person's to sort out, never ours to choose between.

local decimal, rules = require "decimal", require "rules"

local vat = {}

-- Settings are records of the host, which know pairs but not next.
local function is_empty(codes)
  local walk, of, first = pairs(codes)
  return walk(of, first) == nil
end

-- Whether the settings decide on VAT at all; if not, the items' own codes do, and there is nothing to hold tax against.
function vat.decides(settings)
  return not (is_empty(settings.vat_codes) and is_empty(settings.vat_codes_inclusive) and is_empty(settings.vat_rules))
end

-- The VAT number that the shopper gave, from the form field of that name.
local function vat_number(order, names)
  for _, field in ipairs(order.billing_address.form_fields or {}) do
    for _, name in ipairs(names) do
      if field.value and field.name and field.name:lower() == name:lower() then return field.value end
    end
  end
end

-- Where the goods go: the tax of that country applies. Without goods it is where the bill goes.
function vat.destination(order)
  local to = order.shipping_addresses[1] or order.billing_address
  return to.country_iso2
end

-- The conditions of a row that are the same for all parts of an order.
function vat.facts_of(order, settings)
  return {
    country = vat.destination(order), channel = order.channel_id, vat_number = vat_number(order, settings.vat_number_fields) ~= nil,
  }
end

local function refuse(job, order, cause, sentence, fix)
  return job:refuse(("Order %d: %s"):format(order.id, sentence), { cause = cause, concern = "finance", fix = fix })
end

-- What is known of codes in this run: the lines of an order ask for the same few again and again.
local known = {}

-- What Exact says of a code: its rate as a fraction, and whether prices hold it. What looks wrong in a replayed job is asked
-- for anew: a person has just been told to mend it.
local function code_in_books(job, order, code)
  if known.job ~= job then known = { job = job } end
  if known[code] then return known[code].fraction, known[code].holds_tax end
  local row = job:look_up("vat_codes_of_books", code)
  if job.attempt > 1 and (not row or row.IsBlocked) then row = job:look_up("vat_codes_of_books", code, { anew = true }) end
  if not row then
    refuse(job, order, ("VAT code %s is not in Exact Online"):format(code), ("VAT code %s is not in Exact Online."):format(code),
      "In Exact Online: Financial, VAT, VAT codes. Or another code in vat_codes or vat_rules. Then release this case.")
  end
  if row.IsBlocked then
    refuse(job, order, ("VAT code %s is blocked"):format(code), ("VAT code %s is blocked."):format(code),
      "In Exact Online: Financial, VAT, VAT codes. Or another code in vat_codes or vat_rules. Then release this case.")
  end
  known[code] = { fraction = decimal(tostring(row.Percentage or 0)), holds_tax = row.Type == "I" }
  return known[code].fraction, known[code].holds_tax
end
vat.code_in_books = code_in_books

local function percent(fraction) return (fraction * decimal "100"):compact() end

-- The code for a part whose rate in the shop is `rate` ("21", nil when nothing was said of it); `what` names the part.
-- Gives { code, fraction, inclusive, without_tax }, or nil when the item decides.
function vat.code(job, order, facts, rate, what, inclusive)
  local settings = job.settings
  if not vat.decides(settings) then return nil end
  facts.rate = rate
  local rule = rules.first(settings.vat_rules, facts)
  local by_rate = inclusive and settings.vat_codes_inclusive or settings.vat_codes
  -- Nothing is in the price of what is free of tax, so the code without tax serves there too.
  local fallback = inclusive and rate == "0" and settings.vat_codes["0"] or nil
  local code
  if rule then code = inclusive and rule.inclusive or rule.code else code = rate and (by_rate[rate] or fallback) end
  if not code then
    refuse(job, order, ("vat_code_missing %s %s"):format(rate or "?", facts.country or "?"),
      ("the tax rate %s of %s has no VAT code in the setting %s."):format(
        rate and rate .. " %" or "(unknown)", what, inclusive and "vat_codes_inclusive" or "vat_codes"),
      "Add the rate there, or a row to vat_rules, then release this case.")
  end
  local fraction, holds_tax = code_in_books(job, order, code)
  local expected = rule and rule.without_tax and "0" or rate
  if expected and percent(fraction) ~= expected then
    refuse(job, order, ("vat_rate %s %s"):format(expected, code),
      ("the shop charged %s %% on %s, but VAT code %s is %s %% in Exact Online."):format(expected, what, code, percent(fraction)),
      "Name the code of that rate in vat_codes or vat_rules, or correct the tax in the shop.")
  end
  if not fraction:is_zero() and holds_tax ~= inclusive then
    refuse(job, order, ("vat_type %s"):format(code),
      ("VAT code %s is for prices %s tax, but the prices of this shop are %s tax."):format(
        code, holds_tax and "with" or "without", inclusive and "with" or "without"),
      "Exact Online has a code of its own for each; name it in vat_codes_inclusive, vat_codes or vat_rules.")
  end
  return { code = code, fraction = fraction, inclusive = inclusive, without_tax = rule and rule.without_tax or false }
end

-- Net and tax of an amount in the store's terms, rounded to the cent as Exact rounds them.
function vat.split(amount, fraction, inclusive)
  amount = amount:round(2)
  if inclusive then
    local net = amount:div(fraction + decimal "1", 2)
    return net, amount - net
  end
  return amount, (amount * fraction):round(2)
end

return vat
