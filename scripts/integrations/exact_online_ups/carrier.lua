-- UPS as scripts/shared/labels knows a carrier: what fits its fields, how a shipment is bought once and taken back.

local crypto, json, list, places = require "crypto", require "json", require "lists", require "places"

local carrier = {
  name = "UPS", collects = true,
  -- Sheet, section 4. Labels are printed in the letters of Latin 1; phones are digits alone.
  limits = {
    name = 35, line = 35, lines = 3, city = 30, state = 5, postcode = 9, phone = 15, letters = "latin1", customs_description = 35,
  },
}

local MOST_REFERENCES, MOST_AT_PACKAGE, LONGEST_REFERENCE = 5, 2, 35
local INVOICE = "01"
local FORMATS = {
  zpl = { code = "ZPL", type = "application/zpl" }, epl = { code = "EPL", type = "application/epl" }, spl = { code = "SPL", type = "application/spl" },
  gif = { code = "GIF", type = "image/gif" }, pdf = { code = "GIF", type = "application/pdf", recovered = "PDF" },
}
local DOMESTIC_AT_PACKAGE = { US = true, PR = true }

function carrier.is_number(text)
  return type(text) == "string" and (text:find "^1Z%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w$" ~= nil or text:find "^1R%w+$" ~= nil and (#text == 16 or #text == 28))
end

function carrier.link(settings, number) return (settings.tracking_url:gsub("{number}", number)) end

-- A transId of this write, at most 32 characters (section 1), the same when a stopped run comes back. Reads have one of their own for each request.
function carrier.call_id(job, what)
  local id = crypto.sha256(table.concat({ tostring(job.instance), job.flow, job.key, tostring(job.attempt), what, job:now() }, "\n"), "hex")
  return { headers = { transId = id:sub(1, 32) } }
end

function carrier.account(settings, division) return settings.accounts[tostring(division or "")] or settings.account end

local function payer(given, account)
  if given.kind == "receiver" then return "BillReceiver", { AccountNumber = given.account, Address = { PostalCode = given.postcode } } end
  if given.kind == "third" then
    return "BillThirdParty", { AccountNumber = given.account, Address = { PostalCode = given.postcode, CountryCode = given.country } }
  end
  return "BillShipper", { AccountNumber = account }
end

local function payment(wanted, account)
  local who, whom = payer(wanted.payer, account)
  local charges = json.array { { Type = "01", [who] = whom } }
  -- Duties abroad: UPS asks the receiver unless somebody else is named.
  if wanted.customs and wanted.duties ~= "receiver" then
    local pays = wanted.payer
    local name, billed = payer({ kind = wanted.duties, account = pays.account, postcode = pays.postcode, country = pays.country }, account)
    charges[2] = { Type = "02", [name] = billed }
  end
  return { ShipmentCharge = charges }
end

-- Our own reference first: by it a shipment is found again.
local function references(settings, wanted)
  local out = json.array { { Value = wanted.reference } }
  local values = {
    order = wanted.order and wanted.order.number and tostring(wanted.order.number), your_ref = wanted.order and wanted.order.your_ref,
    cost_centre = wanted.cost_centre, project = wanted.project,
  }
  for _, name in ipairs(settings.references) do
    local value = values[name]
    if value and #value <= LONGEST_REFERENCE then out[#out + 1] = { Value = value } end
  end
  return out
end

local function first(values, most)
  local out = json.array {}
  for index = 1, math.min(#values, most) do out[index] = values[index] end
  return out
end

-- References belong to the parcel inside the USA and inside Puerto Rico, to the shipment everywhere else (error 120541).
local function add_references(shipment, values, wanted)
  local from, to = wanted.from.country, wanted.to.country
  if from == to and DOMESTIC_AT_PACKAGE[from] then
    for index = 1, #wanted.parcels do shipment.Package[index].ReferenceNumber = first(values, MOST_AT_PACKAGE) end
  else
    shipment.ReferenceNumber = first(values, MOST_REFERENCES)
  end
end

local SIGNATURES = { any = "2", adult = "3", none = nil }

-- A signature is asked for at the shipment abroad, at each parcel at home.
local function add_services(shipment, wanted, form)
  local options = {}
  if form then options.InternationalForms = form end
  local signature = SIGNATURES[wanted.signature or "none"]
  local is_home = wanted.from.country == wanted.to.country
  if signature and not is_home then options.DeliveryConfirmation = { DCISType = signature == "2" and "1" or "2" } end
  for index = 1, #wanted.parcels do
    local own = {}
    if signature and is_home then own.DeliveryConfirmation = { DCISType = signature } end
    local insured = wanted.insurance and index == 1 and wanted.insurance
    if insured then own.DeclaredValue = { CurrencyCode = insured.currency, MonetaryValue = insured.amount:text() } end
    if pairs(own)(own) ~= nil then shipment.Package[index].PackageServiceOptions = own end
  end
  if pairs(options)(options) ~= nil then shipment.ShipmentServiceOptions = options end
end

local function customs_form(job, wanted)
  if not wanted.customs then return nil end
  local settings = job.settings
  local form = job:map("customs_form", wanted, { declaration = settings.declaration or null, unit = settings.customs_unit, weight_unit = "KGS" })
  form.FormType = json.array { INVOICE }
  for index, goods in ipairs(wanted.customs.lines) do form.Product[index].Description = json.array { goods.description } end
  return form
end

-- The whole request.
function carrier.request(job, wanted)
  local settings = job.settings
  local account = carrier.account(settings, wanted.division)
  if not account then
    job:refuse("No account is set that parcels go by at UPS.", {
      cause = "account", concern = "operator", fix = "Set account (or accounts) in the client's file, then release this case.",
    })
  end
  local shipment = job:map("shipment", wanted, { account = account, weight_unit = "KGS" })
  shipment.Shipper.Address.AddressLine, shipment.ShipTo.Address.AddressLine = json.array(wanted.from.lines), json.array(wanted.to.lines)
  if wanted.residential then shipment.ShipTo.Address.ResidentialAddressIndicator = "" end
  shipment.PaymentInformation = payment(wanted, account)
  add_references(shipment, references(settings, wanted), wanted)
  add_services(shipment, wanted, customs_form(job, wanted))
  if wanted.customs then shipment.InvoiceLineTotal = { CurrencyCode = wanted.customs.currency, MonetaryValue = wanted.customs.total:text() } end
  if settings.negotiated_rates then shipment.ShipmentRatingOptions = { NegotiatedRatesIndicator = "" } end
  return { ShipmentRequest = {
    Request = {
      RequestOption = settings.check_city and "validate" or "nonvalidate", SubVersion = "2205",
      TransactionReference = { CustomerContext = wanted.reference },
    },
    Shipment = shipment,
    LabelSpecification = {
      LabelImageFormat = { Code = FORMATS[settings.label_format].code }, LabelStockSize = { Height = settings.label_height, Width = settings.label_width },
    },
  } }
end

local function recovered(answer)
  local out = {}
  for index, each in ipairs(list(answer and answer.LabelResults)) do
    out[index] = { tracking = each.TrackingNumber, content = each.LabelImage and each.LabelImage.GraphicImage }
  end
  return #out > 0 and out or nil
end

-- Labels of a shipment that exists, by its number.
local function recover(ups, id, format)
  return recovered(ups.labels.recover { LabelRecoveryRequest = {
    LabelSpecification = { LabelImageFormat = { Code = FORMATS[format].recovered or FORMATS[format].code } }, TrackingNumber = id,
  } }) or {}
end

-- What the purchase was answered with; after a lost answer it is what was found by our reference.
local function sold(record)
  local out = {}
  for index, each in ipairs(list(record and record.PackageResults)) do
    local content = each.ShippingLabel and each.ShippingLabel.GraphicImage
    if not (each.TrackingNumber and content) then return nil end
    out[index] = { tracking = each.TrackingNumber, content = content }
  end
  return #out > 0 and out or recovered(record)
end

local function cost_of(record)
  local negotiated = record and record.NegotiatedRateCharges and record.NegotiatedRateCharges.TotalCharge
  local charged = negotiated or record and record.ShipmentCharges and record.ShipmentCharges.TotalCharges
  return charged and charged.MonetaryValue and { amount = charged.MonetaryValue, currency = charged.CurrencyCode } or nil
end

-- A format that only recovery gives is asked for by the number of each parcel.
local function labels_of(ups, answer, format)
  local made = sold(answer.record)
  if not made then return recover(ups, answer.id, format) end
  if not FORMATS[format].recovered then return made end
  local out = {}
  for index, each in ipairs(made) do
    out[index] = { tracking = each.tracking }
    for _, label in ipairs(recover(ups, each.tracking, format)) do
      if label.tracking == each.tracking then out[index] = label end
    end
  end
  return out
end

-- Buys once: a lost answer is looked for by our reference before anything is sent again. nil and why when UPS refuses.
function carrier.buy(job, ups, wanted, effect)
  local format = job.settings.label_format
  places.look(job, ups, wanted, wanted.address_id)
  local answer, why = try(job.send, job, effect, ups.shipments.create(carrier.request(job, wanted)), { version = wanted.reference })
  if not answer then
    if why.code ~= "rejected" then error(why, 0) end
    return nil, why
  end
  if answer.state == "shadow" then return nil, "shadow" end
  local parcels = labels_of(ups, answer, format)
  local out = { master = answer.id, parcels = {}, cost = cost_of(answer.record), transactions = { wanted.reference } }
  for index, each in ipairs(parcels) do
    out.parcels[index] = {
      tracking = each.tracking, link = carrier.link(job.settings, each.tracking),
      label = each.content and { format = format, type = FORMATS[format].type, content = each.content } or nil,
    }
  end
  return out
end

-- Whoever can tell of the parcel is asked to.
function carrier.follow(job, number, connection) require("alerts").want(job, number, connection) end

-- Takes a whole shipment back. Voiding one that is voided does no harm.
function carrier.void(job, ups, kept)
  local answer = job:send("void", ups:at(kept.carrier).shipments.void(kept.master), { version = "1", entity = "label " .. kept.master })
  local summary = answer.record and answer.record.SummaryResult
  local status = summary and summary.Status
  if status and status.Code ~= "1" then
    error({ code = "rejected", message = "UPS did not void all of its parcels: " .. (status.Description or status.Code), retryable = false }, 0)
  end
end

return carrier
