-- FedEx as a carrier: buys labels, voids them, and tells its own numbers from others.
--
-- Nothing there de-duplicates (XF5). A purchase is looked for by our reference before anything is sent again; what is found so has no label
-- any more, as FedEx gives one only in the answer that was lost. That shipment is cancelled, and another bought.

local accounts, request = require "accounts", require "request"

local carrier = { name = "FedEx", collects = true }

-- Of a name no limit is told: what fits on the label's line. Whether letters beyond plain ones can be printed is not said either (section 8).
carrier.limits = { name = 35, line = 35, lines = 3, city = 35, state = 2, postcode = 10, phone = 15, customs_description = 100, letters = "latin1" }

-- With the client's letters.
function carrier.of(job)
  carrier.limits.letters = job.settings.label_letters
  return carrier
end

local FORMATS = {
  PDF = { format = "pdf", type = "application/pdf" }, PNG = { format = "png", type = "image/png" }, ZPLII = { format = "zpl", type = "application/zpl" },
  EPL2 = { format = "epl", type = "application/epl" },
}
local MOST_TRIES = 3
local LINK = "https://www.fedex.com/fedextrack/?trknbr="

function carrier.link(number) return LINK .. number end

-- Numbers of FedEx have 12, 15, 20 or 22 digits; a number of 12 typed by hand may be anybody's, so its account is not known.
local LENGTHS = { [12] = true, [15] = true, [20] = true, [22] = true }
function carrier.is_number(text) return text:find "^%d+$" ~= nil and LENGTHS[#text] == true end

local function document(name, from)
  local kind = FORMATS[from.docType or "PDF"] or FORMATS.PDF
  return { name = name .. "." .. kind.format, format = kind.format, type = kind.type, content = from.encodedLabel }
end

-- What was bought, out of FedEx's answer; nil when it has no labels (it was looked for after a lost answer).
local function bought_of(answer, reference, account, customer_transaction)
  local output = answer and answer.output
  local shipment = output and output.transactionShipments and output.transactionShipments[1]
  if not shipment then return nil end
  local out = {
    master = shipment.masterTrackingNumber, reference = reference, account = account, parcels = {}, documents = {},
    transactions = { fedex = answer.transactionId, ours = answer.customerTransactionId or customer_transaction, account = account },
  }
  for index, piece in ipairs(shipment.pieceResponses or {}) do
    local number, label = piece.trackingNumber, nil
    for _, each in ipairs(piece.packageDocuments or {}) do
      if each.encodedLabel and (each.contentType == "LABEL" or not label) then label = document(number, each) end
    end
    if not label then return nil end
    out.parcels[index] = { tracking = number, link = carrier.link(number), label = label }
  end
  for _, each in ipairs(shipment.shipmentDocuments or {}) do
    if each.encodedLabel then out.documents[#out.documents + 1] = document(("%s-%s"):format(out.master, (each.contentType or "document"):lower()), each) end
  end
  local rating = shipment.completedShipmentDetail and shipment.completedShipmentDetail.shipmentRating
  local rate = rating and rating.shipmentRateDetails and rating.shipmentRateDetails[1]
  if rate and rate.totalNetCharge then out.cost = { amount = rate.totalNetCharge, currency = rate.currency } end
  return #out.parcels > 0 and out or nil
end

local function cancel(job, remote, account, number, effect)
  local answer = job:send(effect, remote.shipments.cancel {
    accountNumber = { value = account }, trackingNumber = number, deletionControl = "DELETE_ALL_PACKAGES",
  }, { version = "1", entity = "cancel " .. number })
  if answer.state == "shadow" then return true end
  local output = answer.record and answer.record.output
  return output ~= nil and output.cancelledShipment == true, output and output.message
end

-- Whether FedEx says of the parcel that it was cancelled: a second cancel answers nobody knows how (section 4).
local function is_cancelled(remote, number)
  for _, row in ipairs(remote.track.numbers { includeDetailedScans = false, trackingInfo = { { trackingNumberInfo = { trackingNumber = number } } } }) do
    for _, result in ipairs(row.trackResults or {}) do
      if result.latestStatusDetail and result.latestStatusDetail.code == "CA" then return true end
    end
  end
  return false
end

local function take_back(job, remote, account, number, effect)
  local done, why = try(cancel, job, remote, account, number, effect)
  if done == nil then
    if type(why) ~= "table" or why.code ~= "rejected" then error(why, 0) end
    return is_cancelled(remote, number), why.cause or why.message
  end
  if done then return true end
  return is_cancelled(remote, number), "it is in FedEx's hands already"
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

local function told(job, bought)
  local ids = bought.transactions
  job:note(("FedEx %s, transaction %s, ours %s"):format(bought.master, tostring(ids.fedex), tostring(ids.ours)), { number = bought.master })
end

-- Labels of a consignment, bought once: { master, reference, parcels = { { tracking, link, label } }, documents, cost, transactions }; nil and
-- "shadow", or nil and why FedEx refused it. A second label that is lost is taken back like the first.
function carrier.buy(job, remote, consignment, effect)
  local account = accounts.of(job, consignment.division, job.source, consignment.reference)
  for try_number = 1, MOST_TRIES do
    local suffix = try_number > 1 and ("R%d"):format(try_number) or ""
    local reference = consignment.reference .. suffix
    local sent, transaction = send(job, remote, consignment, account, reference, try_number > 1 and ("%s again %d"):format(effect, try_number) or effect)
    if not sent then return nil, transaction end
    if sent.state == "shadow" then return nil, "shadow" end
    local bought = bought_of(sent.record, reference, account, transaction)
    if bought then
      told(job, bought)
      if #bought.documents > 0 then
        job:emit("papers", bought.master, {
          books = job.source, reference = reference, master = bought.master, order = consignment.order, account_id = consignment.account_id,
          ship_date = consignment.ship_date, files = bought.documents,
        })
      end
      return bought
    end
    take_lost(job, remote, consignment, account, sent.id)
  end
  return job:refuse(("%s: FedEx's answer was lost %d times; no label stands."):format(consignment.reference, MOST_TRIES), {
    cause = "lost label " .. consignment.reference, concern = "operator", fix = "See whether FedEx works again, then release this case.",
  })
end

-- Cancels the shipment with all its parcels, which FedEx does before it has them in hand. Raises `rejected` when it does not.
function carrier.void(job, remote, kept)
  local account = kept.transactions and kept.transactions.account or accounts.of(job, kept.division, kept.books, kept.reference)
  local is_gone, why = take_back(job, kept.carrier and remote:at(kept.carrier) or remote, account, kept.master, "void")
  if not is_gone then error({ code = "rejected", message = tostring(why), cause = tostring(why), retryable = false }, 0) end
  return true
end

return carrier
