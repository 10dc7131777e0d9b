-- Orders that this integration says no to, each in a sentence for the controller.

local refusals = {}

local REFUNDED = { [4] = "refunded", [14] = "partially refunded" }

local function nonzero(amount) return amount ~= nil and not amount:is_zero() end

local function reason(order)
  if order.is_tax_inclusive_pricing then
    return "tax_inclusive", "The store's prices include tax; such orders can't be invoiced yet."
  end
  if REFUNDED[order.status_id] then
    return "refund", ("The order is %s; refunds can't be credited yet."):format(REFUNDED[order.status_id])
  end
  if nonzero(order.gift_certificate_amount) then
    return "gift_certificate", "The order was paid with a gift certificate; such payments can't be posted yet."
  end
  if nonzero(order.store_credit_amount) then
    return "store_credit", "The order was paid with store credit; such payments can't be posted yet."
  end
end

local function refuse(job, order, cause, sentence)
  return job:refuse(("Order %d: %s"):format(order.id, sentence), { cause = cause, concern = "finance" })
end

function refusals.check(job, order)
  local cause, sentence = reason(order)
  if cause then refuse(job, order, cause, sentence) end
end

-- Known only once the lines are read.
function refusals.check_lines(job, order)
  for _, product in ipairs(order.products) do
    if product.type == "giftcertificate" then
      refuse(job, order, "gift_certificate", "A gift certificate was sold; it can't be posted as a liability yet.")
    end
  end
end

return refusals
