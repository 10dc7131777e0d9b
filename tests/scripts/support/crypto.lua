-- What specs in plain Lua need of the host's module crypto.

local digest = require "digest"

local crypto = {}

function crypto.sha256(data, as)
  local bytes = digest.sha256(data)
  return as == "hex" and digest.hex(bytes) or bytes
end

return crypto
