-- Several shipments told together (XF8): whether their documents are there already is asked for all of them at once, and not for each. What can't be
-- told with the others is told alone, where it becomes a case of its own.
--
--     telling:<connection>:<reference>   what is to be told

local odata = require "odata"
local gathering, telling = require "shared.labels.gathering", require "shared.labels.telling"

local together = {}

-- So many that the look for their documents is not old before the last of them is written. A label is told within a minute of its purchase (L5).
local AT_ONCE, LONGEST = 10, 40

local function place(connection, reference) return ("telling:%s:%s"):format(connection, reference) end

-- Each division's on a list of their own: one that waits for its quota holds up no other.
function together.wait(job, event)
  job.kv.set(place(event.books, event.reference), event)
  gathering.ask(job, "tell_together", event.books, event.books, LONGEST)
  return { waits = "to be told with others" }
end

-- Which of the events have no document yet, of one connection; where there is none there is no file in it either.
local function looked_for(job, books, events)
  if not job.settings.label_document then return {} end
  local subjects, there, out = {}, {}, {}
  for index, event in ipairs(events) do subjects[index] = telling.subject(event) end
  for _, row in ipairs(books.documents.list(odata.equals("Subject", subjects))) do there[row.Subject] = true end
  for index, event in ipairs(events) do out[event.reference] = not there[subjects[index]] end
  return out
end

-- The event as plain values, with a refusal left to the job that tells it alone.
local function gentle(given)
  local out = {}
  for name, value in pairs(given) do out[name] = value end
  out.gently = true
  return out
end

local function alone(given)
  local out = {}
  for name, value in pairs(given) do out[name] = value end
  out.together = false
  return out
end

local function waiting(job) return job.kv.list(("telling:%s:"):format(job.key), { limit = AT_ONCE }) end

function together.run(job, books)
  gathering.begun(job, "tell_together", job.key)
  local by_books, order, rows = {}, {}, waiting(job)
  for _, row in ipairs(rows) do
    local name = row.value.books
    if not by_books[name] then by_books[name], order[#order + 1] = {}, name end
    table.insert(by_books[name], row.value)
  end
  local count = 0
  for _, name in ipairs(order) do
    local new = looked_for(job, books:at(name), by_books[name])
    for _, event in ipairs(by_books[name]) do
      -- Another job may have told it while this one waited for its permits.
      if job.kv.get(place(job.key, event.reference)) then
        local done, why = try(telling.one, job, books, gentle(event), new[event.reference])
        if done == nil then
          if type(why) ~= "table" or why.code ~= "rejected" then error(why, 0) end
          job:emit("tell", event.base, alone(event))
        end
        job.kv.set(place(job.key, event.reference), nil)
        count = count + 1
      end
    end
  end
  gathering.over(job, "tell_together", job.key, LONGEST, function() return #waiting(job) end, AT_ONCE)
  if count == 0 then return job:skip "told with others already" end
  return { told = count }
end

return together
