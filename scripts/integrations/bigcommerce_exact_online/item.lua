-- A product that the books do not know yet, as a sales item. What else an item needs (group, unit, accounts) is Exact's default.

---@type from.bigcommerce.OrderProduct, to.exact_online.Item
local product, item = mapping { name = "item", from = "bigcommerce.OrderProduct", to = "exact_online.Item" }

item.Code = product.sku
item.Description = product.name:limit(60)
item.IsSalesItem = true
item.SalesVatCode = product.vat_code
