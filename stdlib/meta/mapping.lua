---@meta _

--- What stands on the two sides of a mapping. Paths of a source record are values to be: they have the transforms of the page
--- *Transforms* as methods, can be joined with `..` and computed with `+ - * /`. `==`, `not`, `and`, `or`, `if`, `#` and
--- `pairs` have no say on them: use `:is`, `:when`, `:default` or `with`.

--- A path of the source record, or a value computed from paths.
---@class mapping.Path
---@field [string] mapping.Path
---@field [integer] mapping.Path items count from 1
---@operator concat(mapping.Path|string): mapping.Path
---@operator add(mapping.Path|integer|decimal): mapping.Path
---@operator sub(mapping.Path|integer|decimal): mapping.Path
---@operator mul(mapping.Path|integer|decimal): mapping.Path
---@operator div(mapping.Path|integer|decimal): mapping.Path
---@operator unm: mapping.Path
local Path = {}

--- The answer of a look-up of the integration, fetched for all records in one batch before the mapping runs.
---@param name string
---@return mapping.Path
---
--- ```lua
--- local order, invoice = mapping { name = "invoice", from = "shop.order", to = "books.Invoice" }
--- local product, line = invoice.Lines:each("product", order.products)
--- line.Item = product.sku:lookup "items"
--- ```
function Path:lookup(name) end

--- One of several values by what this one is.
---@param cases table<string, any> `otherwise` for all else
---@return mapping.Path
---
--- ```lua
--- local order, invoice = layer "invoice"
--- invoice.CostCenter = order.country:pick { DE = "D1", FR = "F1", otherwise = "NL" }
--- ```
function Path:pick(cases) end

--- One value where this one is true, else another or none.
---@param yes any or a table { yes, otherwise = no }
---@param no? any
---@return mapping.Path
---
--- ```lua
--- local order, invoice = layer "invoice"
--- invoice.Type = order.is_refund:when(8021, 8020)
--- ```
function Path:when(yes, no) end

--- A field that bears the name of a method.
---@param name string
---@return mapping.Path
---
--- ```lua
--- local order, invoice = layer "invoice"
--- invoice.OrderDate = order:field "date":date()
--- ```
function Path:field(name) end

--- The target record, a record in it, or a line. Fields are assigned once; a layer assigns over its base.
---@class mapping.Target
---@field [string] any
local Target = {}

--- One line for each item of a source list; the group's name lets layers and lineage speak of it.
---@generic Row: mapping.Path, Line: mapping.Target
---@param self Line
---@param group string
---@param list Row
---@param options? { when?: mapping.Path } only items for which this is true
---@return Row row
---@return Line line
---
--- ```lua
--- local order, invoice = mapping { name = "invoice", from = "shop.order", to = "books.Invoice" }
--- local product, line = invoice.Lines:each("product", order.products)
--- line.Quantity = product.quantity
--- ```
function Target:each(group, list, options) end

--- One line, when the value is there (or always, without one).
---@generic Line: mapping.Target
---@param self Line
---@param group string
---@param when? mapping.Path
---@return Line line
---
--- ```lua
--- local order, invoice = mapping { name = "invoice", from = "shop.order", to = "books.Invoice" }
--- local shipping = invoice.Lines:one("shipping", order.shipping_cost:nonzero())
--- shipping.NetPrice = order.shipping_cost
--- ```
function Target:one(group, when) end

--- In a layer: the source row and the line of a group that the base has.
---@generic Line: mapping.Target
---@param self Line
---@param group string
---@return mapping.Path row
---@return Line line
---
--- ```lua
--- local order, invoice = layer "invoice"
--- local product, line = invoice.Lines:group "product"
--- line.Description = product.name
--- ```
function Target:group(group) end

--- Refuses the record unless both sides agree, naming the difference.
---@param check { expect: mapping.Path, equals: mapping.Path, within?: string, says?: string } what is mapped, what the source
--- says, largest difference ("0" when left out), what is compared; or what `totals.of` gives
---
--- ```lua
--- local order, invoice = mapping { name = "invoice", from = "shop.order", to = "books.Invoice" }
--- invoice:check { expect = totals.field "AmountFC", equals = order.total, within = "0.02", says = "the order's total" }
--- ```
function Target:check(check) end
