-- The simulated ShipStation on a stage, as the connection "station" and the simulation "depot": what its people do and what a poll brings.

local Remote, digest, flow, service = require "remote", require "digest", require "flow", require "service"

local Station = { MONDAY = 1767643200 }   -- 2026-01-05T20:00:00Z, noon in Los Angeles

function Station.connect(stage, root)
  local account = stage.depot.credentials
  local basic = { authorization = "Basic " .. digest.base64(account.username .. ":" .. account.password) }
  stage:connect("station", Remote.new(flow.load(root, "scripts/systems/shipstation"), stage.depot.url, function() return basic end, {}))
  stage.station.v2 = Remote.new(stage.station.system, stage.depot_v2.url, function() return { ["api-key"] = account.api_key } end, {})
  stage:switch("depot", { v1_limit = 100000 })   -- the limits are the runtime's to keep; here nobody does
  stage.seen = {}
end

-- Methods of stages that have it.
local of_stage = {}

-- What people do in the warehouse.
function of_stage:people(acts)
  service.pass(60)
  local answer = self:control("depot", "seed", acts)
  assert(answer.done, answer.error)
  return answer.done
end

-- The order as ShipStation has it, by its number; nil when it is not there.
function of_stage:there(number)
  for _, order in ipairs(self.station:call("orders.list", { orderNumber = tostring(number) })) do
    if order.orderNumber == tostring(number) then return order end
  end
end

-- Labels, and what was shipped without one, as a poll would bring them: each state once. `each` gets the list's name, the row and its id.
function of_stage:news(each)
  for _, of in ipairs { { "shipments", "shipmentId" }, { "fulfillments", "fulfillmentId" } } do
    local list, id = of[1], of[2]
    for _, row in ipairs(self.station:call(list .. ".list", {})) do
      local state = ("%s %d %s"):format(list, row[id], tostring(row.voided))
      if not self.seen[state] then
        self.seen[state] = true
        each(list, row, tostring(row[id]))
      end
    end
  end
end

-- A kind of stage gets them.
function Station.join(kind)
  for name, method in pairs(of_stage) do kind[name] = method end
end

return Station
