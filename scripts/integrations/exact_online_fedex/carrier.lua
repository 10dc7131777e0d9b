-- FedEx as a carrier: buys labels, voids them, and tells its own numbers from others.
--
-- Nothing there de-duplicates (XF5). A purchase is looked for by our reference before anything is sent again; what is found so has no label
-- any more, as FedEx gives one only in the answer that was lost. That shipment is cancelled, and another bought. What goes as LTL freight is
-- freight.lua's.

local accounts, freight, request, standing = require "accounts", require "freight", require "request", require "standing"

local carrier = { name = "FedEx", collects = true }

-- Of a name no limit is told: what fits on the label's line. Whether letters beyond plain ones can be printed is not said either (section 8).
carrier.limits = { name = 35, line = 35, lines = 3, city = 35, state = 2, postcode = 10, phone = 15, customs_description = 100, letters = "latin1" }

-- With the client's letters, and with pallets where freight is switched on.
function carrier.of(job)
  carrier.limits.letters = job.settings.label_letters
  carrier.packs = job.settings.freight and freight.packs or nil
  return carrier
end

local MOST_TRIES = 3

-- Numbers of FedEx have 12, 15, 20 or 22 digits; a number of 12 typed by hand may be anybody's, so its account is not known.
local LENGTHS = { [12] = true, [15] = true, [20] = true, [22] = true }
function carrier.is_number(text) return text:find "^%d+$" ~= nil and LENGTHS[#text] == true end

local function cancel(job, remote, account, number, effect)
  local answer = job:send(effect, remote.shipments.cancel {
    accountNumber = { value = account }, trackingNumber = number, deletionControl = "DELETE_ALL_PACKAGES",
  }, { version = "1", entity = "cancel " .. number })
  if answer.state == "shadow" then return true end
  local output = answer.record and answer.record.output
  return output ~= nil and output.cancelledShipment == true, output and output.message
end

local function take_back(job, remote, account, number, effect)
  local done, why = try(cancel, job, remote, account, number, effect)
  if done == nil then
    if type(why) ~= "table" or why.code ~= "rejected" then error(why, 0) end
    return standing.is_cancelled(remote, number), why.cause or why.message
  end
  if done then return true end
  return standing.is_cancelled(remote, number), "it is in FedEx's hands already"
end

local function send(job, remote, consignment, account, reference, effect)
  local body, transaction = request.of(job, consignment, account, reference), ("%s-%d"):format(reference, job.attempt)
  local sent, why = try(job.send, job, effect, remote.shipments.create(body, { headers = { ["x-customer-transaction-id"] = transaction } }),
    { version = "1" })
  if not sent and (type(why) ~= "table" or why.code ~= "rejected") then error(why, 0) end
  return sent, sent and transaction or why
end

-- A shipment is there, and its label is not: it goes, and a person is asked where that is set, or where it can't.
local function take_lost(job, remote, consignment, account, lost)
  local said = ("%s: FedEx made shipment %s, and its answer with the label was lost."):format(consignment.reference, lost)
  local by_hand = "Print its label in FedEx's own program, write its number on the delivery, and cancel this job."
  if job.settings.lost_label == "ask" and job.attempt == 1 then
    return job:refuse(said, {
      cause = "lost label " .. consignment.reference, concern = "warehouse",
      fix = "Release this case: the shipment is cancelled and another label bought. Or: " .. by_hand,
    })
  end
  local is_gone, why = take_back(job, remote, account, lost, "cancel of a lost label")
  if not is_gone then
    return job:refuse(("%s It could not be cancelled: %s."):format(said, tostring(why)),
      { cause = "lost label " .. consignment.reference, concern = "warehouse", fix = by_hand })
  end
  job:note(("shipment %s was cancelled: its label was lost with FedEx's answer"):format(lost))
end

local PARCELS = { send = send, take_lost = take_lost }

-- Labels of a consignment, bought once: { master, reference, parcels = { { tracking, link, label } }, documents, cost, transactions }; nil and
-- "shadow", or nil and why FedEx refused it. A second label that is lost is taken back like the first.
function carrier.buy(job, remote, consignment, effect)
  local account = accounts.of(job, consignment.division, job.source, consignment.reference)
  local way = freight.is(consignment.service) and freight or PARCELS
  for try_number = 1, MOST_TRIES do
    local suffix = try_number > 1 and ("R%d"):format(try_number) or ""
    local reference = consignment.reference .. suffix
    local name = try_number > 1 and ("%s again %d"):format(effect, try_number) or effect
    local sent, transaction = way.send(job, remote, consignment, account, reference, name)
    if not sent then return nil, transaction end
    if sent.state == "shadow" then return nil, "shadow" end
    local bought = standing.bought(sent.record, reference, account, transaction)
    if bought then
      standing.told(job, consignment, bought)
      if way.print then way.print(job, consignment, bought) end
      return bought
    end
    way.take_lost(job, remote, consignment, account, sent.id)
  end
  return job:refuse(("%s: FedEx's answer was lost %d times; no label stands."):format(consignment.reference, MOST_TRIES), {
    cause = "lost label " .. consignment.reference, concern = "operator", fix = "See whether FedEx works again, then release this case.",
  })
end

function carrier.by_phone(kept) return freight.is(kept.service) end

-- Cancels the shipment with all its parcels, which FedEx does before it has them in hand. Raises `rejected` when it does not.
function carrier.void(job, remote, kept)
  remote = kept.carrier and remote:at(kept.carrier) or remote
  if freight.is(kept.service) then return freight.void(job, remote, kept) end
  local account = kept.transactions and kept.transactions.account or accounts.of(job, kept.division, kept.books, kept.reference)
  local is_gone, why = take_back(job, remote, account, kept.master, "void")
  if not is_gone then error({ code = "rejected", message = tostring(why), cause = tostring(why), retryable = false }, 0) end
  return true
end

return carrier
