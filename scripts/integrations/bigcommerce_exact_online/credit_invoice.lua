-- What was given back as a credit invoice. It names the invoice that it credits, and its lines those that they undo.

---@type from.bigcommerce.credit, to.exact_online.SalesInvoice
local credit, invoice = mapping { name = "credit_invoice", from = "bigcommerce.credit", to = "exact_online.SalesInvoice" }

local CREDIT_INVOICE = 8021

invoice.Type = CREDIT_INVOICE
invoice.YourRef = credit.reference
invoice.Journal = credit.journal
invoice.OrderedBy = credit.customer
invoice.OrderDate = credit.created:date()
invoice.Currency = credit.currency
invoice.Description = "Credit of " .. credit.original .. ", " .. setting.description .. " " .. credit.order_id
invoice.PaymentCondition = credit.condition
invoice.Remarks = credit.reason

local source, line = invoice.SalesInvoiceLines:each("credit", credit.lines)
line.Item = source.item
line.Quantity = source.quantity
line.NetPrice = source.price
line.VATCode = source.vat_code
line.GLAccount = source.account
line.CostCenter = source.cost_center
line.CostUnit = source.cost_unit
line.Description = source.description
line.Notes = source.notes
