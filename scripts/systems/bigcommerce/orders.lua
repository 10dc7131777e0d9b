-- Orders V2 with their sub-resources; transactions and refunds are V3.

local V2 = "/stores/{store_hash}/v2/orders"
local V3 = "/stores/{store_hash}/v3/orders"

-- V2 lists are bare arrays; 204, an empty array or a short page ends them. 250 is the documented most for products.
local function numbered(size) return { rows = { "" }, param = "page", size_param = "limit", size = size, first = 1 } end
local V3_ROWS = { rows = { "data" }, param = "page", size_param = "limit", size = 50, first = 1 }

return {
  ["orders.list"] = {
    GET = V2, pages = numbered(250), gives = "order",
    period = { from = "min_date_created", to = "max_date_created", field = "date_created" },
    since = {
      param = "min_date_modified", field = "date_modified", format = "rfc3339", query = { sort = "date_modified:asc" },
    },
  },
  ["orders.count"] = { GET = V2 .. "/count", gives = "Count" },
  ["orders.statuses"] = { GET = "/stores/{store_hash}/v2/order_statuses", pages = { rows = { "" } }, gives = "OrderStatus" },
  ["orders.get"] = { GET = V2 .. "/{id}", gives = "order" },
  ["orders.products"] = { GET = V2 .. "/{id}/products", pages = numbered(250), gives = "OrderProduct" },
  ["orders.shipping_addresses"] = { GET = V2 .. "/{id}/shipping_addresses", pages = numbered(250), gives = "ShippingAddress" },
  ["orders.coupons"] = { GET = V2 .. "/{id}/coupons", pages = numbered(250), gives = "Coupon" },
  ["orders.fees"] = { GET = V2 .. "/{id}/fees", pages = numbered(250), gives = "Fee" },
  ["orders.taxes"] = { GET = V2 .. "/{id}/taxes", pages = numbered(250), gives = "Tax", query = { details = "true" } },
  ["orders.transactions"] = { GET = V3 .. "/{id}/transactions", pages = V3_ROWS, gives = "Transaction" },
  ["orders.messages"] = { GET = V2 .. "/{id}/messages", pages = numbered(250), gives = "OrderMessage" },
  -- What a refund would come to. It only asks: the refund itself is the merchant's.
  ["orders.refund_quote"] = {
    POST = V3 .. "/{id}/payment_actions/refund_quotes", reads = true, takes = "RefundQuoteRequest", gives = "RefundQuote", unwrap = { "data" },
  },
  -- Refunds of all orders.
  ["refunds.list"] = {
    GET = V3 .. "/payment_actions/refunds", pages = V3_ROWS, gives = "Refund",
    period = { from = "created:min", to = "created:max", field = "created" },
    since = { param = "created:min", field = "created", format = "rfc3339" },
  },
  ["orders.refunds"] = { GET = V3 .. "/{id}/payment_actions/refunds", pages = { rows = { "data" } }, gives = "Refund" },
}
