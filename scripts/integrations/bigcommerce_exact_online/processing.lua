-- Open invoices are processed in the night where the settings say so (BC17): one job lists them, each is a job of its own,
-- so that one that Exact refuses holds up no other.

local documents, odata = require "documents", require "odata"

local processing = {}

local function is_ours(invoice, settings)
  local described = invoice.Description and invoice.Description:sub(1, #settings.description) == settings.description
  return described and invoice.YourRef and invoice.YourRef:find "^[%w_%-]+%-%d+" ~= nil
end

function processing.list(job, books)
  local settings = job.settings
  if settings.ends_as ~= "processed" or settings.processing ~= "nightly" then return job:skip "invoices are not processed in the night" end
  local count = 0
  local open = odata.all { odata.compare("Journal", "eq", settings.journal), odata.compare("Status", "ne", 50, "integer") }
  for _, division in ipairs(books:connections()) do
    for _, invoice in ipairs(books:at(division).sales_invoices.list { ["$filter"] = open }) do
      if is_ours(invoice, settings) then
        job:emit("process", invoice.YourRef, { id = invoice.InvoiceID, date = invoice.OrderDate, division = division })
        count = count + 1
      end
    end
  end
  return { invoices = count }
end

function processing.one(job, books)
  if job.event.division then books = books:at(job.event.division) end
  local invoice = books.sales_invoices.get(job.event.id)
  if invoice.Status == 50 then return job:skip "the invoice has been processed" end
  documents.process(job, books, { id = job.event.id, reference = job.key, date = job.event.date }, job:now())
  return { processed = job.event.id }
end

return processing
