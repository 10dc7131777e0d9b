-- Decimals for running specs in plain Lua: a scaled integer of six places.

local PLACES, ONE = 6, 1000000

local Decimal = {}
Decimal.__index = Decimal

local function make(units, scale) return setmetatable({ units = units, scale_ = scale }, Decimal) end

local function parse(value)
  if getmetatable(value) == Decimal then return value end
  local sign, whole, fraction = tostring(value):match "^(%-?)(%d+)%.?(%d*)$"
  if not whole then error("not a number: " .. tostring(value), 2) end
  local units = math.tointeger(whole) * ONE + math.tointeger((fraction .. "000000"):sub(1, PLACES))
  return make(sign == "-" and -units or units, #fraction)
end

local function divide(a, b)
  if a < 0 then return -divide(-a, b) end
  return (a + b // 2) // b
end

function Decimal.__add(a, b)
  a, b = parse(a), parse(b)
  return make(a.units + b.units, math.max(a.scale_, b.scale_))
end
function Decimal.__sub(a, b) return parse(a) + -parse(b) end
function Decimal.__unm(a) return make(-a.units, a.scale_) end
function Decimal.__mul(a, b)
  a, b = parse(a), parse(b)
  -- Wholes apart from the rest, which leaves room for tons in milligrams.
  local x, y, sign = math.abs(a.units), math.abs(b.units), (a.units < 0) ~= (b.units < 0) and -1 or 1
  return make(sign * (x // ONE * y + divide(x % ONE * y, ONE)), math.min(PLACES, a.scale_ + b.scale_))
end
function Decimal.__eq(a, b) return a.units == b.units end
function Decimal.__lt(a, b) return parse(a).units < parse(b).units end
function Decimal.__le(a, b) return parse(a).units <= parse(b).units end
function Decimal:__tostring()
  local text = ("%s%d.%06d"):format(self.units < 0 and "-" or "", math.abs(self.units) // ONE, math.abs(self.units) % ONE)
  return self.scale_ == 0 and text:match "^[^.]+" or text:sub(1, #text - PLACES + self.scale_)
end
Decimal.text = Decimal.__tostring
function Decimal:round(places)
  local step = math.tointeger(10 ^ (PLACES - places))
  return make(divide(self.units, step) * step, places)
end
-- Rounded once: the quotient itself is not.
function Decimal:div(by, places, how)
  local step, other = math.tointeger(10 ^ (PLACES - places)), parse(by).units
  local sign = (self.units < 0) ~= (other < 0) and -1 or 1
  local over, under, shift = math.abs(self.units), math.abs(other), ONE // step
  local rest = over % under * shift
  local quotient = over // under * shift + (how == "down" and rest // under or divide(rest, under))
  return make(sign * quotient * step, places)
end
function Decimal:is_integer() return self.units % ONE == 0 end
function Decimal:sign() return self.units > 0 and 1 or self.units < 0 and -1 or 0 end
function Decimal:integer() return self.units // ONE end
function Decimal:abs() return make(math.abs(self.units), self.scale_) end
function Decimal:is_zero() return self.units == 0 end
function Decimal:compact()
  local text = tostring(make(self.units, PLACES))
  return (text:gsub("0+$", ""):gsub("%.$", ""))
end

return setmetatable({ is = function(value) return getmetatable(value) == Decimal end },
  { __call = function(_, value) return parse(value) end })
