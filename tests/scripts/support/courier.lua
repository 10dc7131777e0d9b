-- Exact Online <-> FedEx between the two simulated systems: their flows' roles, the token of FedEx, and what a lost answer comes to.

local FedEx, Labels, Remote, Stage, flow, service = require "fedex_caller", require "labels_stage", require "remote", require "stage", require "flow",
  require "service"

local PLAN = {
  integration = "exact_online_fedex", simulations = { exact = "exact_online", carrier = "fedex" }, at = 1767600000,   -- Monday 2026-01-05T08:00:00Z
  settings = {
    sender = Labels.SENDER, account = FedEx.ACCOUNT, default_phone = "+31301234567", origin = "NL",
    hs_codes = { ["STOCK-1"] = "691200", ["STOCK-2"] = "691200" },
    services = { { country = "NL", service = "FEDEX_PRIORITY" }, { service = "FEDEX_INTERNATIONAL_PRIORITY" } },
  },
}

local Courier = Stage.kind(Labels)
Courier.ACCOUNT = FedEx.ACCOUNT

function Courier.start(root, settings)
  local self = Labels.begin(Courier, root, PLAN, settings)
  self.settled = {}
  self:connect("fedex", Remote.new(flow.load(root, "scripts/systems/fedex"), self.carrier.url, function()
    return { authorization = "Bearer " .. self:fedex_token() }
  end, {}))
  return self
end

function Courier:fedex_token()
  if not self.access or service.now_ms > self.access_ms + 3300000 then
    local answer = service.call("POST", self.carrier.url .. "/oauth/token", {
      headers = { ["content-type"] = "application/x-www-form-urlencoded" },
      body = ("grant_type=client_credentials&client_id=%s&client_secret=%s"):format(self.carrier.credentials.client_id, self.carrier.credentials.client_secret),
    })
    self.access, self.access_ms = answer.json.access_token, service.now_ms
  end
  return self.access
end

function Courier:seed(system, acts) return self:control(system, "seed", acts) end
function Courier:state() return self:control("carrier", "state") end
function Courier:shipments() return self:state().shipments end

local ROLES = {
  deliveries = { "books", "fedex" }, orders = { "books", "fedex" }, void = { "books", "fedex" }, tell = { "books" },
  tell_together = { "books" }, untell = { "books" }, track = { "fedex" },
  scans = { "books" }, deleted = {}, collect = { "books" }, papers = { "books" },
  compare = { "books", "fedex" }, difference = {}, check = { "books" }, differs = { "books" },
}

local CREATES = { ["shipments.create"] = true, ["freight.create"] = true }

-- What the host does with a write: a create of the same effect is answered from the books.
function Courier:settle(own, effect, write)
  local place = ("%s %s %s"):format(own, effect, write.operation)
  if not CREATES[write.operation] then return self:send(write) end
  self.settled[place] = self.settled[place] or self:send(write)
  return self.settled[place]
end

-- A lost answer is looked for by our reference: what is found has no label.
function Courier:send(write)
  local remote, operation = self:remote_of(write)
  local record = remote:call(write.operation, table.unpack(write.arguments))
  if self.lose and CREATES[write.operation] then
    self.lose = self.lose > 1 and self.lose - 1 or nil
    local shipments = self:shipments()
    return { id = shipments[#shipments].master, state = "settled", record = { trackingNumber = shipments[#shipments].master } }
  end
  local id = record
  for step in (operation.id or ""):gmatch "[^.]+" do
    id = type(id) == "table" and id[step:find "^%d+$" and math.tointeger(step) + 1 or step] or nil
  end
  return { id = type(id) == "string" and id or tostring(write.arguments[1]), state = "settled", record = record }
end

-- As the poll brings a delivery, and all that comes of it; gives the outcomes.
function Courier:label(delivery, more) return self:through("deliveries", delivery.id, more) end

-- Deliveries of one sweep: all wait to be read before the first is.
function Courier:sweep(deliveries)
  local out, children = {}, {}
  local function add(outcome, name, key)
    outcome.flow, outcome.key = name, key
    out[#out + 1] = outcome
    for _, child in ipairs(outcome.emitted) do children[#children + 1] = child end
  end
  for _, delivery in ipairs(deliveries) do add(self:run("deliveries", delivery.id), "deliveries", delivery.id) end
  for _, child in ipairs(children) do
    for _, each in ipairs(self:through(child.flow, tostring(child.key), { event = child.payload })) do out[#out + 1] = each end
  end
  return out
end

-- A run of a flow for one record; `more`: event, decision, attempt, start, source, now.
function Courier:run(name, key, more)
  more = more or {}
  local own = name .. " " .. key
  return self:play(name, key, more, {
    source = more.source or "books", roles = ROLES[name], send = function(effect, write) return self:settle(own, effect, write) end,
  })
end

function Courier.calls(outcomes, of)
  local sum = 0
  for _, each in ipairs(outcomes) do sum = sum + each[of .. "_calls"] end
  return sum
end

return Courier
