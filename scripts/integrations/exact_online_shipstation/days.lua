-- One entry for all labels of a day, carrier and cost centre (XS16).
--
-- A label's job only writes down what it owes to which entry, once; a void writes down the same with its sign turned, in the entry of the
-- day that it was voided. When a day is over, one job for each entry takes what is written down for it. It alone takes from that list, so
-- nothing is booked twice; what comes later makes a further entry of the day, so nothing is lost.

local decimal = require "decimal"
local amounts, booking, ledger = require "amounts", require "booking", require "ledger"
local crypto = require "crypto"
local parcels = require "shared.shipstation.parcels"

local days = {}

local MOST = 400            -- labels of one entry: more make a further one
local GROUPS_AT_ONCE = 400  -- entries that one round begins

local function exact(value) return decimal(tostring(value)) end

-- A code as a part of a key: neither what separates the parts nor what follows the whole.
local function part_of_key(text)
  return text and tostring(text):gsub("[%c :|%%]", function(char) return ("%%%02X"):format(char:byte()) end) or "-"
end

local function group_of(books, date, carrier, cost_center, posting)
  return ("%s %s %s %s %s"):format(date, part_of_key(carrier), part_of_key(cost_center), posting, books)
end

local function due_prefix(group) return ("due:%s:"):format(group) end
local function place_key(group, reference) return ("in entry:%s:%s"):format(group, reference) end

function days.told(booked)
  local group = booked.groups[1]
  return ("%s, %s%s"):format(group.date, group.carrier or "no carrier", #booked.groups > 1 and (" (%d cost centres)"):format(#booked.groups) or
    group.cost_center and (", " .. group.cost_center) or "")
end

local function total_of(parts)
  local total = decimal "0"
  for _, part in ipairs(parts) do total = total + exact(part.amount) end
  return total
end

-- Writes down what a label, or its void, counts with in an entry.
local function write_down(job, group, fact) job.kv.set(due_prefix(group.key) .. fact.reference, fact) end

-- A label that is to be booked with its day: `cost` as an entry of its own would have it.
function days.add(job, books, cost, parcel)
  local posting, groups, by_center = job.settings.posting, {}, {}
  for _, part in ipairs(cost.parts) do
    local center = part.cost_center or ""
    local group = by_center[center]
    if not group then
      group = {
        key = group_of(books, cost.booked_on, parcel.carrier, part.cost_center, posting), date = cost.booked_on, carrier = parcel.carrier,
        cost_center = part.cost_center, parts = {},
      }
      by_center[center], groups[#groups + 1] = group, group
    end
    group.parts[#group.parts + 1] = {
      account = part.account, amount = part.amount:text(), cost_unit = part.cost_unit, project = part.project, order = part.order,
    }
  end
  -- What the books would refuse the whole day's entry for is this label's case, while the settings can still be mended.
  local kind, wanted = booking.kinds[posting], {}
  for index, part in ipairs(cost.parts) do wanted[index] = part end
  if posting == "journal" then wanted[#wanted + 1] = { account = booking.owed_account(job.settings, parcel.carrier) } end
  ledger.check(job, wanted, job.settings[kind.journal], kind.type)
  local booked = {
    per = "day", books = books, posting = posting, owed = booking.owed_account(job.settings, parcel.carrier), order = cost.order, groups = groups,
  }
  job:note(("its cost counts with the entry of %s, which is made when the day is over"):format(days.told(booked)))
  if not job:is_live() then return { shadow = true, day = cost.booked_on } end
  job.kv.set("booked:" .. cost.reference, booked)
  for _, group in ipairs(groups) do
    write_down(job, group, {
      reference = cost.reference, told = parcels.told(parcel), tracking = parcel.tracking, order = cost.order, owed = booked.owed, labels = 1,
      parts = group.parts,
    })
  end
  return { day = cost.booked_on, entries = #groups }
end

-- A label that was voided: it is turned with the others of the day of the void.
function days.void(job, books, parcel, booked)
  if booked.turned then return job:skip "its void is written down" end
  local reference, date, count = parcels.reference(job, parcel), amounts.day_of(job, parcel.void_date or parcel.created), 0
  for _, group in ipairs(booked.groups) do
    local place = job.kv.get(place_key(group.key, reference))
    local there, why = true, nil
    if place then there, why = try(books:at(booked.books)[booking.kinds[booked.posting].group].get, place.id) end
    if not there then
      if why.code ~= "not_found" then error(why, 0) end
      job:note(("entry %s was deleted in Exact Online, so nothing is left to reverse"):format(place.number or place.id))
    else
      local parts = {}
      for index, part in ipairs(group.parts) do
        parts[index] = {
          account = part.account, amount = (-exact(part.amount)):text(), cost_unit = part.cost_unit, project = part.project, order = part.order,
        }
      end
      local turned = { key = group_of(booked.books, date, group.carrier, group.cost_center, booked.posting) }
      write_down(job, turned, {
        reference = reference .. "-V", told = "Voided: " .. parcels.told(parcel), tracking = parcel.tracking, order = booked.order, owed = booked.owed,
        labels = -1, parts = parts, of = parcel.ship_date ~= date and parcel.ship_date or nil,
      })
      count = count + 1
    end
  end
  job.kv.set("booked:" .. reference, {
    per = "day", books = booked.books, posting = booked.posting, owed = booked.owed, order = booked.order, groups = booked.groups, turned = date,
  })
  if count == 0 then return job:skip "its entry was deleted in Exact Online, so nothing is left to reverse" end
  return { day = date, turned = count }
end

-- The days that are over and have something to book: a job for each entry.
function days.round(job)
  local today, after, groups = amounts.day_of(job, job:now()), nil, 0
  while groups < GROUPS_AT_ONCE do
    local row = job.kv.list("due:", { after = after, limit = 1 })[1]
    local group = row and row.key:match "^due:(.-):"
    if not group or group:sub(1, 10) >= today then break end
    job:emit("day_entries", group, { group = group })
    groups, after = groups + 1, due_prefix(group) .. "~"
  end
  if groups == 0 then return job:skip "no day that is over has anything to book" end
  return { entries = groups }
end

-- The n-th entry of a group: short enough for a reference of Exact Online, and of this instance alone.
local function reference_of(job, group, number)
  local digest = crypto.sha256(("%s/%s/%s"):format(job.client, job.instance, group), "hex"):sub(1, 10)
  return ("D%s-%s-%d"):format(group:sub(3, 10):gsub("-", ""), digest, number)
end

-- Parts that are booked alike are one line; labels and voids each have their own.
local function summed(group, members)
  local out, by_place = {}, {}
  for _, fact in ipairs(members) do
    for _, part in ipairs(fact.parts) do
      local place = table.concat({ fact.labels, part.account or "", part.cost_unit or "", part.project or "" }, "\n")
      local line = by_place[place]
      if not line then
        line = {
          account = part.account, cost_center = group.cost_center, cost_unit = part.cost_unit, project = part.project, amount = decimal "0", count = 0,
          what = fact.labels < 0 and "void" or "label",
        }
        by_place[place], out[#out + 1] = line, line
      end
      line.amount, line.count = line.amount + exact(part.amount), line.count + (line.last == fact and 0 or 1)
      line.last = fact
    end
  end
  for _, line in ipairs(out) do
    line.description = ("%s %s: %d %s%s"):format(group.carrier or "No carrier", group.date, line.count, line.what, line.count == 1 and "" or "s")
    line.count, line.what, line.last = nil, nil, nil
  end
  return out
end

-- A journal entry has the sums, then what is owed for each label: the list. A purchase entry has each label's own lines.
local function parts_of(group, reference, members, posting)
  local parts = {}
  if posting == "journal" then
    parts = summed(group, members)
    for index, part in ipairs(parts) do part.notes = index == 1 and reference or ("%s/%d"):format(reference, index) end
  end
  for _, fact in ipairs(members) do
    -- The label's own day, by which the void is held against it.
    local told = ("%s order %s%s"):format(fact.told, tostring(fact.order or ""), fact.of and ", of " .. fact.of or "")
    if posting == "journal" then
      parts[#parts + 1] = {
        account = fact.owed, amount = -total_of(fact.parts), description = told, labels = fact.labels, notes = fact.reference,
      }
    else
      for index, part in ipairs(fact.parts) do
        parts[#parts + 1] = {
          account = part.account, cost_center = group.cost_center, cost_unit = part.cost_unit, project = part.project, amount = exact(part.amount),
          description = told, notes = index == 1 and fact.reference or ("%s/%d"):format(fact.reference, index),
        }
      end
    end
  end
  return parts
end

-- What is taken for the next entry: what a job before this one began with, else what is written down now.
local function take(job, group)
  local state = job.kv.get("day:" .. group) or { made = 0 }
  local members = {}
  if state.begun then
    for _, fact in ipairs(state.begun) do members[#members + 1] = fact end
    return state.made + 1, members
  end
  for _, row in ipairs(job.kv.list(due_prefix(group), { limit = MOST })) do members[#members + 1] = row.value end
  if #members > 0 then job.kv.set("day:" .. group, { made = state.made, begun = members }) end
  return state.made + 1, members
end

local function unescaped(text)
  if text == "-" then return nil end
  return (text:gsub("%%(%x%x)", function(code) return string.char(tonumber(code, 16)) end))
end

local function parse(key)
  local date, carrier, center, posting, books = key:match "^(%S+) (%S+) (%S+) (%S+) (.+)$"
  return { key = key, date = date, carrier = unescaped(carrier), cost_center = unescaped(center), posting = posting, books = books }
end

local function book(job, books, group, number, members)
  local reference, labels, voids = reference_of(job, group.key, number), 0, 0
  for _, fact in ipairs(members) do
    if fact.labels > 0 then labels = labels + 1 else voids = voids + 1 end
    job:note(("%s of order %s"):format(fact.told, tostring(fact.order or "without number")), { number = fact.tracking })
  end
  local what = ("%s %s%s: %d label%s%s"):format(group.carrier or "No carrier", group.date, group.cost_center and ", " .. group.cost_center or "",
    labels, labels == 1 and "" or "s", voids > 0 and (", %d voided"):format(voids) or "")
  local sent = booking.post(job, books, "entry " .. number, {
    reference = reference, description = what, booked_on = group.date, parts = parts_of(group, reference, members, group.posting),
  }, { posting = group.posting, entity = reference, supplier = group.posting == "purchase" and booking.supplier(job, group.carrier) or nil })
  for _, fact in ipairs(members) do
    job.kv.set(place_key(group.key, fact.reference), { id = sent.id, number = sent.number, entry = reference })
    job.kv.set(due_prefix(group.key) .. fact.reference, nil)
  end
  job.kv.set("day:" .. group.key, { made = number })
  return { entry = sent.id, number = sent.number, labels = labels, voids = voids }
end

-- The entries of one day, carrier and cost centre, until nothing is left that is written down for them.
function days.run(job, books)
  local group = parse(job.event.group or job.key)
  if not group.books then return job:skip "it names no day, carrier and cost centre" end
  if not job:is_live() then return job:skip "in shadow nothing is written" end
  books = books:at(group.books)
  local made = {}
  while true do
    local number, members = take(job, group.key)
    if #members == 0 then break end
    made[#made + 1] = book(job, books, group, number, members)
  end
  if #made == 0 then return job:skip "all of it is booked" end
  return { entries = made }
end

return days
