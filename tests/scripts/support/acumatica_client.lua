-- A simulated Acumatica on its own, for specs in plain Lua: a cookie jar, the contract-based API, what its people do.

local service = require "service"

local Acumatica = {}
Acumatica.__index = Acumatica

-- `at`: the Unix second that it is; a Monday noon in Los Angeles otherwise.
function Acumatica.start(root, at)
  service.now_ms = (at or 1767643200) * 1000   -- 2026-01-05T20:00:00Z
  local system = assert(loadfile(root .. "/examples/sandbox/init.lua")) { only = { "acumatica" } }.systems.acumatica
  service.timers, service.callbacks = {}, {}
  return setmetatable({ url = system.url, account = system.credentials, jar = {}, base = "/entity/Default/24.200.001" }, Acumatica)
end

function Acumatica:cookies()
  local parts = {}
  for name, value in pairs(self.jar) do parts[#parts + 1] = name .. "=" .. value end
  return #parts > 0 and table.concat(parts, "; ") or nil
end

function Acumatica:send(method, path, body, headers)
  local all = { cookie = self:cookies(), authorization = self.token and "Bearer " .. self.token or nil }
  for name, value in pairs(headers or {}) do all[name] = value or nil end
  local answer = service.call(method, self.url .. path, type(body) == "string" and { body = body, headers = all } or { json = body, headers = all })
  for _, cookie in ipairs(answer.headers["set-cookie"] or {}) do
    local name, value = cookie:match "^([^=]+)=([^;]*)"
    self.jar[name] = value
  end
  return answer
end

function Acumatica:login(more)
  local given = { name = self.account.name, password = self.account.password, tenant = self.account.tenant, branch = self.account.branch }
  for name, value in pairs(more or {}) do given[name] = value or nil end
  return self:send("POST", "/entity/auth/login", given)
end

function Acumatica:logout()
  local answer = self:send("POST", "/entity/auth/logout", nil, { ["content-length"] = "0" })
  self.jar = {}
  return answer
end

-- A second client of the same instance, not signed in.
function Acumatica:another() return setmetatable({ url = self.url, account = self.account, jar = {}, base = self.base }, Acumatica) end

-- A call of the endpoint; signs in first.
function Acumatica:call(method, path, body, headers)
  if not self.token and next(self.jar) == nil then assert(self:login().status == 204) end
  return self:send(method, self.base .. path, body, headers)
end

function Acumatica:get(path)
  local answer = self:call("GET", path)
  assert(answer.status == 200, answer.body)
  return answer.json
end

function Acumatica:control(what, body)
  return service.call(body and "POST" or "GET", self.url .. "/_sandbox/acumatica/" .. what, { json = body }).json
end
function Acumatica:switch(switches) return self:control("switches", switches) end
function Acumatica:seed(acts) return self:control("seed", acts) end
function Acumatica:violations(kind)
  local counts = self:control("events").violation_counts
  if kind then return counts[kind] or 0 end
  return counts
end

-- Orders of these kinds; gives the numbers without their types.
function Acumatica:orders(...)
  local numbers = {}
  for index, name in ipairs(self:seed({ orders = select("#", ...), kinds = { ... } }).orders) do numbers[index] = name:match "/(.+)$" end
  return table.unpack(numbers)
end

-- Starts an action and waits for its end; gives the last answer.
function Acumatica:act(kind, action, keys, parameters)
  local answer = self:call("POST", ("/%s/%s"):format(kind, action), { entity = keys, parameters = parameters or {} })
  while answer.status == 202 do
    service.pass(1)
    answer = self:send("GET", answer.headers.location)
  end
  return answer
end

function Acumatica:ship(number, warehouse)
  local answer = self:act("SalesOrder", "SalesOrderCreateShipment", { OrderType = { value = "SO" }, OrderNbr = { value = number } },
    { WarehouseID = { value = warehouse or "MAIN" } })
  if answer.status ~= 204 then return nil, answer.json.exceptionMessage end
  local order = self:get("/SalesOrder/SO/" .. number .. "?$expand=Shipments")
  return order.Shipments[#order.Shipments].ShipmentNbr.value
end

function Acumatica:confirm(shipment) return self:act("Shipment", "ConfirmShipment", { ShipmentNbr = { value = shipment } }) end

return Acumatica
