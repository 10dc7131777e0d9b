-- Answers of the simulated Exact Online in their forms: rows, the error block, tokens' errors.

local host = require "host"

local answers = {}

local JSON = "application/json; charset=utf-8"

function answers.json(status, value, headers)
  headers = headers or {}
  headers["content-type"] = JSON
  return { status = status, headers = headers, body = host.json.encode(value) }
end

function answers.error(status, text, headers)
  return answers.json(status, { error = { code = "", message = { lang = "", value = text } } }, headers)
end

function answers.empty(status, headers) return { status = status, headers = headers or {}, body = "" } end

-- Of the token endpoint.
function answers.token_error(status, code, description, reason)
  return answers.json(status, { error = code, error_description = description }, reason and { Reason = reason } or {})
end

function answers.page(status, html) return { status = status, headers = { ["content-type"] = "text/html; charset=utf-8" }, body = html } end

return answers
