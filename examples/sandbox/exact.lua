-- The simulated Exact Online, written from apis/exact-online.md and from nothing of the connector: routes a request
-- through token, division, limits and scope to the entity it names.

local Books, Hooks, Journal, Limits, OAuth =
  require "exact_books", require "exact_hooks", require "journal", require "exact_limits", require "exact_oauth"
local answers, calendar, entities, host, person, read, report, seed, write = require "exact_answers", require "calendar",
  require "exact_fields", require "host", require "exact_person", require "exact_read", require "exact_report", require "exact_seed",
  require "exact_write"
local bulk, people, stock, sync = require "exact_bulk", require "exact_people", require "exact_stock", require "exact_sync"

local DIVISIONS = { [123456] = { "Acme Nederland", "NL" }, [234567] = { "Acme Deutschland", "DE" } }
local USERS = { jan = { name = "Jan Jansen", divisions = { 123456, 234567 } }, piet = { name = "Piet Pietersen", divisions = { 123456 } } }

-- Behaviour that differs between installations, or that the fact sheet marks as not verified.
local function switches()
  return {
    minute_limit = 60, day_limit = 5000, errors_an_hour = 10, missing_scopes = host.json.array {}, expires_in_text = true,
    too_early_keeps_token = true, filter_ignores_case = true, ignore_read_only = false, new_invoice_status = 20,
    closed_until = false, dropped_fields = host.json.array {}, vat_by = "line", credit_signs = "negative",
    negative_stock = true, put_invoiced_delivery = true, tracking_number_length = false,
    port_443 = false, callback_same_domain = true, notify_seconds = 1, lost_percent = 0, duplicate_percent = 0,
  }
end

local Exact = {}
Exact.__index = Exact

function Exact:world(division)
  local base = self.url .. "/api/v1/" .. division
  return {
    books = self.books, division = division, switches = self.switches, base = base, hooks = self.hooks,
    changed = function(path, key, action)
      self.books:touched(division, path, key)
      sync.touched(self.books, division, self.books:get(division, path, key))
      if action == "Delete" then sync.deleted(self.books, division, path, key) end
      self.hooks:changed(division, entities[path].topic, path, key, action, base)
    end,
  }
end

local function may_reach(users, user, division)
  for _, code in ipairs(users[user].divisions) do
    if code == division then return true end
  end
  return false
end

function Exact:missing_scope(entity)
  for _, scope in ipairs(self.switches.missing_scopes) do
    if scope == entity.scope then return scope end
  end
end

local METHODS = { GET = "G", POST = "P", PUT = "U", DELETE = "D" }

-- Divisions are facts of the installation, answered as if they were rows.
local function division_rows(world, users, user)
  local part = world.books:table_of(world.division, "system/Divisions")
  part.order, part.rows = {}, {}
  for _, code in ipairs(users[user].divisions) do
    local facts = world.books.divisions[code].facts
    part.order[#part.order + 1] = code
    part.rows[code] = { Code = code, Description = facts.Description, Currency = facts.Currency, Country = facts.Country, Status = 1 }
  end
  world.books.divisions[world.division].tables["hrm/Divisions"] = part
  world.books.divisions[world.division].tables["system/AllDivisions"] = part
end

-- Which journals are open in which periods, from what is closed.
local function journal_status_rows(world)
  local closed = world.switches.closed_until
  closed = type(closed) == "string" and calendar.parse_iso(closed)
  local part = world.books:table_of(world.division, "read/financial/JournalStatusList")
  part.order, part.rows = {}, {}
  for journal in world.books:each(world.division, "financial/Journals") do
    for period in world.books:each(world.division, "financial/FinancialPeriods") do
      local key = ("%s/%d/%d"):format(journal.Code, period.FinYear, period.FinPeriod)
      local is_closed = closed and period.EndDate <= closed
      part.order[#part.order + 1] = key
      part.rows[key] = {
        ID = key, Journal = journal.Code, Year = period.FinYear, Period = period.FinPeriod, Status = is_closed and 1 or 0,
        StatusDescription = is_closed and "Closed" or "Open",
      }
    end
  end
end

-- Functions that look like entities: each has the entity whose scope it needs.
local FUNCTIONS = {
  ["read/logistics/StockPosition"] = { of = "inventory/ItemWarehouses", run = stock.of_item },
  ["read/sync/Sync/SyncTimestamp"] = {
    of = "system/Divisions", run = function(world, request) return stock.timestamp(world, request, sync.NAMES) end,
  },
}

function Exact:entity_call(request, user, division, path, key)
  local call = FUNCTIONS[path]
  local entity = entities[call and call.of or path] or sync.entity(path) or bulk[path]
  if not entity then return answers.error(404, "Resource not found for the segment '" .. path .. "'") end
  local scope = self:missing_scope(entity)
  if scope then
    return answers.error(403, ("Forbidden - Application Scope Violated. Cannot read '%s' scope."):format(scope))
  end
  local letter = METHODS[request.method]
  if not letter or not (sync.entity(path) and "G" or entity.methods):find(letter, 1, true) then return answers.error(405, "Method not allowed") end
  local world = self:world(division)
  if call then return letter == "G" and not key and call.run(world, request) or answers.error(405, "Method not allowed") end
  if sync.entity(path) then
    return letter == "G" and not key and sync.list(world, path, request) or answers.error(405, "Method not allowed")
  end
  if path:find "^%a+/%a*Divisions$" then division_rows(world, self.users, user) end
  if path == "read/financial/JournalStatusList" then journal_status_rows(world) end
  if not key then
    if letter == "G" then return read.list(world, path, entity, request) end
    if letter == "P" then return write.create(world, path, entity, request) end
    return answers.error(405, "Method not allowed")
  end
  local row = self.books:get(division, path, key:lower())
  if not row then return answers.error(404, "Resource not found") end
  if letter == "G" then return read.one(world, path, entity, row, request) end
  if letter == "U" then return write.update(world, path, entity, row, request) end
  if letter == "D" then return write.delete(world, path, entity, row) end
  return answers.error(405, "Method not allowed")
end

function Exact:me(user)
  local division = self.users[user].divisions[1]
  return answers.json(200, { d = { results = { {
    UserID = self.user_ids[user], CurrentDivision = division, AccountingDivision = division, FullName = self.users[user].name,
    Language = "EN", ServerTime = ("/Date(%d)/"):format(host.now_ms()), ServerUtcOffset = 3600,
  } } } })
end

-- division (nil for current/Me), entity path, key.
local function split_path(path)
  local division, rest = path:match "^/api/v1/(%d+)/(.+)$"
  if not division then return nil, path:match "^/api/v1/(current/Me)$" end
  local entity, key = rest:match "^([%w/]+)%(guid'([%x%-]+)'%)$"
  return math.tointeger(division), entity or rest, key
end

function Exact:api(request)
  local division, path, key = split_path(request.path)
  if not path then return answers.error(404, "Not found") end
  local user = self.oauth:user_of(request)
  if not user then
    self.limits:count_error(401, "-", division or 0, path)
    return answers.empty(401, { ["WWW-Authenticate"] = "Bearer" })
  end
  local counted = division or self.users[user].divisions[1]
  local headers, refused = self.limits:take(counted)
  if not headers then return refused end
  local answer
  if division and not may_reach(self.users, user, division) then
    answer = answers.error(403, "Forbidden")
  elseif division then
    answer = self:entity_call(request, user, division, path, key)
  else
    answer = self:me(user)
  end
  for name, value in pairs(headers) do answer.headers[name] = value end
  self.limits:count_error(answer.status, user, counted, path)
  return answer
end

function Exact.handle(self, request)
  if request.path == "/api/oauth2/auth" and request.method == "GET" then return self.oauth:authorize(request) end
  if request.path == "/api/oauth2/token" and request.method == "POST" then return self.oauth:token(request) end
  return self:api(request)
end

local function fault(kind)
  if kind == "429" then return answers.empty(429) end
  if kind == "503" then return answers.page(503, "<html>Exact Online is being maintained</html>") end
  return answers.error(500, "A problem has occurred. Please contact your administrator.")
end

-- What a person does in the books: see README.md.
function Exact:act(body)
  local division = body.division or self.users.jan.divisions[1]
  if not self.books.divisions[division] then return nil, "no division " .. tostring(division) end
  local world = self:world(division)
  local done, taken, why = person(world, body)
  if why then return nil, why end
  done = done + people.act(self.books, division, world, body)
  if body.accounts then
    seed.accounts(self.books, division, body.accounts)
    done = done + body.accounts
  end
  -- The user takes back what he agreed to.
  if body.revoke then
    if not self.oauth:take_back(body.revoke) then return nil, "nothing was agreed to by " .. tostring(body.revoke) end
    done = done + 1
  end
  return { done = done, orders = body.orders and taken or nil }
end

return function(config)
  local self = setmetatable({ name = config.name or "exact_online", books = Books.new(), switches = switches(), journal = Journal.new() }, Exact)
  self.users = config.users or USERS
  local app = { client_id = host.uuid(), client_secret = host.token(16), webhook_secret = host.token(16) }
  self.user_ids = {}
  for user in pairs(self.users) do self.user_ids[user] = host.uuid() end
  for code, facts in pairs(config.divisions or DIVISIONS) do seed.division(self.books, code, facts[1], facts[2]) end
  self.oauth = OAuth.new(app, self.users, self.journal, self.switches)
  self.limits = Limits.new(self.journal, self.switches)
  self.hooks = Hooks.new(config, app, self.books, self.switches)
  return {
    name = self.name, journal = self.journal, switches = self.switches, fault = fault,
    handle = function(request) return self:handle(request) end,
    seed = function(body) return self:act(body) end,
    state = function(query)
      return {
        divisions = report(self.books, query), oauth = self.oauth:report(), limits = self.limits:report(), webhooks = self.hooks.counts,
      }
    end,
    started = function(url) self.url = url end,
    credentials = {
      client_id = app.client_id, client_secret = app.client_secret, webhook_secret = app.webhook_secret, region = config.region or "nl",
      division = self.users.jan.divisions[1], other_division = self.users.jan.divisions[2], user = "jan", other_user = "piet",
    },
  }
end
