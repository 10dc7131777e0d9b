-- Refunds become credit documents of their own, linked to what was posted (BC8): whole or partial, by line or by amount.

local credits, decimal, documents, json, orders = require "credits", require "decimal", require "documents", require "json", require "orders"

local refunds = {}

local PARTS = { SHIPPING = "shipping", HANDLING = "handling", GIFT_WRAPPING = "wrapping" }

local function effect_of(refund) return "credit " .. refund.id end

-- Refunds of the order that have no credit document yet. Where nothing was given back, as for a free item, none is needed.
function refunds.open(job, shop, order)
  local open, all = {}, shop.orders.refunds(order.id)
  for _, refund in ipairs(all) do
    local effect = effect_of(refund)
    local is_open = not job:sent(effect, { role = "books" }) or documents.is_unconfirmed(job, effect)
    if is_open and not refund.total_amount:is_zero() then open[#open + 1] = refund end
  end
  return open, #all
end

local function refuse(job, refund, order, cause, sentence, fix)
  return job:refuse(("Refund %d of order %d: %s"):format(refund.id, order.id, sentence), { cause = cause, concern = "finance", fix = fix })
end

-- Whether the amounts of the items hold tax is not documented: their sum tells.
local function gross_items(job, order, refund)
  local sum = decimal "0"
  for _, item in ipairs(refund.items) do sum = sum + item.requested_amount end
  if (sum - refund.total_amount):is_zero() then return function(item) return item.requested_amount end end
  if (sum + refund.total_tax - refund.total_amount):is_zero() then
    -- Without tax: each item has its share of what the tax adds.
    return function(item) return (item.requested_amount * refund.total_amount):div(sum, 2) end
  end
  refuse(job, refund, order, "refund_items " .. refund.id, ("its items come to %s, but it is of %s."):format(sum:text(), refund.total_amount:text()),
    "Credit it in Exact Online and cancel this job.")
end

local function part_of(item)
  if item.item_type == "PRODUCT" then return tostring(item.item_id) end
  if item.item_type == "FEE" then return "fee-" .. item.item_id end
  return PARTS[item.item_type]
end

-- An amount that belongs to no line: its VAT by the setting refund_vat, which is the order's mix unless it names a code.
local function add_amount(job, order, kind, refund, credit, standing, amount)
  local item = credits.service_item(job, job.settings.refund_item, "refund_item")
  local function add(line, gross, suffix)
    local made = credits.line(job, order, kind, line, gross, nil, credit.reason, credit.reference .. "/amount" .. suffix)
    made.item = item or made.item
    credit.lines[#credit.lines + 1] = made
  end
  local wanted = job.settings.refund_vat
  if wanted ~= "mix" then
    local first = standing[1]
    return add({ Item = first.Item, GLAccount = first.GLAccount, CostCenter = first.CostCenter, CostUnit = first.CostUnit, VATCode = wanted }, amount, "")
  end
  local shares, why = credits.by_mix(job, order, kind, standing, amount)
  if not shares then refuse(job, refund, order, "refund_mix " .. refund.id, "its VAT can't be shared out: " .. why.message) end
  for _, share in ipairs(shares) do
    local code = share.line.VATCode and tostring(share.line.VATCode):match "^(.-)%s*$" or ""
    add(share.line, share.gross, code ~= "" and "-" .. code or "")
  end
end

local function build(job, order, posted, found, refund)
  local kind = posted.kind
  local by_part, standing = credits.standing(kind, found)
  local reference = ("%s-R%d"):format(found.YourRef, refund.id)
  local reason = refund.reason ~= "" and refund.reason or "Refund " .. refund.id
  local credit = { reference = reference, created = refund.created, reason = reason, lines = json.array {} }
  if #refund.items == 0 then
    refuse(job, refund, order, "refund_of_tax " .. refund.id, ("it gives back %s of tax and nothing else."):format(refund.total_amount:round(2):text()),
      "Correct the VAT in Exact Online by hand and cancel this job.")
  end
  local gross_of = gross_items(job, order, refund)
  for _, item in ipairs(refund.items) do
    local part = part_of(item)
    local line = part and by_part[part]
    if line then
      credit.lines[#credit.lines + 1] = credits.line(job, order, kind, line, gross_of(item):round(2), item.quantity,
        line.Description and tostring(line.Description) or nil, reference .. "/" .. part)
    else
      add_amount(job, order, kind, refund, credit, standing, gross_of(item))
    end
  end
  return credit
end

-- Credits what is open. Gives the ids of the credit documents; nil when there was nothing to do.
function refunds.post(job, shop, books, order)
  local open, count = refunds.open(job, shop, order)
  if count == 0 and orders.refunded(order) then
    return job:refuse(("Order %d is refunded, but the shop has no record of a refund: nobody knows how much was given back."):format(order.id), {
      cause = "refund_without_record " .. order.id, concern = "finance",
      fix = "Credit it in Exact Online by hand and cancel this job, or make the refund in the shop and release this case.",
    })
  end
  if #open == 0 then return nil end
  local posted = documents.prior(job)
  if not posted then return nil end
  local found = documents.read(books, posted.kind, posted.id)
  if not found then
    return job:refuse(("Order %d was refunded, but its %s is no longer in Exact Online."):format(order.id, posted.kind.noun),
      { cause = posted.kind.effect .. "_gone", concern = "finance", fix = "Cancel the case if there is nothing to credit." })
  end
  if not posted.kind.credit then
    return job:refuse(("Order %d was refunded; a %s is credited where its invoice is made."):format(order.id, posted.kind.noun),
      { cause = "refund_of_" .. posted.kind.effect, concern = "finance", fix = "Credit the invoice in Exact Online and cancel the case." })
  end
  local made = {}
  for index, refund in ipairs(open) do
    local credit = build(job, order, posted, found, refund)
    made[index] = credits.post(job, books, order, posted, found, credit, refund.total_amount, effect_of(refund),
      ("Refund %d of order %d"):format(refund.id, order.id))
  end
  return made
end

return refunds
