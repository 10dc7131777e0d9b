-- W2's peer: the same order and invoice, written by hand for Lua 5.4 with cjson. Amounts are binary floating point, which cjson
-- makes of numbers, and the date is taken from its text in UTC, without a zone.
--   lua5.4 order_to_invoice.lua ORDER.json
local cjson = require "cjson"

local file = assert(io.open(arg[1]))
local text = file:read "a"
file:close()

local guid = "11111111-2222-3333-4444-555555555555"
local items, centers = {}, { DE = "D1", FR = "F1" }
for i = 0, 7 do items["SKU-" .. i] = "11111111-2222-3333-4444-55555555555" .. i end
local months = { Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11, Dec = 12 }

local function invoice(source)
  local order = cjson.decode(source)
  local center = centers[order.shipping_addresses[1].country_iso2] or "NL"
  local lines, sum = {}, 0
  for index, product in ipairs(order.products) do
    local price = tonumber(product.price_ex_tax)
    sum = sum + price * product.quantity
    lines[index] = {
      Item = items[product.sku], Description = product.name, Quantity = product.quantity, NetPrice = price, CostCenter = center,
    }
  end
  local shipping = tonumber(order.shipping_cost_ex_tax)
  if shipping ~= 0 then
    sum = sum + shipping
    lines[#lines + 1] = { Item = guid, Quantity = 1, NetPrice = shipping }
  end
  assert(math.abs(sum - tonumber(order.total_inc_tax)) <= 0.01)
  local day, month, year = order.date_created:match "(%d+) (%a+) (%d+)"
  return cjson.encode {
    YourRef = "shop-" .. order.id, Journal = "70", OrderedBy = guid,
    OrderDate = ("%s-%02d-%02dT00:00:00"):format(year, months[month], day),
    Description = order.billing_address.company, Remarks = order.staff_notes, Lines = lines,
  }
end

local function run(count)
  for _ = 1, count do invoice(text) end
end
run(1000)
local count = 20000
local before = os.clock()
run(count)
print(("%s with cjson, by hand, binary floating point: %.0f/s of CPU time"):format(_VERSION, count / (os.clock() - before)))
