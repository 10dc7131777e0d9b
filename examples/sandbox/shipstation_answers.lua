-- Answers of the simulated ShipStation. V1 tells a fault as {"message"} (documented) or as ASP.NET does (observed), V2 as a list
-- of errors with their source.

local host = require "host"

local answers = {}

function answers.json(status, value)
  return { status = status, headers = { ["content-type"] = "application/json; charset=utf-8" }, body = host.json.encode(value) }
end

function answers.empty(status) return { status = status, headers = {}, body = "" } end

function answers.message(status, text) return answers.json(status, { message = text }) end

-- Input that V1 does not take; `form` is a switch (sheet, section 5.1).
function answers.bad(form, text)
  if form ~= "500" then return answers.message(400, text) end
  return answers.json(500, { Message = "An error has occurred.", ExceptionMessage = text, ExceptionType = "System.ArgumentException" })
end

function answers.v2_error(status, kind, code, text)
  return answers.json(status, {
    request_id = host.uuid(),
    errors = host.json.array { { error_source = "ShipStation", error_type = kind, error_code = code, message = text } },
  })
end

function answers.v2_invalid(code, text) return answers.v2_error(400, "validation", code, text) end
function answers.v2_missing(what) return answers.v2_error(404, "business_rules", "not_found", what .. " was not found.") end

-- A number with no more digits than it has.
function answers.number(text)
  if text:find(".", 1, true) then text = text:gsub("0+$", ""):gsub("%.$", "") end
  return host.number(text)
end

function answers.or_null(value)
  if value == nil then return host.json.null end
  return value
end

return answers
