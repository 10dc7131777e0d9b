-- Products that the books do not know (BC15): an item is made, an item for such products is taken, or a person is asked.

local taxes = require "taxes"

local items = {}

local function refuse(job, order, product, why, fix)
  return job:refuse(("Order %d: %s %s."):format(order.id, product.name or "a line", why),
    { cause = "item " .. (product.sku or "without SKU"), concern = "finance", fix = fix })
end

-- The item for unknown products: of the line's tax rate, else for all.
local function fallback(job, order, product, rate, why)
  local code = job.settings.fallback_items[rate] or job.settings.fallback_item
  if not code then
    return refuse(job, order, product, why, "Make the item in Exact Online, or set fallback_item, then release this case.")
  end
  local id = job:look_up("items", code)
  if not id then
    job:refuse(("The fallback item %s is not in Exact Online."):format(code),
      { cause = "item " .. code, concern = "finance", fix = "Correct fallback_item or fallback_items, then release this case." })
  end
  return id
end

local function create(job, books, product)
  local item = job:map("item", product)
  return job:send("item " .. product.sku, books.items.create(item), { entity = product.sku }).id
end

local function has_ended(ends, job) return ends ~= nil and ends < job:now():sub(1, 10) end

-- Sets product.item where the SKU leads to no item that can be sold.
function items.find(job, books, order)
  local skus = {}
  for _, product in ipairs(order.products) do
    if product.sku then skus[#skus + 1] = product.sku end
  end
  local known, ends = {}, {}
  if #skus > 0 then known, ends = job:look_up("items", skus), job:look_up("item_ends", skus) end
  local read, policy = taxes.read(order.taxes), job.settings.unknown_sku
  for _, product in ipairs(order.products) do
    local sku = product.sku
    local ended = sku and has_ended(ends[sku], job)
    if not sku or known[sku] == nil or ended then
      local why = not sku and "has no SKU" or ended and ("is item %s, which has ended in Exact Online"):format(sku)
        or ("has the SKU %s, which is no item in Exact Online"):format(sku)
      if policy == "park" then refuse(job, order, product, why, "Make the item in Exact Online, then release this case.") end
      if policy == "create" and sku and not ended then
        product.item = create(job, books, product)
      else
        product.item = fallback(job, order, product, taxes.rate(taxes.of_product(read, product)), why)
      end
      if ended then product.sku = nil end
    end
  end
end

return items
