-- What was in a parcel as a goods delivery: exactly those lines and quantities; what is left stays back-ordered.

---@type from.exact_online.ParcelToDeliver, to.exact_online.GoodsDelivery
local parcel, delivery = mapping { name = "delivery", from = "exact_online.ParcelToDeliver", to = "exact_online.GoodsDelivery" }

delivery.DeliveryDate = parcel.shipped_on
delivery.Description = parcel.reference
delivery.TrackingNumber = parcel.tracking_number
delivery.Remarks = parcel.remarks
delivery.ShippingMethod = parcel.method:lookup "method_ids"

local goods, line = delivery.GoodsDeliveryLines:each("goods", parcel.goods)
line.SalesOrderLineID = goods.line_id
line.QuantityDelivered = goods.quantity
line.TrackingNumber = parcel.tracking_number
