-- What the simulated FedEx demands of Freight LTL, after apis/fedex.md and FedEx's own file of the API. Every fault that is found is told.

local answers, calendar, check, fields, label, wire = require "fedex_answers", require "calendar", require "fedex_check",
  require "fedex_freight_fields", require "fedex_label", require "wire"

local given = answers.given

local freight = {}

local AT, DETAIL = "freightRequestedShipment.", "freightRequestedShipment.freightShipmentDetail."
local PIECES_MOST, SIZE_MOST, UNITS_MOST, REFERENCE_LONGEST = 9999, 999, 40, 40

local function list_size(value) return type(value) == "table" and #value or 0 end

-- Fields that FedEx's file does not know.
local function unknown(self, tree, value, path)
  for name, part in pairs(value) do
    local inner = type(name) == "number" and tree or tree[name]
    local at = type(name) == "number" and path or path == "" and name or path .. "." .. name
    if not inner then
      self:fault(at, "UNKNOWN", at .. " is no field of this request.")
    elseif type(part) == "table" and not wire.is_null(part) and inner ~= true then
      unknown(self, inner, part, at)
    end
  end
end

local function started(body, switches, tree)
  local self = check.new(body, switches)
  if switches.unknown_fields == "refuse" then unknown(self, tree, body, "") end
  return self
end

local function whole(self, path, most)
  local value = self:need(path)
  if value ~= nil and (math.type(value) ~= "integer" or value < 1 or most and value > most) then
    self:fault(path, "INVALID", ("%s must be a whole number%s."):format(path, most and (" up to %d"):format(most) or ""))
    return nil
  end
  return value
end

local function place(self, path, code)
  local country = given(self.body, path .. ".countryCode")
  if not fields.COUNTRIES[country or ""] then
    self.faults[#self.faults + 1] = answers.fault(code, ("%s country code is invalid or missing. Please refer to documentation for valid format."):format(
      code == "ORIGIN.COUNTRY.INVALID" and "Origin" or "Destination"), { [path .. ".countryCode"] = tostring(country or "") })
  end
  if country and (fields.WITH_STATE[country] or self.switches.freight_state == "all") then self:text(path .. ".stateOrProvinceCode", 2) end
end

local function size(self, path, needed)
  if not needed and not given(self.body, path) then return end
  for _, side in ipairs { "length", "width", "height" } do whole(self, path .. "." .. side, SIZE_MOST) end
  if given(self.body, path) then self:one_of(path .. ".units", fields.SIZES) end
end

local function weighed(self, path)
  local units, value = self:one_of(path .. ".units", fields.WEIGHTS), self:amount(path .. ".value", true)
  return units, value, value and check.in_kg(units, value) or 0
end

-- Goods by class: their ids, and what is paid for by class, as { class, kilos }.
local function lines(self, packagings, handling_units)
  local ids, goods, path = {}, {}, DETAIL .. "lineItem"
  for index = 1, list_size(self:need(path)) do
    local at = path .. "." .. index
    local id = self:text(at .. ".id")
    if id and ids[id] then self:fault(at .. ".id", "DUPLICATE", "Two lines bear the id " .. id .. ".") end
    if id then ids[id] = true end
    local class = self:one_of(at .. ".freightClass", fields.CLASSES)
    self:one_of(at .. ".subPackagingType", packagings)
    whole(self, at .. ".pieces", PIECES_MOST)
    if handling_units then whole(self, at .. ".handlingUnits") else self:text(at .. ".description") end
    local _, _, kilos = weighed(self, at .. ".weight")
    size(self, at .. ".dimensions", false)
    goods[#goods + 1] = { class = class, kilos = kilos }
  end
  if #goods == 0 then self:fault(path, "MISSING", path .. " needs a line.") end
  return ids, goods
end

-- Handling units, each of which gets a number of its own.
local function units(self, ids)
  local out, path = {}, AT .. "requestedPackageLineItems"
  for index = 1, list_size(self:need(path)) do
    local at = path .. "." .. index
    self:one_of(at .. ".subPackagingType", fields.MORE_PACKAGINGS)
    local unit, value, kilos = weighed(self, at .. ".weight")
    size(self, at .. ".dimensions", self.switches.freight_dimensions == "required")
    local count = given(self.body, at .. ".groupPackageCount")
    if count ~= nil then count = whole(self, at .. ".groupPackageCount", SIZE_MOST) end
    local held = given(self.body, at .. ".associatedFreightLineItems")
    if list_size(held) == 0 then self:fault(at .. ".associatedFreightLineItems", "MISSING", "A handling unit holds a line of goods.") end
    for position = 1, list_size(held) do
      local id = self:text(at .. ".associatedFreightLineItems." .. position .. ".id")
      if id and not ids[id] then self:fault(at .. ".associatedFreightLineItems." .. position .. ".id", "INVALID", "There is no line " .. id .. ".") end
    end
    local references = {}
    for position = 1, list_size(given(self.body, at .. ".customerReferences")) do
      local of = at .. ".customerReferences." .. position
      references[position] = { type = self:one_of(of .. ".customerReferenceType", fields.REFERENCES), value = self:text(of .. ".value", REFERENCE_LONGEST) }
    end
    for _ = 1, count or 1 do
      out[#out + 1] = { references = { table.unpack(references) }, told = count ~= nil, weight = value, units = unit, kilos = kilos }
    end
  end
  if #out == 0 then self:fault(path, "MISSING", path .. " needs a handling unit.") end
  return out
end

-- The freight account, which is not the parcels', and whose bills go to the address that it has.
local function billed(self, accounts, path, billing_path)
  local number = self:text(path, 9)
  local account = number and accounts[number]
  if number and not account then
    self.faults[#self.faults + 1] = answers.fault("FREIGHT.ACCOUNTNUMBER.INVALID",
      "A valid FedEx Freight account number and its billing address are needed.", { [path] = number })
  end
  if not billing_path then return account end
  local at = billing_path .. ".address"
  for _, name in ipairs { "city", "countryCode", "postalCode", "stateOrProvinceCode" } do self:text(at .. "." .. name) end
  self:text(at .. ".streetLines.1", 35)
  if account and self.switches.freight_billing == "checked" then
    local home = account.address
    for name, value in pairs { ["streetLines.1"] = home.line, city = home.city, postalCode = home.postcode, countryCode = home.country } do
      if tostring(given(self.body, at .. "." .. name) or ""):upper() ~= value:upper() then
        self:fault(at .. "." .. name, "MISMATCH", "The billing address is not that of the FedEx Freight account.")
        break
      end
    end
  end
  return account
end

local function paid(self, freight_account)
  local path = AT .. "shippingChargesPayment"
  local payment = self:one_of(path .. ".paymentType", fields.PAYMENTS)
  local payor = self:text(path .. ".payor.responsibleParty.accountNumber.value", 9)
  if payment == "SENDER" and payor and freight_account and payor ~= freight_account.number then
    self:fault(path .. ".payor.responsibleParty.accountNumber.value", "MISMATCH", "Where the shipper pays, the payor is the FedEx Freight account.")
  end
  return payment
end

local function documents(self)
  local path, out = AT .. "shippingDocumentSpecification", {}
  for index = 1, list_size(given(self.body, path .. ".shippingDocumentTypes")) do
    out[self:one_of(path .. ".shippingDocumentTypes." .. index, fields.DOCUMENTS) or ""] = true
  end
  for _, format in ipairs { ".freightBillOfLadingDetail.format", ".commercialInvoiceDetail.documentFormat" } do
    if given(self.body, path .. format) then
      self:one_of(path .. format .. ".docType", { PDF = true })
      self:one_of(path .. format .. ".stockType", { PAPER_LETTER = true })
    end
  end
  return out
end

-- The root account: of parcels, or of freight.
local function root_account(self, world, child)
  local number = given(self.body, "accountNumber.value")
  if world.freight_accounts[number or ""] then return world.freight_accounts[number] end
  return self:account(world.accounts, child)
end

-- A shipment as it will be kept; nil with all faults.
function freight.shipment(body, world, child)
  local self = started(body, world.switches, fields.SHIPMENT)
  local out = { freight = true, carrier = "FXFR", account = root_account(self, world, child) }
  out.link = self:one_of("labelResponseOptions", fields.ANSWERS) == "URL_ONLY"
  out.shipper, out.recipient = self:party(AT .. "shipper"), self:party(AT .. "recipient")
  place(self, AT .. "shipper.address", "ORIGIN.COUNTRY.INVALID")
  place(self, AT .. "recipient.address", "DESTINATION.COUNTRY.INVALID")
  out.service = self:one_of(AT .. "serviceType", fields.SERVICES)
  self:one_of(AT .. "packagingType", { YOUR_PACKAGING = true })
  self:one_of(AT .. "pickupType", fields.PICKUPS)
  out.image = self:text(AT .. "labelSpecification.imageType")
  if out.image and not label.known(out.image) then self:fault(AT .. "labelSpecification.imageType", "INVALID", "imageType is not known.") end
  self:one_of(AT .. "labelSpecification.labelStockType", fields.STOCKS)
  local date = given(body, AT .. "shipDatestamp")
  out.ship_date = date and calendar.parse_iso(date)
  if date and not (type(date) == "string" and date:find "^%d%d%d%d%-%d%d%-%d%d$" and out.ship_date) then
    self:fault(AT .. "shipDatestamp", "INVALID", "shipDatestamp must be a date.")
  end
  self:one_of(DETAIL .. "role", fields.ROLES)
  local account = billed(self, world.freight_accounts, DETAIL .. "fedExFreightAccountNumber.value", DETAIL .. "fedExFreightBillingContactAndAddress")
  out.payment = paid(self, account)
  local ids
  ids, out.goods = lines(self, fields.PACKAGINGS)
  out.packages = units(self, ids)
  local total = whole(self, DETAIL .. "totalHandlingUnits")
  if total and total ~= #out.packages then self:fault(DETAIL .. "totalHandlingUnits", "MISMATCH", "totalHandlingUnits is not the number of handling units.") end
  if #out.packages > UNITS_MOST and given(body, "oneLabelAtATime") ~= true then
    self:fault(AT .. "requestedPackageLineItems", "TOO.MANY", "At most 40 handling units are labelled at once.")
  end
  for index = 1, list_size(given(body, DETAIL .. "printedReferences")) do
    local of = DETAIL .. "printedReferences." .. index
    local reference = { type = self:one_of(of .. ".printedReferenceType", fields.PRINTED), value = self:text(of .. ".value") }
    for _, unit in ipairs(out.packages) do table.insert(unit.references, reference) end
  end
  if given(body, DETAIL .. "liabilityCoverageDetail") then
    self:one_of(DETAIL .. "liabilityCoverageDetail.coverageType", fields.COVERAGES)
    self:amount(DETAIL .. "liabilityCoverageDetail.coverageAmount.amount", true)
  end
  out.papers = documents(self)
  local customs = AT .. "customsClearanceDetail"
  if out.shipper.country ~= out.recipient.country or given(body, customs) then
    self:customs(customs)
    if given(body, customs .. ".commercialInvoice.shipmentPurpose") then self:one_of(customs .. ".commercialInvoice.shipmentPurpose", fields.PURPOSES) end
  end
  if #self.faults > 0 then return nil, self.faults end
  return out
end

-- What a quote asks; nil with all faults.
function freight.quote(body, world, child)
  local self = started(body, world.switches, fields.QUOTE)
  local out = { account = root_account(self, world, child), service = given(body, AT .. "serviceType") }
  for party, code in pairs { shipper = "ORIGIN.COUNTRY.INVALID", recipient = "DESTINATION.COUNTRY.INVALID" } do
    place(self, AT .. party .. ".address", code)
    self:text(AT .. party .. ".address.postalCode", 10)
  end
  if out.service then self:one_of(AT .. "serviceType", fields.SERVICES) end
  self:one_of(DETAIL .. "role", fields.ROLES)
  billed(self, world.freight_accounts, DETAIL .. "accountNumber.value")
  local ids
  ids, out.goods = lines(self, fields.MORE_PACKAGINGS, true)
  units(self, ids)
  whole(self, DETAIL .. "totalHandlingUnits")
  if #self.faults > 0 then return nil, self.faults end
  return out
end

local function pickup_account(self, world, child)
  local number = given(self.body, "associatedAccountNumber.value")
  return world.freight_accounts[number or ""] or self:account(world.accounts, child, "associatedAccountNumber.value")
end

function freight.pickup(body, world, child)
  local self = started(body, world.switches, fields.PICKUP)
  local out = { account = pickup_account(self, world, child) }
  self:need "freightPickupDetail"
  self:text "originDetail.pickupLocation.address.postalCode"
  place(self, "originDetail.pickupLocation.address", "ORIGIN.COUNTRY.INVALID")
  local ready = self:text "originDetail.readyDateTimestamp"
  out.ready = ready and ready:find "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$" and calendar.parse_iso(ready)
  if ready and not out.ready then self:fault("originDetail.readyDateTimestamp", "INVALID", "readyDateTimestamp must be YYYY-MM-DDTHH:MM:SSZ.") end
  local close = self:text "originDetail.customerCloseTime"
  if close and not close:find "^%d%d:%d%d:%d%d$" then self:fault("originDetail.customerCloseTime", "INVALID", "customerCloseTime must be HH:MM:SS.") end
  for index = 1, list_size(given(body, "freightPickupDetail.lineItems")) do
    local at = "freightPickupDetail.lineItems." .. index
    if given(body, at .. ".packaging") then self:one_of(at .. ".packaging", fields.MORE_PACKAGINGS) end
    if given(body, at .. ".weight") then weighed(self, at .. ".weight") end
  end
  if #self.faults > 0 then return nil, self.faults end
  return out
end

function freight.cancelled(body, world, child)
  local self = started(body, world.switches, fields.CANCEL)
  local out = { account = pickup_account(self, world, child) }
  out.code = self:text "pickupConfirmationCode"
  self:text "reason"
  self:text "contactName"
  if #self.faults > 0 then return nil, self.faults end
  return out
end

return freight
