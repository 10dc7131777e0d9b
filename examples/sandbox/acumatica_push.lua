-- Push notifications of the simulated Acumatica (sheet, section 7): set up by a person, one static header, no signature, flat rows, an
-- update in both lists, five attempts.

local calendar, callback, host, money, values = require "calendar", require "callback", require "host", require "money", require "acumatica_values"

local ATTEMPTS = 5
local TICKS_1970, TICKS_A_MS = 621355968000000000, 10000

local Push = {}
Push.__index = Push

function Push.new(config, switches) return setmetatable({ config = config, switches = switches, set_up = {}, sent = 0, failed = 0, left_out = 0 }, Push) end

-- {"url", "header", "value", "entity": "SalesOrder" | "Shipment", "query": name}
function Push:add(given)
  if type(given.url) ~= "string" then return nil, "push.url: expected an address" end
  local fault = callback.fault(given.url, false)
  if fault then return nil, "push.url " .. fault end
  if given.entity ~= "SalesOrder" and given.entity ~= "Shipment" then return nil, "push.entity: expected SalesOrder or Shipment" end
  self.set_up[#self.set_up + 1] = { url = given.url, header = given.header, value = given.value, entity = given.entity, query = given.query
    or given.entity .. "s" }
  return true
end

local FLAT = {
  SalesOrder = { "OrderType", "OrderNbr", "Status", "CustomerID", "OrderTotal" }, Shipment = { "ShipmentNbr", "Type", "Status", "ShippedQty" },
}

local function row_of(record, zone)
  local row = {}
  for _, name in ipairs(FLAT[record.kind]) do
    local value = record[name]
    if name == "OrderTotal" or name == "ShippedQty" then value = host.number(money.text(value or 0, 4)) end
    row[name] = value
  end
  row.LastModified = calendar.iso((record.LastModified + zone * 60000) // 1000)
  return row
end

function Push:deliver(target, body, attempt)
  local lost = host.chance(self.switches.push_lost_percent)
  local status
  if not lost then
    local headers = { ["content-type"] = "application/json" }
    if target.header then headers[target.header] = target.value end
    status = callback.post(self.config, target.url, headers, body)
  end
  if lost then self.left_out = self.left_out + 1 return end
  if status and status < 300 then self.sent = self.sent + 1 return end
  if attempt >= ATTEMPTS then self.failed = self.failed + 1 return end
  host.timers.after(self.switches.push_retry_seconds, function() self:deliver(target, body, attempt + 1) end)
end

function Push:changed(company, record, new)
  for _, target in ipairs(self.set_up) do
    if target.entity == record.kind and record.LastModified then
      local row = row_of(record, self.switches.zone_minutes)
      local body = host.json.encode {
        Inserted = host.json.array { row }, Deleted = new and host.json.array {} or host.json.array { row }, Query = target.query, CompanyId = company.name,
        Id = host.uuid(), TimeStamp = TICKS_1970 + host.now_ms() * TICKS_A_MS, AdditionalInfo = {},
      }
      host.timers.after(self.switches.push_seconds, function()
        self:deliver(target, body, 1)
        if host.chance(self.switches.push_duplicate_percent) then self:deliver(target, body, ATTEMPTS) end
      end)
    end
  end
end

function Push:report()
  return { set_up = #self.set_up, sent = self.sent, failed = self.failed, lost = self.left_out, now = values.instant(host.now_ms(), 0) }
end

return Push
