-- Master data of Exact Online that a label is made of, remembered for an hour and asked for in batches.

return function(own)
  local all = {
    accounts = {
      from = "books.accounts.list", key = "ID", fresh = "1h",
      value = {
        "Code", "Name", "Email", "Phone", "AddressLine1", "AddressLine2", "AddressLine3", "Postcode", "City", "State", "Country", "VATNumber",
        "Blocked",
      },
    },
    addresses = {
      from = "books.addresses.bulk", key = "ID", fresh = "1h",
      value = { "AddressLine1", "AddressLine2", "AddressLine3", "Postcode", "City", "State", "Country", "Phone" },
    },
    items = {
      from = "books.items.list", key = "ID", fresh = "1h",
      value = {
        "Code", "Description", "Unit", "IsStockItem", "IsBatchItem", "IsSerialItem", "NetWeight", "GrossWeight", "NetWeightUnit", "StatisticalCode",
      },
    },
    shipping_methods = { from = "books.shipping_methods.list", key = "ID", value = { "Code", "Description" }, fresh = "1h" },
    warehouses = { from = "books.warehouses.list", key = "ID", value = { "Code" }, fresh = "1h" },
    projects = { from = "books.projects.list", key = "ID", value = { "Code" }, fresh = "1h" },
  }
  for name, each in pairs(own or {}) do all[name] = each end
  return all
end
