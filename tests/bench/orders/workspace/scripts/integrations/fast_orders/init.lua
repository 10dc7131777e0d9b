-- An order becomes an invoice in four calls: order, account, invoice, and the invoice read back.

return integration {
  roles = { shop = "fast_shop", books = "fast_books" },
  settings = schema { journal = { "text", default = "10", doc = "Journal of the invoices." } },
  flows = {
    orders = flow {
      on = { webhook("shop", { "order/created" }, { key = "id" }) },
      run = function(job, shop, books)
        local order = shop.orders.get(job.key)
        local account = books.accounts.list { code = order.customer_id }[1]
        local invoice = job:map("invoice", order, { account = account.ID })
        return job:send("invoice", books.invoices.create(invoice))
      end,
    },
  },
}
