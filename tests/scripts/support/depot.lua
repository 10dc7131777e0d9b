-- Exact Online <-> ShipStation between the two simulated systems: their flows' roles, what a write comes to, and what people do in both.

local Books, Stage, Station, json, service = require "books_stage", require "stage", require "station", require "json", require "service"

local SIMULATIONS = { exact = "exact_online", depot = "shipstation" }
local BASE = { journal = "90", cost_account = "4500", accrual_account = "1600", insurance_account = "4510" }

local Depot = Stage.kind(Books)
Station.join(Depot)

function Depot.start(root, settings, at)
  local plan = { integration = "exact_online_shipstation", simulations = SIMULATIONS, settings = BASE, at = at or Station.MONDAY }
  local self = Books.begin(Depot, root, plan, settings)
  self:switch("exact", { negative_stock = true })
  Station.connect(self, root)
  return self
end

Depot.order = Books.ordered
-- An account of the books, by its e-mail address.
function Depot:account(email)
  for _, each in ipairs(self:control("exact", "state?accounts=1").divisions["123456"].accounts) do
    if (each.Email or ""):lower() == email then return each end
  end
end

-- What a person does in the books, to an order.
function Depot:change(id, change)
  service.pass(60)
  change.id = id
  assert(self:person { order = { change } }.done == 1)
end

-- Parameters of a flow's function, by name.
local ROLES = {
  orders = { "books", "station" }, notices = { "station" }, station_orders = { "station" }, days = {}, day_entries = { "books" },
  entries_read = { "books" }, entry_checks = { "books" },
}

-- What the host does with a write: a create for an entity that has one is answered from what is known of it.
function Depot:send(effect, write, options, shadow)
  local place = options.entity and ("made %s %s"):format(effect, options.entity)
  local known = place and self.entities[place]
  if known then return { id = known.id, number = known.number, state = "settled", earlier = true } end
  if shadow then return Stage.SHADOW end
  local remote, operation = self:remote_of(write)
  local record = remote:call(write.operation, table.unpack(write.arguments))
  if operation.refused_unless and not record[operation.refused_unless] then error({ code = "rejected", message = record.message }, 0) end
  local id = tostring(record and operation.id and record[operation.id] or write.arguments[1])
  local number = record and operation.number and tostring(record[operation.number])
  if place and operation.create then self.entities[place] = { id = id, number = number } end
  return { id = id, number = number, state = "settled", record = record }
end

-- A run of a flow for one record; `more`: event, source, decision, start, attempt, shadow.
function Depot:run(name, key, more)
  more = more or {}
  return self:play(name, key, more, {
    source = more.source or (name == "orders" and "books" or "station"), roles = ROLES[name] or { "station", "books" }, sends_in_shadow = true,
    send = function(effect, write, options) return self:send(effect, write, options, more.shadow) end,
  })
end

-- Notifications of ShipStation from now on, as they come.
function Depot:notified(event)
  local hook, seen = "https://localhost:9/hooks/acme/station/token", {}
  service.callbacks[hook] = function(request)
    seen[#seen + 1] = json.decode(request.body)
    return { status = 200 }
  end
  self.station:call("webhooks.subscribe", { target_url = hook, event = event })
  return seen
end

-- Sends an order out and gives it with what ShipStation has of it.
function Depot:sent(draft)
  local order = self:order(draft)
  local outcome = self:run("orders", order.id)
  assert(not outcome.refused, outcome.refused)
  return order, self:there(order.number), outcome
end

local POLLED = { shipments = { "deliveries", "costs" }, fulfillments = { "fulfillments", "fulfillment_costs" } }

-- What a poll brings. Gives outcomes by flow and record.
function Depot:poll(flows)
  local out = {}
  self:news(function(list, row, id)
    for _, name in ipairs(POLLED[list]) do
      if not flows or flows[name] then
        out[#out + 1] = self:run(name, id, { event = { record = row } })
        out[#out].flow, out[#out].record = name, row
      end
    end
  end)
  return out
end

-- What a schedule begins and the jobs that it makes. Gives the outcomes of those.
function Depot:round(name, more)
  local out = {}
  for index, each in ipairs(self:run(name, "round", more).emitted) do
    out[index] = self:run(each.flow, tostring(each.key), { event = each.payload })
    out[index].key, out[index].payload = tostring(each.key), each.payload
  end
  return out
end

-- The next morning: entries of the days that are over.
function Depot:night()
  service.pass(24 * 3600)
  return self:round "days"
end

return Depot
