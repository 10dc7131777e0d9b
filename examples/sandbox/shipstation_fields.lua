-- What the simulated ShipStation V1 takes in its bodies (sheet, section 2.2): every field with its kind. A fault is raised as
-- { refused = sentence }; a field that nobody knows is told to `context.unknown(path)` and left out, null is left out too.

local clock, host, money, wire = require "shipstation_clock", require "host", require "money", require "wire"

local fields = {}

local function set(words)
  local out = {}
  for word in words:gmatch "%S+" do out[word] = true end
  return out
end

fields.STATUSES = set "awaiting_payment awaiting_shipment pending_fulfillment shipped on_hold cancelled"

local function refuse(path, what) error({ refused = ("%s: %s"):format(path, what) }, 0) end
fields.refuse = refuse

local function is_list(value) return type(value) == "table" and (value[1] ~= nil or next(value) == nil) end

-- Units of money; a number that is written as text is none.
local function amount(value, path)
  local units = type(value) ~= "string" and money.parse(value)
  if not units then refuse(path, "expected a number") end
  return units
end

local function whole(value, path)
  local text = type(value) ~= "string" and tostring(value):match "^(%-?%d+)%.?0*$"
  if not text then refuse(path, "expected a whole number") end
  return math.tointeger(text)
end

local kinds = {
  text = function(value, path)
    if type(value) ~= "string" then refuse(path, "expected a string") end
    return value
  end,
  flag = function(value, path)
    if type(value) ~= "boolean" then refuse(path, "expected true or false") end
    return value
  end,
  date = function(value, path, context)
    local wall, why = clock.parse(value, context.zone_in_dates)
    if not wall then refuse(path, why) end
    return wall
  end,
  country = function(value, path)
    if type(value) ~= "string" or not value:find "^%a%a$" then refuse(path, "expected a two-letter country code") end
    return value:upper()
  end,
  amount = amount, whole = whole,
}

local function one_of(words)
  local known = set(words)
  return function(value, path)
    if not known[value] then refuse(path, ("'%s' is not one of %s"):format(tostring(value), words)) end
    return value
  end
end

local function list_of(kind)
  return function(value, path, context)
    if not is_list(value) then refuse(path, "expected an array") end
    local out = host.json.array {}
    for index, item in ipairs(value) do out[index] = kind(item, ("%s[%d]"):format(path, index - 1), context) end
    return out
  end
end

local function field(names, kind) return { names = names, kind = kind } end

-- An object of fields: { kind = "names", …, field("names", kind) }. `must` are fields that may not be missing, `ignored` those
-- that only answers have.
local function fields_of(parts, must, ignored)
  local known, needed, quiet = {}, {}, set(ignored or "")
  for kind, names in pairs(parts) do
    if type(kind) == "number" then kind, names = names.kind, names.names else kind = kinds[kind] end
    for name in names:gmatch "%S+" do known[name] = kind end
  end
  for name in (must or ""):gmatch "%S+" do needed[#needed + 1] = name end
  return function(value, path, context)
    if type(value) ~= "table" or value[1] ~= nil then refuse(path, "expected an object") end
    local out, prefix = {}, path == "" and "" or path .. "."
    for name, given in pairs(value) do
      if known[name] and not wire.is_null(given) then
        out[name] = known[name](given, prefix .. name, context)
      elseif not known[name] and not quiet[name] then
        context.unknown(prefix .. name)
      end
    end
    for _, name in ipairs(needed) do
      if out[name] == nil or out[name] == "" then refuse(prefix .. name, "is required") end
    end
    return out
  end
end

local weight = fields_of({ amount = "value", field("units", one_of "pounds ounces grams") }, "value units", "WeightUnits")
local dimensions = fields_of({ amount = "length width height", field("units", one_of "inches centimeters") }, "length width height units")
local address = fields_of({
  text = "name company street1 street2 street3 city state postalCode phone", flag = "residential", country = "country",
}, "", "addressVerified")
local option = fields_of({ text = "name value" }, "name")
local insurance = fields_of {
  field("provider", one_of "shipsurance carrier provider xcover parcelguard"), flag = "insureShipment", amount = "insuredValue",
}
local customs_item = fields_of({
  text = "description harmonizedTariffCode countryOfOrigin", whole = "quantity", amount = "value",
}, "", "customsItemId")
local international = fields_of {
  field("contents", one_of "merchandise documents gift returned_goods sample"), field("customsItems", list_of(customs_item)),
  field("nonDelivery", one_of "return_to_sender treat_as_abandoned"),
}
local advanced = fields_of({
  whole = "warehouseId storeId billToMyOtherAccount", flag = "nonMachinable saturdayDelivery containsAlcohol",
  text = "customField1 customField2 customField3 source billToAccount billToPostalCode billToCountryCode",
  field("billToParty", one_of "my_account my_other_account recipient third_party"),
}, "", "mergedOrSplit mergedIds parentId")
local item = fields_of({
  text = "lineItemKey sku name imageUrl warehouseLocation fulfillmentSku upc", whole = "quantity productId",
  amount = "unitPrice taxAmount shippingAmount", flag = "adjustment", field("weight", weight), field("options", list_of(option)),
}, "name", "orderItemId createDate modifyDate")

local CONFIRMATION = one_of "none delivery signature adult_signature direct_signature"

fields.order = fields_of({
  text = "orderNumber orderKey customerUsername customerEmail customerNotes internalNotes giftMessage paymentMethod "
    .. "requestedShippingService carrierCode serviceCode packageCode",
  whole = "orderId", date = "orderDate paymentDate shipByDate shipDate", amount = "amountPaid taxAmount shippingAmount", flag = "gift",
  field("orderStatus", one_of "awaiting_payment awaiting_shipment pending_fulfillment shipped on_hold cancelled"),
  field("billTo shipTo", address), field("items", list_of(item)), field("confirmation", CONFIRMATION), field("weight", weight),
  field("dimensions", dimensions), field("insuranceOptions", insurance), field("internationalOptions", international),
  field("advancedOptions", advanced), field("tagIds", list_of(whole)),
}, "orderNumber orderDate orderStatus billTo shipTo",
  "createDate modifyDate customerId orderTotal holdUntilDate userId externallyFulfilled externallyFulfilledBy")

local LABEL = {
  text = "carrierCode serviceCode packageCode", date = "shipDate", flag = "testLabel", field("confirmation", CONFIRMATION),
  field("weight", weight), field("dimensions", dimensions), field("insuranceOptions", insurance),
  field("internationalOptions", international), field("advancedOptions", advanced),
}
local function label(more, must)
  local parts = { table.unpack(LABEL) }
  for name, words in pairs(LABEL) do parts[name] = parts[name] or words end
  for name, words in pairs(more) do
    if type(name) == "string" then parts[name] = words else parts[#parts + 1] = words end
  end
  return fields_of(parts, must)
end
fields.label_of_order = label({ whole = "orderId" }, "orderId carrierCode serviceCode")
fields.label = label({ field("shipFrom shipTo", address) }, "carrierCode serviceCode shipFrom shipTo weight")

fields.rates = fields_of({
  text = "carrierCode serviceCode packageCode fromPostalCode toState toPostalCode toCity", country = "toCountry", flag = "residential",
  field("confirmation", CONFIRMATION), field("weight", weight), field("dimensions", dimensions),
}, "carrierCode fromPostalCode toCountry toPostalCode weight")
fields.hold = fields_of({ whole = "orderId", date = "holdUntilDate" }, "orderId holdUntilDate")
fields.one_order = fields_of({ whole = "orderId" }, "orderId")
fields.tag = fields_of({ whole = "orderId tagId" }, "orderId tagId")
fields.assign = fields_of({ text = "userId", field("orderIds", list_of(whole)) }, "orderIds")
fields.shipped = fields_of({
  whole = "orderId", text = "carrierCode trackingNumber", date = "shipDate", flag = "notifyCustomer notifySalesChannel",
}, "orderId carrierCode")
fields.void = fields_of({ whole = "shipmentId" }, "shipmentId")
fields.warehouse = fields_of(
  { text = "warehouseName", field("originAddress returnAddress", address), flag = "isDefault" }, "warehouseName originAddress",
  "warehouseId createDate")
fields.hook = fields_of({ text = "target_url event friendly_name", whole = "store_id" }, "target_url event")

-- The cleaned value, or nil and a sentence.
function fields.check(kind, value, context)
  local ok, result = pcall(kind, value, "", context)
  if ok then return result end
  if type(result) == "table" and result.refused then return nil, result.refused end
  error(result, 0)
end

return fields
