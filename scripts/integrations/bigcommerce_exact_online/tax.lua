-- From an order's taxes to VAT codes of the books. Rates are percent as text without trailing zeros: "21", "5.5", "0".

local decimal = require "decimal"

local tax = {}

-- Settings are records of the host, which know pairs but not next.
local function is_empty(codes)
  local walk, of, first = pairs(codes)
  return walk(of, first) == nil
end
tax.is_empty = is_empty

local KINDS = { shipping = "shipping", handling = "handling", wrapping = "gift-wrapping" }

-- Taxes by what they are on: by order line, and by kind of cost. Several on one line add up.
function tax.read(rows)
  local taxes = { rows = rows, products = {}, costs = {} }
  for _, row in ipairs(rows) do
    local part, key = taxes.costs, row.line_item_type
    if row.order_product_id and row.line_item_type == "item" then part, key = taxes.products, row.order_product_id end
    if key then
      local known = part[key] or { rate = decimal "0", amount = decimal "0" }
      part[key] = { rate = known.rate + row.rate, amount = known.amount + row.line_amount }
    end
  end
  return taxes
end

-- Tax of a product line after discounts.
function tax.amount_of(taxes, product)
  local known = taxes.products[product.id]
  return known and known.amount or decimal "0"
end

-- Fees stand in no tax row: the rate is the one among those known that gives their tax.
local function rate_of_fee(fee, known_codes)
  if fee.cost_tax:is_zero() then return "0" end
  for rate in pairs(known_codes) do
    if (fee.cost_ex_tax * decimal(rate) * decimal "0.01"):round(2) == fee.cost_tax:round(2) then return rate end
  end
end

-- Gives of_product, of_fee and of_cost: the VAT code of each, nil when the setting is empty and the item decides.
function tax.codes(job, order, taxes)
  local known_codes = job.settings.vat_codes
  local decides = not is_empty(known_codes)

  local function code(rate, what)
    if not decides then return nil end
    local found = rate and known_codes[rate]
    if not found then
      return job:refuse(("Order %d: the tax rate %s of %s has no VAT code in the setting vat_codes.")
        :format(order.id, rate and rate .. " %" or "(unknown)", what),
        { cause = "vat_code_missing " .. (rate or "?"), concern = "finance" })
    end
    return found
  end

  local function rate_of(entry) return entry and entry.rate:compact() or "0" end

  return {
    of_product = function(product) return code(rate_of(taxes.products[product.id]), product.name or "a line") end,
    of_fee = function(fee) return decides and code(rate_of_fee(fee, known_codes), fee.display_name or "a fee") or nil end,
    of_cost = function(cost)
      if order[cost .. "_cost_ex_tax"]:is_zero() then return nil end
      return code(rate_of(taxes.costs[KINDS[cost]]), cost)
    end,
  }
end

-- The VAT code of all products when there is only one ("" when the items decide); nil when there are several.
function tax.only_code(order)
  local only
  for _, product in ipairs(order.products) do
    local code = product.vat_code or ""
    if only and only ~= code then return nil end
    only = code
  end
  return only
end

return tax
