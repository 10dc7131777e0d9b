-- Order and flows, with a shop and a warehouse that answer from here.

local spec, mappings = require "spec", require "mappings"
local outbound, dispatched = require "outbound", require "dispatched"
local decimal = require "decimal"

local expect = spec.expect

local function address(more)
  local out = { id = 5, first_name = "Jo", last_name = "Doe", street_1 = "Kade 1", zip = "1011 AB", city = "Amsterdam", country_iso2 = "NL" }
  for name, value in pairs(more or {}) do out[name] = value end
  return out
end

local function mug(more)
  local out = { id = 7, sku = "MUG-1", name = "Mug", quantity = decimal "2", type = "physical" }
  for name, value in pairs(more or {}) do out[name] = value end
  return out
end

local function order(more)
  local out = {
    id = 118, status_id = 11, is_deleted = false, date_created = "2026-01-05T08:00:00Z", date_modified = "2026-01-05T08:01:00Z",
    products = { { id = 7, sku = "MUG-1", name = "Mug", quantity = "2", type = "physical" } }, shipping_addresses = { address() },
  }
  for name, value in pairs(more or {}) do out[name] = value end
  return out
end

spec.describe("the warehouse's order", function()
  spec.it("bears the shop's connection and number, and whole quantities", function()
    local made = mappings.run("order", order(), { source = "shop", settings = { note = "" } })
    expect(made.reference):equals "shop-118"
    expect(made.ship_to):has { name = "Jo Doe", street = "Kade 1", city = "Amsterdam", country = "NL" }
    expect(made.lines):equals { { sku = "MUG-1", name = "Mug", quantity = 2 } }
    expect(made.note):is_nil()
  end)

  spec.case("with {setting} and {shopper} the note is {note}", {
    { setting = "", shopper = "Ring twice", note = "Ring twice" }, { setting = "Fragile", shopper = "", note = "Fragile" },
    { setting = "Fragile", shopper = "Ring twice", note = "Ring twice" },
  }, function(case)
    local made = mappings.run("order", order { customer_message = case.shopper }, { source = "shop", settings = { note = case.setting } })
    expect(made.note):equals(case.note)
  end)

  spec.it("goes to the company where no person is named, and has both lines of the street", function()
    local to = address { first_name = "", last_name = "", company = "Acme", street_2 = "Floor 2", phone = "1", email = "jo@example.com" }
    local made = mappings.run("order", order { shipping_addresses = { to } }, { source = "shop", settings = { note = "" } })
    expect(made.ship_to):has { name = "Acme", company = "Acme", street = "Kade 1, Floor 2" }
  end)
end)

spec.describe("an order of the shop", function()
  local function run(shop_order, options, there)
    local shop = spec.remote {
      ["orders.get"] = shop_order, ["orders.products"] = options.products or { mug() }, ["orders.shipping_addresses"] = options.addresses or { address() },
    }
    local warehouse = spec.remote({ ["orders.get"] = there }, { "orders.create", "orders.update", "orders.release", "orders.cancel" })
    return spec.flow(outbound.run, {
      key = "118", source = "shop", settings = { statuses = { 11 } }, sent = options.sent, kv = options.kv, answer = options.answer,
      map = { order = function() return { reference = "shop-118", note = "new" } end },
    }, shop, warehouse)
  end

  local function names(outcome)
    local out = {}
    for index, sent in ipairs(outcome.sent) do out[index] = sent.operation end
    return table.concat(out, " ")
  end

  spec.it("is made and released", function()
    expect(names(run(order(), {}))):equals "orders.create orders.release"
  end)

  spec.case("in status {status} is {what}", {
    { status = 7, what = "left alone", skipped = "status 7" }, { status = 5, what = "left alone", skipped = "cancelled before the warehouse knew of it" },
  }, function(case) expect(run(order { status_id = case.status }, {}).skipped):equals(case.skipped) end)

  spec.it("without goods is left alone", function()
    expect(run(order(), { products = { mug { type = "digital" } } }).skipped):equals "there is nothing in it to send"
  end)

  spec.it("to several addresses is a person's", function()
    expect(run(order(), { addresses = { address(), address() } }).cause):equals "several addresses"
  end)

  local SENT = { order = { id = "ord_1" } }

  spec.it("that changed is changed there, under the version that was read", function()
    local outcome = run(order(), { sent = SENT }, { status = "released", version = 3 })
    expect(names(outcome)):equals "orders.update"
    expect(outcome.sent[1].arguments):has { "ord_1", { note = "new" }, { version = 3 } }
  end)

  spec.it("that did not change is only released, if it was not yet", function()
    local kv = { ["order:118"] = require("json").encode { reference = "shop-118", note = "new" } }
    expect(names(run(order(), { sent = SENT, kv = kv }, { status = "draft", version = 1 }))):equals "orders.release"
    expect(names(run(order(), { sent = SENT, kv = kv }, { status = "packed", version = 4 }))):equals ""
  end)

  spec.it("that changed after it was packed is a person's", function()
    expect(run(order(), { sent = SENT }, { status = "packed", version = 4 }).cause):equals "too late to change"
  end)

  spec.it("that is cancelled is cancelled there while that is possible", function()
    local cancelled = order { status_id = 5 }
    expect(names(run(cancelled, { sent = SENT }, { status = "released" }))):equals "orders.cancel"
    expect(run(cancelled, { sent = SENT }, { status = "packed" }).cause):equals "too late to cancel"
    expect(run(cancelled, { sent = SENT }, { status = "cancelled" }).skipped):equals "cancelled, and cancelled at the warehouse"
  end)

  spec.it("that Packhouse refuses is a person's, with its words", function()
    local function answer(effect)
      if effect == "release" then error({ code = "rejected", message = "refused", cause = "GONE-1 is not in stock." }, 0) end
      return { id = "ord_1", state = "settled" }
    end
    expect(run(order(), { answer = answer }).cause):equals "refused: GONE-1 is not in stock."
  end)
end)

spec.describe("what was sent out", function()
  local DISPATCH = {
    id = "dsp_1", order_id = "ord_1", reference = "shop-118", carrier = "postnl", tracking_number = "3SPACK1", lines = { { sku = "MUG-1", quantity = 3 } },
  }

  local function run(dispatch, options)
    local warehouse = spec.remote { ["dispatches.get"] = dispatch }
    local shop = spec.remote({
      ["orders.products"] = { mug(), mug { id = 8, quantity = decimal "1" } }, ["orders.shipping_addresses"] = { address() },
      ["shipments.list"] = options.known or {},
    }, { "shipments.create" })
    rawset(shop, "connection", function() return "shop" end)
    local mapped
    local outcome = spec.flow(dispatched.run, {
      key = "dsp_1", source = "warehouse", settings = { tell_shop = options.tell_shop ~= false },
      map = { shipment = function(record, given)
        mapped = { record = record, given = given }
        return { comments = "x" }
      end },
    }, warehouse, shop)
    return outcome, mapped
  end

  spec.it("is a shipment of the lines that it was made of", function()
    local outcome, mapped = run(DISPATCH, {})
    expect(#outcome.sent):equals(1)
    expect(mapped.given.address):equals(5)
    expect(mapped.record.items):equals { { order_product_id = 7, quantity = 2 }, { order_product_id = 8, quantity = 1 } }
    expect(outcome.notes[1].fields.number):equals "3SPACK1"
  end)

  spec.it("is not told twice, nor of other shops, nor when a setting says so", function()
    expect(run(DISPATCH, { known = { { tracking_number = "3SPACK1" } } }).skipped):equals "the shop knows of it"
    expect(run(DISPATCH, { tell_shop = false }).skipped):equals "the shop is not told (tell_shop)"
    local other = { id = "dsp_1", reference = "outlet-118", lines = {} }
    expect(run(other, {}).skipped):equals "outlet-118 is no order of this shop"
  end)

  spec.it("has its tracking number in the shop", function()
    local record = { id = "dsp_1", tracking_number = "3SPACK1", tracking_url = "https://t.example/1", carrier = "postnl",
      items = { { order_product_id = 7, quantity = 2 } } }
    local made = mappings.run("shipment", record, { given = { address = 5 } })
    expect(made):has { order_address_id = 5, tracking_number = "3SPACK1", tracking_carrier = "postnl", comments = "Packhouse dsp_1" }
    expect(made.items):equals { { order_product_id = 7, quantity = decimal "2" } }
  end)
end)
