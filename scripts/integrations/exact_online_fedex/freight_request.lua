-- What the mapping of an LTL shipment is given beside the consignment, and what is refused before FedEx is asked.

local text = require "text"
local accounts, request = require "accounts", require "request"

local freight_request = {}

local SERVED = { US = true, CA = true, MX = true }
local MOST_UNITS, PURCHASE_ORDER_LONGEST, ACCOUNT_LONGEST = 40, 40, 9
local MANDATORY = { "number", "lines", "city", "state", "postcode", "country" }

-- Whose freight it is: the account of a division or of its connection laid over everybody's.
local function payer_of(job, consignment)
  local settings, out = job.settings, {}
  local own = settings.freight_accounts[tostring(consignment.division or "")] or settings.freight_accounts[job.source or ""] or {}
  for _, fields in ipairs { settings.freight_account, own } do
    for name, value in pairs(fields) do out[name] = value end
  end
  for _, name in ipairs(MANDATORY) do
    local value = out[name]
    if value == nil or value == "" or type(value) == "table" and #value == 0 then
      local said = ("the FedEx Freight account of division %s has no %s."):format(tostring(consignment.division or job.source), name)
      return job:refuse(("%s: %s"):format(consignment.reference, said), {
        cause = "freight account " .. tostring(consignment.division or job.source), concern = "operator",
        fix = "Add it to the setting freight_account (or freight_accounts): its number, and the address that its bills go to. Then release this case.",
      })
    end
  end
  out.number = tostring(out.number):gsub("%D", "")
  if out.number == "" or #out.number > ACCOUNT_LONGEST then
    return job:refuse(("%s: '%s' is no number of a FedEx Freight account, which has at most 9 digits."):format(consignment.reference, out.number), {
      cause = "freight account " .. out.number, concern = "operator",
      fix = "Correct the setting freight_account (or freight_accounts), then release this case.",
    })
  end
  return out
end

local function billing_of(account)
  return {
    contact = (account.company or account.person or account.phone) and {
      companyName = account.company, personName = account.person, phoneNumber = account.phone and (tostring(account.phone):gsub("%D", "")),
    } or nil,
    address = {
      streetLines = account.lines, city = account.city, stateOrProvinceCode = account.state, postalCode = tostring(account.postcode),
      countryCode = account.country,
    },
  }
end

local function printed(job, consignment, reference)
  local out = { { printedReferenceType = "BILL_OF_LADING", value = reference } }
  local department, order = accounts.department(job, consignment), consignment.order and consignment.order.your_ref
  if order then out[#out + 1] = { printedReferenceType = "PO_NUMBER", value = order } end
  if department then out[#out + 1] = { printedReferenceType = "SHIPPER_ID_NUMBER", value = department } end
  return out
end

local function check(job, consignment)
  local from, to = consignment.from, consignment.to
  if not (SERVED[from.country] and SERVED[to.country]) then
    local said = "FedEx Freight carries within and between the United States, Canada and Mexico, and this goes from %s to %s."
    return request.refuse(job, consignment, said:format(from.country, to.country), "freight country", "Give its row of services another service.")
  end
  for who, place in pairs { ["the sender"] = from, ["the delivery address"] = to } do
    if not (place.state and place.state:find "^%u%u$") then
      local said = ("%s has the state '%s', FedEx Freight wants its two letters."):format(who, place.state or "")
      return request.refuse(job, consignment, said, "freight state", "Mend it in Exact Online (the sender: in the client's file).")
    end
  end
  if #consignment.parcels > MOST_UNITS then
    return request.refuse(job, consignment, ("FedEx Freight takes %d pallets at once, it has %d."):format(MOST_UNITS, #consignment.parcels), "freight units",
      "Split the delivery.")
  end
  if consignment.signature then
    return request.refuse(job, consignment, "LTL freight has no option of signature.", "freight signature", "Take signature out of its row of services.")
  end
end

-- The body for freight.create, by the mapping and its layers. `account`: that of parcels, under which the API is asked.
function freight_request.of(job, consignment, account, reference)
  check(job, consignment)
  local own, payer = payer_of(job, consignment), consignment.payer or {}
  local source = {}
  for name, value in pairs(consignment) do source[name] = value end
  source.customs = request.whole_quantities(consignment.customs)
  local payment = request.payment(job, consignment, payer.kind, payer.account)
  local has_invoice = source.customs and job.settings.commercial_invoice
  local order = consignment.order and consignment.order.your_ref
  local body = job:map("freight_shipment", source, {
    account = account, freight_account = own.number, billing = billing_of(own), count = #consignment.parcels,
    sender_phone = request.phone(job, consignment, consignment.from, "the sender", "Add phone to the setting sender."),
    recipient_phone = request.phone(job, consignment, consignment.to, "the consignee", "Fill in the address's phone in Exact Online, or set default_phone."),
    sender_lines = consignment.from.lines, recipient_lines = consignment.to.lines,
    payment = payment, payer_account = payment == "SENDER" and own.number or payer.account,
    references = printed(job, consignment, reference),
    unit_references = order and text.length(order) <= PURCHASE_ORDER_LONGEST and { { customerReferenceType = "P_O_NUMBER", value = order } } or null,
    document_types = has_invoice and { "FEDEX_FREIGHT_STRAIGHT_BILL_OF_LADING", "COMMERCIAL_INVOICE" } or { "FEDEX_FREIGHT_STRAIGHT_BILL_OF_LADING" },
    invoice_format = has_invoice and "PDF" or null, invoice_paper = has_invoice and "PAPER_LETTER" or null,
  })
  for index, unit in ipairs(body.freightRequestedShipment.requestedPackageLineItems) do
    unit.associatedFreightLineItems = { { id = consignment.parcels[index].freight.id } }
  end
  if source.customs then body.freightRequestedShipment.customsClearanceDetail = request.customs(job, source) end
  return body
end

return freight_request
