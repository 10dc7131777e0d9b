-- Freight LTL of the simulated FedEx: shipments of handling units with one bill of lading, quotes and pickups. Nothing here takes a shipment back:
-- that is done by phone, which is a control (README.md). And nothing de-duplicates.

local Parcels, answers, calendar, check, host, label, money, wire = require "fedex_parcels", require "fedex_answers", require "calendar",
  require "fedex_freight_check", require "host", require "fedex_label", require "money", require "wire"

local SERVICES = {
  FEDEX_FREIGHT_ECONOMY = { name = "FedEx Freight Economy", base = "95.00", days = "FOUR_DAYS" },
  FEDEX_FREIGHT_PRIORITY = { name = "FedEx Freight Priority", base = "140.00", days = "TWO_DAYS" },
}
local PER_KILO = money.parse "0.0040"   -- of each kilogram, for each point of its class
local BILLS = { FEDEX_FREIGHT_STRAIGHT_BILL_OF_LADING = true, VICS_BILL_OF_LADING = true }

local Freight = {}
Freight.__index = Freight

-- `world` is { parcels, accounts, freight_accounts, switches, base }.
function Freight.new(world) return setmetatable({ world = world, pickups = {}, by_code = {} }, Freight) end

local function amount(units) return host.number(money.text(units, 2)) end

local function points(class)
  local whole, half = class:match "^CLASS_(%d+)_?(%d?)$"
  return money.parse(half ~= "" and whole .. "." .. half or whole)
end

local function price(service, goods)
  local sum = money.parse(SERVICES[service].base)
  for _, each in ipairs(goods) do sum = sum + money.cents(money.times(PER_KILO, points(each.class)), each.kilos) end
  return money.round(sum, 2)
end

function Freight:document(content, kind, text, shipment) return label.document(content, kind, text, shipment.link, self.world.base()) end

-- A label for each handling unit, the first of which bears the shipment's number; bill of lading and invoice are the shipment's.
function Freight:shown(shipment)
  local switches, pieces, documents = self.world.switches, host.json.array {}, host.json.array {}
  for index, unit in ipairs(shipment.packages) do
    local file = self:document("LABEL", shipment.image, ("%s %d OF %d"):format(unit.number, index, #shipment.packages), shipment)
    local own, references = host.json.array {}, host.json.array {}
    if switches.freight_labels == "pieces" then
      own[1] = file
    else
      file.trackingNumber = unit.number
      documents[#documents + 1] = file
    end
    for _, reference in ipairs(unit.references) do
      if reference.type == "P_O_NUMBER" or reference.type == "INVOICE_NUMBER" then
        references[#references + 1] = { customerReferenceType = reference.type, value = reference.value }
      end
    end
    pieces[index] = {
      trackingNumber = unit.number, masterTrackingNumber = shipment.master, packageSequenceNumber = index, customerReferences = references,
      packageDocuments = own,
    }
  end
  for kind in pairs(shipment.papers) do
    if BILLS[kind] then
      local called = switches.freight_bill_called == "kind" and kind or "BILL_OF_LADING"
      documents[#documents + 1] = self:document(called, "PDF", "BILL " .. shipment.master, shipment)
    elseif kind == "COMMERCIAL_INVOICE" then
      documents[#documents + 1] = self:document("COMMERCIAL_INVOICE", "PDF", "INVOICE " .. shipment.master, shipment)
    end
  end
  return {
    masterTrackingNumber = shipment.master, serviceType = shipment.service, serviceName = SERVICES[shipment.service].name, serviceCategory = "FREIGHT",
    shipDatestamp = calendar.date(shipment.ship_date), pieceResponses = pieces, shipmentDocuments = documents,
    completedShipmentDetail = {
      carrierCode = "FXFR", masterTrackingId = { trackingNumber = shipment.master },
      shipmentRating = {
        actualRateType = "PAYOR_ACCOUNT_SHIPMENT",
        shipmentRateDetails = host.json.array {
          { rateType = "PAYOR_ACCOUNT_SHIPMENT", totalNetCharge = amount(shipment.charge), currency = shipment.currency },
        },
      },
    },
  }
end

function Freight:create(request, body, child)
  local made, faults = check.shipment(body, self.world, child)
  if not made then return answers.refuse(request, 400, faults) end
  made.account_number, made.currency = made.account.number, made.account.currency
  made.charge = made.payment == "SENDER" and price(made.service, made.goods) or 0
  for _, unit in ipairs(made.packages) do unit.weight, unit.charge = money.text(unit.weight, 2), 0 end
  made.ship_date = made.ship_date or host.now() - host.now() % 86400
  made.customer_transaction = request.headers["x-customer-transaction-id"]
  self.world.parcels:add(made)
  self.world.parcels:depart(made, self.world.switches)
  local answer
  answer, made.transaction = answers.ok(request, {
    transactionShipments = host.json.array { self:shown(made) }, alerts = answers.alerts(self.world.switches, {}),
  })
  return answer
end

function Freight:quote(request, body, child)
  local asked, faults = check.quote(body, self.world, child)
  if not asked then return answers.refuse(request, 400, faults) end
  local rows = host.json.array {}
  for _, name in ipairs { "FEDEX_FREIGHT_ECONOMY", "FEDEX_FREIGHT_PRIORITY" } do
    if not asked.service or asked.service == name then
      local rate = { rateType = "ACCOUNT", totalNetCharge = amount(price(name, asked.goods)), currency = asked.account.currency }
      rows[#rows + 1] = {
        serviceType = name, serviceName = SERVICES[name].name, packagingType = "YOUR_PACKAGING",
        ratedShipmentDetails = self.world.switches.freight_rate_details == "list" and host.json.array { rate } or rate,
        commit = { daysInTransit = SERVICES[name].days },
      }
    end
  end
  return (answers.ok(request, { rateReplyDetails = rows, quoteDate = calendar.date(host.now()), alerts = answers.alerts(self.world.switches, {}) }))
end

function Freight:pickup(request, body, child)
  local asked, faults = check.pickup(body, self.world, child)
  if not asked then return answers.refuse(request, 400, faults) end
  local day = calendar.date(asked.ready)
  local row = { code = ("%sDEN%06d"):format(day:gsub("%-", ""), #self.pickups + 1), account = asked.account.number, date = day, cancelled = false }
  self.pickups[#self.pickups + 1], self.by_code[row.code] = row, row
  return (answers.ok(request, { pickupConfirmationCode = row.code, alerts = answers.alerts(self.world.switches, {}) }))
end

function Freight:cancel_pickup(request, body, child)
  local asked, faults = check.cancelled(body, self.world, child)
  if not asked then return answers.refuse(request, 400, faults) end
  local row = self.by_code[asked.code]
  if not row or row.account ~= asked.account.number then return answers.error(request, 400, "PICKUP.NOTFOUND", "There is no such pickup.") end
  row.cancelled = true
  return (answers.ok(request, {
    pickupConfirmationCode = row.code, cancelConfirmationMessage = "Requested pickup has been cancelled Successfully.",
    alerts = answers.alerts(self.world.switches, {}),
  }))
end

local ROUTES = {
  ["POST freight/shipments"] = Freight.create, ["POST freight/rates/quotes"] = Freight.quote, ["POST freight/pickups/"] = Freight.pickup,
  ["PUT freight/pickups/cancel/"] = Freight.cancel_pickup,
}

function Freight:handle(request, path, child)
  local run = ROUTES[request.method .. " " .. path]
  if not run then return answers.not_found(request) end
  local body = wire.json(request)
  if not body then return answers.error(request, 400, "INVALID.INPUT.EXCEPTION", "The request is no JSON.") end
  return run(self, request, body, child)
end

-- Somebody phones: whole shipments go, as long as nobody has scanned them. Gives the number of those, or nil and why.
function Freight:phoned(numbers)
  local count = 0
  for _, number in ipairs(numbers) do
    local unit = self.world.parcels:parcel(number)
    if not unit or not unit.shipment.freight then return nil, "no freight shipment " .. tostring(number) end
    if not Parcels.tendered(unit.shipment) then unit.shipment.cancelled, count = true, count + 1 end
  end
  return count
end

function Freight:report()
  local list = host.json.array {}
  for index, row in ipairs(self.pickups) do list[index] = row end
  return list
end

return Freight
