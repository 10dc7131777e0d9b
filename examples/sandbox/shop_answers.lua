-- Answers of the simulated BigCommerce in their forms: V2 errors are arrays, V3 errors objects, nothing is a 204.

local host = require "host"

local answers = {}

local JSON = "application/json"

function answers.json(status, value)
  return { status = status, headers = { ["content-type"] = JSON }, body = host.json.encode(value) }
end

function answers.none() return { status = 204, headers = {}, body = "" } end

function answers.v2_error(status, message) return answers.json(status, host.json.array { { status = status, message = message } }) end

function answers.v3_error(status, title, errors)
  return answers.json(status, {
    status = status, title = title, type = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes",
    errors = errors or {},
  })
end

-- By the version that the path asks for.
function answers.error(version, status, text)
  return version == "v2" and answers.v2_error(status, text) or answers.v3_error(status, text)
end

-- V2 without `Accept: application/json` has answered in XML.
function answers.xml(response)
  return { status = response.status, headers = { ["content-type"] = "application/xml" }, body = '<?xml version="1.0"?><response/>' }
end

return answers
