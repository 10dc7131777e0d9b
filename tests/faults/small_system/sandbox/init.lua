-- The simulated remote of the crash tests: things to read, and a place to write for each kind of effect. Uses the site of
-- examples/sandbox, which stands beside this file when it runs.

local Journal, host, serve, wire = require "journal", require "host", require "site", require "wire"

local config = ... or {}
local JSON = { ["content-type"] = "application/json" }

local function answer(status, value) return { status = status, headers = JSON, body = host.json.encode(value) } end

-- Records by kind: A under their key, the others in the order of their coming.
local records = { A = {}, B = {}, C = {}, D = {} }
local answered = {}   -- kind B: first answer by idempotency key
local writes = { A = 0, B = 0, C = 0, D = 0 }

local function add(kind, body)
  local list = records[kind]
  local record = { id = kind .. #list + 1, ref = body.ref, text = body.text }
  list[#list + 1] = record
  return answer(201, record)
end

local function put(key, body)
  local record = { id = key, ref = body.ref, text = body.text }
  records.A[key] = record
  return answer(200, record)
end

-- The same key gives the first answer again; with another body it is refused.
local function keyed(request, body)
  local key = request.headers["idempotency-key"]
  if not key then return answer(400, { error = "Idempotency-Key is missing" }) end
  local first = answered[key]
  if not first then
    first = { body = request.body, answer = add("B", body) }
    answered[key] = first
  end
  if first.body ~= request.body then return answer(422, { error = "the key was used with another body" }) end
  return first.answer
end

local function found(query)
  local rows = host.json.array {}
  for _, record in ipairs(records.C) do
    if record.ref == query.ref then rows[#rows + 1] = record end
  end
  return answer(200, { rows = rows })
end

local function handle(request)
  local thing = request.path:match "^/things/(%w+)$"
  if thing then return answer(200, { id = thing, version = "2026-01-01T00:00:00Z", text = "thing " .. thing }) end
  local key = request.path:match "^/a/([%w-]+)$"
  if request.method == "GET" then
    if key then return records.A[key] and answer(200, records.A[key]) or answer(404, { error = "not there" }) end
    local number = math.tointeger(request.path:match "^/c/C(%d+)$" or "")
    if number then return records.C[number] and answer(200, records.C[number]) or answer(404, { error = "not there" }) end
    if request.path == "/c" then return found(wire.query(request)) end
    return answer(404, { error = "no such path" })
  end
  local body = wire.json(request)
  if not body then return answer(400, { error = "the body is not JSON" }) end
  local kind = key and "A" or (request.path:match "^/([bcd])$" or ""):upper()
  if not writes[kind] then return answer(404, { error = "no such path" }) end
  writes[kind] = writes[kind] + 1
  if kind == "A" then return put(key, body) end
  if kind == "B" then return keyed(request, body) end
  return add(kind, body)
end

local function state()
  local out = { writes = writes, records = { A = host.json.array {} } }
  for _, record in pairs(records.A) do out.records.A[#out.records.A + 1] = record end
  for _, kind in ipairs { "B", "C", "D" } do
    out.records[kind] = host.json.array {}
    for index, record in ipairs(records[kind]) do out.records[kind][index] = record end
  end
  return out
end

local system = {
  name = "small", journal = Journal.new(), switches = {}, handle = handle, state = state,
  fault = function(kind) return answer(math.tointeger(kind), { error = "something went wrong" }) end,
  seed = function() return nil, "nothing can be seeded here" end,
  credentials = { key = host.token(16), signing_key = host.token(16) },
}
serve(system, { listen = (config.address or "127.0.0.1") .. ":0", tls = config.tls })
return { systems = { small = { url = system.url, credentials = system.credentials } } }
