--- Countries by ISO 3166 code: calling code, the digit that a number at home begins with, and the form of postcodes.

local countries = {}

-- "NL31": code and calling code (ITU-T E.164 assigned country codes). North America and its islands share 1.
local CALLING = [[
AD376 AE971 AF93 AG1 AI1 AL355 AM374 AO244 AR54 AS1 AT43 AU61 AW297 AX358 AZ994 BA387 BB1 BD880 BE32 BF226 BG359 BH973 BI257
BJ229 BL590 BM1 BN673 BO591 BQ599 BR55 BS1 BT975 BW267 BY375 BZ501 CA1 CC61 CD243 CF236 CG242 CH41 CI225 CK682 CL56 CM237 CN86
CO57 CR506 CU53 CV238 CW599 CX61 CY357 CZ420 DE49 DJ253 DK45 DM1 DO1 DZ213 EC593 EE372 EG20 EH212 ER291 ES34 ET251 FI358 FJ679
FK500 FM691 FO298 FR33 GA241 GB44 GD1 GE995 GF594 GG44 GH233 GI350 GL299 GM220 GN224 GP590 GQ240 GR30 GT502 GU1 GW245 GY592
HK852 HN504 HR385 HT509 HU36 ID62 IE353 IL972 IM44 IN91 IO246 IQ964 IR98 IS354 IT39 JE44 JM1 JO962 JP81 KE254 KG996 KH855 KI686
KM269 KN1 KP850 KR82 KW965 KY1 KZ7 LA856 LB961 LC1 LI423 LK94 LR231 LS266 LT370 LU352 LV371 LY218 MA212 MC377 MD373 ME382 MF590
MG261 MH692 MK389 ML223 MM95 MN976 MO853 MP1 MQ596 MR222 MS1 MT356 MU230 MV960 MW265 MX52 MY60 MZ258 NA264 NC687 NE227 NF672
NG234 NI505 NL31 NO47 NP977 NR674 NU683 NZ64 OM968 PA507 PE51 PF689 PG675 PH63 PK92 PL48 PM508 PR1 PS970 PT351 PW680 PY595 QA974
RE262 RO40 RS381 RU7 RW250 SA966 SB677 SC248 SD249 SE46 SG65 SH290 SI386 SJ47 SK421 SL232 SM378 SN221 SO252 SR597 SS211 ST239
SV503 SX1 SY963 SZ268 TC1 TD235 TG228 TH66 TJ992 TK690 TL670 TM993 TN216 TO676 TR90 TT1 TV688 TW886 TZ255 UA380 UG256 US1 UY598
UZ998 VA39 VC1 VE58 VG1 VI1 VN84 VU678 WF681 WS685 XK383 YE967 YT262 ZA27 ZM260 ZW263
]]

-- The digit before a number that is called from within the country ("0" in 020…). Where numbers are dialled in full,
-- such as in ES, NO, DK or IT (whose 0 belongs to the number), there is none.
local TRUNK = {}
for code in ([[
AE AF AL AM AR AT AU AZ BA BD BE BG BO BR CD CH CN CO CU DE DZ EC EG ER ET FI FR GB GE GF GG GH GP HR ID IE IL IM IN IQ IR JE JO JP
KE KG KH KP KR LA LB LK LR LY MA MD ME MG MK MM MN MQ MY NA NG NL NP NZ PE PH PK PY RE RO RS RW SA SD SE SI SK SL SO SR SS SY TH TR
TW TZ UA UG VE VN XK YE YT ZA ZM ZW
]]):gmatch "%u%u" do TRUNK[code] = "0" end
TRUNK.HU, TRUNK.RU, TRUNK.KZ, TRUNK.BY, TRUNK.LT = "06", "8", "8", "8", "0"

-- The prefix of numbers abroad, where it is not 00.
local IDD = { US = "011", CA = "011", AU = "0011", JP = "010", HK = "001", SG = "001", KR = "001", RU = "810", KZ = "810", BY = "810" }

local D3, D4, D5, D6 = "(%d%d%d)", "(%d%d%d%d)", "(%d%d%d%d%d)", "(%d%d%d%d%d%d)"
local FOUR, FIVE, SIX = { D4, sample = "1234" }, { D5, sample = "12345" }, { D6, sample = "123456" }
local THREE_TWO = { D3 .. "(%d%d)", sample = "123 45" }

local POSTCODES = {
  AT = FOUR, AU = FOUR, BE = FOUR, BG = FOUR, CH = FOUR, CY = FOUR, DK = FOUR, GE = FOUR, HU = FOUR, LI = FOUR, NO = FOUR, NZ = FOUR,
  ZA = FOUR, LU = { "L?" .. D4, sample = "1234" }, SI = FOUR, MK = FOUR, AL = FOUR, AM = FOUR, PH = FOUR,
  DE = FIVE, ES = FIVE, FI = FIVE, FR = FIVE, HR = FIVE, IT = FIVE, EE = FIVE, MC = FIVE, ME = FIVE, MX = FIVE, MY = FIVE, RS = FIVE,
  SA = FIVE, SM = FIVE, TH = FIVE, TR = FIVE, UA = FIVE, VA = FIVE, MA = FIVE, ID = FIVE, KR = FIVE, BA = FIVE, EG = FIVE,
  BY = SIX, CN = SIX, IN = SIX, KZ = SIX, RO = SIX, RU = SIX, SG = SIX, VN = SIX,
  CZ = THREE_TWO, SK = THREE_TWO, SE = THREE_TWO, GR = THREE_TWO,
  NL = { "([1-9]%d%d%d)(%u%u)", sample = "1234 AB" },
  PL = { "(%d%d)" .. D3, mark = "-", sample = "12-345" },
  PT = { D4 .. D3, mark = "-", sample = "1234-567" },
  LV = { "L?V?" .. "(%d%d%d%d)", sample = "LV-1234" },
  LT = { "L?T?" .. "(%d%d%d%d%d)", sample = "LT-12345" },
  JP = { D3 .. D4, mark = "-", sample = "123-4567" },
  BR = { D5 .. D3, mark = "-", sample = "12345-678" },
  US = { D5 .. D4, D5, mark = "-", sample = "12345 or 12345-6789" },
  PR = { D5 .. D4, D5, mark = "-", sample = "12345 or 12345-6789" },
  CA = { "([ABCEGHJ-NPRSTVXY]%d[ABCEGHJ-NPRSTV-Z])(%d[ABCEGHJ-NPRSTV-Z]%d)", sample = "K1A 0B1" },
  GB = {
    "(%u%d)(%d%u%u)", "(%u%d%d)(%d%u%u)", "(%u%u%d)(%d%u%u)", "(%u%u%d%d)(%d%u%u)", "(%u%d%u)(%d%u%u)", "(%u%u%d%u)(%d%u%u)", "(GIR)(0AA)",
    sample = "SW1A 1AA",
  },
  IE = { "(%u%d[%dW])(%w%w%w%w)", sample = "A65 F4E2" },
  MT = { "(%u%u%u)(%d%d%d%d)", sample = "VLT 1117" },
  AD = { "A?D?(%d%d%d)", sample = "AD123" },
  IS = { D3, sample = "123" },
  IL = { "(%d%d%d%d%d%d%d)", "(%d%d%d%d%d)", sample = "1234567" },
  TW = { "(%d%d%d%d%d%d)", "(%d%d%d%d%d)", "(%d%d%d)", sample = "123" },
}
-- Codes of the country that belong to the postcode itself.
local PREFIXES = { LV = "LV-", LT = "LT-", AD = "AD" }

local known = {}
for code, calling in CALLING:gmatch "(%u%u)(%d+)" do
  known[code] = { code = code, calling = calling, trunk = TRUNK[code], idd = IDD[code], postcode = POSTCODES[code], prefix = PREFIXES[code] }
end

--- What is known of a country.
---@param code string ISO code of two letters, in any case
---@return table? country `code`, `calling` (calling code), `trunk`, `idd` (prefixes of numbers at home and abroad), `postcode`; nil: no such country
---
--- ```lua
--- local countries = require "countries"
--- assert(countries.find("nl").calling == "31" and countries.find "ZZ" == nil)
--- ```
function countries.find(code)
  if type(code) ~= "string" then return nil end
  return known[code:match "^%s*(%a%a)%s*$" and code:match "%a%a":upper() or ""]
end

local EU = {}
for code in ("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"):gmatch "%u%u" do EU[code] = true end

--- Whether a country belongs to the customs union of the EU's member states. Territories with a code of their own do not.
---@param code string
---@return boolean
---
--- ```lua
--- local countries = require "countries"
--- assert(countries.in_eu "de" and not countries.in_eu "CH")
--- ```
function countries.in_eu(code)
  local found = countries.find(code)
  return found ~= nil and EU[found.code] == true
end

return countries
