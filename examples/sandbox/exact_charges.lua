-- Charges of orders and invoices in the simulated Exact Online, after apis/exact-online.md sections 5 and 6: a charge of the
-- master data, or shipping cost; the amount without tax wins over the one with it; there is no cost centre.

local money = require "money"

local charges = {}

local COMMON = [[ID guid read, LineNumber int read, IsShippingCost bool, OrderCharge guid, OrderChargeCode string read,
  OrderChargesLineDescription string, AmountFCExclVAT decimal, AmountFCInclVAT decimal, AmountVATFC decimal read, AmountDC decimal read,
  VATCode string, VATPercentage decimal read]]

-- By document: where its charges are, and the field that names it.
charges.OF = {
  ["salesorder/SalesOrders"] = { path = "salesorder/SalesOrderOrderChargeLines", header = "OrderID" },
  ["salesinvoice/SalesInvoices"] = { path = "salesinvoice/SalesInvoiceOrderChargeLines", header = "InvoiceID" },
}

function charges.entities(fields)
  return {
    ["salesorder/SalesOrderOrderChargeLines"] = {
      key = "ID", header = "OrderID", of = "salesorder/SalesOrders", scope = "Sales orders", methods = "GPUD", select = true,
      fields = fields(COMMON .. ", OrderID guid must"),
    },
    ["salesinvoice/SalesInvoiceOrderChargeLines"] = {
      key = "ID", header = "InvoiceID", of = "salesinvoice/SalesInvoices", scope = "Sales invoices", methods = "GPUD", select = true,
      fields = fields(COMMON .. ", InvoiceID guid must, GLAccount guid read"),
    },
  }
end

-- Checks a charge and fills in what follows; a list of sentences.
function charges.check(world, line)
  local charge
  if line.OrderCharge then
    charge = world.books:get(world.division, "sales/OrderCharges", line.OrderCharge)
    if not charge then return { "Invalid reference: Order charge" } end
    line.OrderChargeCode, line.VATCode = charge.Code, line.VATCode or charge.VATCode
  elseif not line.IsShippingCost then
    return { "Mandatory: Order charge" }
  end
  local vat = line.VATCode and world.books:find(world.division, "vat/VATCodes", "Code", line.VATCode)
  if line.VATCode and not vat then return { "Invalid VAT code " .. line.VATCode } end
  if vat and vat.IsBlocked then return { "Blocked: VAT code " .. line.VATCode } end
  local rate = vat and vat.Percentage or 0
  local net = line.AmountFCExclVAT
  if not net and line.AmountFCInclVAT then net = money.round(money.divide(line.AmountFCInclVAT * money.ONE, money.ONE + rate), 2) end
  net = money.round(net or charge and charge.Amount or 0, 2)
  line.VATPercentage, line.AmountFCExclVAT, line.AmountDC, line.AmountVATFC = rate, net, net, money.cents(net, rate)
  line.AmountFCInclVAT = net + line.AmountVATFC
  return {}
end

-- What a document's charges add to it: net and tax.
function charges.sum(world, path, id)
  local of, net, tax = charges.OF[path], 0, 0
  if not of or id == nil then return net, tax end
  for _, line in ipairs(world.books:lines(world.division, of.path, of.header, id)) do
    net, tax = net + line.AmountFCExclVAT, tax + line.AmountVATFC
  end
  return net, tax
end

return charges
