local record = require "record"

return system {
  name = "books",
  base_url = "https://books.example.com",
  auth = {
    kind = "authorization_code", authorize_path = "/agree", token_path = "/token",
    renew = { not_befor = "570s", rotates = true },
  },
  operations = {
    ["items.list"] = { GET = "/{division}/items", gives = "Item", pages = "odata", find = { param = "$filter", format = "odata" } },
    ["invoices.create"] = { POST = "/{division}/invoices", takes = "Invoice", gives = "Invoice", effect = upsert { key = "Ref" } },
  },
  types = {
    Item = record({}, { ID = "guid", Code = "text" }),
    Invoice = {
      fields = {
        Ref = { type = "text", mandatory = true, nullable = false, max = 30 }, Journal = { type = "text", max = 4 },
        Customer = { type = "guid" }, Date = { type = "date" }, Amount = { type = "decimal" }, Remarks = { type = "text" },
        Final = { type = "boolean" }, Status = { type = "integer", writable = false }, Copies = { type = "integer" },
        Lines = { type = "list", of = "Line" },
      },
    },
    Line = record({}, {
      Item = "guid must", Quantity = "decimal", NetPrice = "decimal", CostCenter = "text", Notes = "text", VATCode = "text",
    }),
  },
}
