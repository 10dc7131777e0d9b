local record = require "record"

return system {
  name = "shop",
  base_url = "https://shop.example.com",
  webhooks = {
    verify = { mac = "hmac-md5", given = { header = "X-Sign", as = "hex" }, secret = "hook_secret" },
    topic = "scope",
  },
  operations = {
    ["orders.get"] = { GET = "/{store}/orders/{id}", gives = "order" },
  },
  types = {
    order = record({}, {
      id = "integer full", status = "text", status_id = "integer", note = "text", paid = "boolean", date_created = "instant",
      total = "decimal", shipping_cost = "decimal", billing_address = "record:address", addresses = "list:address",
      products = "list:product",
    }),
    address = record({}, { city = "text", country = "text" }),
    product = record({}, { id = "integer", sku = "text", name = "text", quantity = "integer", price = "decimal" }),
  },
}
