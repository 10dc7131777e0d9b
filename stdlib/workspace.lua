-- What ml-connector.lua and client.lua are written in: assignments to known names, and grant, connection and use. Returns
-- an environment for the file, and a function that gives what it assigned.

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
    grants = "table", reload = "text",
  },
  client = { zone = "text", connections = "table", instances = "table", reload = "text" },
}
local GRANT = set { "system", "region", "clients", "base_url", "authorize_url", "token_url", "ca_file", "allow_loopback" }
local CONNECTION = set { "grant", "base_url", "authorize_url", "token_url", "limits", "zone", "ca_file", "allow_loopback" }
local USE = set { "bind", "route", "settings", "layers" }
local LISTEN = set { "address", "tls" }
local RELOAD = set { "swap", "ask" }

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
    return tag(out, "connection")
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
    options.integration = integration
    options.settings = options.settings or {}
    return tag(options, "use")
  end
end

local MADE_BY = { grants = "grant", connections = "connection", instances = "use" }
local known = KNOWN[kind]
local available = kind == "workspace" and { grant = words.grant } or { connection = words.connection, use = words.use }

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
        if getmetatable(entry) ~= word then fail("%s.%s is not made by %s", name, each, word) end
      end
    end
    if name == "reload" and not RELOAD[value] then fail("reload: expected \"swap\" or \"ask\", got \"%s\"", value) end
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
