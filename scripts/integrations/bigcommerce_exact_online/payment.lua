-- How an order is paid (BC10): the condition by a table per method, the gateway's reference, and a line for people. What is
-- authorised is not captured yet, and what is pending may never come: the three are told apart.

local decimal = require "decimal"

local payment = {}

local WORDS = {
  authorized = "authorised, not captured", captured = "captured", paid = "captured", ["capture pending"] = "capture pending",
  pending = "pending", ["held for review"] = "held for review", void = "voided", ["void pending"] = "being voided",
  refunded = "refunded", ["partially refunded"] = "partly refunded", declined = "declined",
}
local PAYS = { purchase = true, capture = true, authorization = true, settlement = true, pending = true }

-- The gateway's reference: of the newest transaction that pays and went well.
local function reference_of(transactions)
  local reference
  for _, each in ipairs(transactions) do
    if PAYS[each.event or ""] and each.status ~= "error" and each.gateway_transaction_id then reference = each.gateway_transaction_id end
  end
  return reference
end

-- { condition, reference, status, method, amount, summary } of an order whose transactions are read; `in_money` is what is paid
-- by the method.
function payment.of(order, settings, in_money)
  local status = WORDS[order.payment_status or ""]
  -- What is given back has a document of its own; here it counts as what it was.
  if order.payment_status == "refunded" or order.payment_status == "partially refunded" then status = WORDS.captured end
  local paid = {
    condition = settings.payment_conditions[order.payment_method or ""] or settings.payment_condition,
    reference = reference_of(order.transactions), status = status, method = order.payment_method,
    amount = in_money,
  }
  local words = { paid.method or "Payment", status or "not paid" }
  words[#words + 1] = ("%s %s"):format(paid.amount:round(2):text(), order.default_currency_code or "")
  words[#words + 1] = paid.reference
  if not order.gift_certificate_amount:is_zero() then
    words[#words + 1] = ("%s by gift certificate"):format(order.gift_certificate_amount:round(2):text())
  end
  if not order.store_credit_amount:is_zero() then
    words[#words + 1] = ("%s by store credit"):format(order.store_credit_amount:round(2):text())
  end
  paid.summary = table.concat(words, ", ")
  return paid
end

-- Certificates and store credit as a line that lowers what is still to be paid, by the setting `redeemed` (BC14). It bears
-- no tax: that was charged on what was bought.
function payment.redeem(order, settings)
  local amount = order.gift_certificate_amount + order.store_credit_amount
  if settings.redeemed ~= "line" or amount:is_zero() then return end
  order.redeemed = { kind = "redeemed", price = -amount, net = -amount, tax = decimal "0", vat_code = settings.gift_certificate_vat_code }
end

return payment
