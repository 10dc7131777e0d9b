-- Settings that say which sales orders go out, and as what.

return {
  approval_statuses = {
    "list", default = { 1, 2 }, doc = "Approval statuses of orders that go out: 0 awaiting, 1 automatic, 2 approved.",
  },
  ready_methods = { "list", default = {}, doc = "Codes of the shipping methods whose orders go out. Empty: whatever the method." },
  ready_warehouses = { "list", default = {}, doc = "Codes of the Exact warehouses whose orders go out. Empty: of all of them." },
  goods = {
    "text", default = "stock", one_of = { "stock", "all" },
    doc = "Lines that are shipped: stock (items that are kept in stock) or all (whatever has an item). Text lines and drop shipments never are.",
  },
  not_shipped = { "list", default = {}, doc = "Codes of items that are never shipped, for example of services; a * at the end stands for anything." },
  units = {
    "table", default = {},
    doc = "Code of a unit to the pieces in it, for example { box = 12 }: ShipStation counts pieces. A unit that is not named is one piece.",
  },
  kits = {
    "list", default = {},
    doc = "Rows { kit, part, quantity }: an item that leaves the house as its parts. An item without rows goes as itself.",
  },

  number_prefix = { "text", default = "", doc = "Opens the order's number in ShipStation, where several divisions share an account." },
  store_id = { "integer", doc = "Id of the ShipStation store that orders go to. Unset: the account's first manual store." },
  warehouses = { "table", default = {}, doc = "Code of an Exact warehouse to the id of the ShipStation warehouse that ships from there." },
  services = {
    "list", default = {},
    doc = "Rows { method, country, warehouse, carrier, service, package, confirmation }: the first that fits proposes how it goes out.",
  },
  weight = { "text", default = "net", one_of = { "net", "gross", "none" }, doc = "Which weight of an item is told: net, gross or none." },
  weight_unit = {
    "text", default = "kg", one_of = { "kg", "g", "lb", "oz" }, doc = "The unit that weights of items are kept in; the item's own goes first.",
  },
  customer_email = {
    "boolean", default = false,
    doc = "Whether the customer's e-mail address is told: ShipStation may then write to the customer by its own settings.",
  },
  withdrawn = {
    "text", default = "cancel", one_of = { "cancel", "hold", "ask" },
    doc = "An order that is cancelled, deleted or delivered in Exact Online before its label: cancel it in ShipStation, hold it there, or ask.",
  },
}
