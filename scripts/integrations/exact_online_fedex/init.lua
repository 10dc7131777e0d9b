-- Exact Online <-> FedEx: goods deliveries (or sales orders) that are ready get their labels, once; numbers, links and labels stand in Exact
-- Online; parcels are followed until they have arrived.
--
-- A flow loads what it needs when it runs, so that a job carries the code of its own flow only.

-- Retries that a carrier which is down uses up in about five hours: an outage of a morning is nobody's case.
local OUTAGE = 48

return integration {
  roles = { books = "exact_online", fedex = "fedex", printers = { "printer", optional = true } },

  settings = schema(require "shared.labels.settings"(require "shared.tracking.settings"(require "settings"))),

  lookups = require "shared.labels.lookups"(),

  flows = {
    deliveries = flow {
      max_failures = OUTAGE,
      on = {
        webhook("books", { "GoodsDeliveries" }, { key = "Content.Key" }),
        poll("books.goods_deliveries.changed", { key = "EntryID", every = "1h" }),
        -- A line that changes does not touch its delivery's row version.
        poll("books.goods_delivery_lines.changed", { key = "EntryID", every = "1h" }),
      },
      run = function(job, books, fedex) return require("labels").deliveries(job, books, fedex) end,
      main = true,
    },
    -- With ships = orders: sales orders that are ready, whose goods delivery is made.
    orders = flow {
      max_failures = OUTAGE,
      on = {
        webhook("books", { "SalesOrders" }, { key = "Content.Key" }),
        poll("books.sales_orders.changed", { key = "OrderID", every = "1h" }),
      },
      run = function(job, books, fedex) return require("labels").orders(job, books, fedex) end,
    },
    -- Lists of changes know no deletions.
    deleted = flow {
      on = { poll("books.deleted.list", { key = "EntityKey", every = "1h" }) },
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
    papers = flow { run = function(job, books) return require("papers").run(job, books) end },
    -- A person has a label taken back: sync CLIENT INSTANCE void --record NUMBER.
    void = flow { run = function(job, books, fedex) return require("labels").void(job, books, fedex) end },

    -- Where parcels are: all that are followed, in batches; the news of each by a job of its own.
    track = flow { max_failures = OUTAGE, on = { schedule "1h" }, run = function(job, fedex) return require("track").run(job, fedex) end },
    scans = flow { run = function(job, books) return require("track").scans(job, books) end },

    -- Labels held against deliveries, daily; or sync CLIENT INSTANCE check.
    check = flow { on = { schedule "05:00" }, run = function(job, books) return require("shared.labels.checking").run(job, books) end },
    differs = flow { run = function(job, books) return require("shared.labels.checking").differs(job, books) end },
    -- Statuses against FedEx's, and deliveries against labels: daily, or sync CLIENT INSTANCE compare.
    compare = flow { on = { schedule "05:30" }, run = function(job, books, fedex) return require("compare").run(job, books, fedex) end },
    difference = flow { run = function(job) return require("compare").difference(job) end },
  },

  mappings = { "business_date", "customs", "freight_shipment", "shipment" },

  -- In remarks a number stands behind the carrier's name; other numbers there are people's.
  reconcile = require "shared.labels.comparisons" {
    kept = "[0-9]{12,22}", told = "(?:^|, |FedEx )([0-9]{12}|[0-9]{15}|[0-9]{20}|[0-9]{22})(?![0-9])",
  },
}
