-- Answers of the simulated UPS: JSON, and the one error block that all of its REST services use (section 3). Codes that the
-- sheet does not give begin with SIM, so that nobody comes to rely on them.

local host = require "host"

local answers = {}

local JSON = { "content-type", "application/json" }

function answers.json(status, value, headers)
  headers = headers or {}
  headers[JSON[1]] = JSON[2]
  return { status = status, headers = headers, body = host.json.encode(value) }
end

function answers.error(status, code, message)
  return answers.json(status, { response = { errors = host.json.array { { code = code, message = message } } } })
end

function answers.invalid(message) return answers.error(400, "SIM400", message) end
function answers.no_method() return answers.error(405, "SIM405", "The method is not allowed.") end
function answers.not_found() return answers.error(404, "SIM404", "The resource is not available.") end

-- The block that services answer a success with, with what the request said of itself given back.
function answers.success(request, alerts)
  local said = type(request) == "table" and request.TransactionReference
  local block = { ResponseStatus = { Code = "1", Description = "Success" } }
  if type(said) == "table" and said.CustomerContext then block.TransactionReference = { CustomerContext = said.CustomerContext } end
  if alerts and #alerts > 0 then block.Alert = alerts end
  return block
end

-- A list, or its only element alone, as older versions (and at times new ones) give it.
function answers.list(rows, alone)
  if alone and #rows == 1 then return rows[1] end
  return host.json.array(rows)
end

return answers
