-- What `ping` asks, in the order of the names: the keys, the account and the products that everything needs. UPS answers a product that was
-- not added to the app with the very words for keys that are wrong (fact sheet, section 3): which of the two it is, is known by whether a token was
-- given. Nothing is bought: a request without content is told that it is incomplete (400). What an app may do
-- without, Track Alert or Quantum View, is `optional`: it is told, and nothing fails.

local FILE = "clients/{client}/client.lua"
local KEYS = "client id or secret are wrong, or belong to the other environment ({host}). Compare them with those of the app (UPS's developer portal, "
  .. "Apps, your app, Credentials), then: ml-connector secret set {client} {connection} client_id, and client_secret; or correct `region` in " .. FILE
local ACCOUNT = "UPS takes account numbers of six letters and digits, as they stand on its invoices: correct `account` in " .. FILE
local BLOCKED = "UPS blocks this app for the account (a blocked merchant). See in the developer portal (Apps, your app) that the account is linked to the app "
  .. "and in good standing, or ask UPS's developer support; if `account` in " .. FILE .. " is another's number, correct it"
local TOO_MANY = "too many tokens were asked for today, by whatever else uses these keys: give this connection an app of its own, or wait for tomorrow"

local function add(name)
  return ("add the product \"%s\" to the app (UPS's developer portal, Apps, your app, Edit, Products); it counts within minutes"):format(name)
end

local function product(name, own)
  local out = {
    auth = KEYS, denied = KEYS, ["401"] = add(name), ["403"] = BLOCKED, ["HTTP 403: "] = BLOCKED, ["x-merchant-id "] = ACCOUNT,
    ["HTTP 400: "] = ACCOUNT, ["HTTP 429: "] = TOO_MANY, exhausted = TOO_MANY,
  }
  for when, sentence in pairs(own or {}) do out[when] = sentence end
  return out
end

return {
  -- A number that nobody has: what is not found is a 200 with a warning.
  ["ping.1_tracking"] = { GET = "/api/track/v1/details/1Z0000000000000000", query = { locale = "en_US" }, fix = product "Tracking" },
  ["ping.2_shipping"] = { POST = "/api/labels/v1/recovery", reads = true, fix = product("Shipping", { ["400"] = "none" }) },
  ["ping.3_track_alert"] = {
    POST = "/api/track/v1/subscription/standard/package", reads = true, optional = "Track Alert", fix = product("Track Alert", { ["400"] = "none" }),
  },
  ["ping.4_quantum_view"] = {
    POST = "/api/quantumview/v3/events", reads = true, optional = "Quantum View", fix = product("Quantum View", { ["400"] = "none" }),
  },
}
