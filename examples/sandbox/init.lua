-- The simulated systems, for `ml-connector sandbox`. Gets { only = {names}, address, port, tls = {cert, key}, ca = file }
-- and gives { systems = { name = { url, credentials } } }. Each system has an https server of its own on localhost, with
-- its controls under /_sandbox/<name>/.

local serve = require "site"

local MAKERS = { { name = "bigcommerce", make = require "shop" }, { name = "exact_online", make = require "exact" } }

local config = ... or {}

local function chosen(name)
  local only = config.only or {}
  if #only == 0 then return true end
  for _, each in ipairs(only) do
    if each == name then return true end
  end
  return false
end

local function known(name)
  for _, maker in ipairs(MAKERS) do
    if maker.name == name then return true end
  end
  return false
end

for _, name in ipairs(config.only or {}) do
  if not known(name) then error("there is no simulated system " .. name, 0) end
end

-- The first system takes the port that was asked for, the others those after it; 0 is any free one.
local next_port = config.port or 0

local systems = {}
for _, maker in ipairs(MAKERS) do
  if chosen(maker.name) then
    local system = maker.make(config)
    serve(system, { listen = (config.address or "127.0.0.1") .. ":" .. next_port, tls = config.tls })
    systems[maker.name] = { url = system.url, credentials = system.credentials }
    if next_port ~= 0 then next_port = next_port + 1 end
  end
end
return { systems = systems }
