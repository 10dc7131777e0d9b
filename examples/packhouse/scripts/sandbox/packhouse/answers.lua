-- How Packhouse answers (FACTS.md, sections 1 and 3).

local host, wire = require "host", require "wire"

local answers = {}

function answers.json(status, value) return { status = status, headers = { ["content-type"] = "application/json" }, body = host.json.encode(value) } end

function answers.error(status, code, message) return answers.json(status, { error = { code = code, message = message } }) end

function answers.missing() return answers.error(404, "not_found", "The site has no such record.") end

-- A page of records that are in order of change; the cursor is the place of the next one.
function answers.page(records, query, size, show)
  local first = 1
  if query.cursor then
    first = math.tointeger(tonumber(query.cursor))
    if not first then return answers.error(400, "invalid", "cursor is not one of ours.") end
  end
  local limit = math.min(math.tointeger(tonumber(query.limit)) or size, size)
  local items = host.json.array {}
  for index = first, math.min(first + limit - 1, #records) do items[#items + 1] = show(records[index]) end
  local rest = first + limit <= #records
  return answers.json(200, { items = items, next_cursor = rest and tostring(first + limit) or host.json.null })
end

function answers.body(request)
  local body = wire.json(request)
  if body then return body end
  return nil, answers.error(400, "invalid", "The body is not JSON.")
end

return answers
