-- Ship of the simulated FedEx, after apis/fedex.md section 4. Nothing here de-duplicates: the same request twice is two shipments,
-- whatever transaction id it bears.

local Parcels, answers, calendar, check, host, label, money, wire = require "fedex_parcels", require "fedex_answers", require "calendar",
  require "fedex_check", require "host", require "fedex_label", require "money", require "wire"

local given = answers.given
local MOST_AT_ONCE, PER_KILO, OUTSIDE_UNION = 40, money.parse "1.1500", money.parse "14.0000"

local Ship = {}
Ship.__index = Ship

-- `world` is { parcels, accounts, switches, base }.
function Ship.new(world) return setmetatable({ world = world, jobs = {}, calls = {}, cancels = 0 }, Ship) end

-- What one parcel costs the account, in ten-thousandths.
function Ship.price(service, kilos, from, to)
  local sum = money.parse(service.price) + money.cents(PER_KILO, kilos)
  if from ~= to and not check.union(from, to) then sum = sum + OUTSIDE_UNION end
  return money.round(sum, 2)
end

local function amount(units) return host.number(money.text(units, 2)) end

local function shown_references(parcel)
  if not parcel.told then return nil end
  local out = host.json.array {}
  for index, reference in ipairs(parcel.references) do
    out[index] = { customerReferenceType = reference.type, value = reference.value }
  end
  return out
end

function Ship:document(content, kind, text, shipment)
  return label.document(content, kind, text, shipment.link, self.world.base())
end

function Ship:shown(shipment)
  local pieces, rates = host.json.array {}, host.json.array {}
  local documents = host.json.array {}
  for index, parcel in ipairs(shipment.packages) do
    pieces[index] = {
      trackingNumber = parcel.number, masterTrackingNumber = shipment.master, packageSequenceNumber = index,
      netChargeAmount = amount(parcel.charge), customerReferences = shown_references(parcel),
      packageDocuments = host.json.array {
        self:document("LABEL", shipment.image, ("%s %d OF %d"):format(parcel.number, index, #shipment.packages), shipment),
      },
    }
  end
  if shipment.customs then
    documents[1] = self:document("COMMERCIAL_INVOICE", "PDF", "INVOICE " .. shipment.master, shipment)
  end
  rates[1] = { rateType = "ACCOUNT", totalNetCharge = amount(shipment.charge), currency = shipment.currency }
  return {
    masterTrackingNumber = shipment.master, serviceType = shipment.service, serviceName = check.SERVICES[shipment.service].name,
    shipDatestamp = calendar.date(shipment.ship_date), pieceResponses = pieces, shipmentDocuments = documents,
    completedShipmentDetail = {
      masterTrackingId = { trackingNumber = shipment.master },
      shipmentRating = { actualRateType = "ACCOUNT", shipmentRateDetails = rates },
    },
  }
end

-- Makes the shipment out of what was checked.
function Ship:keep(checked, request)
  local service = check.SERVICES[checked.service]
  checked.charge, checked.currency, checked.account_number = 0, checked.account.currency, checked.account.number
  for _, parcel in ipairs(checked.packages) do
    parcel.charge = checked.payment == "SENDER"
      and Ship.price(service, parcel.kilos, checked.shipper.country, checked.recipient.country) or 0
    checked.charge = checked.charge + parcel.charge
  end
  checked.ship_date = checked.ship_date or host.now() - host.now() % 86400
  checked.customer_transaction = request.headers["x-customer-transaction-id"]
  self.world.parcels:add(checked)
  self.world.parcels:depart(checked, self.world.switches)
  return checked
end

function Ship:checked(request, child)
  local body = wire.json(request)
  if not body then return nil, answers.error(request, 400, "INVALID.INPUT.EXCEPTION", "The request is no JSON.") end
  local checked, faults = check.shipment(body, self.world.accounts, child, self.world.switches)
  if not checked then return nil, answers.refuse(request, 400, faults) end
  return checked, body
end

function Ship:create(request, child)
  local checked, body = self:checked(request, child)
  if not checked then return body end
  local id = request.headers["x-customer-transaction-id"]
  if id and self.calls[id] and self.world.switches.same_transaction_id == "refused" then
    return answers.error(request, 400, "TRANSACTIONID.DUPLICATE", "A transaction with this id has been processed.")
  end
  local many = #checked.packages > MOST_AT_ONCE
  if many and body.processingOptionType ~= "ALLOW_ASYNCHRONOUS" then
    return answers.error(request, 400, "PACKAGECOUNT.TOO.MANY", "More than 40 packages need processingOptionType ALLOW_ASYNCHRONOUS.")
  end
  local shipment = self:keep(checked, request)
  if id then self.calls[id] = true end
  local answer
  local alerts = answers.alerts(self.world.switches, { answers.note("SHIP.RECIPIENT.POSTALCITY.MATCH", "The recipient's postal code and city match.") })
  if many then
    local job = host.uuid()
    self.jobs[job] = { shipment = shipment, ready = host.now() + self.world.switches.async_seconds }
    answer, shipment.transaction = answers.ok(request, { jobId = job, alerts = alerts })
  else
    answer, shipment.transaction = answers.ok(request, {
      jobId = host.json.null, alerts = alerts, transactionShipments = host.json.array { self:shown(shipment) },
    })
  end
  return answer
end

function Ship:validate(request, child)
  local checked, refused = self:checked(request, child)
  if not checked then return refused end
  return (answers.ok(request, { alerts = answers.alerts(self.world.switches, { answers.note("SHIPMENT.VALIDATION.SUCCESS", "Shipment can be made.") }) }))
end

-- What became of a request that was taken for later.
function Ship:results(request)
  local body = wire.json(request)
  local job = body and self.jobs[given(body, "jobId") or ""]
  if not job or given(body, "accountNumber.value") ~= job.shipment.account_number then return answers.not_found(request) end
  if host.now() < job.ready then
    return (answers.ok(request, { jobId = body.jobId, alerts = answers.alerts(self.world.switches, { answers.note("SHIPMENT.IN.PROCESS", "In process.") }) }))
  end
  return (answers.ok(request, {
    jobId = body.jobId, alerts = answers.alerts(self.world.switches, {}), transactionShipments = host.json.array { self:shown(job.shipment) },
  }))
end

-- A shipment that FedEx has in hand stays, with 200 and `cancelledShipment` false.
function Ship:cancel(request, child)
  local body = wire.json(request)
  if not body then return answers.error(request, 400, "INVALID.INPUT.EXCEPTION", "The request is no JSON.") end
  local account, faults = check.account(body, self.world.accounts, child, self.world.switches)
  if not account then return answers.refuse(request, 400, faults) end
  if given(body, "deletionControl") ~= "DELETE_ALL_PACKAGES" then
    return answers.error(request, 400, "DELETIONCONTROL.INVALID", "deletionControl must be DELETE_ALL_PACKAGES.")
  end
  local parcel = self.world.parcels:parcel(given(body, "trackingNumber") or "")
  if not parcel or parcel.shipment.account_number ~= account.number then
    return answers.error(request, 400, "TRACKINGNUMBER.NOTFOUND", "Tracking number is not found for this account.")
  end
  if parcel.shipment.freight then return answers.error(request, 400, "SERVICE.NOT.ALLOWED", "Only Express and Ground shipments can be cancelled.") end
  local shipment, again = parcel.shipment, parcel.shipment.cancelled
  self.cancels = self.cancels + 1
  if again and self.world.switches.second_cancel == "refused" then
    return answers.error(request, 400, "SHIPMENT.ALREADY.CANCELLED", "The shipment has been cancelled already.")
  end
  local late = self.world.switches.cancel_seconds
  local done = not Parcels.tendered(shipment) and not (late and host.now() - shipment.made > late)
  if again then done = self.world.switches.second_cancel == "done" else shipment.cancelled = done end
  if done and not again then shipment.cancelled_at = host.now() end
  return (answers.ok(request, {
    cancelledShipment = done, cancelledHistory = done, alerts = answers.alerts(self.world.switches, {}),
    message = done and "Shipment is successfully cancelled" or "Shipment can not be cancelled: it has been tendered or is cancelled already",
  }))
end

local ROUTES = {
  ["POST shipments"] = Ship.create, ["POST shipments/packages/validate"] = Ship.validate, ["POST shipments/results"] = Ship.results,
  ["PUT shipments/cancel"] = Ship.cancel,
}

function Ship:handle(request, path, child)
  local run = ROUTES[request.method .. " " .. path]
  if not run then return answers.not_found(request) end
  return run(self, request, child)
end

return Ship
