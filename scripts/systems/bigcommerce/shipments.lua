-- What is written to an order: shipments, its status and references. BigCommerce mails the shopper about shipments and statuses
-- as the store is set (fact sheet, section 5): no integration writes them unless a setting says so.

local V2 = "/stores/{store_hash}/v2/orders"

return {
  ["shipments.list"] = {
    GET = V2 .. "/{id}/shipments", gives = "Shipment",
    pages = { rows = { "" }, param = "page", size_param = "limit", size = 50, first = 1 },
  },
  -- Not idempotent, and looked for by no reference: a lost answer is for a person.
  ["shipments.create"] = {
    POST = V2 .. "/{id}/shipments", takes = "Shipment", gives = "Shipment", id = "id", create = true, effect = { kind = "D" },
  },
  ["shipments.delete"] = { DELETE = V2 .. "/{id}/shipments/{shipment_id}", effect = { kind = "D", may_repeat = true } },
  ["orders.update"] = {
    PUT = V2 .. "/{id}", takes = "OrderChange", gives = "order", id = "id", effect = { kind = "A", key = "id", read = "orders.get" },
  },
  ["orders.consignments"] = { GET = V2 .. "/{id}/consignments", query = { include = "consignments.line_items" } },
}
