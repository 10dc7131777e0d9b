-- The simulated systems, for `ml-connector sandbox`. Gets { only = {names}, tls = {cert, key}, ca = pem, listen = address }
-- and gives { systems = { name = { url, credentials } } }. Each system has an https server of its own on localhost, with
-- its controls under /_sandbox/<name>/.

local serve = require "site"

local MAKERS = { bigcommerce = require "shop", exact_online = require "exact" }

local config = ... or {}

local function chosen(name)
  if not config.only or #config.only == 0 then return true end
  for _, only in ipairs(config.only) do
    if only == name then return true end
  end
  return false
end

for _, only in ipairs(config.only or {}) do
  if not MAKERS[only] then error("there is no simulated system " .. only, 0) end
end

local systems = {}
for name, make in pairs(MAKERS) do
  if chosen(name) then
    local system = serve(make(config), config)
    systems[name] = { url = system.url, credentials = system.credentials }
  end
end
return { systems = systems }
