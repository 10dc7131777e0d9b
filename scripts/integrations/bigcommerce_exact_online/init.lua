-- BigCommerce -> Exact Online: an order becomes a sales invoice, a sales entry or a sales order; refunds become credit
-- documents; what changes in the shop changes there as long as Exact and people let it be changed. Customers go both ways.
--
-- A flow loads what it needs when it runs, so that a job carries the code of its own flow only.

local with_customers, with_documents = require "customer_settings", require "document_settings"

return integration {
  roles = { shop = "bigcommerce", books = "exact_online" },

  settings = schema(with_customers(with_documents())),

  lookups = {
    items = { from = "books.items.list", key = "Code", value = "ID", fresh = "1h" },
    item_ends = { from = "books.items.list", key = "Code", value = "EndDate", fresh = "1h" },
    gl_accounts = { from = "books.gl_accounts.list", key = "Code", value = "ID", fresh = "1h" },
    -- Master data that is held against a document before it is posted.
    journals = { from = "books.journals.list", key = "Code", value = { "Type", "IsBlocked" }, fresh = "1h" },
    payment_conditions = { from = "books.payment_conditions.list", key = "Code", value = { "Code" }, fresh = "1h" },
    vat_codes_of_books = { from = "books.vat_codes.list", key = "Code", value = { "IsBlocked", "VATTransactionType", "Percentage", "Type" }, fresh = "1h" },
    cost_centers = { from = "books.cost_centers.list", key = "Code", value = { "EndDate" }, fresh = "1h" },
    cost_units = { from = "books.cost_units.list", key = "Code", value = { "EndDate" }, fresh = "1h" },
    gl_accounts_by_id = {
      from = "books.gl_accounts.list", key = "ID", value = { "Code", "IsBlocked", "UseCostcenter", "UseCostunit" }, fresh = "1h",
    },
    items_by_id = { from = "books.items.list", key = "ID", value = { "Code", "IsSalesItem", "EndDate", "GLRevenue" }, fresh = "1h" },
    -- Asked for only where a row of bookings or vat_rules names a category or a brand.
    products = { from = "shop.products.list", key = "id", value = { "categories", "brand_id" }, fresh = "1h" },
    warehouses = { from = "books.warehouses.list", key = "Code", value = "ID", fresh = "1h" },
    layouts = { from = "books.invoice_layouts.list", key = "Subject", value = "ID", fresh = "1h" },
  },

  flows = {
    orders = flow {
      on = {
        webhook("shop", {
          "store/order/created", "store/order/updated", "store/order/statusUpdated", "store/order/archived",
          "store/order/refund/created",
        }, { key = "data.id" }),
        poll("shop.orders.list", { key = "id", since = "date_modified", every = "15m", overlap = "10m" }),
      },
      run = function(job, shop, books) return require("posting")(job, shop, books) end,
      main = true,
    },
    customers = flow {
      on = {
        webhook("shop", { "store/customer/created", "store/customer/updated" }, { key = "data.id" }),
        webhook("shop", {
          "store/customer/address/created", "store/customer/address/updated", "store/customer/address/deleted",
        }, { key = "data.address.customer_id" }),
        poll("shop.customers.list", { key = "id", since = "date_modified", every = "1h", overlap = "10m" }),
      },
      run = function(job, shop, books) return require("customers").run(job, shop, books) end,
    },
    accounts = flow {
      on = {
        webhook("books", { "Accounts" }, { key = "Content.Key" }),
        poll("books.accounts.changed", { key = "ID", every = "1h", first = "all" }),
      },
      run = function(job, shop, books) return require("accounts").run(job, shop, books) end,
    },
    nightly = flow { on = { schedule "02:30" }, run = function(job, books) return require("processing").list(job, books) end },
    process = flow { run = function(job, books) return require("processing").one(job, books) end },
  },

  mappings = {
    "account", "address", "contact", "credit_entry", "credit_invoice", "entry", "invoice", "item", "sales_order", "shop_customer",
  },

  reconcile = require "comparisons",
}
