-- Shops round each tax in a currency without a minor unit to the whole unit, Exact Online to two decimals. So what may be left over is
-- counted in the smallest coin: 0.02 is two cents, or two yen.

local decimal = require "decimal"
local decimals = require "shared.records.currencies".decimals

local currencies = {}

-- A limit that is written in hundredths, in the currency `code`.
function currencies.limit(amount, code)
  return decimals(code) == 0 and amount * decimal "100" or amount
end

return currencies
