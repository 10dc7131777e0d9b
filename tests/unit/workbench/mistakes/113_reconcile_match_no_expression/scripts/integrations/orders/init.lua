local function post(job, shop, books)
  local order = shop.orders.get(job.key)
  return job:send("invoice", books.invoices.create(job:map("invoice", order)))
end

return integration {
  roles = { shop = "shop", books = "books" },
  settings = schema {
    journal = { "text", default = "10", doc = "Code of the sales journal." },
    copies = { "integer", default = 1, doc = "Printed copies." },
    shipping_item = { "text", doc = "Code of the item for shipping." },
  },
  lookups = { items = { from = "books.items.list", key = "Code", value = "ID", fresh = "1h" } },
  flows = { orders = flow { on = { webhook("shop", { "order/created" }, { key = "data.id" }) }, run = post } },
  mappings = { "invoice" },
  reconcile = { { name = "invoices", left = { role = "shop", match = "SO(" }, right = { role = "books" } } },
}
