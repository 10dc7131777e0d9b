-- SHA-256, HMAC, hex and base64 for running specs in plain Lua (FIPS 180-4, RFC 2104).

local digest = {}

local function first_primes(count)
  local primes, candidate = {}, 2
  while #primes < count do
    local prime = true
    for _, each in ipairs(primes) do prime = prime and candidate % each ~= 0 end
    if prime then primes[#primes + 1] = candidate end
    candidate = candidate + 1
  end
  return primes
end

-- The first 32 bits of the fraction of prime^(1/root).
local function constant(prime, root)
  local value = prime ^ (1 / root)
  return math.tointeger((value - value // 1) * 4294967296 // 1)
end

local K, START = {}, {}
for index, prime in ipairs(first_primes(64)) do
  K[index] = constant(prime, 3)
  if index <= 8 then START[index] = constant(prime, 2) end
end

local function rotate(value, bits) return (value >> bits | value << (32 - bits)) & 0xffffffff end

local function compress(state, chunk)
  local words = { (">I4"):rep(16):unpack(chunk) }
  for index = 17, 64 do
    local a, b = words[index - 15], words[index - 2]
    local small = rotate(a, 7) ~ rotate(a, 18) ~ a >> 3
    local large = rotate(b, 17) ~ rotate(b, 19) ~ b >> 10
    words[index] = (words[index - 16] + small + words[index - 7] + large) & 0xffffffff
  end
  local a, b, c, d, e, f, g, h = table.unpack(state)
  for index = 1, 64 do
    local one = rotate(e, 6) ~ rotate(e, 11) ~ rotate(e, 25)
    local first = h + one + (e & f ~ ~e & g) + K[index] + words[index]
    local zero = rotate(a, 2) ~ rotate(a, 13) ~ rotate(a, 22)
    local second = zero + (a & b ~ a & c ~ b & c)
    h, g, f, e, d, c, b, a = g, f, e, (d + first) & 0xffffffff, c, b, a, (first + second) & 0xffffffff
  end
  for index, value in ipairs { a, b, c, d, e, f, g, h } do state[index] = (state[index] + value) & 0xffffffff end
end

function digest.sha256(text)
  local padded = text .. "\128" .. ("\0"):rep((55 - #text) % 64) .. (">I8"):pack(#text * 8)
  local state = { table.unpack(START) }
  for at = 1, #padded, 64 do compress(state, padded:sub(at, at + 63)) end
  return (">I4"):rep(8):pack(table.unpack(state))
end

function digest.hmac_sha256(key, text)
  if #key > 64 then key = digest.sha256(key) end
  key = key .. ("\0"):rep(64 - #key)
  local function masked(byte) return (key:gsub(".", function(char) return string.char(char:byte() ~ byte) end)) end
  return digest.sha256(masked(0x5c) .. digest.sha256(masked(0x36) .. text))
end

function digest.hex(bytes) return (bytes:gsub(".", function(char) return ("%02x"):format(char:byte()) end)) end

local LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
function digest.base64(bytes)
  local out = {}
  for at = 1, #bytes, 3 do
    local a, b, c = bytes:byte(at, at + 2)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    for place = 0, 3 do
      local six = bits >> (18 - 6 * place) & 63
      out[#out + 1] = (place == 2 and not b or place == 3 and not c) and "=" or LETTERS:sub(six + 1, six + 1)
    end
  end
  return table.concat(out)
end

return digest
