-- Customs data of the simulated UPS, by the file that the sheet cites for shipping: what an invoice form has to say. Whether UPS
-- refuses a shipment that crosses a customs border without a form is not known: a switch.

local calendar, fields, wire = require "calendar", require "ups_fields", require "wire"

local UNION = {}
for country in ("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"):gmatch "%u%u" do UNION[country] = "EU" end

local INVOICE = "01"

local customs = {}

-- Whether goods between two countries have to be declared.
function customs.border(from, to) return (UNION[from] or from) ~= (UNION[to] or to) end

local function product_fault(product)
  local at = "InternationalForms.Product"
  local fault = fields.table(product, at)
  if fault then return fault end
  local words = type(product.Description) == "string" and { product.Description } or product.Description
  if type(words) ~= "table" or #words < 1 or #words > 3 then return at .. ".Description must be there once to three times." end
  for _, each in ipairs(words) do
    if type(each) ~= "string" or fields.length(each) > 35 then return at .. ".Description is longer than 35 characters." end
  end
  fault = fields.must(product, at, "OriginCountryCode", 2) or fields.table(product.Unit, at .. ".Unit")
  if fault then return fault end
  for _, name in ipairs { "Number", "Value" } do
    local _, why = fields.amount(product.Unit[name], at .. ".Unit." .. name)
    if why then return why end
  end
  fault = fields.table(product.Unit.UnitOfMeasurement, at .. ".Unit.UnitOfMeasurement")
    or fields.must(product.Unit.UnitOfMeasurement, at .. ".Unit.UnitOfMeasurement", "Code", 3)
  if fault then return fault end
  local code = product.CommodityCode
  if not wire.is_null(code) and not tostring(code):match "^%w%w%w%w%w%w%w*$" then return at .. ".CommodityCode must have 6 to 15 letters or digits." end
  return fields.may(product, at, "CommodityCode", 15)
end

local function form_fault(forms)
  local at = "InternationalForms"
  local kinds, invoice = fields.list(forms.FormType), false
  if type(forms.FormType) == "string" then kinds = { forms.FormType } end
  if #kinds == 0 then return "Missing or invalid InternationalForms.FormType." end
  for _, kind in ipairs(kinds) do
    if not tostring(kind):match "^[01]%d$" then return "Missing or invalid InternationalForms.FormType." end
    invoice = invoice or kind == INVOICE
  end
  if invoice then
    local fault = fields.must(forms, at, "InvoiceNumber", 35) or fields.must(forms, at, "InvoiceDate", 8)
      or fields.must(forms, at, "ReasonForExport", 20) or fields.must(forms, at, "CurrencyCode", 3) or fields.may(forms, at, "TermsOfShipment", 3)
    if fault then return fault end
    local year, month, day = forms.InvoiceDate:match "^(%d%d%d%d)(%d%d)(%d%d)$"
    if not year or not calendar.parse_iso(("%s-%s-%s"):format(year, month, day)) then return at .. ".InvoiceDate must be YYYYMMDD." end
  end
  local products = fields.list(forms.Product)
  if #products == 0 then return "Missing or invalid InternationalForms.Product." end
  for _, product in ipairs(products) do
    local fault = product_fault(product)
    if fault then return fault end
  end
end

-- What is wrong with a shipment's customs data, or nil. `needed`: a border is not crossed without an invoice form.
function customs.fault(shipment, needed)
  local options = shipment.ShipmentServiceOptions
  local forms = type(options) == "table" and options.InternationalForms
  if forms then return fields.table(forms, "InternationalForms") or form_fault(forms) end
  local from = (shipment.ShipFrom or shipment.Shipper).Address.CountryCode
  if needed and customs.border(from, shipment.ShipTo.Address.CountryCode) then
    return "Missing ShipmentServiceOptions.InternationalForms: the shipment crosses a customs border."
  end
end

return customs
