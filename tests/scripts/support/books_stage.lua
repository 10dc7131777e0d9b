-- A stage whose one side is the simulated Exact Online, as the connection "books": its grant, look-ups in it, and what people do there.

local Remote, Stage, flow, json, service = require "remote", require "stage", require "flow", require "json", require "service"

local Books = Stage.kind(Stage)

local DIVISION, CALLBACK, GRANT_MS = "123456", "https://localhost:9/callback", 590000

local function escape(text) return (text:gsub("[^%w]", function(char) return ("%%%02X"):format(char:byte()) end)) end

-- A plan's simulations have the system as `exact`. `switches`: over those that every spec has.
function Books.begin(kind, root, plan, settings)
  local self = Stage.begin(kind, root, plan, settings)
  self:grant()
  self:connect("books", Remote.new(flow.load(root, "scripts/systems/exact_online"), self.exact.url, function()
    if service.now_ms > self.granted_ms + GRANT_MS then self:grant() end
    return { authorization = "Bearer " .. self.token }
  end, { division = self.exact.credentials.division }))
  -- The limits are the runtime's to keep; here nobody does.
  self:switch("exact", { minute_limit = 100000, day_limit = 1000000, errors_an_hour = 1000 })
  return self
end

function Books:grant()
  local app = self.exact.credentials
  local redirect = service.call("GET", ("%s/api/oauth2/auth?client_id=%s&redirect_uri=%s&response_type=code&user=jan"):format(
    self.exact.url, app.client_id, escape(CALLBACK)))
  local answer = service.call("POST", self.exact.url .. "/api/oauth2/token", {
    headers = { ["content-type"] = "application/x-www-form-urlencoded" },
    body = ("grant_type=authorization_code&code=%s&redirect_uri=%s&client_id=%s&client_secret=%s"):format(
      redirect.headers.location:match "code=([^&]+)", escape(CALLBACK), app.client_id, app.client_secret),
  })
  self.token, self.granted_ms = answer.json.access_token, service.now_ms
end

function Books:row_of(definition, key)
  local literal = definition.key == "ID" and "guid'" .. key .. "'" or "'" .. key:gsub("'", "''") .. "'"
  return self.books:call(definition.from:match "^books%.(.+)$", { ["$filter"] = definition.key .. " eq " .. literal })[1]
end

-- What people do in the books.
function Books:person(acts) return self:control("exact", "seed", acts) end

-- A sales order that is taken: a draft, or nothing for one of the usual ones. Gives { id, number, … }.
function Books:ordered(draft)
  local answer = self:person { orders = { draft or {} } }
  assert(answer.orders and answer.orders[1], json.encode(answer))
  return answer.orders[1]
end

function Books:booked() return self:control("exact", "state?dispatch=1&documents=0").divisions[DIVISION].dispatch end

return Books
