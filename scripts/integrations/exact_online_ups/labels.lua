-- Which deliveries and orders get a label of UPS.

local carrier = require "carrier"

return require "shared.labels.entering"(function() return carrier end)
