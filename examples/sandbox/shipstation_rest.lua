-- Products, customers, warehouses, stores, tags and users of the simulated ShipStation V1 (sheet, section 5).

local answers, clock, fields, host, lists, money, orders, shapes, wire = require "shipstation_answers", require "shipstation_clock",
  require "shipstation_fields", require "host", require "shipstation_lists", require "money", require "shipstation_orders",
  require "shipstation_shapes", require "wire"

local function bad(site, text) return answers.bad(site.switches.bad_input, text) end
local function wall(name) return function(row) return clock.wall(row[name]) end end
local function text_field(name) return function(row) return { row[name] or "" } end end

local products = {
  name = "products", show = shapes.product, key = function(row) return row.productId end,
  rows = function(site) return site.account.products end,
  sorts = { SKU = function(row) return row.sku end, ModifyDate = wall "modified", CreateDate = wall "created" },
  filters = {
    sku = lists.equal(function(row) return row.sku end), name = lists.has(text_field "name"), upc = lists.equal(function(row) return row.upc end),
    productCategoryId = lists.number(function(row) return row.category end), productTypeId = lists.number(function(row) return row.product_type end),
    tagId = lists.number(function(row) return row.tag end),
    showInactive = function(value) return function(row) return row.active or value:lower() == "true" end end,
  },
}
lists.period(products.filters, "created", wall "created")
products.filters.startDate, products.filters.endDate = products.filters.createdStart, products.filters.createdEnd
products.filters.createdStart, products.filters.createdEnd = nil, nil

local customers = {
  name = "customers", show = shapes.customer, key = function(row) return row.customerId end, rows = function(site) return site.account.customers end,
  sorts = { Name = function(row) return row.customerUsername end, ModifyDate = wall "modified", CreateDate = wall "created" },
  filters = {
    stateCode = lists.equal(function(row) return (row.address or {}).state end),
    countryCode = lists.equal(function(row) return (row.address or {}).country end),
    marketplaceId = lists.number(function(row) return row.marketplace end), tagId = lists.number(function(row) return row.tag end),
  },
}

local function find(list, field, id)
  for index, row in ipairs(list) do
    if row[field] == id then return row, index end
  end
end

local PRODUCT_TEXTS = "sku name internalNotes fulfillmentSku upc warehouseLocation customsDescription customsTariffNo customsCountryCode"

-- PUT takes the whole product: what is left out is emptied.
local function product(call, site)
  local row = find(site.account.products, "productId", math.tointeger(call.ids[1]))
  if not row then return answers.message(404, "The product does not exist.") end
  if call.method == "GET" then return answers.json(200, shapes.product(row)) end
  if type(call.body.sku) ~= "string" or type(call.body.name) ~= "string" then return bad(site, "sku and name are required") end
  for name in PRODUCT_TEXTS:gmatch "%S+" do
    local value = call.body[name]
    row[name] = type(value) == "string" and value or nil
  end
  row.defaultCost = not wire.is_null(call.body.defaultCost) and money.parse(call.body.defaultCost) or nil
  if not wire.is_null(call.body.weightOz) then row.weight = { value = money.parse(call.body.weightOz), units = "ounces" } end
  row.active, row.price, row.modified = call.body.active ~= false, money.parse(call.body.price) or 0, host.now_ms()
  return answers.json(200, { success = true, message = "The requested product has been updated" })
end

local function customer(call, site)
  local row = find(site.account.customers, "customerId", math.tointeger(call.ids[1]))
  if not row then return answers.message(404, "The customer does not exist.") end
  return answers.json(200, shapes.customer(row))
end

local function all(name, show)
  return function(_, site)
    local out = host.json.array {}
    for index, row in ipairs(site.account[name]) do out[index] = show(row) end
    return answers.json(200, out)
  end
end

local function put_warehouse(site, row, given)
  if given.isDefault then
    for _, each in ipairs(site.account.warehouses) do each.isDefault = false end
  end
  for _, name in ipairs { "warehouseName", "originAddress", "returnAddress" } do row[name] = given[name] end
  row.isDefault = given.isDefault or false
end

local function create_warehouse(call, site)
  local given, why = orders.checked(fields.warehouse, call.body, site)
  if not given then return bad(site, why) end
  local list = site.account.warehouses
  local row = { warehouseId = list[#list].warehouseId + 1, created = host.now_ms() }
  put_warehouse(site, row, given)
  list[#list + 1] = row
  return answers.json(200, shapes.warehouse(row))
end

local function warehouse(call, site)
  local list = site.account.warehouses
  local row, index = find(list, "warehouseId", math.tointeger(call.ids[1]))
  if not row then return answers.message(404, "The warehouse does not exist.") end
  if call.method == "GET" then return answers.json(200, shapes.warehouse(row)) end
  if call.method == "DELETE" then
    if #list == 1 then return bad(site, "The last warehouse can't be deleted.") end
    table.remove(list, index)
    return answers.json(200, { success = true, message = "The warehouse has been deleted." })
  end
  local given, why = orders.checked(fields.warehouse, call.body, site)
  if not given then return bad(site, why) end
  put_warehouse(site, row, given)
  return answers.json(200, shapes.warehouse(row))
end

local function store_shape(store)
  return {
    storeId = store.storeId, storeName = store.storeName, marketplaceId = store.marketplaceId, marketplaceName = store.marketplaceName, active = store.active,
    accountName = host.json.null, email = host.json.null, refreshDate = store.refreshed and shapes.at(store.refreshed) or host.json.null,
    createDate = host.json.null, modifyDate = host.json.null, autoRefresh = not store.manual,
  }
end

local function stores(call, site)
  local out = host.json.array {}
  for _, store in ipairs(site.account.stores) do
    if store.active or (call.query.showInactive or ""):lower() == "true" then out[#out + 1] = store_shape(store) end
  end
  return answers.json(200, out)
end

local function store_of(site, id)
  local store = site.account:store(math.tointeger(tonumber(id)))
  if store then return store end
  return nil, answers.message(404, "The store does not exist.")
end

local function one_store(call, site)
  local store, none = store_of(site, call.ids[1])
  if not store then return none end
  if call.method == "PUT" and type(call.body.storeName) == "string" then store.storeName = call.body.storeName end
  return answers.json(200, store_shape(store))
end

local function marketplaces()
  return answers.json(200, host.json.array {
    { name = "ShipStation", marketplaceId = 0, canRefresh = false, supportsCustomMappings = true, supportsCustomStatuses = false, canConfirmShipments = false },
    { name = "BigCommerce", marketplaceId = 36, canRefresh = true, supportsCustomMappings = true, supportsCustomStatuses = true, canConfirmShipments = true },
  })
end

local function refresh_status(call, site)
  local store, none = store_of(site, call.query.storeId)
  if not store then return none end
  return answers.json(200, { storeId = store.storeId, refreshStatusId = 2, refreshStatus = "Updating", lastRefreshAttempt = store_shape(store).refreshDate,
    refreshDate = store_shape(store).refreshDate })
end

local function refresh(call, site)
  if call.query.refreshDate then
    local _, why = clock.parse(call.query.refreshDate, site.switches.zone_in_dates)
    if why then return bad(site, "refreshDate " .. why) end
  end
  for _, store in ipairs(site.account.stores) do
    if not call.query.storeId or call.query.storeId == tostring(store.storeId) then store.refreshed = host.now_ms() end
  end
  return answers.json(200, { success = true, message = "A store refresh has been initiated." })
end

local function activate(active)
  return function(call, site)
    local store, none = store_of(site, call.body.storeId)
    if not store then return none end
    store.active = active
    return answers.json(200, { success = true, message = active and "The store was reactivated." or "The store was deactivated." })
  end
end

local function as_is(row) return row end

return {
  routes = {
    { "GET", "products", function(call, site) return lists.answer(products, call, site) end }, { "GET", "products/(%d+)", product },
    { "PUT", "products/(%d+)", product }, { "GET", "customers", function(call, site) return lists.answer(customers, call, site) end },
    { "GET", "customers/(%d+)", customer }, { "GET", "warehouses", all("warehouses", shapes.warehouse) },
    { "POST", "warehouses/createwarehouse", create_warehouse }, { "GET", "warehouses/(%d+)", warehouse }, { "PUT", "warehouses/(%d+)", warehouse },
    { "DELETE", "warehouses/(%d+)", warehouse }, { "GET", "stores", stores }, { "GET", "stores/marketplaces", marketplaces },
    { "GET", "stores/getrefreshstatus", refresh_status }, { "GET", "stores/(%d+)", one_store }, { "PUT", "stores/(%d+)", one_store },
    { "POST", "stores/refreshstore", refresh }, { "POST", "stores/deactivate", activate(false) }, { "POST", "stores/reactivate", activate(true) },
    { "GET", "accounts/listtags", all("tags", as_is) }, { "GET", "users", all("users", as_is) },
  },
}
