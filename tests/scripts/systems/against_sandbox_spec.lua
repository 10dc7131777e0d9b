-- What the connectors ask for, the simulated systems (written apart from them) understand.

local root = ...
local flow, service = require "flow", require "service"

local function sandbox(name) return assert(loadfile(root .. "/examples/sandbox/init.lua")) { only = { name } }.systems[name] end

local function escape(text) return (text:gsub("[^%w]", function(char) return ("%%%02X"):format(char:byte()) end)) end

local function with_query(path, query)
  local parts = {}
  for name, value in pairs(query or {}) do parts[#parts + 1] = escape(name) .. "=" .. escape(value) end
  return #parts == 0 and path or path .. (path:find("?", 1, true) and "&" or "?") .. table.concat(parts, "&")
end

local function exact_token(system)
  local callback, c = "https://localhost:9/callback", system.credentials
  local redirect = service.call("GET", ("%s/api/oauth2/auth?client_id=%s&redirect_uri=%s&response_type=code&user=jan"):format(
    system.url, c.client_id, escape(callback)))
  local code = redirect.headers.location:match "code=([^&]+)"
  local answer = service.call("POST", system.url .. "/api/oauth2/token", {
    headers = { ["content-type"] = "application/x-www-form-urlencoded" },
    body = ("grant_type=authorization_code&code=%s&redirect_uri=%s&client_id=%s&client_secret=%s"):format(
      code, escape(callback), c.client_id, c.client_secret),
  })
  return answer.json.access_token
end

-- A field that each list may be filtered on, so that mandatory filters are met.
local function filter_of(operation, types)
  for _, name in ipairs { "ID", "InvoiceID", "OrderID", "EntryID" } do
    local field = types[operation.gives].fields[name]
    if field and field.type == "guid" and operation.query["$select"]:find(name, 1, true) then
      return name .. " eq guid'11111111-2222-3333-4444-555555555555'"
    end
  end
end

return {
  ["every list and get of exact_online is answered 200 or 404"] = function()
    local connector, system = flow.load(root, "scripts/systems/exact_online"), sandbox "exact_online"
    local token = exact_token(system)
    for name, operation in pairs(connector.operations) do
      if operation.GET then
        local query = {}
        for field, value in pairs(operation.query or {}) do query[field] = value end
        if operation.since and operation.since.format == "odata_number" then query["$filter"] = operation.since.field .. " gt 1" end
        if operation.find then query["$filter"] = filter_of(operation, connector.types) end
        local path = operation.GET:gsub("{division}", "123456"):gsub("{id}", "11111111-2222-3333-4444-555555555555")
          :gsub("{modified}", "2026-01-01T00:00:00"):gsub("{entity}", "Accounts")
        local answer = service.call("GET", system.url .. with_query(path, query), { headers = { authorization = "Bearer " .. token } })
        local expected = operation.GET:find("(guid'{id}')", 1, true) and 404 or 200   -- a function finds nothing with 200
        assert(answer.status == expected, name .. ": " .. answer.status .. " " .. answer.body)
        service.pass(2)
      end
    end
  end,
  ["C13: the simulation tells where each list of changes begins"] = function()
    local connector, system = flow.load(root, "scripts/systems/exact_online"), sandbox "exact_online"
    local token, asked = exact_token(system), 0
    for name, operation in pairs(connector.operations) do
      local begins = operation.since and operation.since.begins
      assert(begins or not (operation.since and operation.since.format == "odata_number") or name == "deleted.list", name .. " begins with everything")
      if begins then
        local path = connector.operations[begins.operation].GET:gsub("{division}", "123456"):gsub("{" .. begins.moment .. "}", "2026-01-01T00:00:00")
        for placeholder, value in pairs(begins.given) do path = path:gsub("{" .. placeholder .. "}", value) end
        local answer = service.call("GET", system.url .. path, { headers = { authorization = "Bearer " .. token } })
        assert(answer.status == 200, name .. ": " .. answer.status .. " " .. answer.body)
        assert(math.type(answer.json.d.results[1][begins.field]) == "integer", name .. ": " .. answer.body)
        asked = asked + 1
        service.pass(2)
      end
    end
    assert(asked > 10, asked)
  end,
  ["every write of exact_online is known to the simulation, whatever it says to an empty body"] = function()
    local connector, system = flow.load(root, "scripts/systems/exact_online"), sandbox "exact_online"
    service.call("POST", system.url .. "/_sandbox/exact_online/switches", { json = { errors_an_hour = 1000 } })
    local token, tried = exact_token(system), 0
    for name, operation in pairs(connector.operations) do
      for _, method in ipairs { "POST", "PUT", "DELETE" } do
        if operation[method] then
          local path = operation[method]:gsub("{division}", "123456"):gsub("{id}", "11111111-2222-3333-4444-555555555555")
          local answer = service.call(method, system.url .. path, { json = {}, headers = { authorization = "Bearer " .. token } })
          local known = answer.status ~= 405 and not answer.body:find("for the segment", 1, true)
          assert(known and answer.status >= 400, name .. ": " .. answer.status .. " " .. answer.body)
          tried = tried + 1
          service.pass(2)
        end
      end
    end
    assert(tried >= 60, tried)
  end,
  ["every read and write of bigcommerce is known to the simulation, and every read is answered as a success"] = function()
    local connector, system = flow.load(root, "scripts/systems/bigcommerce"), sandbox "bigcommerce"
    local seed = { orders = 1, kinds = { "registered" }, events = false }
    local order = service.call("POST", system.url .. "/_sandbox/bigcommerce/seed", { json = seed }).json.orders[1]
    local headers = { ["x-auth-token"] = system.credentials.access_token }
    local function of_order(method, part, body)
      return service.call(method, ("%s/stores/abc123/v2/orders/%d/%s"):format(system.url, order.id, part), { json = body, headers = headers })
    end
    local items = { { order_product_id = of_order("GET", "products").json[1].id, quantity = 1 } }
    local shipment = of_order("POST", "shipments", { order_address_id = of_order("GET", "shipping_addresses").json[1].id, items = items })
    assert(shipment.status == 201, shipment.body)
    -- What stands for {id} in a path, by the group of its operation.
    local ids = { products = 1001, variants = 5001, categories = 18, brands = 7, price_lists = 1, channels = 1, customers = 2 }
    local hook = service.call("POST", system.url .. "/stores/abc123/v3/hooks", {
      json = { scope = "store/order/created", destination = "https://localhost:9/x" },
      headers = headers,
    })
    local function address_of(name, path)
      local id = name:find "^hooks" and hook.json.data.id or ids[name:match "^[%w_]+"] or order.id
      return system.url .. path:gsub("{store_hash}", system.credentials.store_hash):gsub("{id}", tostring(id))
        :gsub("{product_id}", "1001"):gsub("{shipment_id}", tostring(shipment.json.id))
    end
    local writes = {}
    for name, operation in pairs(connector.operations) do
      if operation.GET then
        local answer = service.call("GET", with_query(address_of(name, operation.GET), operation.query), { headers = headers })
        service.pass(1)
        assert(answer.status == 200 or answer.status == 204, name .. ": " .. answer.status .. " " .. answer.body)
      else
        writes[#writes + 1] = name
      end
    end
    assert(#writes >= 18, #writes)
    -- What deletes comes last, so that what others change is there.
    table.sort(writes, function(a, b)
      local a_deletes, b_deletes = connector.operations[a].DELETE ~= nil, connector.operations[b].DELETE ~= nil
      if a_deletes ~= b_deletes then return b_deletes end
      return a < b
    end)
    for _, name in ipairs(writes) do
      local operation = connector.operations[name]
      local method = operation.POST and "POST" or operation.PUT and "PUT" or "DELETE"
      local answer = service.call(method, address_of(name, operation[method]), { json = {}, headers = headers })
      service.pass(1)
      assert(answer.status ~= 404 and answer.status ~= 405, name .. ": " .. answer.status .. " " .. answer.body)
    end
  end,
}
