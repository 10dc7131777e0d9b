-- The shopper's total is the truth: the invoice's lines must come to what the order says, or nothing is posted (C8).

local decimal, tax = require "decimal", require "tax"

local totals = {}

local function exact(number) return decimal(tostring(number)) end

-- What Exact will make of the lines: each rounded to the cent.
local function lines_total(invoice)
  local sum = decimal "0"
  for _, line in ipairs(invoice.SalesInvoiceLines) do sum = sum + (exact(line.Quantity) * exact(line.NetPrice)):round(2) end
  return sum
end

function totals.check(job, order, invoice)
  local of_lines = lines_total(invoice)
  local difference = of_lines - order.total_ex_tax
  if difference:abs() <= exact(job.settings.tolerance) then return end
  job:refuse(("Order %d comes to %s without tax, but its invoice lines to %s: a difference of %s.")
    :format(order.id, order.total_ex_tax:text(), of_lines:text(), difference:text()),
    { cause = "totals", concern = "finance" })
end

-- What Exact made of it, tax included, against what the shopper paid. Without a table of VAT codes the items decide on
-- the tax and there is nothing to hold it against.
function totals.confirm(job, order, sent)
  local amount = sent.record and sent.record.AmountFC
  if not amount or tax.is_empty(job.settings.vat_codes) then return end
  local difference = exact(amount) - order.total_inc_tax
  if difference:abs() <= exact(job.settings.tolerance) then return end
  job:refuse(("Order %d comes to %s, but invoice %s in Exact Online to %s: a difference of %s.")
    :format(order.id, order.total_inc_tax:text(), sent.number or sent.id, tostring(amount), difference:text()),
    { cause = "totals", concern = "finance" })
end

return totals
