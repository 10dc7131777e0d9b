-- What `ping` asks. FedEx has no call that only says who one is, so requests without content are sent: who may use an API is told that they are
-- incomplete (400), who may not is told so (403). Nothing is bought. With `account` in the connection, FedEx says of it too whether it is linked to the
-- project: an account that is not is answered by a code of its own (fact sheet, sections 3 and 7).

local FILE = "clients/{client}/client.lua"
local KEYS = "API key or secret key are wrong, or belong to the other environment ({host}). Compare them with the project's page in FedEx's developer "
  .. "portal (My Projects, your project; test and production have tabs of their own), then: ml-connector secret set {client} {connection} client_id, and "
  .. "client_secret; or correct `region` in " .. FILE

local function api(name, more)
  return ("the project has no %s API: add it in FedEx's developer portal (My Projects, your project, APIs)%s"):format(name, more)
end

local HELD = "FedEx holds this address for ten minutes, as it was asked for tokens too often by whatever runs behind it; leave it alone until then: trying on "
  .. "makes it longer"
local UNKNOWN = "FedEx knows no account {account}: correct `account` in " .. FILE .. " (nine digits, as on FedEx's invoices)"
local UNLINKED = "account {account} is not linked to the project, or not enabled for shipping: link it in FedEx's developer portal (Manage Organization, "
  .. "Shipping Accounts; then My Projects, your project), or correct `account` in " .. FILE

-- "HTTP 403: …" is said of a call for a token, "answered 403" of an API.
return {
  ["ping.1_ship"] = {
    POST = "/ship/v1/shipments/packages/validate", reads = true, asks = { body = { accountNumber = { value = "{account?}" } } },
    fix = {
      ["400"] = "none", auth = KEYS, denied = KEYS, ["401"] = KEYS, ["403"] = api("Ship", ", or use the keys of a project that has it"),
      exhausted = HELD, ["HTTP 403: "] = HELD, ["budget of errors is used up"] = HELD,
      ["ACCOUNTNUMBER.REGISTRATION.REQUIRED"] = UNKNOWN, ["SHIPMENT.ACCOUNTNUMBER.UNAUTHORIZED"] = UNLINKED,
    },
  },
  ["ping.2_track"] = {
    POST = "/track/v1/trackingnumbers", reads = true,
    fix = {
      ["400"] = "none", auth = KEYS, denied = KEYS, ["401"] = KEYS, exhausted = HELD, ["HTTP 403: "] = HELD, ["budget of errors is used up"] = HELD,
      ["403"] = api("Track", "; where FedEx keeps it apart, make a second project for it, and a second connection with its keys"),
    },
  },
}
