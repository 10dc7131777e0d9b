-- What an order said when it was last read. Each order is told of by a notification and by rows of two lists of changes, and of what we deliver
-- ourselves again: a row that says what is known already costs no call.

local crypto, echoes, json, time = require "crypto", require "shared.records.echoes", require "json", require "time"

local seen = {}

local function place(id) return "order read:" .. id end

-- We wrote a delivery of the order.
function seen.delivered(job, id) echoes.wrote(job, "order " .. id) end

-- Whether a notification is of our own delivery. It says nothing but the order's name; the rows of the lists of changes, which come after it, say
-- what a person changed in the same minutes. A deletion is in no such list, and is none of ours.
function seen.is_echo(job)
  local event = job.event
  if not (event and event.topic) or job.attempt > 1 or job.decision or job.backfill then return false end
  local said = type(event.body) == "string" and try(json.decode, event.body)
  if said and said.Content and said.Content.Action == "Delete" then return false end
  return echoes.is_fresh(job, "order " .. job.key)
end

-- As one text: numbers as they are written, whether they come typed or not.
local function digest(record, fields)
  local out = {}
  for index, field in ipairs(fields) do
    local value = record[field]
    if value == nil or value == null then value = "" end
    -- A row comes as Exact writes it, a record as its type says.
    local milliseconds = type(value) == "string" and value:match "^/Date%((%-?%d+)%)/$"
    out[index] = milliseconds and time.from_unix(math.tointeger(milliseconds) // 1000):sub(1, 10) or tostring(value)
  end
  return crypto.sha256(table.concat(out, "\n"), "hex")
end

-- `order`: as it was read, with its lines. `header`, `line`: the fields that count.
function seen.keep(job, order, header, line)
  local lines = {}
  for _, each in ipairs(order.lines) do lines[each.ID] = digest(each, line) end
  job.kv.set(place(order.OrderID), { header = digest(order, header), lines = lines })
end

-- Whether the row that this job was born of says nothing new. What a person asks for is read.
function seen.says_nothing_new(job, header, line)
  local row = job.event and job.event.record
  if not row or job.attempt > 1 or job.decision or job.backfill then return false end
  local kept = job.kv.get(place(job.key))
  if not kept then return false end
  if row.OrderedBy then return kept.header == digest(row, header) end
  return row.ID ~= nil and kept.lines[row.ID] == digest(row, line)
end

return seen
