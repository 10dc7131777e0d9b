-- What Exact Online would refuse a document for, found in its master data before the write (C15): one sentence, one cause,
-- and where to fix it. Master data is remembered for an hour; what looks wrong in a replayed job is asked for anew, because
-- a person has just been told to mend it.

local masters = {}

local SALES_JOURNAL = 20
local MANDATORY, FORBIDDEN = 1, 2
local RELEASE = " Then release this case."

local function text(value)
  local out = value ~= nil and tostring(value):match "^%s*(.-)%s*$" or ""
  return out ~= "" and out or nil
end

-- Each names look-up, place in Exact Online and setting, and says what is wrong with a row (nil: it is not there).
local KINDS = {
  journal = {
    lookup = "journals", called = "Journal", place = "Financial, General ledger, Journals", setting = "journal",
    wrong = function(row) return row.IsBlocked and "is blocked" or row.Type ~= SALES_JOURNAL and "is no sales journal" end,
  },
  payment_condition = {
    lookup = "payment_conditions", called = "Payment condition", place = "Financial, Cash flow, Payment conditions", setting = "payment_condition",
    wrong = function() end,
  },
  vat_code = {
    lookup = "vat_codes_of_books", called = "VAT code", place = "Financial, VAT, VAT codes", setting = "vat_codes",
    wrong = function(row) return row.IsBlocked and "is blocked" or text(row.VATTransactionType) == "P" and "is for purchases, not for sales" end,
  },
  cost_center = {
    lookup = "cost_centers", called = "Cost center", place = "Financial, Cost centers", setting = "cost_center",
    wrong = function(row, today) return text(row.EndDate) and row.EndDate:sub(1, 10) < today and "ended on " .. row.EndDate:sub(1, 10) end,
  },
  cost_unit = {
    lookup = "cost_units", called = "Cost unit", place = "Financial, Cost units", setting = "cost_unit",
    wrong = function(row, today) return text(row.EndDate) and row.EndDate:sub(1, 10) < today and "ended on " .. row.EndDate:sub(1, 10) end,
  },
  gl_account = {
    lookup = "gl_accounts_by_id", called = "G/L account", place = "Financial, General ledger, G/L accounts", setting = "revenue_account",
    wrong = function(row) return row.IsBlocked and "is blocked" end, by_id = true,
  },
  item = {
    lookup = "items_by_id", called = "Item", place = "Inventory, Items", by_id = true,
    wrong = function(row, today)
      return row.IsSalesItem == false and "is no sales item" or text(row.EndDate) and row.EndDate:sub(1, 10) < today
        and "ended on " .. row.EndDate:sub(1, 10)
    end,
  },
}

-- The rows of these codes or ids, asked for in one batch; what looks wrong in a replayed job once more.
local function rows_of(job, kind, keys, anew)
  local rows, again = job:look_up(kind.lookup, keys), {}
  if not anew then return rows end
  for _, key in ipairs(keys) do
    if not rows[key] or kind.wrong(rows[key], job:now():sub(1, 10)) then again[#again + 1] = key end
  end
  if #again > 0 then
    local fresh = job:look_up(kind.lookup, again, { anew = true })
    for _, key in ipairs(again) do rows[key] = fresh[key] end
  end
  return rows
end

local function refuse(job, kind, key, row, wrong, remote_text)
  local code = kind.by_id and row and text(row.Code) or key
  local fix = ("In Exact Online: %s."):format(kind.place)
  if kind.setting then fix = fix .. (" Or another code in the setting %s."):format(kind.setting) end
  job:refuse(("%s %s %s."):format(kind.called, code, wrong) .. (remote_text and " Exact Online says: " .. remote_text or ""), {
    cause = ("%s %s %s"):format(kind.called, code, wrong), concern = "finance", fix = fix .. RELEASE, code = "refused_before",
  })
end

-- Checks all codes of a kind; gives their rows.
local function check(job, name, keys, remote_text)
  if #keys == 0 then return {} end
  local kind = KINDS[name]
  local rows = rows_of(job, kind, keys, job.attempt > 1 or remote_text ~= nil)
  for _, key in ipairs(keys) do
    local wrong = not rows[key] and "is not in Exact Online" or kind.wrong(rows[key], job:now():sub(1, 10))
    if wrong then refuse(job, kind, key, rows[key], wrong, remote_text) end
  end
  return rows
end

local function check_dimension(job, account, line, rules, remote_text)
  local use, code = account[rules.use], text(line[rules.field])
  local wrong
  if use == MANDATORY and not code then wrong = ("wants a %s, and the line has none"):format(rules.called) end
  if use == FORBIDDEN and code then wrong = ("takes no %s, and the line has %s"):format(rules.called, code) end
  if not wrong then return end
  job:refuse(("G/L account %s %s."):format(text(account.Code), wrong) .. (remote_text and " Exact Online says: " .. remote_text or ""), {
    cause = ("G/L account %s %s"):format(text(account.Code), wrong), concern = "finance", code = "refused_before",
    fix = ("Set %s for these lines, or change its use on the account's card (Financial, General ledger, G/L accounts)."):format(rules.setting)
      .. RELEASE,
  })
end

local COST_CENTER = { use = "UseCostcenter", field = "CostCenter", called = "cost center", setting = "cost_center" }
local COST_UNIT = { use = "UseCostunit", field = "CostUnit", called = "cost unit", setting = "cost_unit" }
local LINES = { "SalesInvoiceLines", "SalesEntryLines", "SalesOrderLines" }

local function lines_of(document)
  for _, list in ipairs(LINES) do
    if document[list] then return document[list] end
  end
  return {}
end

-- Values of a field, each once, in the order of the lines.
local function each_once(lines, of)
  local out, seen = {}, {}
  for _, line in ipairs(lines) do
    local value = text(of(line))
    if value and not seen[value] then
      seen[value] = true
      out[#out + 1] = value
    end
  end
  return out
end

local function field(name) return function(line) return line[name] end end

-- Refuses a document of sales whose master data would not let it be posted.
function masters.check(job, document, remote_text)
  local lines = lines_of(document)
  check(job, "journal", each_once({ document }, field "Journal"), remote_text)
  check(job, "payment_condition", each_once({ document }, field "PaymentCondition"), remote_text)
  check(job, "vat_code", each_once(lines, field "VATCode"), remote_text)
  check(job, "cost_center", each_once(lines, field "CostCenter"), remote_text)
  check(job, "cost_unit", each_once(lines, field "CostUnit"), remote_text)
  local items = check(job, "item", each_once(lines, field "Item"), remote_text)
  local function account_of(line)
    local item = line.Item and items[line.Item]
    return line.GLAccount or item and item.GLRevenue
  end
  local accounts = check(job, "gl_account", each_once(lines, account_of), remote_text)
  for _, line in ipairs(lines) do
    local account = accounts[account_of(line) or ""]
    if account then
      check_dimension(job, account, line, COST_CENTER, remote_text)
      check_dimension(job, account, line, COST_UNIT, remote_text)
    end
  end
end

local COSTS = { "shipping", "handling", "wrapping" }

-- The codes that are known before anything is mapped: an order that can't be posted makes no account either.
function masters.check_order(job, order)
  local codes = {}
  for _, list in ipairs { order.products or {}, order.fees or {} } do
    for _, part in ipairs(list) do codes[#codes + 1] = { VATCode = part.vat_code } end
  end
  for _, cost in ipairs(COSTS) do codes[#codes + 1] = { VATCode = order[cost .. "_vat_code"] } end
  local settings = job.settings
  check(job, "journal", each_once({ { Journal = settings.journal } }, field "Journal"))
  check(job, "payment_condition", each_once({ { Code = settings.payment_condition } }, field "Code"))
  check(job, "vat_code", each_once(codes, field "VATCode"))
end

-- Posts, after the check; `what` names the record ("Order 118"). What Exact Online refuses all the same is looked for once
-- more in master data read anew; what is not found there is told with its own words, one case for each of them: texts come in
-- the user's language, so no decision hangs on them. `recheck` looks at what else may have changed since it was asked last.
function masters.guarded(job, document, what, post, recheck)
  masters.check(job, document)
  local result, why = try(post)
  if result ~= nil or why == nil then return result end
  if type(why) ~= "table" or why.code ~= "rejected" then error(why, 0) end
  local said = text(why.cause) or text(why.message) or "nothing more"
  masters.check(job, document, said)
  if recheck then recheck() end
  return job:refuse(("%s was refused by Exact Online: %s"):format(what, said), {
    cause = "refused: " .. said, concern = "finance", code = "refused",
    fix = "Mend in Exact Online what it names, then release this case; one order alone: replay its job.",
  })
end

return masters
