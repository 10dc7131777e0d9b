-- An order that is no sale any more although a document was made for it (BC18): the document is withdrawn while it can be,
-- else credited; what a person did to it is left to people. Never silence.

local credits, decimal, documents, refunds = require "credits", require "decimal", require "documents", require "refunds"

local cancellations = {}

local function refuse(job, order, why, sentence, fix)
  return job:refuse(("Order %d is %s, but %s"):format(order.id, why, sentence), { cause = "sale_undone", concern = "finance", fix = fix })
end

local function withdraw(job, books, order, posted)
  local sent = job:send("withdraw " .. posted.kind.effect .. " " .. posted.generation, books[posted.kind.group].delete(posted.id),
    { version = order.date_modified, entity = posted.id })
  if sent.state ~= "shadow" then documents.forget(job, posted) end
  return { withdrawn = posted.id }
end

-- Refunds say themselves what was given back: with all of it credited there is nothing left to undo.
local function credited_by_refunds(job, shop, books, order, posted, why)
  local given_back, rows = decimal "0", shop.orders.refunds(order.id)
  if #rows == 0 then return nil end
  for _, refund in ipairs(rows) do given_back = given_back + refund.total_amount end
  local made = refunds.post(job, shop, books, order)
  if (given_back - order.total_inc_tax):sign() >= 0 then return made and { credited = made } or job:skip(why .. "; its refunds were credited") end
  return refuse(job, order, why, ("only %s of it was refunded; its %s says the rest was sold."):format(given_back:text(), posted.kind.noun),
    "Refund the rest in the shop, or credit it in Exact Online and cancel the case.")
end

-- Gives back all that stands. The order may have a new document then.
function cancellations.credit_all(job, books, order, posted, found, reason)
  local credit, total = credits.of_everything(job, order, posted, found, found.YourRef .. "-C", reason)
  return credits.post(job, books, order, posted, found, credit, total, documents.credit_of_all(posted.generation),
    ("The credit of order %d"):format(order.id))
end

-- `why` is what the order is ("cancelled").
function cancellations.undo(job, shop, books, order, posted, why)
  local kind, policy = posted.kind, job.settings.cancelled
  local refunded = credited_by_refunds(job, shop, books, order, posted, why)
  if refunded then return refunded end
  local found = documents.read(books, kind, posted.id)
  if not found then return job:skip(("%s, and its %s is no longer in Exact Online"):format(why, kind.noun)) end
  local name = documents.known_as { number = tostring(found[kind.number] or ""), id = posted.number or posted.id }
  if job.decision == "theirs" then return job:skip(("%s; %s %s stays, as a person decided"):format(why, kind.noun, name)) end
  local edits = documents.edits(posted, found)
  if job.decision ~= "ours" and (policy == "ask" or #edits > 0) then
    local sentence = #edits > 0 and ("somebody edited %s %s in Exact Online: %s."):format(kind.noun, name, table.concat(edits, "; "))
      or ("%s %s was made for it."):format(kind.noun, name)
    return documents.ask(job, ("Order %d is %s, but %s"):format(order.id, why, sentence), "sale_undone",
      "Leave it as it is (keep theirs), or have it withdrawn or credited (take ours).")
  end
  local frozen = kind.is_frozen(found)
  if policy ~= "credit" and not frozen then return withdraw(job, books, order, posted) end
  if not kind.credit then
    return refuse(job, order, why, ("%s %s %s."):format(kind.noun, name, kind.frozen), "Cancel what is left of it in Exact Online.")
  end
  return { credited = cancellations.credit_all(job, books, order, posted, found, "Order " .. why) }
end

return cancellations
