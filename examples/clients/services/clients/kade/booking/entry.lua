-- The bookkeeper reads the entry's lines by course number: the SKU goes before the name.

local _, entry = layer "entry"

local product, line = entry.SalesEntryLines:group "product"
line.Description = with(product, function(course)
  return course.sku and course.sku .. " " .. (course.name or "") or course.name
end)
