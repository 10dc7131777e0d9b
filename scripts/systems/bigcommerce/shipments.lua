-- What is written to an order: shipments, its status and references. BigCommerce mails the shopper about shipments and statuses
-- as the store is set (fact sheet, section 5): no integration writes them unless a setting says so.

local V2 = "/stores/{store_hash}/v2/orders"

return {
  ["shipments.list"] = {
    GET = V2 .. "/{id}/shipments", gives = "Shipment",
    pages = { rows = { "" }, param = "page", size_param = "limit", size = 50, first = 1 },
  },
  ["shipments.get"] = { GET = V2 .. "/{id}/shipments/{shipment_id}", gives = "Shipment" },
  ["shipments.count"] = { GET = V2 .. "/{id}/shipments/count", gives = "Count" },
  -- Not idempotent, and looked for by no reference: a lost answer is for a person.
  ["shipments.create"] = {
    POST = V2 .. "/{id}/shipments", takes = "Shipment", gives = "Shipment", id = "id", create = true, effect = { kind = "D" },
  },
  -- Tracking and carrier; its lines stay as they are.
  ["shipments.update"] = {
    PUT = V2 .. "/{id}/shipments/{shipment_id}", takes = "ShipmentChange", gives = "Shipment", id = "id",
    effect = { kind = "A", key = "shipment_id", read = "shipments.get" },
  },
  -- The order stays shipped (section 5).
  ["shipments.delete"] = { DELETE = V2 .. "/{id}/shipments/{shipment_id}", effect = { kind = "D", may_repeat = true } },
  ["orders.update"] = {
    PUT = V2 .. "/{id}", takes = "OrderChange", gives = "order", id = "id", effect = { kind = "A", key = "id", read = "orders.get" },
  },
  ["orders.consignments"] = { GET = V2 .. "/{id}/consignments", query = { include = "consignments.line_items" }, gives = "Consignments" },
}
