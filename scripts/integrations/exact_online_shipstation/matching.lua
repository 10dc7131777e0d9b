-- Which sales orders a parcel is of (XS6, XS13).

return require "shared.shipstation.matching"(require "orders_known", "Exact Online")
