-- What goes out from one warehouse as an order of ShipStation. Every send replaces the whole order there.

---@type from.acumatica.OrderToShip, to.shipstation.Order
local order, target = mapping { name = "order", from = "acumatica.OrderToShip", to = "shipstation.Order" }

target.orderKey = given "key"
target.orderNumber = order:field "number"
target.orderStatus = given "status"
-- A date has no hour there: it stays the date that it is.
target.orderDate = order:field "date":text() .. " 00:00:00"
target.shipByDate = order.ship_by:text() .. " 00:00:00"
target.customerUsername = order.customer
target.customerEmail = setting.customer_email:when(order.ship_contact.Email)
target.internalNotes = order.notes
target.requestedShippingService = order.ship_via
target.carrierCode = order.service.carrier
target.serviceCode = order.service.service
target.packageCode = order.service.package
target.confirmation = order.service.confirmation

local bill_to = target.billTo
bill_to.name = order.bill_contact.Attention:default(order.bill_contact.BusinessName):default(order.customer)
bill_to.company = order.bill_contact.Attention:present():when(order.bill_contact.BusinessName)
bill_to.street1 = order.bill_to.AddressLine1
bill_to.street2 = order.bill_to.AddressLine2
bill_to.city = order.bill_to.City
bill_to.state = order.bill_to.State
bill_to.postalCode = order.bill_to.PostalCode
bill_to.country = order.bill_to.Country
bill_to.phone = order.bill_contact.Phone1

local ship_to = target.shipTo
ship_to.name = order.ship_contact.Attention:default(order.ship_contact.BusinessName):default(order.customer)
ship_to.company = order.ship_contact.Attention:present():when(order.ship_contact.BusinessName)
ship_to.street1 = order.ship_to.AddressLine1
ship_to.street2 = order.ship_to.AddressLine2
ship_to.city = order.ship_to.City
ship_to.state = order.ship_to.State
ship_to.postalCode = order.ship_to.PostalCode
ship_to.country = order.ship_to.Country
ship_to.phone = order.ship_contact.Phone1

local goods, item = target.items:each("goods", order.goods)
item.lineItemKey = goods.key
item.sku = goods.sku
item.name = goods.name
item.quantity = goods.quantity
item.unitPrice = goods.price
item.weight.value = goods.grams
item.weight.units = goods.grams:present():when "grams"

target.weight.value = order.grams
target.weight.units = order.grams:present():when "grams"

local options = target.advancedOptions
options.storeId = setting.store_id
options.warehouseId = given "warehouse"
options.customField1 = order.customer_order
options.source = "Acumatica"
