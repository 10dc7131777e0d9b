-- How a shipment goes out (L4): service, packaging, payer, insurance, signature and incoterm by the first row of the setting `services`
-- that fits method, country, customer, warehouse and weight.

local decimal = require "decimal"

local rules = {}

local function exact(value) return decimal(tostring(value)) end

local function one_of(wanted, value)
  if wanted == nil then return true end
  if type(wanted) ~= "table" then return wanted == value end
  for _, each in ipairs(wanted) do
    if each == value then return true end
  end
  return false
end

-- `facts`: { method, country, customer, warehouse, kg }. nil when no row fits, or the one that fits says `skip`: it goes another way.
function rules.row(settings, facts)
  for _, row in ipairs(settings.services) do
    if one_of(row.method, facts.method) and one_of(row.country, facts.country) and one_of(row.customer, facts.customer)
      and one_of(row.warehouse, facts.warehouse) and (row.over_kg == nil or facts.kg > exact(row.over_kg))
      and (row.up_to_kg == nil or facts.kg <= exact(row.up_to_kg)) then
      if row.skip then return nil end
      return row
    end
  end
end

-- Whether any row could be of this method and warehouse: what none could be of is not read further.
function rules.may_go(settings, method, warehouse)
  for _, row in ipairs(settings.services) do
    if one_of(row.method, method) and one_of(row.warehouse, warehouse) then return row.skip ~= true end
  end
  return false
end

function rules.payer(row)
  return { kind = row.payer or "shipper", account = row.account, postcode = row.payer_postcode, country = row.payer_country }
end

return rules
