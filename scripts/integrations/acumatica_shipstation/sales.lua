-- A sales order, or a shipment, as what is to be packed in each warehouse, and whether it is to go out (AS3, AS14): the rule is what the
-- settings make of type, status, Ship Via and warehouse.

local decimal = require "decimal"
local packing = require "shared.shipstation.packing"
local values = require "shared.records.values"
local contains, taken, trimmed = values.contains, values.taken, values.trimmed

local sales = {}

local NONE = decimal "0"
local STOCK = "Goods for Inventory"
local GONE = { Canceled = true, Cancelled = true, Voided = true }
local DONE = { Completed = true, Invoiced = true, Confirmed = true, Closed = true, ["Partially Invoiced"] = true }

local function exact(value) return decimal(value ~= nil and tostring(value) or "0") end

local ADDRESS = { "AddressLine1", "AddressLine2", "City", "State", "PostalCode", "Country" }
local CONTACT = { "Attention", "BusinessName", "Email", "Phone1" }

-- What a line is known by in ShipStation and in parcels.
function sales.line_id(kind, number, line) return ("%s:%s:%s"):format(kind, number, tostring(line)) end
function sales.parse_line(id)
  local kind, number, line = id:match "^(.-):(.+):(%d+)$"
  return kind, number, math.tointeger(tonumber(line))
end

-- "ready", or another state and why: "waiting" (not yet), "cancelled" or "done" (not any more).
function sales.state(status, allowed)
  if GONE[status] then return "cancelled", "cancelled in Acumatica" end
  if contains(allowed, status) then return "ready" end
  if DONE[status] then return "done", ("%s in Acumatica"):format(status:lower()) end
  return "waiting", ("in status %s"):format(tostring(status))
end

-- Of a record that is ready: why it does not go out all the same; nil when it does.
function sales.kept_back(settings, order)
  local via = trimmed(order.ShipVia)
  if #settings.ready_ship_vias > 0 and not contains(settings.ready_ship_vias, via) then
    return ("of Ship Via %s, which is not in ready_ship_vias"):format(via or "none")
  end
  if order.WillCall and not settings.will_call then return "collected by the customer" end
end

-- Why a line is not packed; nil when it is.
local function left_out(settings, line)
  if not trimmed(line.InventoryID) then return "has no item" end
  if line.MarkForPO and line.POSource == "Drop-Ship" then return "is sent by the supplier" end
  if packing.fits(trimmed(line.InventoryID), settings.not_shipped) then return "is of an item that is never shipped" end
  if settings.goods == "stock" and line.LineType ~= nil and line.LineType ~= STOCK then return "is no goods for inventory" end
end

local function price_of(line)
  local quantity = exact(line.OrderQty)
  if line.FreeItem or quantity:is_zero() then return NONE end
  if line.ExtendedPrice ~= nil then return exact(line.ExtendedPrice):div(quantity, 4) end
  return exact(line.UnitPrice)
end

-- The lines of a sales order by warehouse: { warehouse, lines }, in the order of the lines. A line: { id, number, item, name, unit, price,
-- quantity, shipped } as decimals.
function sales.of_order(settings, order)
  local out, by_name = {}, {}
  for _, line in ipairs(order.Details or {}) do
    local warehouse = trimmed(line.WarehouseID) or ""
    if not left_out(settings, line) and (#settings.ready_warehouses == 0 or contains(settings.ready_warehouses, warehouse)) then
      local group = by_name[warehouse]
      if not group then
        group = { warehouse = warehouse, lines = {} }
        by_name[warehouse], out[#out + 1] = group, group
      end
      local quantity = exact(line.OrderQty)
      group.lines[#group.lines + 1] = {
        id = sales.line_id(order.OrderType, order.OrderNbr, line.LineNbr), number = line.LineNbr, item = trimmed(line.InventoryID),
        name = line.LineDescription, unit = trimmed(line.UOM), price = price_of(line), quantity = quantity,
        shipped = line.OpenQty ~= nil and quantity - exact(line.OpenQty) or NONE,
      }
    end
  end
  return out
end

-- The lines of a shipment, with what their orders say of them. A line of an order may stand in several lines of it.
function sales.of_shipment(settings, shipment, orders)
  local out, by_id = {}, {}
  for _, line in ipairs(shipment.Details or {}) do
    local order = orders[line.OrderType .. "/" .. line.OrderNbr]
    local of
    for _, each in ipairs(order and order.Details or {}) do
      if each.LineNbr == line.OrderLineNbr then of = each end
    end
    local id = sales.line_id(line.OrderType, line.OrderNbr, line.OrderLineNbr)
    if by_id[id] then
      by_id[id].quantity = by_id[id].quantity + exact(line.ShippedQty)
    elseif not packing.fits(trimmed(line.InventoryID) or "", settings.not_shipped) then
      by_id[id] = {
        id = id, number = line.LineNbr, item = trimmed(line.InventoryID), name = of and of.LineDescription, unit = trimmed(line.UOM),
        price = of and price_of(of) or NONE, quantity = exact(line.ShippedQty), shipped = NONE,
      }
      out[#out + 1] = by_id[id]
    end
  end
  return { { warehouse = trimmed(shipment.WarehouseID) or "", lines = out } }
end

local function refuse_line(job, name, line, why, fix)
  return job:refuse(("Order %s, line %s (%s): %s"):format(name, tostring(line.number), line.item or line.sku, why),
    { cause = "goods " .. (line.item or line.sku), concern = "warehouse", fix = fix .. " Then release this case." })
end

-- What is to be packed of a group, and how its lines are counted. `before`: by line, what had left the house before it went out.
function sales.goods(job, name, group, before)
  local ids, lines, settings = {}, {}, job.settings
  for _, line in ipairs(group.lines) do ids[#ids + 1] = line.item end
  local items = #ids > 0 and job:look_up("items", ids) or {}
  for _, line in ipairs(group.lines) do
    local open = line.quantity - exact(before[line.id])
    if open:sign() > 0 then
      local item = items[line.item]
      if not item then
        refuse_line(job, name, line, "its item is not in Acumatica as a stock item.", "Take the line off the order, or put its id into not_shipped.")
      elseif item.ItemStatus == "Inactive" then
        refuse_line(job, name, line, "its item is inactive.", "Make the item active in Acumatica (form IN202500), or take the line off the order.")
      end
      lines[#lines + 1] = {
        id = line.id, number = line.number, sku = line.item, name = line.name or item.Description, open = open, unit = line.unit,
        item_unit = trimmed(item.SalesUOM), price = line.price, kept = { unit = line.unit },
        weight = settings.weight == "item" and { value = item.DimensionWeight, unit = trimmed(item.WeightUOM) } or nil,
      }
    end
  end
  return packing.of(settings, lines, function(line, why, fix) return refuse_line(job, name, line, why, fix) end)
end

function sales.address(job, name, address, contact)
  local place = taken(address, ADDRESS)
  if not (trimmed(place.AddressLine1) and place.AddressLine1 ~= "" and trimmed(place.City) and place.City ~= "" and trimmed(place.Country)) then
    return job:refuse(("Order %s has a delivery address without street, city or country."):format(name), {
      cause = "address " .. name, concern = "warehouse",
      fix = "Mend the order's ship-to address in Acumatica (form SO301000, tab Addresses), then release this case.",
    })
  end
  return place, taken(contact, CONTACT)
end

function sales.bill_to(order) return taken(order.BillToAddress, ADDRESS), taken(order.BillToContact, CONTACT) end

-- How it is proposed to go out: the first row of services that fits.
function sales.service(job, via, country, warehouse)
  for _, row in ipairs(job.settings.services) do
    if (row.ship_via == nil or row.ship_via == via) and (row.country == nil or row.country == country)
      and (row.warehouse == nil or row.warehouse == warehouse) then
      return row
    end
  end
  return {}
end

return sales
