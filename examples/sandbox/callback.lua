-- Calls to the addresses that a client of a simulated system gave for its webhooks: https with a checked chain and host.

local host = require "host"

local TIMEOUT_SECONDS = 15

local callback = {}

-- Why this address can't be a webhook's, or nil.
function callback.fault(url, only_port_443)
  local authority = url:match "^https://([^/?#]+)"
  if not authority then return "must be https" end
  local port = authority:match ":(%d+)$"
  if only_port_443 and port and port ~= "443" then return "must be on port 443" end
end

function callback.domain(url) return (url:match "^%a+://([^/:?#]+)" or ""):lower() end

-- Posts and gives the status, or nil and why there is none.
function callback.post(config, url, headers, body)
  local ok, response, why = pcall(host.http.request, {
    method = "POST", url = url, headers = headers, body = body, ca = config.ca, timeout = TIMEOUT_SECONDS,
  })
  if not ok then return nil, tostring(response) end
  if not response then return nil, tostring(why) end
  return response.status
end

return callback
