-- An order of the shop as an order of the warehouse. `reference` finds it again, so it names the shop's connection too.

---@type from.bigcommerce.order, to.packhouse.Order
local order, target = mapping { name = "order", from = "bigcommerce.order", to = "packhouse.Order" }

target.reference = job.source .. "-" .. order.id
target.note = order.customer_message:nonempty():default(setting.note:nonempty())

local address, to = order.shipping_addresses[1], target.ship_to
to.name = with(address, function(a)
  local name = ((a.first_name or "") .. " " .. (a.last_name or "")):match "^%s*(.-)%s*$"
  return name ~= "" and name or a.company
end)
to.company = address.company
to.street = with(address, function(a) return has(a.street_2) and a.street_1 .. ", " .. a.street_2 or a.street_1 end)
to.postcode = address.zip
to.city = address.city
to.country = address.country_iso2
to.phone = address.phone
to.email = address.email

local product, line = target.lines:each("product", order.products)
line.sku = product.sku
line.name = product.name
line.quantity = product.quantity:integer()
