-- RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2) for the simulated ShipStation, which has made-up keys and no library.
-- Numbers are lists of limbs of 28 bits, the lowest first; a product of two and sums of it fit into 64 bits.

local host, keys = require "host", require "shipstation_keys"

local BITS <const> = 28
local MASK <const> = (1 << BITS) - 1
-- Of a SHA-256 digest in DER (RFC 8017, section 9.2, note 1).
local DIGEST_INFO = "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"

local function from_hex(text)
  local out = {}
  for last = #text, 1, -7 do out[#out + 1] = tonumber(text:sub(math.max(1, last - 6), last), 16) end
  return out
end

local function to_bytes(number, size)
  local digits = {}
  for index = #number, 1, -1 do digits[#digits + 1] = ("%07x"):format(number[index]) end
  local text = table.concat(digits):gsub("^0+", "")
  text = ("0"):rep(2 * size - #text) .. text
  return (text:gsub("%x%x", function(byte) return string.char(tonumber(byte, 16)) end))
end

local function less(a, b)
  for index = math.max(#a, #b), 1, -1 do
    local x, y = a[index] or 0, b[index] or 0
    if x ~= y then return x < y end
  end
  return false
end

-- a - b, where a is not less.
local function minus(a, b)
  local out, borrow = {}, 0
  for index = 1, #a do
    local digit = a[index] - (b[index] or 0) - borrow
    borrow = digit < 0 and 1 or 0
    out[index] = digit & MASK
  end
  return out
end

local function plus(a, b)
  local out, carry = {}, 0
  for index = 1, math.max(#a, #b) do
    local sum = (a[index] or 0) + (b[index] or 0) + carry
    out[index], carry = sum & MASK, sum >> BITS
  end
  if carry > 0 then out[#out + 1] = carry end
  return out
end

local function times(a, b)
  local out = {}
  for index = 1, #a + #b do out[index] = 0 end
  for i = 1, #a do
    local carry, digit = 0, a[i]
    for j = 1, #b do
      local sum = out[i + j - 1] + digit * b[j] + carry
      out[i + j - 1], carry = sum & MASK, sum >> BITS
    end
    out[i + #b] = carry
  end
  return out
end

local function modulo(a, m)
  local out = {}
  for index = #a, 1, -1 do
    for bit = BITS - 1, 0, -1 do
      out = plus(out, out)
      if a[index] >> bit & 1 == 1 then out = plus(out, { 1 }) end
      if not less(out, m) then out = minus(out, m) end
    end
  end
  return out
end

-- a * b / 2^(28 n) modulo m (P. Montgomery, "Modular multiplication without trial division"), for a and b below m.
local function montgomery(a, b, m, n, inverse)
  local out = {}
  for index = 1, n + 2 do out[index] = 0 end
  for i = 1, n do
    local digit, carry = a[i] or 0, 0
    for j = 1, n do
      local sum = out[j] + digit * (b[j] or 0) + carry
      out[j], carry = sum & MASK, sum >> BITS
    end
    local top = out[n + 1] + carry
    out[n + 1], out[n + 2] = top & MASK, top >> BITS
    local factor = out[1] * inverse & MASK
    carry = (out[1] + factor * m[1]) >> BITS
    for j = 2, n do
      local sum = out[j] + factor * m[j] + carry
      out[j - 1], carry = sum & MASK, sum >> BITS
    end
    top = out[n + 1] + carry
    out[n], out[n + 1] = top & MASK, out[n + 2] + (top >> BITS)
  end
  if not less(out, m) then out = minus(out, m) end
  return out
end

local function power(base, exponent, m)
  local n, inverse = #m, 1
  -- Newton: each step doubles the bits that are right.
  for _ = 1, 5 do inverse = inverse * (2 - m[1] * inverse) & MASK end
  inverse = -inverse & MASK
  local shifted = {}
  for index = 1, n do shifted[index] = 0 end
  shifted[n + 1] = 1
  local one = modulo(shifted, m)
  local square = modulo(times(one, one), m)
  local running, result = montgomery(base, square, m, n, inverse), one
  for index = #exponent, 1, -1 do
    for bit = BITS - 1, 0, -1 do
      result = montgomery(result, result, m, n, inverse)
      if exponent[index] >> bit & 1 == 1 then result = montgomery(result, running, m, n, inverse) end
    end
  end
  return montgomery(result, { 1 }, m, n, inverse)
end

local numbers = {}   -- of the keys, made when they are first used

local function numbers_of(position)
  if not numbers[position] then
    local key, out = keys[position], {}
    for _, name in ipairs { "modulus", "p", "q", "dp", "dq", "q_inverse" } do out[name] = from_hex(key[name]) end
    numbers[position] = out
  end
  return numbers[position]
end

local rsa = { SIZE = 256, EXPONENT = "\1\0\1" }

-- The signature's bytes, and the key's id.
function rsa.sign(position, text)
  local key = numbers_of(position)
  local padded = "\0\1" .. ("\xff"):rep(rsa.SIZE - 3 - #DIGEST_INFO - 32) .. "\0" .. DIGEST_INFO .. host.crypto.sha256(text)
  local message = from_hex((host.crypto.hex(padded):gsub("^0+", "")))
  local first = power(modulo(message, key.p), key.dp, key.p)
  local second = power(modulo(message, key.q), key.dq, key.q)
  local below = modulo(second, key.p)
  local difference = less(first, below) and minus(plus(first, key.p), below) or minus(first, below)
  local sum = plus(second, times(modulo(times(key.q_inverse, difference), key.p), key.q))
  return to_bytes(sum, rsa.SIZE), keys[position].id
end

-- Whether a signature is that text's by the public key alone: squares and one product, for e = 65537.
function rsa.verify(position, text, signature)
  local modulus = from_hex(keys[position].modulus)
  local opened = to_bytes(power(from_hex((host.crypto.hex(signature):gsub("^0+", ""))), from_hex "10001", modulus), rsa.SIZE)
  return opened == "\0\1" .. ("\xff"):rep(rsa.SIZE - 3 - #DIGEST_INFO - 32) .. "\0" .. DIGEST_INFO .. host.crypto.sha256(text)
end

local function base64url(bytes) return (host.crypto.base64(bytes):gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" })) end

-- The JSON Web Key of the public half (RFC 7517).
function rsa.jwk(position)
  return {
    kty = "RSA", use = "sig", alg = "RS256", kid = keys[position].id, n = base64url(to_bytes(numbers_of(position).modulus, rsa.SIZE)),
    e = base64url(rsa.EXPONENT),
  }
end

return rsa
