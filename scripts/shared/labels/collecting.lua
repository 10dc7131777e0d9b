-- Many deliveries in few calls (XF8): what waits to be read is put on a list, and a job that finds it there reads up to 20 at once and hands each
-- on with what was read. While a batch is being read, the next one gathers; of a busy day each batch gathers for a while (gathering.lua).
--
--     waiting:<list>:<connection>:<kind>:<id>   true
--
-- An id of one division is never asked of another: each connection gathers its own. A job's key is its list: what was put on another one by an earlier
-- version of this file is worked off all the same.

local gathering, reading, time = require "shared.labels.gathering", require "shared.labels.reading", require "time"

local collecting = {}

local AT_ONCE, LIST, LONGEST = 20, "0", 3600
local FLOWS = { delivery = "deliveries", order = "orders" }

-- Several events of one delivery within so many seconds are read once; what changes later the sweeps tell.
local JUST_READ = 60

-- Whether the job's record was.
function collecting.just_read(job)
  local at = job.kv.get("read at:" .. job.key)
  local came = job.event and job.event.received or job:now()
  return at ~= nil and time.compare(came, time.add(at, JUST_READ)) < 0
end

-- The job's record waits to be read; ends in nothing here.
function collecting.wait(job, kind)
  if collecting.just_read(job) then return job:skip "it was read just now" end
  job.kv.set(("waiting:%s:%s:%s:%s"):format(LIST, job.source, kind, job.key), true)
  gathering.ask(job, "collect", LIST, job.source, LONGEST)
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

local function waiting(job) return job.kv.list(("waiting:%s:%s:"):format(job.key, job.source), { limit = AT_ONCE }) end

function collecting.run(job, books)
  gathering.begun(job, "collect", job.source)
  local ids, count = { delivery = {}, order = {} }, 0
  for _, row in ipairs(waiting(job)) do
    local kind, id = row.key:match "^waiting:%d:[^:]+:(%a+):(.+)$"
    if row.value and ids[kind] then ids[kind][#ids[kind] + 1], count = id, count + 1 end
  end
  for _, kind in ipairs { "delivery", "order" } do
    local list = ids[kind]
    local found = #list > 0 and (kind == "order" and reading.orders or reading.deliveries)(books, list) or {}
    fetch(job, found, list)
    for _, id in ipairs(list) do
      job.kv.set(("waiting:%s:%s:%s:%s"):format(job.key, job.source, kind, id), nil)
      job.kv.set("read at:" .. id, job:now())
      job:emit(FLOWS[kind], id, { source = found[id], read = true })
    end
  end
  if count > 0 then gathering.count(job, job.source, count) end
  gathering.over(job, "collect", job.source, LONGEST, function() return #waiting(job) end, AT_ONCE)
  if count == 0 then return job:skip "read with others already" end
  return { read = count }
end

return collecting
