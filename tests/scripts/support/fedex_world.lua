-- The simulated FedEx and its connector's data for specs in plain Lua: a token, calls by the names of operations, and requests
-- that have everything they need.

local FedEx, Remote, flow, json, service = require "fedex_caller", require "remote", require "flow", require "json", require "service"

local World = {}
World.__index = World

World.ACCOUNT = FedEx.ACCOUNT

function World.start(root)
  local sandbox = FedEx.start(root)
  local self = setmetatable({ url = sandbox.url, credentials = sandbox.credentials, system = flow.load(root, "scripts/systems/fedex") }, World)
  self.remote = Remote.new(self.system, self.url, function()
    return { authorization = "Bearer " .. (self.access or "none"), ["x-customer-transaction-id"] = self.transaction }
  end, {})
  self:log_in()
  return self
end

function World:token()
  local auth, form = self.system.auth, {}
  for name, value in pairs { grant_type = auth.kind, client_id = self.credentials.client_id, client_secret = self.credentials.client_secret } do
    form[#form + 1] = name .. "=" .. value
  end
  return service.call("POST", self.url .. auth.token_path, {
    body = table.concat(form, "&"), headers = { ["content-type"] = "application/x-www-form-urlencoded" },
  })
end

function World:log_in()
  local answer = self:token()
  assert(answer.status == 200, answer.body)
  self.access = answer.json.access_token
end

function World:call(name, ...) return self.remote:call(name, ...) end

function World:control(method, what, body)
  local answer = service.call(method, self.url .. "/_sandbox/fedex/" .. what, { json = body })
  assert(answer.status == 200, answer.body)
  return answer.json
end

World.party = FedEx.party

-- A label by reference.
function World.shipment(reference) return FedEx.shipment { requestedPackageLineItems = json.array { FedEx.package(reference) } } end

-- The same to a country outside the union.
function World.export(reference)
  local body = FedEx.abroad(FedEx.CUSTOMS)
  body.requestedShipment.requestedPackageLineItems = json.array { FedEx.package(reference) }
  return body
end

return World
