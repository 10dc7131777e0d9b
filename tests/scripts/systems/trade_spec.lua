-- Deliveries, ledger entries, documents and shipments: what the systems declare, the simulations take, and what they refuse.

local root = ...
local Bridge, decimal = require "bridge", require "decimal"

local tests = {}

local function lookup_id(world, operation, code)
  return world.books:call(operation, { ["$filter"] = "Code eq '" .. code .. "'" })[1].ID
end

local function fails(run, part)
  local ok, why = pcall(run)
  assert(not ok, "it was taken")
  local said = type(why) == "table" and why.message or why
  assert(said:find(part, 1, true), said)
end

tests["a general entry must balance, and stands in the transaction lines"] = function()
  local world = Bridge.start(root)
  local revenue, shipping = lookup_id(world, "gl_accounts.list", "8000"), lookup_id(world, "gl_accounts.list", "8010")
  local function entry(second)
    return { JournalCode = "90", Currency = "EUR", GeneralJournalEntryLines = {
      { GLAccount = shipping, AmountFC = decimal "12.5", Date = "2026-01-05", Description = "UPS 1Z" },
      { GLAccount = revenue, AmountFC = second, Date = "2026-01-05", Description = "UPS 1Z" },
    } }
  end
  fails(function() world.books:call("journal_entries.create", entry(decimal "-12.4")) end, "not in balance")
  local made = world.books:call("journal_entries.create", entry(decimal "-12.5"))
  local lines = world.books:call("transaction_lines.list", { ["$filter"] = "EntryID eq guid'" .. made.EntryID .. "'" })
  assert(#lines == 2 and lines[1].GLAccountCode == "8010" and lines[1].AmountFC:text() == "12.5", lines[1].AmountFC:text())
end

tests["a delivery ships no more than is open, and its tracking number is put later"] = function()
  local world = Bridge.start(root)
  local account = world:accounts()["an.smit@example.org"].ID
  local item = lookup_id(world, "items.list", "MUG-1")
  local order = world.books:call("sales_orders.create", {
    OrderedBy = account, YourRef = "x-1", SalesOrderLines = { { Item = item, Quantity = 3, NetPrice = 10 } },
  })
  local line = world.books:call("sales_order_lines.list", { ["$filter"] = "OrderID eq guid'" .. order.OrderID .. "'" })[1].ID
  local function deliver(quantity)
    return world.books:call("goods_deliveries.create", {
      DeliveryDate = "2026-01-05", Description = "parcel 1", GoodsDeliveryLines = { { SalesOrderLineID = line, QuantityDelivered = quantity } },
    })
  end
  fails(function() deliver(4) end, "more than what is open")
  local made = deliver(2)
  world.books:call("goods_deliveries.update", made.EntryID, { TrackingNumber = "1Z999" })
  assert(world.books:call("goods_deliveries.get", made.EntryID).TrackingNumber == "1Z999")
  assert(world.books:call("sales_orders.get", order.OrderID).DeliveryStatus == 20)
end

tests["a document takes an attachment and gives it back by its address"] = function()
  local world = Bridge.start(root)
  local document = world.books:call("documents.create", { Subject = "Label 1Z", Type = 55 })
  fails(function() world.books:call("document_attachments.create", { Document = document.ID, FileName = "a.pdf", Attachment = "§" }) end, "base64")
  local made = world.books:call("document_attachments.create", { Document = document.ID, FileName = "a.pdf", Attachment = "JVBERi0=" })
  assert(made.Url:find "SysAttachment", made.Url)
end

tests["a shipment in the shop is refused for more than was ordered, and moves the status"] = function()
  local world = Bridge.start(root)
  local placed = world:control("store", "seed", { orders = 1, kinds = { "registered" }, events = false }).orders[1]
  local line = world.shop:call("orders.products", placed.id)[1]
  local address = world.shop:call("orders.shipping_addresses", placed.id)[1].id
  local function ship(quantity)
    return world.shop:call("shipments.create", placed.id, {
      order_address_id = address, tracking_number = "1Z", items = { { order_product_id = line.id, quantity = quantity } },
    })
  end
  local ordered = math.tointeger(tonumber(line.quantity:compact()))
  fails(function() ship(ordered + 1) end, "quantity")
  ship(ordered)
  assert(world.shop:call("orders.get", placed.id).status_id == 2)
  assert(#world.shop:call("shipments.list", placed.id) == 1)
end

return tests
