-- Records of Packhouse (sections 4 to 6).

local record = require "record"

local function packhouse(fields) return record({}, fields) end

local TEXT = "text"

return {
  Order = packhouse {
    id = "text read", reference = "text must", status = "text read", version = "integer read", ship_to = "record:Address must",
    lines = "list:Line must", note = TEXT, created_at = "instant read", updated_at = "instant read",
  },
  OrderChange = packhouse { ship_to = "record:Address", lines = "list:Line", note = TEXT },
  Line = packhouse { sku = "text must", name = TEXT, quantity = "integer must" },
  Address = packhouse {
    name = "text must", company = TEXT, street = "text must", postcode = TEXT, city = "text must", country = "text must", phone = TEXT, email = TEXT,
  },
  Dispatch = packhouse {
    id = "text read", order_id = "text read", reference = "text read", carrier = "text read", tracking_number = "text read",
    tracking_url = "text read", lines = "list:Line read", dispatched_at = "instant read", updated_at = "instant read",
    -- Not of Packhouse: worked out by an integration.
    items = "list:Item",
  },
  Item = packhouse { order_product_id = "integer", quantity = "integer" },
  Hook = packhouse { id = "text read", topic = "text must", url = "text must", active = "boolean" },
}
