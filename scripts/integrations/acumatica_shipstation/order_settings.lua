-- Settings that say what goes out to be packed, and as what.

return {
  push = {
    "text", default = "orders", one_of = { "orders", "shipments" },
    doc = "What goes out: orders (sales orders, one ShipStation order for each warehouse of one) or shipments (Acumatica's own, as people make them).",
  },
  order_types = { "list", default = { "SO" }, doc = "Types of sales orders that go out. Transfers, quotes and returns are types too, and stay out." },
  statuses = {
    "list", default = { "Open", "Back Order", "Shipping" },
    doc = "Statuses of sales orders that go out, as the tenant shows them. An order in another one waits: what went out already is held.",
  },
  shipment_statuses = { "list", default = { "Open" }, doc = "Statuses of shipments that go out, for push = shipments." },
  ready_warehouses = { "list", default = {}, doc = "Warehouses whose goods go out. Empty: of all of them." },
  ready_ship_vias = { "list", default = {}, doc = "Ship Via codes of orders that go out. Empty: whatever it is." },
  will_call = { "boolean", default = false, doc = "Whether orders that the customer collects (Will Call) go out." },
  goods = {
    "text", default = "stock", one_of = { "stock", "all" },
    doc = "Lines that are shipped: stock (goods for inventory) or all. Lines that a supplier drops at the customer's never are.",
  },
  not_shipped = { "list", default = {}, doc = "Inventory ids that are never shipped; a * at the end stands for anything." },
  units = {
    "table", default = {},
    doc = "Unit of measure to the pieces in it, for example { BOX = 12 }: ShipStation counts pieces. A unit that is not named is one piece.",
  },
  kits = {
    "list", default = {},
    doc = "Rows { kit, part, quantity }: an item that leaves the house as its parts. An item without rows goes as itself.",
  },

  number_prefix = {
    "text", default = "", doc = "Opens key and number of the order in ShipStation, where several tenants or shops share an account.",
  },
  store_id = { "integer", doc = "Id of the ShipStation store that orders go to. Unset: the account's first manual store." },
  warehouses = { "table", default = {}, doc = "Acumatica warehouse to the id of the ShipStation warehouse that ships from there." },
  services = {
    "list", default = {},
    doc = "Rows { ship_via, country, warehouse, carrier, service, package, confirmation }: the first that fits proposes how it goes out.",
  },
  weight = { "text", default = "item", one_of = { "item", "none" }, doc = "Which weight of an item is told: its own, or none." },
  weight_unit = {
    "text", default = "kg", one_of = { "kg", "g", "lb", "oz" }, doc = "The unit that weights of items are kept in; the item's own goes first.",
  },
  customer_email = {
    "boolean", default = false,
    doc = "Whether the customer's e-mail address is told: ShipStation may then write to the customer by its own settings.",
  },
  withdrawn = {
    "text", default = "cancel", one_of = { "cancel", "hold", "ask" },
    doc = "An order that is cancelled, deleted or shipped in Acumatica before its label: cancel it in ShipStation, hold it there, or ask.",
  },
  back_orders = {
    "text", default = "leave", one_of = { "leave", "send" },
    doc = "What is left of an order that ShipStation calls shipped: leave it on back order in Acumatica, or send it as a further order.",
  },
  align_products = {
    "boolean", default = true,
    doc = "Whether products that ShipStation has follow name, weight and customs data of their stock items. It makes products of orders only.",
  },
}
