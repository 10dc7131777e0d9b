-- luacheck . : our Lua is 5.4 without globals of its own. What every definition and flow knows without require is read-only.
std = "lua54"
max_line_length = 160
self = false   -- methods keep their colon, whether or not they look at themselves
self = false

local ambient = {
  "system", "look_up", "upsert", "integration", "schema", "flow", "webhook", "poll", "schedule", "mapping", "layer", "setting",
  "given", "job", "totals", "remove", "with", "has", "null", "try",
}

files["scripts"] = { read_globals = ambient }
files["tests/scripts/host"] = { read_globals = ambient }
files["clients/*/*/*.lua"] = { read_globals = ambient }
files["examples/clients"] = {
  read_globals = { "grant", "connection", "use" },
  globals = { "id", "listen", "admin", "public_url", "proxies", "store", "master_key", "grants", "zone", "connections", "instances" },
}
