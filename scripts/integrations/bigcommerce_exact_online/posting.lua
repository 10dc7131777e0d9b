-- An order's way into the books: fetched, judged, worked out, and posted, changed, credited or withdrawn.

local customer, documents, items, kinds, masters, orders, parts, payment, periods, totals = require "customer", require "documents",
  require "items", require "kinds", require "masters", require "orders", require "parts", require "payment", require "shared.exact.periods", require "totals"

local MIDNIGHT = "T00:00:00"   -- a date as documents bear it

-- The instant whose date the document bears, by the setting.
local function booked(order, settings) return settings.accounting_date == "shipped" and order.date_shipped or order.date_created end

local function check_settings(job, order)
  local settings = job.settings
  if #order.gift_certificates > 0 and settings.document ~= "sales_entry" and not settings.gift_certificate_item then
    job:refuse(("Order %d: a gift certificate was sold, and no item is set to book it on."):format(order.id),
      { cause = "gift_certificate_item", concern = "finance", fix = "Set gift_certificate_item, then release this case." })
  end
end

-- The document that the order should be, and what it must come to.
local function document_of(job, shop, books, order, kind)
  parts.read(order, shop)
  order.transactions = shop.orders.transactions(order.id)
  local untaxed = parts.work_out(job, shop, order)
  check_settings(job, order)
  if kind.effect ~= "entry" then items.find(job, books, order) end
  payment.redeem(order, job.settings)
  local expected, in_money = totals.round(job, shop, order, untaxed)
  order.payment, order.booked = payment.of(order, job.settings, in_money), booked(order, job.settings)

  -- Before the account: an order that can't be posted makes none either.
  masters.check_order(job, order)
  local account = customer.account(job, books, order)
  local address = kind.effect ~= "entry" and customer.delivery_address(job, books, order, account) or nil
  local document = job:map(kind.mapping, order, { account = account, address = address or null })
  totals.check(job, shop, order, kind, document, expected)
  return document, expected
end

-- A person said that the order counts although its document is frozen or gone: then the order has none, and gets a new one.
local function make_way(job, books, order, posted)
  local found = documents.read(books, posted.kind, posted.id)
  if not found then
    documents.forget(job, posted)
    return nil
  end
  if not (posted.kind.is_frozen(found) and posted.kind.credit) then return posted end
  require("cancellations").credit_all(job, books, order, posted, found, "Replaced by a new one")
  return nil
end

local function post(job, shop, books, order, posted)
  if posted and job.decision == "ours" then posted = make_way(job, books, order, posted) end
  local kind = posted and posted.kind or kinds[job.settings.document]
  local document, expected = document_of(job, shop, books, order, kind)
  if not posted then
    local date, true_date = periods.date(job, books, job.settings.journal, document[kind.date], ("Order %d"):format(order.id),
      job.settings.closed_period)
    if true_date then
      document[kind.date], document.Description = date .. MIDNIGHT, ("%s, of %s"):format(document.Description, true_date)
    end
  end
  return masters.guarded(job, document, "Order " .. order.id, function()
    return documents.post(job, books, order, posted, kind, document, expected)
  end, function() periods.check(job, books, job.settings.journal, document[kind.date], "Order " .. order.id) end)
end

return function(job, shop, books)
  local order = orders.fetch(shop, job.key)
  local not_sold, posted, credited, generation = orders.not_sold(order, job.settings), documents.prior(job)
  if not_sold then
    if not orders.undone(order) then return job:skip(not_sold) end
    posted = posted or documents.withhold(job, order)
    if not posted then return job:skip(credited and not_sold .. "; its document was credited" or not_sold) end
    return require("cancellations").undo(job, shop, books, order, posted, not_sold)
  end
  -- Older than the instance's start: what the books have of it was made before us (C13).
  if not posted and generation == 1 then job:dated(order.date_created) end
  -- Money that is given back for an order that was cancelled and credited before: nothing is left to give back.
  if credited and orders.refunded(order) then return job:skip "refunded; its document was credited" end
  -- Several events tell of one change, and sweeps tell of it again: only the first costs calls to the books. A job that was released has something left
  -- to do: its case may have come between two of its writes, or after the last of them.
  local is_known = posted and posted.version == order.date_modified and not job.decision and job.attempt == 1
  local result = not is_known and post(job, shop, books, order, posted) or nil
  -- Few orders need more than this: what they need is loaded then.
  if orders.refund_told(job, order) then
    local given_back = require("refunds").post(job, shop, books, order)
    if given_back then
      result = result or {}
      result.credited = given_back
    end
  end
  if result then return result end
  return job:skip(("%s %s has this state of the order"):format(posted.kind.noun, documents.known_as(posted)))
end
