-- How many decimals amounts of a currency have (ISO 4217): two, where it is not named here.

local currencies = {}

local DECIMALS = { BHD = 3, IQD = 3, JOD = 3, KWD = 3, LYD = 3, OMR = 3, TND = 3 }
for code in ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"):gmatch "%u+" do DECIMALS[code] = 0 end

function currencies.decimals(code) return DECIMALS[code or ""] or 2 end

return currencies
