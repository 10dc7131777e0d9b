-- Pickups of the simulated UPS (section 8): rated, created (each time one is asked for), listed and cancelled.

local answers, calendar, fields, host, rates, wire = require "ups_answers", require "calendar", require "ups_fields", require "host",
  require "ups_rates", require "wire"

local PRICE = 65000   -- 6.50
local TYPES = { oncall = true, smart = true, both = true }
local FLAGS = { "RatePickupIndicator", "AlternateAddressIndicator" }

local pickups = {}

local function day_of(text)
  local year, month, day = tostring(text):match "^(%d%d%d%d)(%d%d)(%d%d)$"
  return year and calendar.parse_iso(("%s-%s-%s"):format(year, month, day))
end

local function date_fault(info)
  local fault = fields.table(info, "PickupDateInfo") or fields.must(info, "PickupDateInfo", "ReadyTime", 4)
    or fields.must(info, "PickupDateInfo", "CloseTime", 4) or fields.must(info, "PickupDateInfo", "PickupDate", 8)
  if fault then return fault end
  local day = day_of(info.PickupDate)
  if not day then return "PickupDateInfo.PickupDate must be YYYYMMDD." end
  if day < host.now() // 86400 * 86400 then return "PickupDateInfo.PickupDate is in the past." end
  if not info.ReadyTime:match "^[012]%d[0-5]%d$" or not info.CloseTime:match "^[012]%d[0-5]%d$" then return "PickupDateInfo has a time that is not HHmm." end
  if info.CloseTime <= info.ReadyTime then return "PickupDateInfo.CloseTime must be after ReadyTime." end
end

local function address_fault(address)
  local at = "PickupAddress"
  return fields.table(address, at) or fields.must(address, at, "City", 50) or fields.must(address, at, "CountryCode", 2)
    or fields.may(address, at, "PostalCode", 8) or fields.must(address, at, "ResidentialIndicator", 1)
end

local function contact_fault(address)
  local at = "PickupAddress"
  return fields.must(address, at, "CompanyName", 27) or fields.must(address, at, "ContactName", 22) or fields.table(address.AddressLine, at .. ".AddressLine")
    or fields.table(address.Phone, at .. ".Phone") or fields.must(address.Phone, at .. ".Phone", "Number", 25)
end

local function pieces_fault(pieces)
  pieces = fields.list(pieces)
  if #pieces == 0 then return "Missing or invalid PickupPiece." end
  for _, piece in ipairs(pieces) do
    local fault = fields.must(piece, "PickupPiece", "ServiceCode", 3) or fields.must(piece, "PickupPiece", "Quantity", 3)
      or fields.must(piece, "PickupPiece", "DestinationCountryCode", 2) or fields.must(piece, "PickupPiece", "ContainerCode", 2)
    if fault then return fault end
  end
end

local function flags_fault(asked)
  for _, name in ipairs(FLAGS) do
    if asked[name] ~= "Y" and asked[name] ~= "N" then return name .. " must be Y or N." end
  end
end

local function rate_result()
  local amount = rates.amount(PRICE)
  return { RateType = "FD", CurrencyCode = amount.CurrencyCode, GrandTotalOfAllCharge = amount.MonetaryValue }
end

-- POST /api/pickupcreation/{version}/pickup.
function pickups.create(world, request)
  if request.method ~= "POST" then return answers.no_method() end
  local body = wire.json(request)
  local asked = body and body.PickupCreationRequest
  if type(asked) ~= "table" then return answers.invalid "Missing or invalid PickupCreationRequest." end
  local account = type(asked.Shipper) == "table" and type(asked.Shipper.Account) == "table" and asked.Shipper.Account.AccountNumber
  local fault = flags_fault(asked) or date_fault(asked.PickupDateInfo) or address_fault(asked.PickupAddress) or contact_fault(asked.PickupAddress)
    or pieces_fault(asked.PickupPiece) or fields.must(asked, "PickupCreationRequest", "PaymentMethod", 2)
    or account and account ~= world.account and "Shipper.Account.AccountNumber is none of this user's accounts."
  if fault then return answers.invalid(fault) end
  local pickup = {
    prn = ("29%s%06d"):format(host.token(2):upper():sub(1, 3), #world.pickups + 1), date = asked.PickupDateInfo.PickupDate,
    contact = asked.PickupAddress.ContactName, reference = asked.ReferenceNumber, status = "pending",
  }
  world.pickups[#world.pickups + 1] = pickup
  return answers.json(200, {
    PickupCreationResponse = {
      Response = answers.success(asked.Request), PRN = pickup.prn, RateStatus = { Code = "01", Description = "Rate available" },
      RateResult = asked.RatePickupIndicator == "Y" and rate_result() or nil,
    },
  })
end

local function rate(world, request)
  local body = wire.json(request)
  local asked = body and body.PickupRateRequest
  if type(asked) ~= "table" then return answers.invalid "Missing or invalid PickupRateRequest." end
  local account = type(asked.ShipperAccount) == "table" and asked.ShipperAccount.AccountNumber
  local fault = address_fault(asked.PickupAddress) or asked.PickupDateInfo and date_fault(asked.PickupDateInfo)
    or account and account ~= world.account and "ShipperAccount.AccountNumber is none of this user's accounts."
  if fault then return answers.invalid(fault) end
  return answers.json(200, { PickupRateResponse = { Response = answers.success(asked.Request), RateResult = rate_result() } })
end

local function pending(world, request)
  if request.headers.accountnumber ~= world.account then return answers.invalid "Missing or invalid header AccountNumber." end
  local rows = {}
  for _, pickup in ipairs(world.pickups) do
    if pickup.status == "pending" then
      rows[#rows + 1] = {
        PickupType = "01", ServiceDate = pickup.date, PRN = pickup.prn, OnCallStatusCode = "001", PickupStatusMessage = "Received at dispatch",
        ContactName = pickup.contact, ReferenceNumber = pickup.reference,
      }
    end
  end
  if #rows == 0 then return answers.error(400, "SIM510", "There is no pending pickup.") end
  return answers.json(200, {
    PickupPendingStatusResponse = { Response = answers.success(nil), PendingStatus = answers.list(rows, world.switches.single_as_object) },
  })
end

-- By 01 (the account: all) or 02 (the number in the header Prn).
local function cancel(world, request, by)
  if by ~= "01" and by ~= "02" then return answers.invalid "A pickup is cancelled by 01 or 02." end
  local cancelled = 0
  for _, pickup in ipairs(world.pickups) do
    if pickup.status == "pending" and (by == "01" or pickup.prn == request.headers.prn) then
      pickup.status, cancelled = "cancelled", cancelled + 1
    end
  end
  if cancelled == 0 then return answers.error(400, "SIM511", "There is no such pending pickup.") end
  return answers.json(200, { PickupCancelResponse = { Response = answers.success(nil), PickupType = "01" } })
end

-- /api/shipments/{version}/pickup/{what}.
function pickups.handle(world, request, _, what)
  if request.method == "DELETE" then return cancel(world, request, what) end
  if not TYPES[what] then return answers.invalid "The type of pickup must be oncall, smart or both." end
  if request.method == "POST" then return rate(world, request) end
  if request.method == "GET" then return pending(world, request) end
  return answers.no_method()
end

return pickups
