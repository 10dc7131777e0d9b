-- Orders between the two simulated systems: they are seeded, the flow runs on their numbers, and what stands in the books
-- is looked at. Time moves when a spec says so.

local Bridge, Stage, service = require "bridge", require "stage", require "service"

local BASE = {
  vat_codes = { ["21"] = "4", ["9"] = "2", ["0"] = "0" }, vat_codes_inclusive = { ["21"] = "1", ["9"] = "3" }, fallback_item = "UNKNOWN",
  shipping_item = "SHIPPING", handling_item = "HANDLING", wrapping_item = "WRAPPING", fee_item = "FEE", discount_item = "DISCOUNT",
  rounding_item = "ROUNDING", rounding_account = "8090", gift_certificate_item = "GIFTCARD", gift_certificate_account = "1500",
  gift_certificate_vat_code = "0", refund_item = "REFUND", shipping_account = "8010", discount_account = "8020", cost_center = "NL",
  payment_condition = "00",
}

local World = Stage.kind(Bridge)

-- `settings`: what a spec wants otherwise.
function World.start(root, settings)
  local given = {}
  for name, value in pairs(BASE) do given[name] = value end
  for name, value in pairs(settings or {}) do given[name] = value end
  return setmetatable(Bridge.start(root, given), World)
end

-- What a person does in the books.
function World:person(acts) return self:control("exact", "seed", acts).done end

-- Orders of these kinds, told to nobody.
function World:orders(...) return self:control("store", "seed", { orders = select("#", ...), kinds = { ... }, events = false }).orders end
function World:order_of_id(kind, id)
  return self:control("store", "seed", { orders = 1, kinds = { kind }, events = false, first_id = id }).orders[1]
end
function World:order(kind) return self:orders(kind)[1] end
function World:change(id, what, value)
  service.pass(60)
  self:control("store", "seed", { change = { id }, what = what, value = value })
  return self:seen(id)
end
function World:seen(id) return self:control("store", "state?id=" .. id).orders[1] end

local DOCUMENTS = { "invoices", "credit_invoices", "sales_entries", "sales_orders" }

-- All documents in the books, with their lines, by kind.
function World:documents(your_ref)
  local all = self:control("exact", "state?lines=1" .. (your_ref and "&your_ref=" .. your_ref or "")).divisions["123456"]
  local out = {}
  for _, name in ipairs(DOCUMENTS) do out[name] = all[name] end
  return out
end

-- The order's one invoice, or nil; fails when there are more.
function World:invoice(id)
  local found = self:documents("shop-" .. id).invoices
  assert(#found <= 1, ("%d invoices for order %d"):format(#found, id))
  return found[1]
end

-- Credit invoices of an order, in the order they were made.
function World:credits(id)
  local out = {}
  for _, each in ipairs(self:documents().credit_invoices) do
    if each.your_ref:find("^shop%-" .. id .. "%-") then out[#out + 1] = each end
  end
  return out
end

function World:run(id, more) return Bridge.run(self, "orders", id, more) end
-- An order of this kind, posted: the order, its invoice and how the run ended.
function World:posted(kind)
  local order = self:order(kind)
  local outcome = self:run(order.id)
  assert(not outcome.refused, outcome.refused)
  return order, self:invoice(order.id), outcome
end
-- A flow that asks for the books alone.
function World:run_flow(name, key, payload) return Bridge.run(self, name, key or name, { event = payload, books_alone = true }) end

-- The line of a document that came from a part of the order ("shipping", or the id of a line).
function World.line(document, part)
  for _, line in ipairs(document.line_list) do
    if line.notes and line.notes:match "/(.+)$" == tostring(part) then return line end
  end
end

return World
