-- GET of the simulated Exact Online: one row, or a list by $filter, $select, $top, $expand and $skiptoken, page by page.

local answers, filter, host, values, wire =
  require "exact_answers", require "exact_filter", require "host", require "exact_values", require "wire"
local entities = require "exact_fields"

local read = {}

local PAGE_ROWS = 60
local OPTIONS = { ["$filter"] = true, ["$select"] = true, ["$top"] = true, ["$expand"] = true, ["$skiptoken"] = true }

local function split(text)
  local out = {}
  for name in (text or ""):gmatch "[^,%s]+" do out[name] = true end
  return next(out) and out or nil
end

local function sorted_names(set)
  local out = {}
  for name in pairs(set) do out[#out + 1] = name end
  table.sort(out)
  return table.concat(out, ", ")
end

-- Reads the query's options; nil, answer when they ask for what there is not.
local function options_of(entity, request, single)
  local query = wire.query(request)
  for name in pairs(query) do
    if name:sub(1, 1) == "$" and not OPTIONS[name] then
      return nil, answers.error(400, "The query parameter '" .. name .. "' is not supported.")
    end
  end
  local options = {
    select = split(query["$select"]), expand = split(query["$expand"]), top = math.tointeger(tonumber(query["$top"])),
    filter = query["$filter"], skip = query["$skiptoken"] and query["$skiptoken"]:match "^guid'(.*)'$" or query["$skiptoken"],
  }
  if query["$top"] and (not options.top or options.top < 1) then return nil, answers.error(400, "$top must be a positive integer") end
  for name in pairs(options.select or {}) do
    if not entity.fields[name] then return nil, answers.error(400, ("Could not find a property named '%s'"):format(name)) end
  end
  for name in pairs(options.expand or {}) do
    if not entity.fields[name] or entity.fields[name].type ~= "lines" then
      return nil, answers.error(400, ("'%s' is not a navigation property"):format(name))
    end
  end
  if not single and entity.select and not options.select and options.top ~= 1 then
    return nil, answers.error(400, "Please add a $select or a $top=1 statement to the query string.")
  end
  return options
end

local function test_of(world, entity, options)
  local used = {}
  local test, says
  if options.filter then
    local why
    test, why, says = filter.parse(options.filter, entity, world.switches.filter_ignores_case)
    if not test then return nil, answers.error(400, why) end
    used = why
  end
  if entity.demands_filter then
    local satisfied = false
    for name in pairs(entity.demands_filter) do satisfied = satisfied or used[name] end
    if not satisfied then
      return nil, answers.error(400, "This endpoint has mandatory filtering applied. The request must have a $filter "
        .. "parameter with one of the following fields: " .. sorted_names(entity.demands_filter))
    end
  end
  return test or function() return true end, says
end

local function each_of(list)
  local index = 0
  return function()
    index = index + 1
    return list[index]
  end
end

-- The rows that the test is to look at, those after `past`.
local function candidates(world, path, says, past)
  local few = says and world.books:saying(world.division, path, says, past)
  if few then return each_of(few) end
  return world.books:each(world.division, path, past)
end

local function expanded_lines(world, entity, row, options)
  if not options.expand then return nil end
  local out = {}
  for name in pairs(options.expand) do
    local path = entity.fields[name].lines
    local lines = host.json.array {}
    for index, line in ipairs(world.books:lines(world.division, path, entities[path].header, row[entity.key])) do
      lines[index] = values.render(entities[path], path, line, world.base)
    end
    out[name] = lines
  end
  return out
end

-- `$expand` brings its property into `$select`, as clients expect.
local function selection(options)
  if not options.select then return nil end
  for name in pairs(options.expand or {}) do options.select[name] = true end
  return options.select
end

local function wants_json(request) return (request.headers.accept or ""):find("application/json", 1, true) ~= nil end

local function feed(path, count)
  return { status = 200, headers = { ["content-type"] = "application/atom+xml" }, body = values.atom(path, count) }
end

function read.one(world, path, entity, row, request)
  local options, bad = options_of(entity, request, true)
  if not options then return bad end
  if not wants_json(request) then return feed(path, 1) end
  return answers.json(200, {
    d = values.render(entity, path, row, world.base, selection(options), expanded_lines(world, entity, row, options)),
  })
end

local function next_link(world, path, request, key)
  local query = {}
  for pair in request.raw_query:gmatch "[^&]+" do
    if wire.unescape(pair:match "^[^=]*") ~= "$skiptoken" then query[#query + 1] = pair end
  end
  query[#query + 1] = "$skiptoken=" .. wire.escape("guid'" .. key .. "'")
  return world.base .. "/" .. path .. "?" .. table.concat(query, "&")
end

function read.list(world, path, entity, request)
  local options, bad = options_of(entity, request, false)
  if not options then return bad end
  local test, says = test_of(world, entity, options)
  if not test then return says end
  local rows, link, last = host.json.array {}, nil, nil
  local most = entity.page_rows or PAGE_ROWS
  for row in candidates(world, entity.rows or path, says, options.skip) do
    if test(row) then
      if #rows == most and not options.top then
        link = next_link(world, path, request, last)
        break
      end
      rows[#rows + 1] = values.render(entity, path, row, world.base, selection(options), expanded_lines(world, entity, row, options))
      last = row[entity.key]
      if options.top and #rows == options.top then break end
    end
  end
  if not wants_json(request) then return feed(path, #rows) end
  if options.top then return answers.json(200, { d = rows }) end
  return answers.json(200, { d = { results = rows, __next = link } })
end

return read
