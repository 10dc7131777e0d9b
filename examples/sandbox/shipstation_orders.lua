-- Orders of the simulated ShipStation V1 (sheet, section 2). Routes are { method, path pattern, handler(call, site) }.

local answers, clock, fields, host, lists, shapes, wire = require "shipstation_answers", require "shipstation_clock",
  require "shipstation_fields", require "host", require "shipstation_lists", require "shipstation_shapes", require "wire"

local MOST_AT_ONCE, LONGEST_NUMBER = 100, 50

local function field(name) return function(order) return order.fields[name] end end
local function wall(name) return function(order) return clock.wall(order[name]) end end

local orders = {
  name = "orders", show = shapes.order, key = function(order) return order.id end,
  rows = function(site)
    local out = {}
    for _, order in ipairs(site.account.orders) do
      if site.account:visible(order.id) and not order.only_v2 then out[#out + 1] = order end
    end
    return out
  end,
  sorts = {
    OrderDate = function(order) return order.fields.orderDate or 0 end, ModifyDate = wall "modified", CreateDate = wall "created",
  },
  filters = {
    customerName = lists.has(function(order) return { (order.fields.billTo or {}).name or "", (order.fields.shipTo or {}).name or "" } end),
    itemKeyword = lists.has(function(order)
      local out = {}
      for _, item in ipairs(order.items) do
        out[#out + 1] = item.sku or ""
        out[#out + 1] = item.name
      end
      return out
    end),
    orderNumber = lists.begins(field "orderNumber"),
    orderStatus = function(value)
      if not fields.STATUSES[value] and value ~= "rejected_fulfillment" then return nil, "is not a status" end
      return function(order) return order.fields.orderStatus == value end
    end,
    storeId = lists.number(function(order) return order.store end),
    -- What resource_url of a notification filters by.
    importBatch = function(value) return function(order) return order.batches ~= nil and order.batches[value] == true end end,
  },
}
lists.period(orders.filters, "createDate", wall "created")
lists.period(orders.filters, "modifyDate", wall "modified")
lists.period(orders.filters, "orderDate", field "orderDate")
lists.period(orders.filters, "paymentDate", field "paymentDate")

local by_tag = { name = "orders", show = shapes.order, key = orders.key, sorts = {}, filters = { orderStatus = orders.filters.orderStatus } }
by_tag.filters.tagId = function(value)
  local wanted = math.tointeger(tonumber(value))
  if not wanted then return nil, "is not a tag" end
  return function(order)
    for _, tag in ipairs(order.tags or {}) do
      if tag == wanted then return true end
    end
    return false
  end
end
by_tag.rows = orders.rows

local function bad(site, text) return answers.bad(site.switches.bad_input, text) end

local function checked(kind, value, site)
  return fields.check(kind, value, {
    zone_in_dates = site.switches.zone_in_dates,
    unknown = function(path)
      site.journal:violation("unknown_field", path)
      if site.switches.unknown_fields == "refused" then fields.refuse(path, "is not known") end
    end,
  })
end

local function may_update(order, given, site, bulk)
  local status = order.fields.orderStatus
  if order.deleted or order.merged_into then return false, "The order is inactive." end
  if given.orderId and given.orderId ~= order.id then return false, "The orderId does not match the orderKey." end
  if order.merged_or_split and not given.orderId then return false, "orderId is required for orders that were split or merged." end
  if site.account.is_open(order) or bulk and status == "pending_fulfillment" then return true end
  return false, ("Order %s is %s and can't be updated."):format(order.fields.orderNumber, status), true
end

-- Creates or updates; gives the order and its status before, or nil and why, and whether an update of a locked order was it.
local function put(body, site, bulk)
  local given, why = checked(fields.order, body, site)
  if not given then return nil, why end
  if #given.orderNumber > LONGEST_NUMBER then return nil, "orderNumber: the most is 50 characters" end
  if given.orderStatus == "cancelled" and not site.switches.cancel_by_createorder then return nil, "orderStatus: can't be set to cancelled" end
  local options = given.advancedOptions or {}
  if options.warehouseId and not site.account:warehouse(options.warehouseId) then return nil, "advancedOptions.warehouseId: there is no such warehouse" end
  given.orderKey = given.orderKey and site.account:key(given.orderKey)
  local order = given.orderKey and site.account.by_key[given.orderKey]
  if not order then
    if given.orderId then return nil, "orderId: there is no such order with this orderKey" end
    if options.storeId and not site.account:store(options.storeId) then return nil, "advancedOptions.storeId: there is no such store" end
    order = site.account:create(given)
    order.tags = given.tagIds
    return order
  end
  local may, refusal, locked = may_update(order, given, site, bulk)
  if not may and locked and site.switches.locked_update == "ignored" then return order, order.fields.orderStatus end
  if not may then return nil, refusal end
  if options.storeId and options.storeId ~= order.store then site.journal:violation("store_changed", given.orderNumber) end
  local before = order.fields.orderStatus
  given.orderKey = order.key
  site.account:replace(order, given)
  if given.tagIds or site.switches.omitted_fields ~= "kept" then order.tags = given.tagIds end
  return order, before
end

local function create_order(call, site)
  local order, before = put(call.body, site, false)
  if not order then return bad(site, before) end
  if site.account:notable(order, before) then site.account.told("order", { order }) end
  return answers.json(200, shapes.order(order))
end

local function create_orders(call, site)
  if #call.body == 0 then return bad(site, "orders are required") end
  if #call.body > MOST_AT_ONCE then
    site.journal:violation("too_many_orders", tostring(#call.body))
    return bad(site, "at most 100 orders are taken at once")
  end
  local results, failed, notable = host.json.array {}, false, {}
  for index, body in ipairs(call.body) do
    local order, before
    if type(body) == "table" then order, before = put(body, site, true) else before = "expected an order" end
    local given = type(body) == "table" and body or {}
    if order then
      if site.account:notable(order, before) then notable[#notable + 1] = order end
      results[index] = { orderId = order.id, orderNumber = order.fields.orderNumber, orderKey = order.key, success = true, errorMessage = host.json.null }
    else
      failed = true
      results[index] = {
        orderId = 0, orderNumber = answers.or_null(given.orderNumber), orderKey = answers.or_null(given.orderKey), success = false, errorMessage = before,
      }
    end
  end
  if #notable > 0 then site.account.told("order", notable) end
  return answers.json(200, { hasErrors = failed, results = results })
end

-- A body's order, or nil and the answer.
local function order_of(call, kind, site)
  local given, why = checked(kind, call.body, site)
  if not given then return nil, bad(site, why) end
  local order = site.account:visible(given.orderId)
  if not order then return nil, answers.message(404, "The order does not exist.") end
  return order, given
end

local function said(text) return answers.json(200, { success = true, message = text }) end

local function hold(call, site)
  local order, given = order_of(call, fields.hold, site)
  if not order then return given end
  local status = order.fields.orderStatus
  if status ~= "awaiting_shipment" and status ~= "on_hold" then return bad(site, "Only orders that await shipment can be held.") end
  order.fields.orderStatus, order.hold_until = "on_hold", given.holdUntilDate
  site.account:touch(order, true)
  return said("The requested order has been held until " .. clock.date(given.holdUntilDate) .. ".")
end

local function restore(call, site)
  local order, given = order_of(call, fields.one_order, site)
  if not order then return given end
  if order.fields.orderStatus ~= "on_hold" then return bad(site, "The order is not on hold.") end
  order.fields.orderStatus, order.hold_until = "awaiting_shipment", nil
  site.account:touch(order, true)
  return said "The requested order has been restored from on hold status."
end

local function mark(call, site)
  local order, given = order_of(call, fields.shipped, site)
  if not order then return given end
  if not site.account.is_open(order) then return bad(site, ("The order is already %s."):format(order.fields.orderStatus)) end
  local fulfillment = site.account:fulfil(order, {
    carrier = given.carrierCode, tracking = given.trackingNumber, ship_date = given.shipDate, mail = given.notifyCustomer, notice = given.notifySalesChannel,
  })
  if site.switches.mark_fires then site.account.told("fulfillment", { fulfillment }) end
  return answers.json(200, { orderId = order.id, orderNumber = order.fields.orderNumber })
end

local function tag(add)
  return function(call, site)
    local order, given = order_of(call, fields.tag, site)
    if not order then return given end
    if not site.account:tag(given.tagId) then return bad(site, "tagId: there is no such tag") end
    local kept = {}
    for _, id in ipairs(order.tags or {}) do
      if id ~= given.tagId then kept[#kept + 1] = id end
    end
    if add then kept[#kept + 1] = given.tagId end
    order.tags = kept
    site.account:touch(order, true)
    return said(add and "Tag added successfully." or "Tag removed successfully.")
  end
end

local function assign(remove)
  return function(call, site)
    local given, why = checked(fields.assign, call.body, site)
    if not given then return bad(site, why) end
    if not remove and not given.userId then return bad(site, "userId: is required") end
    for _, id in ipairs(given.orderIds) do
      local order = site.account:visible(id)
      if not order then return answers.message(404, "The order does not exist.") end
      order.user = not remove and given.userId or nil
      site.account:touch(order, true)
    end
    return said(remove and "User unassigned from orders." or "User assigned to orders.")
  end
end

local function one(call, site)
  local order = site.account:visible(math.tointeger(call.ids[1]))
  if not order or order.only_v2 then return answers.message(404, "The order does not exist.") end
  if call.method == "GET" then return answers.json(200, shapes.order(order)) end
  order.deleted = true
  site.account:touch(order)
  return said "The requested order has been deleted."
end

return {
  checked = checked, order_of = order_of, is_null = wire.is_null,
  routes = {
    { "GET", "orders", function(call, site) return lists.answer(orders, call, site) end },
    { "GET", "orders/listbytag", function(call, site)
      if not call.query.tagId or not call.query.orderStatus then return bad(site, "orderStatus and tagId are required") end
      return lists.answer(by_tag, call, site)
    end },
    { "POST", "orders/createorder", create_order }, { "POST", "orders/createorders", create_orders },
    { "POST", "orders/holduntil", hold }, { "POST", "orders/restorefromhold", restore }, { "POST", "orders/markasshipped", mark },
    { "POST", "orders/addtag", tag(true) }, { "POST", "orders/removetag", tag(false) },
    { "POST", "orders/assignuser", assign(false) }, { "POST", "orders/unassignuser", assign(true) },
    { "GET", "orders/(%d+)", one }, { "DELETE", "orders/(%d+)", one },
  },
}
