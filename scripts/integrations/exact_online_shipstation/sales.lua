-- A sales order with what it takes to ship it, and whether it is to go out (XS1). Exact has no flag for that: the rule is what the
-- settings make of approval, delivery, method and warehouse.

local seen, values = require "seen", require "shared.records.values"
local contains, taken, trimmed = values.contains, values.taken, values.trimmed

local sales = {}

local OPEN = { [12] = true, [20] = true }
local COMPLETE, CANCELLED = 21, 45
local COMPLETE_ONLY = 1

local FIELDS = {
  "OrderID", "OrderNumber", "Division", "Status", "DeliveryStatus", "ApprovalStatus", "OrderedBy", "DeliverTo", "DeliveryAddress", "DeliverToName",
  "DeliverToContactPersonFullName", "OrderDate", "DeliveryDate", "Description", "YourRef", "Currency", "ShippingMethod", "ShippingMethodDescription",
  "WarehouseCode", "Remarks", "AmountFC",
}
local LINE = {
  "ID", "LineNumber", "Item", "ItemCode", "Quantity", "NetPrice", "AmountFC", "Description", "Notes", "CostCenter", "CostUnit", "Project", "UnitCode",
  "QuantityDelivered", "DeliveryStatus", "UseDropShipment",
}

-- The order with its lines as plain values; nil when it is not there.
function sales.read(books, id)
  local found, why = try(books.sales_orders.whole, id)
  if not found then
    if why.code ~= "not_found" then error(why, 0) end
    return nil
  end
  local order = taken(found, FIELDS)
  local lines = found.SalesOrderLines
  order.lines = {}
  for index, line in ipairs(lines and (lines.results or lines) or {}) do order.lines[index] = taken(line, LINE) end
  return order
end

-- What was read is known: rows of the lists of changes are held against it.
function sales.know(job, order) seen.keep(job, order, FIELDS, LINE) end

function sales.says_nothing_new(job) return seen.says_nothing_new(job, FIELDS, LINE) end

-- "ready", or another state and why: "waiting" (not yet), "cancelled" or "delivered" (not any more).
function sales.state(job, order)
  local settings = job.settings
  if order.Status == CANCELLED or order.DeliveryStatus == CANCELLED then return "cancelled", "cancelled in Exact Online" end
  if order.DeliveryStatus == COMPLETE then return "delivered", "delivered in full" end
  if not OPEN[order.DeliveryStatus] then return "waiting", "in delivery status " .. tostring(order.DeliveryStatus) end
  if not contains(settings.approval_statuses, order.ApprovalStatus) then return "waiting", "not approved" end
  if #settings.ready_warehouses > 0 and not contains(settings.ready_warehouses, trimmed(order.WarehouseCode)) then
    return "waiting", ("of warehouse %s, which is not in ready_warehouses"):format(trimmed(order.WarehouseCode) or "none")
  end
  if #settings.ready_methods > 0 then
    local method = order.ShippingMethod and job:look_up("shipping_methods", order.ShippingMethod)
    local code = method and trimmed(method.Code)
    if not contains(settings.ready_methods, code) then
      return "waiting", ("of shipping method %s, which is not in ready_methods"):format(code or "none")
    end
  end
  return "ready"
end

-- Items of the lines, by id.
function sales.items(job, order)
  local ids = {}
  for _, line in ipairs(order.lines) do
    if line.Item then ids[#ids + 1] = line.Item end
  end
  return #ids > 0 and job:look_up("items", ids) or {}
end

local function refuse_address(job, order, why)
  return job:refuse(("Order %d %s."):format(order.OrderNumber, why), {
    cause = "address " .. (order.DeliverToName or ""), concern = "warehouse",
    fix = "Mend the delivery address in Exact Online (Relations, Addresses), then release this case.",
  })
end

-- Nothing can be delivered to an account that is blocked: a parcel would leave, and no delivery be made of it.
local function refuse_blocked(job, order, account)
  if account.Blocked and job.attempt > 1 then account = job:look_up("accounts", order.DeliverTo or order.OrderedBy, { anew = true }) or account end
  if not account.Blocked then return end
  local name = trimmed(account.Name) or trimmed(account.Code) or "without name"
  job:refuse(("Order %d is of account %s, which is blocked."):format(order.OrderNumber, name), {
    cause = "blocked " .. name, concern = "finance", fix = "Unblock the account in Exact Online (Relations), or cancel the order; then release this case.",
  })
end

-- Sets account, ship_to, method and what the warehouse is to know.
function sales.complete(job, order)
  local account = job:look_up("accounts", order.DeliverTo or order.OrderedBy)
  if not account then refuse_address(job, order, "has an account that is not in Exact Online any more") end
  refuse_blocked(job, order, account)
  order.account = account
  local place = order.DeliveryAddress and job:look_up("addresses", order.DeliveryAddress, { anew = true }) or account
  if not (place and trimmed(place.AddressLine1) and trimmed(place.City) and trimmed(place.Country)) then
    refuse_address(job, order, "has a delivery address without street, city or country")
  end
  order.ship_to = place
  if order.ShippingMethod then order.method = job:look_up("shipping_methods", order.ShippingMethod) end
  order.method_code = order.method and trimmed(order.method.Code)
  order.country, order.warehouse_code = trimmed(place.Country), trimmed(order.WarehouseCode)
  order.complete_only = account.DeliveryAdvice == COMPLETE_ONLY
end

local function row_fits(row, order)
  return (row.method == nil or row.method == order.method_code) and (row.country == nil or row.country == order.country)
    and (row.warehouse == nil or row.warehouse == order.warehouse_code)
end

-- How it is proposed to go out: the first row of services that fits.
function sales.service(job, order)
  for _, row in ipairs(job.settings.services) do
    if row_fits(row, order) then return row end
  end
  return {}
end

return sales
