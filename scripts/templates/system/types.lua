-- Records of @NAME@. Words of a field: its type, then `must` (mandatory when written), `read` (never written), `full` (never null).

local record = require "record"

return {
  Order = record({}, {
    id = "text read", number = "text read", reference = "text must", status = "text read", currency = "text",
    total = "decimal read", updated_at = "instant read", ship_to = "record:Address", lines = "list:OrderLine must",
  }),
  OrderLine = record({}, { sku = "text must", quantity = "decimal must", price = "decimal" }),
  Address = record({}, { name = "text must", street = "text", postcode = "text", city = "text must", country = "text must" }),
}
