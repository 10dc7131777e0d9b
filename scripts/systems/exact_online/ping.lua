-- What `ping` reads, in the order of the names: first what everything else needs. Each says what to do when it is refused, so that
-- a wrong region, a wrong division and a missing scope are told apart (fact sheet, sections 1 and 4).

local DIVISION = "/api/v1/{division}/"

-- Scopes are granted to the app, not by the user, and a change waits for Exact's approval.
local function scope(name, why)
  return {
    ["403"] = ("add the scope \"%s\" to the app in Exact's App Center (%s), wait for its approval, then: ml-connector authorize {client} "
      .. "{connection}; or give the grant's user the right to see it"):format(name, why),
  }
end

local REGION = "ml-connector authorize {client} {connection}; if Exact's page does not know the client, the app is registered in another "
  .. "region than this one ({host}): correct `region` in ml-connector.lua"

return {
  {
    -- No division in the path and no scope: token and region alone.
    ["ping.1_user"] = {
      GET = "/api/v1/current/Me", query = { ["$select"] = "UserID,CurrentDivision" }, fix = { ["401"] = REGION, auth = REGION, denied = REGION },
    },
    -- No scope either: what is refused here is the division.
    ["ping.2_division"] = {
      GET = DIVISION .. "hrm/Divisions", query = { ["$select"] = "Code", ["$top"] = "1" },
      fix = {
        ["403"] = "the grant's user does not reach division {division}: correct `division` in clients/{client}/client.lua (it is the number in "
          .. "Exact's address bar, ?_Division_=), or give the user access to it; a licence that has ended is answered like this too",
        ["404"] = "there is no division {division} in this region ({host}): correct `division` in clients/{client}/client.lua",
      },
    },
    ["ping.3_ledger"] = {
      GET = DIVISION .. "financial/Journals", query = { ["$select"] = "Code", ["$top"] = "1" }, fix = scope("Financial generalledgers", "journals, accounts"),
    },
    ["ping.4_accounts"] = {
      GET = DIVISION .. "crm/Accounts", query = { ["$select"] = "ID", ["$top"] = "1", ["$filter"] = "Status eq 'C'" },
      fix = scope("Crm accounts", "customers"),
    },
    ["ping.5_items"] = {
      GET = DIVISION .. "logistics/Items", query = { ["$select"] = "ID", ["$top"] = "1", ["$filter"] = "Code eq 'x'" },
      fix = scope("Logistics items", "items"),
    },
    ["ping.6_invoices"] = {
      GET = DIVISION .. "salesinvoice/SalesInvoices", query = { ["$select"] = "InvoiceID", ["$top"] = "1" },
      fix = scope("Sales invoices", "invoices"),
    },
    ["ping.7_webhooks"] = {
      GET = DIVISION .. "webhooks/WebhookSubscriptions", query = { ["$select"] = "ID", ["$top"] = "1" },
      fix = scope("Organization administration", "webhooks"),
    },
  },
}
