-- Orders. There is no PATCH and no cancel call: an open order is sent again as a whole, cancelled by its status.

local pacific = require "pacific"

-- Pages end with one that is not full: the number of pages has been 0 with rows there (fact sheet, section 1.2).
local PAGES = { rows = { "orders" }, param = "page", size_param = "pageSize", size = 500, first = 1 }

return {
  -- `orderNumber` matches from its beginning (10 finds 100 too), and nothing filters on orderKey (section 2.3).
  ["orders.list"] = {
    GET = "/orders", pages = PAGES, gives = "Order", id = "orderId", number = "orderNumber", period = pacific.period("orderDate", "orderDate"),
  },
  -- For polls: what changed since, oldest change first.
  ["orders.changed"] = {
    GET = "/orders", pages = PAGES, gives = "Order", id = "orderId", number = "orderNumber",
    since = pacific.since("modifyDateStart", "modifyDate", "ModifyDate"),
  },
  -- What a notification points to: orders.follow { link = … }.
  ["orders.follow"] = { GET = "/orders", pages = PAGES, gives = "Order", id = "orderId", number = "orderNumber", link_hosts = pacific.HOSTS },
  ["orders.by_tag"] = { GET = "/orders/listbytag", pages = PAGES, gives = "Order", id = "orderId" },
  ["orders.get"] = { GET = "/orders/{orderId}", gives = "Order", id = "orderId", number = "orderNumber" },
  -- An own orderKey makes it an upsert: without one, each call makes another order (section 2.2). Only open orders are updated.
  ["orders.create"] = {
    -- After a lost answer it is looked for by its number, and is ours by its key. One that has gone out by then stays as it is.
    POST = "/orders/createorder", takes = "Order", gives = "Order", id = "orderId", number = "orderNumber",
    effect = upsert {
      key = "orderKey", read = "orders.list", ask = "orderNumber", replace = "whole",
      updatable = { field = "orderStatus", values = { "awaiting_payment", "awaiting_shipment", "on_hold" } },
    },
    -- What waits for the same permit goes out together (section 2.2): 40 calls a minute are few.
    batch = { as = "orders.create_many", max = 100, results = "results", each = "orderKey", ok = "success", message = "errorMessage" },
  },
  -- At most 100, and 200 although some failed: `results` says which. orders.create uses it by itself.
  ["orders.create_many"] = { POST = "/orders/createorders", gives = "OrdersResult", effect = { kind = "D", may_repeat = true }, deadline = "2m" },
  -- Hidden and set to inactive.
  ["orders.delete"] = { DELETE = "/orders/{orderId}", gives = "Done", effect = { kind = "D", may_repeat = true } },
  ["orders.hold"] = { POST = "/orders/holduntil", takes = "HoldUntil", gives = "Done", effect = { kind = "D", may_repeat = true } },
  ["orders.restore"] = { POST = "/orders/restorefromhold", takes = "OrderRef", gives = "Done", effect = { kind = "D", may_repeat = true } },
  -- Shipped outside of ShipStation; what it makes is a fulfillment, which tells whether it happened.
  ["orders.mark_shipped"] = {
    POST = "/orders/markasshipped", takes = "MarkAsShipped", gives = "MarkAsShipped", id = "orderId", number = "orderNumber", create = true,
    effect = look_up { "fulfillments.list", by = "orderId", quiet = "1m" },
  },
  ["orders.add_tag"] = { POST = "/orders/addtag", takes = "OrderTag", gives = "Done", effect = { kind = "D", may_repeat = true } },
  ["orders.remove_tag"] = { POST = "/orders/removetag", takes = "OrderTag", gives = "Done", effect = { kind = "D", may_repeat = true } },
  ["orders.assign"] = { POST = "/orders/assignuser", takes = "OrderUser", gives = "Done", effect = { kind = "D", may_repeat = true } },
  ["orders.unassign"] = { POST = "/orders/unassignuser", takes = "OrderUser", gives = "Done", effect = { kind = "D", may_repeat = true } },
}
