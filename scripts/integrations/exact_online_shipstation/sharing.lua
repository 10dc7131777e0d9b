-- A label's cost shared among the lines that are in the parcel (XS5): parts sum to the whole, and each keeps its line's cost centre, cost
-- unit and project, unless a row of cost_bookings says otherwise. Parts that are booked alike are one line.

local allocate, decimal = require "allocate", require "decimal"
local matching = require "matching"
local decimals = require "shared.records.currencies".decimals

local sharing = {}

local NONE = decimal "0"
local MOST_DECIMALS = 2   -- that Exact Online keeps of an amount, whatever the currency

local function exact(value) return decimal(value ~= nil and tostring(value) or "0") end

-- How many units of its order line a shipped line is, as a number for sharing: of a kit, its parts' part of it.
local function units_of(entry)
  local line = entry.line
  if not line.parts then return exact(entry.quantity):div(exact(line.pieces), 4) end
  local wanted, there = NONE, NONE
  for _, row in ipairs(line.parts) do wanted, there = wanted + exact(row.quantity), there + exact(entry.parts[row.part]) end
  return there:div(wanted, 4)
end

local WEIGHTS = {
  value = function(entry) return exact(entry.line.price) * units_of(entry) end,
  weight = function(entry) return exact(entry.line.grams) * exact(entry.quantity) end,
  quantity = function(entry) return units_of(entry) end,
}

-- All lines of an order as if all of them were in the parcel: of a second parcel, and of what was shipped by hand, nothing is said.
local function whole(order)
  local out = {}
  for _, line in ipairs(order.lines or {}) do
    local entry = { line = line, quantity = (exact(line.quantity) * exact(line.pieces)):integer(), parts = {} }
    for _, row in ipairs(line.parts or {}) do entry.parts[row.part] = exact(row.quantity) * exact(line.quantity) end
    out[#out + 1] = entry
  end
  return out
end

-- The lines that share a parcel's cost: { line, order, weight }.
function sharing.lines(job, orders, parcel)
  local out = {}
  for _, of in ipairs { matching.lines, whole } do
    for _, order in ipairs(orders) do
      for _, entry in ipairs(of(order, parcel)) do
        entry.order = order
        out[#out + 1] = entry
      end
    end
    if #out > 0 then break end
  end
  for _, by in ipairs { job.settings.allocate_by, "quantity" } do
    local any = false
    for _, entry in ipairs(out) do
      local weight = WEIGHTS[by](entry)
      entry.weight = weight:sign() > 0 and weight or NONE
      any = any or weight:sign() > 0
    end
    if any then return out end
  end
  for _, entry in ipairs(out) do entry.weight = decimal "1" end
  return out
end

local function fits(row, parcel, project)
  return (row.carrier == nil or row.carrier == parcel.carrier) and (row.service == nil or row.service == parcel.service)
    and (row.country == nil or row.country == parcel.country) and (row.warehouse == nil or row.warehouse == parcel.warehouse)
    and (row.project == nil or row.project == project)
end

local function booking_of(settings, parcel, project)
  for _, row in ipairs(settings.cost_bookings) do
    if fits(row, parcel, project) then return row end
  end
  return {}
end

-- Codes of the projects that rows of cost_bookings could ask for.
local function projects_of(job, entries)
  local wanted, ids = false, {}
  for _, row in ipairs(job.settings.cost_bookings) do wanted = wanted or row.project ~= nil end
  if not wanted then return {} end
  for _, entry in ipairs(entries) do
    if entry.line.project then ids[#ids + 1] = entry.line.project end
  end
  return #ids > 0 and job:look_up("projects", ids) or {}
end

local function text(value) return value and tostring(value) or "" end

-- Parts to book: { account, amount, cost_center, cost_unit, project }, which sum to cost and insurance.
function sharing.parts(job, entries, parcel, cost, insurance)
  local settings, projects = job.settings, projects_of(job, entries)
  local out, by_place, weights = {}, {}, {}
  for index, entry in ipairs(entries) do weights[index] = entry.weight end
  local function put(amount, entry, account)
    if amount:is_zero() then return end
    local project = entry.line.project and projects[entry.line.project]
    local row = booking_of(settings, parcel, project and project.Code and project.Code:match "^%s*(.-)%s*$")
    local part = {
      account = account or row.account or settings.cost_account, cost_center = row.cost_center or entry.line.cost_center or settings.cost_center,
      cost_unit = row.cost_unit or entry.line.cost_unit or settings.cost_unit, project = entry.line.project, order = entry.order.number,
    }
    local place = table.concat({ text(part.account), text(part.cost_center), text(part.cost_unit), text(part.project), text(part.order) }, "\n")
    local known = by_place[place]
    if known then
      known.amount = known.amount + amount
    else
      part.amount = amount
      by_place[place], out[#out + 1] = part, part
    end
  end
  for _, share in ipairs {
    { cost, parcel.is_return and settings.return_account or nil }, { insurance, settings.insurance_account },
  } do
    local amount, account = share[1], share[2]
    local parts, why = allocate.by(amount, weights, { decimals = math.min(decimals(settings.currency), MOST_DECIMALS) })
    if not parts then
      local told = ("%s %s"):format(parcel.carrier or "A label", parcel.tracking or parcel.id)
      job:refuse(("%s costs %s, which can't be shared out: %s"):format(told, amount:text(), why.message),
        { cause = "share " .. why.code, concern = "finance", fix = "Book it in Exact Online by hand and cancel this job." })
    end
    for index, entry in ipairs(entries) do put(parts[index], entry, account) end
  end
  return out
end

return sharing
