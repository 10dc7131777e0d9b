-- Currencies without a minor unit (ISO 4217, exponent 0): shops round each tax in them to the whole unit, Exact Online to two
-- decimals. So what may be left over is counted in the smallest coin: 0.02 is two cents, or two yen.

local decimal = require "decimal"

local currencies = {}

local WITHOUT_MINOR_UNIT = {
  BIF = true, CLP = true, DJF = true, GNF = true, ISK = true, JPY = true, KMF = true, KRW = true, PYG = true, RWF = true, UGX = true,
  UYI = true, VND = true, VUV = true, XAF = true, XOF = true, XPF = true,
}

-- A limit that is written in hundredths, in the currency `code`.
function currencies.limit(amount, code)
  return WITHOUT_MINOR_UNIT[code or ""] and amount * decimal "100" or amount
end

return currencies
