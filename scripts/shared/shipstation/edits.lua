-- An order in ShipStation as it stands, held against what was sent last and what is to be sent: what people changed there stays, what
-- changed in the ERP goes over, and where both changed the same field a person says whose counts. Nothing crosses back.

local decimal, json = require "decimal", require "json"

local edits = {}

local FIELDS = {
  "orderNumber", "orderDate", "shipByDate", "customerUsername", "customerEmail", "internalNotes", "requestedShippingService", "carrierCode",
  "serviceCode", "packageCode", "confirmation",
}
local ADDRESS = { "name", "company", "street1", "street2", "street3", "city", "state", "postalCode", "country", "phone" }
local PARTS = {
  billTo = ADDRESS, shipTo = ADDRESS, weight = { "value", "units" }, advancedOptions = { "storeId", "warehouseId", "customField1", "source" },
}
local ITEM = { "sku", "name", "quantity", "unitPrice" }
-- What is not ours: createorder empties what is left out.
local CARRIED = { "paymentDate", "amountPaid", "taxAmount", "shippingAmount", "customerNotes", "gift", "giftMessage", "paymentMethod", "tagIds" }
local CARRIED_PARTS = {
  dimensions = { "length", "width", "height", "units" }, insuranceOptions = { "provider", "insureShipment", "insuredValue" },
  advancedOptions = {
    "nonMachinable", "saturdayDelivery", "containsAlcohol", "customField2", "customField3", "billToParty", "billToAccount", "billToPostalCode",
    "billToCountryCode", "billToMyOtherAccount",
  },
}
local OPTIONS = { "contents", "nonDelivery" }
local CUSTOMS = { "description", "quantity", "value", "harmonizedTariffCode", "countryOfOrigin" }

local IS_DATE = { orderDate = true, shipByDate = true }

-- A value as it compares: numbers by what they are worth, dates by their day, nothing as empty.
local function plain(value, field)
  if value == nil or value == json.null then return "" end
  local text = tostring(value)
  if IS_DATE[field] then return text:sub(1, 10) end
  if type(value) ~= "string" then
    local ok, number = pcall(decimal, text)
    if ok then return number:compact() end
  end
  return (text:match "^%s*(.-)%s*$")
end

local function shown(value) return value == "" and "nothing" or value end

local function part(record, name) return record and record[name] ~= json.null and record[name] or nil end

local Merge = {}
Merge.__index = Merge

-- The value that a field is to have: theirs where only they changed it.
function Merge:field(where, field, was, wanted, stands)
  local s, n, f = plain(was, field), plain(wanted, field), plain(stands, field)
  if f == s or f == n then return wanted end
  if s == "" and n == "" then return stands end   -- ShipStation fills in what is not said
  self.theirs[#self.theirs + 1] = ("%s%s is %s there and was sent as %s"):format(where, field, shown(f), shown(s))
  if n ~= s then
    self.conflicts[#self.conflicts + 1] = ("%s%s was %s, is %s in %s and %s in ShipStation"):format(where, field, shown(s),
      shown(n), self.erp, shown(f))
    if self.decision == "ours" then return wanted end
  end
  return stands
end

local function by_key(items)
  local out, order = {}, {}
  for _, item in ipairs(items or {}) do
    local key = plain(item.lineItemKey)
    if key ~= "" then out[key] = item end
    order[#order + 1] = item
  end
  return out, order
end

local function plain_item(item)
  local out = { lineItemKey = item.lineItemKey, sku = item.sku, name = item.name, quantity = item.quantity, unitPrice = item.unitPrice }
  local weight = part(item, "weight")
  if weight then out.weight = { value = weight.value, units = weight.units } end
  return out
end

function Merge:items(was, wanted, stands)
  local sent, ours = by_key(was), by_key(wanted)
  local there, in_order = by_key(stands)
  local out = json.array {}
  for _, item in ipairs(wanted) do
    local key = plain(item.lineItemKey)
    local where = ("item %s: "):format(plain(item.sku))
    if there[key] then
      local line = plain_item(item)
      for _, field in ipairs(ITEM) do line[field] = self:field(where, field, (sent[key] or item)[field], item[field], there[key][field]) end
      out[#out + 1] = line
    elseif not sent[key] then
      out[#out + 1] = item
    else
      self.theirs[#self.theirs + 1] = where .. "was taken off there"
      local changed = false
      for _, field in ipairs(ITEM) do changed = changed or plain(sent[key][field]) ~= plain(item[field]) end
      if changed then self.conflicts[#self.conflicts + 1] = ("%swas changed in %s and taken off in ShipStation"):format(where, self.erp) end
      if self.decision == "ours" then out[#out + 1] = item end
    end
  end
  for _, item in ipairs(in_order) do
    local key = plain(item.lineItemKey)
    if not ours[key] and not sent[key] then
      self.theirs[#self.theirs + 1] = ("item %s was added there"):format(plain(item.sku))
      if self.decision ~= "ours" then out[#out + 1] = plain_item(item) end
    end
  end
  return out
end

local function carried(record, fields, into)
  for _, field in ipairs(fields) do
    local value = record[field]
    if value ~= nil and value ~= json.null and into[field] == nil then into[field] = value end
  end
  return into
end

local function customs(found)
  local options = part(found, "internationalOptions")
  if not options then return nil end
  local out = carried(options, OPTIONS, {})
  local items = part(options, "customsItems")
  if items then
    out.customsItems = json.array {}
    for index, item in ipairs(items) do out.customsItems[index] = carried(item, CUSTOMS, {}) end
  end
  return out
end

-- The order as it is to be sent over `found`: { body, theirs, conflicts }, the latter in words. `was`: what was sent last. `decision`:
-- "ours" where a person said that the ERP counts, "theirs" that ShipStation does. `erp`: what it is called.
function edits.merge(was, wanted, found, decision, erp)
  local merge = setmetatable({ theirs = {}, conflicts = {}, decision = decision, erp = erp or "the ERP" }, Merge)
  local body = { orderId = found.orderId, orderKey = wanted.orderKey, orderStatus = wanted.orderStatus }
  for _, field in ipairs(FIELDS) do body[field] = merge:field("", field, was[field], wanted[field], found[field]) end
  for _, name in ipairs { "billTo", "shipTo", "weight", "advancedOptions" } do
    local ours, sent, stands = part(wanted, name) or {}, part(was, name) or {}, part(found, name) or {}
    local out = {}
    for _, field in ipairs(PARTS[name]) do out[field] = merge:field(name .. ".", field, sent[field], ours[field], stands[field]) end
    if name ~= "weight" or plain(out.value) ~= "" then body[name] = out end
  end
  body.items = merge:items(was.items or {}, wanted.items or {}, part(found, "items") or {})
  carried(found, CARRIED, body)
  for name, fields in pairs(CARRIED_PARTS) do
    local stands = part(found, name)
    if stands then
      local out = carried(stands, fields, body[name] or {})
      if pairs(out)(out) ~= nil then body[name] = out end
    end
  end
  body.internationalOptions = customs(found)
  return body, merge.theirs, decision and {} or merge.conflicts
end

-- What people changed in an order of ours, in words.
function edits.of(was, found)
  local _, theirs = edits.merge(was, was, found)
  return theirs
end

return edits
