-- What `ping` reads, in the order of the names: first the keys and the product that everything needs, then Quantum View, which an account may
-- lack. UPS answers a product that was not added to the app like keys that are wrong (fact sheet, section 3).

local KEYS = "client id or secret are wrong, or belong to the other environment ({host}): secret set {client} {connection} client_id and client_secret; "
  .. "or correct `region` in clients/{client}/client.lua"

local function product(name)
  return ("add the product \"%s\" to the app in UPS's developer portal (Apps, your app, Products); a new one counts within minutes"):format(name)
end

local BLOCKED = "the account is blocked for this app: ask UPS (developer support), or correct `account` in clients/{client}/client.lua"

return {
  -- A number that nobody has: what is not found is a 200 with a warning.
  ["ping.1_tracking"] = {
    GET = "/api/track/v1/details/1Z0000000000000000", query = { locale = "en_US" },
    fix = { auth = KEYS, ["401"] = product "Tracking", denied = product "Tracking", ["403"] = BLOCKED },
  },
}
