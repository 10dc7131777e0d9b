-- Whether Exact Online kept an entry as it was sent (C12): lines, amounts, accounts, cost centres and units, VAT codes; and a goods delivery:
-- lines, quantities, tracking numbers. They are read back many at a time; one that differs is a case of its own, naming what was dropped
-- or changed.

local confirm, decimal = require "confirm", require "decimal"

local confirming = {}

local AT_ONCE = 15          -- entries in one call: their ids stand in the query
local MOST = 600            -- in one round
local MOST_LINES = 60       -- of an entry that is read with others; a longer one is read by itself

local BOOKED = { "GLAccount", "AmountFC", "CostCenter", "CostUnit", "Project", "VATCode" }
local KINDS = {
  journal = { group = "journal_entry_lines", by = "Notes", compared = BOOKED, called = "entry", concern = "finance" },
  purchase = { group = "purchase_entry_lines", by = "Notes", compared = BOOKED, called = "entry", concern = "finance" },
  delivery = {
    group = "goods_delivery_lines", by = "SalesOrderLineID", shown = "ItemCode", compared = { "QuantityDelivered", "TrackingNumber" },
    called = "goods delivery", concern = "warehouse",
  },
}
local EXACT = { "AmountFC", "QuantityDelivered" }

local function to_send_key(reference) return "entry sent:" .. reference end
local function wanted_key(reference) return "entry unread:" .. reference end
local function differs_key(reference) return "entry differs:" .. reference end

local function kept(posting, lines)
  local out, kind = {}, KINDS[posting]
  for index, line in ipairs(lines) do
    local fields = { [kind.by] = line[kind.by] }
    for _, name in ipairs(kind.compared) do
      local value = line[name]
      if value ~= nil and value ~= null then fields[name] = tostring(value) end
    end
    out[index] = fields
  end
  return out
end

-- Before an entry goes out. Gives what an attempt before this one was about to send, if there was one.
function confirming.begin(job, reference, posting, lines)
  local key = to_send_key(reference)
  local before = job.kv.get(key)
  job.kv.set(key, kept(posting, lines))
  return before
end

-- After it went out: it is to be read back.
function confirming.expect(job, books, sent, entry)
  job.kv.set(to_send_key(entry.reference), nil)
  if sent.state == "shadow" or not sent.id then return end
  job.kv.set(wanted_key(entry.reference), {
    id = sent.id, number = sent.number, books = books:connection(), posting = entry.posting, told = entry.told,
    lines = kept(entry.posting, entry.lines),
  })
end

-- It was taken back by us: it stands no longer as it was sent.
function confirming.forget(job, reference)
  job.kv.set(wanted_key(reference), nil)
  job.kv.set(differs_key(reference), nil)
end

-- As numbers, so that 12.50 is 12.5; what ended in blanks there is trimmed by the comparison.
local function as_sent(lines)
  local out = {}
  for index, line in ipairs(lines) do
    local fields = {}
    for name, value in pairs(line) do fields[name] = value end
    for _, name in ipairs(EXACT) do fields[name] = fields[name] and decimal(fields[name]) end
    out[index] = fields
  end
  return out
end

-- In words, none when all is as it was sent.
local function differences(entry, stands)
  if #stands == 0 then return { "it is no longer there" }, "gone" end
  local words, field, kind = {}, nil, KINDS[entry.posting]
  local lines = confirm.lines(as_sent(entry.lines), stands, { by = kind.by, fields = kind.compared })
  for _, each in ipairs(lines.changed) do
    words[#words + 1] = ("%s in line %s"):format(confirm.words(each.differences), tostring(kind.shown and each.stands[kind.shown] or each.sent[kind.by]))
    field = field or each.differences[1].field
  end
  for _, line in ipairs(lines.missing) do words[#words + 1] = ("line %s is missing"):format(tostring(line[kind.by])) end
  if #lines.extra > 0 then words[#words + 1] = ("there %s not sent"):format(#lines.extra == 1 and "is a line that was" or "are lines that were") end
  return words, field or "lines"
end

-- Lines of entries as they stand, by entry.
local function read(books, posting, entries)
  local out, wanted = {}, {}
  for index, entry in ipairs(entries) do
    wanted[index] = ("EntryID eq guid'%s'"):format(entry.id)
    out[entry.id] = {}
  end
  for _, line in ipairs(books[KINDS[posting].group].list { ["$filter"] = table.concat(wanted, " or ") }) do
    local of = out[tostring(line.EntryID)]
    if of then of[#of + 1] = line end
  end
  return out
end

-- Entries that are read together: of one division and kind.
local function batches(entries)
  local out, open = {}, {}
  for _, entry in ipairs(entries) do
    local of = entry.books .. " " .. entry.posting
    local batch = #entry.lines <= MOST_LINES and open[of] or nil
    if not batch then
      batch = { books = entry.books, posting = entry.posting }
      out[#out + 1] = batch
      if #entry.lines <= MOST_LINES then open[of] = batch end
    end
    batch[#batch + 1] = entry
    if #batch == AT_ONCE then open[of] = nil end
  end
  return out
end

-- A round: what went out since the last one.
function confirming.round(job, books)
  local entries, prefix = {}, wanted_key ""
  for _, row in ipairs(job.kv.list(prefix, { limit = MOST })) do
    local entry = row.value
    entries[#entries + 1] = {
      reference = row.key:sub(#prefix + 1), id = entry.id, number = entry.number, books = entry.books, posting = entry.posting, told = entry.told,
      lines = entry.lines,
    }
  end
  if #entries == 0 then return job:skip "nothing was posted since the last round" end
  local differing = 0
  for _, batch in ipairs(batches(entries)) do
    local stands = read(books:at(batch.books), batch.posting, batch)
    for _, entry in ipairs(batch) do
      -- What we took back while it was being read stands as nothing, and is no difference.
      local is_wanted = job.kv.get(wanted_key(entry.reference)) ~= nil
      job.kv.set(wanted_key(entry.reference), nil)
      if is_wanted and #differences(entry, stands[entry.id]) > 0 then
        differing = differing + 1
        job.kv.set(differs_key(entry.reference), entry)
        job:emit("entry_checks", entry.reference, { reference = entry.reference })
      end
    end
  end
  return { read = #entries, differing = differing }
end

-- One entry that did not stand as it was sent: a person mends it, and it is looked at again.
function confirming.one(job, books)
  local reference = job.event.reference or job.key
  local entry = job.kv.get(differs_key(reference))
  if not entry then return job:skip "it was found as it was sent" end
  local words, field = differences(entry, read(books:at(entry.books), entry.posting, { entry })[entry.id])
  if job.decision == "theirs" or #words == 0 then
    job.kv.set(differs_key(reference), nil)
    return { entry = entry.id, kept = job.decision == "theirs" or nil }
  end
  local kind = KINDS[entry.posting]
  local sentence = ("Exact Online did not keep %s %s (%s) as it was sent: %s."):format(kind.called, entry.number or entry.id, entry.told,
    table.concat(words, "; "))
  return job:refuse(sentence, {
    cause = ("confirm %s %s"):format(kind.called, field), concern = kind.concern, decide = true,
    fix = "Correct it or the setting there, then release this case; or leave it as it stands (jobs settle, keep theirs).",
  })
end

return confirming
