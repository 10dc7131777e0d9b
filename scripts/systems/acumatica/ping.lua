-- What `ping` reads, in the order of the names: the sign-in and the endpoints, then that the tenant and the forms are the right ones
-- (fact sheet, sections 1, 2 and 4.4). Each says what to do when it is refused.

local BASE = "/entity/{endpoint}/{version}/"

local CLIENT = "clients/{client}/client.lua"
local LIMIT = "all sessions of the licence are taken (form SM604000 shows them): close one there, or wait ten minutes until one that nobody "
  .. "logged out ends; somebody's integration may forget to log out"
local CREDENTIALS = "correct the user or the password: ml-connector secret set {client} {connection} username, then password; the user must be "
  .. "active and not be forced to change the password"
local TENANT = "there is no tenant {tenant} on {host}: correct `tenant` in " .. CLIENT .. " (the name as on the sign-in page)"
local ADDRESS = "there is no Acumatica at this address: `base_url` in " .. CLIENT .. " is the instance with its site's name, as the browser shows it "
  .. "before /(W("
local BRANCH = "correct `branch` in " .. CLIENT .. ": {branch} is none of the tenant's"

-- What any of them may meet.
local function fixes(own)
  local out = {
    ["API Login Limit"] = LIMIT, ["no session is free"] = LIMIT, ["Invalid credentials"] = CREDENTIALS, ["'Branch' "] = BRANCH,
    ["' cannot be found."] = TENANT,
    ["429"] = "too many of its requests wait: they are sent later, one after the other; let other integrations of this tenant call less often",
    ["401"] = "ml-connector authorize {client} {connection}; or, with auth = \"session\", set username and password again",
  }
  for when, sentence in pairs(own) do out[when] = sentence end
  return out
end

local function form(entity, number, why)
  return {
    GET = BASE .. entity, query = { ["$top"] = "1", ["$select"] = why.field },
    fix = fixes {
      ["403"] = ("the user has no rights to %s (form %s), or the feature is off: give the user's role the access level Edit there"):format(why.name, number),
      ["404"] = "the endpoint {endpoint}/{version} has no " .. entity .. ": correct `endpoint` and `version` in " .. CLIENT,
    },
  }
end

local items = form("StockItem", "IN202500", { field = "InventoryID", name = "stock items" })
-- With one tenant any name signs in, and an empty one lands on the default: only its records tell where we are.
items.expect = {}
items.fix.unexpected = "the tenant that the sign-in leads to has no stock items: is {tenant} the right `tenant` in " .. CLIENT
  .. " (with OAuth: the part of client_id after the @)?"

return {
  ["ping.1_endpoint"] = {
    GET = "/entity",
    expect = { rows = { "endpoints", "" }, where = { name = "{endpoint}", version = "{version}" }, show = "{name}/{version}" },
    fix = fixes {
      ["404"] = ADDRESS, ["HTTP 404"] = ADDRESS,
      unexpected = "correct `endpoint` and `version` in " .. CLIENT .. " to one of those; an older one keeps working on a newer release",
    },
  },
  ["ping.2_items"] = items,
  ["ping.3_customers"] = form("Customer", "AR303000", { field = "CustomerID", name = "customers" }),
  ["ping.4_orders"] = form("SalesOrder", "SO301000", { field = "OrderNbr", name = "sales orders" }),
  ["ping.5_shipments"] = form("Shipment", "SO302000", { field = "ShipmentNbr", name = "shipments" }),
}
