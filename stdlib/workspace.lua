-- What ml-connector.lua and client.lua are written in: assignments to known names, and grant, connection, use, webhook, mail
-- and secret. Returns an environment for the file, and a function that gives what it assigned.

local host, kind = ...

local function fail(text, ...)
  local file, line, column = host.position()
  error((line > 0 and ("%s:%d:%d: "):format(file, line, column) or "") .. text:format(...), 0)
end

local function set(list)
  local out = {}
  for _, each in ipairs(list) do out[each] = true end
  return out
end

local KNOWN = {
  workspace = {
    id = "text", listen = "table", admin = "text", public_url = "text", proxies = "table", store = "text", master_key = "text",
    contact = "text", grants = "table", reload = "text", alerts = "table", alert_when = "table",
  },
  client = { zone = "text", connections = "table", instances = "table", reload = "text", alerts = "table" },
}
local GRANT = set { "system", "region", "clients", "base_url", "authorize_url", "token_url", "ca_file", "allow_loopback" }
local CONNECTION = set { "grant", "auth", "base_url", "authorize_url", "token_url", "limits", "zone", "ca_file", "allow_loopback", "allow_private", "access" }
local USE = set { "bind", "route", "settings", "layers", "reconcile", "schedule" }
local RECONCILE = set { "every", "at", "mail" }
local EVERY = set { "day", "week", "month" }
local LISTEN = set { "address", "tls" }
local RELOAD = set { "swap", "ask" }
local FORM = set { "slack", "teams", "generic" }
local WEBHOOK = set { "url", "concerns", "severities", "allow_loopback", "ca_file" }
local MAIL = set { "command", "from", "to", "concerns", "severities" }
local CONCERN = set { "finance", "warehouse", "operator" }
local SEVERITY = set { "warning", "critical" }
-- What each takes: a length of time as "10m", or a whole number between two bounds.
local ALERT_WHEN = { lag = "time", remind = "time", clock = "time", grant_days = { 1, 365 }, disk_days = { 1, 3650 }, webhook_success = { 1, 100 } }

local function expect(value, wanted, what)
  local found = host.type(value)
  if found ~= wanted then fail("%s: expected %s, got %s", what, wanted, found) end
end

local made = setmetatable({}, { __metatable = "private" })
local function tag(value, word)
  value = setmetatable(value, { __metatable = word })
  return value
end

local words = {}

function words.grant(options)
  expect(options, "table", "grant")
  for key in pairs(options) do
    if not GRANT[key] then fail("grant: unknown field '%s'", tostring(key)) end
  end
  expect(options.system, "text", "grant.system")
  return tag(options, "grant")
end

function words.connection(system)
  expect(system, "text", "connection")
  return function(options)
    expect(options, "table", "connection \"" .. system .. "\"")
    local out = { system = system, settings = {} }
    for key, value in pairs(options) do
      if CONNECTION[key] then out[key] = value else out.settings[key] = value end
    end
    if out.access ~= nil then
      expect(out.access, "table", "connection \"" .. system .. "\": access")
      for name, access in pairs(out.access) do expect(access, "table", ("connection \"%s\": access.%s"):format(system, tostring(name))) end
    end
    for _, flag in ipairs { "allow_loopback", "allow_private" } do
      if out[flag] ~= nil then expect(out[flag], "boolean", ("connection \"%s\": %s"):format(system, flag)) end
    end
    return tag(out, "connection")
  end
end

-- reconcile = { every = "month", at = "06:30", mail = "finance" }: for the period that ended, by itself; mail names `alerts`
-- that are made by mail.
local function check_reconcile(what, value)
  expect(value, "table", what)
  for key in pairs(value) do
    if not RECONCILE[key] then fail("%s: unknown field '%s'", what, tostring(key)) end
  end
  if not EVERY[value.every] then fail("%s: every: expected \"day\", \"week\" or \"month\"", what) end
  value.at = value.at or "06:30"
  local hour, minute = tostring(value.at):match "^(%d%d):(%d%d)$"
  if not hour or tonumber(hour) > 23 or tonumber(minute) > 59 then fail("%s: at: expected a time of day as \"06:30\"", what) end
  if type(value.mail) == "string" then value.mail = { value.mail } end
  if value.mail ~= nil then
    expect(value.mail, "table", what .. ": mail")
    for _, each in ipairs(value.mail) do expect(each, "text", what .. ": mail") end
  end
end

function words.use(integration)
  expect(integration, "text", "use")
  return function(options)
    expect(options, "table", "use \"" .. integration .. "\"")
    for key in pairs(options) do
      if not USE[key] then fail("use \"%s\": unknown field '%s' (settings belong into settings = { … })", integration, tostring(key)) end
    end
    expect(options.bind, "table", "use \"" .. integration .. "\": bind")
    if options.layers ~= nil then
      expect(options.layers, "table", "use \"" .. integration .. "\": layers")
      for _, layer in ipairs(options.layers) do expect(layer, "text", "use \"" .. integration .. "\": layers") end
    end
    if options.schedule ~= nil then
      expect(options.schedule, "table", "use \"" .. integration .. "\": schedule")
      for flow, times in pairs(options.schedule) do
        expect(times, "text", ("use \"%s\": schedule: %s"):format(integration, tostring(flow)))
      end
    end
    if options.reconcile ~= nil then check_reconcile("use \"" .. integration .. "\": reconcile", options.reconcile) end
    options.integration = integration
    options.settings = options.settings or {}
    return tag(options, "use")
  end
end

local function check_words(what, list, allowed, expected)
  if list == nil then return end
  expect(list, "table", what)
  if #list == 0 then fail("%s: names nothing; leave it out for all of %s", what, expected) end
  for _, each in ipairs(list) do
    if not allowed[each] then fail("%s: expected some of %s, got \"%s\"", what, expected, tostring(each)) end
  end
end

local function check_audience(what, options)
  check_words(what .. ": concerns", options.concerns, CONCERN, "finance, warehouse, operator")
  check_words(what .. ": severities", options.severities, SEVERITY, "warning, critical")
end

-- The value stays in the vault: `ml-connector alerts secret NAME` takes it.
function words.secret(name)
  expect(name, "text", "secret")
  if not name:find "^[%w_%-]+$" then fail("secret: '%s' is no name (letters, digits, _ and -)", name) end
  return tag({ secret = name }, "secret")
end

function words.webhook(form)
  expect(form, "text", "webhook")
  if not FORM[form] then fail("webhook: expected \"slack\", \"teams\" or \"generic\", got \"%s\"", form) end
  return function(options)
    local what = ("webhook \"%s\""):format(form)
    expect(options, "table", what)
    for key in pairs(options) do
      if not WEBHOOK[key] then fail("%s: unknown field '%s'", what, tostring(key)) end
    end
    local out = { kind = "webhook", form = form }
    for key, value in pairs(options) do out[key] = value end
    if out.allow_loopback ~= nil and type(out.allow_loopback) ~= "boolean" then fail("%s: allow_loopback: expected true or false", what) end
    if getmetatable(out.url) == "secret" then
      out.secret, out.url = out.url.secret, nil
    else
      if out.url == nil then fail("%s: url is missing: an address, or secret \"name\"", what) end
      expect(out.url, "text", what .. ": url")
      if not out.url:find "^https://[%w]" and not (out.allow_loopback and out.url:find "^http://[%w%[]") then
        fail("%s: url: expected https://…%s", what, out.allow_loopback and " or http://… of this machine" or "")
      end
    end
    if out.ca_file ~= nil then
      expect(out.ca_file, "text", what .. ": ca_file")
      if not out.allow_loopback then fail("%s: ca_file is for allow_loopback = true only", what) end
    end
    check_audience(what, out)
    return tag(out, "destination")
  end
end

-- What stands in a header field as an address; a display name is left out.
local function check_address(what, address)
  expect(address, "text", what)
  if #address > 254 or not address:find "^[%w%.%+_%-]+@[%w%.%-]+$" then
    fail("%s: expected an address as ops@example.com, got \"%s\"", what, address)
  end
end

function words.mail(options)
  expect(options, "table", "mail")
  for key in pairs(options) do
    if not MAIL[key] then fail("mail: unknown field '%s'", tostring(key)) end
  end
  local out = { kind = "mail" }
  for key, value in pairs(options) do out[key] = value end
  expect(out.command, "table", "mail: command (a list, as { \"/usr/sbin/sendmail\", \"-t\", \"-i\" })")
  if out.command[1] == nil then fail "mail: command: the list is empty" end
  for _, each in ipairs(out.command) do expect(each, "text", "mail: command") end
  if out.command[1]:sub(1, 1) ~= "/" then fail("mail: command: expected the full path of a program, got \"%s\"", out.command[1]) end
  check_address("mail: from", out.from)
  expect(out.to, "table", "mail: to (a list, as { \"ops@example.com\" })")
  if out.to[1] == nil then fail "mail: to: the list is empty" end
  for _, each in ipairs(out.to) do check_address("mail: to", each) end
  check_audience("mail", out)
  return tag(out, "destination")
end

local function check_alert_when(value)
  for key, given in pairs(value) do
    local wanted = ALERT_WHEN[key]
    if not wanted then fail("alert_when: unknown field '%s'", tostring(key)) end
    if wanted == "time" then
      expect(given, "text", "alert_when." .. key)
      if not given:find "^[1-9]%d?%d?%d?[smhd]$" then fail("alert_when.%s: expected a time as \"10m\", got \"%s\"", key, given) end
    elseif type(given) ~= "number" or given % 1 ~= 0 or given < wanted[1] or given > wanted[2] then
      fail("alert_when.%s: expected a whole number from %d to %d", key, wanted[1], wanted[2])
    end
  end
end

local MADE_BY = { grants = "grant", connections = "connection", instances = "use", alerts = "destination" }
local SAID = { destination = "webhook or mail" }
local known = KNOWN[kind]
local available = kind == "workspace" and { grant = words.grant } or { connection = words.connection, use = words.use }
for _, word in ipairs { "webhook", "mail", "secret" } do available[word] = words[word] end

local environment = setmetatable({}, {
  __metatable = "settings",
  __index = function(_, name)
    if made[name] ~= nil then return made[name] end
    if available[name] then return available[name] end
    fail("unknown name '%s'", tostring(name))
  end,
  __newindex = function(_, name, value)
    if not known[name] then fail("unknown name '%s'", tostring(name)) end
    if rawget(made, name) ~= nil then fail("%s is assigned twice", name) end
    expect(value, known[name], name)
    local word = MADE_BY[name]
    if word then
      for each, entry in pairs(value) do
        if type(each) ~= "string" or not each:find "^[%w_%-]+$" then fail("%s: '%s' is no name (letters, digits, _ and -)", name, tostring(each)) end
        if getmetatable(entry) ~= word then fail("%s.%s is not made by %s", name, each, SAID[word] or word) end
      end
    end
    if name == "reload" and not RELOAD[value] then fail("reload: expected \"swap\" or \"ask\", got \"%s\"", value) end
    if name == "alert_when" then check_alert_when(value) end
    if name == "listen" then
      for key in pairs(value) do
        if not LISTEN[key] then fail("listen: unknown field '%s'", tostring(key)) end
      end
    end
    rawset(made, name, value)
  end,
})

return environment, function()
  local out = {}
  for name, value in pairs(made) do out[name] = value end
  return out
end
