-- Reading and writing records of the simulated Acumatica: GET by keys or id, lists, PUT and PATCH, DELETE (sheet, sections 4.2, 4.3).

local answers, fields, filter, orders, shipments, values, wire = require "acumatica_answers", require "acumatica_fields", require "acumatica_filter",
  require "acumatica_orders", require "acumatica_shipments", require "acumatica_values", require "wire"
local host = require "host"

local records = {}

local NONE = "PX.Api.ContractBased.NoEntitySatisfiesTheConditionException"

-- "Details,Details/Allocations" as { Details = { Allocations = {} } }.
local function tree_of(text)
  local tree = {}
  for path in (text or ""):gmatch "[^,]+" do
    local at = tree
    for step in path:gmatch "[^/%s]+" do
      at[step] = at[step] or {}
      at = at[step]
    end
  end
  return tree
end

local function check_tree(list, tree, version, what)
  for name, inner in pairs(tree) do
    local field = fields.known(list, name, version)
    if not field or what == "$expand" and not field.part then return ("Could not find %s '%s' in %s."):format(what == "$expand"
      and "an entity" or "a field", name, what) end
    local why = field.part and check_tree(fields.parts[field.part], inner, version, what)
    if why then return why end
  end
end

-- What of a record is asked for, or nil and the refusal.
local function wants(call, query)
  local want = { expand = tree_of(query["$expand"]), select = query["$select"] and tree_of(query["$select"]) or nil, custom = {} }
  for path in (query["$custom"] or ""):gmatch "[^,]+" do want.custom[#want.custom + 1] = path end
  local why = check_tree(call.entity.fields, want.expand, call.version, "$expand") or want.select and check_tree(call.entity.fields, want.select,
    call.version, "$select")
  if why then return nil, answers.exception(why, "System.ArgumentException") end
  return want
end

local function context_of(call)
  return {
    version = call.version, switches = call.site.switches, session = call.session.id,
    unknown = function(path)
      call.site.journal:violation("unknown_field", call.kind .. "/" .. path)
      if call.site.switches.unknown_fields == "refused" then error({ refused = "Could not find a field named '" .. path .. "'." }, 0) end
    end,
  }
end

local KNOWN = { ["$filter"] = true, ["$select"] = true, ["$expand"] = true, ["$custom"] = true, ["$top"] = true, ["$skip"] = true, ["$orderby"] = true }

local function check_query(call, query)
  for name in pairs(query) do
    if not KNOWN[name] then call.site.journal:violation("unknown_parameter", call.kind .. "?" .. name) end
  end
end

-- The record that the path's keys or guid name, or nil.
function records.named(call)
  local keys = call.keys
  if #keys == 1 and values.is_guid(keys[1]) then
    local record = call.company.by_id[keys[1]]
    return record and record.kind == call.kind and record or nil
  end
  if #keys == 1 and #call.entity.keys > 1 then
    keys = {}
    for part in call.keys[1]:gmatch "[^|]+" do keys[#keys + 1] = part end
  end
  if #keys ~= #call.entity.keys then return nil end
  return call.company:find(call.kind, table.unpack(keys))
end

local function one(call, query)
  local want, refused = wants(call, query)
  if not want then return refused end
  local record = records.named(call)
  if not record then return answers.exception("No entity satisfies the condition.", NONE) end
  return answers.json(200, values.show(call.entity.fields, record, want, context_of(call)))
end

-- Some lists can't be read as they were asked for; the error names the fields.
local function not_optimized(call, want)
  local named = {}
  for _, name in ipairs(call.site.switches.not_optimized) do
    if want.expand[name] or want.select and want.select[name] then named[#named + 1] = name end
  end
  if #named > 0 then
    return answers.exception("Optimization cannot be performed. The following fields cause the error: " .. table.concat(named, ", "),
      "System.InvalidOperationException")
  end
end

local function number(text, name)
  if text == nil then return nil end
  local value = math.tointeger(tonumber(text) or "")
  if not value or value < 0 then return nil, answers.exception(name .. ": a whole number is expected.", "System.ArgumentException") end
  return value
end

local function list(call, query)
  local want, refused = wants(call, query)
  if not want then return refused end
  local test = function() return true end
  if query["$filter"] then
    local parsed, why = filter.parse(query["$filter"], call.entity, call.version, call.site.switches.zone_minutes)
    if not parsed then return answers.exception(why, "System.ArgumentException") end
    test = parsed
  end
  refused = not_optimized(call, want)
  if refused then return refused end
  local top, no_top = number(query["$top"], "$top")
  local skip, no_skip = number(query["$skip"], "$skip")
  if no_top or no_skip then return no_top or no_skip end
  local out, passed, context = host.json.array {}, 0, context_of(call)
  for _, record in ipairs(call.company.rows[call.kind]) do
    if test(record) then
      passed = passed + 1
      if passed > (skip or 0) and #out < (top or math.huge) then
        out[#out + 1] = values.show(call.entity.fields, record, want, context)
        out[#out].rowNumber = #out
      end
    end
  end
  return answers.json(200, out)
end

function records.get(call, query)
  check_query(call, query)
  if #call.keys > 0 then return one(call, query) end
  return list(call, query)
end

-- What a PUT means: by id, by $filter, by the keys in its body; nil for a new one.
local function meant(call, query, given)
  if given.id then
    local record = call.company.by_id[given.id]
    if not record or record.kind ~= call.kind then return nil, answers.exception("No entity satisfies the condition.", NONE) end
    return record
  end
  if query["$filter"] then
    local test, why = filter.parse(query["$filter"], call.entity, call.version, call.site.switches.zone_minutes)
    if not test then return nil, answers.exception(why, "System.ArgumentException") end
    for _, record in ipairs(call.company.rows[call.kind]) do
      if test(record) then return record end
    end
    return nil
  end
  local keys = {}
  for index, name in ipairs(call.entity.keys) do
    local value = given[name]
    if name == "OrderType" and value == nil then value = "SO" end
    if value == nil then return nil end
    keys[index] = value
  end
  return call.company:find(call.kind, table.unpack(keys))
end

local function check_plain(company, given, errors)
  if given.given.ShipVia and given.ShipVia and not company.ship_vias[given.ShipVia] then errors.ShipVia = "'Ship Via' cannot be found in the system." end
  return next(errors) == nil
end

local function apply_plain(company, record, given, errors)
  if not check_plain(company, given, errors) then return end
  for name in pairs(given.given) do
    if type(given[name]) == "table" and given[name].given then
      record[name] = record[name] or {}
      for inner in pairs(given[name].given) do
        if inner == "Address" then
          record[name].Address = record[name].Address or {}
          for part in pairs(given[name].Address.given) do record[name].Address[part] = given[name].Address[part] end
        else
          record[name][inner] = given[name][inner]
        end
      end
    elseif type(given[name]) ~= "table" then
      record[name] = given[name]
    end
  end
end

local makers = {}

function makers.SalesOrder(call, given, errors)
  local order = orders.blank(call.company, given, call.branch)
  orders.apply(call.company, order, given, errors, call.session.id)
  if next(errors) then return nil end
  order.OrderNbr = call.company:number "SalesOrder"
  return call.company:add("SalesOrder", order)
end

function makers.Shipment(call, given) return shipments.create(call.company, given) end

function makers.Customer(call, given, errors)
  if not given.CustomerName then errors.CustomerName = "'Customer Name' cannot be empty." return nil end
  if not check_plain(call.company, given, errors) then return nil end
  local customer = call.company:add_customer({ first = given.CustomerName, last = "", company = given.CustomerName, street = "", city = "",
    zip = "", country = "US" }, given.CustomerID)
  customer.MainContact, customer.ShippingContact = { Address = {} }, { Address = {} }
  apply_plain(call.company, customer, given, errors)
  return customer
end

function makers.StockItem(call, given, errors)
  if not given.InventoryID then errors.InventoryID = "'Inventory ID' cannot be empty." return nil end
  local item = call.company:add_item({ sku = given.InventoryID, name = given.Description or "", price = "0" }, 0)
  apply_plain(call.company, item, given, errors)
  return item
end

local function copy(record)
  local out = {}
  for name, value in pairs(record) do out[name] = value end
  return out
end

local function put_back(record, former)
  for name in pairs(record) do record[name] = nil end
  for name, value in pairs(former) do record[name] = value end
end

-- A refused write leaves nothing behind: gives what takes a record, its rows, the order lines they stand for and the stock back.
local function before(company, record)
  local kept, seen = {}, {}
  local function keep(held)
    if type(held) ~= "table" or seen[held] then return end
    seen[held], kept[#kept + 1] = true, { held = held, former = copy(held) }
  end
  keep(record)
  for _, name in ipairs { "Details", "Packages", "Orders", "ShippingSettings", "ShipToAddress", "ShipToContact", "BillToAddress",
    "BillToContact", "attributes" } do
    keep(record[name])
    for _, row in ipairs(record[name] or {}) do
      keep(row)
      keep(row.of)
      keep(row.Allocations)
      keep(company.stock[row.InventoryID])
    end
  end
  return function()
    for _, each in ipairs(kept) do put_back(each.held, each.former) end
  end
end

local appliers = {
  SalesOrder = orders.apply, Shipment = shipments.apply, Customer = apply_plain, StockItem = apply_plain,
}

-- The body as it came, with the sentences in its fields.
local function with_errors(body, errors)
  for name, why in pairs(errors) do
    if type(why) == "string" then
      if type(body[name]) ~= "table" then body[name] = {} end
      body[name].error = why
    else
      for index, inner in pairs(why) do with_errors(body[name][index], inner) end
    end
  end
  return body
end

local function refusal(call, body, errors, raised)
  if raised then
    if call.site.switches.outer_exceptions then return answers.outer(raised) end
    return answers.exception(raised)
  end
  return answers.json(422, with_errors(body, errors))
end

function records.write(call, query, request)
  check_query(call, query)
  if #call.keys > 0 then return answers.message(405, "The requested resource does not support http method '" .. request.method .. "'.") end
  local body = wire.json(request)
  if not body or body[1] ~= nil then return answers.bad "The body is not a JSON object." end
  local want, refused = wants(call, query)
  if not want then return refused end
  local errors, record, bad, undo = {}, nil, nil, nil
  local ok, raised = pcall(function()
    local context = context_of(call)
    local given, why = values.read(call.entity.fields, body, context)
    if not given then bad = answers.bad(why) return end
    record, bad = meant(call, query, given)
    if bad then return end
    if record and request.headers["if-none-match"] == "*" or not record and request.headers["if-match"] == "*" then
      bad = answers.message(412, "The record " .. (record and "exists" or "does not exist") .. ".")
      return
    end
    if record then
      undo = before(call.company, record)
      appliers[call.kind](call.company, record, given, errors, call.session.id)
      if not next(errors) then call.company:touch(record) end
    elseif request.method == "PATCH" then
      bad = answers.message(404, "The record to be changed was not found.")
    else
      record = makers[call.kind](call, given, errors)
    end
  end)
  if not ok and type(raised) ~= "table" then error(raised, 0) end
  if bad then return bad end
  if undo and (not ok or next(errors)) then undo() end
  if not ok or next(errors) then return refusal(call, body, errors, not ok and raised.refused or nil) end
  -- Without $select the answer has the fields that were sent, and the keys.
  if not want.select and not next(want.expand) then
    want.select = {}
    for name in pairs(body) do want.select[name] = {} end
    for _, name in ipairs(call.entity.keys) do want.select[name] = {} end
  end
  return answers.json(200, values.show(call.entity.fields, record, want, context_of(call)))
end

function records.delete(call)
  local record = records.named(call)
  if not record then return answers.exception("No entity satisfies the condition.", NONE) end
  local ok, raised = pcall(function()
    if call.kind == "Shipment" then return shipments.delete(call.company, record) end
    if call.kind == "SalesOrder" and #record.Shipments > 0 then error({ refused = "The order cannot be deleted: it has shipments." }, 0) end
    call.company:remove(record)
  end)
  if ok then return answers.empty(204) end
  if type(raised) ~= "table" then error(raised, 0) end
  return answers.exception(raised.refused)
end

return records
