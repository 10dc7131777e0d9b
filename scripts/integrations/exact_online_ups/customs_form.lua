-- The commercial invoice that customs get with a shipment.

---@type from.exact_online.Consignment, to.ups.CustomsForms
local consignment, form = mapping { name = "customs_form", from = "exact_online.Consignment", to = "ups.CustomsForms" }

form.InvoiceNumber = consignment.customs.invoice_number
form.InvoiceDate = consignment.customs.invoice_date:text():replace("-", "")
form.PurchaseOrderNumber = consignment.order.your_ref
form.TermsOfShipment = consignment.incoterm
form.ReasonForExport = consignment.customs.reason
form.CurrencyCode = consignment.customs.currency
form.DeclarationStatement = given "declaration"

local goods, product = form.Product:each("goods", consignment.customs.lines)
product.Unit.Number = goods.quantity
product.Unit.Value = goods.unit_value
product.Unit.UnitOfMeasurement.Code = given "unit"
product.CommodityCode = goods.hs
product.PartNumber = goods.code:limit(35)
product.OriginCountryCode = goods.origin
product.ProductWeight.UnitOfMeasurement.Code = given "weight_unit"
product.ProductWeight.Weight = goods.weight_kg
