-- What a person does in the simulated books, in the place of us: processes, deletes, edits, delivers, blocks.

local packing = require "exact_packing"
local calendar, dispatch, entities, host, money, rules, write = require "calendar", require "exact_dispatch", require "exact_fields", require "host",
  require "money", require "exact_rules", require "exact_write"

local DOCUMENTS = { "salesinvoice/SalesInvoices", "salesentry/SalesEntries", "salesorder/SalesOrders" }
local LINES = {
  ["salesinvoice/SalesInvoices"] = "salesinvoice/SalesInvoiceLines", ["salesentry/SalesEntries"] = "salesentry/SalesEntryLines",
  ["salesorder/SalesOrders"] = "salesorder/SalesOrderLines",
}

local function document(world, id)
  for _, path in ipairs(DOCUMENTS) do
    local row = world.books:get(world.division, path, id)
    if row then return row, path end
  end
end

local acts = {}

function acts.process(world, id)
  local row, path = document(world, id)
  if not row or row.Status == 50 then return false end
  row.Status = 50
  if path == DOCUMENTS[1] then
    row.InvoiceDate = host.now() // 86400 * 86400
    row.InvoiceNumber = world.books:number(world.division, "invoice" .. row.Journal, 26700001)
  end
  world.changed(path, id, "Update")
  return true
end

function acts.delete(world, id)
  local row, path = document(world, id)
  return row ~= nil and write.delete(world, path, entities[path], row).status == 204
end

-- An order's goods leave the house.
function acts.deliver(world, id)
  local row, path = document(world, id)
  if path ~= DOCUMENTS[3] then return false end
  row.Status, row.DeliveryStatus = 21, 21
  world.changed(path, id, "Update")
  return true
end

-- { id =, price = "19.00", vat_code = "0" } of the first line, { id =, remove = true } of the last, { id =, add = true } of one more
-- like the first without notes, or { id =, description = "…", date = "2026-10-31T00:00:00" } of the document.
function acts.edit(world, edit)
  local row, path = document(world, edit.id)
  if not row then return false end
  if edit.description then row.Description = edit.description end
  if edit.date then row[row.EntryDate and "EntryDate" or "OrderDate"] = calendar.parse_iso(edit.date) end
  local of_lines = entities[LINES[path]]
  local function lines() return world.books:lines(world.division, LINES[path], of_lines.header, edit.id) end
  if edit.price or edit.vat_code then
    local first, price = lines()[1], edit.price and money.parse(edit.price)
    -- The screen works the tax of an entry out anew.
    if price and not first.NetPrice and first.AmountFC ~= 0 then
      first.VATAmountFC = money.round(money.divide((first.VATAmountFC or 0) * price, first.AmountFC), 2)
    end
    if price then first.AmountFC = price end
    if price and first.NetPrice then first.NetPrice, first.UnitPrice = price, price end
    if edit.vat_code then first.VATCode, first.VATAmountFC = edit.vat_code, nil end
    rules.line(world, LINES[path], of_lines, row, first)
  end
  if edit.add then
    local copy = {}
    for name, value in pairs(lines()[1]) do copy[name] = value end
    copy.ID, copy.Notes = nil, nil
    world.books:insert(world.division, LINES[path], "ID", copy)
  end
  if edit.remove then
    local all = lines()
    if write.delete(world, LINES[path], of_lines, all[#all]).status ~= 204 then return false end
  end
  rules.total(world, path, row, lines())
  row.Modified = host.now()
  world.changed(path, edit.id, "Update")
  return true
end

-- { id =, your_ref = "…" }: the same document once more, by hand; without your_ref it bears none.
function acts.copy(world, copy)
  local row, path = document(world, copy.id)
  if not row then return false end
  local key, made = entities[path].key, {}
  for name, value in pairs(row) do made[name] = value end
  made[key], made.YourRef, made.Status, made.InvoiceNumber = nil, copy.your_ref, 20, nil
  world.books:insert(world.division, path, key, made)
  local lines = entities[LINES[path]]
  for _, line in ipairs(world.books:lines(world.division, LINES[path], lines.header, copy.id)) do
    local again = {}
    for name, value in pairs(line) do again[name] = value end
    again[lines.key], again[lines.header] = nil, made[key]
    world.books:insert(world.division, LINES[path], lines.key, again)
  end
  world.changed(path, made[key], "Create")
  return true
end

for name, act in pairs(dispatch.acts) do acts[name] = act end
for name, act in pairs(packing.acts) do acts[name] = act end

-- Gives how many acts were done, and the sales orders that were taken.
return function(world, body)
  local done, taken = 0, host.json.array {}
  local drafts = body.orders or {}
  if math.type(drafts) == "integer" then
    local count = drafts
    drafts = {}
    for index = 1, count do drafts[index] = {} end
  end
  for _, draft in ipairs(drafts) do
    local order, why = dispatch.take(world, draft)
    if not order then return done, taken, why end
    done, taken[#taken + 1] = done + 1, { id = order.OrderID, number = order.OrderNumber }
  end
  for name, act in pairs(acts) do
    for _, each in ipairs(body[name] or {}) do
      if act(world, each) then done = done + 1 end
    end
  end
  local account = body.block_account and world.books:find(world.division, "crm/Accounts", "Email", body.block_account)
  if account then account.Blocked, done = true, done + 1 end
  return done, taken
end
