-- What `ping` reads, in the order of the names: first what everything else needs. Section 1 tells the mistakes of a set-up apart: another
-- machine's address, a wrong key, a wrong site, and the scope that the key lacks.

local FILE = "clients/{client}/client.lua"
local KEY = "make a key in Packhouse (Settings, API keys), then: ml-connector secret set {client} {connection} api_key"

local function scope(name)
  return ("the key lacks the scope \"%s\": tick it in Packhouse (Settings, API keys); no new key is needed"):format(name)
end

local function reads(path, name)
  return {
    GET = "/v1/sites/{site}/" .. path, query = { limit = "1" },
    fix = {
      auth = KEY, ["401"] = KEY, ["403"] = scope(name),
      -- A key with a blank in it stands for words of the answer, or of why there was none: a secret goes to no other host than the one that
      -- it was given for.
      ["is not for "] = "correct `base_url` in " .. FILE .. "; if {host} is right, give it its key: ml-connector secret set {client} {connection} api_key",
      ["has no site"] = "correct `site` in " .. FILE .. ": it is {site}, and the account has no such site",
      ["404"] = "{host} is no Packhouse: correct `base_url` in " .. FILE,
    },
  }
end

return {
  ["ping.1_orders"] = reads("orders", "orders"),
  ["ping.2_dispatches"] = reads("dispatches", "dispatches"),
  ["ping.3_webhooks"] = reads("webhooks", "webhooks"),
}
