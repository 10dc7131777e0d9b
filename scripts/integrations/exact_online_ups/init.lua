-- Exact Online <-> UPS: goods deliveries (or sales orders) that are ready get their labels, once; numbers, links and labels stand in Exact Online;
-- parcels are followed until they have arrived.
--
-- A flow loads what it needs when it runs, so that a job carries the code of its own flow only.

-- Retries that a carrier which is down uses up in about five hours: an outage of a morning is nobody's case.
local OUTAGE = 48

return integration {
  roles = { books = "exact_online", ups = "ups", printers = { "printer", optional = true } },

  settings = schema(require "settings"),

  lookups = require "shared.labels.lookups"(),

  flows = {
    deliveries = flow {
      max_failures = OUTAGE,
      on = {
        webhook("books", { "GoodsDeliveries" }, { key = "Content.Key" }),
        poll("books.goods_deliveries.changed", { key = "EntryID", every = "15m" }),
        -- A line that changes does not touch its delivery's row version.
        poll("books.goods_delivery_lines.changed", { key = "EntryID", every = "15m" }),
      },
      run = function(job, books, ups) return require("labels").deliveries(job, books, ups) end,
      main = true,
    },
    -- With ships = orders: sales orders that are ready, whose goods delivery is made.
    orders = flow {
      max_failures = OUTAGE,
      on = {
        webhook("books", { "SalesOrders" }, { key = "Content.Key" }),
        poll("books.sales_orders.changed", { key = "OrderID", every = "15m" }),
      },
      run = function(job, books, ups) return require("labels").orders(job, books, ups) end,
    },
    -- Lists of changes know no deletions.
    deleted = flow {
      on = { poll("books.deleted.list", { key = "EntityKey", every = "15m" }) },
      run = function(job) return require("labels").deleted(job) end,
    },
    -- Each label where its parcel is packed, once; again: reprint CLIENT NUMBER.
    print = flow { reprints = true, run = function(job, printers) return require("shared.labels.printing").run(job, printers) end },
    -- What waits to be read is read together.
    collect = flow { max_failures = OUTAGE, run = function(job, books) return require("shared.labels.collecting").run(job, books) end },
    -- What is written into Exact Online of a label, and out of it again.
    tell = flow { run = function(job, books) return require("shared.labels.telling").run(job, books) end },
    tell_together = flow {
      max_failures = OUTAGE, run = function(job, books) return require("shared.labels.together").run(job, books) end,
    },
    overdue = flow { on = { schedule "15m" }, run = function(job) return require("shared.labels.gathering").overdue(job) end },
    -- Where parcels are: what UPS tells, what it is asked to tell, and a look at those that it does not tell of.
    alerts = flow {
      on = { webhook("ups", { "M", "MV", "I", "X", "D", "U", "DO", "DD", "W", "NA" }, { key = "trackingNumber" }) },
      run = function(job, ups, books) return require("track").pushed(job, ups, books) end,
    },
    subscribe = flow { max_failures = OUTAGE, on = { schedule "15m" }, run = function(job, ups) return require("alerts").round(job, ups) end },
    round = flow { on = { schedule "30m" }, run = function(job) return require("track").round(job) end },
    views = flow { on = { schedule "1h" }, run = function(job, ups) return require("views").round(job, ups) end },
    look = flow { max_failures = OUTAGE, run = function(job, ups, books) return require("track").look(job, ups, books) end },
    silent = flow { run = function(job) return require("shared.tracking.tracking").silent(job, job.key) end },
    -- Labels held against deliveries.
    check = flow { on = { schedule "05:30" }, run = function(job, books) return require("shared.labels.checking").run(job, books) end },
    differs = flow { run = function(job, books) return require("shared.labels.checking").differs(job, books) end },
    -- What a person asks for of an order: sync CLIENT INSTANCE rates --record 1001.
    rates = flow { run = function(job, books, ups) return require("quotes").rates(job, books, ups) end },
    pickup = flow { run = function(job, books, ups) return require("quotes").pickup(job, books, ups) end },
    address = flow { run = function(job, books) return require("places").write(job, books) end },
    -- A person has a label taken back: sync CLIENT INSTANCE void --record NUMBER.
    void = flow { run = function(job, books, ups) return require("labels").void(job, books, ups) end },
  },

  mappings = { "business_date", "customs_form", "pickup", "quote", "shipment" },

  reconcile = require "shared.labels.comparisons" {
    kept = "1[ZR][0-9A-Z]{14,26}", told = "1Z[0-9A-Z]{16}|1R[0-9A-Z]{26}|1R[0-9A-Z]{14}",
  },
}
