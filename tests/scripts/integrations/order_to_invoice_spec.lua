-- Every kind of order that the simulated shop makes, taken through the flow into the simulated books: what should become
-- an invoice does, once, to the cent; the rest is skipped, refused or withdrawn.

local root = ...
local World = require "world"

local KINDS = {
  "registered", "guest", "several_lines", "many_lines", "mixed_tax", "discount", "coupon", "free_line", "handling_and_wrapping", "fee",
  "digital", "options", "unknown_sku", "long_address", "cancelled", "incomplete", "declined", "gift_certificate",
  "paid_with_gift_certificate", "paid_with_store_credit", "tax_inclusive", "tax_inclusive_discount", "authorized", "refunded",
  "partly_refunded", "refunded_by_amount", "refunded_inclusive", "bundle", "same_customer", "refunded_without_record", "tax_refunded",
  "bank_transfer",
}

local function ended(outcome) return outcome.refused and "refuse" or outcome.skipped and "skip" or "invoice" end

return {
  ["BC3, BC4, BC5, BC8, BC13, BC14: each kind of order ends as the shop's simulation expects, to the cent"] = function()
    local world = World.start(root)
    local kinds = {}
    for _, kind in ipairs(KINDS) do kinds[#kinds + 1], kinds[#kinds + 2] = kind, kind end
    for _, order in ipairs(world:orders(table.unpack(kinds))) do
      local outcome = world:run(order.id)
      local invoice, seen = world:invoice(order.id), world:seen(order.id)
      assert(ended(outcome) == order.expect, order.kind .. " ended as " .. ended(outcome) .. ": " .. tostring(outcome.refused))
      -- What is refused because of a refund was sold all the same.
      local makes = order.expect == "invoice" or order.kind == "refunded_without_record" or order.kind == "tax_refunded"
      assert((invoice ~= nil) == makes, order.kind)
      if invoice then
        assert(invoice.amount == seen.total_inc_tax, ("%s: invoice %s, order %s"):format(order.kind, invoice.amount, seen.total_inc_tax))
        assert(invoice.account_email:lower() == order.email:lower(), order.kind)
      end
      local given_back = {}
      for _, credit in ipairs(world:credits(order.id)) do given_back[#given_back + 1] = credit.amount end
      local refunded = order.kind == "tax_refunded" and "" or seen.refunded ~= "0.00" and "-" .. seen.refunded or ""
      assert(table.concat(given_back, " ") == refunded, ("%s: credits %s, refunds %s"):format(order.kind, table.concat(given_back, " "), seen.refunded))
    end
    assert(not world:violations(), world:violations())
  end,
  ["BC5: a second run of an order sends nothing"] = function()
    local world = World.start(root)
    for _, order in ipairs(world:orders("coupon", "fee", "mixed_tax", "tax_inclusive", "partly_refunded", "gift_certificate")) do
      world:run(order.id)
      local again = world:run(order.id)
      assert(#again.sent == 0 and again.skipped:find("has this state of the order", 1, true), order.kind)
    end
  end,
  ["BC5: changes of an order arrive in its invoice"] = function()
    local world = World.start(root)
    for _, kind in ipairs { "discount", "tax_inclusive_discount" } do
      local order = world:order(kind)
      world:run(order.id)
      for _, what in ipairs { "price", "quantity", "add_line", "shipping", "remove_line", "remove_line" } do
        local now = world:change(order.id, what)
        local outcome = world:run(order.id)
        assert(not outcome.refused, outcome.refused)
        local invoice = world:invoice(order.id)
        assert(invoice.amount == now.total_inc_tax, ("%s: invoice %s, order %s"):format(what, invoice.amount, now.total_inc_tax))
      end
    end
  end,
  ["BC16: a customer that comes back in another spelling keeps one account"] = function()
    local world = World.start(root)
    for _, order in ipairs(world:orders("same_customer", "same_customer")) do world:run(order.id) end
    local state = world:control("exact", "state").divisions["123456"]
    assert(#state.doubled_accounts == 0 and state.counts.accounts == 4, state.counts.accounts)
  end,
}
