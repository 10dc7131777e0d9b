-- What customs are told (L4): goods with commodity code, origin and value, whose sum is what the parcel is declared at. What is
-- missing is refused, naming item and field.

local countries, decimal, text = require "countries", require "decimal", require "text"
local address = require "address"
local currencies, parcels = require "shared.records.currencies", require "shared.labels.parcels"

local customs = {}

local function exact(value) return decimal(value ~= nil and tostring(value) or "0") end

-- Places that belong to the customs union but not to its country codes, and the other way round, are the carrier's to know.
function customs.is_border(from, to)
  if countries.in_eu(from) and countries.in_eu(to) then return false end
  return from ~= to
end

local function refuse(job, source, good, field, why)
  return job:refuse(("%s: item %s has no %s, which customs want of goods to %s."):format(source.told, good.code or good.line.id, why, source.to_country), {
    cause = ("%s %s"):format(field, good.code or good.line.id), concern = "warehouse",
    fix = field == "hs" and "Fill in its statistical code in Exact Online, or add it to the setting hs_codes; then release this case."
      or field == "origin" and "Add it to the setting origins, or set origin; then release this case."
      or "Give the order line a price, or release this case after adding the item to not_shipped.",
  })
end

-- Fits words into a number of characters without cutting one in two, as customs read a description and not a code.
local function worded(words, limits)
  local plain = address.printable(text.collapse(words), limits.letters or "ascii") or ""
  if text.length(plain) <= limits.description then return plain end
  local lines = address.wrap(plain, { lines = 50, width = limits.description })
  return lines and lines[1] or text.cut(plain, limits.description)
end

-- { reason, currency, total, lines, eori, vat, ioss, invoice_number, invoice_date }; nil inside the union.
function customs.of(job, source, goods, from, to, limits)
  if not customs.is_border(from.country, to.country) then return nil end
  local settings, lines, total = job.settings, {}, decimal "0"
  local currency = source.order and source.order.currency or "EUR"
  local places = currencies.decimals(currency)
  source.to_country = to.country
  for _, good in ipairs(goods) do
    local hs = settings.hs_codes[good.code] or good.item.StatisticalCode and good.item.StatisticalCode:gsub("%W", "") or ""
    if hs == "" then return refuse(job, source, good, "hs", "commodity code (HS)") end
    local origin = settings.origins[good.code] or settings.origin
    if not origin then return refuse(job, source, good, "origin", "country of origin") end
    local price = exact(good.line.price)
    if price:sign() <= 0 then return refuse(job, source, good, "value", "value") end
    local value = (price * good.quantity):round(places)
    lines[#lines + 1] = {
      description = worded(settings.customs_names[good.code] or good.line.description or good.item.Description or good.code, limits), quantity = good.quantity,
      unit = good.item.Unit and text.trim(good.item.Unit) or "pc", unit_value = value:div(good.quantity, 6), value = value,
      weight_kg = (parcels.weight_of(job, source, good) * good.quantity):round(2), hs = hs, origin = origin, code = good.code, line = good.line.id,
    }
    total = total + value
  end
  if not from.eori and countries.in_eu(from.country) then
    job:refuse(("%s: the sender has no EORI number, which customs want of goods to %s."):format(source.told, to.country), {
      cause = "eori", concern = "warehouse", fix = "Add eori to the setting sender, then release this case.",
    })
  end
  return {
    reason = settings.export_reason, currency = currency, total = total, lines = lines, eori = from.eori, vat = from.vat,
    ioss = countries.in_eu(to.country) and total <= decimal "150" and settings.ioss or nil, invoice_number = source.reference, invoice_date = source.ship_date,
  }
end

return customs
