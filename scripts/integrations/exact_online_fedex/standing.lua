-- How a shipment stands at FedEx: what was bought, out of the answer to it, and whether it was cancelled.

local LINK = "https://www.fedex.com/fedextrack/?trknbr="

local standing = {}

local FORMATS = {
  PDF = { format = "pdf", type = "application/pdf" }, PNG = { format = "png", type = "image/png" }, ZPLII = { format = "zpl", type = "application/zpl" },
  EPL2 = { format = "epl", type = "application/epl" },
}

function standing.link(number) return LINK .. number end

local function document(name, from)
  local kind = FORMATS[from.docType or "PDF"] or FORMATS.PDF
  return { name = name .. "." .. kind.format, format = kind.format, type = kind.type, content = from.encodedLabel, kind = from.contentType }
end

-- A piece's label stands with it, or, by its number, with the shipment.
local function label_of(piece, shipment)
  local label
  for _, each in ipairs(piece.packageDocuments or {}) do
    if each.encodedLabel and (each.contentType == "LABEL" or not label) then label = each end
  end
  if label then return label end
  for _, each in ipairs(shipment.shipmentDocuments or {}) do
    if each.encodedLabel and each.contentType == "LABEL" and each.trackingNumber == piece.trackingNumber then return each end
  end
end

-- nil when it has no labels (it was looked for after a lost answer).
function standing.bought(said, reference, account, customer_transaction)
  local output = said and said.output
  local shipment = output and output.transactionShipments and output.transactionShipments[1]
  if not shipment then return nil end
  local out = {
    master = shipment.masterTrackingNumber, reference = reference, account = account, parcels = {}, documents = {},
    transactions = { fedex = said.transactionId, ours = said.customerTransactionId or customer_transaction, account = account },
  }
  for index, piece in ipairs(shipment.pieceResponses or {}) do
    local number, label = piece.trackingNumber, label_of(piece, shipment)
    if not label then return nil end
    out.parcels[index] = { tracking = number, link = standing.link(number), label = document(number, label) }
  end
  for _, each in ipairs(shipment.shipmentDocuments or {}) do
    if each.encodedLabel and each.contentType ~= "LABEL" then
      out.documents[#out.documents + 1] = document(("%s-%s"):format(out.master, (each.contentType or "document"):lower()), each)
    end
  end
  local rating = shipment.completedShipmentDetail and shipment.completedShipmentDetail.shipmentRating
  local rate = rating and rating.shipmentRateDetails and rating.shipmentRateDetails[1]
  if rate and rate.totalNetCharge then out.cost = { amount = rate.totalNetCharge, currency = rate.currency } end
  return #out.parcels > 0 and out or nil
end

-- Ids for FedEx's support, and what FedEx made beside labels as papers of the order.
function standing.told(job, consignment, bought)
  local ids = bought.transactions
  job:note(("FedEx %s, transaction %s, ours %s"):format(bought.master, tostring(ids.fedex), tostring(ids.ours)), { number = bought.master })
  if #bought.documents == 0 then return end
  job:emit("papers", bought.master, {
    books = job.source, reference = bought.reference, master = bought.master, order = consignment.order, account_id = consignment.account_id,
    ship_date = consignment.ship_date, files = bought.documents,
  })
end

-- Whether FedEx says of the parcel that it was cancelled: a second cancel answers nobody knows how (section 4).
function standing.is_cancelled(remote, number)
  for _, row in ipairs(remote.track.numbers { includeDetailedScans = false, trackingInfo = { { trackingNumberInfo = { trackingNumber = number } } } }) do
    for _, result in ipairs(row.trackResults or {}) do
      if result.latestStatusDetail and result.latestStatusDetail.code == "CA" then return true end
    end
  end
  return false
end

return standing
