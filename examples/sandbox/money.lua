-- Amounts as integers of ten-thousandths, apart from the runtime's decimals on purpose: a fault there can't hide here.

local money = { ONE = 10000 }

-- Reads a number, decimal or text; nil when it is none or has more than four places.
function money.parse(value)
  local sign, whole, fraction = tostring(value):match "^(%-?)(%d+)%.?(%d*)$"
  if not whole or #whole > 12 then return nil end
  if #fraction > 4 then
    if fraction:sub(5):find "[1-9]" then return nil end
    fraction = fraction:sub(1, 4)
  end
  local units = math.tointeger(whole) * money.ONE + math.tointeger((fraction .. "0000"):sub(1, 4))
  return sign == "-" and -units or units
end

-- Integer division, halves away from zero.
local function divide(a, b)
  if a < 0 then return -divide(-a, b) end
  return (2 * a + b) // (2 * b)
end
money.divide = divide

function money.round(units, places)
  local step = math.tointeger(10 ^ (4 - places))
  return divide(units, step) * step
end

-- Product of two amounts, to four places.
function money.times(a, b) return divide(a * b, money.ONE) end

-- Product of two amounts, rounded once, to the cent.
function money.cents(a, b) return divide(a * b, money.ONE * 100) * 100 end

function money.text(units, places)
  places = places or 4
  local sign = units < 0 and "-" or ""
  units = math.abs(money.round(units, places))
  local whole, fraction = units // money.ONE, ("%04d"):format(units % money.ONE)
  if places == 0 then return sign .. whole end
  return ("%s%d.%s"):format(sign, whole, fraction:sub(1, places))
end

return money
