-- The document in the books: created once, found again, changed while Exact and people let it be changed.
--
-- The order's date of change is the version of everything sent. The header goes first: when a newer state of the order was
-- sent before, it is superseded, and nothing of the older one follows. What stands in Exact after a write is read back and
-- compared, and kept: whoever changed it since was a person, and wins (C17).

local confirm, decimal, kinds, standing = require "confirm", require "decimal", require "kinds", require "standing"

local documents = {}

local function key_of(job) return ("document:%s:%s"):format(job.source, job.key) end

local function effect_of(kind, generation) return generation > 1 and kind.effect .. " " .. generation or kind.effect end

-- The write that credits all of the order's document of this generation.
function documents.credit_of_all(generation) return generation > 1 and "credit of all " .. generation or "credit of all" end

-- Which document of the order it is about: how many it had before, whether one of those still stands beside its credit, and
-- what was kept of the present one.
local function about(job)
  local kept = job.kv.get(key_of(job))
  local generation, credited, at = kept and kept.generation or 1, false, 1
  while at <= generation do
    if job:sent(documents.credit_of_all(at), { role = "books" }) then credited, generation = true, math.max(generation, at + 1) end
    at = at + 1
  end
  return generation, credited, kept and kept.generation == generation and kept or nil
end

-- The order's document, from any job: { kind, id, number, version, generation, kept }; nil when there is none. One that was
-- withdrawn or credited in full when the order was cancelled is none; then the second says whether it was credited. The third
-- counts the order's documents, this one included.
function documents.prior(job)
  local generation, credited, kept = about(job)
  for name, kind in pairs(kinds) do
    local sent = job:sent(effect_of(kind, generation), { role = "books" })
    if sent then
      return {
        kind = kind, name = name, id = sent.id, number = sent.number, version = sent.version, generation = generation, kept = kept,
      }, false, generation
    end
  end
  return nil, credited, generation
end

-- For an order that is no sale any more and has no document: a job that read the order before that makes none either. Gives
-- the document that one was making in this moment, as `prior` does.
function documents.withhold(job, order)
  local effect = effect_of(kinds[job.settings.document], (about(job)))
  if not job:withhold(effect, { role = "books", version = order.date_modified }) then return nil end
  return (documents.prior(job))
end

function documents.known_as(posted) return (posted.number or "") ~= "" and posted.number ~= "0" and posted.number or posted.id end

-- The document of this kind is no more, and a new one may come.
function documents.forget(job, posted) job.kv.set(key_of(job), { generation = posted.generation + 1 }) end

documents.lines = standing.lines

-- Nil when it is not there.
function documents.read(books, kind, id)
  local found, why = try(books[kind.group].whole, id)
  if not found and why.code ~= "not_found" then error(why, 0) end
  return found
end

-- The address that a document names; "" where it goes to the account's own.
local function address_in(kind, document)
  local address = kind.address and document[kind.address]
  return address ~= nil and address ~= null and standing.text(address) or ""
end

-- `address`: as we have set it.
local function keep(job, posted, found, accepted, address)
  local kept = standing.kept(posted.kind, found)
  kept.generation, kept.accepted, kept.address = posted.generation, accepted, address
  job.kv.set(key_of(job), kept)
end

-- The address that we once set and that still stands, of an order that goes to the account's own by now. What the books fill in by themselves is none.
local function stale_address(posted, document, found)
  local kind, ours = posted.kind, posted.kept and posted.kept.address or ""
  if ours == "" or address_in(kind, document) ~= "" or standing.text(found[kind.address]) ~= ours then return nil end
  return { field = kind.address, sent = null, stands = found[kind.address] }
end

-- What a person changed since we wrote the document, in words.
function documents.edits(posted, found) return standing.edits(posted.kind, posted.kept, found) end

local function refuse(job, sentence, cause, fix) return job:refuse(sentence, { cause = cause, concern = "finance", fix = fix }) end

-- For a person to say whose version counts.
function documents.ask(job, sentence, cause, fix)
  return job:refuse(sentence, { cause = cause, concern = "finance", fix = fix .. " By jobs settle.", decide = true })
end

local function join(...)
  local out = {}
  for _, list in ipairs { ... } do
    for _, each in ipairs(list) do out[#out + 1] = each end
  end
  return out
end

-- Holds what stands against what was sent, and keeps it (C12): the lines, the named fields of the header, and the amount.
local function confirmed(job, books, posted, document, expected, header, accepted)
  local kind = posted.kind
  local found = documents.read(books, kind, posted.id)
  if not found then refuse(job, ("The %s %s is not there after it was written."):format(kind.noun, posted.id), "confirm_gone") end
  local differences, address = confirm.fields(header, document, found), address_in(kind, document)
  local stale = stale_address(posted, document, found)
  if stale then differences[#differences + 1], address = stale, posted.kept.address end
  local lines = standing.compare(kind, document, found, accepted)
  local words, fields = {}, {}
  local function tell(list, where)
    if #list == 0 then return end
    words[#words + 1] = confirm.words(list) .. where
    for _, each in ipairs(list) do fields[#fields + 1] = each.field end
  end
  tell(differences, "")
  for _, each in ipairs(lines.changed) do tell(each.differences, " in line " .. each.sent.Notes) end
  for _, line in ipairs(lines.missing) do words[#words + 1] = ("line %s is missing"):format(line.Notes) end
  for _ in ipairs(lines.extra) do words[#words + 1] = "there is a line that was not sent" end
  if #words == 0 and expected and not (decimal(tostring(found.AmountFC)) - expected):is_zero() then
    words[1] = ("it comes to %s instead of %s"):format(standing.text(found.AmountFC), expected:text())
    fields[1] = "AmountFC"
  end
  if #words > 0 then
    -- Whatever is different when this case is released was a person.
    keep(job, posted, found, accepted, address)
    refuse(job, ("Exact Online did not keep %s %s as it was sent: %s."):format(kind.noun, document.YourRef, table.concat(words, "; ")),
      "confirm " .. (fields[1] or "lines"), "Correct the document or the setting there, then release this case.")
  end
  keep(job, posted, found, accepted, address)
  return found
end

-- Processing an invoice: it gets its number, and can't be changed any more. No mail goes out (C18). A second one is refused
-- by Exact and does no harm.
function documents.process(job, books, invoice, version)
  local layout
  if job.settings.layout then
    layout = job:look_up("layouts", job.settings.layout)
    if not layout then
      refuse(job, ("There is no layout %s in Exact Online."):format(job.settings.layout), "layout " .. job.settings.layout,
        "Correct the setting layout, then release this case.")
    end
  end
  local printed = books.printed_invoices.create {
    InvoiceID = invoice.id, DocumentLayout = layout, SendEmailToCustomer = false, InvoiceDate = invoice.date:sub(1, 10) .. "T00:00:00",
  }
  local sent, why = try(job.send, job, "process " .. invoice.reference, printed, { version = version, entity = invoice.id })
  if sent then return end
  local found = books.sales_invoices.get(invoice.id)
  if found.Status ~= 50 then error(why, 0) end
end

-- Ends the document as the setting says: as Exact made it, or processed at once. The nightly batch does the rest.
function documents.finish(job, books, kind, id, found, version)
  if not kind.can_be_processed or job.settings.ends_as ~= "processed" or job.settings.processing ~= "at_once" then return end
  if kind.is_frozen(found) then return end
  documents.process(job, books, { id = id, reference = found.YourRef, date = found[kind.date] }, version)
end

local function send_lines(job, books, posted, lines, version)
  local kind = posted.kind
  local group = books[kind.lines_group]
  for _, change in ipairs(lines.changed) do
    local fields = {}
    for _, each in ipairs(change.differences) do fields[each.field] = each.sent end
    if kind.net_lines then fields.AmountFC, fields.VATAmountFC = change.sent.AmountFC, change.sent.VATAmountFC end
    job:send("change " .. change.sent.Notes, group.update(change.stands.ID, fields), { version = version, entity = change.sent.Notes })
  end
  for _, line in ipairs(lines.missing) do
    line[kind.parent] = posted.id
    -- The version is part of the name: what was taken off an order may come back.
    job:send(("add %s %s"):format(line.Notes, version), group.create(line), { version = version })
  end
  for _, line in ipairs(lines.extra) do
    local notes = standing.text(line.Notes)
    job:send("delete " .. notes, group.delete(line.ID), { version = version, entity = notes })
  end
  return true
end

local function as_fields(differences)
  local out = {}
  for _, each in ipairs(differences) do out[each.field] = each.sent end
  return out
end

-- A person said that what stands counts: it is held against the shop from now on as if it were ours.
local function keep_theirs(job, posted, document, found, name)
  keep(job, posted, found, standing.deviations(posted.kind, document, found), address_in(posted.kind, document))
  job:note(("%s %s stays as people left it"):format(posted.kind.noun, name))
  return { kept = posted.id }
end

-- A document that a person deleted. That is not undone by a change of the order (C17), unless a person says so.
local function of_deleted(job, order, posted)
  local kind = posted.kind
  if posted.kept and posted.kept.deleted then return job:skip(("its %s was deleted in Exact Online, and that was accepted"):format(kind.noun)) end
  if job.decision == "theirs" then
    job.kv.set(key_of(job), { generation = posted.generation, deleted = true })
    return { kept = "none" }
  end
  return documents.ask(job, ("Order %d changed, but its %s is no longer in Exact Online."):format(order.id, kind.noun), kind.effect .. "_gone",
    "Nothing is made anew by itself: leave it so (keep theirs), or have a new one made (take ours).")
end

-- An order that the shop gave to another customer: whose receivable it is can't be changed by an update.
local function of_another(job, order, kind, found, name)
  local sentence = ("Order %d now belongs to another customer than %s %s."):format(order.id, kind.noun, name)
  if job.decision == "ours" then
    return refuse(job, sentence, "customer_changed", "Change its customer in Exact Online, or delete it there; then release this case.")
  end
  return documents.ask(job, sentence, "customer_changed", kind.is_frozen(found) and kind.credit
    and "Leave it as it is (keep theirs), or have it credited and a new one made (take ours)."
    or "Leave it as it is (keep theirs), or change its customer in Exact Online and then take ours.")
end

-- Brings the document up to date with the order (BC5).
local function update(job, books, order, posted, document, expected)
  local kind, id, version = posted.kind, posted.id, order.date_modified
  local found = documents.read(books, kind, id)
  if not found then return of_deleted(job, order, posted) end
  local name = documents.known_as { number = tostring(found[kind.number] or ""), id = id }
  if job.decision == "theirs" then return keep_theirs(job, posted, document, found, name) end
  local accepted = job.decision ~= "ours" and posted.kept and posted.kept.accepted or nil
  -- What people changed has no total of ours.
  if standing.accept(kind, accepted, document, found) then expected = nil end
  if not confirm.same(document[kind.customer], found[kind.customer]) then return of_another(job, order, kind, found, name) end
  local header = confirm.fields(kind.changing, document, found)
  header[#header + 1] = stale_address(posted, document, found)
  local payment = confirm.fields(kind.payment, document, found)
  local lines = standing.compare(kind, document, found, accepted)
  local same_lines = #lines.changed + #lines.missing + #lines.extra == 0
  if #header == 0 and #payment == 0 and same_lines then
    keep(job, posted, found, accepted, address_in(kind, document))
    documents.finish(job, books, kind, id, found, version)
    return { unchanged = id }
  end
  if kind.is_frozen(found) then
    if #header == 0 and same_lines then
      job:note(("%s; %s %s %s and keeps what it says of the payment"):format(order.payment.summary, kind.noun, name, kind.frozen))
      return { unchanged = id, payment = order.payment.status }
    end
    return documents.ask(job, ("Order %d changed, but %s %s %s: %s."):format(order.id, kind.noun, name, kind.frozen,
      #header > 0 and confirm.words(header) or "its lines differ"), kind.effect .. "_processed",
      kind.credit and "Leave it as it is (keep theirs), or have it credited and a new one made (take ours)." or "Leave it as it is (keep theirs).")
  end
  local edits = job.decision ~= "ours" and documents.edits(posted, found) or {}
  if #edits > 0 then
    return documents.ask(job, ("Order %d changed, but somebody edited %s %s in Exact Online: %s."):format(order.id, kind.noun, name,
      table.concat(edits, "; ")), "edited_by_person " .. order.id,
      "Leave it as it is (keep theirs), or have it say what the order says (take ours).")
  end
  local fields = as_fields(join(header, payment))
  -- A header without a change is written all the same: it is what the version is remembered by.
  if #header + #payment == 0 then fields.Description = document.Description end
  local sent = job:send(effect_of(kind, posted.generation), books[kind.group].update(id, fields),
    { version = version, entity = document.YourRef })
  if sent.state == "superseded" then return { superseded = id } end
  local done, why = try(send_lines, job, books, posted, lines, version)
  if not done then
    -- What stands by now is our own half of it, and no person's.
    local half = why.code == "rejected" and documents.read(books, kind, id)
    if half then keep(job, posted, half, accepted, address_in(kind, document)) end
    error(why, 0)
  end
  if sent.state == "shadow" then return { updated = id } end
  documents.finish(job, books, kind, id,
    confirmed(job, books, posted, document, expected, join(kind.changing, kind.payment), accepted), version)
  return { updated = id }
end

local function is_older(posted, order) return posted ~= nil and posted.version ~= nil and posted.version < order.date_modified end

-- Creates or updates. `posted` is what `prior` gave before.
function documents.post(job, books, order, posted, kind, document, expected)
  local generation, credited = about(job)
  -- One that was credited stands in the books for good and keeps its reference: creates are looked up by it.
  if credited then document.YourRef = ("%s-N%d"):format(document.YourRef, generation) end
  if posted then return update(job, books, order, posted, document, expected) end
  local sent = job:send(effect_of(kind, generation), books[kind.group].create(document), { version = order.date_modified })
  if sent.state == "shadow" then return { [kind.effect] = sent.id } end
  if sent.state == "superseded" then return { superseded = true } end   -- a newer state of the order is no sale
  -- Another job may have created it in the meantime, from an older state of the order.
  posted = documents.prior(job)
  if is_older(posted, order) then return update(job, books, order, posted, document, expected) end
  -- One that another job made of this state, and held against what it sent, is not held against what we would have sent.
  if posted and posted.kept and posted.kept.lines then return { [kind.effect] = posted.id, number = posted.number } end
  posted = posted or { kind = kind, id = sent.id, number = sent.number, generation = generation }
  -- What an earlier attempt sent may name what has changed in the books since, such as an address: it stands as it was sent.
  local header = sent.earlier and kind.fixed or join(kind.fixed, kind.changing, kind.payment)
  documents.finish(job, books, kind, sent.id, confirmed(job, books, posted, document, expected, header), order.date_modified)
  return { [kind.effect] = sent.id, number = sent.number }
end

local function unconfirmed_key(job, effect) return ("unconfirmed:%s:%s:%s"):format(job.source, job.key, effect) end

-- Whether a document that `add` made did not stand as it was sent; a job that was released looks again.
function documents.is_unconfirmed(job, effect) return job.attempt > 1 and job.kv.get(unconfirmed_key(job, effect)) ~= nil end

-- A document beside the order's own, such as a credit invoice: compared, never changed afterwards.
function documents.add(job, books, kind, effect, document, version, expected)
  local sent = job:send(effect, books[kind.group].create(document), { version = version })
  if sent.state == "shadow" then return sent.id end
  local found = documents.read(books, kind, sent.id)
  if not found then return sent.id end
  local differences = confirm.fields(join(kind.fixed, kind.changing), document, found)
  local lines = confirm.lines(document[kind.lines], documents.lines(kind, found), { by = "Notes", fields = kind.line })
  for _, change in ipairs(lines.changed) do differences = join(differences, change.differences) end
  local words = confirm.words(differences)
  if #lines.missing > 0 then words = ("%d of its lines are missing"):format(#lines.missing) end
  if words == "" and expected and not (decimal(tostring(found.AmountFC)) - expected):is_zero() then
    words = ("it comes to %s instead of %s"):format(standing.text(found.AmountFC), expected:text())
  end
  if words ~= "" then
    job.kv.set(unconfirmed_key(job, effect), true)
    refuse(job, ("Exact Online did not keep %s as it was sent: %s."):format(document.YourRef, words), "confirm " .. effect,
      "Correct the document or the setting there, then release this case.")
  end
  documents.finish(job, books, kind, sent.id, found, version)
  if documents.is_unconfirmed(job, effect) then job.kv.set(unconfirmed_key(job, effect), nil) end
  return sent.id
end

return documents
