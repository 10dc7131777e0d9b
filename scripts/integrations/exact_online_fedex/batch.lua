-- Deliveries that are due together (XF8): each is only noted as it comes, and read with up to 19 others when the run's time has come; their
-- addresses, accounts and items are asked for in one call each.

local known, reading = require "shared.labels.known", require "shared.labels.reading"

local batch = {}

local AT_ONCE, LISTED = 20, 500

local function place(connection, kind, id) return ("due:%s:%s:%s"):format(connection, kind, id) end

-- Whether a job has to wait for the run. What has a label already is looked at as it comes: a change of it is no matter of an hour.
function batch.waits(job, kind)
  if job.settings.runs ~= "batch" or job.attempt > 1 or job.decision or not known.is_id(job.key) then return false end
  if job.event and (job.event.source or job.event.asked) then return false end
  local kept = known.get(job, kind, job.key)
  return not kept or kept.state ~= "bought" and kept.state ~= "foreign"
end

-- Noted for the next run; noting twice does no harm.
function batch.note(job, kind)
  job.kv.set(place(job.source, kind, job.key), true)
  return job:skip "waits for the next run"
end

-- All that is due, in parts that are read together, each of the connection that it came from.
local function parts(job)
  local out, open, after = {}, {}, nil
  repeat
    local page = job.kv.list("due:", { after = after, limit = LISTED })
    for _, row in ipairs(page) do
      local connection, kind, id = row.key:match "^due:(.-):(%a+):(.+)$"
      local where = connection .. " " .. kind
      if not open[where] or #open[where].ids == AT_ONCE then
        open[where] = { connection = connection, kind = kind, ids = {} }
        out[#out + 1] = open[where]
      end
      table.insert(open[where].ids, id)
      after = row.key
    end
  until #page < LISTED
  return out
end

local function collect(sources, field)
  local out, seen = {}, {}
  for _, source in pairs(sources) do
    local value = source[field]
    if value and not seen[value] then out[#out + 1], seen[value] = value, true end
  end
  table.sort(out)
  return out
end

-- Master data of all of them, into what look-ups remember.
local function prefetch(job, sources)
  for _, of in ipairs { { "accounts", "account_id" }, { "addresses", "address_id" }, { "shipping_methods", "method" } } do
    local ids = collect(sources, of[2])
    if #ids > 0 then job:look_up(of[1], ids) end
  end
  local items, seen = {}, {}
  for _, source in pairs(sources) do
    for _, line in ipairs(source.lines) do
      if line.item and not seen[line.item] then items[#items + 1], seen[line.item] = line.item, true end
    end
  end
  table.sort(items)
  if #items > 0 then job:look_up("items", items) end
end

-- By schedule, then for each part of at most 20.
function batch.run(job, books)
  local part = job.event and job.event.ids and job.event
  if not part then
    local all = parts(job)
    for index, each in ipairs(all) do
      job:emit("batch", ("%s/%d"):format(job.key, index), { ids = each.ids, kind = each.kind }, { source = each.connection })
    end
    return { parts = #all }
  end
  local sources = (part.kind == "order" and reading.orders or reading.deliveries)(books, part.ids)
  prefetch(job, sources)
  local found = 0
  for _, id in ipairs(part.ids) do
    -- What is not there was a line's notice, or is deleted.
    if sources[id] then
      found = found + 1
      job:emit(part.kind == "order" and "orders" or "deliveries", id, { source = sources[id] })
    end
    job.kv.set(place(job.source, part.kind, id), nil)
  end
  return { due = #part.ids, found = found }
end

return batch
