-- Answers of the simulated FedEx in their forms, after apis/fedex.md sections 1, 3 and 4: what was asked for stands in
-- `output`, refusals in `errors`; the caller's own transaction id comes back, except with 401, 403 and 404.

local host, wire = require "host", require "wire"

local answers = {}

local WITHOUT_CUSTOMER_ID = { [401] = true, [403] = true, [404] = true }

local function envelope(request, status, more)
  more.transactionId = host.uuid()
  if not WITHOUT_CUSTOMER_ID[status] then more.customerTransactionId = request.headers["x-customer-transaction-id"] end
  return { status = status, headers = { ["content-type"] = "application/json" }, body = host.json.encode(more) }, more.transactionId
end

-- Also gives the transaction id that FedEx made for the call.
function answers.ok(request, output) return envelope(request, 200, { output = output }) end

-- One error as it stands in a refusal; `parameters` are keys with values.
function answers.fault(code, message, parameters)
  local list
  for key, value in pairs(parameters or {}) do
    list = list or host.json.array {}
    list[#list + 1] = { key = key, value = tostring(value) }
  end
  return { code = code, message = message, parameterList = list }
end

function answers.refuse(request, status, faults)
  local list = host.json.array {}
  for index, fault in ipairs(faults) do list[index] = fault end
  return (envelope(request, status, { errors = list }))
end

function answers.error(request, status, code, message, parameters)
  return answers.refuse(request, status, { answers.fault(code, message, parameters) })
end

function answers.unauthorized(request)
  return answers.error(request, 401, "NOT.AUTHORIZED.ERROR", "Access token expired or not valid. Please get a new one.")
end

function answers.not_found(request, message)
  return answers.error(request, 404, "NOT.FOUND.ERROR", message or "The resource you requested is no longer available.")
end

-- Notes beside a success; one sample of FedEx's shows them as a plain text.
function answers.alerts(switches, list)
  if switches.alerts == "text" then
    return list[1] and list[1].message or "SUCCESS"
  elseif switches.alerts == "list" then
    local out = host.json.array {}
    for index, alert in ipairs(list) do out[index] = alert end
    return out
  end
  return nil
end

function answers.note(code, message) return { code = code, alertType = "NOTE", message = message } end

-- A field of a request, nil where it is null or its parents are no tables.
function answers.given(value, path)
  for step in path:gmatch "[^.]+" do
    if type(value) ~= "table" or wire.is_null(value) then return nil end
    value = value[math.tointeger(step) or step]
  end
  if wire.is_null(value) then return nil end
  return value
end

return answers
