-- The simulated Packhouse, written from FACTS.md and from nothing of the connector. What stands beside the program's own simulations
-- (host, journal, wire, window, callback, calendar) may be required here too.

local Hooks, Journal, Orders, Window = require "packhouse.hooks", require "journal", require "packhouse.orders", require "window"
local answers, host, wire = require "packhouse.answers", require "host", require "wire"

local MINUTE_MS, SITE = 60 * 1000, "NL1"

-- What FACTS.md calls not said, and what a client can be tried with.
local function switches()
  return {
    limit = 120, scopes = "orders dispatches webhooks", page_size = 100, operation_seconds = 3, list_delay = 0, duplicate_percent = 0, lost_percent = 0,
  }
end

return function(config)
  local kept, journal = switches(), Journal.new()
  local credentials = { api_key = host.token(16), webhook_secret = host.token(24), site = SITE }
  local hooks = Hooks.new(config, credentials, kept, SITE)
  local orders = Orders.new(kept, function(dispatch) hooks:event("dispatch.created", { id = dispatch.id, order_id = dispatch.order_id }) end)
  local window = Window.new(MINUTE_MS)

  local function with_limits(response)
    window:roll(host.now_ms())
    response.headers["RateLimit-Limit"] = tostring(kept.limit)
    response.headers["RateLimit-Remaining"] = tostring(window:left(kept.limit))
    response.headers["RateLimit-Reset"] = tostring((window:ends_at() - host.now_ms() + 999) // 1000)
    return response
  end

  local function throttled()
    local response = with_limits(answers.error(429, "too_many", "Too many calls in this minute."))
    response.headers["Retry-After"] = response.headers["RateLimit-Reset"]
    return response
  end

  local function answer(request)
    local site, area, rest = request.path:match "^/v1/sites/([^/]+)/(%a+)/?(.*)$"
    if not site then return answers.error(404, "not_found", "There is no such path.") end
    if site ~= SITE then return answers.error(404, "no_such_site", "The account has no site " .. site .. ".") end
    local scope = area == "operations" and "orders" or area
    if not (" " .. kept.scopes .. " "):find(" " .. scope .. " ", 1, true) then
      return answers.error(403, "missing_scope", "The key lacks the scope " .. scope .. ".")
    end
    local part = area == "webhooks" and hooks or orders
    local handler = part[area]
    if not handler then return answers.error(404, "not_found", "There is no such path.") end
    return handler(part, request, rest, wire.query(request))
  end

  return {
    name = config.name, journal = journal, switches = kept, credentials = credentials,
    handle = function(request)
      if request.headers["x-packhouse-key"] ~= credentials.api_key then
        journal:violation("wrong_key", request.path)
        return answers.error(401, "unauthorized", "The key is not known.")
      end
      window:roll(host.now_ms())
      if window:left(kept.limit) == 0 then
        journal:violation("limit", request.path)
        return throttled()
      end
      window:take()
      return with_limits(answer(request))
    end,
    fault = function(kind)
      if kind == "429" then return throttled() end
      return answers.error(math.tointeger(kind), "broken", "Something went wrong.")
    end,
    seed = function(body) return orders:act(body) end,
    state = function()
      local state = orders:report()
      state.hooks = hooks:report()
      return state
    end,
  }
end
