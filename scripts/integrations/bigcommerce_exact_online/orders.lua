-- An order of BigCommerce: fetched, and judged whether it is a sale.

local contains = require "shared.records.values".contains

local orders = {}

-- No setting makes a sale of these.
local NEVER_SOLD = { [0] = true, [5] = true, [6] = true }
-- A sale of which something was given back stays a sale: what was given back has a document of its own.
local REFUNDED = { [4] = true, [14] = true }
local NAMES = {
  [0] = "incomplete", "pending", "shipped", "partially shipped", "refunded", "cancelled", "declined", "awaiting payment",
  "awaiting pickup", "awaiting shipment", "completed", "awaiting fulfillment", "waiting for manual verification",
  "disputed", "partially refunded",
}

-- An event may be faster than the record that it speaks of: an order that isn't there is asked for again later.
function orders.fetch(shop, id)
  local order, why = try(shop.orders.get, id, { include = "fees" })
  if order then return order end
  if why.code ~= "not_found" then error(why, 0) end
  error({ code = "not_found", message = "order " .. id .. " is not in the shop", retryable = true }, 0)
end

-- Refuses for what the order says itself. It is read by several calls: one that was changed between them is of two states, and
-- is read anew instead of being told to a person (BC2).
function orders.refuse(job, shop, order, sentence, details)
  if orders.fetch(shop, order.id).date_modified ~= order.date_modified then
    error({ code = "conflict", message = ("order %d was changed while it was read"):format(order.id), retryable = true }, 0)
  end
  return job:refuse(sentence, details)
end

-- Why the order makes no document ("cancelled"), or nil when it does (BC4).
function orders.not_sold(order, settings)
  if order.is_deleted then return "archived" end
  local status = order.status_id
  local name = NAMES[status] or "in status " .. status
  if NEVER_SOLD[status] then return name end
  if REFUNDED[status] or contains(settings.statuses, status) then return nil end
  return name
end

-- Whether a sale that was one before is undone. An order that is back to waiting for something is not.
function orders.undone(order) return order.is_deleted or order.status_id == 5 or order.status_id == 6 or order.status_id == 0 end

-- Whether all of it was given back.
function orders.refunded(order) return order.status_id == 4 end

-- Whether the order says that money was given back, or the event does.
function orders.refund_told(job, order)
  local status = order.payment_status
  return REFUNDED[order.status_id] or status == "refunded" or status == "partially refunded"
    or job.event ~= nil and job.event.topic == "store/order/refund/created"
end

return orders
