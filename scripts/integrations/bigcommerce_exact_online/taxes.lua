-- What the shop charged: rates and amounts of tax by order line and by kind of cost. Rates are percent as text without
-- trailing zeros: "21", "5.5", "0".

local currencies, decimal = require "currencies", require "decimal"

local taxes = {}

local NONE = { rate = decimal "0", amount = decimal "0" }
local KINDS = { shipping = "shipping", handling = "handling", wrapping = "gift-wrapping" }

-- Several taxes on one line add up.
function taxes.read(rows)
  local read = { rows = rows, products = {}, costs = {} }
  for _, row in ipairs(rows) do
    local part, key = read.costs, row.line_item_type
    if row.order_product_id and row.line_item_type == "item" then part, key = read.products, row.order_product_id end
    if key then
      local known = part[key] or { rate = decimal "0", amount = decimal "0" }
      part[key] = { rate = known.rate + row.rate, amount = known.amount + row.line_amount, class = known.class or row.class }
    end
  end
  return read
end

function taxes.of_product(read, product) return read.products[product.id] or NONE end
function taxes.of_cost(read, cost) return read.costs[KINDS[cost]] or NONE end
function taxes.rate(entry) return entry.rate:compact() end

-- Fees stand in no tax row: the rate is the one among those of the order that gives their tax; nil when none does.
function taxes.rate_of_fee(read, fee, currency)
  if fee.cost_tax:is_zero() then return "0" end
  local apart = currencies.limit(decimal "0.01", currency)
  local function gives(entry) return (fee.cost_ex_tax * entry.rate * decimal "0.01" - fee.cost_tax):abs() <= apart end
  for _, row in ipairs(read.rows) do
    local entry = row.order_product_id and read.products[row.order_product_id] or read.costs[row.line_item_type]
    if entry and gives(entry) then return entry.rate:compact() end
  end
end

return taxes
