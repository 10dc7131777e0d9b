-- Customers V3 of the simulated BigCommerce, after apis/bigcommerce.md section 6: lists with filters and cursors, writes of at
-- most ten, e-mail addresses that are there once, and the form fields that merchants add.

local answers, calendar, host, shapes, wire =
  require "shop_answers", require "calendar", require "host", require "shop_shapes", require "wire"

local MOST_A_WRITE, MOST_ADDRESSES = 10, 10

local TEXTS = { "email", "first_name", "last_name", "company", "phone", "notes", "tax_exempt_category" }
local ADDRESS_TEXTS = {
  "first_name", "last_name", "company", "address1", "address2", "city", "state_or_province", "postal_code", "country_code", "phone",
  "address_type",
}

local function set(list)
  local out = {}
  for _, each in ipairs(list) do out[each] = true end
  return out
end
local IS_TEXT, IS_ADDRESS_TEXT = set(TEXTS), set(ADDRESS_TEXTS)

local Customers = {}
Customers.__index = Customers

-- `orders` keeps the customers, as orders make them too; `told(scope, data)` tells the hooks.
function Customers.new(orders, told, page) return setmetatable({ orders = orders, told = told, page = page, next_address = 90000 }, Customers) end

-- Everything a customer has, filled in from the person that it was made of.
function Customers:full(customer)
  if not customer.addresses then
    local shape = shapes.customer(customer)
    customer.addresses, customer.phone, customer.notes = { shape.addresses[1] }, "", ""
    customer.tax_exempt_category, customer.form_fields, customer.modified = "", {}, customer.made
    for _, address in ipairs(customer.addresses) do address.form_fields = nil end
  end
  return customer
end

local function fields_shown(fields)
  local out = host.json.array {}
  for _, field in ipairs(fields) do out[#out + 1] = { name = field.name, value = field.value } end
  return out
end

function Customers:shown(customer, include)
  self:full(customer)
  local out = {
    id = customer.id, customer_group_id = customer.customer_group_id or 0, date_created = calendar.iso(customer.made) .. "Z",
    date_modified = calendar.iso(customer.modified) .. "Z", channel_ids = host.json.array { 1 }, origin_channel_id = 1,
  }
  for _, name in ipairs(TEXTS) do out[name] = customer[name] or "" end
  if include.addresses then
    out.addresses = host.json.array {}
    for index = 1, math.min(#customer.addresses, MOST_ADDRESSES) do out.addresses[index] = customer.addresses[index] end
  end
  if include.formfields then out.form_fields = fields_shown(customer.form_fields) end
  return out
end

function Customers:by_id(id)
  for _, customer in ipairs(self.orders.customers) do
    if customer.id == id and not customer.deleted then return customer end
  end
end

local function wanted_of(text, fold)
  if not text then return nil end
  local out = {}
  for each in text:gmatch "[^,]+" do out[fold and each:lower() or each] = true end
  return out
end

local function names(text)
  local out = {}
  for name in (text or ""):gmatch "[^,]+" do out[name] = true end
  return out
end

local function instant(text) return calendar.parse_iso(text) or calendar.parse_rfc2822(text) end

function Customers:list(query)
  local ids, emails, companies = wanted_of(query["id:in"]), wanted_of(query["email:in"], true), wanted_of(query["company:in"])
  local bounds = {}
  for _, name in ipairs { "date_modified:min", "date_modified:max", "date_created:min", "date_created:max" } do
    if query[name] then
      bounds[name] = instant(query[name])
      if not bounds[name] then return answers.v3_error(422, "Invalid date", { [name] = "must be a date" }) end
    end
  end
  local found, include = {}, names(query.include)
  for _, customer in ipairs(self.orders.customers) do
    self:full(customer)
    local fits = not customer.deleted and (not ids or ids[tostring(customer.id)]) and (not emails or emails[customer.email:lower()])
      and (not companies or companies[customer.company]) and customer.modified >= (bounds["date_modified:min"] or 0)
      and customer.modified <= (bounds["date_modified:max"] or math.maxinteger) and customer.made >= (bounds["date_created:min"] or 0)
      and customer.made <= (bounds["date_created:max"] or math.maxinteger)
    if fits then found[#found + 1] = customer end
  end
  local field = (query.sort or "date_created:asc"):match "^([%a_]+)"
  local by = field == "date_modified" and "modified" or "made"
  table.sort(found, function(a, b)
    if a[by] ~= b[by] then return a[by] < b[by] end
    return a.id < b.id
  end)
  local rows = {}
  for index, customer in ipairs(found) do rows[index] = self:shown(customer, include) end
  return self.page(rows, query)
end

function Customers:addresses(query)
  local ids, rows = wanted_of(query["customer_id:in"]), {}
  for _, customer in ipairs(self.orders.customers) do
    if not customer.deleted and (not ids or ids[tostring(customer.id)]) then
      for _, address in ipairs(self:full(customer).addresses) do rows[#rows + 1] = address end
    end
  end
  return self.page(rows, query)
end

local ATTRIBUTES = { { id = 1, name = "Segment", type = "string" } }
local NEEDED_OF_ADDRESS = { "first_name", "last_name", "address1", "city", "country_code" }

local function invalid(errors) return answers.v3_error(422, "Validation failed", errors) end

-- The list that a write carries, or nil and the answer.
local function list_of(request)
  local body = wire.json(request)
  if not body or (next(body) ~= nil and body[1] == nil) then return nil, invalid { [".data"] = "must be an array" } end
  if #body > MOST_A_WRITE then return nil, answers.v3_error(413, "Too many items") end
  return body
end

function Customers:email_taken(email, but)
  for _, customer in ipairs(self.orders.customers) do
    if not customer.deleted and customer.id ~= but and customer.email:lower() == email:lower() then return true end
  end
end

-- What a body says of a customer, or nil and the fault.
function Customers:read(body, index, known)
  local out = {}
  for name, value in pairs(body) do
    if IS_TEXT[name] then
      if type(value) ~= "string" then return nil, { [index .. "." .. name] = "must be a string" } end
      out[name] = value
    elseif name == "customer_group_id" then
      if math.type(value) ~= "integer" then return nil, { [index .. "." .. name] = "must be an integer" } end
      out[name] = value
    elseif name ~= "id" and name ~= "trigger_account_created_notification" then
      return nil, { [index .. "." .. name] = "is not allowed" }
    end
  end
  for _, name in ipairs { "email", "first_name", "last_name" } do
    if (not known and not out[name]) or out[name] == "" then return nil, { [index .. "." .. name] = "error.path.missing" } end
  end
  if out.email and self:email_taken(out.email, known and known.id) then
    return nil, { [index .. ".email"] = ("email %s already in use"):format(out.email) }
  end
  return out
end

function Customers:create(request)
  local list, bad = list_of(request)
  if not list then return bad end
  local made = host.json.array {}
  for index, body in ipairs(list) do
    local values, fault = self:read(body, index - 1)
    if not values then return invalid(fault) end
    self.mails = (self.mails or 0) + (body.trigger_account_created_notification == true and 1 or 0)
    local customer = self.orders:customer({ first = values.first_name, last = values.last_name, company = values.company or "",
      street = "", city = "", zip = "", country = "NL" }, values.email)
    self:full(customer)
    customer.addresses = {}
    for name, value in pairs(values) do customer[name] = value end
    made[index] = self:shown(customer, {})
    self.told("store/customer/created", { type = "customer", id = customer.id })
  end
  return answers.json(200, { data = made, meta = {} })
end

function Customers:touch(customer)
  customer.modified = math.max(host.now(), customer.modified + 1)
  self.told("store/customer/updated", { type = "customer", id = customer.id })
end

function Customers:update(request)
  local list, bad = list_of(request)
  if not list then return bad end
  local out = host.json.array {}
  for index, body in ipairs(list) do
    local customer = self:by_id(body.id)
    if not customer then return invalid { [index - 1 .. ".id"] = "does not exist" } end
    self:full(customer)
    local values, fault = self:read(body, index - 1, customer)
    if not values then return invalid(fault) end
    for name, value in pairs(values) do customer[name] = value end
    self:touch(customer)
    out[index] = self:shown(customer, {})
  end
  return answers.json(200, { data = out, meta = {} })
end

function Customers:delete(query)
  if not query["id:in"] then return invalid { ["id:in"] = "error.path.missing" } end
  for id in pairs(wanted_of(query["id:in"]) or {}) do
    local customer = self:by_id(math.tointeger(tonumber(id)))
    if customer then
      customer.deleted = true
      self.orders.by_email[customer.email:lower()] = nil
      self.told("store/customer/deleted", { type = "customer", id = customer.id })
    end
  end
  return answers.none()
end

function Customers:write_address(request, changes)
  local list, bad = list_of(request)
  if not list then return bad end
  local out = host.json.array {}
  for index, body in ipairs(list) do
    local customer, address
    for _, each in ipairs(self.orders.customers) do
      for _, there in ipairs(self:full(each).addresses) do
        if changes and there.id == body.id then customer, address = each, there end
      end
    end
    customer = customer or not changes and self:by_id(body.customer_id)
    if not customer then return invalid { [index - 1 .. (changes and ".id" or ".customer_id")] = "does not exist" } end
    for name, value in pairs(body) do
      if not IS_ADDRESS_TEXT[name] and name ~= "id" and name ~= "customer_id" then return invalid { [index - 1 .. "." .. name] = "is not allowed" } end
      if IS_ADDRESS_TEXT[name] and type(value) ~= "string" then return invalid { [index - 1 .. "." .. name] = "must be a string" } end
    end
    for _, name in ipairs(NEEDED_OF_ADDRESS) do
      if not address and not body[name] or body[name] == "" then return invalid { [index - 1 .. "." .. name] = "error.path.missing" } end
    end
    if not address then
      self.next_address = self.next_address + 1
      address = { id = self.next_address, customer_id = customer.id, address_type = "residential" }
      for _, name in ipairs(ADDRESS_TEXTS) do address[name] = address[name] or "" end
      table.insert(customer.addresses, address)
    end
    for name, value in pairs(body) do
      if IS_ADDRESS_TEXT[name] then address[name] = value end
    end
    out[index] = address
    self.told("store/customer/address/" .. (changes and "updated" or "created"),
      { type = "customer", id = address.id, address = { customer_id = customer.id } })
  end
  return answers.json(200, { data = out, meta = {} })
end

local function put_field(fields, name, value)
  for _, field in ipairs(fields) do
    if field.name == name then
      field.value = value
      return
    end
  end
  fields[#fields + 1] = { name = name, value = value }
end

function Customers:set_fields(request)
  local list, bad = list_of(request)
  if not list then return bad end
  for _, body in ipairs(list) do
    local customer = self:by_id(body.customer_id)
    if not customer or type(body.name) ~= "string" then return invalid { customer_id = "does not exist" } end
    put_field(self:full(customer).form_fields, body.name, body.value)
    self:touch(customer)
  end
  return answers.json(200, { data = host.json.array(list), meta = {} })
end

function Customers:field_values(query)
  local rows = {}
  for _, customer in ipairs(self.orders.customers) do
    for _, field in ipairs(not customer.deleted and self:full(customer).form_fields or {}) do
      rows[#rows + 1] = { customer_id = customer.id, name = field.name, value = field.value }
    end
  end
  return self.page(rows, query)
end

function Customers:delete_addresses(query)
  local wanted = wanted_of(query["id:in"])
  if not wanted then return invalid { ["id:in"] = "error.path.missing" } end
  for _, customer in ipairs(self.orders.customers) do
    local kept = {}
    for _, address in ipairs(self:full(customer).addresses) do
      if wanted[tostring(address.id)] then
        self.told("store/customer/address/deleted", { type = "customer", id = address.id, address = { customer_id = customer.id } })
      else
        kept[#kept + 1] = address
      end
    end
    customer.addresses = kept
  end
  return answers.none()
end

function Customers:set_attributes(request)
  local list, bad = list_of(request)
  if not list then return bad end
  local out = host.json.array {}
  for index, body in ipairs(list) do
    local customer = self:by_id(body.customer_id)
    if not customer then return invalid { [index - 1 .. ".customer_id"] = "does not exist" } end
    if body.attribute_id ~= ATTRIBUTES[1].id then return invalid { [index - 1 .. ".attribute_id"] = "does not exist" } end
    if type(body.value) ~= "string" then return invalid { [index - 1 .. ".value"] = "error.path.missing" } end
    customer.segment = body.value
    out[index] = { id = customer.id, customer_id = customer.id, attribute_id = 1, attribute_value = body.value }
  end
  return answers.json(200, { data = out, meta = {} })
end

function Customers:attribute_values(query)
  local rows = {}
  for _, customer in ipairs(self.orders.customers) do
    if customer.segment and not customer.deleted then
      rows[#rows + 1] = { id = customer.id, customer_id = customer.id, attribute_id = 1, attribute_value = customer.segment }
    end
  end
  return self.page(rows, query)
end

-- Answers what begins with /v3/customers; nil when it is none of these.
function Customers:handle(request, path)
  local query, method = wire.query(request), request.method
  if path == "customers" then
    if method == "GET" then return self:list(query) end
    if method == "POST" then return self:create(request) end
    if method == "PUT" then return self:update(request) end
    if method == "DELETE" then return self:delete(query) end
  elseif path == "customers/addresses" then
    if method == "GET" then return self:addresses(query) end
    if method == "DELETE" then return self:delete_addresses(query) end
    if method == "POST" or method == "PUT" then return self:write_address(request, method == "PUT") end
  elseif path == "customers/form-field-values" then
    if method == "GET" then return self:field_values(query) end
    if method == "PUT" then return self:set_fields(request) end
  elseif path == "customers/attribute-values" then
    if method == "GET" then return self:attribute_values(query) end
    if method == "PUT" then return self:set_attributes(request) end
  elseif path == "customers/attributes" then
    if method == "GET" then return self.page(ATTRIBUTES, query) end
  else
    return nil
  end
  return answers.v3_error(405, "Method not allowed")
end

-- What a person does in the shop: {"customers": [{email, first_name, last_name, company, vat_number, address = {…}}]} makes some,
-- {"change_customers": [{id, …}]} changes some. Gives their ids.
function Customers:seed(body)
  local ids = host.json.array {}
  for _, wanted in ipairs(body.customers or {}) do
    local first, last = wanted.first_name or "An", wanted.last_name or "Smit"
    local customer = self:full(self.orders:customer({
      first = first, last = last, company = wanted.company or "", street = "Dam 1", city = "Amsterdam", zip = "1012JS", country = "NL",
    }, wanted.email))
    self:apply(customer, wanted)
    ids[#ids + 1] = customer.id
    self.told("store/customer/created", { type = "customer", id = customer.id })
  end
  for _, wanted in ipairs(body.change_customers or {}) do
    local customer = self:by_id(wanted.id)
    if not customer then return nil, "no customer " .. tostring(wanted.id) end
    self:apply(self:full(customer), wanted)
    self:touch(customer)
    ids[#ids + 1] = customer.id
  end
  return { customers = ids }
end

function Customers:apply(customer, wanted)
  for name, value in pairs(wanted) do
    if IS_TEXT[name] then customer[name] = value end
  end
  if wanted.vat_number then put_field(customer.form_fields, "VAT number", wanted.vat_number) end
  if wanted.address then
    self.next_address = self.next_address + 1
    local address = { id = self.next_address, customer_id = customer.id, address_type = "residential" }
    for _, name in ipairs(ADDRESS_TEXTS) do address[name] = wanted.address[name] or address[name] or "" end
    customer.addresses[#customer.addresses + 1] = address
  end
end

-- For the state report.
function Customers:report()
  local out = host.json.array {}
  for _, customer in ipairs(self.orders.customers) do
    if not customer.deleted then out[#out + 1] = self:shown(customer, { addresses = true, formfields = true }) end
  end
  return out, self.mails or 0
end

return Customers
