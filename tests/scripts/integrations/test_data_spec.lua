-- Data that has broken integrations before, between the two simulated systems (requirements: test data that must be covered).

local root = ...
local World = require "world"

local tests = {}

local function posted(world, order)
  local outcome = world:run(order.id)
  assert(not outcome.refused, outcome.refused)
  return world:invoice(order.id), outcome
end

tests["BC13, C8: an order in yen, which have no minor unit, is posted to the yen"] = function()
  local world = World.start(root)
  local order = world:order "yen"
  local invoice = posted(world, order)
  assert(invoice.amount == "4475.00" and order.total_inc_tax == "4475.00" and invoice.currency == "JPY", invoice.amount)
end

tests["BC13, C8: an order in dinar, which have three decimals, is posted when two will do, and refused before any write when not"] = function()
  local world = World.start(root)
  local order = world:order "dinar"
  local invoice = posted(world, order)
  assert(invoice.amount == "4.00" and invoice.currency == "KWD" and invoice.line_list[2].amount == "0.25", invoice.amount)
  local outcome = world:run(world:order "dinar_and_a_fils".id)
  assert(outcome.cause == "decimals KWD" and outcome.refused:find("1.251", 1, true) and #outcome.sent == 0, outcome.refused)
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
