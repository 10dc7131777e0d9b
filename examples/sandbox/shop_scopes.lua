-- OAuth scopes of the simulated BigCommerce, after apis/bigcommerce.md section 1: which one a call needs. Reading needs the scope
-- or its read-only sister; hooks need none. The real shop does not say which scope is missing.

local SCOPES = {
  { "^v2/orders", "store_v2_orders" }, { "^v2/order_statuses", "store_v2_orders" },
  { "^v3/orders/%d+/transactions", "store_v2_transactions" }, { "^v3/orders", "store_v2_orders" },
  { "^v2/customer_groups", "store_v2_customers" }, { "^v3/customers", "store_v2_customers" },
  { "^v3/catalog", "store_v2_products" }, { "^v3/pricelists", "store_v2_products" }, { "^v3/channels", "store_channel_settings" },
  { "^v2/store", "store_v2_information" }, { "^v2/time", "store_v2_information" }, { "^v2/tax_classes", "store_v2_information" },
}

-- Whether one of the scopes that `missing` names is needed: "store_v2_orders" alone forbids writing, "store_v2_orders_read_only"
-- (nothing of the kind was granted) reading too.
return function(missing, version, path, method)
  local scope
  for _, each in ipairs(SCOPES) do
    if not scope and (version .. "/" .. path):find(each[1]) then scope = each[2] end
  end
  if not scope then return false end
  for _, name in ipairs(missing) do
    if name == scope .. "_read_only" or name == scope and method ~= "GET" then return true end
  end
  return false
end
