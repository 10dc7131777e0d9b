-- The end of a day at the simulated FedEx: pickups, which nothing de-duplicates either, and Ground's close (apis/fedex.md, "Neighbours").

local answers, calendar, check, host, label, wire = require "fedex_answers", require "calendar", require "fedex_check", require "host",
  require "fedex_label", require "wire"

local given = answers.given
local CARRIERS = { FDXE = true, FDXG = true }

local Pickup = {}
Pickup.__index = Pickup

-- `world` is { parcels, accounts, switches }.
function Pickup.new(world) return setmetatable({ world = world, rows = {}, by_code = {}, closes = 0, last = {} }, Pickup) end

local function bad(request, code, message) return answers.error(request, 400, code, message) end

-- Why the request lacks something, or nil.
local function lacking(request, body, paths)
  for _, path in ipairs(paths) do
    if given(body, path) == nil then return bad(request, path:upper() .. ".MISSING", path .. " is missing.") end
  end
end

function Pickup:account(request, body, child, path)
  local account, faults = check.account(body, self.world.accounts, child, self.world.switches, path)
  if not account then return nil, answers.refuse(request, 400, faults) end
  return account
end

function Pickup:create(request, body, child)
  local account, refused = self:account(request, body, child, "associatedAccountNumber.value")
  refused = refused or lacking(request, body, {
    "originDetail.pickupLocation.address", "originDetail.readyDateTimestamp", "originDetail.customerCloseTime", "carrierCode",
  })
  if refused then return refused end
  if not CARRIERS[body.carrierCode] then return bad(request, "CARRIERCODE.INVALID", "carrierCode must be FDXE or FDXG.") end
  local ready = calendar.parse_iso(body.originDetail.readyDateTimestamp)
  if not ready then return bad(request, "READYDATETIMESTAMP.INVALID", "readyDateTimestamp must be an instant.") end
  local row = {
    code = ("%04d"):format(#self.rows + 1), account = account.number, carrier = body.carrierCode, date = calendar.date(ready), cancelled = false,
  }
  self.rows[#self.rows + 1], self.by_code[row.code] = row, row
  return (answers.ok(request, {
    pickupConfirmationCode = row.code, location = "AMSA", message = "Pickup is scheduled", alerts = answers.alerts(self.world.switches, {}),
  }))
end

function Pickup:cancel(request, body, child)
  local account, refused = self:account(request, body, child, "associatedAccountNumber.value")
  refused = refused or lacking(request, body, { "pickupConfirmationCode", "scheduledDate" })
  if refused then return refused end
  local row = self.by_code[body.pickupConfirmationCode]
  if not row or row.account ~= account.number or row.date ~= body.scheduledDate then
    return bad(request, "PICKUP.NOTFOUND", "There is no such pickup on that day.")
  end
  row.cancelled = true
  return (answers.ok(request, {
    pickupConfirmationCode = row.code, cancelConfirmationMessage = "Requested pickup has been cancelled.",
    alerts = answers.alerts(self.world.switches, {}),
  }))
end

function Pickup:availability(request, body)
  local refused = lacking(request, body, { "pickupAddress.countryCode", "pickupRequestType.1", "carriers.1", "countryRelationship" })
  if refused then return refused end
  local options = host.json.array {}
  for _, carrier in ipairs(body.carriers) do
    if not CARRIERS[carrier] then return bad(request, "CARRIERS.INVALID", "carriers must be FDXE or FDXG.") end
    options[#options + 1] = {
      carrier = carrier, available = true, pickupDate = given(body, "dispatchDate") or calendar.date(host.now()), cutOffTime = "16:00:00",
      scheduleDay = "SAME_DAY",
    }
  end
  return (answers.ok(request, {
    requestTimestamp = calendar.iso(host.now()) .. "Z", options = options, alerts = answers.alerts(self.world.switches, {}),
  }))
end

local function closed(self, request, text)
  local file = label.document("MANIFEST", "PDF", text)
  return (answers.ok(request, {
    closeDocuments = host.json.array { {
      type = "MANIFEST", shippingCycle = "END_OF_DAY", copiesToPrint = 1,
      parts = host.json.array { { documentPartSequenceNumber = 1, image = file.encodedLabel } },
    } }, alerts = answers.alerts(self.world.switches, {}),
  }))
end

-- What was shipped by Ground and is not closed yet.
function Pickup:close(request, body, child)
  local account, refused = self:account(request, body, child)
  refused = refused or lacking(request, body, { "closeReqType", "groundServiceCategory" })
  if refused then return refused end
  local count = 0
  for _, shipment in ipairs(self.world.parcels.shipments) do
    if shipment.carrier == "FDXG" and shipment.account_number == account.number and not shipment.cancelled and not shipment.closed then
      shipment.closed, count = true, count + 1
    end
  end
  if count == 0 then return bad(request, "GROUND.NOTHING.TO.CLOSE", "There are no shipments to close.") end
  self.closes, self.last[account.number] = self.closes + 1, ("CLOSED %d"):format(count)
  return closed(self, request, self.last[account.number])
end

function Pickup:reprint(request, body, child)
  local account, refused = self:account(request, body, child)
  if refused then return refused end
  local last = self.last[account.number]
  if not last then return bad(request, "GROUND.NOT.CLOSED", "Nothing has been closed.") end
  return closed(self, request, last)
end

local ROUTES = {
  ["POST pickups"] = Pickup.create, ["PUT pickups/cancel"] = Pickup.cancel, ["POST pickups/availabilities"] = Pickup.availability,
  ["PUT endofday/"] = Pickup.close, ["POST endofday/"] = Pickup.reprint,
}

function Pickup:handle(request, path, child)
  local run = ROUTES[request.method .. " " .. path]
  if not run then return answers.not_found(request) end
  local body = wire.json(request)
  if not body then return bad(request, "INVALID.INPUT.EXCEPTION", "The request is no JSON.") end
  return run(self, request, body, child)
end

function Pickup:report()
  local list = host.json.array {}
  for index, row in ipairs(self.rows) do list[index] = row end
  return { list = list, closes = self.closes }
end

return Pickup
