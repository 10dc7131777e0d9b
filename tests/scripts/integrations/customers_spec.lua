-- Customers of the shop and accounts of the books, between the two simulated systems.

local root = ...
local Bridge, calendar, service = require "bridge", require "calendar", require "service"

local function bridge(settings)
  local given = {
    journal = "70", vat_codes = { ["21"] = "4", ["9"] = "2", ["0"] = "0" }, fallback_item = "UNKNOWN", shipping_item = "SHIPPING",
    discount_item = "DISCOUNT", payment_condition = "30",
  }
  for name, value in pairs(settings or {}) do given[name] = value end
  return Bridge.start(root, given)
end

local function customer(world, wanted) return world:control("store", "seed", { customers = { wanted } }).customers[1] end

local LUKASZ = {
  email = "Lukasz@Example.PL", first_name = "Łukasz", last_name = "Wójcik", company = "Wójcik i Synowie", phone = "+48 42 123 45 67",
  vat_number = "PL 123-456-78-19",
}

local function order(world, kind)
  return world:control("store", "seed", { orders = 1, kinds = { kind or "registered" }, events = false }).orders[1]
end

local function books_make(world, account) world:control("exact", "seed", { make_accounts = { account } }) end

local tests = {}

tests["BC6: a customer becomes an account with company, VAT number, phone, payment condition, contact and address"] = function()
  local world = bridge()
  local id = customer(world, LUKASZ)
  local outcome = world:run("customers", id)
  assert(Bridge.effects(outcome) == "account, contact", Bridge.effects(outcome))
  local account = world:accounts()["lukasz@example.pl"]
  assert(account.Name == "Wójcik i Synowie" and account.VATNumber == "PL1234567819" and account.Phone == "+48 42 123 45 67")
  assert(account.PaymentConditionSales == "30" and account.City == "Amsterdam" and account.SearchCode == "shop-" .. id)
  assert(account.Code ~= tostring(id) or account.Code ~= "shop-" .. id)
  assert(account.contacts[1].first == "Łukasz" and account.contacts[1].last == "Wójcik")
  assert(not world:violations(), world:violations())
end

tests["BC6: the language of the order's locale, and a phone as it was typed, reach the account; the contact's person too"] = function()
  for locale, language in pairs { nl = "NL", ["de-AT"] = "DE", pl = false } do
    local world = bridge { contacts = "always" }
    local placed = order(world)
    local call = world.shop.call
    world.shop.call = function(self, name, ...)
      local record = call(self, name, ...)
      if name == "orders.get" then record.customer_locale, record.billing_address.phone = locale, "06 12 34 56 78" end
      return record
    end
    local outcome = world:run("orders", placed.id)
    assert(not outcome.refused, outcome.refused)
    local account = world:accounts()[placed.email:lower()]
    assert(account.Phone == "06 12 34 56 78" and (account.Language or false) == language, tostring(account.Language))
    assert(account.contacts[1].last and account.contacts[1].email == placed.email:lower(), account.contacts[1].email)
  end
end

tests["BC6: a second run of an unchanged customer writes nothing"] = function()
  local world = bridge()
  local id = customer(world, LUKASZ)
  world:run("customers", id)
  local again = world:run("customers", id)
  assert(#again.sent == 0 and again.skipped:find "holds what the shop says", again.skipped)
end

tests["BC6: what shadow did not send is not remembered as sent"] = function()
  local world = bridge()
  local placed = order(world)
  for _ = 1, 2 do
    local outcome = world:run("orders", placed.id, { shadow = true })
    assert(Bridge.effects(outcome):find "account", tostring(outcome.refused))
  end
  local outcome = world:run("orders", placed.id)
  assert(Bridge.effects(outcome):find "account.*invoice", Bridge.effects(outcome) .. tostring(outcome.refused))
end

tests["BC6: further addresses are kept once, in whatever spelling they come"] = function()
  local world = bridge()
  local id = customer(world, { email = "jo@example.org", first_name = "Jo", last_name = "Ørsted" })
  local place = { first_name = "Jo", last_name = "Ørsted", address1 = "Åboulevard 3", city = "København", postal_code = "1635", country_code = "DK" }
  world:control("store", "seed", { change_customers = { { id = id, address = place } } })
  world:run("customers", id)
  assert(#world:accounts()["jo@example.org"].addresses == 1)
  place.address1, place.city = "åboulevard  3", "KØBENHAVN"
  world:control("store", "seed", { change_customers = { { id = id, address = place } } })
  world.entities = {}   -- as if this runtime had never sent one: what stands in the books decides
  world:run("customers", id)
  assert(#world:accounts()["jo@example.org"].addresses == 1)
end

tests["BC6: what the shop owns follows a change there, what the books own does not"] = function()
  local world = bridge()
  local id = customer(world, LUKASZ)
  world:run("customers", id)
  world:control("store", "seed", { change_customers = { { id = id, phone = "+48 1", vat_number = "PL9999999999", company = "Wójcik S.A." } } })
  assert(Bridge.effects(world:run("customers", id)) == "change account")
  local account = world:accounts()["lukasz@example.pl"]
  assert(account.Phone == "+48 1" and account.Name == "Wójcik S.A." and account.VATNumber == "PL1234567819")
end

tests["BC6: an order fills only what the books lack"] = function()
  local world = bridge { owners = { Name = "shop", Phone = "shop", Address = "shop" } }
  local placed = order(world)
  books_make(world, { Name = "Own name", Email = placed.email:lower(), Country = "NL" })
  local outcome = world:run("orders", placed.id)
  assert(Bridge.effects(outcome):find "fill account", Bridge.effects(outcome) .. tostring(outcome.refused))
  local account = world:accounts()[placed.email:lower()]
  assert(account.Name == "Own name" and account.PaymentConditionSales == "30" and account.City)
end

tests["BC6: an invoice keeps the order's shipping address where the account's own is another"] = function()
  local world = bridge()
  local placed = order(world)
  books_make(world, {
    Name = "Head office", Email = placed.email:lower(), AddressLine1 = "Coolsingel 40", City = "Rotterdam", Postcode = "3011AD", Country = "NL",
  })
  local outcome = world:run("orders", placed.id)
  assert(Bridge.effects(outcome):find "address, invoice", Bridge.effects(outcome))
  local invoice = world:control("exact", "state?your_ref=shop-" .. placed.id).divisions["123456"].invoices[1]
  assert(invoice.delivery_city and invoice.delivery_city ~= "Rotterdam", invoice.delivery_city)
end

tests["BC6: many addresses of one customer are all read"] = function()
  local world = bridge()
  local id = customer(world, { email = "many@example.org" })
  for number = 1, 14 do
    world:control("store", "seed", { change_customers = { { id = id, address = { address1 = "Street " .. number, city = "Oss", country_code = "NL" } } } })
  end
  world:run("customers", id)
  assert(#world:accounts()["many@example.org"].addresses == 14)
end

tests["BC6: a customer deleted in the shop keeps its account"] = function()
  local world = bridge()
  local outcome = world:run("customers", 4711)
  assert(outcome.skipped:find "no longer in the shop" and #outcome.sent == 0)
end

tests["BC6: with customers = buyers an account comes with the first order only"] = function()
  local world = bridge { customers = "buyers" }
  local id = customer(world, LUKASZ)
  assert(world:run("customers", id).skipped == "has not ordered yet")
  assert(not world:accounts()["lukasz@example.pl"])
end

tests["BC16: the set order decides between key, VAT number and e-mail, and nothing is merged"] = function()
  local cases = {
    { match = { "key", "vat_number", "email" }, wins = "By key" }, { match = { "vat_number", "key", "email" }, wins = "By VAT number" },
    { match = { "email", "vat_number", "key" }, wins = "By e-mail" },
  }
  for _, case in ipairs(cases) do
    local world = bridge { match = case.match, owners = {} }
    local id = customer(world, LUKASZ)
    books_make(world, { Name = "By key", SearchCode = "shop-" .. id, Email = "a@example.org" })
    books_make(world, { Name = "By VAT number", VATNumber = "PL1234567819", Email = "b@example.org" })
    books_make(world, { Name = "By e-mail", Email = "LUKASZ@example.pl" })
    local _, before = world:accounts()
    local outcome = world:run("customers", id)
    assert(outcome.notes[1] and outcome.notes[1]:find(case.wins, 1, true), case.wins .. ": " .. tostring(outcome.notes[1]))
    local _, after = world:accounts()
    assert(after == before, "an account came into being")
  end
end

tests["BC16: an e-mail address matches whatever its case, where the books compare by case too"] = function()
  for _, ignores in ipairs { true, false } do
    local world = bridge()
    world:control("exact", "switches", { filter_ignores_case = ignores })
    local placed = order(world, "same_customer")
    books_make(world, { Name = "Twice", Email = "twice@example.org" })
    world:run("orders", placed.id)
    local state = world:control("exact", "state").divisions["123456"]
    assert(#state.doubled_accounts == 0)
  end
end

tests["BC16: two accounts by one way are a question for a person, with where to answer it"] = function()
  local world = bridge()
  local id = customer(world, LUKASZ)
  for number = 1, 2 do books_make(world, { Name = "Twin " .. number, VATNumber = "PL1234567819", Email = number .. "@example.org" }) end
  local outcome = world:run("customers", id)
  assert(outcome.refused:find "2 accounts in Exact Online have the VAT number PL1234567819", outcome.refused)
  assert(outcome.fix:find "Leave the VAT number on one of them")
end

tests["BC16: prospects are raised or parked, blocked accounts are parked"] = function()
  local world = bridge()
  local placed = order(world)
  books_make(world, { Name = "Maybe", Email = placed.email:lower(), Status = "P" })
  local parked = world:run("orders", placed.id)
  assert(parked.refused:find "is a prospect" and parked.fix:find "prospects")
  world.settings.prospects = "raise"
  assert(Bridge.effects(world:run("orders", placed.id)):find "raise account")
  assert(world:accounts()[placed.email:lower()].Status == "C")
  world.pass(3700)
  world:control("exact", "seed", { block_account = placed.email:lower() })
  local again = order(world)
  world:control("store", "seed", { change = { again.id }, what = "touch" })
  books_make(world, { Name = "Stopped", Email = again.email:lower() })
  world:control("exact", "seed", { change_accounts = { { Email = again.email:lower(), set = { Blocked = true } } } })
  local blocked = world:run("orders", again.id)
  assert(blocked.refused:find "is blocked" and blocked.fix:find "Unblock")
end

tests["BC16: guests go on the collective account of their country, with their own address on the invoice"] = function()
  local world = bridge { collective_accounts = { otherwise = "9001" } }
  books_make(world, { Name = "Web shop customers", Code = "9001", Email = "none@example.org" })
  local _, before = world:accounts()
  local first, second = order(world, "guest"), order(world, "guest")
  for _, placed in ipairs { first, second } do
    local outcome = world:run("orders", placed.id)
    assert(not outcome.refused, outcome.refused)
    local invoice = world:control("exact", "state?your_ref=shop-" .. placed.id).divisions["123456"].invoices[1]
    assert(invoice.account_name == "Web shop customers" and invoice.delivery_city, invoice.account_name)
  end
  local _, after = world:accounts()
  assert(after == before)
  world.settings.collective_accounts = { otherwise = "9999" }
  assert(world:run("orders", order(world, "guest").id).refused:find "collective account 9999 is not in Exact Online")
end

tests["BC16: without new_accounts a person makes the account"] = function()
  local world = bridge { new_accounts = "park" }
  local id = customer(world, LUKASZ)
  local outcome = world:run("customers", id)
  assert(outcome.refused:find "there is no account for Wójcik i Synowie" and #outcome.sent == 0, outcome.refused)
  books_make(world, { Name = "Wójcik", VATNumber = "PL 1234567819", Email = "other@example.org" })
  assert(world:run("customers", id).refused)   -- Exact compares texts: a spelling that we do not ask for is not found
end

tests["BC16: an invalid VAT number is left out with a note, or parks"] = function()
  local world = bridge()
  local id = customer(world, { email = "x@example.org", vat_number = "NL12" })
  local outcome = world:run("customers", id)
  assert(outcome.notes[1]:find "'NL12' has not the form of a VAT number of NL" and world:accounts()["x@example.org"].VATNumber == nil)
  world.settings.invalid_vat_number = "park"
  assert(world:run("customers", id).refused:find "NL12")
end

tests["C17, BC16: an account that a person deleted is not made again"] = function()
  local world = bridge()
  local id = customer(world, LUKASZ)
  world:run("customers", id)
  local own = world:run("customers", id)
  assert(own.books_calls == 0, own.books_calls)   -- what we have just made is known
  world.pass(3700)
  world:control("exact", "seed", { delete_account = "lukasz@example.pl" })
  local outcome = world:run("customers", id)
  assert(outcome.refused:find "no longer in Exact Online" and #outcome.sent == 0)
  books_make(world, { Name = "Again", Email = "lukasz@example.pl" })
  assert(not world:run("customers", id).refused)
end

tests["C15: what master data forbids is said in one sentence with its place, before anything is sent"] = function()
  local cases = {
    { settings = { vat_codes = { ["21"] = "5", ["9"] = "5", ["0"] = "5" } }, says = "VAT code 5 is blocked", fix = "VAT codes" },
    { settings = { vat_codes = { ["21"] = "8", ["9"] = "8", ["0"] = "8" } }, says = "VAT code 8 is for purchases", fix = "vat_codes" },
    { settings = { vat_codes = { ["21"] = "X", ["9"] = "X", ["0"] = "X" } }, says = "VAT code X is not in Exact Online", fix = "vat_codes" },
    { settings = { journal = "71" }, says = "Journal 71 is blocked", fix = "Journals" },
    { settings = { journal = "60" }, says = "Journal 60 is no sales journal", fix = "setting journal" },
    { settings = { payment_condition = "99" }, says = "Payment condition 99 is not in Exact Online", fix = "payment_condition" },
    { settings = { revenue_account = "8099" }, says = "G/L account 8099 is blocked", fix = "G/L accounts" },
    { settings = { revenue_account = "8030" }, says = "G/L account 8030 wants a cost center, and the line has none", fix = "cost_center" },
    { settings = { revenue_account = "8040", cost_center = "NL" }, says = "G/L account 8040 takes no cost center, and the line has NL", fix = "cost_center" },
    { settings = { cost_center = "MARS" }, says = "Cost center MARS is not in Exact Online", fix = "Cost centers" },
    { settings = { cost_unit = "MARS" }, says = "Cost unit MARS is not in Exact Online", fix = "Cost units" },
  }
  for _, case in ipairs(cases) do
    local world = bridge(case.settings)
    local placed = order(world, "options")   -- one line of 21 %
    local outcome = world:run("orders", placed.id)
    assert(outcome.refused and outcome.refused:find(case.says, 1, true), case.says .. " <> " .. tostring(outcome.refused))
    assert(outcome.fix:find(case.fix, 1, true), outcome.fix)
    assert(not Bridge.effects(outcome):find "invoice")
    assert(not outcome.cause:find(tostring(placed.id), 1, true), "the cause is of one record: " .. outcome.cause)
  end
end

tests["C15: many records with one cause are one case, and no write goes out"] = function()
  local world = bridge { vat_codes = { ["21"] = "5", ["9"] = "5", ["0"] = "5" } }
  local causes, before = {}, world:control("exact", "events").counts["POST 500"] or 0
  for _ = 1, 30 do
    local outcome = world:run("orders", order(world).id)
    causes[outcome.cause] = true
  end
  local count = 0
  for _ in pairs(causes) do count = count + 1 end
  assert(count == 1 and causes["VAT code 5 is blocked"])
  assert((world:control("exact", "events").counts["POST 500"] or 0) == before)
end

tests["C15: once fixed, a released job asks anew and posts"] = function()
  local world = bridge { journal = "71" }
  local placed = order(world)
  assert(world:run("orders", placed.id).refused)
  world:control("exact", "seed", { change = { { path = "financial/Journals", code = "71", set = { IsBlocked = false } } } })
  assert(world:run("orders", placed.id).refused, "an hour's memory")
  local outcome = world:run("orders", placed.id, { attempt = 2 })
  assert(not outcome.refused and Bridge.effects(outcome):find "invoice", outcome.refused)
end

tests["C15: what Exact Online alone knows is told in its own words, once for all records"] = function()
  local world = bridge()
  -- Closed within a month that counts as open: no master data tells.
  world:control("exact", "switches", { closed_until = "2026-01-30" })
  local first, second = world:run("orders", order(world).id), world:run("orders", order(world).id)
  assert(first.refused:find("was refused by Exact Online", 1, true) and first.refused:find("Period is closed", 1, true), first.refused)
  assert(first.cause == second.cause and first.fix)
end

local function account_id(world, email) return world:accounts()[email].ID end

tests["BC11: an account joins its customer by e-mail, and what the books own goes to the shop"] = function()
  local world = bridge { owners = { Name = "shop", Phone = "books" } }
  local id = customer(world, { email = "Both@Example.org", phone = "1" })
  books_make(world, { Name = "Both BV", Email = "both@example.org", Phone = "020 555" })
  local outcome = world:run("accounts", account_id(world, "both@example.org"), { source = "books" })
  assert(Bridge.effects(outcome) == "change customer", Bridge.effects(outcome) .. tostring(outcome.skipped))
  assert(world:customers()["both@example.org"].phone == "020 555")
  -- The link is known now: the customer's next event costs no search.
  assert(world.kv["link/books/shop-" .. id].account == account_id(world, "both@example.org"))
end

tests["BC11: no change goes round in circles"] = function()
  local world = bridge { owners = { Name = "shop", Phone = "books", Email = "shop" } }
  local id = customer(world, { email = "loop@example.org", phone = "1", company = "Loop" })
  world:run("customers", id)
  local account = account_id(world, "loop@example.org")
  world:control("exact", "seed", { change_accounts = { { Email = "loop@example.org", set = { Phone = "2", Name = "Loop by hand" } } } })
  local rounds = 0
  for _ = 1, 5 do
    world.pass(3700)   -- what comes within the hour of our own write is left to the poll
    local to_shop = world:run("accounts", account, { source = "books" })
    local to_books = world:run("customers", id)
    rounds = rounds + #to_shop.sent + #to_books.sent
  end
  assert(rounds == 2, rounds)   -- the phone to the shop, the name back to the books
  assert(world:customers()["loop@example.org"].phone == "2" and world:accounts()["loop@example.org"].Name == "Loop")
end

tests["BC11: our own change that comes back costs no call, and a person's soon after is found by the poll"] = function()
  local world = bridge { owners = { Phone = "books" } }
  local id = customer(world, { email = "echo@example.org", phone = "1" })
  world:run("customers", id)
  local account = account_id(world, "echo@example.org")
  local echo = world:run("accounts", account, { source = "books" })
  assert(echo.skipped == "our own change came back" and echo.books_calls == 0)
  -- When the webhook came counts, not how long its job waited; what came before our write is somebody else's.
  local received = calendar.iso(service.now_ms // 1000) .. "Z"
  service.pass(7200)
  local waited = world:run("accounts", account, { source = "books", event = { topic = "Accounts", received = received } })
  assert(waited.skipped == "our own change came back" and waited.books_calls == 0)
  local before = world:run("accounts", account, { source = "books", event = { topic = "Accounts", received = "2020-01-01T00:00:00Z" } })
  assert(before.books_calls == 1, before.books_calls)
  world:control("exact", "seed", { change_accounts = { { Email = "echo@example.org", set = { Phone = "2" } } } })
  local row = world.books:call("accounts.changed", { ["$filter"] = "Timestamp gt 0" })
  local polled = world:run("accounts", account, { source = "books", event = { record = row[#row] } })
  assert(Bridge.effects(polled) == "change customer" and polled.books_calls == 0, Bridge.effects(polled) .. tostring(polled.skipped))
end

tests["BC11: a person who changes a field back to what we once wrote has changed it"] = function()
  local world = bridge { owners = { Phone = "books" } }
  local id = customer(world, { email = "back@example.org", phone = "1" })
  world:run("customers", id)
  local account = account_id(world, "back@example.org")
  for _, phone in ipairs { "2", "1" } do
    service.pass(86400)
    world:control("exact", "seed", { change_accounts = { { Email = "back@example.org", set = { Phone = phone } } } })
    local rows = world.books:call("accounts.changed", { ["$filter"] = "Timestamp gt 0" })
    assert(Bridge.effects(world:run("accounts", account, { source = "books", event = { record = rows[#rows] } })) == "change customer")
    assert(world:customers()["back@example.org"].phone == phone)
  end
end

tests["BC11, C18: an account makes a customer only where that is set, and the shop mails nobody"] = function()
  local world = bridge()
  books_make(world, { Name = "Nieuwe Klant", Email = "Nieuw@Example.org", Phone = "3" })
  local id = account_id(world, "nieuw@example.org")
  assert(world:run("accounts", id, { source = "books" }).skipped:find "has no customer")
  world.settings.accounts_to_shop = "all"
  assert(Bridge.effects(world:run("accounts", id, { source = "books" })) == "customer")
  local customers, mails = world:customers()
  assert(customers["nieuw@example.org"].company == "Nieuwe Klant" and mails == 0)
  local again = world:run("accounts", id, { source = "books" })
  assert(#again.sent == 0, Bridge.effects(again))
  world.settings.accounts_to_shop = "off"
  assert(world:run("accounts", id, { source = "books" }).skipped == "accounts_to_shop is off")
end

tests["BC11: the first look at the books takes all accounts, by row version, 1,000 a page"] = function()
  local world = bridge()
  world:control("exact", "seed", { accounts = 1500 })
  local rows = world.books:call("accounts.changed", { ["$filter"] = "Timestamp gt 0" })
  assert(#rows == 1503, #rows)
  local last = rows[#rows].Timestamp
  world:control("exact", "seed", { change_accounts = { { Email = "an.smit@example.org", set = { Phone = "9" } } } })
  local since = world.books:call("accounts.changed", { ["$filter"] = "Timestamp gt " .. last })
  assert(#since == 1 and since[1].Email:lower() == "an.smit@example.org")
end

return tests
