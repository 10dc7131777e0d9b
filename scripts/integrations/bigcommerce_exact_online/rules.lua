-- Tables in the settings whose first fitting row decides: vat_rules and bookings.
--
--     { country = { "DE", "AT" }, part = "shipping", rate = "19", code = "51" }
--
-- A row fits when each condition it names holds; one that it does not name holds always. A condition is one value or a
-- list of values. As countries the words "EU" and "outside EU" will do.

local decimal = require "decimal"

local rules = {}

-- The table of countries is large: it is loaded where a row asks for it.
local function in_eu(country) return require("countries").in_eu(country) end

local function is_country(wanted, country)
  if country == nil then return false end
  if wanted == "EU" then return in_eu(country) end
  if wanted == "outside EU" then return not in_eu(country) end
  return wanted == country
end

local function is_rate(wanted, rate) return rate ~= nil and (decimal(tostring(wanted)) - decimal(rate)):is_zero() end

-- "BOOK-*" stands for every SKU that begins so.
local function is_sku(wanted, sku)
  if sku == nil then return false end
  local start = wanted:match "^(.*)%*$"
  return start and sku:sub(1, #start) == start or wanted == sku
end

local function is(wanted, value) return tostring(wanted) == tostring(value) end

-- A product is in several categories: one of them is enough.
local function is_category(wanted, categories)
  for _, each in ipairs(categories or {}) do
    if is(wanted, each) then return true end
  end
  return false
end

local CONDITIONS = {
  country = is_country, rate = is_rate, sku = is_sku, category = is_category, brand = is, class = is, channel = is, part = is, vat_number = is,
}

local function is_list(value) return type(value) ~= "string" and type(value) ~= "number" and type(value) ~= "boolean" and not decimal.is(value) end

local function holds(test, wanted, value)
  if not is_list(wanted) then return test(wanted, value) end
  for _, each in ipairs(wanted) do
    if test(each, value) then return true end
  end
  return false
end

local function fits(row, facts)
  for name, test in pairs(CONDITIONS) do
    if row[name] ~= nil and not holds(test, row[name], facts[name]) then return false end
  end
  return true
end

-- The first row that fits, or nil. With `field`, the first of those that say something of it.
function rules.first(rows, facts, field)
  for _, row in ipairs(rows) do
    if (field == nil or row[field] ~= nil) and fits(row, facts) then return row end
  end
end

-- A name in a row that is neither a condition nor one of `results`, and the row's number: a misspelt condition would hold always.
function rules.unknown(rows, results)
  for index, row in ipairs(rows) do
    for name in pairs(row) do
      if not CONDITIONS[name] and not results[name] then return name, index end
    end
  end
end

-- Whether a row of these lists names the condition.
function rules.ask_for(name, ...)
  for _, rows in ipairs { ... } do
    for _, row in ipairs(rows) do
      if row[name] ~= nil then return true end
    end
  end
  return false
end

return rules
