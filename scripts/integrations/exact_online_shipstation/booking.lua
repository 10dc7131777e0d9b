-- An entry in the books, of one label or of a day's labels: checked against master data, dated, mapped, sent once, and kept to be held
-- against what Exact Online has of it (C12).

local decimal = require "decimal"
local confirming, ledger, periods = require "confirming", require "ledger", require "shared.exact.periods"

local booking = {}

local NONE = decimal "0"

-- A label's cost never changes: what is sent or withheld of it has but one state.
booking.STATE = "1"

booking.kinds = {
  journal = { mapping = "entry", group = "journal_entries", lines = "GeneralJournalEntryLines", journal = "journal", type = 90 },
  purchase = { mapping = "purchase", group = "purchase_entries", lines = "PurchaseEntryLines", journal = "purchase_journal", type = 22 },
}

-- The account that is owed to by entries: of the carrier, else the common one.
function booking.owed_account(settings, carrier) return carrier and settings.accruals[carrier] or settings.accrual_account end

function booking.supplier(job, carrier)
  local code = carrier and job.settings.suppliers[carrier]
  -- Somebody may just have mended what this job was refused for.
  local supplier = code and job:look_up("suppliers", code, { anew = job.attempt > 1 or nil })
  if supplier and not supplier.Blocked then return supplier.ID end
  if supplier then
    local what = ("The account %s of the carrier %s is blocked"):format(supplier.Name or code, carrier)
    return job:refuse(what .. ".", {
      cause = what, concern = "finance", code = "refused_before", fix = "Unblock it in Exact Online (Relations), then release this case.",
    })
  end
  return job:refuse(("There is no account in Exact Online for the carrier %s."):format(carrier or "without name"), {
    cause = "supplier " .. (carrier or ""), concern = "finance", fix = "Add it to the setting suppliers, then release this case.",
  })
end

-- Sends the entry: `cost` has reference, description, the date that is wanted and its parts. `to`: posting, supplier of a purchase, entity
-- where it is not the record's own, checked false for what turns an entry that stands. Gives what was sent.
function booking.post(job, books, effect, cost, to)
  local kind, what = booking.kinds[to.posting], cost.description
  local journal = job.settings[kind.journal]
  if to.checked ~= false then ledger.check(job, cost.parts, journal, kind.type) end
  if to.posting == "purchase" then ledger.check_vat(job, job.settings.purchase_vat_code, "purchase_vat_code") end
  local date, true_date = periods.date(job, books, journal, cost.booked_on, what)
  cost.booked_on = date
  local total = NONE
  for _, part in ipairs(cost.parts) do
    total = total + part.amount
    if true_date then part.description = ("%s, of %s"):format(part.description, true_date) end
  end
  local entry = job:map(kind.mapping, cost, { supplier = to.supplier })
  ledger.balanced(job, entry[kind.lines], to.posting == "purchase" and total or NONE, what)
  local before = confirming.begin(job, cost.reference, to.posting, entry[kind.lines])
  local sent, why = try(job.send, job, effect, books[kind.group].create(entry), { version = booking.STATE, entity = to.entity })
  if not sent then
    if type(why) == "table" and why.code == "rejected" then periods.check(job, books, journal, date, what) end
    return ledger.refused(job, what, why)
  end
  confirming.expect(job, books, sent, {
    reference = cost.reference, posting = to.posting, told = what, lines = before and sent.earlier and before or entry[kind.lines],
  })
  return sent
end

function booking.lines_of(document, posting)
  local lines = document[booking.kinds[posting].lines]
  return lines and (lines.results or lines) or {}
end

return booking
