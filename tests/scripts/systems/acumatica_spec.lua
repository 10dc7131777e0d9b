-- The connector of Acumatica against the simulation, which was written apart from it: every read is understood, writes do what their
-- effects say, and what answers bear is in the types. Sessions, wrapping and long operations are the runtime's and tested there.

local root = ...
local Acumatica, Remote, decimal, flow, json = require "acumatica_client", require "remote", require "decimal", require "flow", require "json"

local function start()
  local acu = Acumatica.start(root)
  assert(acu:login().status == 204)
  acu:switch { requests_a_minute = 10000 }
  local settings = { endpoint = "Default", version = "24.200.001", tenant = "Company" }
  local remote = Remote.new(flow.load(root, "scripts/systems/acumatica"), acu.url, function() return { cookie = acu:cookies(),
    accept = "application/json" } end, settings)
  return acu, remote
end

local function order_of(more)
  local out = {
    OrderType = "SO", CustomerID = "C000000001", ExternalRef = "hub-42", Hold = false, Date = "2026-01-05",
    Details = json.array { { InventoryID = "MUG-1", OrderQty = decimal "2", WarehouseID = "MAIN" }, { InventoryID = "TEA-100", OrderQty = decimal "1" } },
  }
  for name, value in pairs(more or {}) do out[name] = value end
  return out
end

-- Fields of a record and of all that is in it that its type does not know.
local function unknown_fields(types, name, value, out)
  for field, part in pairs(value) do
    local declared = types[name].fields[field]
    if not declared then
      if name ~= "Custom" then out[#out + 1] = name .. "." .. field end
    elseif types[declared.of] and type(part) == "table" then
      for _, each in ipairs(declared.type == "list" and part or { part }) do unknown_fields(types, declared.of, each, out) end
    end
  end
  return out
end

local BY_VERSION = { FreightAmount = true }   -- up to 21 only

local function missing_fields(types, name, value, out)
  for field, declared in pairs(types[name].fields) do
    local own = field ~= "delete" and not BY_VERSION[field]
    if own and not types[declared.of] and value[field] == nil then out[#out + 1] = name .. "." .. field end
  end
  return out
end

local tests = {}

tests["every read is answered, and answers bear no field that the types do not know"] = function()
  local acu, remote = start()
  local number = acu:orders "lot"
  local shipment = acu:ship(number)
  acu:switch { unset_as = "null" }
  local ids = { OrderType = "SO", OrderNbr = number, ShipmentNbr = shipment, CustomerID = "C000000001", InventoryID = "MUG-1", entity = "SalesOrder",
    id = acu:get("/SalesOrder/SO/" .. number).id }
  for name, operation in pairs(remote.system.operations) do
    if operation.GET then
      local given = {}
      for hole in operation.GET:gmatch "{([%w_]+)}" do
        if not remote.settings[hole] then given[#given + 1] = ids[hole] or error("no " .. hole) end
      end
      local method, url = remote:request(operation, given)
      local raw = acu:send(method, url:sub(#acu.url + 1))
      assert(raw.status == 200, name .. ": " .. raw.body)
      local rows = operation.pages and remote:rows(operation, remote:send(method, url)) or { remote:send(method, url).json }
      assert(#rows > 0, name .. " found nothing")
      if operation.gives then
        local types = remote.system.types
        local unknown = unknown_fields(types, operation.gives, rows[1], {})
        assert(#unknown == 0, name .. ": " .. table.concat(unknown, ", "))
        local first = operation.pages and (raw.json[1] or (raw.json.Packages or raw.json.endpoints)[1]) or raw.json
        local missing = missing_fields(types, operation.gives, first, {})
        assert(#missing == 0, name .. " lacks " .. table.concat(missing, ", "))
      end
    end
  end
  assert(next(acu:violations()) == nil, json.encode(acu:violations()))
end

tests["AS3: values are plain on our side and wrapped on theirs"] = function()
  local acu, remote = start()
  local made = remote:call("sales_orders.create", order_of())
  assert(made.OrderNbr == "000001" and made.Hold == false and made.Details[1].OrderQty == decimal "2")
  local read = remote:call("sales_orders.get", "SO", made.OrderNbr)
  assert(read.Status == "Open" and read.OrderTotal == decimal "46.88" and read.ShipToAddress.City == "Seattle" and read.Description == nil)
  assert(acu:control("state").orders[1].external == "hub-42" and next(acu:violations()) == nil)
end

tests["what is declared of effects holds: a create is found by its reference, an update by its id"] = function()
  local _, remote = start()
  local operations = remote.system.operations
  local made = remote:call("sales_orders.create", order_of())
  local found = remote:call("sales_orders.list", { ["$filter"] = "ExternalRef eq 'hub-42'" })
  assert(#found == 1 and found[1][operations["sales_orders.create"].id] == made.id and operations["sales_orders.create"].effect.by == "ExternalRef")
  remote:call("sales_orders.update", { id = made.id, Description = "changed", Details = json.array { { id = made.Details[1].id, OrderQty = decimal "5" } } })
  local read = remote:call("sales_orders.by_id", made.id)
  assert(read.Description == "changed" and read.Details[1].OrderQty == decimal "5" and #read.Details == 2)
end

tests["AS5 AS13: a shipment of some lines, its packages once each, confirmed"] = function()
  local acu, remote = start()
  acu:switch { auto_packages = false }
  local made = remote:call("sales_orders.create", order_of())
  local shipment = remote:call("shipments.create", {
    CustomerID = "C000000001", WarehouseID = "MAIN", Description = "ss-5001",
    Details = json.array { { OrderType = "SO", OrderNbr = made.OrderNbr, OrderLineNbr = 1, ShippedQty = decimal "2" } },
  })
  assert(remote:call("shipments.list", { ["$filter"] = "Description eq 'ss-5001'" })[1].ShipmentNbr == shipment.ShipmentNbr)
  remote:call("shipments.update", { ShipmentNbr = shipment.ShipmentNbr, ShipmentDate = "2026-01-06", ShipVia = "UPSGROUND" })
  for number = 1, 2 do
    remote:call("packages.add", shipment.ShipmentNbr, { Packages = json.array { { BoxID = "SMALL", TrackingNbr = "1Z" .. number,
      CustomRefNbr1 = "ss-" .. number } } })
  end
  local packages = remote:call("packages.list", shipment.ShipmentNbr)
  assert(#packages == 2 and packages[2].CustomRefNbr1 == "ss-2")
  remote:call("packages.update", shipment.ShipmentNbr, { Packages = json.array { { id = packages[2].id, TrackingNbr = "1Z9" } } })
  remote:call("shipments.confirm", { entity = { ShipmentNbr = shipment.ShipmentNbr }, parameters = {} })
  local state = acu:control "state"
  assert(state.shipments[1].status == "Confirmed" and state.shipments[1].date == "2026-01-06" and state.shipments[1].packages[2].tracking == "1Z9")
  assert(remote:call("shipments.list", { ["$filter"] = "ShipmentNbr eq '" .. shipment.ShipmentNbr .. "'" })[1].Status == "Confirmed")
  remote:call("shipments.correct", { entity = { ShipmentNbr = shipment.ShipmentNbr }, parameters = {} })
  assert(acu:control("state").shipments[1].status == "Open" and next(acu:violations()) == nil)
end

tests["AS11: actions on orders end in the status that proves them"] = function()
  local acu, remote = start()
  local held, credit, plain = acu:orders("on_hold", "credit_hold", "plain")
  local function act(name, number) remote:call("sales_orders." .. name, { entity = { OrderType = "SO", OrderNbr = number }, parameters = {} }) end
  for name, number in pairs { open = held, release_credit_hold = credit, cancel = plain } do
    act(name, number)
    local wanted = remote.system.operations["sales_orders." .. name].effect.done.Status
    assert(remote:call("sales_orders.get", "SO", number).Status == wanted, name)
  end
  act("reopen", plain)
  remote:call("sales_orders.create_shipment", { entity = { OrderType = "SO", OrderNbr = plain }, parameters = { WarehouseID = "MAIN" } })
  assert(#remote:call("sales_orders.get", "SO", plain).Shipments == 1)
  local ok, refused = pcall(act, "cancel", plain)
  assert(not ok and refused.message:find "it has shipments")
end

tests["AS4: customers and items are read by their keys, in pages, and written"] = function()
  local acu, remote = start()
  assert(#remote:call "stock_items.list" == acu:control("state").counts.items)
  remote:call("stock_items.put", { InventoryID = "MUG-1", Description = "Mug, large", DimensionWeight = decimal "0.75" })
  local item = remote:call("stock_items.get", "MUG-1")
  assert(item.Description == "Mug, large" and item.DimensionWeight == decimal "0.75" and item.WarehouseDetails[1].QtyOnHand == decimal "1000")
  remote:call("customers.put", { CustomerID = "C000000001", CustomerName = "Good Food Two" })
  assert(remote:call("customers.get", "C000000001").CustomerName == "Good Food Two")
  for _ = 1, 23 do acu:seed { orders = 10 } end
  assert(#remote:call "sales_orders.list" == 230)
end

tests["AS8: no operation reaches an invoice"] = function()
  local _, remote = start()
  for name, operation in pairs(remote.system.operations) do
    local path = operation.GET or operation.POST or operation.PUT or operation.DELETE
    assert(not path:find "Invoice" and not name:find "invoice" and not path:find "Payment", name)
  end
end

return tests
