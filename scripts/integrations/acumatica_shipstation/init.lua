-- Acumatica <-> ShipStation: sales orders that may go out are packed in ShipStation, one order for each warehouse, and follow Acumatica
-- until they have a label; each parcel becomes a package with its tracking number on a shipment of Acumatica, which is then confirmed.
-- Invoices and other documents of finance are never touched.
--
-- A flow loads what it needs when it runs, so that a job carries the code of its own flow only.

return integration {
  roles = { erp = "acumatica", station = "shipstation" },

  settings = schema(require "shipment_settings"(require "order_settings")),

  lookups = {
    items = {
      from = "erp.stock_items.list", key = "InventoryID", fresh = "1h",
      value = { "InventoryID", "Description", "ItemStatus", "SalesUOM", "DimensionWeight", "WeightUOM" },
    },
  },

  flows = {
    -- Push notifications are a hint; the polls are the truth. Both name the order by its number.
    orders = flow {
      on = {
        webhook("erp", { "SalesOrders" }, { key = "Inserted[1].OrderNbr" }),
        poll("erp.sales_orders.list", { key = "OrderNbr", every = "5m", overlap = "10m" }),
      },
      run = function(job, erp, station) return require("outbound").orders(job, erp, station) end,
      main = true,
    },
    shipments_out = flow {
      on = {
        webhook("erp", { "Shipments" }, { key = "Inserted[1].ShipmentNbr" }),
        poll("erp.shipments.list", { key = "ShipmentNbr", every = "5m", overlap = "10m" }),
      },
      run = function(job, erp, station) return require("outbound").shipments(job, erp, station) end,
    },
    -- Labels have no date of change: new ones are found by when they were made, voids by when they were voided.
    labels = flow {
      on = {
        poll("station.shipments.list", { key = "shipmentId", every = "15m", overlap = "2h" }),
        poll("station.shipments.voided", { key = "shipmentId", every = "15m", overlap = "2h" }),
      },
      run = function(job, station) return require "labels"(job, station) end,
    },
    -- What was shipped without a label of ShipStation's.
    fulfillments = flow {
      on = { poll("station.fulfillments.list", { key = "fulfillmentId", every = "15m", overlap = "2h" }) },
      run = function(job, station) return require "labels"(job, station) end,
    },
    -- Parcels of what went out from one warehouse, one after the other.
    shipments = flow { run = function(job, station, erp) return require "shipping"(job, station, erp) end },
    -- ShipStation's notifications; what they miss the polls find.
    notices = flow {
      on = { webhook("station", { "SHIP_NOTIFY", "ORDER_NOTIFY", "FULFILLMENT_SHIPPED", "LABEL_CREATED_V2" }, { key = "resource_url" }) },
      run = function(job, station)
        return require "shared.shipstation.notices"(job, station, {
          SHIP_NOTIFY = { "labels" }, LABEL_CREATED_V2 = { "labels" }, FULFILLMENT_SHIPPED = { "fulfillments" }, ORDER_NOTIFY = { "station_orders" },
        })
      end,
    },
    -- Edits, holds, cancels and merges there tell nobody: they are found by their date.
    station_orders = flow {
      on = { poll("station.orders.changed", { key = "orderId", every = "15m", overlap = "2h" }) },
      run = function(job, station) return require "shared.shipstation.station_orders"(job, station, require "orders_known", "Acumatica") end,
    },
    products = flow {
      on = { poll("erp.stock_items.list", { key = "InventoryID", every = "1h", overlap = "10m" }) },
      run = function(job, erp, station) return require "products"(job, erp, station) end,
    },
  },

  mappings = { "order", "package", "shipment", "shipped" },

  reconcile = require "comparisons",
}
