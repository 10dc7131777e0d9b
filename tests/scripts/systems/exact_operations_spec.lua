-- Every operation of Exact Online's connector against the simulation: made, read, changed, deleted; and what is wrong refused.

local root = ...
local Bridge, decimal, flow, json, service = require "bridge", require "decimal", require "flow", require "json", require "service"

local tests = {}

local function fails(part, run, ...)
  local ok, why = pcall(run, ...)
  assert(not ok, "it was taken; expected: " .. part)
  local said = type(why) == "table" and why.message or why
  assert(said:find(part, 1, true), said)
end

local World = setmetatable({}, { __index = Bridge })
World.__index = World

local function start()
  local world = setmetatable(Bridge.start(root), World)
  world:control("exact", "switches", { errors_an_hour = 100000 })
  return world
end

function World:call(name, ...) return self.books:call(name, ...) end
function World:list(name, filter) return self:call(name .. ".list", filter and { ["$filter"] = filter } or nil) end
function World:by_code(name, code) return assert(self:list(name, "Code eq '" .. code .. "'")[1], code).ID end
function World:customer() return self:accounts()["an.smit@example.org"].ID end
function World:supplier()
  return self:call("accounts.create", { Name = "Carrier", Status = "A", IsSupplier = true, Email = "carrier@example.org" }).ID
end

function World:sales_order(quantity, item)
  return self:call("sales_orders.create", {
    OrderedBy = self:customer(), YourRef = "SO-1", OrderDate = "2026-01-05",
    SalesOrderLines = { { Item = self:by_code("items", item or "STOCK-1"), Quantity = quantity or 3, NetPrice = 10 } },
  }).OrderID
end

function World:order_line(order) return self:list("sales_order_lines", "OrderID eq guid'" .. order .. "'")[1] end

function World:invoice()
  return self:call("sales_invoices.create", {
    Journal = "70", OrderedBy = self:customer(), YourRef = "SI-1", OrderDate = "2026-01-05",
    SalesInvoiceLines = { { Item = self:by_code("items", "MUG-1"), Quantity = 1, NetPrice = 10, VATCode = "4" } },
  }).InvoiceID
end

function World:sales_entry()
  return self:call("sales_entries.create", {
    Journal = "70", Customer = self:customer(), YourRef = "SE-1", EntryDate = "2026-01-05",
    SalesEntryLines = { { GLAccount = self:by_code("gl_accounts", "8000"), AmountFC = 10, VATCode = "4" } },
  }).EntryID
end

function World:purchase_entry()
  return self:call("purchase_entries.create", {
    Journal = "60", Supplier = self:supplier(), YourRef = "PE-1", EntryDate = "2026-01-05",
    PurchaseEntryLines = { { GLAccount = self:by_code("gl_accounts", "8010"), AmountFC = 10, VATCode = "8" } },
  }).EntryID
end

-- What can be created: a body, a change (or none when the entity has no PUT), and what of the body is a must.
local BODIES = {
  accounts = function() return { Name = "O'Neill & Zonen", Status = "C", Email = "o.neill@example.org" }, { Phone = "+31 20 1234567" } end,
  contacts = function(world) return { Account = world:customer(), FirstName = "Zoë", LastName = "D'Hondt" }, { Mobile = "0612345678" } end,
  addresses = function(world) return { Account = world:customer(), Type = 4, AddressLine1 = "Dam 1", City = "Łódź" }, { City = "Amsterdam" } end,
  items = function() return { Code = "NEW'1", Description = "New", NetWeight = decimal "1.25" }, { GrossWeight = decimal "1.4" } end,
  projects = function() return { Code = "P1", Description = "Project", Type = 2 }, { Description = "Other" } end,
  documents = function() return { Subject = "Label 1Z", Type = 55 }, { Subject = "Label 1Z999" } end,
  document_attachments = function(world)
    return { Document = world:call("documents.create", { Subject = "Label", Type = 55 }).ID, FileName = "a.pdf", Attachment = "JVBERi0=" }
  end,
  cost_centers = function() return { Code = "DE", Description = "Germany" }, { Description = "Deutschland" } end,
  cost_units = function() return { Code = "SHOP2", Description = "Second shop" }, { Description = "Other shop" } end,
  sales_orders = function(world)
    return {
      OrderedBy = world:customer(), YourRef = "SO-2", ShippingMethod = world:by_code("shipping_methods", "UPS"),
      WarehouseID = world:by_code("warehouses", "1"), SalesChannel = world:by_code("sales_channels", "WEB"),
      SalesOrderLines = { { Item = world:by_code("items", "MUG-1"), Quantity = 2, NetPrice = 10, CostCenter = "NL", CostUnit = "WEB" } },
      SalesOrderOrderChargeLines = { { IsShippingCost = true, AmountFCExclVAT = 5, VATCode = "4" } },
    }, { Description = "Changed" }
  end,
  sales_order_lines = function(world)
    return { OrderID = world:sales_order(), Item = world:by_code("items", "MUG-1"), Quantity = 1, NetPrice = 5, Notes = "SO-1/2" }, { NetPrice = 6 }
  end,
  order_charge_lines = function(world)
    return { OrderID = world:sales_order(), IsShippingCost = true, AmountFCExclVAT = 5, VATCode = "4" }, { AmountFCExclVAT = 7 }
  end,
  goods_deliveries = function(world)
    return {
      DeliveryDate = "2026-01-05", Description = "parcel 1", ShippingMethod = world:by_code("shipping_methods", "UPS"),
      GoodsDeliveryLines = { { SalesOrderLineID = world:order_line(world:sales_order()).ID, QuantityDelivered = 2 } },
    }, { TrackingNumber = "1Z999AA10123456784" }
  end,
  sales_invoices = function(world)
    return {
      Journal = "70", OrderedBy = world:customer(), YourRef = "SI-2",
      SalesInvoiceLines = { { Item = world:by_code("items", "MUG-1"), Quantity = 2, NetPrice = 10, VATCode = "4" } },
      SalesInvoiceOrderChargeLines = { { OrderCharge = world:by_code("order_charges", "SHIP") } },
    }, { Remarks = "Changed" }
  end,
  sales_invoice_lines = function(world)
    return { InvoiceID = world:invoice(), Item = world:by_code("items", "MUG-1"), Quantity = 1, NetPrice = 5, Notes = "SI-1/2" }, { Quantity = 2 }
  end,
  invoice_charge_lines = function(world)
    return { InvoiceID = world:invoice(), OrderCharge = world:by_code("order_charges", "SHIP"), AmountFCInclVAT = decimal "12.1" }, { AmountFCExclVAT = 3 }
  end,
  sales_entries = function(world)
    return {
      Journal = "70", Customer = world:customer(), YourRef = "SE-2",
      SalesEntryLines = { { GLAccount = world:by_code("gl_accounts", "8000"), AmountFC = 10, VATCode = "4", CostUnit = "WEB" } },
    }, { Description = "Changed" }
  end,
  sales_entry_lines = function(world)
    return { EntryID = world:sales_entry(), GLAccount = world:by_code("gl_accounts", "8000"), AmountFC = 4, VATCode = "4", Notes = "SE-1/2" }, { AmountFC = 5 }
  end,
  purchase_entries = function(world)
    return {
      Journal = "60", Supplier = world:supplier(), YourRef = "PE-2", EntryDate = "2026-01-05",
      PurchaseEntryLines = { { GLAccount = world:by_code("gl_accounts", "8010"), AmountFC = 10, VATCode = "8", CostCenter = "SHIP" } },
    }, { Description = "Changed" }
  end,
  purchase_entry_lines = function(world)
    return { EntryID = world:purchase_entry(), GLAccount = world:by_code("gl_accounts", "8010"), AmountFC = 4, VATCode = "8" }, { AmountFC = 5 }
  end,
  journal_entries = function(world)
    return {
      JournalCode = "90", Currency = "EUR", GeneralJournalEntryLines = {
        { GLAccount = world:by_code("gl_accounts", "8010"), AmountFC = decimal "12.5", Date = "2026-01-05", CostCenter = "SHIP", CostUnit = "WEB" },
        { GLAccount = world:by_code("gl_accounts", "8000"), AmountFC = decimal "-12.5", Date = "2026-01-05" },
      },
    }
  end,
}

local function sorted(map)
  local out = {}
  for name in pairs(map) do out[#out + 1] = name end
  table.sort(out)
  return out
end

local function copy(body)
  local out = {}
  for name, value in pairs(body) do out[name] = value end
  return out
end

-- A POST of a body as it is, past the connector's types.
local function post(world, name, body)
  local operation = world.books.system.operations[name .. ".create"]
  local path = operation.POST:gsub("{division}", "123456")
  service.pass(1)
  return service.call("POST", world.exact.url .. path, { json = body, headers = world.books.headers() })
end

local function message(answer) return answer.json and answer.json.error and answer.json.error.message.value or "" end

tests["the bodies are those of all that can be created one by one"] = function()
  local others = { printed_invoices = true, invoice_sales_orders = true, webhook_subscriptions = true, journal_entry_lines = true }
  for name in pairs(flow.load(root, "scripts/systems/exact_online").operations) do
    local entity = name:match "^([%w_]+)%.create$"
    assert(not entity or BODIES[entity] or others[entity], "no body for " .. name)
  end
end

for _, name in ipairs(sorted(BODIES)) do
  tests[name .. ": made, read, changed and deleted"] = function()
    local world = start()
    local body, change = BODIES[name](world)
    local operations = world.books.system.operations
    local key = operations[name .. ".create"].id
    local made = world:call(name .. ".create", body)
    assert(made[key], "no " .. key)
    local read = world:call(name .. ".get", made[key])
    for field, value in pairs(body) do
      local shown = read[field]
      if type(value) ~= "table" and field ~= "Attachment" and operations[name .. ".get"].query["$select"]:find("%f[%w]" .. field .. "%f[%W]") then
        local same = decimal.is(shown) and (shown - decimal(tostring(value))):is_zero() or tostring(shown):match "^%s*(.-)%s*$" == tostring(value)
        assert(same, ("%s was %s, is %s"):format(field, tostring(value), tostring(shown)))
      end
    end
    local found = world:list(name, key .. " eq guid'" .. made[key] .. "'")
    assert(#found == 1 and found[1][key] == made[key])
    if operations[name .. ".whole"] then assert(world:call(name .. ".whole", made[key])[key] == made[key]) end
    assert((change ~= nil) == (operations[name .. ".update"] ~= nil), "a change goes with an update")
    if change then
      world:call(name .. ".update", made[key], change)
      local after = world:call(name .. ".get", made[key])
      for field, value in pairs(change) do
        if type(value) == "string" and after[field] then assert(after[field] == value, field) end
      end
    end
    if operations[name .. ".delete"] then
      world:call(name .. ".delete", made[key])
      fails("not found", world.call, world, name .. ".get", made[key])
    end
    assert(not world:violations(), world:violations())
  end

  tests[name .. ": an unknown field, one that is only read and one that is missing are refused"] = function()
    local world = start()
    local body = json.decode(json.encode((BODIES[name](world))))
    -- Dates as they are sent.
    local function dated(part)
      for field, value in pairs(part) do
        if type(value) == "table" and not decimal.is(value) then dated(value) end
        if type(value) == "string" and value:find "^%d%d%d%d%-%d%d%-%d%d$" then part[field] = value .. "T00:00:00" end
      end
      return part
    end
    dated(body)
    local wrong = copy(body)
    wrong.NoSuchField = 1
    local answer = post(world, name, wrong)
    assert(answer.status == 400 and message(answer):find "NoSuchField", answer.body)
    local typed = world.books.system.types[world.books.system.operations[name .. ".create"].takes]
    for field, is in pairs(typed.fields) do
      if not is.writable and is.type == "integer" and field ~= "Timestamp" then
        local read_only = copy(body)
        read_only[field] = 1
        answer = post(world, name, read_only)
        assert(answer.status == 400 and message(answer):find(field, 1, true), field .. ": " .. answer.body)
      end
      if is.mandatory then
        local short = copy(body)
        short[field] = nil
        answer = post(world, name, short)
        assert(answer.status == 500 and message(answer):find "^Mandatory", field .. ": " .. answer.body)
      end
    end
    assert(post(world, name, body).status == 201, "the body itself is taken")
  end
end

-- A text field of a list that may be filtered on.
local function text_field(system, operation)
  for field in ("Code Name Description YourRef Subject Notes Topic BatchNumber SerialNumber FileName City FirstName"):gmatch "%a+" do
    local is = system.types[operation.gives].fields[field]
    if is and is.type == "text" and operation.query["$select"]:find("%f[%w]" .. field .. "%f[%W]") then return field end
  end
end

tests["every list takes an escaped quote in its filter and refuses an open one, an unknown field and an unknown property"] = function()
  local world = start()
  local tried = 0
  for name, operation in pairs(world.books.system.operations) do
    local entity = name:match "^([%w_]+)%.list$"
    local field = entity and operation.find and operation.query and text_field(world.books.system, operation)
    if field then
      tried = tried + 1
      world:list(entity, field .. " eq 'O''Neill'")
      fails("quote", world.list, world, entity, field .. " eq 'O'Neill'")
      fails("NoSuchField", world.list, world, entity, "NoSuchField eq '1'")
      fails("NoSuchField", world.call, world, name, { ["$select"] = "NoSuchField", ["$filter"] = field .. " eq 'x'" })
      fails("not match", world.list, world, entity, field .. " eq 5")
    end
  end
  assert(tried >= 30, tried)
end

tests["lists go on from page to page: 60 rows, and 1,000 in bulk and sync"] = function()
  local world = start()
  for number = 1, 61 do world:call("cost_centers.create", { Code = ("C%03d"):format(number), Description = "More" }) end
  local rows = world:list("cost_centers", "Description eq 'More'")
  assert(#rows == 61 and rows[61].Code == "C061")
  world:control("exact", "seed", { accounts = 1100 })
  local calls = world.books.calls
  local all = world:call "accounts.bulk"
  assert(#all > 1100 and world.books.calls - calls == 2, ("%d rows in %d calls"):format(#all, world.books.calls - calls))
  calls = world.books.calls
  assert(#world:call("accounts.changed", { ["$filter"] = "Timestamp gt 1" }) == #all and world.books.calls - calls == 2)
end

tests["bulk reads refuse a filter that they do not know, and so does sync"] = function()
  local world = start()
  world:call("goods_deliveries.bulk", { ["$filter"] = "EntryID eq guid'11111111-2222-3333-4444-555555555555'" })
  fails("Filtering on these fields is not supported: Description", world.call, world, "goods_deliveries.bulk", { ["$filter"] = "Description eq 'x'" })
  fails("Filtering on these fields is not supported: Description", world.call, world, "goods_deliveries.changed", { ["$filter"] = "Description eq 'x'" })
  fails("Filtering on these fields is not supported: Modified", world.call, world, "sales_orders.list",
    { ["$filter"] = "Modified gt datetime'2026-01-01T00:00:00'" })
end

tests["XS1: an order, its charge and its delivery come back by row version, and the deletion of an order in a list of its own"] = function()
  local world = start()
  local before = world:call("sync.timestamp", "2026-12-31T00:00:00", "SalesOrderHeaders").TimeStampAsBigInt
  local function changed(name) return world:call(name .. ".changed", { ["$filter"] = "Timestamp gt " .. before }) end
  local order = world:sales_order(3)
  local gone = world:sales_order(1)
  world:call("sales_orders.delete", gone)
  local headers = changed "sales_orders"
  assert(#headers == 1 and headers[1].OrderID == order and headers[1].Timestamp > before)
  assert(changed("sales_order_lines")[1].ItemCode == "STOCK-1")
  local deleted = world:call("deleted.list", { ["$filter"] = "Timestamp gt " .. before })
  assert(deleted[1].EntityType == 32 and deleted[1].EntityKey == gone)
  world:call("goods_deliveries.create", {
    DeliveryDate = "2026-01-05", GoodsDeliveryLines = { { SalesOrderLineID = world:order_line(order).ID, QuantityDelivered = 1 } },
  })
  assert(changed("goods_deliveries")[1].DeliveryNumber == 1 and changed("goods_delivery_lines")[1].ItemCode == "STOCK-1")
  local positions = changed "stock_positions"
  assert(positions[#positions].ItemCode == "STOCK-1" and positions[#positions].CurrentStock:text() == "99")   -- what changed last is last
end

tests["a sync of invoices and of transactions shows headers with line number 0 beside their lines"] = function()
  local world = start()
  world:invoice()
  local rows = world:call("sales_invoices.changed", { ["$filter"] = "Timestamp gt 1" })
  assert(#rows == 2 and rows[1].LineNumber + rows[2].LineNumber == 1)   -- a header's version is the last one given
  world:call("journal_entries.create", (BODIES.journal_entries(world)))
  local lines = world:call("transaction_lines.changed", { ["$filter"] = "Timestamp gt 1" })
  assert(#lines == 3 and lines[1].LineNumber == 0 and lines[2].LineNumber == 1)
  assert(#world:call "transaction_lines.bulk" == 2)
end

tests["XS11: batch and serial items are delivered with their numbers, and refused without, naming the item"] = function()
  local world = start()
  local function deliver(item, quantity, more)
    local line = { SalesOrderLineID = world:order_line(world:sales_order(quantity, item)).ID, QuantityDelivered = quantity }
    for name, value in pairs(more or {}) do line[name] = value end
    return world:call("goods_deliveries.create", { DeliveryDate = "2026-01-05", GoodsDeliveryLines = { line } })
  end
  fails("Mandatory: Batch numbers: BATCH-1", deliver, "BATCH-1", 2)
  fails("not the quantity delivered: BATCH-1", deliver, "BATCH-1", 2, { BatchNumbers = { { BatchNumber = "LOT-1", Quantity = 1 } } })
  fails("does not exist: BATCH-1 LOT-9", deliver, "BATCH-1", 2, { BatchNumbers = { { BatchNumber = "LOT-9", Quantity = 2 } } })
  fails("Not enough in batch", deliver, "BATCH-1", 11, { BatchNumbers = { { BatchNumber = "LOT-1", Quantity = 11 } } })
  fails("Mandatory: Serial numbers: SERIAL-1", deliver, "SERIAL-1", 1)
  local made = deliver("BATCH-1", 2, { BatchNumbers = { { BatchNumber = "LOT-1", Quantity = 2 } } })
  local line = world:list("goods_delivery_lines", "EntryID eq guid'" .. made.EntryID .. "'")[1]
  local whole = world:call("goods_delivery_lines.whole", line.ID)
  assert(whole.BatchNumbers.results[1].BatchNumber == "LOT-1" and #whole.SerialNumbers.results == 0)
  assert(world:list("batch_numbers", "BatchNumber eq 'LOT-1'")[1].AvailableQuantity:text() == "8")
  deliver("SERIAL-1", 2, { SerialNumbers = { { SerialNumber = "SN-1" }, { SerialNumber = "SN-2" } } })
  fails("not available: SERIAL-1 SN-1", deliver, "SERIAL-1", 1, { SerialNumbers = { { SerialNumber = "SN-1" } } })
end

tests["XS7: tracking goes on a delivery and on its line, which lines are not made alone, and stock follows what was delivered"] = function()
  local world = start()
  local line_id = world:order_line(world:sales_order(3)).ID
  local made = world:call("goods_deliveries.create", {
    DeliveryDate = "2026-01-05", GoodsDeliveryLines = { { SalesOrderLineID = line_id, QuantityDelivered = 2 } },
  })
  local line = world:list("goods_delivery_lines", "EntryID eq guid'" .. made.EntryID .. "'")[1]
  world:call("goods_delivery_lines.update", line.ID, { TrackingNumber = "1Z1", QuantityDelivered = 3 })
  line = world:call("goods_delivery_lines.get", line.ID)
  assert(line.TrackingNumber == "1Z1" and line.QuantityDelivered:text() == "3")
  fails("more than what is open", world.call, world, "goods_delivery_lines.update", line.ID, { QuantityDelivered = 4 })
  assert(world:order_line(world:list("sales_orders", "YourRef eq 'SO-1'")[1].OrderID).DeliveryStatus == 21)
  local item = world:by_code("items", "STOCK-1")
  assert(world:call("item_stock.get", item).InStock:text() == "97")
  assert(world:list("item_warehouses", "Item eq guid'" .. item .. "'")[1].CurrentStock:text() == "97")
  local answer = service.call("POST", world.exact.url .. "/api/v1/123456/salesorder/GoodsDeliveryLines", {
    json = { SalesOrderLineID = line_id, QuantityDelivered = 1 }, headers = world.books.headers(),
  })
  assert(answer.status == 403)
  world:control("exact", "switches", { tracking_number_length = 5 })
  fails("too long", world.call, world, "goods_deliveries.update", made.EntryID, { TrackingNumber = "1Z9999" })
end

tests["L: a label is kept as a document on its delivery, and a document in use is not deleted"] = function()
  local world = start()
  local delivery = world:call("goods_deliveries.create", (BODIES.goods_deliveries(world)))
  local document = world:call("documents.create", { Subject = "Label 1Z", Type = 55, Account = world:customer() })
  fails("Invalid type", world.call, world, "documents.create", { Subject = "Label 1Z", Type = 9999 })
  fails("Invalid reference: Document", world.call, world, "goods_deliveries.update", delivery.EntryID,
    { Document = "11111111-2222-3333-4444-555555555555" })
  world:call("goods_deliveries.update", delivery.EntryID, { Document = document.ID })
  assert(world:call("goods_deliveries.get", delivery.EntryID).Document == document.ID)
  fails("is used by", world.call, world, "documents.delete", document.ID)
end

tests["XS10: a charge goes on an open order and a draft invoice, adds to its total, and not on what is processed"] = function()
  local world = start()
  local order, invoice = world:sales_order(1), world:invoice()
  fails("Mandatory: Order charge", world.call, world, "order_charge_lines.create", { OrderID = order, AmountFCExclVAT = 5 })
  fails("Invalid reference: Order charge", world.call, world, "order_charge_lines.create",
    { OrderID = order, OrderCharge = "11111111-2222-3333-4444-555555555555" })
  world:call("order_charge_lines.create", { OrderID = order, IsShippingCost = true, AmountFCInclVAT = decimal "6.05", VATCode = "4" })
  assert(world:list("order_charge_lines", "OrderID eq guid'" .. order .. "'")[1].AmountFCExclVAT:text() == "5")
  assert(world:call("sales_orders.get", order).AmountFC:text() == "18.15")   -- the item is taxed with 21 % of its own
  world:call("invoice_charge_lines.create", { InvoiceID = invoice, OrderCharge = world:by_code("order_charges", "SHIP") })
  assert(world:call("sales_invoices.get", invoice).AmountFC:text() == "18.15")
  world:call("printed_invoices.create", { InvoiceID = invoice, SendEmailToCustomer = false })
  fails("processed", world.call, world, "invoice_charge_lines.create", { InvoiceID = invoice, IsShippingCost = true, AmountFCExclVAT = 1 })
end

tests["an order's parties stay as they were made, and a cost centre keeps its code"] = function()
  local world = start()
  local order = world:sales_order(1)
  local other = world:call("accounts.create", { Name = "Other", Status = "C", Email = "other@example.org" }).ID
  fails("Not allowed to change: Ordered by", world.call, world, "sales_orders.update", order, { OrderedBy = other })
  world:call("sales_orders.update", order, { OrderedBy = world:customer(), Description = "same" })
  fails("Not allowed to change: Code", world.call, world, "cost_centers.update", world:by_code("cost_centers", "NL"), { Code = "NL2" })
  fails("is used by", world.call, world, "accounts.delete", world:customer())
end

tests["XS4: a journal entry takes cost centre and unit, and refuses a closed period, an unknown unit and a VAT code"] = function()
  local world = start()
  local function entry(more)
    local body = BODIES.journal_entries(world)
    for name, value in pairs(more) do body.GeneralJournalEntryLines[1][name] = value end
    return world:call("journal_entries.create", body)
  end
  fails("Invalid cost unit NONE", entry, { CostUnit = "NONE" })
  fails("Invalid cost center NONE", entry, { CostCenter = "NONE" })
  fails("Not allowed: VAT code", entry, { VATCode = "4" })
  fails("Invalid reference: Project", entry, { Project = "11111111-2222-3333-4444-555555555555" })
  fails("Period does not exist", entry, { Date = "2019-01-05" })
  local made = entry {}
  local whole = world:call("journal_entries.whole", made.EntryID)
  assert(#whole.GeneralJournalEntryLines.results == 2 and whole.GeneralJournalEntryLines.results[1].CostUnit == "WEB")
  fails("not in balance", world.call, world, "journal_entry_lines.create",
    { EntryID = made.EntryID, GLAccount = world:by_code("gl_accounts", "8000"), AmountFC = 1 })
  world:control("exact", "switches", { closed_until = "2026-01-31" })
  fails("Period is closed", entry, {})
end

tests["invoices are made of what was delivered or ordered, once"] = function()
  local world = start()
  local order = world:sales_order(3)
  local function invoice(mode, more)
    local body = { SalesOrderIDs = { { ID = order } }, JournalCode = "70", InvoiceMode = mode, CreateMode = 1 }
    for name, value in pairs(more or {}) do body[name] = value end
    return world:call("invoice_sales_orders.create", body)
  end
  local none = invoice(0)
  assert(none.NumberOfCreatedInvoices == 0 and none.NumberOfFailedInvoices == 1 and none.Errors:find "Nothing to invoice")
  world:call("goods_deliveries.create", {
    DeliveryDate = "2026-01-05", GoodsDeliveryLines = { { SalesOrderLineID = world:order_line(order).ID, QuantityDelivered = 2 } },
  })
  assert(invoice(0).NumberOfCreatedInvoices == 1 and world:call("sales_orders.get", order).InvoiceStatus == 20)
  assert(invoice(1).NumberOfCreatedInvoices == 1 and world:call("sales_orders.get", order).InvoiceStatus == 21)
  assert(invoice(1).NumberOfCreatedInvoices == 0)
  local lines = world:list("sales_invoice_lines", "ID ne guid'11111111-2222-3333-4444-555555555555'")
  assert(#lines == 2 and lines[1].Quantity:text() == "2" and lines[2].Quantity:text() == "1")
  fails("Invalid invoice mode", invoice, 7)
  fails("Invalid reference: Sales order", invoice, 1, { SalesOrderIDs = { { ID = "11111111-2222-3333-4444-555555555555" } } })
end

tests["each missing scope is named, whichever operation needs it"] = function()
  local world = start()
  for _, each in ipairs { { "sales_orders.bulk", "Sales orders" }, { "goods_deliveries.changed", "Logistics wms" },
    { "warehouses.list", "Logistics inventory" }, { "stock_positions.changed", "Logistics inventory" }, { "documents.list", "Organization documents" },
    { "journal_entries.list", "Financial accounting" }, { "projects.list", "Projects projects" }, { "deleted.list", "Organization administration" } } do
    world:control("exact", "switches", { missing_scopes = json.array { each[2] } })
    fails("Cannot read '" .. each[2] .. "' scope", world.call, world, each[1], { ["$filter"] = each[1]:find "changed" and "Timestamp gt 1" or nil })
  end
end

return tests
