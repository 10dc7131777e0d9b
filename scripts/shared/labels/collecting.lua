-- Many deliveries in few calls (XF8): what waits to be read is put on a list, and a job that finds it there reads up to 20 at once and hands each
-- on with what was read. While a batch is being read, the next one gathers; of a busy day each batch gathers for a while (gathering.lua).
--
--     waiting:<list>:<connection>:<kind>:<id>   when it was put there
--     read at:<id>                              when its last reading began
--     again:<id>                                when a job was made that reads it once more, in a minute
--
-- An id of one division is never asked of another: each connection gathers its own. What a back-fill asks for has a list of its own, so that nothing of the
-- day waits for it, and each keeps what the start means for it. A job's key is its list.

local echoes, gathering, reading, time = require "shared.records.echoes", require "shared.labels.gathering", require "shared.labels.reading", require "time"

local collecting = {}

local AT_ONCE, LONGEST = 20, 3600
local LIVE, BACKFILL = "0", "1"
local FLOWS = { delivery = "deliveries", order = "orders" }

-- Several notifications of one delivery within so many seconds are read once at their first, and once more when they are over.
local JUST_READ = 60

local function row_of(list, connection, kind, id) return ("waiting:%s:%s:%s:%s"):format(list, connection, kind, id) end
local function waiting(job, key) return job.kv.list(("waiting:%s:%s:"):format(key, job.source), { limit = AT_ONCE }) end

local function list_of(job, key)
  return {
    flow = "collect", key = key, connection = job.source, longest = LONGEST, full = AT_ONCE, count = function() return #waiting(job, key) end,
  }
end

-- Whether the job's record was read within the minute before it was told of, or since.
function collecting.just_read(job)
  local at = job.kv.get("read at:" .. job.key)
  return at ~= nil and time.compare(echoes.came(job), time.add(at, JUST_READ)) < 0
end

local function is_read_since(job)
  local at, event = job.kv.get("read at:" .. job.key), job.event or {}
  return at ~= nil and event.received ~= nil and time.compare(event.received, at) < 0
end

-- A notification that came right after a reading: what it tells of may be newer.
local function again_in_a_minute(job)
  local key = "again:" .. job.key
  local at = job.kv.get(key)
  if not at or time.compare(job:now(), time.add(at, JUST_READ)) >= 0 then
    job.kv.set(key, job:now())
    job:emit(job.flow, job.key, { told_again = true }, { delay = JUST_READ })
  end
  return job:skip "it was read just now, and is read again in a minute"
end

-- The job's record waits to be read; ends in nothing here.
function collecting.wait(job, kind)
  local event = job.event or {}
  if is_read_since(job) then return job:skip "it was read since" end
  if (event.topic or event.of_line) and collecting.just_read(job) then return again_in_a_minute(job) end
  if event.told_again then job.kv.set("again:" .. job.key, nil) end
  local key = job.backfill and BACKFILL or LIVE
  job.kv.set(row_of(key, job.source, kind, job.key), job:now())
  gathering.ask(job, list_of(job, key))
  return { waits = "to be read with others" }
end

-- What was read, as plain values again.
function collecting.source(event)
  local given = event and event.source
  if not given then return nil end
  local out = { lines = {} }
  for name, value in pairs(given) do
    if name ~= "lines" and name ~= "order" then out[name] = value end
  end
  for index, line in ipairs(given.lines) do
    out.lines[index] = {}
    for name, value in pairs(line) do out.lines[index][name] = value end
  end
  if given.order then
    out.order = {}
    for name, value in pairs(given.order) do out.order[name] = value end
  end
  return out
end

-- Master data of all of them, into what look-ups remember.
local function fetch(job, sources, ids)
  local wanted = { accounts = {}, addresses = {}, shipping_methods = {}, items = {} }
  for _, id in ipairs(ids) do
    local source = sources[id]
    for name, field in pairs { accounts = "account_id", addresses = "address_id", shipping_methods = "method" } do
      if source and source[field] then table.insert(wanted[name], source[field]) end
    end
    for _, line in ipairs(source and source.lines or {}) do
      if line.item then table.insert(wanted.items, line.item) end
    end
  end
  for _, name in ipairs { "accounts", "addresses", "items", "shipping_methods" } do
    if #wanted[name] > 0 then job:look_up(name, wanted[name]) end
  end
end

function collecting.run(job, books)
  local list = list_of(job, job.key)
  gathering.begun(job, list)
  local ids, puts, count = { delivery = {}, order = {} }, {}, 0
  for _, row in ipairs(waiting(job, job.key)) do
    local kind, id = row.key:match "^waiting:%d:[^:]+:(%a+):(.+)$"
    if row.value and ids[kind] then ids[kind][#ids[kind] + 1], puts[row.key], count = id, row.value, count + 1 end
  end
  for _, kind in ipairs { "delivery", "order" } do
    local wanted = ids[kind]
    local began = job:now()
    for _, id in ipairs(wanted) do job.kv.set("read at:" .. id, began) end
    local found = #wanted > 0 and (kind == "order" and reading.orders or reading.deliveries)(books, wanted) or {}
    fetch(job, found, wanted)
    for _, id in ipairs(wanted) do
      -- What was told of while it was read stays on the list.
      local key = row_of(job.key, job.source, kind, id)
      if job.kv.get(key) == puts[key] then job.kv.set(key, nil) end
      if found[id] then found[id].read_at = began end
      job:emit(FLOWS[kind], id, { source = found[id], read = true })
    end
  end
  if count > 0 then gathering.count(job, job.source, count) end
  gathering.over(job, list)
  if count == 0 then return job:skip "read with others already" end
  return { read = count }
end

return collecting
