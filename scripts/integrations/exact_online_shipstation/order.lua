-- A sales order that is to be shipped as an order of ShipStation. Every send replaces the whole order there.

---@type from.exact_online.OrderToShip, to.shipstation.Order
local order, target = mapping { name = "order", from = "exact_online.OrderToShip", to = "shipstation.Order" }

target.orderKey = given "key"
target.orderNumber = setting.number_prefix .. order.OrderNumber:text()
target.orderStatus = given "status"
-- A date has no hour there: it stays the date that it is.
target.orderDate = order.OrderDate:text() .. " 00:00:00"
target.shipByDate = order.DeliveryDate:text() .. " 00:00:00"
target.customerUsername = order.account.Code:trim()
target.customerEmail = setting.customer_email:when(order.account.Email)
target.internalNotes = order.notes
target.requestedShippingService = order.ShippingMethodDescription
target.carrierCode = order.service.carrier
target.serviceCode = order.service.service
target.packageCode = order.service.package
target.confirmation = order.service.confirmation

local bill_to = target.billTo
bill_to.name = order.account.Name
bill_to.street1 = order.account.AddressLine1
bill_to.street2 = order.account.AddressLine2
bill_to.street3 = order.account.AddressLine3
bill_to.city = order.account.City
bill_to.state = order.account.State:trim()
bill_to.postalCode = order.account.Postcode
bill_to.country = order.account.Country:trim()
bill_to.phone = order.account.Phone

local ship_to = target.shipTo
ship_to.name = order.DeliverToContactPersonFullName:default(order.DeliverToName):default(order.account.Name)
ship_to.company = order.DeliverToContactPersonFullName:present():when(order.DeliverToName)
ship_to.street1 = order.ship_to.AddressLine1
ship_to.street2 = order.ship_to.AddressLine2
ship_to.street3 = order.ship_to.AddressLine3
ship_to.city = order.ship_to.City
ship_to.state = order.ship_to.State:trim()
ship_to.postalCode = order.ship_to.Postcode
ship_to.country = order.ship_to.Country:trim()
ship_to.phone = order.ship_to.Phone:default(order.account.Phone)

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
options.customField1 = order.YourRef
options.source = "Exact Online"
