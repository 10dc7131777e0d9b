-- What is given back: refunds, and orders that are cancelled after their document was made.

local root = ...
local decimal, World = require "decimal", require "world"

local tests = {}

tests["BC8: a refund becomes a credit invoice that names what it credits, on the accounts it was sold on"] = function()
  local world = World.start(root)
  local order, invoice = world:posted("partly_refunded")
  local credit = world:credits(order.id)[1]
  assert(credit.type == 8021 and credit.your_ref:find("^shop%-" .. order.id .. "%-R%d+$"), credit.your_ref)
  assert(credit.description:find("shop-" .. order.id, 1, true), credit.description)
  assert(credit.amount == "-" .. order.refunded)
  for _, line in ipairs(credit.line_list) do
    local part = line.notes:match "/(.+)$"
    local sold = World.line(invoice, part)
    if part ~= "rounding" then
      assert(sold and line.item == sold.item and line.account == sold.account and line.vat_code == sold.vat_code, line.notes)
      assert(line.cost_center == sold.cost_center)
    end
  end
end

tests["BC8: refunds are credited one by one, and none of them twice"] = function()
  local world = World.start(root)
  local order = world:posted("several_lines")
  for count = 1, 3 do
    world:change(order.id, "refund", { amount = "1.00" })
    local outcome = world:run(order.id, { event = { topic = "store/order/refund/created" } })
    assert(not outcome.refused, outcome.refused)
    assert(#world:credits(order.id) == count)
    world:run(order.id)
    assert(#world:credits(order.id) == count)
  end
end

tests["BC8: a refund of nothing, as of a free item, needs no credit and nobody's decision"] = function()
  local world = World.start(root)
  local order = world:posted("several_lines")
  for _, nothing in ipairs { {}, { amount = "0.00" } } do
    world:change(order.id, "refund", nothing)
    local outcome = world:run(order.id, { event = { topic = "store/order/refund/created" } })
    assert(not outcome.refused, outcome.refused)
    assert(#world:credits(order.id) == 0)
  end
end

tests["BC8: a refund by amount takes its VAT in the order's mix, or by the code that is set"] = function()
  local world = World.start(root)
  local order = world:posted("refunded_by_amount")
  local codes = {}
  for _, line in ipairs(world:credits(order.id)[1].line_list) do codes[line.vat_code] = true end
  assert(codes["4"] and codes["2"])
  local by_code = World.start(root, { refund_vat = "0" })
  order = by_code:posted("refunded_by_amount")
  local credit = by_code:credits(order.id)[1]
  assert(#credit.line_list == 1 and credit.line_list[1].vat_code == "0" and credit.vat == "0.00" and credit.amount == "-7.50")
  assert(credit.line_list[1].item == "REFUND")
end

tests["BC8, C16: a refund in a closed month goes to the next open one, with its own date noted"] = function()
  local world = World.start(root)
  local order = world:posted("registered")
  world:change(order.id, "refund", { everything = true })
  world:switch("exact", { closed_until = "2026-01-31" })
  world.kv["periods:books:70"] = nil
  local outcome = world:run(order.id)
  assert(not outcome.refused, outcome.refused)
  local credit = world:credits(order.id)[1]
  assert(credit.order_date == "2026-02-01" and credit.description:find "of 2026%-01%-%d%d$", credit.order_date)
end

tests["BC8: an order that is refunded without a record of it is reported"] = function()
  local world = World.start(root)
  local order = world:order "refunded_without_record"
  local outcome = world:run(order.id)
  assert(outcome.cause == "refund_without_record " .. order.id and outcome.refused:find("no record of a refund", 1, true))
end

tests["BC8: a refund of tax alone is a person's"] = function()
  local world = World.start(root)
  local outcome = world:run(world:order "tax_refunded".id)
  assert(outcome.cause:find "^refund_of_tax" and outcome.refused:find("1.00 of tax", 1, true), outcome.refused)
end

tests["BC8: where books have no items a refund is an entry with negative amounts"] = function()
  local world = World.start(root, { document = "sales_entry", revenue_account = "8000" })
  for _, kind in ipairs { "partly_refunded", "refunded_by_amount", "refunded_inclusive" } do
    local order = world:order(kind)
    local outcome = world:run(order.id)
    assert(not outcome.refused, outcome.refused)
    local sum = decimal "0"
    for _, entry in ipairs(world:documents().sales_entries) do
      if entry.your_ref:find("^shop%-" .. order.id) then sum = sum + decimal(entry.amount) end
    end
    assert((sum - decimal(order.total_inc_tax) + decimal(order.refunded)):is_zero(), kind .. " " .. tostring(sum))
  end
end

tests["BC8: the sign of credit invoices is a setting, and the other one is refused by Exact"] = function()
  local world = World.start(root, { credit_quantities = "positive" })
  world:switch("exact", { credit_signs = "positive" })
  local order = world:posted("refunded")
  assert(world:credits(order.id)[1].amount == order.refunded)
  local other = World.start(root)
  other:switch("exact", { credit_signs = "positive" })
  local outcome = other:run(other:order "refunded".id)
  assert(outcome.refused:find("wrong sign", 1, true), outcome.refused)
end

tests["BC18: a cancelled, declined or archived order withdraws its open document, and comes back with a new one"] = function()
  local world = World.start(root)
  for _, what in ipairs { { "status", 5 }, { "status", 6 }, { "archive" } } do
    local order = world:posted("registered")
    world:change(order.id, what[1], what[2])
    local outcome = world:run(order.id)
    assert(outcome.result and outcome.result.withdrawn and world:invoice(order.id) == nil, outcome.refused)
    assert(world:run(order.id).skipped)
    if what[1] == "status" then
      world:change(order.id, "status", 11)
      assert(not world:run(order.id).refused and world:invoice(order.id).amount == order.total_inc_tax)
    end
  end
end

tests["BC18: an order that is cancelled before its document is made says so to jobs that read it earlier"] = function()
  local world = World.start(root)
  local order = world:order "registered"
  world:change(order.id, "status", 5)
  local outcome = world:run(order.id)
  assert(outcome.skipped == "cancelled" and outcome.withheld.invoice, "nothing is withheld")
  local waiting = world:order "registered"
  world:change(waiting.id, "status", 7)
  outcome = world:run(waiting.id)
  assert(outcome.skipped and not outcome.withheld.invoice, "an order that waits for its payment may be sold yet")
end

tests["BC18: a processed document, or any by setting, is credited in full, once"] = function()
  local world = World.start(root, { ends_as = "processed" })
  local order, invoice = world:posted("coupon")
  world:change(order.id, "status", 5)
  assert(world:run(order.id).result.credited)
  local credit = world:credits(order.id)[1]
  assert(credit.amount == "-" .. invoice.amount and credit.your_ref == ("shop-%d-C"):format(order.id))
  world:change(order.id, "touch")
  assert(world:run(order.id).skipped and #world:credits(order.id) == 1)
end

tests["BC18: an order that was cancelled and credited comes back with a new document, and is credited anew when it is cancelled again"] = function()
  for _, document in ipairs { "sales_invoice", "sales_entry" } do
    local world = World.start(root, { document = document, revenue_account = "8000", cancelled = "credit", ends_as = "processed" })
    local order = world:order "coupon"
    local own, invoices = "shop-" .. order.id, document == "sales_invoice"
    local function standing(reference)
      local found = world:documents(reference)
      return invoices and (found.invoices[1] or found.credit_invoices[1]) or found.sales_entries[1]
    end
    assert(not world:run(order.id).refused)
    for round, reference in ipairs { own, own .. "-N2", own .. "-N3" } do
      local amount = standing(reference).amount
      assert(amount == order.total_inc_tax, reference)
      for _ = 1, 2 do
        world:change(order.id, "status", round % 2 == 0 and 6 or 5)
        local outcome = world:run(order.id)
        assert(not outcome.refused and (outcome.skipped or outcome.result.credited == standing(reference .. "-C").id), outcome.refused)
      end
      assert(standing(reference .. "-C").amount == "-" .. amount)
      world:change(order.id, "status", 11)
      local outcome = world:run(order.id)
      assert(not outcome.refused and outcome.result, outcome.refused or outcome.skipped)
      assert(world:run(order.id).skipped)
    end
    -- What changes from here on changes the newest one.
    local now = world:change(order.id, "shipping")
    local outcome = world:run(order.id)
    if invoices then
      assert(outcome.cause == "invoice_processed", outcome.refused)
    else
      assert(not outcome.refused and standing(own .. "-N4").amount == now.total_inc_tax and standing(own).amount == order.total_inc_tax)
    end
    assert(not world:violations(), world:violations())
  end
end

tests["BC18, BC8: money that is given back after the order was cancelled and credited is not credited once more"] = function()
  local world = World.start(root, { cancelled = "credit" })
  local order = world:posted("registered")
  world:change(order.id, "status", 5)
  assert(world:run(order.id).result.credited)
  world:change(order.id, "refund", { everything = true })
  local outcome = world:run(order.id, { event = { topic = "store/order/refund/created" } })
  assert(outcome.skipped == "refunded; its document was credited" and #outcome.sent == 0, outcome.refused)
  assert(#world:credits(order.id) == 1)
end

tests["BC18: by setting a person is asked; what was refunded before is not given back twice"] = function()
  local asking = World.start(root, { cancelled = "ask" })
  local order = asking:posted("registered")
  asking:change(order.id, "status", 5)
  assert(asking:run(order.id).cause == "sale_undone")
  local world = World.start(root)
  order = world:posted("refunded")
  world:change(order.id, "status", 5)
  assert(world:run(order.id).skipped:find("its refunds were credited", 1, true) and #world:credits(order.id) == 1)
end

return tests
