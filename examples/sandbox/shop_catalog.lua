-- Catalog V3 of the simulated BigCommerce: the products of the made-up business. An id that is not there is left out of the
-- answer; a filter or field that the list does not have is refused, where the real one may pass over it.

local answers, catalogue, host, wire = require "shop_answers", require "catalogue", require "host", require "wire"

local MOST_IDS = 250
local FIELDS = { name = true, sku = true, type = true, price = true, categories = true, brand_id = true, is_visible = true }
local FILTERS = { ["id:in"] = true, include_fields = true, limit = true, page = true }

local function shown(product)
  local categories = host.json.array {}
  for index, id in ipairs(product.categories or {}) do categories[index] = id end
  return {
    id = product.id, name = product.name, sku = product.sku, type = "physical", price = host.number((product.price:gsub("%.?0+$", ""))),
    categories = categories, brand_id = product.brand or 0, is_visible = true,
  }
end

local function only(record, names)
  if not names then return record end
  local out = { id = record.id }
  for name in names:gmatch "[^,]+" do
    if not FIELDS[name] then return nil, name end
    out[name] = record[name]
  end
  return out
end

local function ids_of(text)
  local out, count = {}, 0
  for each in (text .. ","):gmatch "([^,]*)," do
    local id = each:match "^%d+$" and math.tointeger(each)
    if not id then return nil end
    out[id], count = true, count + 1
  end
  return count <= MOST_IDS and out or nil
end

-- `page` makes an answer of rows. Nil when the path is none of the catalog's.
return function(request, path, page)
  if path ~= "catalog/products" then return nil end
  if request.method ~= "GET" then return answers.v3_error(405, "Method not allowed") end
  local query = wire.query(request)
  for name in pairs(query) do
    if not FILTERS[name] then return answers.v3_error(422, "The filter(s): " .. name .. " are not valid filter parameter(s).") end
  end
  local wanted = query["id:in"] and ids_of(query["id:in"])
  if query["id:in"] and not wanted then return answers.v3_error(422, "The value of id:in is not a list of ids.") end
  local rows = {}
  for _, list in ipairs { catalogue.products, catalogue.unknown } do
    for _, product in ipairs(list) do
      if product.id and (not wanted or wanted[product.id]) then
        local row, unknown = only(shown(product), query.include_fields)
        if not row then return answers.v3_error(422, "The field " .. unknown .. " is not in the catalog.") end
        rows[#rows + 1] = row
      end
    end
  end
  return page(rows, query)
end
