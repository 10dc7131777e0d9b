-- Orders: read in pages, oldest change first, and made.

return {
  ["orders.list"] = {
    GET = "/v1/orders", gives = "Order", id = "id", number = "number",
    pages = { rows = { "orders" }, cursor = "next_cursor", cursor_param = "cursor", size_param = "limit", size = 100 },
    -- For polls: what changed since.
    since = { param = "updated_after", field = "updated_at", sorted = true },
  },
  ["orders.get"] = { GET = "/v1/orders/{id}", gives = "Order", id = "id", number = "number" },
  -- Says what becomes of a create whose answer was lost: it is looked for by our reference, and sent again only when it is not there.
  ["orders.create"] = {
    POST = "/v1/orders", takes = "Order", gives = "Order", id = "id", number = "number",
    effect = look_up { "orders.list", by = "reference", quiet = "1m" },
  },
}
