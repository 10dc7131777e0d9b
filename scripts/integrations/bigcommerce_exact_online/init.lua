-- BigCommerce -> Exact Online: an order becomes one sales invoice. Not here yet, and refused with a sentence: refunds,
-- gift certificates, tax-inclusive stores.

local accounts, customers, masters, with_customers = require "accounts", require "customers", require "masters", require "customer_settings"
local customer, documents, orders, refusals, totals =
  require "customer", require "documents", require "orders", require "refusals", require "totals"

local function post_order(job, shop, books)
  local order = orders.fetch(shop, job.key)
  local not_sold = orders.not_sold(order, job.settings)
  if not_sold then
    local invoice = documents.prior(job)
    if invoice then
      return job:refuse(("Order %d is %s, but invoice %s was made for it. Withdraw or credit it in Exact Online.")
        :format(order.id, not_sold, invoice.number or invoice.id), { cause = "sale_undone", concern = "finance" })
    end
    return job:skip(not_sold)
  end
  -- Several events tell of one change, and sweeps tell of it again: only the first costs calls to the books.
  local posted = documents.prior(job)
  if posted and posted.version == order.date_modified then
    local known_as = (posted.number or "") ~= "" and posted.number or posted.id
    return job:skip(("invoice %s has this state of the order"):format(known_as))
  end
  refusals.check(job, order)
  orders.complete(order, shop, job)
  refusals.check_lines(job, order)

  local account = customer.account(job, books, order)
  local address = customer.delivery_address(job, books, order, account)
  local invoice = job:map("invoice", order, { account = account, address = address or null })
  totals.check(job, order, invoice)
  return masters.guarded(job, invoice, "Order " .. order.id, function() return documents.post(job, books, order, invoice) end)
end

return integration {
  roles = { shop = "bigcommerce", books = "exact_online" },

  settings = schema(with_customers {
    journal = { "text", default = "70", doc = "Code of the sales journal." },
    statuses = {
      "list", default = { 2, 3, 8, 9, 10, 11 },
      doc = "Status ids of BigCommerce that make an invoice. 0 Incomplete, 5 Cancelled and 6 Declined never do.",
    },
    vat_codes = {
      "table", default = {},
      doc = "Tax rate in percent to VAT code, for example { ['21'] = '4' }. Empty: the item's own VAT code is used.",
    },
    fallback_item = { "text", doc = "Code of the item for products that Exact Online does not know. Unset: they are refused." },
    shipping_item = { "text", doc = "Code of the item that shipping is invoiced on." },
    handling_item = { "text", doc = "Code of the item for handling costs." },
    wrapping_item = { "text", doc = "Code of the item for gift wrapping." },
    fee_item = { "text", doc = "Code of the item for fees." },
    discount_item = { "text", doc = "Code of the item for discounts and coupons." },
    revenue_account = { "text", doc = "Code of the G/L account of product lines. Unset: the item's own." },
    shipping_account = { "text", doc = "Code of the G/L account of shipping lines. Unset: the item's own." },
    discount_account = { "text", doc = "Code of the G/L account of discount lines. Unset: the item's own." },
    cost_center = { "text", doc = "Code of the cost center of every line." },
    cost_unit = { "text", doc = "Code of the cost unit of every line." },
    payment_condition = { "text", doc = "Code of the payment condition of invoices and new accounts." },
    description = { "text", default = "Web shop order", doc = "Opens the invoice's description; the order's number follows." },
    tolerance = { "decimal", default = "0.02", doc = "Difference between order and invoice that rounding may make." },
  }),

  lookups = {
    items = { from = "books.items.list", key = "Code", value = "ID", fresh = "1h" },
    gl_accounts = { from = "books.gl_accounts.list", key = "Code", value = "ID", fresh = "1h" },
    -- Master data that is held against a document before it is posted.
    journals = { from = "books.journals.list", key = "Code", value = { "Type", "IsBlocked" }, fresh = "1h" },
    payment_conditions = { from = "books.payment_conditions.list", key = "Code", value = { "Code" }, fresh = "1h" },
    vat_codes_of_books = { from = "books.vat_codes.list", key = "Code", value = { "IsBlocked", "VATTransactionType" }, fresh = "1h" },
    cost_centers = { from = "books.cost_centers.list", key = "Code", value = { "EndDate" }, fresh = "1h" },
    cost_units = { from = "books.cost_units.list", key = "Code", value = { "EndDate" }, fresh = "1h" },
    gl_accounts_by_id = {
      from = "books.gl_accounts.list", key = "ID", value = { "Code", "IsBlocked", "UseCostcenter", "UseCostunit" }, fresh = "1h",
    },
    items_by_id = { from = "books.items.list", key = "ID", value = { "Code", "IsSalesItem", "EndDate", "GLRevenue" }, fresh = "1h" },
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
      run = post_order,
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
      run = customers.run,
    },
    accounts = flow {
      on = {
        webhook("books", { "Accounts" }, { key = "Content.Key" }),
        poll("books.accounts.changed", { key = "ID", every = "1h" }),
      },
      run = accounts.run,
    },
  },

  mappings = { "account", "address", "contact", "invoice", "shop_customer" },

  reconcile = {
    left = {
      role = "shop", operation = "orders.list", key = "id", key_prefix = "{source}-", date = "date_created",
      total = "total_inc_tax", only = { field = "status_id", values = { 2, 3, 8, 9, 10, 11 } },
      from = "min_date_created", to = "max_date_created",
    },
    right = {
      role = "books", operation = "sales_invoices.list", key = "YourRef", date = "OrderDate", total = "AmountFC",
      filter_param = "$filter", filter = "OrderDate ge datetime'{from}T00:00:00' and OrderDate lt datetime'{to}T00:00:00'",
    },
  },
}
