-- Reading requests: queries, forms and JSON, from the raw text, so that nothing is decoded twice or lost.

local host = require "host"

local wire = {}

function wire.unescape(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

function wire.escape(text)
  return (tostring(text):gsub("[^%w%-._~]", function(char) return ("%%%02X"):format(char:byte()) end))
end

-- name=value pairs of a query or form; the last of equal names counts.
function wire.pairs_of(text)
  local out = {}
  for pair in (text or ""):gmatch "[^&]+" do
    local name, value = pair:match "^([^=]*)=?(.*)$"
    out[wire.unescape(name)] = wire.unescape(value)
  end
  return out
end

function wire.query(request) return wire.pairs_of(request.raw_query) end

-- The body as JSON, or nil.
function wire.json(request)
  local ok, value = pcall(host.json.decode, request.body)
  if ok and type(value) == "table" then return value end
end

function wire.is_null(value) return value == nil or value == host.json.null end

return wire
