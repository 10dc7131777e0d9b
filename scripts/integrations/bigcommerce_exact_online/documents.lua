-- The invoice in the books: created once, found again, changed while Exact lets it be changed.
--
-- The order's date of change is the version of everything sent. The header goes first: when a newer state of the order
-- was sent before, it is superseded, and nothing of the older one follows.

local decimal, odata, totals = require "decimal", require "odata", require "totals"

local documents = {}

local PROCESSED = 50
local HEADER = { "Description", "PaymentCondition", "DeliverToAddress" }
local LINE = { "Item", "Quantity", "NetPrice", "VATCode", "GLAccount", "CostCenter", "CostUnit", "Description" }

-- What this order's invoice got before, from any job: { id, number, version }, or nil.
function documents.prior(job) return job:sent "invoice" end

-- Whether the books hold what is wanted. A field that the mapping leaves out is Exact's own to fill.
local function same(wanted, found)
  if wanted == nil then return true end
  if type(wanted) == "string" then
    local text = found and tostring(found):match "^(.-)%s*$"
    return text == wanted or text == wanted:match "^(.-)%s*$"
  end
  return found ~= nil and (decimal(tostring(wanted)) - decimal(tostring(found))):is_zero()
end

local function differences(fields, wanted, found)
  local out
  for _, field in ipairs(fields) do
    if not same(wanted[field], found[field]) then
      out = out or {}
      out[field] = wanted[field]
    end
  end
  return out
end

-- Lines as they stand and as they should be, matched by Notes: to change, to add, to delete.
local function line_changes(books, id, wanted)
  local standing, changes = {}, { update = {}, create = {}, delete = {} }
  for _, line in ipairs(books.sales_invoice_lines.list(odata.equals("InvoiceID", { id }, "guid"))) do
    standing[line.Notes or line.ID] = line
  end
  for _, line in ipairs(wanted) do
    local found = standing[line.Notes]
    standing[line.Notes] = nil
    local changed = found and differences(LINE, line, found)
    if changed then changes.update[#changes.update + 1] = { id = found.ID, notes = line.Notes, fields = changed } end
    if not found then changes.create[#changes.create + 1] = line end
  end
  for notes, line in pairs(standing) do changes.delete[#changes.delete + 1] = { id = line.ID, notes = notes } end
  return changes
end

local function nothing(changes) return #changes.update + #changes.create + #changes.delete == 0 end

local function send_lines(job, books, invoice_id, changes, version)
  for _, change in ipairs(changes.update) do
    job:send("change " .. change.notes, books.sales_invoice_lines.update(change.id, change.fields),
      { version = version, entity = change.notes })
  end
  for _, line in ipairs(changes.create) do
    line.InvoiceID = invoice_id
    -- The version is part of the name: what was taken off an order may come back.
    job:send(("add %s %s"):format(line.Notes, version), books.sales_invoice_lines.create(line), { version = version })
  end
  for _, change in ipairs(changes.delete) do
    job:send("delete " .. change.notes, books.sales_invoice_lines.delete(change.id), { version = version, entity = change.notes })
  end
end

local function update(job, books, order, invoice, id)
  local found, why = try(books.sales_invoices.get, id)
  if not found then
    if why.code ~= "not_found" then error(why, 0) end
    -- A person deleted it: that is not undone by a change of the order (C17).
    return job:refuse(("Order %d changed, but its invoice is no longer in Exact Online."):format(order.id),
      { cause = "invoice_gone", concern = "finance" })
  end
  local header = differences(HEADER, invoice, found)
  local lines = line_changes(books, id, invoice.SalesInvoiceLines)
  if not header and nothing(lines) then return { unchanged = id } end
  if found.Status == PROCESSED then
    return job:refuse(("Order %d changed, but invoice %s has been processed. Credit it in Exact Online if the change counts.")
      :format(order.id, found.InvoiceNumber or id), { cause = "invoice_processed", concern = "finance" })
  end
  if not same(invoice.OrderedBy, found.OrderedBy) then
    return job:refuse(("Order %d now belongs to another customer than its invoice."):format(order.id),
      { cause = "customer_changed", concern = "finance" })
  end
  local version = order.date_modified
  local sent = job:send("invoice", books.sales_invoices.update(id, header or { Description = invoice.Description }),
    { version = version, entity = invoice.YourRef })
  if sent.state == "superseded" then return { superseded = id } end
  send_lines(job, books, id, lines, version)
  return { updated = id }
end

local function is_older(prior, order) return prior ~= nil and prior.version ~= nil and prior.version < order.date_modified end

function documents.post(job, books, order, invoice)
  local prior = documents.prior(job)
  if prior then return update(job, books, order, invoice, prior.id) end
  local sent = job:send("invoice", books.sales_invoices.create(invoice), { version = order.date_modified })
  -- Another job may have created it in the meantime, from an older state of the order.
  prior = documents.prior(job)
  if is_older(prior, order) then return update(job, books, order, invoice, prior.id) end
  totals.confirm(job, order, sent)
  return { invoice = sent.id, number = sent.number }
end

return documents
