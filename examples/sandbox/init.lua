-- The simulated systems, for `ml-connector sandbox`. Gets { only = {names}, own = {names}, address, port, tls = {cert, key}, ca = file }
-- and gives { systems = { name = { url, credentials } } }. Each system has an https server of its own on localhost, with
-- its controls under /_sandbox/<name>/.

local serve = require "site"

-- The carriers, ShipStation, Acumatica, a label printer, a second shop and a second region's installation are there for those who ask for them by name.
local MAKERS = {
  { name = "bigcommerce", make = require "shop" }, { name = "exact_online", make = require "exact" },
  { name = "shipstation", make = require "shipstation", extra = true },
  { name = "shipstation_2", make = require "shipstation", extra = true },   -- another company's account
  { name = "bigcommerce_2", make = require "shop", settings = { store_hash = "def456" }, extra = true },
  {
    name = "exact_online_uk", make = require "exact", extra = true,
    settings = { region = "uk", divisions = { [345678] = { "Acme Britain", "GB" } }, users = { jan = { name = "Jan Jansen", divisions = { 345678 } } } },
  },
  {
    name = "exact_online_us", make = require "exact", extra = true,
    settings = { region = "us", divisions = { [456789] = { "Acme America", "US" } }, users = { jan = { name = "Jan Jansen", divisions = { 456789 } } } },
  },
  { name = "fedex", make = require "fedex", extra = true },
  { name = "ups", make = require "ups", extra = true },
  { name = "acumatica", make = require "acumatica", extra = true },
  { name = "printer", make = require "printer", extra = true },
}

local config = ... or {}

-- The workspace's own: scripts/sandbox/<name>/init.lua returns a maker like those above, and may require what stands here.
for _, name in ipairs(config.own or {}) do
  for _, maker in ipairs(MAKERS) do
    if maker.name == name then error(("scripts/sandbox/%s: a simulated system of that name comes with the program"):format(name), 0) end
  end
  MAKERS[#MAKERS + 1] = { name = name, own = true }
end

-- What every system is given, with what is its own.
local function config_of(maker)
  local out = { name = maker.name }
  for _, part in ipairs { config, maker.settings or {} } do
    for name, value in pairs(part) do out[name] = value end
  end
  return out
end

local function chosen(name, extra)
  local only = config.only or {}
  if #only == 0 then return not extra end
  for _, each in ipairs(only) do
    if each == name then return true end
  end
  return false
end

local function known(name)
  local names = {}
  for index, maker in ipairs(MAKERS) do
    if maker.name == name then return true end
    names[index] = maker.name
  end
  return false, table.concat(names, ", ")
end

for _, name in ipairs(config.only or {}) do
  local there, names = known(name)
  if not there then error(("there is no simulated system %s; there are %s"):format(name, names), 0) end
end

-- The first system takes the port that was asked for, the others those after it; 0 is any free one.
local next_port = config.port or 0

local systems = {}

local function start(system)
  serve(system, { listen = (config.address or "127.0.0.1") .. ":" .. next_port, tls = config.tls })
  systems[system.name] = { url = system.url, credentials = system.credentials }
  if next_port ~= 0 then next_port = next_port + 1 end
end

for _, maker in ipairs(MAKERS) do
  if chosen(maker.name, maker.extra) then
    local make = maker.own and require(maker.name .. ".init") or maker.make
    local system = make(config_of(maker))
    start(system)
    -- A system with two APIs on hosts of their own.
    if system.beside then start(system.beside) end
  end
end
return { systems = systems }
