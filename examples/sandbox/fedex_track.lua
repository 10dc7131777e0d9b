-- Track of the simulated FedEx, after apis/fedex.md section 5: what is wrong with one number stands inside a success.

local Parcels, answers, calendar, host, label, wire = require "fedex_parcels", require "fedex_answers", require "calendar", require "host",
  require "fedex_label", require "wire"

local given = answers.given
local MOST_NUMBERS, DAY, USUAL_DAYS = 30, 86400, 30
-- How a search names the references of a label.
local SEARCHED = {
  CUSTOMER_REFERENCE = "CUSTOMER_REFERENCE", DEPARTMENT = "DEPARTMENT_NUMBER", INVOICE = "INVOICE_NUMBER", PURCHASE_ORDER = "P_O_NUMBER",
  RETURN_MATERIALS_AUTHORIZATION = "RMA_ASSOCIATION", BILL_OF_LADING = "BILL_OF_LADING",
}
local TOLD = {}
for searched, written in pairs(SEARCHED) do TOLD[written] = searched end

local Track = {}
Track.__index = Track

-- `world` is { parcels, switches, journal }.
function Track.new(world) return setmetatable({ world = world, mails = 0 }, Track) end

local function bad(request, code, message) return answers.error(request, 400, code, message) end

-- The days that a search is about, or nil and what is wrong with them.
local function period(body, path, last_day)
  local from, to = given(body, path .. "shipDateBegin"), given(body, path .. (last_day or "shipDateEnd"))
  local first, last = from and calendar.parse_iso(from), to and calendar.parse_iso(to)
  if from and not first or to and not last then return nil, "The ship date is no date." end
  if first and last and last < first then return nil, "The range of ship dates is turned round." end
  return { first = first, last = last }
end

local function within(shipment, range)
  return shipment.ship_date >= (range.first or math.mininteger) and shipment.ship_date <= (range.last or math.maxinteger)
end

-- A label is not known at once, and nothing is kept for ever.
function Track:visible(parcel, delay)
  local shipment, now = parcel.shipment, host.now()
  if now - shipment.ship_date > self.world.switches.track_days * DAY and not shipment.reused then return false end
  return #parcel.scans > 0 or now >= shipment.made + delay
end

local function shown_place(place) return { city = place.city, countryCode = place.country } end

local function shown_scan(scan)
  return {
    date = Parcels.local_time(scan.at, scan.place.country), eventType = scan.code, eventDescription = Parcels.CODES[scan.code] or scan.code,
    derivedStatusCode = scan.code, derivedStatus = Parcels.CODES[scan.code] or scan.code, exceptionCode = scan.exception or "",
    exceptionDescription = scan.exception and "Customer not available or business closed" or "", scanLocation = shown_place(scan.place),
  }
end

function Track:scans(parcel, detailed)
  local out = host.json.array {}
  local from = detailed and 1 or #parcel.scans
  for index = math.max(1, from), #parcel.scans do
    local scan = shown_scan(parcel.scans[index])
    if self.world.switches.scan_order == "newest_first" then table.insert(out, 1, scan) else out[#out + 1] = scan end
  end
  return out
end

function Track:result(parcel, detailed)
  local shipment, code = parcel.shipment, Parcels.status(parcel)
  local last, attempts, moments = parcel.scans[#parcel.scans], 0, host.json.array {}
  local identifiers = host.json.array {}
  for index, reference in ipairs(parcel.references) do identifiers[index] = { type = TOLD[reference.type] or reference.type, value = reference.value } end
  for _, scan in ipairs(parcel.scans) do
    if scan.code == "DE" then attempts = attempts + 1 end
    local kind = scan.code == "PU" and "ACTUAL_PICKUP" or scan.code == "DL" and "ACTUAL_DELIVERY"
    if kind then moments[#moments + 1] = { type = kind, dateTime = Parcels.local_time(scan.at, scan.place.country) } end
  end
  moments[#moments + 1] = { type = "SHIP", dateTime = Parcels.local_day(shipment.ship_date, shipment.shipper.country) }
  return {
    trackingNumberInfo = { trackingNumber = parcel.number, carrierCode = shipment.carrier, trackingNumberUniqueId = parcel.unique },
    latestStatusDetail = {
      code = code, derivedCode = code, statusByLocale = Parcels.CODES[code] or code, description = Parcels.CODES[code] or code,
      scanLocation = last and shown_place(last.place) or nil,
    },
    dateAndTimes = moments, scanEvents = self:scans(parcel, detailed),
    deliveryDetails = { receivedByName = code == "DL" and (last.signed or "A.BAKKER") or nil, deliveryAttempts = tostring(attempts) },
    additionalTrackingInfo = { packageIdentifiers = identifiers },
    serviceDetail = { type = shipment.service },
    packageDetails = {
      count = tostring(#shipment.packages), sequenceNumber = tostring(parcel.sequence),
      weightAndDimensions = { weight = host.json.array { { unit = parcel.units, value = parcel.weight } } },
    },
  }
end

local function not_found(number, code)
  return {
    trackingNumberInfo = { trackingNumber = number },
    error = { code = code or "TRACKING.TRACKINGNUMBER.NOTFOUND", message = "Tracking number cannot be found. Please correct it and try again." },
  }
end

-- Results by number, in the order that they were found.
function Track:answer(request, parcels, detailed, missing)
  local groups, places = host.json.array {}, {}
  for _, parcel in ipairs(parcels) do
    if not places[parcel.number] then
      groups[#groups + 1] = { trackingNumber = parcel.number, trackResults = host.json.array {} }
      places[parcel.number] = groups[#groups].trackResults
    end
    local results = places[parcel.number]
    results[#results + 1] = self:result(parcel, detailed)
  end
  if #groups == 0 and missing then
    if self.world.switches.reference_not_found == "404" then return answers.not_found(request, missing) end
    groups[1] = { trackResults = host.json.array { not_found(nil, "TRACKING.REFERENCENUMBER.NOTFOUND") } }
  end
  return (answers.ok(request, { completeTrackResults = groups, alerts = answers.alerts(self.world.switches, {}) }))
end

function Track:numbers(request, body)
  local list, detailed = given(body, "trackingInfo"), given(body, "includeDetailedScans") == true
  if type(list) ~= "table" or #list == 0 then return bad(request, "TRACKING.TRACKINGINFO.EMPTY", "trackingInfo is missing.") end
  if #list > MOST_NUMBERS then
    self.world.journal:violation("track_batch", #list)
    return bad(request, "TRACKING.TRACKINGNUMBER.TOOMANY", "At most 30 tracking numbers can be asked for at once.")
  end
  local groups = host.json.array {}
  for index, asked in ipairs(list) do
    local range, fault = period(asked, "")
    if not range then return bad(request, "TRACKING.SHIPDATE.INVALID", fault) end
    local number, unique = given(asked, "trackingNumberInfo.trackingNumber"), given(asked, "trackingNumberInfo.trackingNumberUniqueId")
    if type(number) ~= "string" then return bad(request, "TRACKING.TRACKINGNUMBER.EMPTY", "A tracking number is missing.") end
    local results = host.json.array {}
    for _, parcel in ipairs(self.world.parcels.by_number[number] or {}) do
      if within(parcel.shipment, range) and (not unique or unique == parcel.unique) and self:visible(parcel, self.world.switches.track_delay_seconds) then
        results[#results + 1] = self:result(parcel, detailed)
      end
    end
    if #results == 0 then results[1] = not_found(number) end
    groups[index] = { trackingNumber = number, trackResults = results }
  end
  return (answers.ok(request, { completeTrackResults = groups, alerts = answers.alerts(self.world.switches, {}) }))
end

function Track:matches(parcel, kind, value)
  if parcel.shipment.freight and not self.world.switches.freight_found then return false end
  for _, reference in ipairs(parcel.references) do
    local same = reference.value == value
      or self.world.switches.reference_match == "prefix" and reference.value:sub(1, #value) == value
    if reference.type == kind and same then return true end
  end
  return false
end

function Track:references(request, body)
  local asked = "referencesInformation."
  local kind, value = SEARCHED[given(body, asked .. "type") or ""], given(body, asked .. "value")
  if not kind then return bad(request, "TRACKING.REFERENCETYPE.INVALID", "The type of the reference is not known.") end
  if type(value) ~= "string" or value == "" then return bad(request, "TRACKING.REFERENCEVALUE.EMPTY", "The reference is missing.") end
  local account = given(body, asked .. "accountNumber")
  local country, postcode = given(body, asked .. "destinationCountryCode"), given(body, asked .. "destinationPostalCode")
  if not account and not (country and postcode) then
    return bad(request, "TRACKING.REFERENCE.INCOMPLETE", "Give the account number, or country and postal code of the destination.")
  end
  local range, fault = period(body, asked, "shipDateEndDate")
  if not range then return bad(request, "TRACKING.SHIPDATE.INVALID", fault) end
  if not range.first and not range.last then range.first = host.now() - USUAL_DAYS * DAY end
  local found = {}
  for _, shipment in ipairs(self.world.parcels.shipments) do
    local theirs = account and shipment.account_number == account
      or not account and shipment.recipient.country == country and shipment.recipient.postcode == postcode
    if theirs and within(shipment, range) then
      for _, parcel in ipairs(shipment.packages) do
        if self:matches(parcel, kind, value) and self:visible(parcel, self.world.switches.reference_delay_seconds) then found[#found + 1] = parcel end
      end
    end
  end
  return self:answer(request, found, given(body, "includeDetailedScans") == true, "Reference number cannot be found.")
end

-- All parcels of the shipment that a number is of.
function Track:associated(request, body)
  local number = given(body, "masterTrackingNumberInfo.trackingNumberInfo.trackingNumber")
  if not number then return bad(request, "TRACKING.TRACKINGNUMBER.EMPTY", "A tracking number is missing.") end
  if given(body, "associatedType") ~= "STANDARD_MPS" then return bad(request, "TRACKING.ASSOCIATEDTYPE.INVALID", "The simulation knows STANDARD_MPS.") end
  local parcel = self.world.parcels:parcel(number)
  if not parcel or not self:visible(parcel, self.world.switches.track_delay_seconds) then
    local group = { trackingNumber = number, trackResults = host.json.array { not_found(number) } }
    return (answers.ok(request, { completeTrackResults = host.json.array { group } }))
  end
  return self:answer(request, parcel.shipment.packages, given(body, "includeDetailedScans") == true)
end

function Track:documents(request, body)
  local number = given(body, "trackDocumentSpecification.1.trackingNumberInfo.trackingNumber")
  local kind, format = given(body, "trackDocumentDetail.documentType"), given(body, "trackDocumentDetail.documentFormat") or "PDF"
  if kind ~= "SIGNATURE_PROOF_OF_DELIVERY" or (format ~= "PDF" and format ~= "PNG") then
    return bad(request, "TRACKING.DOCUMENTTYPE.INVALID", "The simulation has SIGNATURE_PROOF_OF_DELIVERY as PDF or PNG.")
  end
  local parcel = self.world.parcels:parcel(number or "")
  if not parcel or Parcels.status(parcel) ~= "DL" then
    return bad(request, "TRACKING.DOCUMENT.UNAVAILABLE", "There is no proof of delivery for this number.")
  end
  local file = label.document(kind, format, "DELIVERED " .. parcel.number)
  return (answers.ok(request, {
    documentType = kind, documentFormat = format, document = host.json.array { file.encodedLabel }, alerts = answers.alerts(self.world.switches, {}),
  }))
end

-- Mails to people, and no webhook.
function Track:notify(request, body)
  if not given(body, "trackingNumberInfo.trackingNumber") and not given(body, "trackingEventNotificationDetail.trackingNotifications") then
    return bad(request, "TRACKING.NOTIFICATION.INCOMPLETE", "The request names no number or nobody to notify.")
  end
  self.mails = self.mails + 1
  return (answers.ok(request, { alerts = answers.alerts(self.world.switches, {}) }))
end

-- Of the US government's shippers, whom the simulation does not have.
function Track:control_number(request, body)
  if not given(body, "tcnInfo.value") then return bad(request, "TRACKING.TCN.EMPTY", "The number is missing.") end
  return self:answer(request, {}, false, "Transportation control number cannot be found.")
end

local ROUTES = {
  trackingnumbers = Track.numbers, referencenumbers = Track.references, associatedshipments = Track.associated,
  trackingdocuments = Track.documents, notifications = Track.notify, tcn = Track.control_number,
}

function Track:handle(request, path)
  local run = request.method == "POST" and ROUTES[path]
  if not run then return answers.not_found(request) end
  local body = wire.json(request)
  if not body then return bad(request, "INVALID.INPUT.EXCEPTION", "The request is no JSON.") end
  return run(self, request, body)
end

return Track
