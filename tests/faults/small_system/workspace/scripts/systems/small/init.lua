-- A remote that is written to in each of the four kinds.

return system {
  name = "small",
  base_url = "https://localhost",
  headers = { Accept = "application/json" },
  auth = { kind = "header", send = { { header = "X-Key", value = "{key}" } } },
  errors = { message = { "error" } },
  webhooks = {
    verify = { standard_webhooks = { key = "utf8", tolerance = "300s" }, secret = "signing_key" },
    topic = "topic",
  },
  operations = {
    ["things.get"] = { GET = "/things/{id}", gives = "Thing" },
    ["a.get"] = { GET = "/a/{key}", gives = "Record" },
    ["a.put"] = {
      PUT = "/a/{key}", takes = "Record", gives = "Record", id = "id",
      effect = { kind = "A", key = "key", read = "a.get", quiet = "2s" },
    },
    ["b.create"] = {
      POST = "/b", takes = "Record", gives = "Record", id = "id", create = true,
      effect = { kind = "B", header = "Idempotency-Key", retention = "24h", quiet = "2s" },
    },
    ["c.list"] = { GET = "/c", pages = { rows = { "rows" } }, find = { param = "ref" }, gives = "Record" },
    ["c.get"] = { GET = "/c/{id}", gives = "Record" },
    ["c.create"] = {
      POST = "/c", takes = "Record", gives = "Record", id = "id", create = true,
      effect = { kind = "C", look_up = "c.list", by = "ref", quiet = "2s" },
      confirm = { read = "c.get", compare = { "text" } },
    },
    ["d.create"] = { POST = "/d", takes = "Record", gives = "Record", id = "id", create = true, effect = { kind = "D" } },
  },
  types = {
    Thing = { fields = { id = { type = "text" }, version = { type = "text" }, text = { type = "text" } } },
    Record = { fields = { id = { type = "text" }, ref = { type = "text" }, text = { type = "text" } } },
  },
}
