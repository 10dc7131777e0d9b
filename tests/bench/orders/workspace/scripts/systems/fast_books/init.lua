-- Books that answer at once and know their clients' transaction ids.

return system {
  name = "fast_books",
  base_url = "https://localhost",
  headers = { Accept = "application/json" },
  auth = { kind = "header", send = { { header = "X-Key", value = "{key}" } } },
  errors = { message = { "error" } },
  operations = {
    ["accounts.list"] = { GET = "/accounts", gives = "Account", pages = { rows = { "rows" } }, find = { param = "code" } },
    ["invoices.get"] = { GET = "/invoices/{id}", gives = "Invoice" },
    ["invoices.create"] = {
      POST = "/invoices", takes = "Invoice", gives = "Invoice", id = "ID", create = true,
      effect = { kind = "B", header = "Idempotency-Key", retention = "24h", quiet = "2s" },
      confirm = { read = "invoices.get", compare = { "YourRef" } },
    },
  },
  types = {
    Account = { fields = { ID = { type = "text" }, Code = { type = "text" }, Name = { type = "text" } } },
    Invoice = {
      fields = {
        ID = { type = "text" }, YourRef = { type = "text" }, Journal = { type = "text" }, OrderedBy = { type = "text" },
        OrderDate = { type = "date" }, Currency = { type = "text" }, Lines = { type = "list", of = "InvoiceLine" },
      },
    },
    InvoiceLine = {
      fields = {
        Item = { type = "text" }, Description = { type = "text" }, Quantity = { type = "decimal" }, NetPrice = { type = "decimal" },
        Notes = { type = "text" },
      },
    },
  },
}
