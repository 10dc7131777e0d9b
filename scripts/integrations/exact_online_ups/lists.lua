-- Lists of UPS come as the one element alone where there is but one, on older versions and at times on new ones (fact sheet, section 0).

return function(value)
  if value == nil then return {} end
  if type(value) == "string" or value[1] == nil and pairs(value)(value) ~= nil then return { value } end
  return value
end
