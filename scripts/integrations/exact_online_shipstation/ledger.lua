-- What Exact Online would refuse an entry for, found in its master data before the write (C15): one sentence, one cause, and where to fix
-- it. Master data is remembered for an hour, and asked for anew in a replayed job.

local decimal = require "decimal"

local ledger = {}

local RELEASE = " Then release this case."
local MANDATORY, FORBIDDEN = 1, 2
local ACCOUNTS = "Financial, General ledger, G/L accounts"

local function trimmed(text) return text ~= nil and tostring(text):match "^%s*(.-)%s*$" or nil end

local function refuse(job, what, fix, setting)
  job:refuse(what .. ".", {
    cause = what, concern = "finance", code = "refused_before",
    fix = fix .. (setting and (" Or correct the setting %s."):format(setting) or "") .. RELEASE,
  })
end

local function rows(job, name, keys)
  if #keys == 0 then return {} end
  local found = job:look_up(name, keys)
  if job.attempt == 1 then return found end
  local fresh = job:look_up(name, keys, { anew = true })
  for _, key in ipairs(keys) do found[key] = fresh[key] end
  return found
end

local function each_once(lines, field)
  local out, seen = {}, {}
  for _, line in ipairs(lines) do
    local value = trimmed(line[field])
    if value and value ~= "" and not seen[value] then
      seen[value] = true
      out[#out + 1] = value
    end
  end
  return out
end

local function check_use(job, account, use, code, called, setting)
  local what
  if use == MANDATORY and not code then what = ("wants a %s, and the line has none"):format(called) end
  if use == FORBIDDEN and code then what = ("takes no %s, and the line has %s"):format(called, code) end
  if not what then return end
  refuse(job, ("G/L account %s %s"):format(trimmed(account.Code), what),
    ("Set %s for these lines, or change its use on the account's card (%s)."):format(setting, ACCOUNTS))
end

local function check_ended(job, lines, field, lookup, called, place, today)
  local keys = each_once(lines, field)
  local found = rows(job, lookup, keys)
  for _, code in ipairs(keys) do
    local row = found[code]
    if not row then refuse(job, ("%s %s is not in Exact Online"):format(called, code), "In Exact Online: " .. place .. ".", field) end
    local ended = row.EndDate and tostring(row.EndDate):sub(1, 10)
    if ended and ended < today then refuse(job, ("%s %s ended on %s"):format(called, code, ended), "In Exact Online: " .. place .. ".", field) end
  end
end

-- What is wrong with a VAT code of the settings; nil when it can be used.
function ledger.vat_fault(job, code)
  local found = code and rows(job, "vat_codes", { code })[code]
  if not code or found and not found.IsBlocked then return nil end
  return ("VAT code %s is %s"):format(code, found and "blocked" or "not in Exact Online")
end

-- Refuses one that can't. `setting`: where it stands.
function ledger.check_vat(job, code, setting)
  local fault = ledger.vat_fault(job, code)
  if fault then refuse(job, fault, "In Exact Online: Financial, VAT, VAT codes.", setting) end
end

-- Refuses parts whose account, cost centre, cost unit or journal would not be taken.
function ledger.check(job, parts, journal, kind)
  local today = job:now():sub(1, 10)
  local found = rows(job, "journals", { journal })[journal]
  if not found or found.IsBlocked or found.Type ~= kind then
    refuse(job, ("Journal %s is %s"):format(journal, not found and "not in Exact Online" or found.IsBlocked and "blocked" or "of another kind"),
      "In Exact Online: Financial, General ledger, Journals.", "journal")
  end
  for _, part in ipairs(parts) do
    if not part.account then
      job:refuse("No G/L account is set that freight is booked on.", { cause = "cost_account", concern = "finance",
        fix = "Set cost_account, and accrual_account for entries, then release this case." })
    end
  end
  local codes = each_once(parts, "account")
  local accounts = rows(job, "ledger", codes)
  for _, code in ipairs(codes) do
    local account = accounts[code]
    if not account or account.IsBlocked then
      refuse(job, ("G/L account %s is %s"):format(code, account and "blocked" or "not in Exact Online"), "In Exact Online: " .. ACCOUNTS .. ".",
        "cost_account, accrual_account or cost_bookings")
    end
  end
  check_ended(job, parts, "cost_center", "cost_centers", "Cost center", "Financial, Cost centers", today)
  check_ended(job, parts, "cost_unit", "cost_units", "Cost unit", "Financial, Cost units", today)
  for _, part in ipairs(parts) do
    local account = accounts[trimmed(part.account)]
    check_use(job, account, account.UseCostcenter, part.cost_center, "cost center", "cost_center or cost_bookings")
    check_use(job, account, account.UseCostunit, part.cost_unit, "cost unit", "cost_unit or cost_bookings")
  end
end

-- Whether lines that a mapping made balance to the cent, as a client's layer may have changed them.
function ledger.balanced(job, lines, wanted, what)
  local sum = decimal "0"
  for _, line in ipairs(lines) do sum = sum + decimal(tostring(line.AmountFC)) end
  if (sum - wanted):is_zero() then return end
  job:refuse(("%s: its lines come to %s instead of %s."):format(what, sum:text(), wanted:text()), {
    cause = "balance", concern = "finance", fix = "Correct the layer over the mapping, then release this case.",
  })
end

-- What Exact Online refused all the same, in its own words: one case for each of them.
function ledger.refused(job, what, why)
  if type(why) ~= "table" or why.code ~= "rejected" then error(why, 0) end
  local said = trimmed(why.cause) or trimmed(why.message) or "nothing more"
  return job:refuse(("%s was refused by Exact Online: %s"):format(what, said), {
    cause = "refused: " .. said, concern = "finance", code = "refused", fix = "Mend in Exact Online what it names, then release this case.",
  })
end

return ledger
