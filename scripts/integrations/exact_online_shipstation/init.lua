-- Exact Online <-> ShipStation: sales orders that are ready go out to be packed, and follow Exact until they have a label.
--
-- A flow loads what it needs when it runs, so that a job carries the code of its own flow only.

return integration {
  roles = { books = "exact_online", station = "shipstation" },

  settings = schema(require "order_settings"),

  lookups = {
    accounts = {
      from = "books.accounts.list", key = "ID", fresh = "1h",
      value = {
        "Code", "Name", "Email", "Phone", "AddressLine1", "AddressLine2", "AddressLine3", "Postcode", "City", "State", "Country", "DeliveryAdvice",
      },
    },
    addresses = {
      from = "books.addresses.list", key = "ID", fresh = "1h",
      value = { "AddressLine1", "AddressLine2", "AddressLine3", "Postcode", "City", "State", "Country", "Phone" },
    },
    items = {
      from = "books.items.list", key = "ID", fresh = "1h",
      value = { "Code", "Description", "Unit", "IsStockItem", "IsBatchItem", "IsSerialItem", "NetWeight", "GrossWeight", "NetWeightUnit" },
    },
    shipping_methods = { from = "books.shipping_methods.list", key = "ID", value = { "Code", "Description" }, fresh = "1h" },
  },

  flows = {
    orders = flow {
      on = {
        webhook("books", { "SalesOrders" }, { key = "Content.Key" }),
        poll("books.sales_orders.changed", { key = "OrderID", every = "15m" }),
        -- A line that changes does not touch its order's row version.
        poll("books.sales_order_lines.changed", { key = "OrderID", every = "15m" }),
      },
      run = function(job, books, station) return require("outbound").run(job, books, station) end,
      main = true,
    },
  },

  mappings = { "order" },
}
