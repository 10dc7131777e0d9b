-- Answers of the simulated Acumatica: JSON, and its errors as several projects saw them (sheet, section 4.4).

local host = require "host"

local answers = {}

function answers.json(status, value, headers)
  local all = { ["content-type"] = "application/json; charset=utf-8" }
  for name, content in pairs(headers or {}) do all[name] = content end
  return { status = status, headers = all, body = host.json.encode(value) }
end

function answers.empty(status, headers) return { status = status, headers = headers or {}, body = "" } end

function answers.text(status, text) return { status = status, headers = { ["content-type"] = "text/html" }, body = text } end

-- What fails in its business: mostly 500, the sentence in exceptionMessage.
function answers.exception(text, kind, status)
  return answers.json(status or 500, {
    message = "An error has occurred.", exceptionMessage = text, exceptionType = kind or "PX.Data.PXException",
    stackTrace = "   at PX.Data.PXGraph.Persist()",
  })
end

-- Several fields are wrong at once: the sentences stand in the inner exception.
function answers.outer(text)
  return answers.json(500, {
    message = "An error has occurred.", exceptionMessage = "Error: An error occurred during processing of the field.",
    exceptionType = "PX.Data.PXOuterException", stackTrace = "   at PX.Data.PXGraph.Persist()",
    innerException = { message = "An error has occurred.", exceptionMessage = text, exceptionType = "PX.Data.PXException" },
  })
end

function answers.bad(text) return answers.json(400, { message = "The request is invalid.", exceptionMessage = text }) end
function answers.message(status, text) return answers.json(status, { message = text }) end

return answers
