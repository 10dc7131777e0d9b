-- What the mapping of a shipment is given beside the consignment: accounts, phones in digits, references and what has no field of its own.

local decimal, text = require "decimal", require "text"
local accounts = require "accounts"

local request = {}

local PHONE_LEAST, PHONE_MOST, PURCHASE_ORDER_LONGEST, MOST_PARCELS = 10, 15, 30, 40
local PAYERS = { shipper = "SENDER", receiver = "RECIPIENT", third = "THIRD_PARTY" }

function request.refuse(job, consignment, sentence, cause, fix)
  return job:refuse(("%s: %s"):format(consignment.reference, sentence), { cause = cause, concern = "warehouse", fix = fix .. " Then release this case." })
end

-- Digits with the country's code; a short one is written as it is dialled from abroad.
function request.phone(job, consignment, place, who, fix)
  local digits = (place.phone or ""):gsub("%D", "")
  if digits == "" then
    return request.refuse(job, consignment, ("%s has no phone, which FedEx wants."):format(who), ("phone %s %s"):format(who, consignment.reference), fix)
  end
  while #digits < PHONE_LEAST do digits = "0" .. digits end
  if #digits > PHONE_MOST then
    local said = ("%s's phone %s has %d digits, FedEx takes %d."):format(who, place.phone, #digits, PHONE_MOST)
    return request.refuse(job, consignment, said, "phone " .. place.phone, fix)
  end
  return digits
end

local function references_of(job, consignment, reference)
  local out = { { customerReferenceType = "CUSTOMER_REFERENCE", value = reference } }
  local department, order = accounts.department(job, consignment), consignment.order and consignment.order.your_ref
  if department then out[#out + 1] = { customerReferenceType = "DEPARTMENT_NUMBER", value = department } end
  if order and text.length(order) <= PURCHASE_ORDER_LONGEST then out[#out + 1] = { customerReferenceType = "P_O_NUMBER", value = order } end
  return out
end

local function weight_of(parcels)
  local sum = decimal "0"
  for _, parcel in ipairs(parcels) do sum = sum + parcel.weight_kg end
  return sum
end

-- Customs count whole pieces: what is measured is one piece of that much.
function request.whole_quantities(customs)
  if not customs then return nil end
  local out = {}
  for name, value in pairs(customs) do out[name] = value end
  out.lines = {}
  for index, line in ipairs(customs.lines) do
    local copy = {}
    for name, value in pairs(line) do copy[name] = value end
    if not copy.quantity:is_integer() then
      copy.description = ("%s (%s %s)"):format(copy.description, copy.quantity:compact(), copy.unit)
      copy.quantity, copy.unit_value = decimal "1", copy.value
    end
    out.lines[index] = copy
  end
  return out
end

function request.payment(job, consignment, kind, account)
  local payment = PAYERS[kind or "shipper"]
  if not payment then
    return request.refuse(job, consignment, ("'%s' pays for nothing: shipper, receiver or third."):format(tostring(kind)), "payer",
      "Correct the row of services.")
  end
  if payment ~= "SENDER" and not account then
    local said = ("the %s pays, but no FedEx account of theirs is given."):format(kind)
    return request.refuse(job, consignment, said, "payer account", "Add account to the row of services.")
  end
  return payment
end

-- What customs are told, by the mapping and its layers.
function request.customs(job, source)
  return job:map("customs", source, {
    duties = PAYERS[source.duties or "receiver"],
    invoice_references = { { customerReferenceType = "INVOICE_NUMBER", value = source.customs.invoice_number } },
  })
end

-- The body for shipments.create, by the mapping and its layers. `reference`: the consignment's, or that of a further attempt.
function request.of(job, consignment, account, reference)
  if #consignment.parcels > MOST_PARCELS then
    return request.refuse(job, consignment, ("FedEx takes %d parcels at once, it has %d."):format(MOST_PARCELS, #consignment.parcels), "parcels",
      "Split the delivery, or put more into a parcel.")
  end
  local source = {}
  for name, value in pairs(consignment) do source[name] = value end
  source.customs = request.whole_quantities(consignment.customs)
  local customs, payer = source.customs, consignment.payer or {}
  local has_invoice = customs and job.settings.commercial_invoice
  local signature = consignment.signature
  local body = job:map("shipment", source, {
    account = account, total_weight = weight_of(consignment.parcels), count = #consignment.parcels,
    sender_phone = request.phone(job, consignment, consignment.from, "the sender", "Add phone to the setting sender."),
    recipient_phone = request.phone(job, consignment, consignment.to, "the consignee", "Fill in the address's phone in Exact Online, or set default_phone."),
    sender_lines = consignment.from.lines, recipient_lines = consignment.to.lines,
    payment = request.payment(job, consignment, payer.kind, payer.account), payer_account = payer.account or null,
    references = references_of(job, consignment, reference),
    document_types = has_invoice and { "COMMERCIAL_INVOICE" } or null, document_format = has_invoice and "PDF" or null,
    document_paper = has_invoice and "PAPER_LETTER" or null, signature_types = signature and { "SIGNATURE_OPTION" } or null,
    signature = signature and (job.settings.signatures[signature] or signature) or null,
  })
  if customs then body.requestedShipment.customsClearanceDetail = request.customs(job, source) end
  return body
end

return request
