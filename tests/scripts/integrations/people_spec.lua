-- What a person did in the books wins, until a person says otherwise.

local root = ...
local World = require "world"

local tests = {}

tests["BC5, C17: a document that a person edited is neither overwritten nor recreated, and both versions are told"] = function()
  local world = World.start(root)
  local order, invoice = world:posted("mixed_tax")
  assert(world:person { edit = { { id = invoice.id, price = "19.00" } } } == 1)
  world:change(order.id, "shipping")
  local outcome = world:run(order.id)
  assert(outcome.cause == "edited_by_person " .. order.id and outcome.refused:find("NetPrice of line", 1, true), outcome.refused)
  assert(outcome.refused:find("was 20 and is 19", 1, true), outcome.refused)
  assert(#outcome.sent == 0 and World.line(world:invoice(order.id), "shipping").net_price == "5.0000")
end

tests["C12: a released case ends done only when what stands is what was sent"] = function()
  local world = World.start(root, { revenue_account = "8010" })
  world:switch("exact", { dropped_fields = { "CostCenter" } })
  local order = world:order "registered"
  assert(world:run(order.id).refused:find("CostCenter", 1, true))
  -- Released without mending: the same question.
  assert(world:run(order.id, { attempt = 2 }).refused:find("CostCenter", 1, true))
  world:switch("exact", { dropped_fields = {} })
  local released = world:run(order.id, { attempt = 3 })
  assert(not released.refused, released.refused)
  assert(world:invoice(order.id).line_list[1].cost_center == "NL", world:invoice(order.id).line_list[1].cost_center)
end

tests["C12, C17: how a person mended what Exact Online did not keep is no difference to be written over"] = function()
  local world = World.start(root, { revenue_account = "8010" })
  world:switch("exact", { dropped_fields = { "CostCenter" } })
  local order = world:order "registered"
  assert(world:run(order.id).refused)
  world:switch("exact", { dropped_fields = {} })
  assert(world:person { edit = { { id = world:invoice(order.id).id, price = "19.00" } } } == 1)
  local released = world:run(order.id, { attempt = 2 })
  assert(released.refused:find("somebody edited", 1, true), released.refused)
  world:change(order.id, "shipping")
  local changed = world:run(order.id)
  assert(changed.refused:find("somebody edited", 1, true) and #changed.sent == 0, changed.refused)
end

tests["BC5: a case between two of its writes: the job goes on when it is released, and its half is no person's"] = function()
  local world = World.start(root)
  local order = world:posted "registered"
  local now = world:change(order.id, "quantity")
  local send = world.send
  rawset(world, "send", function(self, write)
    if write.operation == "sales_invoice_lines.update" then error({ code = "rejected", message = "Item is blocked", cause = "Item is blocked" }, 0) end
    return send(self, write)
  end)
  assert(world:run(order.id).refused:find("Item is blocked", 1, true))
  rawset(world, "send", nil)
  local released = world:run(order.id, { attempt = 2 })
  assert(not released.refused, released.refused)
  assert(tonumber(world:invoice(order.id).amount) == tonumber(now.total_inc_tax), world:invoice(order.id).amount)
end

tests["BC3: a document that was posted but could not be processed is processed when its case is released"] = function()
  local world = World.start(root, { ends_as = "processed", layout = "Nope" })
  local order = world:order "registered"
  assert(world:run(order.id).refused:find("layout Nope", 1, true))
  world.settings.layout = nil
  local released = world:run(order.id, { attempt = 2 })
  assert(not released.refused, released.refused)
  assert(world:invoice(order.id).status == 50, world:invoice(order.id).status)
end

tests["BC8, C12: a credit that Exact Online did not keep as it was sent is looked at again when its case is released"] = function()
  local world = World.start(root, { revenue_account = "8010" })
  local order = world:posted "registered"
  world:change(order.id, "refund")
  world:switch("exact", { dropped_fields = { "CostCenter" } })
  assert(world:run(order.id).refused:find("CostCenter", 1, true))
  assert(world:run(order.id, { attempt = 2 }).refused:find("CostCenter", 1, true))
  -- Another job of the order asks nothing anew.
  assert(not world:run(order.id).refused)
end

for document, list in pairs { sales_invoice = "sales_invoices.list", sales_order = "sales_orders.list" } do
  tests["BC5: an order that goes to its account's own address again names the other one no more: " .. document] = function()
    local world = World.start(root, { document = document })
    local order = world:order "registered"
    local function run()
      local outcome = world:run(order.id)
      assert(not outcome.refused, outcome.refused)
      local found = world.books:call(list, { ["$filter"] = ("YourRef eq 'shop-%d'"):format(order.id) })[1]
      return found.DeliverToAddress or found.DeliveryAddress
    end
    local own = run()
    world:change(order.id, "address")
    local other = run()
    assert(other and other ~= own)
    world:change(order.id, "address_back")
    assert(run() ~= other)
    world:change(order.id, "shipping")
    assert(run() ~= other)
  end
end

for _, document in ipairs { "sales_invoice", "sales_entry", "sales_order" } do
  tests["BC5: an order that the shop gives to another customer is asked about: " .. document] = function()
    local world = World.start(root, { document = document, revenue_account = document == "sales_entry" and "8000" or nil })
    local order = world:order "registered"
    local first = world:run(order.id)
    assert(not first.refused, first.refused)
    world:change(order.id, "customer")
    local moved = world:run(order.id)
    assert(moved.refused and moved.refused:find("now belongs to another customer", 1, true), tostring(moved.refused or moved.skipped))
    -- A person who leaves it so is not asked by each change that follows.
    assert(not world:run(order.id, { attempt = 2, decision = "theirs" }).refused)
    world:change(order.id, "shipping")
    local after = world:run(order.id)
    assert(not (after.refused or ""):find("another customer", 1, true), after.refused)
  end
end

tests["C17: a document that a person deleted is not made anew"] = function()
  local world = World.start(root)
  local order, invoice = world:posted("registered")
  assert(world:person { delete = { invoice.id } } == 1)
  world:change(order.id, "quantity")
  local outcome = world:run(order.id)
  assert(outcome.cause == "invoice_gone" and #outcome.sent == 0 and world:invoice(order.id) == nil)
end

tests["C17: an invoice that was processed between two events keeps what it says"] = function()
  local world = World.start(root)
  local order, invoice = world:posted("registered")
  assert(world:person { process = { invoice.id } } == 1)
  world:change(order.id, "quantity")
  local outcome = world:run(order.id)
  assert(outcome.cause == "invoice_processed" and world:invoice(order.id).amount == invoice.amount)
end

tests["C17: what a person edited is kept by decision, and later changes of the shop are held against that"] = function()
  for _, document in ipairs { "sales_invoice", "sales_entry", "sales_order" } do
    local world = World.start(root, { document = document, revenue_account = "8000" })
    local order = world:order "mixed_tax"
    local function found()
      local all = world:documents("shop-" .. order.id)
      return all.invoices[1] or all.sales_entries[1] or all.sales_orders[1]
    end
    local function first() return found().line_list[1][document == "sales_entry" and "amount" or "net_price"] end
    local function edited() return first():find "^19%.?0*$" ~= nil end
    assert(not world:run(order.id).refused)
    local id = found().id
    assert(world:person { edit = { { id = id, price = "19.00" } } } == 1 and edited(), first())
    world:change(order.id, "shipping")
    local outcome = world:run(order.id)
    assert(outcome.decidable and outcome.cause == "edited_by_person " .. order.id, outcome.refused)
    local before = found()
    outcome = world:run(order.id, { decision = "theirs" })
    assert(outcome.result.kept and #outcome.sent == 0 and found().amount == before.amount, outcome.refused)
    assert(not world:run(order.id).refused and found().amount == before.amount)
    -- The shop's next word on another line is taken; what was accepted stays.
    world:change(order.id, "shipping")
    outcome = world:run(order.id)
    assert(not outcome.refused, outcome.refused)
    assert(edited() and World.line(found(), "shipping").amount ~= World.line(before, "shipping").amount, document)
    -- Its next word on what was edited is taken too: nobody touched that since.
    world:change(order.id, "price")
    outcome = world:run(order.id)
    assert(not outcome.refused and not edited(), outcome.refused)
    -- Edited once more, it is a question once more.
    world:person { edit = { { id = id, price = "18.00" } } }
    world:change(order.id, "shipping")
    assert(world:run(order.id).decidable, document)
  end
end

tests["C17: lines that a person added and removed are kept by decision, or made ours again"] = function()
  for _, decision in ipairs { "theirs", "ours" } do
    local world = World.start(root)
    local order, invoice = world:posted("several_lines")
    assert(world:person { edit = { { id = invoice.id, add = true }, { id = invoice.id, remove = true } } } == 2)
    assert(world:person { edit = { { id = invoice.id, add = true } } } == 1)
    local now = world:change(order.id, "shipping")
    local outcome = world:run(order.id)
    assert(outcome.decidable and outcome.refused:find("a line was added", 1, true), outcome.refused)
    local theirs = world:invoice(order.id)
    outcome = world:run(order.id, { decision = decision })
    assert(not outcome.refused, outcome.refused)
    if decision == "theirs" then
      assert(#outcome.sent == 0 and world:invoice(order.id).amount == theirs.amount)
      world:change(order.id, "shipping")
      outcome = world:run(order.id)
      assert(not outcome.refused and #world:invoice(order.id).line_list == #theirs.line_list, outcome.refused)
    else
      assert(world:invoice(order.id).amount == now.total_inc_tax and #world:invoice(order.id).line_list == #invoice.line_list)
    end
  end
end

tests["C17: what a person edited is overwritten by decision"] = function()
  local world = World.start(root)
  local order, invoice = world:posted("mixed_tax")
  world:person { edit = { { id = invoice.id, price = "19.00", description = "Changed by hand" } } }
  local now = world:change(order.id, "shipping")
  assert(world:run(order.id).decidable)
  local outcome = world:run(order.id, { decision = "ours" })
  assert(not outcome.refused and outcome.result.updated == invoice.id, outcome.refused)
  assert(world:invoice(order.id).amount == now.total_inc_tax and world:invoice(order.id).description ~= "Changed by hand")
  outcome = world:run(order.id)
  assert(not outcome.refused and #outcome.sent == 0, outcome.refused)
end

tests["C17: a document that a person deleted stays away, or is made anew, by decision"] = function()
  local world = World.start(root)
  local order, invoice = world:posted("registered")
  world:person { delete = { invoice.id } }
  world:change(order.id, "quantity")
  assert(world:run(order.id).decidable)
  assert(world:run(order.id, { decision = "theirs" }).result.kept and world:invoice(order.id) == nil)
  world:change(order.id, "quantity")
  assert(world:run(order.id).skipped:find("accepted", 1, true))
  local other
  order, other = world:posted("guest")
  world:person { delete = { other.id } }
  local now = world:change(order.id, "quantity")
  assert(world:run(order.id).decidable)
  local outcome = world:run(order.id, { decision = "ours" })
  assert(not outcome.refused and world:invoice(order.id).amount == now.total_inc_tax, outcome.refused)
end

tests["C17: an invoice that was processed stays as it is, or is credited and made anew, by decision"] = function()
  local world = World.start(root)
  local order, invoice = world:posted("registered")
  world:person { process = { invoice.id } }
  world:change(order.id, "quantity")
  local outcome = world:run(order.id)
  assert(outcome.cause == "invoice_processed" and outcome.decidable)
  assert(world:run(order.id, { decision = "theirs" }).result.kept)
  world:change(order.id, "touch")
  outcome = world:run(order.id)
  assert(outcome.result.unchanged and #outcome.sent == 0, outcome.refused)
  local now = world:change(order.id, "quantity")
  assert(world:run(order.id).decidable)
  outcome = world:run(order.id, { decision = "ours" })
  assert(not outcome.refused, outcome.refused)
  assert(world:credits(order.id)[1].amount == "-" .. invoice.amount and world:invoice(order.id).amount == invoice.amount)
  assert(world:documents(("shop-%d-N2"):format(order.id)).invoices[1].amount == now.total_inc_tax)
end

tests["C17, BC18: whether a cancelled order's document goes is said by decision where a person is asked"] = function()
  for _, decision in ipairs { "theirs", "ours" } do
    local world = World.start(root, { cancelled = "ask" })
    local order = world:posted("registered")
    world:change(order.id, "status", 5)
    assert(world:run(order.id).decidable)
    local outcome = world:run(order.id, { decision = decision })
    assert(not outcome.refused and (outcome.skipped ~= nil) == (decision == "theirs"), outcome.refused)
    assert((world:invoice(order.id) ~= nil) == (decision == "theirs"))
  end
end

return tests
