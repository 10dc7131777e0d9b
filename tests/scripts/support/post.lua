-- Exact Online <-> UPS between the two simulated systems: their flows' roles, the token of UPS, and what a lost answer comes to.

local Labels, Remote, Stage, digest, flow, service = require "labels_stage", require "remote", require "stage", require "digest", require "flow",
  require "service"

local PLAN = {
  integration = "exact_online_ups", simulations = { exact = "exact_online", brown = "ups" }, at = 1767600000,   -- Monday 2026-01-05T08:00:00Z
  settings = {
    account = "A1B2C3", origin = "NL", hs_codes = { ["STOCK-2"] = "691200" }, default_phone = "+31301234567", sender = Labels.SENDER,
    services = { { service = "11" } },
  },
}

local Post = Stage.kind(Labels)
Post.HOOK = "https://localhost:9/hooks/zuid/ups"

function Post.start(root, settings)
  local self = Labels.begin(Post, root, PLAN, settings)
  self.ids = 0
  self:connect("ups", Remote.new(flow.load(root, "scripts/systems/ups"), self.brown.url, function()
    self.ids = self.ids + 1
    return { authorization = "Bearer " .. self:access(), transid = ("%032x"):format(self.ids), transactionsrc = "ml-connector" }
  end, {}))
  return self
end

function Post:access()
  if not self.bearer or service.now_ms > self.bearer_ms + 3300000 then
    local c = self.brown.credentials
    local answer = service.call("POST", self.brown.url .. "/security/v1/oauth/token", {
      headers = {
        ["content-type"] = "application/x-www-form-urlencoded", authorization = "Basic " .. digest.base64(c.client_id .. ":" .. c.client_secret),
      },
      body = "grant_type=client_credentials",
    })
    self.bearer, self.bearer_ms = answer.json.access_token, service.now_ms
  end
  return self.bearer
end

function Post:state() return self:control("brown", "state") end
function Post:shipments() return self:state().shipments end
function Post:happen(number, what, more)
  local event = { number = number, what = what }
  for name, value in pairs(more or {}) do event[name] = value end
  return self:control("brown", "seed", { happen = { event } })
end

-- What the host does with a write: sends it, and when the answer was lost looks for a shipment by our reference.
function Post:send(write)
  local remote, operation = self:remote_of(write)
  local record = remote:call(write.operation, table.unpack(write.arguments))
  if self.lose and write.operation == "shipments.create" then
    self.lose = nil
    return { id = record.ShipmentIdentificationNumber, state = "settled", record = { inquiryNumber = "found" } }
  end
  local id = record and operation.id and record[operation.id] or write.arguments[1]
  return { id = type(id) == "string" and id or tostring(id), state = "settled", record = record }
end

local ROLES = {
  deliveries = { "books", "ups" }, orders = { "books", "ups" }, void = { "books", "ups" }, tell = { "books" },
  tell_together = { "books" }, collect = { "books" },
  deleted = {}, overdue = {}, alerts = { "ups", "books" }, subscribe = { "ups" }, round = {}, views = { "ups" }, look = { "ups", "books" }, silent = {},
  rates = { "books", "ups" }, pickup = { "books", "ups" }, address = { "books" }, check = { "books" }, differs = { "books" },
}

-- A run of a flow for one record; `more`: event, decision, attempt, start, source, shadow.
function Post:run(name, key, more)
  more = more or {}
  return self:play(name, key, more, {
    source = more.source or "books", roles = ROLES[name], send = function(_, write) return self:send(write) end,
  })
end

-- A packed delivery with its labels bought and told.
function Post:labelled(draft, delivery)
  local packed = self:packed(draft, delivery)
  local outcomes = Post.all_well(self:through("deliveries", packed.id))
  packed.numbers, packed.outcomes = {}, outcomes
  for _, parcel in ipairs(self:shipments()[#self:shipments()].parcels) do packed.numbers[#packed.numbers + 1] = parcel.number end
  return packed
end

-- The first of the outcomes that was refused.
function Post.refused(outcomes)
  for _, each in ipairs(outcomes) do
    if each.refused then return each end
  end
end

return Post
