-- Lint of all Lua of the project. Scripts see what the host gives them and nothing else.
std = "lua54"
max_line_length = 140
self = false

local AMBIENT = {
  "system", "look_up", "upsert", "integration", "schema", "flow", "webhook", "poll", "schedule", "mapping", "layer",
  "setting", "given", "job", "totals", "remove", "with", "has", "null", "try",
}
files["scripts"] = { read_globals = AMBIENT }
files["stdlib"] = { read_globals = AMBIENT }
files["examples/clients"] = {
  read_globals = { "grant", "connection", "use" },
  globals = {
    "id", "listen", "admin", "public_url", "proxies", "store", "master_key", "grants", "zone", "connections", "instances",
  },
}
