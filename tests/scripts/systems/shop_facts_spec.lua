-- The connector of BigCommerce and its simulation against what the documentation says of records and topics
-- (facts/bigcommerce.md).

local root = ...
local World, flow, json, service = require "world", require "flow", require "json", require "service"

local function page()
  local file = assert(io.open(root .. "/tests/scripts/systems/facts/bigcommerce.md"))
  local text = file:read "a"
  file:close()
  return text
end

-- Samples by type: shortened addresses and links in them are not looked into.
local function samples()
  local out = {}
  for name, body in page():gmatch "```json (%a+)\n(.-)```" do
    out[name] = json.decode((body:gsub('"https://%.%.%.', '"https://x')))
  end
  assert(out.order and out.OrderProduct and out.Hook, "the samples are not read")
  return out
end

local function field_lists()
  local out = {}
  for name, path, fields in page():gmatch "\n| (%u%a+) | (v[23]/[^|]+) | ([%w_, ]+) |" do
    out[#out + 1] = { type = name, path = path, fields = fields }
  end
  assert(#out == 15, #out)
  return out
end

local function get(world, path)
  service.pass(1)
  return service.call("GET", ("%s/stores/abc123/%s"):format(world.store.url, path), {
    headers = { ["x-auth-token"] = world.store.credentials.access_token },
  })
end

local function none(list) assert(#list == 0, "\n" .. table.concat(list, "\n")) end

-- Of samples: the hook's own headers are a map of any names, `status` of items stands elsewhere.
local NOT_TYPED = { Hook = "headers" }

local tests = {}

tests["every field of the samples and of the lists stands in the connector's types"] = function()
  local types, missing = flow.load(root, "scripts/systems/bigcommerce").types, {}
  local function look(name, field)
    if not types[name] or not types[name].fields[field] then missing[#missing + 1] = name .. "." .. field end
  end
  for name, sample in pairs(samples()) do
    for field in pairs(sample.data or sample) do
      if NOT_TYPED[name] ~= field then look(name, field) end
    end
  end
  for field in pairs(samples().order.billing_address) do look("Address", field) end
  for _, list in ipairs(field_lists()) do
    for field in list.fields:gmatch "[%w_]+" do look(list.type, field) end
  end
  none(missing)
end

tests["every field of the samples and of the lists is shown by the simulation"] = function()
  local world, missing = World.start(root), {}
  local order = world:order "registered"
  local function look(where, row, field)
    if row[field] == nil then missing[#missing + 1] = where .. "." .. field end
  end
  local shown, line = get(world, "v2/orders/" .. order.id).json, get(world, ("v2/orders/%d/products"):format(order.id)).json[1]
  for field in pairs(samples().order) do look("order", shown, field) end
  for field in pairs(samples().OrderProduct) do look("OrderProduct", line, field) end
  local address = get(world, ("v2/orders/%d/shipping_addresses"):format(order.id)).json[1]
  world.shop:call("shipments.create", order.id, { order_address_id = address.id, items = { { order_product_id = line.id, quantity = 1 } } })
  for _, list in ipairs(field_lists()) do
    local answer = get(world, (list.path:gsub("{id}", tostring(order.id)))).json
    local row = answer.data and answer.data[1] or answer[1] or answer
    for field in list.fields:gmatch "[%w_]+" do look(list.type, row, field) end
  end
  none(missing)
end

tests["every topic of the documentation can be subscribed to, one of a channel too, and no other"] = function()
  local world, refused = World.start(root), {}
  local function subscribe(scope)
    service.pass(1)
    return service.call("POST", world.store.url .. "/stores/abc123/v3/hooks", {
      json = { scope = scope, destination = "https://localhost:9/x" }, headers = { ["x-auth-token"] = world.store.credentials.access_token },
    }).status
  end
  local count = 0
  for row in page():gmatch "\n| (store/[^|]+) |" do
    local stem
    for part in row:gmatch "[^,%s]+" do
      local scope = part:find "/" and part:find "^store" and part or stem .. part
      stem = scope:match "^(.*/)"
      count = count + 1
      if subscribe(scope) ~= 200 then refused[#refused + 1] = scope end
    end
  end
  none(refused)
  assert(count == 18, count)
  assert(subscribe "store/channel/5/order/created" == 200 and subscribe "store/product/*" == 200)
  assert(subscribe "store/order/exploded" == 422 and subscribe "store/channel/x/order/created" == 422)
end

tests["every sub-resource of an order has its operation"] = function()
  local paths = {}
  for _, operation in pairs(flow.load(root, "scripts/systems/bigcommerce").operations) do
    if operation.GET then paths[operation.GET:gsub("^/stores/{store_hash}", "")] = true end
  end
  local count = 0
  for path in page():gmatch "\n| `(/v[23]/orders[^`?]*)" do
    count = count + 1
    assert(paths[path], "no operation for " .. path)
  end
  assert(count == 8, count)
end

return tests
