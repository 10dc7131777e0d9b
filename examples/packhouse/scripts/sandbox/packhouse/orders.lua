-- Orders and dispatches of the simulated Packhouse (FACTS.md, sections 4 and 5), and what its people do: `seed`.

local answers, calendar, host = require "packhouse.answers", require "calendar", require "host"

local Orders = {}
Orders.__index = Orders

local OPEN = { draft = true, released = true }
local CHANGEABLE = { ship_to = true, lines = true, note = true }

function Orders.new(switches, told)
  return setmetatable({ switches = switches, told = told, list = {}, by_id = {}, sent = {}, running = {}, next_number = 1 }, Orders)
end

local function instant(seconds) return calendar.iso(seconds) .. "Z" end

local function shown(order)
  return {
    id = order.id, reference = order.reference, status = order.status, version = order.version, ship_to = order.ship_to, lines = order.lines,
    note = order.note or host.json.null, created_at = instant(order.created), updated_at = instant(order.updated),
  }
end

local function shown_dispatch(dispatch)
  local out = {}
  for name, value in pairs(dispatch) do out[name] = value end
  out.dispatched_at, out.updated_at, out.updated = instant(dispatch.updated), instant(dispatch.updated), nil
  return out
end

-- The field that is wrong with it, or nil.
local function fault_of(body)
  if type(body.reference) ~= "string" or body.reference == "" then return "reference" end
  local to = type(body.ship_to) == "table" and body.ship_to or {}
  for _, name in ipairs { "name", "street", "city", "country" } do
    if type(to[name]) ~= "string" or to[name] == "" then return "ship_to." .. name end
  end
  if not to.country:find "^%u%u$" then return "ship_to.country" end
  if type(body.lines) ~= "table" or not body.lines[1] then return "lines" end
  for index, line in ipairs(body.lines) do
    if type(line.sku) ~= "string" or line.sku == "" then return ("lines[%d].sku"):format(index) end
    if math.type(line.quantity) ~= "integer" or line.quantity < 1 then return ("lines[%d].quantity"):format(index) end
  end
end

local function invalid(field) return answers.error(422, "invalid", field .. " is missing or not valid.") end

local function changed(order)
  order.version, order.updated = order.version + 1, host.now()
end

-- Oldest change first, from `updated_after` on.
local function since(records, query)
  local from = query.updated_after and calendar.parse_iso(query.updated_after)
  local out = {}
  for _, record in ipairs(records) do
    if not from or record.updated >= from then out[#out + 1] = record end
  end
  table.sort(out, function(a, b) return a.updated < b.updated or a.updated == b.updated and a.id < b.id end)
  return out
end

function Orders:create(request)
  local body, why = answers.body(request)
  if not body then return why end
  local fault = fault_of(body)
  if fault then return invalid(fault) end
  local order = {
    id = ("ord_%06d"):format(self.next_number), reference = body.reference, status = "draft", version = 1, ship_to = body.ship_to, lines = body.lines,
    note = body.note, created = host.now(), updated = host.now(),
  }
  self.next_number = self.next_number + 1
  self.list[#self.list + 1], self.by_id[order.id] = order, order
  return answers.json(201, shown(order))
end

function Orders:find(query)
  local out = {}
  for _, order in ipairs(since(self.list, query)) do
    local seen = host.now() - order.created >= self.switches.list_delay
    if seen and (not query.reference or order.reference == query.reference) then out[#out + 1] = order end
  end
  return answers.page(out, query, self.switches.page_size, shown)
end

local function not_open(order) return answers.error(409, "not_open", ("The order is %s."):format(order.status)) end

function Orders:change(order, request, query)
  local body, why = answers.body(request)
  if not body then return why end
  if math.tointeger(tonumber(query.version)) ~= order.version then
    return answers.error(409, "version_conflict", ("The order has version %d."):format(order.version))
  end
  if not OPEN[order.status] then return not_open(order) end
  local wanted = { reference = order.reference }
  for name in pairs(CHANGEABLE) do wanted[name] = body[name] or order[name] end
  local fault = fault_of(wanted)
  if fault then return invalid(fault) end
  for name in pairs(CHANGEABLE) do order[name] = wanted[name] end
  changed(order)
  return answers.json(200, shown(order))
end

-- The warehouse looks for the goods, which takes a while.
function Orders:release(order, request)
  if order.status == "released" then return answers.json(200, shown(order)) end
  if order.status ~= "draft" then return not_open(order) end
  local operation = { id = host.token(8), order = order, done_at = host.now() + self.switches.operation_seconds }
  for _, line in ipairs(order.lines) do
    if line.sku == "GONE-1" then operation.failed = true end
  end
  self.running[operation.id] = operation
  local response = answers.json(202, { state = "running" })
  response.headers["Location"] = request.path:gsub("/orders/.*$", "") .. "/operations/" .. operation.id
  return response
end

function Orders:finish(operation)
  if operation.finished or host.now() < operation.done_at then return end
  operation.finished = true
  if not operation.failed and operation.order.status == "draft" then
    operation.order.status = "released"
    changed(operation.order)
  end
end

function Orders:operations(request, id)
  local operation = self.running[id]
  if not operation or request.method ~= "GET" then return answers.missing() end
  self:finish(operation)
  if not operation.finished then return answers.json(202, { state = "running" }) end
  if operation.failed then return answers.error(409, "out_of_stock", "GONE-1 is not in stock.") end
  return answers.json(200, { state = "done" })
end

function Orders:orders(request, rest, query)
  for _, operation in pairs(self.running) do self:finish(operation) end
  if rest == "" then
    if request.method == "POST" then return self:create(request) end
    return self:find(query)
  end
  local id, verb = rest:match "^([^/]+)/?(.*)$"
  local order = self.by_id[id]
  if not order then return answers.missing() end
  if verb == "" and request.method == "GET" then return answers.json(200, shown(order)) end
  if verb == "" and request.method == "PATCH" then return self:change(order, request, query) end
  if verb == "release" and request.method == "POST" then return self:release(order, request) end
  if verb == "cancel" and request.method == "POST" then
    if not OPEN[order.status] and order.status ~= "cancelled" then return not_open(order) end
    if order.status ~= "cancelled" then
      order.status = "cancelled"
      changed(order)
    end
    return answers.json(200, shown(order))
  end
  return answers.error(405, "method_not_allowed", "The method is not allowed.")
end

function Orders:dispatches(request, rest, query)
  if request.method ~= "GET" then return answers.error(405, "method_not_allowed", "The method is not allowed.") end
  if rest == "" then return answers.page(since(self.sent, query), query, self.switches.page_size, shown_dispatch) end
  for _, dispatch in ipairs(self.sent) do
    if dispatch.id == rest then return answers.json(200, shown_dispatch(dispatch)) end
  end
  return answers.missing()
end

function Orders:dispatch(order)
  local number = #self.sent + 1
  local dispatch = {
    id = ("dsp_%06d"):format(number), order_id = order.id, reference = order.reference, carrier = "postnl", tracking_number = ("3SPACK%08d"):format(number),
    tracking_url = ("https://track.packhouse.example/3SPACK%08d"):format(number), lines = order.lines, updated = host.now(),
  }
  order.status = "dispatched"
  changed(order)
  self.sent[number] = dispatch
  self.told(dispatch)
end

-- { "pack": true } packs what is released, { "dispatch": true } sends it out; with a list of references only those.
function Orders:act(body)
  local function wanted(what, order)
    if type(what) ~= "table" then return what == true end
    for _, reference in ipairs(what) do
      if reference == order.reference then return true end
    end
    return false
  end
  for _, operation in pairs(self.running) do self:finish(operation) end
  local packed, sent = 0, 0
  for _, order in ipairs(self.list) do
    if wanted(body.pack, order) and order.status == "released" then
      order.status = "packed"
      changed(order)
      packed = packed + 1
    end
    if wanted(body.dispatch, order) and (order.status == "released" or order.status == "packed") then
      self:dispatch(order)
      sent = sent + 1
    end
  end
  return { packed = packed, dispatched = sent }
end

function Orders:report()
  local all, by_status, seen, doubled = host.json.array {}, {}, {}, host.json.array {}
  for index, order in ipairs(self.list) do
    all[index] = shown(order)
    by_status[order.status] = (by_status[order.status] or 0) + 1
    if seen[order.reference] then doubled[#doubled + 1] = order.reference end
    seen[order.reference] = true
  end
  return { orders = all, by_status = by_status, dispatches = #self.sent, doubled = doubled }
end

return Orders
