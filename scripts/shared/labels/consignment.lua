-- From a delivery (or an order) to what a carrier needs, whoever it is: complete and checked before anything is bought. See the page of each
-- carrier for what it makes of it.
--
--   { reference, delivery = { id, number }, order = { id, number, your_ref }, account_id, customer, ship_date, from, to,
--     parcels = { { weight_kg, length_cm, width_cm, height_cm, value, items } }, service, packaging, payer, duties, insurance, signature, incoterm,
--     residential, cost_centre, project, description, customs }

local decimal = require "decimal"
local addresses, customs, parcels, rules = require "shared.labels.addresses", require "shared.labels.customs", require "shared.labels.parcels",
  require "shared.labels.rules"
local trimmed = require("shared.labels.reading").trimmed

local consignment = {}

-- Delivery 12 and order 12 of one division, and one number of two divisions, are told apart; a second label has a name of its own.
function consignment.reference(source, generation)
  local name = ("%s-%s%s"):format(tostring(source.division), source.kind == "order" and "O" or "D", tostring(source.number))
  return generation > 1 and ("%s-%d"):format(name, generation) or name
end

function consignment.told(source) return ("%s %s"):format(source.kind == "order" and "Order" or "Delivery", tostring(source.number)) end

local function weight_of(list)
  local sum = decimal "0"
  for _, parcel in ipairs(list) do sum = sum + parcel.weight_kg end
  return sum
end

local function worth_of(goods)
  local sum = decimal "0"
  for _, good in ipairs(goods) do sum = sum + decimal(good.line.price and tostring(good.line.price) or "0") * good.quantity end
  return sum:round(2)
end

-- What all lines agree on, else nothing.
local function common(job, goods, field)
  local found
  for _, good in ipairs(goods) do
    local value = good.line[field]
    if value and found and found ~= value then return nil end
    found = found or value
  end
  if field == "project" and found then
    local project = job:look_up("projects", found)
    return project and project.Code and project.Code:match "^%s*(.-)%s*$"
  end
  return found
end

function consignment.method(job, source)
  local method = source.method and job:look_up("shipping_methods", source.method)
  return method and method.Code and method.Code:match "^%s*(.-)%s*$" or nil
end

-- The day the parcel leaves: the delivery's, but never one that is over in the division's zone (C16).
local function ship_date(job, source)
  local today = job:map("business_date", { instant = job:now() }).day:sub(1, 10)
  local day = source.date and tostring(source.date):sub(1, 10)
  return day and day > today and day or today
end

-- Insured for a fixed amount, or for what the goods are worth.
local function insurance(row, goods, currency)
  if not row.insurance then return nil end
  local amount = row.insurance == "value" and worth_of(goods) or decimal(tostring(row.insurance))
  return amount:sign() > 0 and { amount = amount, currency = currency } or nil
end

-- Of an order that is shipped before there is a delivery: none could be made for an account that is blocked.
local function refuse_blocked(job, source, account)
  if account.Blocked and job.attempt > 1 then account = job:look_up("accounts", source.account_id, { anew = true }) or account end
  if not account.Blocked then return end
  local name = trimmed(account.Name) or trimmed(account.Code) or "without name"
  job:refuse(("%s is of account %s, which is blocked."):format(source.told, name), {
    cause = "blocked " .. name, concern = "finance", fix = "Unblock the account in Exact Online (Relations), or cancel the order; then release this case.",
  })
end

-- nil and why when it does not go by this carrier. `options`: limits and generation, anew (addresses as they stand now), and packs: what a carrier
-- packs goods into once their row of services is known, packs(job, source, goods, row).
function consignment.of(job, source, options)
  local limits = options.limits
  source.told = consignment.told(source)
  source.reference, source.ship_date = consignment.reference(source, options.generation or 1), ship_date(job, source)
  local goods = parcels.goods(job, source)
  if #goods == 0 then return nil, "there is nothing to ship in it" end
  local method = consignment.method(job, source)
  if not rules.may_go(job.settings, method, source.warehouse) then return nil, ("shipping method %s does not go by this carrier"):format(method or "none") end
  local to, account = addresses.consignee(job, source, limits, options.anew)
  if source.kind == "order" then refuse_blocked(job, source, account) end
  local list = not options.packs and parcels.of(job, source, goods) or nil
  local kg = list and weight_of(list) or parcels.weigh(job, source, goods)
  local row = rules.row(job.settings, { method = method, country = to.country, customer = source.customer, warehouse = source.warehouse, kg = kg })
  if not row then return nil, ("no row of services fits method %s to %s"):format(method or "none", to.country) end
  list = list or options.packs(job, source, goods, row)
  local from = addresses.sender(job, source, limits)
  local currency = source.order and source.order.currency or "EUR"
  return {
    reference = source.reference, delivery = source.kind == "delivery" and { id = source.id, number = source.number } or nil,
    order = source.order and { id = source.order.id, number = source.order.number, your_ref = source.order.your_ref } or nil, account_id = source.account_id,
    address_id = source.address_id, customer = source.customer, ship_date = source.ship_date, from = from, to = to, parcels = list,
    service = row.service and tostring(row.service), packaging = row.packaging and tostring(row.packaging), payer = rules.payer(row),
    duties = row.duties or job.settings.duties,
    insurance = insurance(row, goods, currency), signature = row.signature, residential = row.residential,
    incoterm = row.incoterm or source.order and source.order.incoterm or job.settings.incoterm, cost_centre = common(job, goods, "cost_center"),
    project = common(job, goods, "project"), description = goods[1].line.description or goods[1].item.Description,
    currency = currency, customs = customs.of(job, source, goods, from, to, { letters = limits.letters, description = limits.customs_description or 35 }),
    method = method, warehouse = source.warehouse, division = source.division,
  }
end

return consignment
