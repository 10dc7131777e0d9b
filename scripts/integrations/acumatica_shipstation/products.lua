-- Products of ShipStation follow their stock items (AS4): it makes them of orders and lets them be changed, not made. Customers come with
-- the orders that name them, and can't be written at all.

local units = require "units"
local trimmed = require "shared.records.values".trimmed

-- What is to be as in Acumatica, where Acumatica says something.
local function wanted_of(settings, item)
  local unit = trimmed(item.WeightUOM)
  if not unit or not units.unit(unit) then unit = settings.weight_unit end
  local weight = settings.weight == "item" and item.DimensionWeight ~= nil and tostring(item.DimensionWeight)
  return {
    name = trimmed(item.Description), weightOz = weight and units.convert(weight, unit, "oz", { decimals = 2 }) or nil,
    customsCountryCode = trimmed(item.CountryOfOrigin), customsTariffNo = trimmed(item.TariffCode),
  }
end

local WRITTEN = {
  "productId", "sku", "name", "price", "defaultCost", "internalNotes", "fulfillmentSku", "upc", "weightOz", "active", "warehouseLocation",
  "customsDescription", "customsTariffNo", "customsCountryCode",
}

return function(job, erp, station)
  if not job.settings.align_products then return job:skip "align_products is off" end
  local item = job.event and job.event.record
  if not item or not item.InventoryID then
    local found, why = try(erp.stock_items.get, job.key)
    if not found then
      if why.code ~= "not_found" then error(why, 0) end
      return job:skip(("stock item %s is not in Acumatica"):format(job.key))
    end
    item = found
  end
  local sku, product = trimmed(item.InventoryID), nil
  for _, each in ipairs(station.products.list { sku = sku, showInactive = "true" }) do
    if each.sku == sku then product = each end
  end
  if not product then return job:skip(("ShipStation makes the product %s of its first order"):format(sku)) end
  local wanted, changed, body = wanted_of(job.settings, item), {}, {}
  for _, field in ipairs(WRITTEN) do body[field] = product[field] end
  for _, field in ipairs { "name", "weightOz", "customsCountryCode", "customsTariffNo" } do
    if wanted[field] ~= nil and tostring(wanted[field]) ~= tostring(product[field]) then
      body[field], changed[#changed + 1] = wanted[field], field
    end
  end
  if #changed == 0 then return job:skip "the product is as its stock item" end
  local sent, why = try(job.send, job, "product", station.products.update(product.productId, body), { version = job:now() })
  if not sent then
    if why.code ~= "rejected" then error(why, 0) end
    return job:refuse(("ShipStation did not take product %s: %s"):format(sku, why.cause or why.message), {
      cause = "product " .. sku, concern = "warehouse", fix = "Mend the stock item in Acumatica, or the product in ShipStation, then release this case.",
    })
  end
  return { product = product.productId, changed = changed }
end
