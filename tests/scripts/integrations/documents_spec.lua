-- What becomes of orders in the books, row by row, between the two simulated systems.

local root = ...
local decimal, World = require "decimal", require "world"

local tests = {}

local function effects(outcome)
  local names = {}
  for index, each in ipairs(outcome.sent) do names[index] = each.effect end
  return table.concat(names, ", ")
end

local function posted(world, kind)
  local order = world:order(kind)
  local outcome = world:run(order.id)
  assert(not outcome.refused, outcome.refused)
  return order, world:invoice(order.id), outcome
end

-- BC3

tests["BC3 an order becomes a sales entry where the client books without items, net and tax to the cent"] = function()
  local world = World.start(root, { document = "sales_entry", revenue_account = "8000" })
  for _, kind in ipairs { "mixed_tax", "coupon", "fee", "handling_and_wrapping", "tax_inclusive_discount", "unknown_sku" } do
    local order = world:order(kind)
    local outcome = world:run(order.id)
    assert(not outcome.refused, outcome.refused)
    local found = world:documents("shop-" .. order.id)
    assert(#found.sales_entries == 1 and #found.invoices == 0, kind)
    local entry = found.sales_entries[1]
    assert(entry.amount == order.total_inc_tax, ("%s: entry %s, order %s"):format(kind, entry.amount, order.total_inc_tax))
    assert(entry.journal == "70" and entry.line_list[1].account == "8000" and entry.line_list[1].cost_center == "NL")
    assert(World.line(entry, "shipping").account == "8010", kind)
  end
  assert(not world:violations(), world:violations())
end

tests["BC3 an order becomes a sales order where stock is kept in Exact Online, and follows it until it is delivered"] = function()
  local world = World.start(root, { document = "sales_order" })
  local order = world:order "registered"
  world:run(order.id)
  local found = world:documents("shop-" .. order.id)
  assert(#found.sales_orders == 1 and #found.invoices == 0)
  assert(found.sales_orders[1].amount == order.total_inc_tax and found.sales_orders[1].payment_condition == "00")
  local now = world:change(order.id, "quantity")
  assert(not world:run(order.id).refused)
  found = world:documents("shop-" .. order.id).sales_orders[1]
  assert(found.amount == now.total_inc_tax)
  assert(world:person { deliver = { found.id } } == 1)
  world:change(order.id, "quantity")
  assert(world:run(order.id).cause == "sales order_processed")
end

tests["BC3 accounts, cost centers and cost units follow the first fitting row of bookings, else the settings"] = function()
  local world = World.start(root, {
    revenue_account = "8000", cost_center = "NL",
    bookings = {
      { sku = "BOOK-*", account = "8030" }, { part = "shipping", cost_center = "SHIP" }, { country = "outside EU", cost_center = "EXPORT" },
      { channel = 1, part = "discount", account = "8020" },
    },
  })
  local order = world:order "discount"
  world:run(order.id)
  local invoice = world:invoice(order.id)
  local here = order.email:find "@jp%." and "EXPORT" or "NL"
  for _, line in ipairs(invoice.line_list) do
    if line.item == "MUG-1" then assert(line.account == "8000" and line.cost_center == here, line.cost_center) end
    if line.item == "BOOK-2" then assert(line.account == "8030") end
    if line.item == "DISCOUNT" then assert(line.account == "8020" and line.cost_center == here) end
    if line.item == "SHIPPING" then assert(line.account == "8010" and line.cost_center == "SHIP") end
  end
end

tests["BC3 rows of bookings by category and brand take them from the catalog, which is read only where a row asks"] = function()
  local world = World.start(root, {
    document = "sales_entry", revenue_account = "8000",
    bookings = {
      { category = { 20, 22 }, account = "8030" }, { brand = 7, category = 23, account = "8020" }, { brand = 7, cost_center = "SHIP" },
    },
  })
  local wanted = {
    ["BOOK-1"] = { "8030", "NL" }, ["BOOK-2"] = { "8030", "NL" }, ["TEA-100"] = { "8030", "NL" }, ["MUG-1"] = { "8000", "SHIP" },
    ["SHIRT-S"] = { "8020", "SHIP" }, ["CASE-12"] = { "8000", "NL" },
  }
  local seen = {}
  for _, kind in ipairs { "mixed_tax", "discount", "options", "bundle", "unknown_sku" } do
    local order = world:order(kind)
    local outcome = world:run(order.id)
    assert(not outcome.refused, outcome.refused)
    local entry = world:documents("shop-" .. order.id).sales_entries[1]
    assert(entry.amount == order.total_inc_tax)
    for _, product in ipairs(world.shop:call("orders.products", order.id)) do
      local line, sku = World.line(entry, product.id), product.sku or ""
      local want = wanted[sku] or { "8000", sku == "GIFT-WRAP" and "NL" or line.cost_center }
      assert(line.account == want[1] and line.cost_center == want[2], sku .. " " .. line.account .. " " .. line.cost_center)
      seen[sku] = true
    end
    assert(World.line(entry, "shipping").cost_center == "NL")
  end
  for sku in pairs(wanted) do assert(seen[sku], sku) end
  assert(world.looked_up["products 1001"])
  local without = World.start(root, { bookings = { { sku = "BOOK-*", account = "8030" } } })
  without:run(without:order "mixed_tax".id)
  for key in pairs(without.looked_up) do assert(not key:find "^products", key) end
end

tests["BC3 BC12 a row with a name that it does not know is refused before anything is written"] = function()
  for setting, row in pairs { bookings = { catagory = 20, account = "8030" }, vat_rules = { countries = "DE", code = "4" } } do
    local world = World.start(root, { [setting] = { row } })
    local outcome = world:run(world:order "registered".id)
    assert(outcome.cause == "setting " .. setting and outcome.refused:find("Row 1", 1, true) and #outcome.sent == 0, outcome.refused)
  end
end

-- BC5, C17

tests["BC5 C17 a document that a person edited is neither overwritten nor recreated, and both versions are told"] = function()
  local world = World.start(root)
  local order, invoice = posted(world, "mixed_tax")
  assert(world:person { edit = { { id = invoice.id, price = "19.00" } } } == 1)
  world:change(order.id, "shipping")
  local outcome = world:run(order.id)
  assert(outcome.cause == "edited_by_person " .. order.id and outcome.refused:find("NetPrice of line", 1, true), outcome.refused)
  assert(outcome.refused:find("was 20 and is 19", 1, true), outcome.refused)
  assert(#outcome.sent == 0 and World.line(world:invoice(order.id), "shipping").net_price == "5.0000")
end

tests["C17 a document that a person deleted is not made anew"] = function()
  local world = World.start(root)
  local order, invoice = posted(world, "registered")
  assert(world:person { delete = { invoice.id } } == 1)
  world:change(order.id, "quantity")
  local outcome = world:run(order.id)
  assert(outcome.cause == "invoice_gone" and #outcome.sent == 0 and world:invoice(order.id) == nil)
end

tests["C17 an invoice that was processed between two events keeps what it says"] = function()
  local world = World.start(root)
  local order, invoice = posted(world, "registered")
  assert(world:person { process = { invoice.id } } == 1)
  world:change(order.id, "quantity")
  local outcome = world:run(order.id)
  assert(outcome.cause == "invoice_processed" and world:invoice(order.id).amount == invoice.amount)
end

tests["C17 what a person edited is kept by decision, and later changes of the shop are held against that"] = function()
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

tests["C17 lines that a person added and removed are kept by decision, or made ours again"] = function()
  for _, decision in ipairs { "theirs", "ours" } do
    local world = World.start(root)
    local order, invoice = posted(world, "several_lines")
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

tests["C17 what a person edited is overwritten by decision"] = function()
  local world = World.start(root)
  local order, invoice = posted(world, "mixed_tax")
  world:person { edit = { { id = invoice.id, price = "19.00", description = "Changed by hand" } } }
  local now = world:change(order.id, "shipping")
  assert(world:run(order.id).decidable)
  local outcome = world:run(order.id, { decision = "ours" })
  assert(not outcome.refused and outcome.result.updated == invoice.id, outcome.refused)
  assert(world:invoice(order.id).amount == now.total_inc_tax and world:invoice(order.id).description ~= "Changed by hand")
  outcome = world:run(order.id)
  assert(not outcome.refused and #outcome.sent == 0, outcome.refused)
end

tests["C17 a document that a person deleted stays away, or is made anew, by decision"] = function()
  local world = World.start(root)
  local order, invoice = posted(world, "registered")
  world:person { delete = { invoice.id } }
  world:change(order.id, "quantity")
  assert(world:run(order.id).decidable)
  assert(world:run(order.id, { decision = "theirs" }).result.kept and world:invoice(order.id) == nil)
  world:change(order.id, "quantity")
  assert(world:run(order.id).skipped:find("accepted", 1, true))
  local other
  order, other = posted(world, "guest")
  world:person { delete = { other.id } }
  local now = world:change(order.id, "quantity")
  assert(world:run(order.id).decidable)
  local outcome = world:run(order.id, { decision = "ours" })
  assert(not outcome.refused and world:invoice(order.id).amount == now.total_inc_tax, outcome.refused)
end

tests["C17 an invoice that was processed stays as it is, or is credited and made anew, by decision"] = function()
  local world = World.start(root)
  local order, invoice = posted(world, "registered")
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

tests["C17 BC18 whether a cancelled order's document goes is said by decision where a person is asked"] = function()
  for _, decision in ipairs { "theirs", "ours" } do
    local world = World.start(root, { cancelled = "ask" })
    local order = posted(world, "registered")
    world:change(order.id, "status", 5)
    assert(world:run(order.id).decidable)
    local outcome = world:run(order.id, { decision = decision })
    assert(not outcome.refused and (outcome.skipped ~= nil) == (decision == "theirs"), outcome.refused)
    assert((world:invoice(order.id) ~= nil) == (decision == "theirs"))
  end
end

-- C13

tests["C13 with the start in the past of half the orders those make no document, however late they are changed"] = function()
  local world = World.start(root)
  local old, mended = world:order "registered", world:order "guest"
  assert(not world:run(mended.id).refused)   -- by a back-fill, say: nothing says that it is too old
  World.pass(86400)
  local start = "2026-01-05T12:00:00Z"
  local new = world:order "registered"
  for _, each in ipairs { old, mended, new } do world:change(each.id, "shipping") end
  local outcome = world:run(old.id, { start = start })
  assert(outcome.skipped and outcome.skipped:find("before the start", 1, true) and #outcome.sent == 0)
  assert(world:invoice(old.id) == nil)
  for _, each in ipairs { mended, new } do
    assert(not world:run(each.id, { start = start }).refused)
    assert(world:invoice(each.id).amount == world:seen(each.id).total_inc_tax)
  end
  -- One that came back after it was withdrawn had a document of ours before.
  for _, status in ipairs { 5, 11 } do
    world:change(mended.id, "status", status)
    world:run(mended.id, { start = start })
  end
  assert(world:invoice(mended.id))
end

-- BC8

tests["BC8 a refund becomes a credit invoice that names what it credits, on the accounts it was sold on"] = function()
  local world = World.start(root)
  local order, invoice = posted(world, "partly_refunded")
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

tests["BC8 refunds are credited one by one, and none of them twice"] = function()
  local world = World.start(root)
  local order = posted(world, "several_lines")
  for count = 1, 3 do
    world:change(order.id, "refund", { amount = "1.00" })
    local outcome = world:run(order.id, { event = { scope = "store/order/refund/created" } })
    assert(not outcome.refused, outcome.refused)
    assert(#world:credits(order.id) == count)
    world:run(order.id)
    assert(#world:credits(order.id) == count)
  end
end

tests["BC8 a refund by amount takes its VAT in the order's mix, or by the code that is set"] = function()
  local world = World.start(root)
  local order = posted(world, "refunded_by_amount")
  local codes = {}
  for _, line in ipairs(world:credits(order.id)[1].line_list) do codes[line.vat_code] = true end
  assert(codes["4"] and codes["2"])
  local by_code = World.start(root, { refund_vat = "0" })
  order = posted(by_code, "refunded_by_amount")
  local credit = by_code:credits(order.id)[1]
  assert(#credit.line_list == 1 and credit.line_list[1].vat_code == "0" and credit.vat == "0.00" and credit.amount == "-7.50")
  assert(credit.line_list[1].item == "REFUND")
end

tests["BC8 C16 a refund in a closed month goes to the next open one, with its own date noted"] = function()
  local world = World.start(root)
  local order = posted(world, "registered")
  world:change(order.id, "refund", { everything = true })
  world:switch("exact", { closed_until = "2026-01-31" })
  world.kv["periods:shop:70"] = nil
  local outcome = world:run(order.id)
  assert(not outcome.refused, outcome.refused)
  local credit = world:credits(order.id)[1]
  assert(credit.order_date == "2026-02-01" and credit.description:find "of 2026%-01%-%d%d$", credit.order_date)
end

tests["BC8 an order that is refunded without a record of it is reported"] = function()
  local world = World.start(root)
  local order = world:order "refunded_without_record"
  local outcome = world:run(order.id)
  assert(outcome.cause == "refund_without_record " .. order.id and outcome.refused:find("no record of a refund", 1, true))
end

tests["BC8 a refund of tax alone is a person's"] = function()
  local world = World.start(root)
  local outcome = world:run(world:order "tax_refunded".id)
  assert(outcome.cause:find "^refund_of_tax" and outcome.refused:find("1.00 of tax", 1, true), outcome.refused)
end

tests["BC8 where books have no items a refund is an entry with negative amounts"] = function()
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

tests["BC8 the sign of credit invoices is a setting, and the other one is refused by Exact"] = function()
  local world = World.start(root, { credit_quantities = "positive" })
  world:switch("exact", { credit_signs = "positive" })
  local order = posted(world, "refunded")
  assert(world:credits(order.id)[1].amount == order.refunded)
  local other = World.start(root)
  other:switch("exact", { credit_signs = "positive" })
  local outcome = other:run(other:order "refunded".id)
  assert(outcome.refused:find("wrong sign", 1, true), outcome.refused)
end

-- BC9

tests["BC9 the sweep finds refunds and cancellations whose deliveries were lost"] = function()
  local world = World.start(root)
  local refunded, cancelled = posted(world, "registered"), posted(world, "guest")
  World.pass(3600)
  local since = "2026-01-05T00:30:00+00:00"
  world:change(refunded.id, "refund", { amount = "2.00" })
  world:change(cancelled.id, "status", 5)
  local found = {}
  for _, row in ipairs(world.shop:call("orders.list", { min_date_modified = since, sort = "date_modified:asc" })) do found[row.id] = true end
  assert(found[refunded.id] and found[cancelled.id])
  for id in pairs(found) do world:run(id) end
  assert(#world:credits(refunded.id) == 1 and world:invoice(cancelled.id) == nil)
end

-- BC10

tests["BC10 condition, reference, status and amount reach the invoice, and a later capture changes it"] = function()
  local world = World.start(root, { payment_conditions = { ["Credit Card"] = "30" } })
  local order = world:control("store", "seed", { orders = 1, kinds = { "registered" }, events = false }).orders[1]
  world:run(order.id)
  local invoice = world:invoice(order.id)
  assert(invoice.payment_condition == "00" and invoice.payment_reference == "tr_" .. order.id)
  assert(invoice.remarks == ("iDEAL, captured, %s EUR, tr_%d"):format(order.total_inc_tax, order.id), invoice.remarks)
  world:change(order.id, "payment", "authorized")
  world:run(order.id)
  assert(world:invoice(order.id).remarks:find("authorised, not captured", 1, true))
  world:change(order.id, "payment", "captured")
  local outcome = world:run(order.id)
  assert(effects(outcome) == "invoice" and world:invoice(order.id).remarks:find("iDEAL, captured", 1, true), effects(outcome))
end

tests["BC10 a capture after the invoice was processed is noted and disturbs nobody"] = function()
  local world = World.start(root)
  local order = world:order "registered"
  world:change(order.id, "payment", "authorized")
  world:run(order.id)
  world:person { process = { world:invoice(order.id).id } }
  world:change(order.id, "payment", "captured")
  local outcome = world:run(order.id)
  assert(not outcome.refused and #outcome.sent == 0 and outcome.notes[1]:find("captured", 1, true))
end

-- BC12

local function rules_case(rows, more)
  local settings = { vat_rules = rows }
  for name, value in pairs(more or {}) do settings[name] = value end
  return World.start(root, settings)
end

tests["BC12 a row by country, part and channel decides before the rate does"] = function()
  local world = rules_case { { part = "shipping", code = "4" }, { country = { "NL", "BE", "EU", "outside EU" }, channel = 1, rate = "21", code = "4" } }
  local order, invoice = posted(world, "mixed_tax")
  assert(invoice.amount == order.total_inc_tax)
end

tests["BC12 a rate that is not the code's in Exact is refused naming both, before anything is written"] = function()
  local world = rules_case({}, { vat_codes = { ["21"] = "2", ["9"] = "2", ["0"] = "0" } })
  local outcome = world:run(world:order "registered".id)
  assert(outcome.cause:find "^vat_rate" and outcome.refused:find("charged 21 %", 1, true) and outcome.refused:find("is 9 %", 1, true), outcome.refused)
  assert(#outcome.sent == 0)
end

tests["BC12 C15 a blocked VAT code is one case for all orders, and not one write goes out"] = function()
  local world = rules_case({ { rate = "21", code = "5" } })
  local causes = {}
  for _, order in ipairs(world:orders("registered", "registered", "digital", "guest")) do
    local outcome = world:run(order.id)
    if outcome.refused then causes[outcome.cause] = (causes[outcome.cause] or 0) + 1 end
    assert(order.kind == "digital" or #outcome.sent == 0)
  end
  assert((causes["VAT code 5 is blocked"] or 0) >= 1 and next(causes, next(causes)) == nil)
end

tests["BC12 reverse charge with a VAT number, and tax that a marketplace collects, are no tax of ours"] = function()
  local world = rules_case({ { vat_number = true, code = "6", without_tax = true } })
  local order = world:order "with_vat_number"
  local outcome = world:run(order.id)
  assert(not outcome.refused, outcome.refused)
  local invoice = world:invoice(order.id)
  assert(invoice.vat == "0.00" and invoice.amount == order.total_ex_tax, invoice.amount)
  local other = posted(world, "registered")
  assert(world:invoice(other.id).amount == other.total_inc_tax)
end

-- BC13

tests["BC13 a tax-inclusive store posts gross with inclusive codes"] = function()
  local world = World.start(root)
  local order, invoice = posted(world, "refunded_inclusive")
  assert(invoice.amount == order.total_inc_tax)
  for _, line in ipairs(invoice.line_list) do assert(line.vat_code == "1" or line.vat_code == "3" or line.notes:find "rounding", line.vat_code) end
  assert(World.line(invoice, "shipping").net_price == "5.0000" and World.line(invoice, "shipping").amount == "4.13")
end

tests["BC13 an exclusive code for prices with tax is refused"] = function()
  local world = World.start(root, { vat_codes_inclusive = { ["21"] = "4", ["9"] = "2" } })
  local outcome = world:run(world:order "tax_inclusive".id)
  assert(outcome.cause:find "^vat_type" and outcome.refused:find("without tax, but the prices of this shop are with tax", 1, true), outcome.refused)
end

-- BC14

tests["BC14 a gift certificate sold is a liability without VAT"] = function()
  local world = World.start(root)
  local _, invoice = posted(world, "gift_certificate")
  for _, line in ipairs(invoice.line_list) do
    if line.item == "GIFTCARD" then
      assert(line.account == "1500" and line.vat == "0.00" and line.vat_code == "0" and line.amount == "25.00" and line.cost_center == nil)
      return
    end
  end
  error "no line for the certificate"
end

tests["BC14 certificates and store credit are payments, whether or not the shop's total is lowered by them"] = function()
  for _, lowered in ipairs { false, true } do
    local world = World.start(root)
    world:switch("store", { certificates_lower_total = lowered })
    for kind, words in pairs { paid_with_gift_certificate = "10.00 by gift certificate", paid_with_store_credit = "5.00 by store credit" } do
      local order, invoice = posted(world, kind)
      assert(invoice.amount == order.total_inc_tax and invoice.remarks:find(words, 1, true), invoice.remarks)
    end
  end
end

tests["BC14 by setting they lower what is due, on the account that certificates are owed on"] = function()
  local world = World.start(root, { redeemed = "line" })
  local order, invoice = posted(world, "paid_with_gift_certificate")
  local line = World.line(invoice, "redeemed")
  assert(line.amount == "-10.00" and line.vat == "0.00" and line.account == "1500")
  assert((decimal(invoice.amount) - decimal(order.total_inc_tax) + decimal "10"):is_zero(), invoice.amount)
end

-- BC15

tests["BC15 an unknown SKU becomes an item, falls back by VAT rate, or waits for a person"] = function()
  local creating = World.start(root, { unknown_sku = "create" })
  local order, invoice = posted(creating, "unknown_sku")
  local items = {}
  for _, line in ipairs(invoice.line_list) do items[line.item] = true end
  assert(items["NEW-2026"] and items.UNKNOWN and invoice.amount == order.total_inc_tax)
  creating.looked_up = {}
  creating:run(creating:order "unknown_sku".id)
  assert(#creating.books:call("items.list", { ["$filter"] = "Code eq 'NEW-2026'" }) == 1)

  local by_rate = World.start(root, { fallback_items = { ["21"] = "FEE" } })
  order, invoice = posted(by_rate, "unknown_sku")
  assert(invoice.line_list[1].item == "FEE" and invoice.amount == order.total_inc_tax)

  local parking = World.start(root, { unknown_sku = "park" })
  local outcome = parking:run(parking:order "unknown_sku".id)
  assert(outcome.cause:find "^item " and outcome.refused:find("Exact Online", 1, true) and #outcome.sent == 0, outcome.refused)
end

tests["BC15 option texts stay on the line, and parts of a bundle that cost nothing go by setting"] = function()
  local world = World.start(root)
  local order, invoice = posted(world, "options")
  assert(invoice.amount == order.total_inc_tax)
  assert(invoice.line_list[1].description:find("Colour: Grün", 1, true))
  order, invoice = posted(world, "bundle")
  assert(invoice.amount == order.total_inc_tax)
  assert(#invoice.line_list == 3)
  local dropping = World.start(root, { bundle_children = "drop" })
  order, invoice = posted(dropping, "bundle")
  assert(invoice.amount == order.total_inc_tax)
  assert(#invoice.line_list == 2)
end

-- BC17, C18

tests["BC17 C18 invoices end processed with their layout where that is set, and nobody gets a mail"] = function()
  local world = World.start(root, { ends_as = "processed", layout = "Invoice" })
  local order, invoice = posted(world, "refunded")
  assert(invoice.status == 50 and invoice.number and invoice.invoice_date == invoice.order_date)
  assert(world:credits(order.id)[1].status == 50)
  assert(world:control("exact", "state").divisions["123456"].mails == 0)
  local wrong = World.start(root, { ends_as = "processed", layout = "None such" })
  assert(wrong:run(wrong:order "registered".id).cause == "layout None such")
end

tests["BC17 an invoice stays open as Exact makes it; a draft, which its API can't make, is refused by the setting with the reason"] = function()
  local world = World.start(root)
  local _, invoice = posted(world, "registered")
  assert(invoice.status == 20)
  local setting = world.integration.settings.ends_as
  assert(setting.impossible.draft:find("open", 1, true) and table.concat(setting.one_of, " ") == "open processed")
end

tests["BC17 the nightly batch processes what is open and leaves what is not ours"] = function()
  local world = World.start(root, { ends_as = "processed", processing = "nightly" })
  local first, second = posted(world, "registered"), posted(world, "guest")
  assert(world:invoice(first.id).status == 20)
  local listed = world:run_flow "nightly"
  assert(#listed.emitted == 2 and listed.result.invoices == 2)
  for _, each in ipairs(listed.emitted) do assert(world:run_flow("process", each.key, each.payload).result.processed) end
  assert(world:invoice(first.id).status == 50 and world:invoice(second.id).status == 50)
  assert(world:run_flow("process", listed.emitted[1].key, listed.emitted[1].payload).skipped)
  assert(#world:run_flow "nightly".emitted == 0)
  local never = World.start(root)
  assert(never:run_flow "nightly".skipped)
end

-- BC18

tests["BC18 a cancelled, declined or archived order withdraws its open document, and comes back with a new one"] = function()
  local world = World.start(root)
  for _, what in ipairs { { "status", 5 }, { "status", 6 }, { "archive" } } do
    local order = posted(world, "registered")
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

tests["BC18 an order that is cancelled before its document is made says so to jobs that read it earlier"] = function()
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

tests["BC18 a processed document, or any by setting, is credited in full, once"] = function()
  local world = World.start(root, { ends_as = "processed" })
  local order, invoice = posted(world, "coupon")
  world:change(order.id, "status", 5)
  assert(world:run(order.id).result.credited)
  local credit = world:credits(order.id)[1]
  assert(credit.amount == "-" .. invoice.amount and credit.your_ref == ("shop-%d-C"):format(order.id))
  world:change(order.id, "touch")
  assert(world:run(order.id).skipped and #world:credits(order.id) == 1)
end

tests["BC18 an order that was cancelled and credited comes back with a new document, and is credited anew when it is cancelled again"] = function()
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

tests["BC18 BC8 money that is given back after the order was cancelled and credited is not credited once more"] = function()
  local world = World.start(root, { cancelled = "credit" })
  local order = posted(world, "registered")
  world:change(order.id, "status", 5)
  assert(world:run(order.id).result.credited)
  world:change(order.id, "refund", { everything = true })
  local outcome = world:run(order.id, { event = { scope = "store/order/refund/created" } })
  assert(outcome.skipped == "refunded; its document was credited" and #outcome.sent == 0, outcome.refused)
  assert(#world:credits(order.id) == 1)
end

tests["BC18 by setting a person is asked; what was refunded before is not given back twice"] = function()
  local asking = World.start(root, { cancelled = "ask" })
  local order = posted(asking, "registered")
  asking:change(order.id, "status", 5)
  assert(asking:run(order.id).cause == "sale_undone")
  local world = World.start(root)
  order = posted(world, "refunded")
  world:change(order.id, "status", 5)
  assert(world:run(order.id).skipped:find("its refunds were credited", 1, true) and #world:credits(order.id) == 1)
end

-- C12

tests["C12 a field that Exact drops is named"] = function()
  local world = World.start(root)
  world:switch("exact", { dropped_fields = { "CostCenter" } })
  local outcome = world:run(world:order "registered".id)
  assert(outcome.cause == "confirm CostCenter" and outcome.refused:find("CostCenter was sent as NL and stands as nothing", 1, true), outcome.refused)
end

tests["C12 an amount that Exact works out otherwise is named"] = function()
  local world = World.start(root, { vat_codes = { ["21"] = "4", ["9"] = "2", ["0"] = "0" } })
  world:switch("exact", { vat_by = "rate" })
  local differs
  for _, order in ipairs(world:orders("many_lines", "many_lines", "many_lines")) do
    local outcome = world:run(order.id)
    differs = differs or outcome.refused and outcome.refused:find("it comes to", 1, true)
  end
  assert(differs)
end

-- C16

tests["C16 a date is made once in the division's zone; a closed period parks, or the next open day is taken with the true date noted"] = function()
  local world = World.start(root)
  world:switch("exact", { closed_until = "2026-01-31" })
  local order = world:order "registered"
  local outcome = world:run(order.id)
  assert(outcome.cause == "period 2026-01 70" and world:invoice(order.id) == nil, outcome.cause)
  world.settings.closed_period = "next"
  outcome = world:run(order.id)
  local invoice = world:invoice(order.id)
  assert(invoice.order_date == "2026-02-01" and invoice.description:find("of " .. order.created:sub(1, 10), 1, true) and #outcome.notes > 0)
  -- Once booked, the date stays.
  world:switch("exact", { closed_until = false })
  world:change(order.id, "quantity")
  assert(not world:run(order.id).refused)
  assert(world:invoice(order.id).order_date == "2026-02-01")
end

return tests
