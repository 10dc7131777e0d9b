-- The simulated BigCommerce keeps the rules of apis/bigcommerce.md.

local root = ...
local digest, json, service = require "digest", require "json", require "service"

local HOOK = "https://localhost:9/hooks/acme/shop"

local Shop = {}
Shop.__index = Shop

local function start()
  local system = assert(loadfile(root .. "/examples/sandbox/init.lua")) { only = { "bigcommerce" } }.systems.bigcommerce
  service.timers = {}
  local account = {}
  for name, value in pairs(system.credentials) do account[name] = value end
  return setmetatable({ url = system.url, account = account }, Shop)
end

function Shop:call(method, path, options)
  options = options or {}
  local headers = { ["x-auth-token"] = self.account.access_token }
  for name, value in pairs(options.headers or {}) do headers[name] = value end
  return service.call(method, self.url .. "/stores/" .. self.account.store_hash .. path, { json = options.json, headers = headers })
end

function Shop:control(method, what, body)
  return service.call(method, self.url .. "/_sandbox/bigcommerce/" .. what, { json = body }).json
end

function Shop:hook(scope, headers)
  local answer = self:call("POST", "/v3/hooks", { json = { scope = scope, destination = HOOK, is_active = true, headers = headers } })
  assert(answer.status == 200, answer.body)
  return answer.json.data
end

function Shop:order(kind, events)
  return self:control("POST", "seed", { orders = 1, kinds = { kind }, events = events or false }).orders[1]
end

-- Deliveries to HOOK from now on; `answer` gives their status.
local function deliveries(answer)
  local seen = {}
  service.callbacks = {}
  service.callbacks[HOOK] = function(request)
    seen[#seen + 1] = request
    return { status = answer and answer(#seen) or 200 }
  end
  return seen
end

local function cents(value)
  local whole, fraction = tostring(value):match "^(%-?%d+)%.?(%d*)$"
  return math.tointeger(whole) * 10000 + math.tointeger((fraction .. "0000"):sub(1, 4))
end

return {
  ["a wrong token is 401 in the version's own form"] = function()
    local shop = start()
    shop.account.access_token = "wrong"
    assert(shop:call("GET", "/v2/orders").json[1].status == 401)
    assert(shop:call("GET", "/v3/hooks").json.title)
  end,
  ["V2 without Accept is XML"] = function()
    local shop = start()
    assert(shop:call("GET", "/v2/time", { headers = { accept = "*/*" } }).headers["content-type"] == "application/xml")
  end,
  ["an empty list is 204 and an unknown order an array of errors"] = function()
    local shop = start()
    local none = shop:call("GET", "/v2/orders")
    assert(none.status == 204 and none.body == "")
    assert(shop:call("GET", "/v2/orders/1").json[1].status == 404)
  end,
  ["the quota of 30 s is told in headers and kept"] = function()
    local shop = start()
    shop:control("POST", "switches", { quota = 3 })
    for left = 2, 0, -1 do
      assert(shop:call("GET", "/v2/time").headers["X-Rate-Limit-Requests-Left"] == tostring(left))
    end
    local over = shop:call("GET", "/v2/time")
    assert(over.status == 429 and over.headers["X-Rate-Limit-Time-Reset-Ms"])
    assert(shop:control("GET", "events").violation_counts.quota == 1)
    service.pass(30)
    assert(shop:call("GET", "/v2/time").status == 200)
  end,
  ["products come fifty a page unless asked otherwise"] = function()
    local shop = start()
    local id = shop:order "many_lines".id
    local path = ("/v2/orders/%d/products"):format(id)
    assert(#shop:call("GET", path).json == 50)
    assert(#shop:call("GET", path .. "?page=2").json == 50)
    assert(shop:call("GET", path .. "?page=3").status == 204)
    assert(#shop:call("GET", path .. "?limit=250").json == 100)
  end,
  ["every kind's lines and costs come to its totals"] = function()
    local shop = start()
    for _, kind in ipairs {
      "registered", "guest", "several_lines", "many_lines", "mixed_tax", "discount", "coupon", "free_line", "handling_and_wrapping",
      "fee", "digital", "options", "unknown_sku", "long_address", "cancelled", "incomplete",
    } do
      local id = shop:order(kind).id
      local order = shop:call("GET", ("/v2/orders/%d?include=fees"):format(id)).json
      local sum, tax = 0, 0
      for page = 1, 2 do
        local answer = shop:call("GET", ("/v2/orders/%d/products?page=%d"):format(id, page))
        for _, line in ipairs(answer.json or {}) do sum = sum + cents(line.total_ex_tax) end
      end
      for _, cost in ipairs { "shipping_cost_ex_tax", "handling_cost_ex_tax", "wrapping_cost_ex_tax" } do sum = sum + cents(order[cost]) end
      for _, fee in ipairs(order.fees) do sum, tax = sum + cents(fee.cost_ex_tax), tax + cents(fee.cost_tax) end
      sum = sum - cents(order.discount_amount) - cents(order.coupon_discount)
      for _, row in ipairs(shop:call("GET", ("/v2/orders/%d/taxes?details=true&limit=250"):format(id)).json or {}) do
        tax = tax + cents(row.line_amount)
      end
      assert(sum == cents(order.total_ex_tax), kind .. ": " .. sum .. " " .. tostring(order.total_ex_tax))
      assert(tax == cents(order.total_tax), kind .. ": tax " .. tax .. " " .. tostring(order.total_tax))
    end
    service.pass(30)
  end,
  ["orders are listed by date of change, from a date on"] = function()
    local shop = start()
    local first, second = shop:order "guest", shop:order "guest"
    service.pass(100)
    shop:control("POST", "seed", { change = { first.id }, what = "touch" })
    local rows = shop:call("GET", "/v2/orders?sort=date_modified:asc").json
    assert(rows[1].id == second.id and rows[2].id == first.id)
    local since = shop:call("GET", "/v2/orders?min_date_modified=2026-01-05T00:00:50%2B00:00")
    assert(since.status == 204 or since.json[1].id == first.id)
  end,
  ["a digital order has no shipping address and kinds say what the books should make of them"] = function()
    local shop = start()
    assert(shop:call("GET", ("/v2/orders/%d/shipping_addresses"):format(shop:order "digital".id)).status == 204)
    assert(shop:order "refunded_without_record".expect == "refuse" and shop:order "cancelled".expect == "skip")
  end,
  ["a scope, destination pair is unique and ten a scope are the most"] = function()
    local shop = start()
    shop:hook "store/order/created"
    local function create(destination, scope)
      return shop:call("POST", "/v3/hooks", { json = { scope = scope or "store/order/created", destination = destination } })
    end
    assert(create(HOOK).status == 409)
    assert(create("http://localhost/x").status == 422 and create(HOOK .. "/z", "store/nonsense").status == 422)
    for number = 2, 10 do assert(create(HOOK .. number).status == 200) end
    assert(create(HOOK .. 11).status == 422)
  end,
  ["port 443 alone is allowed when the switch says so"] = function()
    local shop = start()
    shop:control("POST", "switches", { port_443 = true })
    assert(shop:call("POST", "/v3/hooks", { json = { scope = "store/order/created", destination = HOOK } }).status == 422)
  end,
  ["a delivery is signed with the secret's bytes and carries the hook's headers"] = function()
    local shop = start()
    local seen = deliveries()
    shop:hook("store/order/created", { ["X-Hook-Token"] = "t0k3n" })
    local order = shop:order("guest", true)
    service.pass(2)
    assert(#seen == 1 and seen[1].headers["X-Hook-Token"] == "t0k3n")
    local text = seen[1].headers["webhook-id"] .. "." .. seen[1].headers["webhook-timestamp"] .. "." .. seen[1].body
    assert(seen[1].headers["webhook-signature"] == "v1," .. digest.base64(digest.hmac_sha256(shop.account.client_secret, text)))
    local body = json.decode(seen[1].body)
    assert(body.data.id == order.id and body.producer == "stores/abc123" and body.store_id == "1001")
  end,
  ["a failed delivery comes again after 60, 180 and 300 s with the same id"] = function()
    local shop = start()
    local seen = deliveries(function(number) return number < 4 and 500 or 200 end)
    shop:hook "store/order/created"
    shop:order("guest", true)
    service.pass(1)
    assert(#seen == 1)
    service.pass(59)
    assert(#seen == 1)
    service.pass(1 + 180 + 300)
    assert(#seen == 4, #seen)
    assert(seen[4].headers["webhook-id"] == seen[1].headers["webhook-id"])
    assert(seen[4].headers["webhook-timestamp"] ~= seen[1].headers["webhook-timestamp"])
  end,
  ["a hook that never answers is deactivated after about two days"] = function()
    local shop = start()
    local seen = deliveries(function() return 500 end)
    local hook = shop:hook "store/order/created"
    shop:order("guest", true)
    service.pass(173100)
    assert(#seen == 12 and shop:call("GET", "/v3/hooks/" .. hook.id).json.data.is_active == false)
  end,
  ["a domain that answers badly is blocked for three minutes"] = function()
    local shop = start()
    local seen = deliveries(function() return 500 end)
    shop:hook "store/order/created"
    shop:control("POST", "seed", { orders = 120, events = true })
    service.pass(2)
    assert(#seen == 100, #seen)
    assert(shop:control("GET", "state").deliveries.blocked_domains[1] == "localhost")
  end,
  ["deliveries are lost and doubled as the switches say"] = function()
    local shop = start()
    local seen = deliveries()
    shop:hook "store/order/updated"
    local order = shop:order "guest"
    shop:control("POST", "switches", { duplicate_percent = 100 })
    shop:control("POST", "seed", { change = { order.id }, what = "price" })
    service.pass(3)
    assert(#seen == 2 and seen[1].headers["webhook-id"] == seen[2].headers["webhook-id"])
    shop:control("POST", "switches", { duplicate_percent = 0, lost_percent = 100 })
    shop:control("POST", "seed", { change = { order.id }, what = "price" })
    service.pass(3)
    assert(#seen == 2 and shop:control("GET", "state").deliveries.counts.lost == 1)
  end,
  ["a status change is told as updated and as statusUpdated"] = function()
    local shop = start()
    local seen = deliveries()
    shop:hook "store/order/*"
    local order = shop:order "guest"
    shop:control("POST", "seed", { change = { order.id }, what = "status", value = 5 })
    service.pass(2)
    local scopes = {}
    for _, request in ipairs(seen) do scopes[json.decode(request.body).scope] = true end
    assert(scopes["store/order/updated"] and scopes["store/order/statusUpdated"])
  end,
  ["transactions and customers are V3"] = function()
    local shop = start()
    local order = shop:order "registered"
    local transaction = shop:call("GET", ("/v3/orders/%d/transactions"):format(order.id)).json.data[1]
    assert(transaction.order_id == tostring(order.id))
    assert(shop:call("GET", ("/v3/orders/%d/transactions"):format(shop:order "incomplete".id)).status == 204)
    assert(#shop:call("GET", "/v3/customers?email:in=" .. order.email).json.data == 1)
    assert(#shop:call("GET", "/v3/customers?id:in=999").json.data == 0)
  end,
  ["products of the catalog are asked for by ids; what is not there is left out, what the list does not know is refused"] = function()
    local shop = start()
    local order = shop:order "mixed_tax"
    local line = shop:call("GET", ("/v2/orders/%d/products"):format(order.id)).json[1]
    local asked = ("/v3/catalog/products?id:in=%d,1005,77&include_fields=categories,brand_id"):format(line.product_id)
    local found = shop:call("GET", asked).json.data
    assert(#found == 2 and found[1].id == line.product_id and found[1].categories[1] == 18 and found[1].brand_id == 7)
    assert(found[2].brand_id == 0 and found[2].name == nil)
    assert(#shop:call("GET", "/v3/catalog/products?limit=250").json.data > 30)
    for _, wrong in ipairs { "id:in=1001,x", "ids=1001", "include_fields=categoryIds" } do
      assert(shop:call("GET", "/v3/catalog/products?" .. wrong).status == 422, wrong)
    end
  end,
}
