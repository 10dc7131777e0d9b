-- What becomes of an order in the books: kind of document, accounts, start, date, payment, and what is held against it after the write.

local root = ...
local calendar, service, World = require "calendar", require "service", require "world"

local tests = {}

local function effects(outcome)
  local names = {}
  for index, each in ipairs(outcome.sent) do names[index] = each.effect end
  return table.concat(names, ", ")
end

-- BC2

tests["BC2: of an event that says an id, everything is fetched before the first line is mapped, every page of lines too"] = function()
  local world = World.start(root)
  for kind, expected in pairs {
    registered = { "orders.get", "orders.products", "orders.shipping_addresses", "orders.taxes", "orders.transactions" },
    coupon = { "orders.coupons" }, fee = { "orders.get" },
  } do
    local order = world:order(kind)
    local asked, before = {}, 0
    local map = world.mappings.invoice
    local outcome = world:run(order.id, { event = { topic = "store/order/created", data = { type = "order", id = order.id } } })
    for index, call in ipairs(outcome.calls) do
      asked[call] = asked[call] or index
      if call:find "^orders%." then before = index end
    end
    for _, call in ipairs(expected) do assert(asked[call], kind .. ": " .. call) end
    assert(map and before < (asked["sales_invoices.whole"] or 0), "something of the order was asked for after it was written")
    assert(kind ~= "fee" or World.line(world:invoice(order.id), "fee-" .. world.shop:call("orders.get", order.id, { include = "fees" }).fees[1].id))
  end
  local order, pages = world:order "many_lines", world.shop.system.operations["orders.products"].pages
  pages.size = 40
  local calls = world.shop.calls
  world:run(order.id)
  assert(#world:invoice(order.id).line_list == 101 and world.shop.calls - calls == 4 + 3, world.shop.calls - calls)
end

-- BC3

tests["BC3: an order becomes a sales entry where the client books without items, net and tax to the cent"] = function()
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

tests["BC3: an order becomes a sales order where stock is kept in Exact Online, and follows it until it is delivered"] = function()
  local world = World.start(root, { document = "sales_order", warehouse = "2" })
  local order = world:order "registered"
  world:run(order.id)
  local row = world.books:call("sales_orders.list", { ["$filter"] = ("YourRef eq 'shop-%d'"):format(order.id) })[1]
  assert(row.WarehouseCode == "2", tostring(row.WarehouseCode))
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

tests["BC3: accounts, cost centers and cost units follow the first fitting row of bookings, else the settings"] = function()
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

tests["BC3: rows of bookings by category and brand take them from the catalog, which is read only where a row asks"] = function()
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

tests["BC3, BC12: a row with a name that it does not know is refused before anything is written"] = function()
  for setting, row in pairs { bookings = { catagory = 20, account = "8030" }, vat_rules = { countries = "DE", code = "4" } } do
    local world = World.start(root, { [setting] = { row } })
    local outcome = world:run(world:order "registered".id)
    assert(outcome.cause == "setting " .. setting and outcome.refused:find("Row 1", 1, true) and #outcome.sent == 0, outcome.refused)
  end
end

tests["C13: with the start in the past of half the orders those make no document, however late they are changed"] = function()
  local world = World.start(root)
  local old, mended = world:order "registered", world:order "guest"
  assert(not world:run(mended.id).refused)   -- by a back-fill, say: nothing says that it is too old
  World.pass(43200)
  local start = calendar.iso(service.now_ms // 1000) .. "Z"
  World.pass(43200)
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

tests["BC9: the sweep finds refunds and cancellations whose deliveries were lost"] = function()
  local world = World.start(root)
  local refunded, cancelled = world:posted("registered"), world:posted("guest")
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

tests["BC10: condition, reference, status and amount reach the invoice, and a later capture changes it"] = function()
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

tests["BC10: pending, authorised and captured are told apart, and a refused payment pays nothing"] = function()
  local world = World.start(root)
  for status, words in pairs {
    pending = "iDEAL, pending", authorized = "iDEAL, authorised, not captured", captured = "iDEAL, captured", declined = "iDEAL, declined",
    void = "iDEAL, voided", ["held for review"] = "iDEAL, held for review",
  } do
    local order = world:order "registered"
    world:change(order.id, "payment", status)
    world:run(order.id)
    assert(world:invoice(order.id).remarks:find(words .. ", " .. order.total_inc_tax .. " EUR", 1, true), world:invoice(order.id).remarks)
  end
end

tests["BC10: a capture after the invoice was processed is noted and disturbs nobody"] = function()
  local world = World.start(root)
  local order = world:order "registered"
  world:change(order.id, "payment", "authorized")
  world:run(order.id)
  world:person { process = { world:invoice(order.id).id } }
  world:change(order.id, "payment", "captured")
  local outcome = world:run(order.id)
  assert(not outcome.refused and #outcome.sent == 0 and outcome.notes[1]:find("captured", 1, true))
end

tests["BC15: an unknown SKU becomes an item, falls back by VAT rate, or waits for a person"] = function()
  local creating = World.start(root, { unknown_sku = "create" })
  local order, invoice = creating:posted("unknown_sku")
  local items = {}
  for _, line in ipairs(invoice.line_list) do items[line.item] = true end
  assert(items["NEW-2026"] and items.UNKNOWN and invoice.amount == order.total_inc_tax)
  creating.looked_up = {}
  creating:run(creating:order "unknown_sku".id)
  assert(#creating.books:call("items.list", { ["$filter"] = "Code eq 'NEW-2026'" }) == 1)

  local by_rate = World.start(root, { fallback_items = { ["21"] = "FEE" } })
  order, invoice = by_rate:posted("unknown_sku")
  assert(invoice.line_list[1].item == "FEE" and invoice.amount == order.total_inc_tax)

  local parking = World.start(root, { unknown_sku = "park" })
  local outcome = parking:run(parking:order "unknown_sku".id)
  assert(outcome.cause:find "^item " and outcome.refused:find("Exact Online", 1, true) and #outcome.sent == 0, outcome.refused)
end

tests["BC15: an item that has ended, and a line without a SKU, are no items to sell"] = function()
  for _, policy in ipairs { "fallback", "create", "park" } do
    local world = World.start(root, { unknown_sku = policy })
    world:control("exact", "seed", { change = { { path = "logistics/Items", code = "BOOK-1", set = { EndDate = 1767139200 } } } })
    local order = world:order "paid_with_store_credit"   -- one line, of BOOK-1
    local outcome = world:run(order.id)
    if policy == "park" then
      assert(outcome.refused:find("which has ended in Exact Online", 1, true) and outcome.cause == "item BOOK-1" and #outcome.sent == 0, outcome.refused)
    else
      assert(not outcome.refused and world:invoice(order.id).line_list[1].item == "UNKNOWN", outcome.refused)
    end
  end
  local parking = World.start(root, { unknown_sku = "create" })
  parking:posted "unknown_sku"
  parking.settings.unknown_sku, parking.looked_up = "park", {}
  local outcome = parking:run(parking:order "unknown_sku".id)
  assert(outcome.refused:find("Without a SKU has no SKU", 1, true) and outcome.cause == "item without SKU", outcome.refused)
end

tests["BC15: option texts stay on the line, and parts of a bundle that cost nothing go by setting"] = function()
  local world = World.start(root)
  local order, invoice = world:posted("options")
  assert(invoice.amount == order.total_inc_tax)
  assert(invoice.line_list[1].description:find("Colour: Grün", 1, true))
  order, invoice = world:posted("bundle")
  assert(invoice.amount == order.total_inc_tax)
  assert(#invoice.line_list == 3)
  local dropping = World.start(root, { bundle_children = "drop" })
  order, invoice = dropping:posted("bundle")
  assert(invoice.amount == order.total_inc_tax)
  assert(#invoice.line_list == 2)
end

tests["BC17, C18: invoices end processed with their layout where that is set, and nobody gets a mail"] = function()
  local world = World.start(root, { ends_as = "processed", layout = "Invoice" })
  local order, invoice = world:posted("refunded")
  assert(invoice.status == 50 and invoice.number and invoice.invoice_date == invoice.order_date)
  assert(world:credits(order.id)[1].status == 50)
  assert(world:control("exact", "state").divisions["123456"].mails == 0)
  local wrong = World.start(root, { ends_as = "processed", layout = "None such" })
  assert(wrong:run(wrong:order "registered".id).cause == "layout None such")
end

tests["BC17: an invoice stays open as Exact makes it; a draft, which its API can't make, is refused by the setting with the reason"] = function()
  local world = World.start(root)
  local _, invoice = world:posted("registered")
  assert(invoice.status == 20)
  local setting = world.integration.settings.ends_as
  assert(setting.impossible.draft:find("open", 1, true) and table.concat(setting.one_of, " ") == "open processed")
end

tests["BC17: the nightly batch processes what is open and leaves what is not ours"] = function()
  local world = World.start(root, { ends_as = "processed", processing = "nightly" })
  local first, second = world:posted("registered"), world:posted("guest")
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

tests["C12: a field that Exact drops is named: cost center, account, VAT code and text of a line, reference of the document"] = function()
  local cases = {
    CostCenter = "CostCenter was sent as NL and stands as nothing", GLAccount = "GLAccount was sent as ", VATCode = "VATCode was sent as 6 and stands as ",
    Description = "Description was sent as ", PaymentReference = "PaymentReference was sent as ",
  }
  for field, words in pairs(cases) do
    -- A code that is not the item's own.
    local world = World.start(root, { revenue_account = "8010", vat_rules = { { vat_number = true, code = "6", without_tax = true } } })
    world:switch("exact", { dropped_fields = { field } })
    local order = world:order(field == "VATCode" and "with_vat_number" or "registered")
    local outcome = world:run(order.id)
    assert(outcome.cause == "confirm " .. field and outcome.refused:find(words, 1, true), field .. ": " .. tostring(outcome.refused))
    assert(outcome.refused:find("shop-" .. order.id, 1, true) and outcome.fix)
  end
end

tests["C12: sales entries and sales orders are held against what was sent as well"] = function()
  for document, of_line in pairs { sales_entry = "in line", sales_order = "in line" } do
    local world = World.start(root, { document = document, revenue_account = "8000" })
    world:switch("exact", { dropped_fields = { "CostCenter" } })
    local outcome = world:run(world:order "registered".id)
    assert(outcome.cause == "confirm CostCenter" and outcome.refused:find(of_line, 1, true), outcome.refused)
  end
end

tests["C12: an amount that Exact works out otherwise is named"] = function()
  local world = World.start(root, { vat_codes = { ["21"] = "4", ["9"] = "2", ["0"] = "0" } })
  world:switch("exact", { vat_by = "rate" })
  local differs
  for _, order in ipairs(world:orders("many_lines", "many_lines", "many_lines")) do
    local outcome = world:run(order.id)
    differs = differs or outcome.refused and outcome.refused:find("it comes to", 1, true)
  end
  assert(differs)
end

tests["C16: a date is made once in the division's zone; a closed period parks, or the next open day is taken with the true date noted"] = function()
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

tests["C16, C4: a period that somebody opens is found open by the job that is released, within the hour too"] = function()
  local world = World.start(root)
  world:switch("exact", { closed_until = "2026-01-31" })
  local order = world:order "registered"
  assert(world:run(order.id).cause == "period 2026-01 70")
  world:switch("exact", { closed_until = false })
  World.pass(300)
  local outcome = world:run(order.id, { attempt = 2 })
  assert(not outcome.refused, outcome.refused)
  assert(world:invoice(order.id).order_date == order.created:sub(1, 10), world:invoice(order.id).order_date)
end

tests["C15, C16: a period that somebody closes costs one write within the hour: what follows waits without one"] = function()
  local world = World.start(root)
  assert(not world:run(world:order "registered".id).refused)
  World.pass(60)
  world:switch("exact", { closed_until = "2026-01-31" })
  local function writes() return world:control("exact", "events?last=0").kinds["POST /api/v1/…/salesinvoice/SalesInvoices"] end
  local before = writes()
  local first, second = world:run(world:order "registered".id), world:run(world:order "registered".id)
  assert(first.cause == "period 2026-01 70" and second.cause == first.cause, first.refused)
  assert(writes() == before + 1, writes() - before)
end

return tests
