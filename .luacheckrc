-- luacheck . : our Lua is 5.4 without globals of its own. What every definition and flow knows without require is read-only.
std = "lua54"
max_line_length = 160
self = false   -- methods keep their colon, whether or not they look at themselves

local ambient = {
  "system", "look_up", "upsert", "integration", "schema", "flow", "webhook", "poll", "schedule", "mapping", "layer", "setting",
  "given", "job", "totals", "remove", "with", "has", "null", "try",
}

-- Declarations for editors: nothing in them runs, and a parameter's type stands on one line.
files["stdlib/meta"] = { ignore = { "11.", "212", "241", "631" } }
files["scripts"] = { read_globals = ambient }
files["tests/scripts/host"] = { read_globals = ambient }
files["clients/*/*/*.lua"] = { read_globals = ambient }
files["examples/clients/*/clients/*/*/*.lua"] = { read_globals = ambient }
local settings = {
  read_globals = { "grant", "connection", "use" },
  globals = { "id", "listen", "admin", "public_url", "proxies", "store", "master_key", "grants", "zone", "connections", "instances" },
}
files["examples/clients"] = settings
files["examples/packhouse/scripts"] = { read_globals = ambient }
files["examples/packhouse/ml-connector.lua"] = settings
files["examples/packhouse/clients"] = settings
