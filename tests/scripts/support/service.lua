-- The runtime's service profile for running specs of the simulated systems in plain Lua: servers are tables that a spec
-- calls, time moves when a spec says so, and callbacks go to functions that a spec registers.

local digest, json = require "digest", require "json"

local service = { now_ms = 1767571200000, servers = {}, callbacks = {}, timers = {} }   -- 2026-01-05T00:00:00Z

package.preload.http = function()
  return {
    serve = function(options)
      local port = 40001 + #service.servers
      service.servers[#service.servers + 1] = options.handler
      return { url = "https://localhost:" .. port, port = port }
    end,
    request = function(request)
      for prefix, answer in pairs(service.callbacks) do
        if request.url:sub(1, #prefix) == prefix then return answer(request) end
      end
      return nil, "connection refused"
    end,
  }
end
package.preload.timers = function()
  return {
    after = function(seconds, run)
      service.timers[#service.timers + 1] = { at = service.now_ms + math.tointeger(seconds * 1000 // 1), run = run }
    end,
  }
end
package.preload.clock = function() return { now_ms = function() return service.now_ms end } end
package.preload.random = function()
  return {
    int = function(a, b) return math.random(a, b) end,
    bytes = function(count)
      local out = {}
      for index = 1, count do out[index] = string.char(math.random(0, 255)) end
      return table.concat(out)
    end,
  }
end
package.preload.log = function() return { info = function() end } end
package.preload.crypto = function()
  local count = 0
  return {
    hmac_sha256 = digest.hmac_sha256, sha256 = digest.sha256, hex = digest.hex, base64 = digest.base64,
    sha1 = function(text) return digest.sha256(text):sub(1, 20) end,
    uuid = function()
      count = count + 1
      return ("%08x-0000-4000-8000-%012x"):format(count, count)
    end,
  }
end

-- Moves time, running what falls due in order.
function service.pass(seconds)
  local target = service.now_ms + seconds * 1000
  while true do
    local due
    for index, timer in ipairs(service.timers) do
      if timer.at <= target and (not due or timer.at < service.timers[due].at) then due = index end
    end
    if not due then break end
    local timer = table.remove(service.timers, due)
    service.now_ms = math.max(service.now_ms, timer.at)
    timer.run()
  end
  service.now_ms = target
end

-- A request to the server at `url`; gives the response, its body decoded as `json` when it is JSON.
function service.call(method, url, options)
  options = options or {}
  local port, path, query = url:match "^https://localhost:(%d+)([^?]*)%??(.*)$"
  local headers = { accept = "application/json" }
  for name, value in pairs(options.headers or {}) do headers[name:lower()] = value end
  local body = options.body or ""
  if options.json then
    body = json.encode(options.json)
    headers["content-type"] = headers["content-type"] or "application/json"
  end
  local response = service.servers[math.tointeger(port) - 40000] {
    method = method, path = path, raw_query = query, headers = headers, body = body, peer = options.peer or "127.0.0.1:50000",
  }
  local kind = response.headers and (response.headers["content-type"] or "") or ""
  if kind:find("json", 1, true) then response.json = json.decode(response.body) end
  return response
end

return service
