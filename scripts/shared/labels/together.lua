-- Several shipments told together (XF8): whether their documents are there already is asked for all of them at once, and not for each. What can't be
-- told with the others is told alone, where it becomes a case of its own.
--
--     telling:<list>:<reference>   what is to be told; with tried = true once a job has begun to
--
-- A job's key is its list: the division's connection, or that and a word for what a back-fill asked for.

local odata = require "odata"
local gathering, reading, telling = require "shared.labels.gathering", require "shared.labels.reading", require "shared.labels.telling"

local together = {}

-- So many that the look for their documents is not old before the last of them is written. A label is told within a minute of its purchase (L5).
local AT_ONCE, LONGEST = 10, 40

local function place(key, reference) return ("telling:%s:%s"):format(key, reference) end
local function waiting(job, key) return job.kv.list(("telling:%s:"):format(key), { limit = AT_ONCE }) end

-- Each division's are of their own: one that waits for its quota holds up no other.
local function list_of(job, key)
  return {
    flow = "tell_together", key = key, connection = key:match "^%S+", longest = LONGEST, full = AT_ONCE, count = function() return #waiting(job, key) end,
  }
end

function together.wait(job, event)
  local key = job.backfill and event.books .. " backfill" or event.books
  job.kv.set(place(key, event.reference), event)
  gathering.ask(job, list_of(job, key))
  return { waits = "to be told with others" }
end

-- The deliveries of events as they are now, in one call; into what is known of each, by reference.
local function see(job, books, events, known)
  local ids, at = {}, job:now()
  for _, event in ipairs(events) do
    if event.kind == "delivery" and telling.is_old(job, event) then ids[#ids + 1] = event.id end
  end
  local headers = #ids > 0 and reading.headers(books, ids) or {}
  for _, event in ipairs(events) do known[event.reference].at, known[event.reference].delivery = at, headers[event.id] end
end

-- What stands in Exact Online of the events, of one connection, by reference: { at, delivery as it was then, document = false where there is none yet (and
-- no file in it either) }.
local function looked_for(job, books, events)
  local out, subjects = {}, {}
  for index, event in ipairs(events) do out[event.reference], subjects[index] = {}, telling.subject(event) end
  see(job, books, events, out)
  if not job.settings.label_document then return out end
  local there = {}
  for _, row in ipairs(books.documents.list(odata.equals("Subject", subjects))) do there[row.Subject] = true end
  for index, event in ipairs(events) do out[event.reference].document = there[subjects[index]] or false end
  return out
end

-- The event as plain values, with one of them changed.
local function with(given, field, value)
  local out = {}
  for name, each in pairs(given) do out[name] = each end
  out[field] = value
  return out
end

-- With a refusal left to the job that tells it alone.
local function gentle(event) return with(event, "gently", true) end
local function alone(event) return with(event, "together", false) end
local function tried(event) return with(event, "tried", true) end

-- One that ended its job before (it is a case now) holds up nothing: it goes alone.
local function one(job, books, event, looked)
  local key = place(job.key, event.reference)
  local done, why
  if not event.tried then
    job.kv.set(key, tried(event))
    done, why = try(telling.one, job, books, gentle(event), looked)
    if done == nil and (type(why) ~= "table" or why.code ~= "rejected") then error(why, 0) end
  end
  if done == nil then job:emit("tell", event.base, alone(event)) end
  job.kv.set(key, nil)
end

function together.run(job, books)
  local list = list_of(job, job.key)
  gathering.begun(job, list)
  local by_books, order, count = {}, {}, 0
  for _, row in ipairs(waiting(job, job.key)) do
    local name = row.value.books
    if not by_books[name] then by_books[name], order[#order + 1] = {}, name end
    table.insert(by_books[name], row.value)
  end
  for _, name in ipairs(order) do
    local looked = looked_for(job, books:at(name), by_books[name])
    local events = by_books[name]
    for index, event in ipairs(events) do
      -- Those before it may have waited for their permits.
      if telling.is_seen_long_ago(job, looked[event.reference].at) then see(job, books:at(name), table.move(events, index, #events, 1, {}), looked) end
      -- Another job may have told it while this one waited for its permits.
      if job.kv.get(place(job.key, event.reference)) then
        one(job, books, event, looked[event.reference])
        count = count + 1
      end
    end
  end
  gathering.over(job, list)
  if count == 0 then return job:skip "told with others already" end
  return { told = count }
end

return together
