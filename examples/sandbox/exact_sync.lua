-- sync/… of the simulated Exact Online, after apis/exact-online.md section 4: rows by their Timestamp, a row version of the
-- division that has nothing to do with time. Only it may be filtered on; a page has 1,000 rows; $select is a must. Deletions
-- are in sync/Deleted.

local answers, filter, host, values, wire =
  require "exact_answers", require "exact_filter", require "host", require "exact_values", require "wire"
local entities = require "exact_fields"

local sync = {}

local PAGE_ROWS = 1000
local ROWS_OF = {
  ["sync/CRM/Accounts"] = "crm/Accounts", ["sync/CRM/Contacts"] = "crm/Contacts", ["sync/CRM/Addresses"] = "crm/Addresses",
  ["sync/Logistics/Items"] = "logistics/Items", ["sync/SalesInvoice/SalesInvoices"] = "salesinvoice/SalesInvoices",
  ["sync/SalesOrder/SalesOrderHeaders"] = "salesorder/SalesOrders", ["sync/SalesOrder/SalesOrderLines"] = "salesorder/SalesOrderLines",
  ["sync/SalesOrder/GoodsDeliveries"] = "salesorder/GoodsDeliveries",
  ["sync/SalesOrder/GoodsDeliveryLines"] = "salesorder/GoodsDeliveryLines", ["sync/Documents/Documents"] = "documents/Documents",
  ["sync/Financial/TransactionLines"] = "financialtransaction/TransactionLines", ["sync/Financial/GLAccounts"] = "financial/GLAccounts",
  ["sync/Inventory/StockPositions"] = "inventory/StockPositions", ["sync/Inventory/ItemWarehouses"] = "inventory/ItemWarehouses",
}
-- Two lists show headers and lines together; a header has line number 0.
local MORE_ROWS = {
  ["sync/SalesInvoice/SalesInvoices"] = "salesinvoice/SalesInvoiceLines",
  ["sync/Financial/TransactionLines"] = "financialtransaction/Headers",
}
local DELETED = "sync/Deleted"
local CODES = {
  ["crm/Accounts"] = 2, ["crm/Addresses"] = 3, ["logistics/Items"] = 9, ["salesinvoice/SalesInvoices"] = 13,
  ["salesorder/GoodsDeliveries"] = 16, ["salesorder/GoodsDeliveryLines"] = 17, ["salesorder/SalesOrders"] = 32,
  ["salesorder/SalesOrderLines"] = 33,
}

-- The entity that a path is about, or nil: for its scope.
function sync.entity(path)
  if path == DELETED then return entities["system/Divisions"] end
  return ROWS_OF[path] and entities[ROWS_OF[path]]
end

-- Entities by the name that SyncTimestamp knows them by.
sync.NAMES = {}
for path, rows in pairs(ROWS_OF) do sync.NAMES[path:match "[^/]+$"] = rows end

-- A row was made or changed: it gets the division's next version.
function sync.touched(books, division, row)
  if row then row.Timestamp = books:number(division, "timestamp", 1000000) end
end

function sync.deleted(books, division, path, key)
  if not CODES[path] then return end
  local part = books:table_of(division, DELETED)
  local row = { ID = host.uuid(), EntityType = CODES[path], EntityKey = key, DeletedDate = host.now() }
  part.order[#part.order + 1], part.rows[row.ID] = row.ID, row
  sync.touched(books, division, row)
end

local DELETED_FIELDS = {
  ID = { type = "guid" }, DeletedBy = { type = "guid" }, EntityType = { type = "int" }, EntityKey = { type = "guid" }, DeletedDate = { type = "datetime" },
  Timestamp = { type = "int" },
}

local function described(path)
  local fields = { Timestamp = { type = "int", read = true }, ID = { type = "guid", read = true } }
  for name, field in pairs(MORE_ROWS[path] and entities[MORE_ROWS[path]] and entities[MORE_ROWS[path]].fields or {}) do fields[name] = field end
  for name, field in pairs(path == DELETED and DELETED_FIELDS or sync.entity(path).fields) do fields[name] = field end
  return { key = path == DELETED and "ID" or sync.entity(path).key, fields = fields, filters = { Timestamp = true } }
end

local function selected(text, fields)
  local out = {}
  for name in text:gmatch "[^,%s]+" do
    if not fields[name] then return nil, ("Could not find a property named '%s'"):format(name) end
    out[name] = true
  end
  return out
end

-- A row as sync/ shows it: with an ID of its own, and a line number when lines stand beside it.
local function shown(path, entity, row)
  local out = setmetatable({}, { __index = row })
  out.ID = row.ID or row[entity.key]
  if MORE_ROWS[path] then out.LineNumber = row.LineNumber or 0 end
  return out
end

function sync.list(world, path, request)
  local query, entity = wire.query(request), described(path)
  if not query["$select"] then return answers.error(400, "Please add a $select or a $top=1 statement to the query string.") end
  if not query["$filter"] then
    return answers.error(400, "This endpoint has mandatory filtering applied. The request must have a $filter parameter with one of "
      .. "the following fields: Timestamp")
  end
  local test, why = filter.parse(query["$filter"], entity, false)
  if not test then return answers.error(400, why) end
  local select, unknown = selected(query["$select"], entity.fields)
  if not select then return answers.error(400, unknown) end

  local past, found = math.tointeger(tonumber(query["$skiptoken"])) or 0, {}
  for _, rows in ipairs { ROWS_OF[path] or path, MORE_ROWS[path] } do
    for row in world.books:each(world.division, rows) do
      if test(row) and row.Timestamp > past then found[#found + 1] = row end
    end
  end
  table.sort(found, function(a, b) return a.Timestamp < b.Timestamp end)
  local rows, link = host.json.array {}, nil
  for index = 1, math.min(#found, PAGE_ROWS) do
    rows[index] = values.render(entity, ROWS_OF[path] or path, shown(path, entity, found[index]), world.base, select)
  end
  if #found > PAGE_ROWS then
    local parts = {}
    for pair in request.raw_query:gmatch "[^&]+" do
      if wire.unescape(pair:match "^[^=]*") ~= "$skiptoken" then parts[#parts + 1] = pair end
    end
    parts[#parts + 1] = "$skiptoken=" .. found[PAGE_ROWS].Timestamp
    link = world.base .. "/" .. path .. "?" .. table.concat(parts, "&")
  end
  return answers.json(200, { d = { results = rows, __next = link } })
end

return sync
