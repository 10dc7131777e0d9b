-- Customers V3. There is no path for one customer: ask the list with `id:in`. Guests are not customers at all.

local PAGES = {
  rows = { "data" }, cursor = "meta.cursor_pagination.end_cursor", cursor_param = "after", size_param = "limit", size = 250,
}

return {
  ["customers.list"] = {
    GET = "/stores/{store_hash}/v3/customers", pages = PAGES, gives = "Customer", query = { include = "addresses,formfields" },
    since = {
      param = "date_modified:min", field = "date_modified", format = "rfc3339", query = { sort = "date_modified:asc" },
    },
  },
  ["customers.addresses"] = {
    GET = "/stores/{store_hash}/v3/customers/addresses", pages = PAGES, gives = "CustomerAddress",
  },
}
