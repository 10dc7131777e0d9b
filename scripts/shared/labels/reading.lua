-- What is to be shipped, as plain values: goods deliveries or sales orders with their lines, many of them in few calls. Amounts and
-- quantities are texts, so that a source can be kept and handed on.

local json, odata, time = require "json", require "odata", require "time"

local reading = {}

-- Guids in one filter: a URL stays below what gateways take.
local BATCH = 20
local CANCELLED = 45

local DELIVERY = "EntryID,DeliveryNumber,DeliveryDate,DeliveryAccount,DeliveryAddress,DeliveryAccountName,DeliveryContactPersonFullName,Description,"
  .. "Document,Remarks,ShippingMethod,TrackingNumber,WarehouseCode,Division"
local DELIVERY_LINES, ORDER_LINES = "GoodsDeliveryLines", "SalesOrderLines"
local ORDER = "OrderID,OrderNumber,Division,Status,DeliveryStatus,ApprovalStatus,OrderedBy,DeliverTo,DeliveryAddress,DeliverToName,"
  .. "DeliverToContactPersonFullName,OrderDate,DeliveryDate,Description,YourRef,Currency,ShippingMethod,WarehouseCode,IncotermCode,Document,Remarks"

-- Without blanks around; nil when nothing is left.
function reading.trimmed(text)
  local out = type(text) == "string" and text:match "^%s*(.-)%s*$" or ""
  return out ~= "" and out or nil
end

local trimmed = reading.trimmed

-- The day of a date as a list of changes writes it; nil where it says none.
function reading.day(text)
  local milliseconds = type(text) == "string" and text:match "^/Date%((%-?%d+)%)/$"
  return milliseconds and time.from_unix(math.tointeger(milliseconds) // 1000):sub(1, 10) or nil
end

-- What a webhook said, which comes as the text that was signed; nil where no webhook made the job.
function reading.message(job)
  local body = job.event and job.event.body
  if type(body) ~= "string" then return body end
  local said = try(json.decode, body)
  return said
end

local function exact(value) return value ~= nil and tostring(value) or nil end

-- Rows of a list whose field is one of the values, in as few calls as there have to be; each once. `lines`: what comes with each.
local function rows_of(list, select, field, values, kind, lines)
  local out, wanted, seen = {}, {}, {}
  for _, value in ipairs(values) do
    if value and not seen[value] then wanted[#wanted + 1], seen[value] = value, true end
  end
  for first = 1, #wanted, BATCH do
    local batch = table.move(wanted, first, math.min(first + BATCH - 1, #wanted), 1, {})
    local query = odata.equals(field, batch, kind)
    query["$select"], query["$expand"] = lines and select .. "," .. lines or select, lines
    for _, row in ipairs(list(query)) do out[#out + 1] = row end
  end
  return out
end

-- What came with a row.
local function lines_of(row, lines)
  local list = row[lines]
  return list and (list.results or list) or {}
end

local function by(list, field)
  local out = {}
  for _, row in ipairs(list) do out[row[field]] = row end
  return out
end

local function order_of(row)
  return row and {
    id = row.OrderID, number = row.OrderNumber, your_ref = trimmed(row.YourRef), currency = trimmed(row.Currency), incoterm = trimmed(row.IncotermCode),
    method = row.ShippingMethod, account_id = row.OrderedBy,
  } or nil
end

local function line_of(row, ordered, quantity)
  return {
    id = row.ID, order_line = ordered and ordered.ID, number = row.LineNumber, item = row.Item, code = trimmed(row.ItemCode),
    description = trimmed(ordered and ordered.Description or row.Description), quantity = exact(quantity), price = exact(ordered and ordered.NetPrice),
    cost_center = trimmed(ordered and ordered.CostCenter), cost_unit = trimmed(ordered and ordered.CostUnit), project = ordered and ordered.Project,
    tracking = trimmed(row.TrackingNumber),
  }
end

-- By id, those that there are: a call for deliveries with their lines and one for their orders with theirs, for every 20.
function reading.deliveries(books, ids)
  local found, numbers = rows_of(books.goods_deliveries.list, DELIVERY, "EntryID", ids, "guid", DELIVERY_LINES), {}
  for _, row in ipairs(found) do
    for _, line in ipairs(lines_of(row, DELIVERY_LINES)) do numbers[#numbers + 1] = line.SalesOrderNumber end
  end
  local ordered = {}
  for _, order in ipairs(rows_of(books.sales_orders.list, ORDER, "OrderNumber", numbers, "integer", ORDER_LINES)) do
    for _, line in ipairs(lines_of(order, ORDER_LINES)) do ordered[line.ID] = { line = line, order = order } end
  end
  local out = {}
  for _, row in ipairs(found) do
    out[row.EntryID] = {
      kind = "delivery", id = row.EntryID, number = row.DeliveryNumber, division = row.Division, date = row.DeliveryDate,
      tracking = trimmed(row.TrackingNumber), document = row.Document, method = row.ShippingMethod,
      warehouse = trimmed(row.WarehouseCode), account_id = row.DeliveryAccount,
      address_id = row.DeliveryAddress, company = trimmed(row.DeliveryAccountName), person = trimmed(row.DeliveryContactPersonFullName),
      remarks = trimmed(row.Remarks), description = trimmed(row.Description), lines = {},
    }
  end
  for _, row in ipairs(found) do
    local source = out[row.EntryID]
    for _, line in ipairs(lines_of(row, DELIVERY_LINES)) do
      local of = ordered[line.SalesOrderLineID]
      source.lines[#source.lines + 1] = line_of(line, of and of.line, line.QuantityDelivered)
      local order = of and of.order
      if order then
        source.order = source.order or order_of(order)
        source.method, source.warehouse = source.method or order.ShippingMethod, source.warehouse or trimmed(order.WarehouseCode)
        source.division = source.division or order.Division
      end
    end
  end
  for _, source in pairs(out) do table.sort(source.lines, function(a, b) return (a.number or 0) < (b.number or 0) end) end
  return out
end

-- Sales orders with what is still open of them.
function reading.orders(books, ids)
  local out, found = {}, rows_of(books.sales_orders.list, ORDER, "OrderID", ids, "guid", ORDER_LINES)
  for _, row in ipairs(found) do
    out[row.OrderID] = {
      kind = "order", id = row.OrderID, number = row.OrderNumber, division = row.Division, date = row.DeliveryDate or row.OrderDate,
      taken = row.OrderDate, method = row.ShippingMethod, warehouse = trimmed(row.WarehouseCode), account_id = row.DeliverTo or row.OrderedBy,
      address_id = row.DeliveryAddress, company = trimmed(row.DeliverToName), person = trimmed(row.DeliverToContactPersonFullName),
      remarks = trimmed(row.Remarks), description = trimmed(row.Description), order = order_of(row), lines = {}, approval = row.ApprovalStatus,
      delivery_status = row.DeliveryStatus, is_cancelled = row.Status == CANCELLED or row.DeliveryStatus == CANCELLED,
    }
  end
  for _, row in ipairs(found) do
    local source = out[row.OrderID]
    for _, line in ipairs(lines_of(row, ORDER_LINES)) do
      local open = line.Item and (line.Quantity or 0) - (line.QuantityDelivered or 0)
      if open then source.lines[#source.lines + 1] = line_of(line, line, open) end
    end
  end
  for _, source in pairs(out) do table.sort(source.lines, function(a, b) return (a.number or 0) < (b.number or 0) end) end
  return out
end

-- One of them; nil when it is not there.
function reading.one(books, kind, id)
  return (kind == "order" and reading.orders or reading.deliveries)(books, { id })[id]
end

-- Headers alone, by id.
function reading.headers(books, ids) return by(rows_of(books.goods_deliveries.list, DELIVERY, "EntryID", ids, "guid"), "EntryID") end

-- Ids of deliveries, or orders, that a person names by number.
function reading.by_number(books, kind, number)
  local out = {}
  if kind == "order" then
    for _, row in ipairs(books.sales_orders.list { ["$filter"] = "OrderNumber eq " .. number }) do out[#out + 1] = row.OrderID end
  else
    for _, row in ipairs(books.goods_deliveries.list { ["$filter"] = "DeliveryNumber eq " .. number }) do out[#out + 1] = row.EntryID end
  end
  return out
end

return reading
