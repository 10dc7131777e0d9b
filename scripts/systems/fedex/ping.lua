-- What `ping` asks. FedEx has no call that only says who one is, so requests without content are sent: who may use an API is told that they are
-- incomplete (400), who may not is told so (403).

local KEYS = "API key or secret key are wrong, or belong to the other environment ({host}): secret set {client} {connection} client_id and client_secret; "
  .. "or correct `region` in clients/{client}/client.lua"

local function api(name)
  return ("the project has no %s API: add it to the project in FedEx's developer portal, or use the keys of a project that has it"):format(name)
end

local HELD = "FedEx holds this address for ten minutes, as it was asked for tokens too often; leave it alone until then"

return {
  ["ping.1_ship"] = {
    POST = "/ship/v1/shipments/packages/validate", reads = true,
    fix = { ["400"] = "none", auth = KEYS, denied = KEYS, ["401"] = KEYS, ["403"] = api "Ship", exhausted = HELD },
  },
  ["ping.2_track"] = {
    POST = "/track/v1/trackingnumbers", reads = true, fix = { ["400"] = "none", denied = api "Track", ["403"] = api "Track", exhausted = HELD },
  },
}
