-- A shop that answers at once: what is measured is the runtime.

return system {
  name = "fast_shop",
  base_url = "https://localhost",
  headers = { Accept = "application/json" },
  auth = { kind = "header", send = { { header = "X-Key", value = "{key}" } } },
  errors = { message = { "error" } },
  webhooks = {
    verify = { standard_webhooks = { key = "utf8", tolerance = "300s" }, secret = "signing_key" },
    topic = "topic",
  },
  operations = {
    ["orders.get"] = { GET = "/orders/{id}", gives = "Order" },
  },
  types = {
    Order = {
      fields = {
        id = { type = "integer" }, customer_id = { type = "integer" }, currency = { type = "text" }, created = { type = "instant" },
        total = { type = "decimal" }, shipping = { type = "decimal" }, note = { type = "text", nullable = true },
        lines = { type = "list", of = "Line" },
      },
    },
    Line = {
      fields = {
        id = { type = "integer" }, sku = { type = "text" }, name = { type = "text" }, quantity = { type = "decimal" },
        price = { type = "decimal" }, tax = { type = "decimal" },
      },
    },
  },
}
