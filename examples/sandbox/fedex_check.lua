-- What the simulated FedEx demands of a shipment, after apis/fedex.md section 4. Every fault that is found is told.

local answers, calendar, label, money = require "fedex_answers", require "calendar", require "fedex_label", require "money"

local given = answers.given

local check = {}

local STREET_LONGEST, STREETS_USED, PHONE_LEAST, PHONE_MOST, ACCOUNT_LONGEST = 35, 3, 10, 15, 9
local PICKUPS = { CONTACT_FEDEX_TO_SCHEDULE = true, DROPOFF_AT_FEDEX_LOCATION = true, USE_SCHEDULED_PICKUP = true }
local PAYMENTS = { SENDER = true, RECIPIENT = true, THIRD_PARTY = true, COLLECT = true }
local REFERENCES = {
  CUSTOMER_REFERENCE = { FDXE = 40, FDXG = 30 }, DEPARTMENT_NUMBER = 30, INVOICE_NUMBER = 30, P_O_NUMBER = 30, RMA_ASSOCIATION = 20,
  INTRACOUNTRY_REGULATORY_REFERENCE = 30,
}
-- Services of the simulation: who carries, and where to. FedEx has more and renames them.
check.SERVICES = {
  FEDEX_INTERNATIONAL_PRIORITY = { carrier = "FDXE", abroad = true, price = "32.50", name = "FedEx International Priority" },
  INTERNATIONAL_ECONOMY = { carrier = "FDXE", abroad = true, price = "24.80", name = "FedEx International Economy" },
  FEDEX_REGIONAL_ECONOMY = { carrier = "FDXE", abroad = true, price = "12.95", name = "FedEx Regional Economy" },
  PRIORITY_OVERNIGHT = { carrier = "FDXE", price = "18.40", name = "FedEx Priority Overnight" },
  STANDARD_OVERNIGHT = { carrier = "FDXE", price = "15.20", name = "FedEx Standard Overnight" },
  FEDEX_2_DAY = { carrier = "FDXE", price = "12.10", name = "FedEx 2Day" },
  FEDEX_PRIORITY = { carrier = "FDXE", price = "11.35", name = "FedEx Priority" },
  FEDEX_ECONOMY = { carrier = "FDXE", price = "8.65", name = "FedEx Economy" },
  FEDEX_GROUND = { carrier = "FDXG", price = "9.15", name = "FedEx Ground" },
}
local PACKAGINGS = {}
for name in ([[YOUR_PACKAGING FEDEX_BOX FEDEX_PAK FEDEX_ENVELOPE FEDEX_TUBE FEDEX_SMALL_BOX FEDEX_MEDIUM_BOX FEDEX_LARGE_BOX]]):gmatch "%S+" do
  PACKAGINGS[name] = true
end
local UNION = {}
for code in ("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"):gmatch "%a+" do UNION[code] = true end

local Check = {}
Check.__index = Check

function Check:fault(path, kind, message)
  local value = given(self.body, path)
  local code = path:gsub("%.%d+", ""):upper() .. "." .. kind
  self.faults[#self.faults + 1] = answers.fault(code, message, { [path] = type(value) == "string" and value or "" })
end

function Check:need(path)
  local value = given(self.body, path)
  if value == nil or value == "" then self:fault(path, "MISSING", path .. " is missing.") end
  return value
end

function Check:text(path, most)
  local value = self:need(path)
  if value == nil then return nil end
  if type(value) ~= "string" then
    self:fault(path, "INVALID", path .. " must be a text.")
    return nil
  end
  if most and utf8.len(value) > most then self:fault(path, "TOO.LONG", ("%s is longer than %d characters."):format(path, most)) end
  if self.switches.label_text == "ascii" and value:find "[\128-\255]" then
    self:fault(path, "INVALID", path .. " has characters that can't be printed.")
  end
  return value
end

function Check:one_of(path, known)
  local value = self:text(path)
  if value and not known[value] then self:fault(path, "INVALID", ("%s: %s is not known."):format(path, value)) end
  return value
end

-- A number as ten-thousandths.
function Check:amount(path, above_nothing)
  local value = self:need(path)
  if value == nil then return nil end
  local read = type(value) ~= "string" and type(value) ~= "boolean" and money.parse(value)
  if not read or read < 0 or above_nothing and read == 0 then
    self:fault(path, "INVALID", path .. " is no amount.")
    return nil
  end
  return read
end

local function list_size(value) return type(value) == "table" and #value or 0 end

function Check:party(path)
  local contact, address = path .. ".contact", path .. ".address"
  if not given(self.body, contact .. ".companyName") and not given(self.body, contact .. ".personName") then
    self:fault(contact, "MISSING", contact .. " needs a companyName or a personName.")
  end
  for _, name in ipairs { "companyName", "personName" } do
    if given(self.body, contact .. "." .. name) then self:text(contact .. "." .. name, self.switches.name_longest) end
  end
  local phone = self:text(contact .. ".phoneNumber")
  if phone and (phone:find "%D" or #phone < PHONE_LEAST or #phone > PHONE_MOST) then
    self:fault(contact .. ".phoneNumber", "INVALID", "phoneNumber must have 10 to 15 digits.")
  end
  local lines = {}
  for index = 1, list_size(self:need(address .. ".streetLines")) do
    local at = address .. ".streetLines." .. index
    local line = self:text(at, self.switches.long_street == "refuse" and STREET_LONGEST or nil)
    if line and index <= STREETS_USED then
      local cut = utf8.offset(line, STREET_LONGEST + 1)
      lines[#lines + 1] = cut and line:sub(1, cut - 1) or line
    end
  end
  if #lines == 0 then self:fault(address .. ".streetLines", "MISSING", address .. ".streetLines needs a line.") end
  local country = self:text(address .. ".countryCode")
  if country and not country:find "^%u%u$" then self:fault(address .. ".countryCode", "INVALID", "countryCode must be two letters.") end
  -- Ireland and Hong Kong get along without.
  if country ~= "IE" and country ~= "HK" then self:text(address .. ".postalCode", 10) end
  return {
    name = given(self.body, contact .. ".companyName") or given(self.body, contact .. ".personName"), lines = lines,
    city = self:text(address .. ".city", 35) or "", postcode = given(self.body, address .. ".postalCode"), country = country or "",
  }
end

-- References of a package line, as {type, value}.
function Check:references(path, carrier)
  local out = {}
  for index = 1, list_size(given(self.body, path)) do
    local at = path .. "." .. index
    local kind, value = self:one_of(at .. ".customerReferenceType", REFERENCES), self:need(at .. ".value")
    local longest = REFERENCES[kind]
    if type(longest) == "table" then longest = longest[carrier] end
    if type(value) == "string" and longest and utf8.len(value) > longest then
      self:fault(at .. ".value", "TOO.LONG", ("%s is longer than %d characters."):format(kind, longest))
    end
    out[#out + 1] = { type = kind, value = tostring(value) }
  end
  return out
end

function check.in_kg(units, value) return units == "LB" and money.times(value, money.parse "0.4536") or value end

-- Each line stands for as many parcels as its groupPackageCount says.
function Check:packages(path, carrier)
  local out = {}
  for index = 1, list_size(self:need(path)) do
    local at = path .. "." .. index
    local units, value = self:one_of(at .. ".weight.units", { KG = true, LB = true }), self:amount(at .. ".weight.value", true)
    local count = given(self.body, at .. ".groupPackageCount")
    if count ~= nil and (math.type(count) ~= "integer" or count < 1 or count > 999) then
      self:fault(at .. ".groupPackageCount", "INVALID", "groupPackageCount must be a whole number.")
      count = 1
    end
    local references = self:references(at .. ".customerReferences", carrier)
    for _ = 1, count or 1 do
      out[#out + 1] = {
        references = references, told = count ~= nil, weight = value and money.text(value, 2), units = units,
        kilos = value and check.in_kg(units, value) or 0,
      }
    end
  end
  if #out == 0 then self:fault(path, "MISSING", path .. " needs a package.") end
  return out
end

function Check:customs(path)
  if not given(self.body, path) then
    self:fault(path, "MISSING", path .. " is needed for an international shipment.")
    return
  end
  if given(self.body, path .. ".dutiesPayment") then self:one_of(path .. ".dutiesPayment.paymentType", PAYMENTS) end
  self:need(path .. ".commercialInvoice")
  local sum, lines = 0, list_size(self:need(path .. ".commodities"))
  for index = 1, lines do
    local at = path .. ".commodities." .. index
    self:text(at .. ".description", 450)
    local origin = self:text(at .. ".countryOfManufacture")
    if origin and not origin:find "^%u%u$" then self:fault(at .. ".countryOfManufacture", "INVALID", "countryOfManufacture must be two letters.") end
    local quantity = self:need(at .. ".quantity")
    if quantity ~= nil and (math.type(quantity) ~= "integer" or quantity < 1) then
      self:fault(at .. ".quantity", "INVALID", "quantity must be a whole number.")
    end
    self:text(at .. ".quantityUnits")
    self:one_of(at .. ".weight.units", { KG = true, LB = true })
    self:amount(at .. ".weight.value")
    self:text(at .. ".unitPrice.currency", 3)
    self:amount(at .. ".unitPrice.amount")
    self:text(at .. ".customsValue.currency", 3)
    sum = sum + (self:amount(at .. ".customsValue.amount") or 0)
  end
  if lines == 0 then self:fault(path .. ".commodities", "MISSING", path .. ".commodities needs a line.") end
  local total = given(self.body, path .. ".totalCustomsValue.amount") and self:amount(path .. ".totalCustomsValue.amount")
  if total and total ~= sum and self.switches.customs_sum_checked then
    self:fault(path .. ".totalCustomsValue.amount", "MISMATCH", "totalCustomsValue is not the sum of the commodities.")
  end
end

function Check:account(accounts, child, path)
  local number = self:text(path or "accountNumber.value", ACCOUNT_LONGEST)
  if not number then return nil end
  local account = accounts[number]
  if not account or #number > ACCOUNT_LONGEST then
    self.faults[#self.faults + 1] = answers.fault("ACCOUNTNUMBER.REGISTRATION.REQUIRED", "Please enter a valid account number.", { accountNumber = number })
  elseif not account.linked or (child and not account.of_child) then
    self.faults[#self.faults + 1] = answers.fault("SHIPMENT.ACCOUNTNUMBER.UNAUTHORIZED", "Account number is not authorized for shipping.",
      { accountNumber = number })
  end
  return account
end

-- A request of another API, to be looked at by the same rules.
function check.new(body, switches) return setmetatable({ body = body, switches = switches, faults = {} }, Check) end

-- The account of a request that ships nothing; nil with the faults. `path`: where it does not stand under accountNumber.
function check.account(body, accounts, child, switches, path)
  local self = check.new(body, switches)
  local account = self:account(accounts, child, path)
  if #self.faults > 0 then return nil, self.faults end
  return account
end

function check.carries(service, from, to) return (service.abroad or false) == (from ~= to) end
function check.union(from, to) return UNION[from] == true and UNION[to] == true end

-- A shipment as it will be kept; nil with all faults.
function check.shipment(body, accounts, child, switches)
  local self = check.new(body, switches)
  local at = "requestedShipment."
  local out = { account = self:account(accounts, child) }
  out.link = self:one_of("labelResponseOptions", { LABEL = true, URL_ONLY = true }) == "URL_ONLY"
  out.shipper = self:party "requestedShipment.shipper"
  if list_size(self:need(at .. "recipients")) > 0 then
    out.recipient = self:party "requestedShipment.recipients.1"
  else
    self:fault(at .. "recipients", "MISSING", "recipients needs one.")
    out.recipient = { country = "" }
  end
  out.service = self:text(at .. "serviceType")
  local service = check.SERVICES[out.service]
  local abroad = out.shipper.country ~= out.recipient.country
  if out.service and not (service and check.carries(service, out.shipper.country, out.recipient.country)) then
    self:fault(at .. "serviceType", "INVALID", out.service .. " is not available between these addresses.")
  end
  out.packaging = self:one_of(at .. "packagingType", PACKAGINGS)
  self:one_of(at .. "pickupType", PICKUPS)
  self:amount(at .. "totalWeight", true)
  out.payment = self:one_of(at .. "shippingChargesPayment.paymentType", PAYMENTS)
  if out.payment and out.payment ~= "SENDER" then self:need(at .. "shippingChargesPayment.payor") end
  out.image = self:text(at .. "labelSpecification.imageType")
  if out.image and not label.known(out.image) then self:fault(at .. "labelSpecification.imageType", "INVALID", "imageType is not known.") end
  self:text(at .. "labelSpecification.labelStockType")
  local date = given(body, at .. "shipDatestamp")
  out.ship_date = date and calendar.parse_iso(date)
  if date and not (type(date) == "string" and date:find "^%d%d%d%d%-%d%d%-%d%d$" and out.ship_date) then
    self:fault(at .. "shipDatestamp", "INVALID", "shipDatestamp must be a date.")
  end
  out.packages = self:packages(at .. "requestedPackageLineItems", service and service.carrier or "FDXE")
  out.customs = given(body, at .. "customsClearanceDetail") ~= nil
  if abroad and (not check.union(out.shipper.country, out.recipient.country) or switches.customs_within_union) or out.customs then
    self:customs(at .. "customsClearanceDetail")
  end
  out.carrier = service and service.carrier
  if #self.faults > 0 then return nil, self.faults end
  return out
end

return check
