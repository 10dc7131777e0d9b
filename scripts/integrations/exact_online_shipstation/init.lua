-- Exact Online <-> ShipStation: sales orders that are ready go out to be packed, and follow Exact until they have a label; what was shipped
-- becomes goods deliveries with tracking numbers, and what labels cost stands in the ledger.
--
-- A flow loads what it needs when it runs, so that a job carries the code of its own flow only.

return integration {
  roles = { books = "exact_online", station = "shipstation" },

  settings = schema(require "cost_settings"(require "order_settings")),

  lookups = {
    accounts = {
      from = "books.accounts.list", key = "ID", fresh = "1h",
      value = {
        "Code", "Name", "Email", "Phone", "AddressLine1", "AddressLine2", "AddressLine3", "Postcode", "City", "State", "Country", "DeliveryAdvice",
        "Blocked",
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
    gl_accounts = { from = "books.gl_accounts.list", key = "Code", value = "ID", fresh = "1h" },
    -- Master data that is held against an entry before it is posted.
    ledger = { from = "books.gl_accounts.list", key = "Code", value = { "Code", "IsBlocked", "UseCostcenter", "UseCostunit" }, fresh = "1h" },
    journals = { from = "books.journals.list", key = "Code", value = { "Type", "IsBlocked" }, fresh = "1h" },
    cost_centers = { from = "books.cost_centers.list", key = "Code", value = { "EndDate" }, fresh = "1h" },
    cost_units = { from = "books.cost_units.list", key = "Code", value = { "EndDate" }, fresh = "1h" },
    projects = { from = "books.projects.list", key = "ID", value = { "Code" }, fresh = "1h" },
    suppliers = { from = "books.accounts.list", key = "Code", value = { "ID", "Name", "Blocked" }, fresh = "1h" },
    vat_codes = { from = "books.vat_codes.list", key = "Code", value = { "IsBlocked" }, fresh = "1h" },
    method_ids = { from = "books.shipping_methods.list", key = "Code", value = "ID", fresh = "1h" },
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
    -- Labels have no date of change: new ones are found by when they were made, voids by when they were voided. Two flows, so that a closed
    -- period keeps no tracking number back, and a batch number that is missing no cost.
    deliveries = flow {
      on = {
        poll("station.shipments.list", { key = "shipmentId", every = "15m", overlap = "2h" }),
        poll("station.shipments.voided", { key = "shipmentId", every = "15m", overlap = "2h" }),
      },
      run = function(job, station, books) return require("deliveries").run(job, station, books) end,
    },
    costs = flow {
      on = {
        poll("station.shipments.list", { key = "shipmentId", every = "15m", overlap = "2h" }),
        poll("station.shipments.voided", { key = "shipmentId", every = "15m", overlap = "2h" }),
      },
      run = function(job, station, books) return require("costs").run(job, station, books) end,
    },
    -- One entry for a day, carrier and cost centre: begun when the day is over.
    days = flow { on = { schedule "03:00" }, run = function(job) return require("days").round(job) end },
    day_entries = flow { run = function(job, books) return require("days").run(job, books) end },
    -- Entries are held against what was sent, many in a call; one that differs is looked at by a person.
    entries_read = flow { on = { schedule "1h" }, run = function(job, books) return require("confirming").round(job, books) end },
    entry_checks = flow { run = function(job, books) return require("confirming").one(job, books) end },
    -- ShipStation's notifications; what they miss the polls find.
    notices = flow {
      on = { webhook("station", { "SHIP_NOTIFY", "ORDER_NOTIFY", "FULFILLMENT_SHIPPED", "LABEL_CREATED_V2" }, { key = "resource_url" }) },
      run = function(job, station)
        return require "shared.shipstation.notices"(job, station, {
          SHIP_NOTIFY = { "deliveries", "costs" }, LABEL_CREATED_V2 = { "deliveries", "costs" },
          FULFILLMENT_SHIPPED = { "fulfillments", "fulfillment_costs" }, ORDER_NOTIFY = { "station_orders" },
        })
      end,
    },
    -- Edits, holds, cancels and merges there tell nobody: they are found by their date.
    station_orders = flow {
      on = { poll("station.orders.changed", { key = "orderId", every = "15m", overlap = "2h" }) },
      run = function(job, station)
        return require "shared.shipstation.station_orders"(job, station, require "orders_known", "Exact Online")
      end,
    },
    charges = flow { run = function(job, station, books) return require("charges").run(job, station, books) end },
    -- What was shipped without a label of ShipStation's.
    fulfillments = flow {
      on = { poll("station.fulfillments.list", { key = "fulfillmentId", every = "15m", overlap = "2h" }) },
      run = function(job, station, books) return require("deliveries").run(job, station, books) end,
    },
    fulfillment_costs = flow {
      on = { poll("station.fulfillments.list", { key = "fulfillmentId", every = "15m", overlap = "2h" }) },
      run = function(job, station, books) return require("costs").run(job, station, books) end,
    },
  },

  mappings = { "business_date", "delivery", "entry", "order", "purchase" },

  reconcile = require "comparisons",
}
