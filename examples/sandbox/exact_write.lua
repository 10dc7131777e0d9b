-- POST, PUT and DELETE of the simulated Exact Online. Each gives an answer; what it changed is told to `world.changed`.

local answers, charges, host, invoicing, rules, values, wire = require "exact_answers", require "exact_charges", require "host",
  require "exact_invoicing", require "exact_rules", require "exact_values", require "wire"
local entities = require "exact_fields"

local write = {}

local TOP_LEVEL = "The request body should be a valid top-level resource object"

-- Reads the body's fields into a row; nil, answer when one is not what the entity knows.
local drop_unkept

local function read_fields(world, entity, body)
  local row, nested = {}, {}
  for name, value in pairs(body) do
    local field = entity.fields[name]
    if not field then return nil, answers.error(400, ("Property '%s' does not exist"):format(name)) end
    if field.type == "lines" then
      nested[name] = value
    elseif field.read then
      if not world.switches.ignore_read_only then
        return nil, answers.error(400, ("Property '%s' is read-only"):format(name))
      end
    elseif not wire.is_null(value) then
      local kept, why = values.read(field, name, value)
      if kept == nil then return nil, answers.error(400, why) end
      row[name] = kept
    else
      row[name] = host.json.null
    end
  end
  return drop_unkept(world, row), nested
end

-- What Exact takes without a word and does not keep (a switch: packages and user rights decide it).
function drop_unkept(world, row)
  for _, name in ipairs(world.switches.dropped_fields) do row[name] = nil end
  return row
end

local function drop_nulls(row)
  for name, value in pairs(row) do
    if value == host.json.null then row[name] = nil end
  end
  return row
end

local function words(name) return (name:gsub("(%l)(%u)", function(a, b) return a .. " " .. b:lower() end)) end

-- A line inside its document need not name it.
local function missing(entity, row, nested, inside)
  local out = {}
  for name, field in pairs(entity.fields) do
    if field.must and row[name] == nil and nested[name] == nil and not (inside and name == entity.header) then out[#out + 1] = "Mandatory: " .. words(name) end
  end
  table.sort(out)
  return out
end

local function business_error(sentences) return answers.error(500, table.concat(sentences, "\r\n")) end

-- Gives the lines, and by line the lists inside it: { BatchNumbers = {…} }.
local function lines_of(world, list, line_path)
  local entity, lines, parts = entities[line_path], {}, {}
  -- One object where an array belongs is the classic mistake; an empty table may be either.
  if type(list) ~= "table" or (next(list) ~= nil and list[1] == nil) then return nil, answers.error(400, TOP_LEVEL) end
  for index, body in ipairs(list) do
    if type(body) ~= "table" then return nil, answers.error(400, TOP_LEVEL) end
    local line, nested = read_fields(world, entity, body)
    if not line then return nil, nested end
    drop_nulls(line)
    local absent = missing(entity, line, nested, true)
    if #absent > 0 then return nil, business_error(absent) end
    lines[index], parts[line] = line, {}
    for name, inner in pairs(nested) do
      local rows, bad = lines_of(world, inner, entity.fields[name].lines)
      if not rows then return nil, bad end
      parts[line][name] = rows
    end
  end
  return lines, parts
end

local function keep_lines(world, path, entity, header, lines, parts)
  for index, line in ipairs(lines) do
    line[entity.header], line.LineNumber = header, index
    world.books:insert(world.division, path, entity.key, line)
    for name, rows in pairs(parts and parts[line] or {}) do
      local inner = entity.fields[name].lines
      keep_lines(world, inner, entities[inner], line[entity.key], rows)
    end
  end
end

-- The lines without which there is no document.
local function lines_field(entity)
  for name, field in pairs(entity.fields) do
    if field.type == "lines" and field.must then return name, field.lines end
  end
end

-- The charges that a new document brings, checked; nil, answer when one is wrong.
local function charges_of(world, entity, nested)
  local out = {}
  for name, list in pairs(nested) do
    local field = entity.fields[name]
    if not field.must then
      local lines, bad = lines_of(world, list, field.lines)
      if not lines then return nil, bad end
      for _, line in ipairs(lines) do
        local broken = charges.check(world, line)
        if #broken > 0 then return nil, business_error(broken) end
      end
      out[field.lines] = lines
    end
  end
  return out
end

local function created(world, path, entity, row)
  world.changed(path, row[entity.key], "Create")
  return answers.json(201, { d = values.render(entity, path, row, world.base) })
end

local function create_document(world, path, entity, row, nested)
  local name, line_path = lines_field(entity)
  local lines, parts = lines_of(world, nested[name], line_path)
  if not lines then return parts end
  local extra, bad = charges_of(world, entity, nested)
  if not extra then return bad end
  local broken = rules.document[path](world, row, lines, parts)
  if #broken > 0 then return business_error(broken) end
  world.books:insert(world.division, path, entity.key, row)
  keep_lines(world, line_path, entities[line_path], row[entity.key], lines, parts)
  for charge_path, rows in pairs(extra) do
    keep_lines(world, charge_path, entities[charge_path], row[entity.key], rows)
    rules.add_up(world, row, lines, path)
  end
  return created(world, path, entity, row)
end

-- The document that a line belongs to, added up anew; nil, answer when it may not change.
local function document_of(world, entity, line)
  local header = line[entity.header] and world.books:get(world.division, entity.of, line[entity.header])
  if not header then return nil, business_error { "Invalid reference: " .. words(entity.header) } end
  if rules.frozen(header) then return nil, business_error { "Not allowed: the document has been processed" } end
  return header
end

local function add_up(world, entity, header)
  local _, line_path = lines_field(entities[entity.of])
  local lines = world.books:lines(world.division, line_path, entities[line_path].header, header[entities[entity.of].key])
  rules.total(world, entity.of, header, lines)
  header.Modified = host.now()
  world.changed(entity.of, header[entities[entity.of].key], "Update")
end

local function create_line(world, path, entity, line)
  local header, bad = document_of(world, entity, line)
  if not header then return bad end
  local broken = rules.line(world, path, entity, header, line)
  if #broken > 0 then return business_error(broken) end
  local last = 0
  for _, each in ipairs(world.books:lines(world.division, path, entity.header, line[entity.header])) do
    last = math.max(last, each.LineNumber)
  end
  line.LineNumber = last + 1
  world.books:insert(world.division, path, entity.key, line)
  add_up(world, entity, header)
  return answers.json(201, { d = values.render(entity, path, line, world.base) })
end

-- Processing: status 50, number, date and document; it can't be undone.
local function print_invoice(world, row)
  local path = "salesinvoice/SalesInvoices"
  local invoice = world.books:get(world.division, path, row.InvoiceID)
  if not invoice then return business_error { "Invalid reference: Invoice ID" } end
  if rules.frozen(invoice) then return business_error { "Not allowed: the invoice has been processed" } end
  if row.DocumentLayout and not world.books:get(world.division, "salesinvoice/Layouts", row.DocumentLayout) then
    return business_error { "Invalid reference: Document layout" }
  end
  local date = row.InvoiceDate or host.now() // 86400 * 86400
  local broken = rules.period(world, date)
  if broken then return business_error { broken } end
  if row.SendEmailToCustomer then world.books.divisions[world.division].mails = (world.books.divisions[world.division].mails or 0) + 1 end
  invoice.Status, invoice.InvoiceDate = 50, date
  invoice.InvoiceNumber = world.books:number(world.division, "invoice" .. invoice.Journal, 26700001)
  invoice.Modified = host.now()
  row.Document, row.DocumentCreationSuccess = host.uuid(), "Document is created"
  world.changed(path, invoice.InvoiceID, "Update")
  local printed = "salesinvoice/PrintedSalesInvoices"
  return answers.json(201, { d = values.render(entities[printed], printed, row, world.base) })
end

local function json_body(request)
  if not (request.headers["content-type"] or ""):find("application/json", 1, true) then return nil end
  local body = wire.json(request)
  if not body or body[1] ~= nil then return nil end
  return body
end

function write.create(world, path, entity, request)
  local body = json_body(request)
  if not body then return answers.error(400, TOP_LEVEL) end
  -- The reference has a POST, trying it was forbidden (section 5).
  if path == "salesorder/GoodsDeliveryLines" then return answers.error(403, "Forbidden") end
  local row, nested = read_fields(world, entity, body)
  if not row then return nested end
  drop_nulls(row)
  local absent = missing(entity, row, nested)
  if #absent > 0 then return business_error(absent) end
  if path == "salesinvoice/PrintedSalesInvoices" then return print_invoice(world, row) end
  if path == "salesinvoice/InvoiceSalesOrders" then
    local orders, bad = lines_of(world, nested.SalesOrderIDs, "salesinvoice/SalesOrderID")
    if not orders then return bad end
    local refused = invoicing(world, row, orders)
    if refused then return business_error { refused } end
    return answers.json(201, { d = values.render(entity, path, row, world.base) })
  end
  if path == "webhooks/WebhookSubscriptions" then return world.hooks:subscribe(world, row, entity) end
  if rules.document[path] then return create_document(world, path, entity, row, nested) end
  if entity.of then return create_line(world, path, entity, row) end
  local broken = rules.row[path] and rules.row[path](world, row) or {}
  if #broken > 0 then return business_error(broken) end
  local existing = path == "crm/Addresses" and rules.existing_address(world, row)
  if existing then return answers.json(201, { d = values.render(entity, path, existing, world.base) }) end
  world.books:insert(world.division, path, entity.key, row)
  return created(world, path, entity, row)
end

local function merged(row, changes)
  local out = {}
  for name, value in pairs(row) do out[name] = value end
  for name, value in pairs(changes) do out[name] = value end
  return drop_nulls(out)
end

-- A change is checked on a copy and then moved into the row that the books hold.
local function put_in_place(row, changed)
  for name in pairs(row) do row[name] = nil end
  for name, value in pairs(changed) do row[name] = value end
  row.Modified = host.now()
end

local function update_line(world, path, entity, row, changes)
  local header, bad = document_of(world, entity, row)
  if not header then return bad end
  local line = merged(row, changes)
  if changes.NetPrice and not changes.UnitPrice then line.UnitPrice = changes.NetPrice end
  -- Amounts that follow from each other: what is not given anew follows anew.
  if changes.AmountFC and not changes.VATAmountFC then line.VATAmountFC = nil end
  if changes.AmountFCInclVAT and not changes.AmountFCExclVAT then line.AmountFCExclVAT = nil end
  local broken = rules.line(world, path, entity, header, line, row)
  if #broken > 0 then return business_error(broken) end
  put_in_place(row, line)
  world.changed(path, row[entity.key], "Update")
  add_up(world, entity, header)
  return answers.empty(204)
end

local function update_document(world, path, entity, row, changes)
  local fixed = rules.fixed(path, row, changes)
  if fixed then return business_error { "Not allowed to change: " .. words(fixed) } end
  if rules.frozen(row) then return business_error { "Not allowed: the document has been processed" } end
  local _, line_path = lines_field(entity)
  local lines = world.books:lines(world.division, line_path, entities[line_path].header, row[entity.key])
  local document = merged(row, changes)
  local broken = rules.document[path](world, document, lines)
  if #broken > 0 then return business_error(broken) end
  put_in_place(row, document)
  world.changed(path, row[entity.key], "Update")
  return answers.empty(204)
end

function write.update(world, path, entity, row, request)
  local body = json_body(request)
  if not body then return answers.error(400, TOP_LEVEL) end
  local changes, nested = read_fields(world, entity, body)
  if not changes then return nested end
  -- What a PUT does with nested lines is not documented; nothing here may depend on it.
  if next(nested) then return answers.error(400, "Lines cannot be changed through the header") end
  if entity.of then return update_line(world, path, entity, row, changes) end
  if rules.document[path] then return update_document(world, path, entity, row, changes) end
  local fixed = rules.fixed(path, row, changes)
  if fixed then return business_error { "Not allowed to change: " .. words(fixed) } end
  local changed = merged(row, changes)
  local broken = rules.row[path] and rules.row[path](world, changed) or {}
  if #broken > 0 then return business_error(broken) end
  put_in_place(row, changed)
  world.changed(path, row[entity.key], "Update")
  return answers.empty(204)
end

function write.delete(world, path, entity, row)
  if entity.of then
    local header, bad = document_of(world, entity, row)
    if not header then return bad end
    world.books:delete(world.division, path, row[entity.key])
    world.changed(path, row[entity.key], "Delete")
    add_up(world, entity, header)
    return answers.empty(204)
  end
  local used = rules.used(world, path, row)
  if used then return business_error { "Not allowed: it is used by " .. used } end
  if rules.document[path] then
    if rules.frozen(row) then return business_error { "Not allowed: the document has been processed" } end
    local _, line_path = lines_field(entity)
    local line_entity = entities[line_path]
    for _, line in ipairs(world.books:lines(world.division, line_path, line_entity.header, row[entity.key])) do
      world.books:delete(world.division, line_path, line[line_entity.key])
    end
  end
  world.books:delete(world.division, path, row[entity.key])
  world.changed(path, row[entity.key], "Delete")
  return answers.empty(204)
end

return write
