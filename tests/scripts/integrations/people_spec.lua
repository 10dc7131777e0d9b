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
