-- A stage for labels: goods deliveries of the simulated books are packed, and what their flows hand on runs after them.

local Books, Stage, calendar, service = require "books_stage", require "stage", require "calendar", require "service"

local Labels = Stage.kind(Books)

-- The warehouse that parcels leave from, and what every spec has of it.
Labels.SENDER = {
  company = "Zuid Groothandel BV", lines = { "Dorpsstraat 1" }, postcode = "3511 AA", city = "Utrecht", country = "NL", phone = "030 123 45 67",
  eori = "NL123456789", vat = "NL123456789B01",
}

function Labels.begin(kind, root, plan, settings)
  local self = Books.begin(kind, root, plan, settings)
  self.printed = {}
  self:switch("exact", { negative_stock = true })
  return self
end

-- A delivery that was packed: the draft of its order, and of the delivery. Gives { id, number, order }.
function Labels:packed(draft, delivery)
  local order = self:ordered(draft)
  local wanted = { order = order.number }
  for name, value in pairs(delivery or {}) do wanted[name] = value end
  assert(self:person { pack = { wanted } }.done == 1, "not packed")
  local all = self:booked().deliveries
  return { id = all[#all].id, number = all[#all].number, order = order }
end

function Labels:change(delivery, change)
  service.pass(300)
  change.id = delivery.id
  assert(self:person { packed = { change } }.done == 1)
end

function Labels:delivery(id)
  for _, each in ipairs(self:booked().deliveries) do
    if each.id == id then return each end
  end
end

-- The delivery (or order) as the list of changes has it: the event of a poll that read it now.
function Labels:swept(id, kind)
  local name, field = "goods_deliveries.changed", "EntryID"
  if kind == "order" then name, field = "sales_orders.changed", "OrderID" end
  for _, row in ipairs(self.books:call(name, { ["$filter"] = "Timestamp gt 0" })) do
    if row[field] == id then return { record = row, received = calendar.iso(service.now_ms // 1000) .. "Z" } end
  end
end

-- Exact Online's notification of it, `ago` seconds old.
function Labels.pushed(id, ago, action)
  return {
    topic = "GoodsDeliveries", received = calendar.iso(service.now_ms // 1000 - (ago or 0)) .. "Z",
    body = { Content = { Key = id, Action = action or "Update" } },
  }
end

-- A run of a flow, and what it hands on after it, as far down as it goes; gives all outcomes, each with its flow and key.
function Labels:through(name, key, more)
  more = more or {}
  local out, queue = {}, { { name, key, more } }
  while #queue > 0 do
    local at = table.remove(queue, 1)
    local outcome = self:run(at[1], at[2], at[3])
    outcome.flow, outcome.key = at[1], at[2]
    out[#out + 1] = outcome
    for _, child in ipairs(outcome.emitted) do
      if child.flow == "print" then
        self.printed[#self.printed + 1] = { number = child.key, event = child.payload }
      else
        queue[#queue + 1] = { child.flow, tostring(child.key), {
          event = child.payload, source = at[3].source, decision = more.decision, shadow = more.shadow,
        } }
      end
    end
  end
  return out
end

function Labels.all_well(outcomes)
  for _, each in ipairs(outcomes) do assert(not each.refused, ("%s %s: %s"):format(each.flow, each.key, tostring(each.refused))) end
  return outcomes
end

return Labels
