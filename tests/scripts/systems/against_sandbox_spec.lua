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
  ["every read of bigcommerce is answered as a success"] = function()
    local connector, system = flow.load(root, "scripts/systems/bigcommerce"), sandbox "bigcommerce"
    local order = service.call("POST", system.url .. "/_sandbox/bigcommerce/seed", { json = { orders = 1, events = false } }).json.orders[1]
    local hook = service.call("POST", system.url .. "/stores/abc123/v3/hooks", {
      json = { scope = "store/order/created", destination = "https://localhost:9/x" },
      headers = { ["x-auth-token"] = system.credentials.access_token },
    })
    for name, operation in pairs(connector.operations) do
      if operation.GET then
        local id = name:find "^hooks" and hook.json.data.id or order.id
        local path = operation.GET:gsub("{store_hash}", system.credentials.store_hash):gsub("{id}", tostring(id))
        local answer = service.call("GET", system.url .. with_query(path, operation.query), {
          headers = { ["x-auth-token"] = system.credentials.access_token },
        })
        assert(answer.status == 200 or answer.status == 204, name .. ": " .. answer.status .. " " .. answer.body)
      end
    end
  end,
}
