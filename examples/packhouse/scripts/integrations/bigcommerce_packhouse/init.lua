-- BigCommerce <-> Packhouse: paid orders go to the warehouse and follow the shop until they are packed; what the warehouse sends out
-- becomes a shipment of the shop, with its tracking number.
--
-- A flow loads what it needs when it runs, so that a job carries the code of its own flow only.

return integration {
  roles = { shop = "bigcommerce", warehouse = "packhouse" },

  settings = schema {
    statuses = { "list", default = { 11 }, doc = "Status ids of the shop whose orders are to be sent out (11 is awaiting fulfillment)." },
    tell_shop = { "boolean", default = true, doc = "Whether shipments are made in the shop, which may mail the shopper about them." },
    note = { "text", default = "", doc = "What the warehouse reads on an order where the shopper wrote nothing." },
  },

  flows = {
    orders = flow {
      on = {
        webhook("shop", { "store/order/created", "store/order/updated", "store/order/statusUpdated", "store/order/archived" }, { key = "data.id" }),
        poll("shop.orders.list", { key = "id", since = "date_modified", every = "15m", overlap = "10m" }),
      },
      run = function(job, shop, warehouse) return require("outbound").run(job, shop, warehouse) end,
      main = true,
    },
    dispatches = flow {
      on = {
        webhook("warehouse", { "dispatch.created" }, { key = "data.id" }),
        -- What webhooks missed.
        poll("warehouse.dispatches.list", { key = "id", every = "15m", overlap = "10m" }),
      },
      run = function(job, warehouse, shop) return require("dispatched").run(job, warehouse, shop) end,
    },
  },

  mappings = { "order", "shipment" },
}
