-- Every kind of order that the simulated shop makes, taken through the flow into the simulated books: what should become
-- an invoice does, once, to the cent; the rest is skipped or refused.

local root = ...
local flow, json, mapping, Remote, service = require "flow", require "json", require "mapping", require "remote", require "service"

local FOLDER = "scripts/integrations/bigcommerce_exact_online"
local SETTINGS = {
  journal = "70", statuses = { 2, 3, 8, 9, 10, 11 }, vat_codes = { ["21"] = "4", ["9"] = "2", ["0"] = "0" }, fallback_item = "UNKNOWN",
  shipping_item = "SHIPPING", handling_item = "HANDLING", wrapping_item = "WRAPPING", fee_item = "FEE", discount_item = "DISCOUNT",
  shipping_account = "8010", discount_account = "8020", cost_center = "NL", payment_condition = "00", tolerance = "0.00",
  description = "Web shop order",
}
local LOOKUPS = { items = "items.list", gl_accounts = "gl_accounts.list" }

local integration = flow.load(root, FOLDER)
local shop_system, books_system = flow.load(root, "scripts/systems/bigcommerce"), flow.load(root, "scripts/systems/exact_online")
local mappings = {}
for _, name in ipairs(integration.mappings) do
  mappings[name] = mapping.record(("%s/%s/%s.lua"):format(root, FOLDER, name), flow.ambient())
end

local function escape(text) return (text:gsub("[^%w]", function(char) return ("%%%02X"):format(char:byte()) end)) end

local World = {}
World.__index = World

local function start()
  service.timers = {}
  local systems = assert(loadfile(root .. "/examples/sandbox/init.lua")) {}.systems
  local self = setmetatable({ exact = systems.exact_online, store = systems.bigcommerce, entities = {} }, World)
  self:grant()
  self.shop = Remote.new(shop_system, self.store.url, function() return { ["x-auth-token"] = self.store.credentials.access_token } end,
    { store_hash = self.store.credentials.store_hash })
  self.books = Remote.new(books_system, self.exact.url, function()
    if service.now_ms > self.granted_ms + 590000 then self:grant() end
    return { authorization = "Bearer " .. self.token }
  end, { division = self.exact.credentials.division })
  return self
end

function World:grant()
  local callback, c = "https://localhost:9/callback", self.exact.credentials
  local redirect = service.call("GET", ("%s/api/oauth2/auth?client_id=%s&redirect_uri=%s&response_type=code&user=jan"):format(
    self.exact.url, c.client_id, escape(callback)))
  local answer = service.call("POST", self.exact.url .. "/api/oauth2/token", {
    headers = { ["content-type"] = "application/x-www-form-urlencoded" },
    body = ("grant_type=authorization_code&code=%s&redirect_uri=%s&client_id=%s&client_secret=%s"):format(
      redirect.headers.location:match "code=([^&]+)", escape(callback), c.client_id, c.client_secret),
  })
  self.token, self.granted_ms = answer.json.access_token, service.now_ms
end

function World:seed(body) return service.call("POST", self.store.url .. "/_sandbox/bigcommerce/seed", { json = body }).json end

function World:lookup(name, key)
  local rows = self.books:call(LOOKUPS[name], { ["$filter"] = "Code eq '" .. key:gsub("'", "''") .. "'" })
  return rows[1] and rows[1].ID
end

local function answers_of(remote)
  local answers = {}
  for name, operation in pairs(remote.system.operations) do
    if operation.GET then answers[name] = function(...) return remote:call(name, ...) end end
  end
  return answers
end

function World:run(id)
  local answers = answers_of(self.shop)
  for name, answer in pairs(answers_of(self.books)) do answers[name] = answer end
  self.entities[id] = self.entities[id] or {}
  local map = {}
  for name, document in pairs(mappings) do
    map[name] = function(record, given)
      return mapping.run(document, {
        record = record, given = given, settings = flow.settings(SETTINGS), job = { source = "shop", key = id },
        lookup = function(lookup, key) return self:lookup(lookup, key) end,
      })
    end
  end
  return flow.run {
    key = id, settings = SETTINGS, entities = self.entities[id], shop_system = shop_system, books_system = books_system,
    answers = answers, map = map, body = integration.flows.orders.run,
    send = function(_, write)
      local operation = books_system.operations[write.operation]
      local record = self.books:call(write.operation, table.unpack(write.arguments))
      if write.operation == "sales_invoices.create" then record = self.books:call("sales_invoices.get", record.InvoiceID) end
      return { id = record and record[operation.id] or write.arguments[1], state = "settled", record = record }
    end,
  }
end

function World:invoice_of(id)
  local state = service.call("GET", ("%s/_sandbox/exact_online/state?your_ref=shop-%d"):format(self.exact.url, id)).json
  local division = state.divisions["123456"]
  return division.invoices[1], #division.invoices
end

function World:violations()
  for _, system in ipairs { self.exact, self.store } do
    local name = system == self.exact and "exact_online" or "bigcommerce"
    local events = service.call("GET", system.url .. "/_sandbox/" .. name .. "/events").json
    if #events.violations > 0 then return json.encode(events.violation_counts) end
  end
end

-- The minute limits are the runtime's to keep; here nobody does.
local function without_limits(world)
  service.call("POST", world.exact.url .. "/_sandbox/exact_online/switches", { json = { minute_limit = 100000, day_limit = 1000000 } })
  service.call("POST", world.store.url .. "/_sandbox/bigcommerce/switches", { json = { quota = 100000 } })
  return world
end

local KINDS = {
  "registered", "guest", "several_lines", "many_lines", "mixed_tax", "discount", "coupon", "free_line", "handling_and_wrapping", "fee",
  "digital", "options", "unknown_sku", "long_address", "cancelled", "incomplete", "declined", "gift_certificate",
  "paid_with_gift_certificate", "refunded", "tax_inclusive", "same_customer",
}

return {
  ["each kind of order ends as the shop's simulation expects, to the cent"] = function()
    local world = without_limits(start())
    for _, order in ipairs(world:seed { orders = 2 * #KINDS, kinds = KINDS, events = false }.orders) do
      local outcome = world:run(order.id)
      local invoice, count = world:invoice_of(order.id)
      local ended = outcome.refused and "refuse" or outcome.skipped and "skip" or "invoice"
      assert(ended == order.expect, order.kind .. " ended as " .. ended .. ": " .. tostring(outcome.refused))
      assert(count == (order.expect == "invoice" and 1 or 0), order.kind .. ": " .. count .. " invoices")
      if invoice then
        assert(invoice.amount == order.total_inc_tax, ("%s: invoice %s, order %s"):format(order.kind, invoice.amount, order.total_inc_tax))
        assert(invoice.account_email:lower() == order.email:lower(), order.kind)
      end
    end
    assert(not world:violations(), world:violations())
  end,
  ["a second run of an order sends nothing"] = function()
    local world = without_limits(start())
    for _, order in ipairs(world:seed { orders = 3, kinds = { "coupon", "fee", "mixed_tax" }, events = false }.orders) do
      world:run(order.id)
      local again = world:run(order.id)
      assert(#again.sent == 0 and again.skipped:find("has this state of the order", 1, true), order.kind)
    end
  end,
  ["changes of an order arrive in its invoice"] = function()
    local world = without_limits(start())
    local order = world:seed { orders = 1, kinds = { "discount" }, events = false }.orders[1]
    world:run(order.id)
    for _, what in ipairs { "price", "quantity", "add_line", "shipping", "remove_line", "remove_line" } do
      service.pass(60)
      world:seed { change = { order.id }, what = what }
      world:run(order.id)
      local invoice, count = world:invoice_of(order.id)
      local now = service.call("GET", ("%s/_sandbox/bigcommerce/state?id=%d"):format(world.store.url, order.id)).json.orders[1]
      assert(count == 1 and invoice.amount == now.total_inc_tax, ("%s: invoice %s, order %s"):format(what, invoice.amount, now.total_inc_tax))
    end
  end,
  ["a customer that comes back in another spelling keeps one account"] = function()
    local world = without_limits(start())
    local orders = world:seed { orders = 2, kinds = { "same_customer" }, events = false }.orders
    for _, order in ipairs(orders) do world:run(order.id) end
    local state = service.call("GET", world.exact.url .. "/_sandbox/exact_online/state").json.divisions["123456"]
    assert(#state.doubled_accounts == 0 and state.counts.accounts == 4, state.counts.accounts)
  end,
}
