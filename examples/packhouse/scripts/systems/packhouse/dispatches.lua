-- What went out (section 5).

return {
  ["dispatches.list"] = {
    GET = "/v1/sites/{site}/dispatches", gives = "Dispatch", id = "id", number = "tracking_number",
    pages = { rows = { "items" }, cursor = "next_cursor", cursor_param = "cursor", size_param = "limit", size = 100 },
    since = { param = "updated_after", field = "updated_at", sorted = true },
  },
  ["dispatches.get"] = { GET = "/v1/sites/{site}/dispatches/{id}", gives = "Dispatch", id = "id", number = "tracking_number" },
}
