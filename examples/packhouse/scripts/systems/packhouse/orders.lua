-- Orders: drafts are made and changed, released to the warehouse, and cancelled while nobody has packed them (section 4).

local ORDERS = "/v1/sites/{site}/orders"
local ONE = ORDERS .. "/{id}"

return {
  ["orders.list"] = {
    GET = ORDERS, gives = "Order", id = "id", number = "reference",
    pages = { rows = { "items" }, cursor = "next_cursor", cursor_param = "cursor", size_param = "limit", size = 100 },
    since = { param = "updated_after", field = "updated_at", sorted = true },
  },
  ["orders.get"] = { GET = ONE, gives = "Order", id = "id", number = "reference" },
  -- Two calls make two orders: after a lost answer it is looked for by our reference.
  ["orders.create"] = {
    POST = ORDERS, takes = "Order", gives = "Order", id = "id", number = "reference",
    effect = look_up { "orders.list", by = "reference", quiet = "1m" },
  },
  -- With the option `version`, the one that was read: a change that somebody else made meanwhile is not written over, but refused.
  ["orders.update"] = {
    PATCH = ONE, takes = "OrderChange", gives = "Order", id = "id", number = "reference",
    effect = upsert { key = "id", read = "orders.get", quiet = "10s" },
  },
  -- Answered 202 at once; the end of the operation is followed, and what it came to is the order's status.
  ["orders.release"] = {
    POST = ONE .. "/release", ends = { every = "2s", within = "3m" }, deadline = "4m",
    effect = upsert { key = "id", read = "orders.get", quiet = "10s", done = { status = "released" } },
  },
  ["orders.cancel"] = {
    POST = ONE .. "/cancel", gives = "Order", effect = upsert { key = "id", read = "orders.get", quiet = "10s", done = { status = "cancelled" } },
  },
}
