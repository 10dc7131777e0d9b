-- Data that has broken integrations before, between the two simulated systems (requirements: test data that must be covered).

local root = ...
local World, service = require "world", require "service"

local tests = {}

local function posted(world, order)
  local outcome = world:run(order.id)
  assert(not outcome.refused, outcome.refused)
  return world:invoice(order.id), outcome
end

local KINDS_OF_DOCUMENT = { sales_invoice = "invoices", sales_entry = "sales_entries", sales_order = "sales_orders" }

tests["BC13, C8: orders in yen, which have no minor unit, are posted to the yen, taxed or not, as every kind of document"] = function()
  -- The shop rounds each tax to the yen: what that leaves over goes on the rounding line, up to two yen.
  local kinds = { yen = "4475.00", yen_with_tax = "6054.00", yen_inclusive = "5966.00" }
  for document, list in pairs(KINDS_OF_DOCUMENT) do
    for kind, total in pairs(kinds) do
      local world = World.start(root, { document = document, revenue_account = "8000" })
      local order = world:order(kind)
      local outcome = world:run(order.id)
      assert(not outcome.refused, outcome.refused)
      local found = world:documents("shop-" .. order.id)[list][1]
      assert(found.amount == total and order.total_inc_tax == total and found.currency == "JPY", found.amount)
      local rounding = World.line(found, "rounding")
      assert((rounding ~= nil) == (kind == "yen_with_tax") and (not rounding or rounding.amount == "0.70"))
    end
  end
  -- A cent too little is still refused in a currency that has cents, and so are three yen.
  local strict = World.start(root, { tolerance = "0.00" })
  local outcome = strict:run(strict:order "yen_with_tax".id)
  assert(outcome.cause == "totals" and outcome.refused:find("a difference of -0.70", 1, true), outcome.refused)
end

tests["BC8, C8: refunds in yen come to the yen, by line, of everything and by amount"] = function()
  for _, refund in ipairs { { lines = { 1 } }, { everything = true }, { amount = "777" } } do
    local world = World.start(root)
    local order = world:order "yen_with_tax"
    posted(world, order)
    world:change(order.id, "refund", refund)
    local outcome = world:run(order.id)
    assert(not outcome.refused, outcome.refused)
    assert(world:credits(order.id)[1].amount == "-" .. world:seen(order.id).refunded, world:credits(order.id)[1].amount)
  end
end

tests["BC13, C8: orders in dinar, which have three decimals, are posted when two will do, and refused before any write when not"] = function()
  for document, list in pairs(KINDS_OF_DOCUMENT) do
    local world = World.start(root, { document = document, revenue_account = "8000" })
    for kind, total in pairs { dinar = "4.00", dinar_with_tax = "3.51" } do
      local order = world:order(kind)
      posted(world, order)
      local found = world:documents("shop-" .. order.id)[list][1]
      assert(found.amount == total and found.currency == "KWD", found.amount)
    end
    for kind, total in pairs { dinar_and_a_fils = "1.251", dinar_with_fils_of_tax = "1.513" } do
      local outcome = world:run(world:order(kind).id)
      assert(outcome.cause == "decimals KWD" and outcome.refused:find(total, 1, true) and #outcome.sent == 0, outcome.refused)
      assert(outcome.refused:find("Exact Online keeps two decimals", 1, true) and outcome.fix:find("by hand", 1, true))
    end
  end
end

tests["BC3, C8: an order in another currency is booked in it, and its amounts are the shop's"] = function()
  for document, list in pairs(KINDS_OF_DOCUMENT) do
    local world = World.start(root, { document = document, revenue_account = "8000" })
    local order = world:order "foreign_currency"
    posted(world, order)
    local found = world:documents("shop-" .. order.id)[list][1]
    assert(found.currency == "USD" and found.amount == order.total_inc_tax, found.amount)
  end
end

tests["BC3: an order of a hundred lines keeps each of them, in every kind of document"] = function()
  for document, list in pairs(KINDS_OF_DOCUMENT) do
    local world = World.start(root, { document = document, revenue_account = "8000" })
    local order = world:order "many_lines"
    posted(world, order)
    local found = world:documents("shop-" .. order.id)[list][1]
    assert(#found.line_list == 101 and found.amount == order.total_inc_tax, #found.line_list)
  end
end

tests["BC5: an order id above 2^53 keeps its last digit"] = function()
  local world = World.start(root)
  for _, id in ipairs { "9007199254740993", "9007199254740992" } do
    local order = world:order_of_id("partly_refunded", id)
    assert(("%d"):format(order.id) == id)
    posted(world, order)
    assert(world:invoice(id).your_ref == "shop-" .. id and #world:credits(id) == 1)
  end
end

tests["BC2, BC4: null, missing and unknown fields, 204 answers and empty arrays are all nothing"] = function()
  for _, empty in ipairs { "204", "array" } do
    local world = World.start(root)
    world:switch("store", { sparse = true, empty_lists = empty })
    for _, kind in ipairs { "registered", "guest", "digital", "coupon", "tax_inclusive", "paid_with_store_credit", "handling_and_wrapping" } do
      local order = world:order(kind)
      local invoice = posted(world, order)
      assert(invoice.amount == order.total_inc_tax, kind)
    end
    local order = world:order "registered"
    World.pass(100)
    assert(#world.shop:call("orders.list", { min_date_modified = "2030-01-01T00:00:00Z" }) == 0)
    assert(#world.shop:call("orders.coupons", order.id) == 0 and #world.shop:call("orders.fees", order.id) == 0)
  end
end

tests["BC6: four address lines of sixty characters reach the books whole, the house number at their end too"] = function()
  local world = World.start(root)
  local order = world:order "sixty"
  posted(world, order)
  local account = world:accounts()[order.email:lower()]
  local billing = world.shop:call("orders.get", order.id).billing_address
  for field, of in pairs { AddressLine1 = "street_1", AddressLine2 = "street_2", City = "city", Name = "company" } do
    assert(account[field] == billing[of] and utf8.len(billing[of]) >= 58, field .. ": " .. tostring(account[field]))
  end
  assert(account.AddressLine2:find "8b$")
end

tests["BC6: names in Chinese characters, and letters beyond ASCII, arrive as they were typed"] = function()
  local world = World.start(root)
  local wanted = { JP = { "花子 山田", "東京" }, PL = { "Wójcik i Synowie", "Łódź" }, DK = { "Ørsted Design ApS", "København" }, DE = { "Jürgen Groß", "Köln" } }
  for country, each in pairs(wanted) do
    local order = world:control("store", "seed", { orders = 1, kinds = { "guest" }, events = false, country = country }).orders[1]
    posted(world, order)
    local account = world:accounts()[order.email:lower()]
    assert(account.Name == each[1] and account.City == each[2], account.Name)
  end
end

tests["BC5: order numbers that are prefixes of each other are never taken for one another"] = function()
  local world = World.start(root)
  local orders = {}
  for index, id in ipairs { "11", "118", "1180", "11801" } do
    orders[index] = world:order_of_id("registered", id)
    posted(world, orders[index])
  end
  world:change(118, "refund", { everything = true })
  assert(not world:run(118).refused)
  world:change(11, "status", 5)
  assert(world:run(11).result.withdrawn)
  for index, id in ipairs { 11, 118, 1180, 11801 } do
    local invoice = world:invoice(id)
    assert((invoice == nil) == (id == 11) and (not invoice or invoice.amount == orders[index].total_inc_tax))
    assert(#world:credits(id) == (id == 118 and 1 or 0), id)
  end
end

tests["C14, BC5: two shops with the same order number into one division make two documents that never meet"] = function()
  local world = World.start(root)
  local order = world:order "registered"
  for _, source in ipairs { "shop", "shop_uk" } do
    local outcome = world:run(order.id, { source = source })
    assert(not outcome.refused and outcome.result.invoice, outcome.refused)
    assert(world:run(order.id, { source = source }).skipped)
  end
  local one, other = world:invoice(order.id), world:documents("shop_uk-" .. order.id).invoices[1]
  assert(one.id ~= other.id and one.amount == order.total_inc_tax and other.amount == order.total_inc_tax)
  world:change(order.id, "status", 5)
  assert(world:run(order.id, { source = "shop_uk" }).result.withdrawn == other.id)
  assert(world:invoice(order.id).id == one.id and #world:documents("shop_uk-" .. order.id).invoices == 0)
end

tests["C16: an order is dated by the day in the division's zone: 23:30 Pacific on the last of a month, DST nights, the leap day"] = function()
  local before = service.now_ms
  for at, day in pairs {
    [1769931000] = "2026-01-31", [1772958600] = "2026-03-08", [1773037800] = "2026-03-08", [1793518200] = "2026-11-01", [1793604600] = "2026-11-01",
    [1835508600] = "2028-02-29",
  } do
    service.now_ms = at * 1000
    local world = World.start(root)
    world.zone = "America/Los_Angeles"
    local order = world:order "registered"
    posted(world, order)
    local invoice = world.books:call("sales_invoices.get", world:invoice(order.id).id)
    assert(invoice.OrderDate == day, ("%s of %s: %s"):format(day, order.date_created, tostring(invoice.OrderDate)))
  end
  service.now_ms = before
end

tests["BC16: the buyer whose account another order has just made is known by its ID, before any search finds it"] = function()
  local world = World.start(root)
  local first = world:order "same_customer"
  posted(world, first)
  local account = world:accounts()["twice@example.org"]
  -- A search that lags behind finds nobody by this address.
  local call = world.books.call
  world.books.call = function(self, name, ...)
    if name == "accounts.list" then return {} end
    return call(self, name, ...)
  end
  local second = world:order "same_customer"
  local outcome = world:run(second.id)
  assert(not outcome.refused, outcome.refused)
  for _, sent in ipairs(outcome.sent) do assert(sent.effect ~= "account") end
  world.books.call = nil
  for _, order in ipairs { first, second } do
    local invoice = world.books:call("sales_invoices.get", world:invoice(order.id).id)
    assert(invoice.OrderedBy == account.ID and account.ID, invoice.OrderedBy)
  end
end

return tests
