-- One simulated system on a server of its own: its API, and beside it
-- /_sandbox/<name>/{seed,faults,switches,state,events,clock}.
--
-- A system is { name, journal, switches, handle(request) -> response, fault(kind, request) -> response,
-- seed(body) -> report, state(query) -> report }. Only its API meets faults and is journalled.

local Faults, host, wire = require "faults", require "host", require "wire"

local JSON = { ["content-type"] = "application/json" }

local function answer(status, value) return { status = status, headers = JSON, body = host.json.encode(value) } end

local function set_switches(system, changes)
  for name, value in pairs(changes) do
    if system.switches[name] == nil then return answer(400, { error = "no switch " .. name }) end
    system.switches[name] = value
  end
  return answer(200, system.switches)
end

local function add_faults(faults, rules)
  for _, rule in ipairs(rules[1] and rules or { rules }) do
    local added, why = faults:add(rule)
    if not added then return answer(400, { error = why }) end
  end
  return answer(200, faults:report())
end

local function control(system, faults, what, request)
  local body = {}
  if request.body ~= "" then
    local parsed = wire.json(request)
    if not parsed then return answer(400, { error = "the body is not JSON" }) end
    body = parsed
  end
  local reads, posts = request.method == "GET", request.method == "POST"
  if what == "state" and reads then return answer(200, system.state(wire.query(request))) end
  if what == "events" and reads then
    return answer(200, system.journal:report(math.tointeger(wire.query(request).last or 100) or 100))
  end
  if what == "switches" and reads then return answer(200, system.switches) end
  if what == "switches" and posts then return set_switches(system, body) end
  if what == "faults" and reads then return answer(200, faults:report()) end
  if what == "faults" and posts then return add_faults(faults, body) end
  if what == "faults" and request.method == "DELETE" then
    faults:clear()
    return answer(200, faults:report())
  end
  if what == "seed" and posts then
    local report, why = system.seed(body)
    if not report then return answer(400, { error = why }) end
    return answer(200, report)
  end
  if what == "clock" and posts then
    local seconds = math.tointeger(body.advance)
    if not seconds or seconds < 0 then return answer(400, { error = "advance: expected whole seconds" }) end
    host.clock.advance(seconds)
    return answer(200, { now = host.now() })
  end
  return answer(404, { error = "no such control: " .. request.method .. " " .. tostring(what) })
end

local function with_fault(system, rule, request)
  local kind = rule.kind
  if kind == "429" or kind == "500" or kind == "503" then return system.fault(kind, request) end
  if kind == "cut" then return { status = 500, cut = "before" } end
  if kind == "late_landing" then
    host.timers.after(rule.delay, function() system.handle(request) end)
    return { status = 500, cut = "before" }
  end
  local response = system.handle(request)
  if kind == "slow" then
    response.delay = rule.delay
  else
    response.cut = kind == "lost_answer" and "before" or "after"
  end
  return response
end

return function(system, config)
  local faults = Faults.new()
  local prefix = "/_sandbox/" .. system.name .. "/"
  local server = host.http.serve {
    listen = config.listen, tls = config.tls,
    handler = function(request)
      if request.path:sub(1, #prefix) == prefix then
        return control(system, faults, request.path:sub(#prefix + 1), request)
      end
      local rule = faults:pick(request)
      local response = rule and with_fault(system, rule, request) or system.handle(request)
      system.journal:call(request.method, request.path, response.status, rule and rule.kind)
      return response
    end,
  }
  system.url = "https://localhost:" .. server.port
  if system.started then system.started(system.url) end
  return system
end
