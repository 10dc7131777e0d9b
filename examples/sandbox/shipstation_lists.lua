-- Lists of the simulated ShipStation V1: filters, sorting and pages of any resource (sheet, sections 1.2, 2.3 and 3).
--
-- A list is { name, rows(site), show(row, call), filters = { parameter = function(value, site) -> test | nil, why },
-- sorts = { Name = function(row) -> key }, key = function(row) -> key }.

local answers, clock, host = require "shipstation_answers", require "shipstation_clock", require "host"

local MOST_A_PAGE = 500

local lists = {}

function lists.equal(of)
  return function(value)
    return function(row) return tostring(of(row)) == value end
  end
end

function lists.begins(of)
  return function(value)
    local wanted = value:lower()
    return function(row) return (of(row) or ""):lower():sub(1, #wanted) == wanted end
  end
end

function lists.has(of)
  return function(value)
    local wanted = value:lower()
    return function(row)
      for _, text in ipairs(of(row)) do
        if text:lower():find(wanted, 1, true) then return true end
      end
      return false
    end
  end
end

function lists.number(of)
  return function(value)
    local wanted = math.tointeger(tonumber(value))
    if not wanted then return nil, "is not valid." end
    return function(row) return of(row) == wanted end
  end
end

-- <name>Start and <name>End over wall times; whether the start itself counts is not verified, and a switch.
function lists.period(filters, name, of)
  local function bound(value, site) return clock.parse(value, site.switches.zone_in_dates) end
  filters[name .. "Start"] = function(value, site)
    local from, why = bound(value, site)
    if not from then return nil, why end
    return function(row)
      local at = of(row)
      return at ~= nil and (at > from or site.switches.start_inclusive and at == from)
    end
  end
  filters[name .. "End"] = function(value, site)
    local to, why = bound(value, site)
    if not to then return nil, why end
    -- A date alone means all of its day.
    if not value:find(":", 1, true) then to = to + 86400 * 1000 - 1 end
    return function(row)
      local at = of(row)
      return at ~= nil and at <= to
    end
  end
end

local PAGING = { page = true, pageSize = true, sortBy = true, sortDir = true }

local function tests_of(list, call, site)
  local tests = {}
  for name, value in pairs(call.query) do
    local filter = list.filters[name]
    if filter and value ~= "" then
      local test, why = filter(value, site)
      if not test then return nil, ("%s: '%s' %s"):format(name, value, why) end
      tests[#tests + 1] = test
    elseif not filter and not PAGING[name] then
      site.journal:violation("unknown_parameter", name)
    end
  end
  return tests
end

local function sorted(rows, list, query)
  local key, direction = list.key, (query.sortDir or "ASC"):upper()
  if direction ~= "ASC" and direction ~= "DESC" then return nil, "sortDir: expected ASC or DESC" end
  if query.sortBy then
    key = nil
    for name, each in pairs(list.sorts) do
      if name:lower() == query.sortBy:lower() then key = each end
    end
    if not key then return nil, ("sortBy: '%s' is not valid"):format(query.sortBy) end
  end
  table.sort(rows, function(a, b)
    local first, second = key(a), key(b)
    if first == second then first, second = list.key(a), list.key(b) end
    if direction == "DESC" then return first > second end
    return first < second
  end)
  return rows
end

local function positive(text, otherwise)
  if text == nil or text == "" then return otherwise end
  local number = math.tointeger(tonumber(text))
  return number and number >= 1 and number or nil
end

function lists.answer(list, call, site)
  local tests, why = tests_of(list, call, site)
  if not tests then return answers.bad(site.switches.bad_input, why) end
  local page, size = positive(call.query.page, 1), positive(call.query.pageSize, site.switches.page_size)
  if not page or not size then return answers.bad(site.switches.bad_input, "page and pageSize: expected whole numbers from 1") end
  if size > MOST_A_PAGE then
    site.journal:violation("page_size", tostring(size))
    size = MOST_A_PAGE
  end
  local rows = {}
  for _, row in ipairs(list.rows(site)) do
    local wanted = true
    for _, test in ipairs(tests) do wanted = wanted and test(row) end
    if wanted then rows[#rows + 1] = row end
  end
  rows, why = sorted(rows, list, call.query)
  if not rows then return answers.bad(site.switches.bad_input, why) end
  local shown = host.json.array {}
  for index = (page - 1) * size + 1, math.min(#rows, page * size) do shown[#shown + 1] = list.show(rows[index], call) end
  local pages = site.switches.pages_zero and 0 or (#rows + size - 1) // size
  return answers.json(200, { [list.name] = shown, total = #rows, page = page, pages = pages })
end

return lists
