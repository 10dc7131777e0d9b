-- The decisions of bigcommerce_exact_online: what makes an invoice, for whom, and what a changed order does to it.

local root = ...
local decimal, flow = require "decimal", require "flow"

local integration = flow.load(root, "scripts/integrations/bigcommerce_exact_online")
local shop_system, books_system = flow.load(root, "scripts/systems/bigcommerce"), flow.load(root, "scripts/systems/exact_online")

local SETTINGS = { vat_codes = { ["21"] = "4", ["9"] = "2" }, rounding_item = "ROUNDING" }

local function amounts(order, fields)
  for name, value in pairs(fields) do order[name] = decimal(value) end
  return order
end

local function product(id, price, quantity, rate, discounted)
  local total = decimal(price) * decimal(quantity)
  local net = discounted and decimal(discounted) or total
  local tax = (net * decimal(rate) * decimal "0.01"):round(2)
  return {
    id = id, name = "Product " .. id, sku = "SKU" .. id, type = "physical", quantity = decimal(quantity), price_ex_tax = decimal(price),
    total_ex_tax = total, discounted_total_inc_tax = net + tax, rate = rate, tax = tax,
  }
end

-- An order with its parts as the shop would answer them; `change` alters it.
local function order_of(products, change)
  local order = amounts({
    id = 118, customer_id = 0, status_id = 11, is_deleted = false, is_tax_inclusive_pricing = false, default_currency_code = "EUR",
    date_created = "2026-01-05T10:00:00Z", date_modified = "2026-01-05T10:00:00Z", shipping_address_count = 1,
    billing_address = { email = "Jan@Example.org", first_name = "Jan", last_name = "Jansen", street_1 = "Dam 1", city = "Amsterdam" },
    parts = { products = products, coupons = {} },
  }, {
    discount_amount = "0", coupon_discount = "0", gift_certificate_amount = "0", store_credit_amount = "0", shipping_cost_ex_tax = "0",
    handling_cost_ex_tax = "0", wrapping_cost_ex_tax = "0", total_ex_tax = "0", total_inc_tax = "0",
  })
  for _, each in ipairs(products) do
    local net = each.discounted_total_inc_tax - each.tax
    order.total_ex_tax, order.total_inc_tax = order.total_ex_tax + net, order.total_inc_tax + each.discounted_total_inc_tax
    order.discount_amount = order.discount_amount + (each.total_ex_tax - net)
  end
  if change then change(order) end
  return order
end

local function account(email, change)
  local found = { ID = "account-" .. email:lower():gsub("%W", "-"), Code = "  7", Name = "Jan Jansen", Email = email, Status = "C", Blocked = false,
    AddressLine1 = "Dam 1", City = "Amsterdam" }
  if change then change(found) end
  return found
end

-- The shape of invoice.lua's product and discount lines, which has its own specs in the host.
local function map_invoice(order, given)
  local lines, reference = {}, "shop-" .. order.id
  for _, each in ipairs(order.products) do
    lines[#lines + 1] = {
      Item = "item-" .. each.sku, Quantity = each.quantity, NetPrice = each.price_ex_tax, VATCode = each.vat_code,
      Notes = reference .. "/" .. each.id, Description = each.name,
    }
  end
  for _, each in ipairs(order.discounts) do
    lines[#lines + 1] = {
      Item = "item-discount", Quantity = 1, NetPrice = each.price, VATCode = each.vat_code,
      Notes = reference .. "/discount-" .. (each.vat_code or "all"), Description = each.description,
    }
  end
  if order.rounding then
    lines[#lines + 1] = {
      Item = "item-rounding", Quantity = 1, NetPrice = order.rounding.price, VATCode = order.rounding.vat_code, Notes = reference .. "/rounding",
    }
  end
  return {
    YourRef = reference, Journal = "70", OrderedBy = given.account, Description = "Web shop order " .. order.id,
    OrderDate = order.booked:sub(1, 10), PaymentReference = order.payment.reference, Remarks = order.payment.summary,
    SalesInvoiceLines = lines,
  }
end

-- The books' one invoice: what is sent to it is what stands, with the amount that the order says.
local Books = {}
Books.__index = Books

function Books:send(write)
  local id, given = write.arguments[1], write.arguments[2]
  if write.operation == "sales_invoices.create" then
    self.header, self.lines = { InvoiceID = "i-1", Status = 20, AmountFC = self.amount }, {}
    for name, value in pairs(id) do self.header[name] = value end
    for index, line in ipairs(id.SalesInvoiceLines) do self:add(line, "line-" .. index) end
    return { id = "i-1", number = "26700001", state = "settled" }
  end
  if write.operation == "sales_invoices.update" then for name, value in pairs(given) do self.header[name] = value end end
  if write.operation == "sales_invoice_lines.create" then self:add(id, "line-new-" .. #self.lines) end
  for index, line in ipairs(self.lines or {}) do
    if line.ID == id and write.operation == "sales_invoice_lines.update" then for name, value in pairs(given) do line[name] = value end end
    if line.ID == id and write.operation == "sales_invoice_lines.delete" then
      table.remove(self.lines, index)
      break
    end
  end
end

function Books:add(line, id)
  local kept = { ID = id }
  for name, value in pairs(line) do kept[name] = value end
  self.lines[#self.lines + 1] = kept
end

function Books:whole()
  if not self.header then error({ code = "not_found" }, 0) end
  self.header.SalesInvoiceLines = { results = self.lines }
  self.header.AmountFC = self.amount or self.header.AmountFC
  return self.header
end

local RATES = { ["4"] = "0.21", ["2"] = "0.09", ["0"] = "0", ["51"] = "0.19" }

-- Master data in which everything is there and in order.
local function look_up(name, key)
  if name == "items" then return "item-" .. key end
  if name == "item_ends" then return nil end
  if name == "vat_codes_of_books" then return RATES[key] and { Percentage = RATES[key], Type = "E" } end
  return { Code = key, Type = 20 }
end

local function run(order, more)
  more = more or {}
  local taxes, books = {}, more.books or setmetatable({}, Books)
  books.amount = more.amount or order.total_inc_tax
  for index, each in ipairs(order.parts.products) do
    taxes[index] = { order_product_id = each.id, line_item_type = "item", rate = decimal(each.rate .. ".0000"), line_amount = each.tax, class = more.class }
  end
  local outcome = flow.run {
    key = order.id, settings = more.settings or SETTINGS, entities = more.entities, shop_system = shop_system, books_system = books_system,
    body = integration.flows.orders.run, kv = more.kv, look_up = look_up,
    send = function(effect, write, options)
      local answer = more.send and more.send(effect, write, options)
      if answer then return answer end
      return books:send(write) or { id = "id-of-" .. effect, state = "settled" }
    end,
    map = {
      invoice = map_invoice, account = function(who) return { Email = who.email } end,
      address = function(place) return { AddressLine1 = place.street_1, City = place.city } end,
    },
    answers = {
      ["orders.get"] = more.fetch or function() return order end,
      ["orders.products"] = function() return order.parts.products end,
      ["orders.shipping_addresses"] = function() return { order.parts.shipping or order.billing_address } end,
      ["orders.coupons"] = function() return order.parts.coupons end,
      ["orders.fees"] = function() return {} end,
      ["orders.taxes"] = function() return taxes end,
      ["orders.transactions"] = function() return {} end,
      ["orders.refunds"] = function() return {} end,
      ["accounts.list"] = function() return more.accounts or { account "jan@example.org" } end,
      ["addresses.list"] = function() return {} end,
      ["periods.list"] = function() return { { FinYear = 2026, FinPeriod = 1, StartDate = "2026-01-01", EndDate = "2026-01-31" } } end,
      ["journal_status.list"] = function() return {} end,
      ["sales_invoices.whole"] = function() return books:whole() end,
    },
  }
  outcome.books = books
  return outcome
end

-- The invoice that was sent.
local function posted(outcome)
  for _, each in ipairs(outcome.sent) do
    if each.effect == "invoice" then return each.arguments[1] end
  end
end

local function one_line() return order_of { product(1, "20.00", "2", "21") } end

local function effects(outcome)
  local names = {}
  for index, each in ipairs(outcome.sent) do names[index] = each.effect end
  return table.concat(names, ", ")
end

local function prior() return { invoice = { id = "i-1", number = "26700001", version = "2026-01-05T09:00:00Z" } } end

-- The order was posted, changed, and runs again.
local function changed(order, change)
  local before = run(order)
  change(order)
  return run(order, { entities = prior(), books = before.books })
end

return {
  ["BC1, BC8: every event of an order leads into one flow, by its number, and so does the sweep"] = function()
    local on, topics = integration.flows.orders.on, {}
    for _, topic in ipairs(on[1].topics) do topics[topic] = true end
    for _, topic in ipairs { "created", "updated", "statusUpdated", "archived", "refund/created" } do assert(topics["store/order/" .. topic], topic) end
    assert(on[1].webhook == "shop" and on[1].key == "data.id" and on[2].poll == "shop.orders.list" and on[2].since == "date_modified")
    local hooks = shop_system.webhooks
    assert(hooks.verify.standard_webhooks.key == "utf8" and hooks.verify.secret == "client_secret" and hooks.verify.token.header == "X-Hook-Token")
    assert(hooks.subscribe.revive and hooks.subscribe.body.headers["X-Hook-Token"] == "{hook_token}")
  end,
  ["BC3, BC5: an order becomes one invoice that carries the order's version"] = function()
    local outcome = run(one_line())
    assert(effects(outcome) == "invoice" and outcome.sent[1].version == "2026-01-05T10:00:00Z")
    local invoice = outcome.sent[1].arguments[1]
    assert(invoice.YourRef == "shop-118" and invoice.SalesInvoiceLines[1].VATCode == "4")
  end,
  ["BC4: only the set statuses are sales, and 0, 5 and 6 never are"] = function()
    local expected = { [0] = false, [1] = false, [2] = true, [5] = false, [6] = false, [7] = false, [10] = true, [11] = true }
    for status, makes in pairs(expected) do
      local outcome = run(order_of({ product(1, "20.00", "1", "21") }, function(order) order.status_id = status end))
      assert((outcome.skipped == nil) == makes, status)
    end
    local settings = { statuses = { 0, 5, 6 }, vat_codes = {}, tolerance = "0" }
    local order = order_of({ product(1, "20.00", "1", "21") }, function(order) order.status_id = 5 end)
    assert(run(order, { settings = settings }).skipped == "cancelled")
  end,
  ["BC18: an order that waits for payment again keeps its invoice"] = function()
    local outcome = run(order_of({ product(1, "20.00", "1", "21") }, function(order) order.status_id = 7 end), { entities = prior() })
    assert(outcome.skipped == "awaiting payment" and #outcome.sent == 0)
  end,
  ["BC16: customers match by e-mail whatever its case; unknown ones are created in small letters"] = function()
    assert(effects(run(one_line(), { accounts = { account "JAN@EXAMPLE.ORG" } })) == "invoice")
    local outcome = run(one_line(), { accounts = { account "somebody.else@example.org" } })
    assert(effects(outcome) == "account, invoice" and outcome.sent[1].arguments[1].Email == "jan@example.org")
    assert(outcome.sent[2].arguments[1].OrderedBy == "id-of-account")
  end,
  ["BC16, C15: two accounts of one address, blocked ones and prospects are refused"] = function()
    assert(run(one_line(), { accounts = { account "jan@example.org", account "Jan@example.org" } }).refused:find "2 accounts")
    local blocked = account("jan@example.org", function(found) found.Blocked = true end)
    assert(run(one_line(), { accounts = { blocked } }).refused:find "is blocked")
    local prospect = account("jan@example.org", function(found) found.Status = "P" end)
    assert(run(one_line(), { accounts = { prospect } }).refused:find "is a prospect")
  end,
  ["BC2: amounts that the shop leaves out are none"] = function()
    local order = order_of({ product(1, "20.00", "1", "21") }, function(order)
      order.coupon_discount, order.handling_cost_ex_tax, order.gift_certificate_amount = nil, nil, nil
    end)
    assert(effects(run(order)) == "invoice")
  end,
  ["BC16: an order without e-mail is refused"] = function()
    assert(run(order_of({ product(1, "1", "1", "21") }, function(order) order.billing_address.email = nil end)).cause == "no_email")
  end,
  ["BC6: an address is sent only when it is not the customer's own"] = function()
    assert(effects(run(one_line())) == "invoice")
    local elsewhere = one_line()
    elsewhere.parts.shipping = { street_1 = "Coolsingel 40", city = "Rotterdam" }
    local outcome = run(elsewhere)
    assert(effects(outcome) == "address, invoice" and outcome.sent[1].entity:find "coolsingel 40", outcome.sent[1].entity)
    local digital = one_line()
    digital.shipping_address_count, digital.parts.shipping = 0, { street_1 = "unseen" }
    assert(effects(run(digital)) == "invoice")
  end,
  ["BC12: a rate without VAT code is refused with rate and line"] = function()
    local outcome = run(order_of { product(1, "20.00", "1", "19") })
    assert(outcome.cause:find "^vat_code_missing 19" and outcome.refused:find "19 %% of Product 1", outcome.refused)
  end,
  ["BC12: OSS by country and rate; a code that the division lacks, or of another rate, is refused naming both"] = function()
    local function german(rules)
      return run(order_of({ product(1, "20.00", "1", "19") }, function(order) order.billing_address.country_iso2 = "DE" end),
        { settings = { vat_codes = { ["21"] = "4" }, vat_rules = rules, rounding_item = "ROUNDING" } })
    end
    local outcome = german { { country = "DE", rate = "19", code = "51" } }
    assert(not outcome.refused and posted(outcome).SalesInvoiceLines[1].VATCode == "51", outcome.refused)
    local lacking = german { { country = "DE", rate = "19", code = "52" } }
    assert(lacking.cause == "VAT code 52 is not in Exact Online" and #lacking.sent == 0, lacking.refused)
    local other = german { { country = "EU", code = "4" } }
    assert(other.refused:find("charged 19 %", 1, true) and other.refused:find("VAT code 4 is 21 %", 1, true), other.refused)
    assert(german({ { country = { "FR", "BE" }, code = "51" } }).cause:find "^vat_code_missing 19 DE")
  end,
  ["BC12: tax class, VAT number, channel and part of the order decide too; the first row that fits counts"] = function()
    local rows = {
      { channel = 667, code = "0", without_tax = true }, { vat_number = true, country = "outside EU", code = "0", without_tax = true },
      { class = "Books", code = "2" }, { part = "product", code = "4" },
    }
    local function code_of(change, class, rate, amount)
      local outcome = run(order_of({ product(1, "20.00", "1", rate) }, change),
        { settings = { vat_codes = {}, vat_rules = rows, rounding_item = "ROUNDING" }, class = class, amount = amount })
      assert(not outcome.refused, outcome.refused)
      return posted(outcome).SalesInvoiceLines[1].VATCode
    end
    local function nothing() end
    assert(code_of(nothing, "Default Tax Class", "21") == "4" and code_of(nothing, "Books", "9") == "2")
    assert(code_of(function(order) order.channel_id = 667 end, "Books", "9", decimal "20.00") == "0")
    local function swiss(with_number)
      return function(order)
        order.billing_address.country_iso2 = "CH"
        order.billing_address.form_fields = with_number and { { name = "vat NUMBER", value = "CHE-123.456.789" } } or {}
      end
    end
    assert(code_of(swiss(true), "Books", "9", decimal "20.00") == "0" and code_of(swiss(false), "Books", "9") == "2")
  end,
  ["BC3, C8: quantities with decimals, a case of twelve, lines without a price and below zero come to the total"] = function()
    local outcome = run(order_of {
      product(1, "8.50", "2.5", "21"), product(2, "12.00", "12", "9"), product(3, "0.00", "1", "21"), product(4, "-5.00", "1", "21"),
    })
    assert(not outcome.refused, outcome.refused)
    local lines = posted(outcome).SalesInvoiceLines
    assert(#lines == 4 and lines[1].Quantity == decimal "2.5" and lines[2].Quantity == decimal "12" and lines[4].NetPrice == decimal "-5.00")
  end,
  ["BC3, C8: discounts go by VAT code and come to what the order says"] = function()
    local outcome = run(order_of {
      product(1, "20.00", "2", "21", "37.00"), product(2, "10.00", "1", "9", "8.00"), product(3, "5.00", "1", "21"),
    })
    local lines = outcome.sent[1].arguments[1].SalesInvoiceLines
    assert(#lines == 5, #lines)
    local found = {}
    for _, line in ipairs(lines) do
      if line.Item == "item-discount" then found[line.VATCode] = line.NetPrice:text() end
    end
    assert(decimal(found["4"]) == decimal "-3" and decimal(found["2"]) == decimal "-2")
  end,
  ["BC13, C8: a discount that the lines do not account for is refused"] = function()
    local outcome = run(order_of({ product(1, "20.00", "2", "21", "37.00") }, function(order)
      order.discount_amount = decimal "4.00"
    end))
    assert(outcome.cause == "discount_unexplained", outcome.refused)
  end,
  ["BC2: an order that is edited between its reads is read anew, not told to a person"] = function()
    local torn = {
      discount_unexplained = function(order) order.discount_amount = decimal "4.00" end,
      totals = function(order) order.total_inc_tax = decimal "80.00" end,
    }
    for cause, change in pairs(torn) do
      local function read() return order_of({ product(1, "20.00", "2", "21", "37.00") }, change) end
      local asked = 0
      local ok, why = pcall(run, read(), { fetch = function()
        asked = asked + 1
        local order = read()
        if asked > 1 then order.date_modified = "2026-01-05T10:00:07Z" end
        return order
      end })
      assert(not ok and why.code == "conflict" and why.retryable, cause)
      assert(why.message:find("order 118 was changed", 1, true), why.message)
      assert(run(read()).cause == cause)
    end
  end,
  ["BC13, C8: rounding goes on a line up to the limit; beyond it the difference and the line are named"] = function()
    local outcome = run(order_of({ product(1, "20.00", "2", "21") }, function(order)
      order.total_inc_tax, order.parts.products[1].total_ex_tax = decimal "49.40", decimal "41.00"
      order.parts.products[1].discounted_total_inc_tax = nil
    end))
    assert(outcome.cause == "totals" and outcome.refused:find "%-1.00", outcome.refused)
    assert(outcome.refused:find("Product 1 is 2 times 20.00, but the shop says 41.00", 1, true), outcome.refused)
    local within = run(order_of({ product(1, "20.00", "2", "21") }, function(order) order.total_inc_tax = decimal "48.42" end))
    local lines = within.sent[1].arguments[1].SalesInvoiceLines
    assert(#lines == 2 and lines[2].NetPrice == decimal "0.02")
    local beyond = run(order_of({ product(1, "20.00", "2", "21") }, function(order) order.total_inc_tax = decimal "48.43" end))
    assert(beyond.cause == "totals")
  end,
  ["C12, C8: an invoice that Exact makes come to another amount is a difference"] = function()
    local outcome = run(one_line(), { amount = decimal "50.00" })
    assert(outcome.refused:find("it comes to 50 instead of 48.40", 1, true), outcome.refused)
  end,
  ["BC5: an order that did not change sends nothing"] = function()
    local outcome = changed(one_line(), function() end)
    assert(#outcome.sent == 0 and outcome.result.unchanged == "i-1")
  end,
  ["BC5: a changed order changes its lines, header first, under its version"] = function()
    local outcome = changed(order_of { product(1, "20.00", "2", "21"), product(2, "3.00", "1", "21") }, function(order)
      order.date_modified = "2026-01-05T11:00:00Z"
      order.parts.products = { product(1, "20.00", "3", "21"), product(3, "1.00", "1", "9") }
      order.total_ex_tax, order.total_inc_tax = decimal "61.00", decimal "73.69"
    end)
    assert(outcome.result and outcome.result.updated == "i-1", outcome.refused)
    assert(effects(outcome) == "invoice, change shop-118/1, add shop-118/3 2026-01-05T11:00:00Z, delete shop-118/2", effects(outcome))
    for _, each in ipairs(outcome.sent) do assert(each.version == "2026-01-05T11:00:00Z", each.effect) end
    assert(outcome.sent[2].arguments[1] == "line-1" and outcome.sent[2].arguments[2].Quantity == decimal "3")
  end,
  ["BC5: nothing follows a header that is superseded"] = function()
    local order = one_line()
    local before = run(order)
    order.parts.products[1] = product(1, "20.00", "5", "21")
    order.total_ex_tax, order.total_inc_tax = decimal "100.00", decimal "121.00"
    local outcome = run(order, {
      entities = { invoice = { id = "i-1", version = "2026-01-05T12:00:00Z" } }, books = before.books,
      send = function() return { id = "i-1", state = "superseded" } end,
    })
    assert(effects(outcome) == "invoice" and outcome.result.superseded == "i-1")
  end,
  ["C17: a change of a processed invoice, or of one that a person deleted, is a difference"] = function()
    local order = one_line()
    local before = run(order)
    order.parts.products[1] = product(1, "20.00", "3", "21")
    order.total_ex_tax, order.total_inc_tax = decimal "60.00", decimal "72.60"
    before.books.header.Status = 50
    assert(run(order, { entities = prior(), books = before.books }).cause == "invoice_processed")
    assert(run(order, { entities = prior() }).cause == "invoice_gone")
  end,
  ["BC5: an invoice that another job created from an older state is brought up to date"] = function()
    local order = one_line()
    local before = run(order)
    order.parts.products[1] = product(1, "20.00", "3", "21")
    order.total_ex_tax, order.total_inc_tax, order.date_modified = decimal "60.00", decimal "72.60", "2026-01-05T11:00:00Z"
    local outcome = run(order, {
      entities = {}, books = before.books,
      send = function(_, write)
        if write.operation ~= "sales_invoices.create" then return nil end
        return { id = "i-1", state = "settled", version = "2026-01-05T10:00:00Z" }
      end,
    })
    assert(effects(outcome) == "invoice, invoice, change shop-118/1", effects(outcome))
  end,
}
