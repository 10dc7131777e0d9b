-- Sales orders and their actions. Invoices and other documents of finance have no operation here.

local BASE = "/entity/{endpoint}/{version}/SalesOrder"
local PAGES = { offset = "$skip", size_param = "$top", size = 100 }
local FIND = { param = "$filter", format = "odata" }
local WHOLE = "Details,Details/Allocations,ShipToAddress,ShipToContact,BillToAddress,BillToContact,ShippingSettings,Shipments,Totals,Payments,TaxDetails"

-- An action, proved afterwards by the status of the order; those that change it more than once at a time can't be.
local function action(name, status)
  return {
    POST = BASE .. "/" .. name, takes = "OrderAction", ends = { every = "1s", within = "3m" }, deadline = "3m",
    effect = upsert { key = "entity.OrderNbr", field = "OrderNbr", read = "sales_orders.list", quiet = "1m", done = { Status = status } },
  }
end

return {
  -- Without lines and addresses: some lists can't be read with them ("Optimization cannot be performed"), so the whole order is read by its
  -- number. `since` bounds by LastModified, which need not move with an order's shipments (section 4.2).
  ["sales_orders.list"] = {
    GET = BASE, pages = PAGES, gives = "SalesOrder", id = "id", number = "OrderNbr", find = FIND, deadline = "2m",
    since = { param = "$filter", field = "LastModified", format = "odata_offset" },
  },
  ["sales_orders.get"] = {
    GET = BASE .. "/{OrderType}/{OrderNbr}", query = { ["$expand"] = WHOLE }, gives = "SalesOrder", id = "id", number = "OrderNbr", deadline = "2m",
  },
  ["sales_orders.by_id"] = { GET = BASE .. "/{id}", query = { ["$expand"] = WHOLE }, gives = "SalesOrder", id = "id", number = "OrderNbr", deadline = "2m" },
  -- Orders number themselves: ExternalRef is what tells ours (section 4.3). Always given, and looked for before it is sent again.
  ["sales_orders.create"] = {
    PUT = BASE, create = true, takes = "SalesOrder", gives = "SalesOrder", id = "id", number = "OrderNbr", query = { ["$expand"] = "Details" },
    rejects = { 412 }, deadline = "3m", effect = look_up { "sales_orders.list", by = "ExternalRef", quiet = "3m" },
  },
  -- By the record's id. Lines are merged: one with `id` is changed, one without is added, `delete` takes it away.
  ["sales_orders.update"] = {
    PUT = BASE, takes = "SalesOrder", gives = "SalesOrder", id = "id", number = "OrderNbr", query = { ["$expand"] = "Details" }, rejects = { 412 },
    deadline = "3m", effect = upsert { key = "id", read = "sales_orders.by_id", quiet = "1m" },
  },
  ["sales_orders.delete"] = { DELETE = BASE .. "/{OrderType}/{OrderNbr}", effect = { kind = "D", may_repeat = true } },

  ["sales_orders.cancel"] = action("CancelSalesOrder", "Canceled"),
  ["sales_orders.open"] = action("OpenSalesOrder", "Open"),
  ["sales_orders.reopen"] = action("ReopenSalesOrder", "Open"),
  ["sales_orders.release_credit_hold"] = action("ReleaseFromCreditHoldSalesOrder", "Open"),
  -- All open lines of one warehouse. A second one ships what is left, so nothing but a person can say whether a lost one happened:
  -- shipments.create, which bears a reference, is the way for integrations.
  ["sales_orders.create_shipment"] = {
    POST = BASE .. "/SalesOrderCreateShipment", takes = "CreateShipment", ends = { every = "1s", within = "3m" }, deadline = "3m", effect = { kind = "D" },
  },
}
