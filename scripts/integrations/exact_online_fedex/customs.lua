-- What customs are told of a consignment that crosses a border: goods by code, origin and value, whose sum is what is declared.

---@type from.exact_online.Consignment, to.fedex.Customs
local consignment, customs = mapping { name = "customs", from = "exact_online.Consignment", to = "fedex.Customs" }

customs.totalCustomsValue.amount = consignment.customs.total
customs.totalCustomsValue.currency = consignment.customs.currency
customs.dutiesPayment.paymentType = given "duties"
customs.commercialInvoice.shipmentPurpose = consignment.customs.reason
customs.commercialInvoice.termsOfSale = consignment.incoterm
customs.commercialInvoice.customerReferences = given "invoice_references"
local good, commodity = customs.commodities:each("good", consignment.customs.lines)
commodity.description = good.description
commodity.countryOfManufacture = good.origin
commodity.harmonizedCode = good.hs
commodity.quantity = good.quantity:integer()
commodity.quantityUnits = setting.quantity_units
commodity.unitPrice.amount = good.unit_value
commodity.unitPrice.currency = consignment.customs.currency
commodity.customsValue.amount = good.value
commodity.customsValue.currency = consignment.customs.currency
commodity.weight.units = "KG"
commodity.weight.value = good.weight_kg
commodity.partNumber = good.code
