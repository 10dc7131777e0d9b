-- Customers V3. There is no path for one customer: ask the list with `id:in`. Guests are not customers at all.

local PAGES = {
  rows = { "data" }, cursor = "meta.cursor_pagination.end_cursor", cursor_param = "after", size_param = "limit", size = 250,
}

local CUSTOMERS = "/stores/{store_hash}/v3/customers"
local FIRST = { "data.0", "data", "" }
local REPEATABLE = { kind = "D", may_repeat = true }

return {
  ["customers.list"] = {
    GET = CUSTOMERS, find = { param = "email:in" }, pages = PAGES, gives = "Customer", query = { include = "addresses,formfields" },
    period = { from = "date_created:min", to = "date_created:max", field = "date_created" },
    since = {
      param = "date_modified:min", field = "date_modified", format = "rfc3339", query = { sort = "date_modified:asc" },
    },
  },
  ["customers.addresses"] = { GET = CUSTOMERS .. "/addresses", pages = PAGES, gives = "CustomerAddress" },
  ["customers.groups"] = { GET = "/stores/{store_hash}/v2/customer_groups", pages = { rows = { "" } }, gives = "CustomerGroup" },
  ["customers.group"] = { GET = "/stores/{store_hash}/v2/customer_groups/{id}", gives = "CustomerGroup" },
  ["customers.attribute_names"] = { GET = CUSTOMERS .. "/attributes", pages = PAGES, gives = "Attribute" },
  ["customers.attributes"] = { GET = CUSTOMERS .. "/attribute-values", pages = PAGES, gives = "AttributeValue" },
  ["customers.fields"] = { GET = CUSTOMERS .. "/form-field-values", pages = PAGES, gives = "FormFieldValue" },

  -- Writes take lists of at most ten. An e-mail address is in the shop once, so a second create of one is refused and
  -- repeating does no harm; an update repeated writes the same values.
  ["customers.create"] = {
    POST = CUSTOMERS, gives = "Customer", unwrap = FIRST, id = "id", create = true, effect = REPEATABLE, rejects = { 409, 422 },
  },
  ["customers.update"] = { PUT = CUSTOMERS, gives = "Customer", unwrap = FIRST, id = "id", effect = REPEATABLE },
  ["customers.delete"] = { DELETE = CUSTOMERS, effect = REPEATABLE },
  ["customers.create_address"] = {
    POST = CUSTOMERS .. "/addresses", gives = "CustomerAddress", unwrap = FIRST, id = "id", create = true, effect = REPEATABLE,
  },
  ["customers.update_address"] = {
    PUT = CUSTOMERS .. "/addresses", gives = "CustomerAddress", unwrap = FIRST, id = "id", effect = REPEATABLE,
  },
  ["customers.delete_addresses"] = { DELETE = CUSTOMERS .. "/addresses", effect = REPEATABLE },
  ["customers.set_attributes"] = { PUT = CUSTOMERS .. "/attribute-values", gives = "AttributeValue", unwrap = FIRST, effect = REPEATABLE },
  ["customers.set_fields"] = { PUT = CUSTOMERS .. "/form-field-values", gives = "FormFieldValue", unwrap = FIRST, effect = REPEATABLE },
}
