-- Several shipments told together (XF8): whether their documents are there already is asked for all of them at once, and not for each. What can't be
-- told with the others is told alone, where it becomes a case of its own.
--
--     telling:<lane>:<reference>   what is to be told

local odata = require "odata"
local telling = require "shared.labels.telling"

local together = {}

-- So many that the look for their documents is not old before the last of them is written.
local AT_ONCE, LANES = 10, 2

local function place(lane, reference) return ("telling:%s:%s"):format(lane, reference) end
local function lane_of(id) return tostring(tonumber(id:sub(1, 1), 16) % LANES) end

function together.wait(job, event)
  local lane = lane_of(event.id)
  job.kv.set(place(lane, event.reference), event)
  job:emit("tell_together", lane, {})
  return { waits = "to be told with others" }
end

-- Values of a field that rows of the list have already.
local function there(list, field, values)
  local out = {}
  if #values == 0 then return out end
  for _, row in ipairs(list(odata.equals(field, values))) do out[row[field]] = true end
  return out
end

-- Which of the events have neither a document nor a file yet, of one connection.
local function looked_for(job, books, events)
  if not job.settings.label_document then return {} end
  local subjects, files = {}, {}
  for _, event in ipairs(events) do
    subjects[#subjects + 1] = telling.subject(event)
    for _, parcel in ipairs(event.parcels) do
      if parcel.label then files[#files + 1] = telling.file_name(parcel) end
    end
  end
  local documents, attachments = there(books.documents.list, "Subject", subjects), there(books.document_attachments.list, "FileName", files)
  local out = {}
  for _, event in ipairs(events) do
    local is_new = not documents[telling.subject(event)]
    for _, parcel in ipairs(event.parcels) do is_new = is_new and not (parcel.label and attachments[telling.file_name(parcel)]) end
    out[event.reference] = is_new
  end
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

function together.run(job, books)
  local rows = job.kv.list(("telling:%s:"):format(job.key), { limit = AT_ONCE })
  if #rows == 0 then return job:skip "told with others already" end
  local by_books, order = {}, {}
  for _, row in ipairs(rows) do
    local name = row.value.books
    if not by_books[name] then by_books[name], order[#order + 1] = {}, name end
    table.insert(by_books[name], row.value)
  end
  local count = 0
  for _, name in ipairs(order) do
    local new = looked_for(job, books:at(name), by_books[name])
    for _, event in ipairs(by_books[name]) do
      local done, why = try(telling.one, job, books, gentle(event), new[event.reference])
      if done == nil then
        if type(why) ~= "table" or why.code ~= "rejected" then error(why, 0) end
        job:emit("tell", event.base, alone(event))
      end
      job.kv.set(place(job.key, event.reference), nil)
      count = count + 1
    end
  end
  if #rows == AT_ONCE then job:emit("tell_together", job.key, {}) end
  return { told = count }
end

return together
